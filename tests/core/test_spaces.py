import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from random_nets import random_layers, run, seeds, torch_net, widths_lists
from sklearn.decomposition import PCA

from mlanim.core.folding.creases import boundary
from mlanim.core.folding.sheet import cut_sheet
from mlanim.core.folding.spaces import layer_images, stages, turn_and_stretch
from mlanim.core.relu.regions import cells_by_layer

L = 1.75
random_nets = settings(max_examples=20)


def folded(widths, seed):
    weights, biases = random_layers([2, *widths, 1], seed)
    layers = cells_by_layer(weights[:-1], biases[:-1], L)
    cut = boundary(layers[-1], weights[-1], biases[-1], widths).points
    points = np.random.default_rng(seed).uniform(-L, L, (50, 2))
    sheet = cut_sheet(layers[-1].polygons, L, 8)
    return weights, biases, sheet, points, stages(weights, biases, layers, sheet, points, cut)


def true_images(weights, biases, points):
    """Before and after each ReLU, from torch, layer by layer."""
    images = [points]
    for depth in range(1, len(weights)):
        before = run(torch_net(weights[:depth], biases[:depth]), points)
        images += [before, torch.relu(torch.from_numpy(before)).numpy()]
    return images


@given(widths_lists, seeds)
@random_nets
def test_stages_draw_what_torch_computes(widths, seed):
    weights, biases, sheet, points, found = folded(widths, seed)
    assert [(s.step, s.layer) for s in found] == [("input", 0)] + [
        (step, layer) for layer in range(1, len(widths) + 1) for step in ("affine", "relu")
    ]
    for name, start in (("vertices", sheet.vertices), ("points", points)):
        for stage, image in zip(found, true_images(weights, biases, start), strict=True):
            np.testing.assert_allclose(getattr(stage, name), image @ stage.axes.T, atol=1e-12)
    for stage in found:
        np.testing.assert_allclose(
            stage.axes @ stage.axes.T,
            np.eye(2)[:, :] if stage.width > 1 else np.diag([1, 0]),
            atol=1e-12,
        )


@given(widths_lists, seeds)
@random_nets
def test_up_to_two_neurons_nothing_is_projected(widths, seed):
    *_, found = folded(widths, seed)
    for stage in found:
        if stage.width <= 2:
            assert stage.kept == stage.points_kept == 1.0
            np.testing.assert_array_equal(stage.axes, np.eye(2)[:, : stage.width])
        else:
            assert 0 <= stage.kept <= 1 + 1e-12


def test_of_a_sheet_that_is_one_point_everything_is_kept():
    *_, found = folded([2, 1, 5], seed=1105)  # whose single unit is 0 everywhere
    assert [stage.ranks[0] for stage in found[-3:]] == [1, 1, 1]
    assert [(stage.kept, stage.points_kept) for stage in found[-3:]] == [(1, 1)] * 3


@pytest.mark.parametrize("seed", range(4))
def test_the_variance_kept_is_that_of_principal_components(seed):
    weights, biases, _, points, found = folded((5, 4), seed)
    dense = np.random.default_rng(1).uniform(-L, L, (100_000, 2))
    after = true_images(weights, biases, dense)[2]
    theirs = PCA(2).fit(after)
    assert found[2].kept == pytest.approx(theirs.explained_variance_ratio_.sum(), abs=0.01)
    np.testing.assert_allclose(np.abs(found[2].axes @ theirs.components_.T), np.eye(2), atol=0.1)
    data = true_images(weights, biases, points)[2]
    drawn = found[2].points.var(axis=0).sum() / data.var(axis=0).sum()
    assert found[2].points_kept == pytest.approx(drawn)
    np.testing.assert_array_equal(found[1].axes, found[2].axes)


@given(st.lists(st.integers(1, 6), max_size=2), st.integers(3, 6), seeds)
@random_nets
def test_in_the_last_space_the_cut_is_straight(before, last, seed):
    weights, biases, *_, found = folded((*before, last), seed)
    normal = found[-1].axes @ weights[-1][0]
    assert np.linalg.norm(normal) == pytest.approx(np.linalg.norm(weights[-1]))
    np.testing.assert_allclose(found[-1].boundary @ normal + biases[-1][0], 0, atol=1e-9)


