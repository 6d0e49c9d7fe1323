"""Activations, their flat parts and their gradients, against closed forms and plain numpy."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from mlanim.core.learning.activation_stack import EXAMPLES, WIDTH, gradient_norms
from mlanim.core.learning.activations import SEEDS, activations_lesson, flat_share, says_stack
from mlanim.core.models.activations import ACTIVATIONS, slopes

FIFTHS = ["gelu", "leaky_relu", "silu", "softplus"]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_are_those_of_small_differences(name):
    z = torch.linspace(-4, 4, 400, dtype=torch.float64)
    f, h = ACTIVATIONS[name], 1e-6
    np.testing.assert_allclose(slopes(f, z), (f(z + h) - f(z - h)) / (2 * h), atol=1e-8)


@pytest.mark.parametrize(
    ("name", "edge", "sides"),
    [
        ("relu", 0.0, 1),
        ("repu", -0.005, 1),  # a slope of 2 z
        ("tanh", math.atanh(math.sqrt(0.99)), 2),
        ("sigmoid", math.log((1 + math.sqrt(0.96)) / (1 - math.sqrt(0.96))), 2),
        ("softplus", math.log(99), 1),
        ("leaky_relu", 11.0, 1),  # its slope is 0.01 there, and no less
    ],
)
def test_the_flat_share_is_the_normal_probability_beyond_the_edge(name, edge, sides):
    expected = sides * 0.5 * math.erfc(edge / math.sqrt(2))
    assert flat_share(name) == pytest.approx(expected, rel=5e-3, abs=1e-9)


def by_hand(depth, gain, seed):
    """The gradient's norm through layers of ReLU, by Jacobians of single examples."""
    generator = torch.Generator().manual_seed(seed)
    shapes = [(WIDTH, EXAMPLES), (WIDTH, EXAMPLES), *[(WIDTH, WIDTH)] * depth]
    draws = [
        torch.randn(*shape, generator=generator, dtype=torch.float64).numpy() for shape in shapes
    ]
    state, back, masks = draws[0], draws[1] / np.linalg.norm(draws[1]), []
    weights = [draw * np.sqrt(gain / WIDTH) for draw in draws[2:]]
    for weight in weights:
        masks.append(weight @ state > 0)
        state = np.maximum(weight @ state, 0)
    for weight, mask in zip(weights[::-1], masks[::-1], strict=True):
        back = weight.T @ (back * mask)
    return np.linalg.norm(back)


@pytest.mark.parametrize("seed", range(3))
def test_norms_are_those_of_a_backward_pass_by_hand(seed):
    norms = gradient_norms("relu", 7, 2.0, seed)
    assert norms[0] == 1
    assert norms[[1, 4, 7]] == pytest.approx([by_hand(k, 2.0, seed) for k in (1, 4, 7)])


def test_what_leaves_the_range_of_numbers_ends_the_curve():
    norms = gradient_norms("repu", 24, 2.0, 0)
    assert len(norms) < 25
    assert np.isfinite(norms).all()


def test_a_gradient_that_vanishes_altogether_ends_where_it_is_0():
    norms = gradient_norms("repu", 24, 0.5, 0)
    assert 5 < len(norms) < 25
    assert (norms > 0).all()
    assert "RePU leaves the range" in str(activations_lesson("tanh", 24, 0.5, 0).says_stack)


@pytest.mark.parametrize("seed", range(20))
def test_sentences_hold_away_from_the_defaults(seed):
    rng = np.random.default_rng(seed)
    depth, gain = int(rng.integers(5, 25)), float(rng.uniform(0.5, 4))
    found = activations_lesson(str(rng.choice(FIFTHS)), depth, gain, seed)
    runs = {name: [gradient_norms(name, depth, gain, seed + i) for i in range(SEEDS)]
            for name in ("relu", "repu")}  # fmt: skip
    beyond = any(len(run) <= depth for run in runs["repu"])
    assert ("leaves the range" in str(found.says_stack)) == beyond
    assert np.median([run[-1] for run in runs["relu"]]) == found.shapes[0].norms[-1]
    for shape in found.shapes:
        assert np.all((shape.low <= shape.norms) & (shape.norms <= shape.high))
    assert found.shapes[1].slopes.max() == 0.25
    assert re.search(r"at most 0\.25: 5 of them keep at most 0\.000977", str(found.says_five))


def test_what_is_said_of_a_stack_holds_for_any_norms():
    rng, shapes = np.random.default_rng(0), activations_lesson("gelu", 6, 1.0, 0).shapes
    for _ in range(200):
        depth, lost = int(rng.integers(5, 25)), bool(rng.random() < 0.5)
        lengths = [
            depth + 1,
            depth + 1,
            depth + 1,
            int(rng.integers(2, depth + 1)) if lost else depth + 1,
        ]
        norms = [10 ** rng.uniform(-9, 9, length) for length in lengths]
        some = tuple(replace(shape, norms=n) for shape, n in zip(shapes[:4], norms, strict=True))
        said = plain(says_stack(some, depth))
        assert ("leaves the range" in said) == lost
        found = [float(n) for n in re.findall(r"(?:leaves|ReLU|RePU) (\d[\d.]*(?:e-?\d+)?)", said)]
        expected = [norms[1][-1], norms[0][-1], *([] if lost else [norms[3][-1]])]
        assert found == pytest.approx(expected, rel=6e-3)


def plain(said):
    """A sentence with its powers of ten as Python writes them."""
    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    return str(said).replace("\u2009·\u200910", "e").translate(digits)
