from itertools import combinations

import numpy as np
import pytest
import regioncam
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from random_nets import random_layers, run, seeds, torch_net, widths_lists

from mlanim.core.relu.bounds import one_layer_bound, reachable_regions, upper_bounds
from mlanim.core.relu.polygons import area, centroid, split, square
from mlanim.core.relu.regions import (
    cells_by_layer,
    decision_cells,
    distinct_maps,
    linear_regions,
)

L = 1.75
random_nets = settings(max_examples=25)


def independent_regions(weights, biases):
    """The same network in regioncam, which cuts a half-edge mesh in float32."""
    camera = regioncam.Regioncam(L)
    for weight, bias in zip(weights, biases, strict=True):
        camera.linear(weight.T.astype(np.float32), bias.astype(np.float32))
        camera.relu()
    return camera


@pytest.mark.parametrize(
    "widths", [(3,), (12,), (2, 2), (3, 2), (8, 8), (5, 4, 3, 2), (16, 16, 16)]
)
@pytest.mark.parametrize("seed", [0, 1])
def test_regioncam_finds_the_same_regions(widths, seed):
    weights, biases = random_layers([2, *widths], seed)
    theirs = independent_regions(weights, biases)
    mine = linear_regions(weights, biases, L)[-1]
    assert len(mine.areas) == theirs.num_faces
    areas = sorted(face.area for face in theirs.faces)
    np.testing.assert_allclose(sorted(mine.areas), areas, atol=1e-5)


@given(widths_lists, seeds)
@random_nets
def test_regions_tile_the_sheet_and_stay_within_the_bounds(widths, seed):
    for regions, bound in zip(
        linear_regions(*random_layers([2, *widths], seed), L), upper_bounds(widths), strict=True
    ):
        assert regions.areas.sum() == pytest.approx((2 * L) ** 2, abs=1e-12)
        assert regions.areas.min() > 0
        assert 1 <= len(regions.areas) <= bound
        assert len(np.unique(regions.patterns, axis=0)) == len(regions.areas)


@given(widths_lists, seeds)
@random_nets
def test_each_region_has_the_networks_affine_map(widths, seed):
    weights, biases = random_layers([2, *widths], seed)
    regions = linear_regions(weights, biases, L)[-1]
    net = torch_net(weights, biases).append(torch.nn.ReLU())
    for corner in range(regions.polygons.shape[1]):
        inside = 0.999 * regions.polygons[:, corner] + 0.001 * regions.centroids
        mapped = np.einsum("cmi,ci->cm", regions.linear, inside) + regions.shift
        np.testing.assert_allclose(mapped, run(net, inside), atol=1e-12)


@given(widths_lists, seeds)
@random_nets
def test_every_sampled_pattern_is_a_region_that_holds_the_sample(widths, seed):
    weights, biases = random_layers([2, *widths], seed)
    regions = linear_regions(weights, biases, L)[-1]
    points = np.random.default_rng(seed).uniform(-L, L, (300, 2))
    signs, hidden = [], points
    for weight, bias in zip(weights, biases, strict=True):
        before = hidden @ weight.T + bias
        signs.append(before > 0)
        hidden = np.maximum(before, 0)
    index = {tuple(p): k for k, p in enumerate(regions.patterns.tolist())}
    for point, pattern in zip(points, np.concatenate(signs, axis=1).tolist(), strict=True):
        region = index[tuple(pattern)]
        polygon = regions.polygons[region, : regions.corners[region]]
        edges = np.roll(polygon, -1, axis=0) - polygon
        to_point = point - polygon
        assert (edges[:, 0] * to_point[:, 1] - edges[:, 1] * to_point[:, 0]).min() > -1e-9


@given(st.integers(1, 7), seeds)
@random_nets
def test_one_layer_makes_one_region_more_for_each_line_and_each_meeting(neurons, seed):
    (weight,), (bias,) = random_layers([2, neurons], seed)
    corners = np.array([[-L, -L], [L, -L], [L, L], [-L, L]]) @ weight.T + bias
    lines = int(((corners.min(0) < 0) & (corners.max(0) > 0)).sum())
    pairs = combinations(range(neurons), 2)
    meetings = [np.linalg.solve(weight[list(p)], -bias[list(p)]) for p in pairs]
    inside = sum(bool(np.abs(point).max() < L) for point in meetings)
    assert len(linear_regions([weight], [bias], L)[0].areas) == 1 + lines + inside


