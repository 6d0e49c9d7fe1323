import numpy as np
import pytest
import torch
from hypothesis import given, settings
from random_nets import random_layers, run, seeds, torch_net, widths_lists

from mlanim.core.folding.sheet import cut_sheet, spread
from mlanim.core.relu.regions import cells_by_layer

L = 1.75
GRID = 7
random_nets = settings(max_examples=20)


def random_sheet(widths, seed, grid=GRID):
    weights, biases = random_layers([2, *widths], seed)
    cells = cells_by_layer(weights, biases, L)[-1]
    return weights, biases, cells, cut_sheet(cells.polygons, L, grid)


def triangle_areas(corners):
    (x1, y1), (x2, y2) = (corners[:, 1] - corners[:, 0]).T, (corners[:, 2] - corners[:, 0]).T
    return (x1 * y2 - x2 * y1) / 2


@given(widths_lists, seeds)
@random_nets
def test_faces_and_triangles_tile_the_square(widths, seed):
    sheet = random_sheet(widths, seed)[3]
    areas = triangle_areas(sheet.vertices[sheet.triangles])
    assert areas.min() > -1e-15
    assert areas.sum() == pytest.approx((2 * L) ** 2, abs=1e-6)
    assert sheet.areas.sum() == pytest.approx((2 * L) ** 2, abs=1e-6)
    summed = np.bincount(sheet.triangle_faces, weights=areas)
    np.testing.assert_allclose(summed, sheet.areas, atol=1e-12)


@given(widths_lists, seeds)
@random_nets
def test_the_mesh_has_no_gaps_and_no_hanging_corners(widths, seed):
    """Euler: vertices - edges + faces = 1 for a disc, and every inner edge has two faces."""
    sheet = random_sheet(widths, seed)[3]
    if sheet.areas.min() < 1e-7:
        return  # corners closer than the welding distance are one corner
    edges = {}
    for face, corners in zip(sheet.faces, sheet.corners, strict=True):
        for a, b in zip(face[:corners], np.roll(face[:corners], -1), strict=True):
            edges[frozenset((int(a), int(b)))] = edges.get(frozenset((int(a), int(b))), 0) + 1
    assert len(sheet.vertices) - len(edges) + len(sheet.faces) == 1
    for edge, faces in edges.items():
        ends = sheet.vertices[list(edge)]
        outer = (np.abs(np.abs(ends) - L) < 1e-9).all(axis=0).any()
        assert faces == (1 if outer else 2)


@given(widths_lists, seeds)
@random_nets
def test_the_network_bends_no_face(widths, seed):
    weights, biases, cells, sheet = random_sheet(widths, seed)
    images = run(torch_net(weights, biases).append(torch.nn.ReLU()), sheet.vertices)
    for k in range(sheet.faces.shape[1]):
        corner = sheet.faces[:, k]
        linear, shift = cells.linear[sheet.cells], cells.shift[sheet.cells]
        mapped = np.einsum("fmi,fi->fm", linear, sheet.vertices[corner]) + shift
        np.testing.assert_allclose(images[corner], mapped, atol=1e-7)


def test_every_face_lies_in_its_grid_square():
    sheet = random_sheet((5, 4), 1)[3]
    low = -L + sheet.squares * (2 * L / GRID)
    corners = sheet.vertices[sheet.faces]
    assert (corners >= low[:, None] - 1e-9).all()
    assert (corners <= low[:, None] + 2 * L / GRID + 1e-9).all()
    assert (np.bincount(sheet.squares @ [GRID, 1], minlength=GRID**2) > 0).all()


def test_an_uncut_sheet_is_the_grid():
    sheet = random_sheet((), 0, grid=5)[3]
    assert len(sheet.faces) == 25
    assert len(sheet.vertices) == 36
    assert len(sheet.triangles) == 50
    assert (sheet.corners == 4).all()
    np.testing.assert_allclose(sheet.areas, (2 * L / 5) ** 2)


def test_the_spread_of_a_flat_and_of_a_folded_sheet_is_the_integral():
    sheet = random_sheet((), 0, grid=6)[3]
    np.testing.assert_allclose(spread(sheet, sheet.vertices), np.eye(2) * L**2 / 3, atol=1e-12)
    folded = np.abs(sheet.vertices)  # the grid has a line on each axis
    np.testing.assert_allclose(spread(sheet, folded), np.eye(2) * L**2 / 12, atol=1e-12)
    far = sheet.vertices @ [[1.0, 2.0, 0.0], [0.0, 1.0, -1.0]] + 1e7
    shear = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, -1.0]])
    np.testing.assert_allclose(spread(sheet, far), shear.T @ shear * L**2 / 3, atol=1e-6)


def test_the_spread_agrees_with_sampling():
    weights, biases, _, sheet = random_sheet((4, 3), 3)
    net = torch_net(weights, biases)
    points = np.random.default_rng(0).uniform(-L, L, (200_000, 2))
    sampled = np.cov(run(net, points).T, bias=True)
    np.testing.assert_allclose(spread(sheet, run(net, sheet.vertices)), sampled, atol=0.05)
