"""Pieces and regions against closed forms and another library, and what is said of them."""

import itertools
import math
import re

import numpy as np
import pytest
import regioncam
import torch

from mlanim.core.folding.line_pieces import pieces, tent
from mlanim.core.folding.width_and_depth import (
    HALF_WIDTH,
    SHAPES,
    TRAINED,
    circle_error,
    counted_regions,
    random_net,
    says_of_fit,
    says_of_regions,
    says_of_trained,
    width_and_depth_lesson,
)
from mlanim.core.models.mlp import MLP
from mlanim.core.relu.bounds import one_layer_bound


@pytest.fixture(scope="module")
def lesson():
    return width_and_depth_lesson(5, 3)


@pytest.mark.parametrize("folds", range(1, 9))
def test_the_folded_tent_has_two_to_the_folds_pieces(folds):
    xs, ys = pieces(*tent(folds), 0.0, 1.0)
    np.testing.assert_allclose(xs, np.arange(2**folds + 1) / 2**folds, atol=1e-12)
    np.testing.assert_allclose(ys, np.arange(2**folds + 1) % 2, atol=1e-9)


def test_pieces_of_random_networks_are_where_a_fine_grid_bends():
    rng = np.random.default_rng(0)
    for shape in ((5,), (4, 4), (3, 3, 3)) * 4:
        sizes = (1, *shape, 1)
        weights = [rng.standard_normal((o, i)) for i, o in itertools.pairwise(sizes)]
        biases = [0.5 * rng.standard_normal(o) for o in sizes[1:]]
        xs, ys = pieces(weights, biases, -2.0, 2.0)
        fine = np.linspace(-2, 2, 4001)
        net = fine[None]
        for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
            net = weight @ (np.maximum(net, 0) if layer else net) + bias[:, None]
        np.testing.assert_allclose(np.interp(fine, xs, ys), net[0], atol=1e-9)
        assert len(xs) - 1 <= math.prod(n + 1 for n in shape)
        if len(shape) == 1:
            assert len(xs) - 1 <= shape[0] + 1


def test_regions_are_those_of_another_library():
    for shape in SHAPES[:3]:
        for seed in (0, 1):
            theta = random_net(shape, seed)
            camera = regioncam.Regioncam(HALF_WIDTH)
            for weight, bias in MLP((2, *shape, 1), torch.relu).layers(theta)[:-1]:
                camera.add(torch_linear(weight, bias))
                camera.add(torch.nn.ReLU())
            assert abs(counted_regions(shape, theta) - camera.num_faces) <= 1


def torch_linear(weight, bias):
    linear = torch.nn.Linear(*weight.shape[::-1])
    linear.weight.data, linear.bias.data = weight.float(), bias.float()
    return linear


def test_no_count_exceeds_its_bound(lesson):
    assert lesson.bound == one_layer_bound(16) == 1 + 16 + 120
    assert lesson.at_start[0].max() <= lesson.bound
    # Montúfar et al. 2014, theorem 4, by hand: (n // 2)² for each layer but the last.
    assert lesson.reachable.tolist() == [137, 16 * 37, 4**3 * 11, 4]
    assert "in 4 layers some network has 704" in str(lesson.says_reach)
    assert (lesson.deep_pieces == 2**lesson.folds).all()
    assert (lesson.wide_pieces == 2 * lesson.folds + 1).all()
    again = [counted_regions(SHAPES[1], random_net(SHAPES[1], 3 + n)) for n in (0, 1)]
    np.testing.assert_array_equal(lesson.at_start[1, :2], again)


def test_the_polygon_of_tangents_is_the_one_that_is_known():
    for cuts in (3, 4, 6, 50):
        exact = cuts * math.tan(math.pi / cuts) / math.pi - 1
        assert circle_error(cuts) == pytest.approx(exact, rel=1e-9)


def test_what_is_said_holds_for_any_counts():
    rng = np.random.default_rng(0)
    for _ in range(200):
        start = rng.integers(1, 150, (4, 20))
        means = start.mean(1)
        said = str(says_of_regions(start))
        assert ("grows with depth" in said) == bool((np.diff(means) > 0).all())
        assert ("falls with depth" in said) == bool((np.diff(means) < 0).all())
        after = rng.integers(1, 150, (4, TRAINED))
        more = int(re.search(r"After training (\d) of", str(says_of_trained(start, after)))[1])
        assert more == sum(after[n].mean() > start[n, :TRAINED].mean() for n in range(4))
        errors = {name: rng.uniform(0.01, 1, TRAINED) for name in ("wide", "deep")}
        better = int(re.search(r"better from (\d) of", str(says_of_fit(errors)))[1])
        assert better == (errors["deep"] < errors["wide"]).sum()


def test_the_same_again(lesson):
    again = width_and_depth_lesson(5, 3)
    np.testing.assert_array_equal(again.after, lesson.after)
    assert again.fits["deep"].tobytes() == lesson.fits["deep"].tobytes()