@given(widths_lists, seeds)
@random_nets
def test_decision_cells_tile_and_have_one_class_each(widths, seed):
    weights, biases = random_layers([2, *widths, 1], seed)
    cells = cells_by_layer(weights[:-1], biases[:-1], L)[-1]
    parts = decision_cells(cells, weights[-1], biases[-1])
    assert parts.areas.sum() == pytest.approx((2 * L) ** 2, abs=1e-12)
    net = torch_net(weights, biases)
    for part, polygon in enumerate(parts.outlines):
        inside = 0.99 * polygon + 0.01 * centroid(polygon)
        assert ((run(net, inside)[:, 0] > 0) == parts.patterns[part, -1]).all()
        mapped = inside @ parts.linear[part].T + parts.shift[part]
        np.testing.assert_allclose(mapped, run(net, inside), atol=1e-12)


@given(st.floats(0, 6.28), st.floats(-1, 1), st.integers(3, 9))
def test_a_cut_shares_out_the_area_and_runs_along_the_line(angle, offset, sides):
    around = np.linspace(0, 2 * np.pi, sides, endpoint=False) + 0.1
    polygon = np.stack([np.cos(around), np.sin(around)], axis=1)
    values = polygon @ [np.cos(angle), np.sin(angle)] + offset
    if np.abs(values).min() < 1e-6 or not values.min() < 0 < values.max():
        return
    below, above, cut = (part[0] for part in split(polygon[None], values[None]))
    assert area(below) + area(above) == pytest.approx(np.sin(2 * np.pi / sides) * sides / 2)
    assert min(area(below), area(above)) > 0
    np.testing.assert_allclose(cut @ [np.cos(angle), np.sin(angle)] + offset, 0, atol=1e-12)
    moments = area(below) * centroid(below) + area(above) * centroid(above)
    np.testing.assert_allclose(moments, 0, atol=1e-12)


def test_a_line_through_corners_cuts_off_no_slivers():
    diagonals = np.array([[1.0, 1.0], [1.0, -1.0], [0.1, 0.1]])
    regions = linear_regions([diagonals], [np.zeros(3)], L)[0]
    np.testing.assert_allclose(regions.areas, L**2, atol=1e-12)
    assert regions.corners.tolist() == [3, 3, 3, 3]


def test_short_polygons_repeat_their_last_corner():
    regions = linear_regions(*random_layers([2, 8, 8], 2), L)[-1]
    assert regions.corners.min() == 3 < regions.polygons.shape[1] == regions.corners.max()
    for polygon, corners in zip(regions.polygons, regions.corners, strict=True):
        assert (polygon[corners:] == polygon[corners - 1]).all()
        assert len(np.unique(polygon, axis=0)) == corners


def test_a_layer_that_is_dead_leaves_one_region():
    regions = linear_regions([np.eye(2), np.ones((2, 2))], [-5 * np.ones(2), -np.ones(2)], L)[-1]
    assert len(regions.areas) == 1
    assert not regions.patterns.any()
    assert not regions.linear.any()


def test_regions_that_a_later_layer_switches_off_share_a_map():
    weights, biases = [np.eye(2), np.array([[1.0, 1.0]])], [np.zeros(2), np.array([-9.0])]
    first, last = linear_regions(weights, biases, L)
    assert (len(first.areas), distinct_maps(first)) == (4, 4)
    assert (len(last.areas), distinct_maps(last)) == (4, 1)
    only_x = linear_regions([np.eye(2), np.array([[1.0, 0.0]])], [np.zeros(2), np.ones(1)], L)[1]
    assert (len(only_x.areas), distinct_maps(only_x)) == (4, 2)


def test_before_any_layer_there_is_the_sheet():
    whole = cells_by_layer([], [], L)[0]
    np.testing.assert_array_equal(whole.polygons[0], square(L))
    np.testing.assert_array_equal(whole.linear[0], np.eye(2))
    np.testing.assert_allclose(whole.centroids, 0, atol=1e-15)


def test_known_bounds():
    assert [one_layer_bound(n) for n in (1, 2, 3, 16)] == [2, 4, 7, 137]
    assert [one_layer_bound(n, 3) for n in (3, 4)] == [8, 15]
    assert all(one_layer_bound(n) == 1 + n + n * (n - 1) // 2 for n in range(1, 17))
    assert reachable_regions([8, 8]) == 592
    assert reachable_regions([16]) == 137
    assert upper_bounds([2, 2]) == (4, 16)
    assert upper_bounds([3, 1, 4]) == (7, 14, 70)
    with pytest.raises(ValueError, match="at least 2 neurons"):
        reachable_regions([4, 1])