@given(widths_lists, seeds)
@random_nets
def test_rank_shares_count_what_collapsed(widths, seed):
    *_, sheet, _, found = folded(widths, seed)
    assert [stage.ranks.sum() for stage in found] == pytest.approx([1.0] * len(found))
    surfaces = [stage.ranks[2] for stage in found]  # what collapsed does not come back
    assert (np.diff(surfaces) <= 1e-12).all()
    if widths[0] == 2:
        image = found[2].vertices[sheet.faces]  # a face at the origin, on an axis, or neither
        on_axes = (np.abs(image) < 1e-12).all(axis=1).sum(axis=1)
        shares = [sheet.areas[on_axes == flat].sum() for flat in (2, 1, 0)]
        np.testing.assert_allclose(found[2].ranks, np.array(shares) / (2 * L) ** 2, atol=1e-6)


def test_a_layer_of_one_neuron_makes_a_line_before_its_relu_makes_a_point():
    weights = [np.eye(2), np.array([[1.0, 1.0]]), np.ones((1, 1))]
    biases = [np.zeros(2), np.array([-L]), np.zeros(1)]
    layers = cells_by_layer(weights[:2], biases[:2], L)
    sheet = cut_sheet(layers[-1].polygons, L, 8)
    found = stages(weights, biases, layers, sheet, np.zeros((3, 2)), np.zeros((0, 2)))
    shares = [[0, 0, 1], [0, 0, 1], [0.25, 0.5, 0.25], [0.25, 0.75, 0], [0.875, 0.125, 0]]
    np.testing.assert_allclose([stage.ranks for stage in found], shares, atol=1e-12)


@given(st.lists(st.floats(-3, 3).filter(lambda x: x == 0 or abs(x) > 1e-3), min_size=4, max_size=4))
def test_turn_and_stretch_multiply_back(entries):
    weight = np.array(entries).reshape(2, 2)
    angle, stretch = turn_and_stretch(weight)
    if stretch is None:
        assert angle == 0
        assert np.linalg.det(weight) <= 0
        return
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    np.testing.assert_allclose(stretch @ turn, weight, atol=1e-9)
    np.testing.assert_allclose(stretch, stretch.T, atol=1e-12)
    assert np.linalg.eigvalsh(stretch).min() > -1e-9


def test_a_turn_of_known_angle():
    angle, stretch = turn_and_stretch(np.array([[0.0, -2.0], [2.0, 0.0]]))
    assert angle == pytest.approx(np.pi / 2)
    np.testing.assert_allclose(stretch, 2 * np.eye(2), atol=1e-12)
    assert turn_and_stretch(np.ones((3, 2))) == (0.0, None)


@pytest.mark.parametrize("seed", range(6))
def test_wide_layers_are_not_drawn_as_mirror_images(seed):
    *_, found = folded((6, 5), seed)
    for last, now in ((found[0], found[1]), (found[2], found[3])):
        fit = np.linalg.lstsq(last.vertices - last.vertices.mean(0), now.vertices, rcond=None)[0]
        assert np.linalg.det(fit) > 0


def test_layers_without_signal_are_points():
    weights, biases = [np.zeros((3, 2)), np.zeros((1, 3))], [-np.ones(3), np.ones(1)]
    layers = cells_by_layer(weights[:1], biases[:1], L)
    sheet = cut_sheet(layers[-1].polygons, L, 4)
    found = stages(weights, biases, layers, sheet, np.zeros((3, 2)), np.zeros((0, 2)))
    np.testing.assert_array_equal(found[2].vertices, 0)
    assert found[2].kept == 1.0
    assert found[2].ranks.tolist() == [1, 0, 0]
    assert len(layer_images(weights, biases, np.zeros((3, 2)))) == 5
