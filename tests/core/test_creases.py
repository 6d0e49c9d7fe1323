from itertools import pairwise

import contourpy
import numpy as np
import pytest
import regioncam
from hypothesis import given, settings
from hypothesis import strategies as st
from random_nets import random_layers, run, seeds, torch_net, widths_lists

from mlanim.core.folding.creases import boundary, chain, creases
from mlanim.core.relu.regions import cells_by_layer

L = 1.75
random_nets = settings(max_examples=25)


def network(widths, seed):
    weights, biases = random_layers([2, *widths, 1], seed)
    layers = cells_by_layer(weights[:-1], biases[:-1], L)
    return weights, biases, layers, boundary(layers[-1], weights[-1], biases[-1], widths)


def polylines(found):
    return [found.points[a:b] for a, b in pairwise(found.starts)]


def length(lines):
    return sum(np.hypot(*np.diff(line, axis=0).T).sum() for line in lines)


def distance(points, lines):
    """From each point to the nearest segment of the polylines."""
    starts = np.concatenate([line[:-1] for line in lines])
    steps = np.concatenate([np.diff(line, axis=0) for line in lines])
    along = np.einsum("psk,sk->ps", points[:, None] - starts, steps) / (steps**2).sum(axis=1)
    nearest = starts + np.clip(along, 0, 1)[..., None] * steps
    return np.linalg.norm(points[:, None] - nearest, axis=2).min(axis=1)


def before_relu(weights, biases, points):
    values, hidden = [], points
    for weight, bias in zip(weights, biases, strict=True):
        values.append(hidden @ weight.T + bias)
        hidden = np.maximum(values[-1], 0)
    return values


@given(widths_lists, seeds)
@random_nets
def test_the_network_is_zero_along_the_whole_boundary(widths, seed):
    weights, biases, _, found = network(widths, seed)
    net = torch_net(weights, biases)
    for line in polylines(found):
        for share in (0.0, 0.25, 0.5, 0.75):
            between = (1 - share) * line[:-1] + share * line[1:]
            assert np.abs(run(net, between)).max(initial=0) < 1e-9


@given(widths_lists, seeds)
@random_nets
def test_it_bends_on_creases_and_ends_on_the_edge(widths, seed):
    weights, biases, _, found = network(widths, seed)
    values = before_relu(weights[:-1], biases[:-1], found.points)
    for k, (layer, neuron) in enumerate(zip(found.crease_layer, found.crease_neuron, strict=True)):
        if layer >= 0:
            assert abs(values[layer][k, neuron]) < 1e-9
        else:
            assert np.abs(found.points[k]).max() == pytest.approx(L)
            assert found.turns[k] == 0
    for line, closed in zip(polylines(found), found.closed, strict=True):
        assert (line[0] == line[-1]).all() == closed


@pytest.mark.parametrize("widths", [(3,), (8,), (2, 2), (6, 6), (8, 8, 8)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_regioncam_and_contourpy_draw_the_same_cut(widths, seed):
    weights, biases, _, found = network(widths, seed)
    camera = regioncam.Regioncam(L)
    for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        camera.linear(weight.T.astype(np.float32), bias.astype(np.float32))
        if layer < len(widths):
            camera.relu()
    camera.decision_boundary()
    theirs = sum(edge.length for edge in camera.edges if edge.is_decision_boundary)
    assert length(polylines(found)) == pytest.approx(theirs, abs=1e-4)

    axis = np.linspace(-L, L, 301)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    field = run(torch_net(weights, biases), grid).reshape(301, 301)
    sampled = contourpy.contour_generator(axis, axis, field).lines(0.0)
    assert length(sampled) == pytest.approx(length(polylines(found)), rel=0.02, abs=0.02)
    for line in sampled:
        assert distance(line, polylines(found)).max() < axis[1] - axis[0]


@given(st.integers(3, 12), seeds)
@random_nets
def test_shuffled_sides_of_a_polygon_chain_into_one_loop(sides, seed):
    rng = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    corners = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    segments = np.stack([corners, np.roll(corners, -1, axis=0)], axis=1)
    for k in np.flatnonzero(rng.random(sides) < 0.5):
        segments[k] = segments[k, ::-1].copy()
    segments = segments[rng.permutation(sides)]
    (walk,) = chain(segments)
    ends = segments.reshape(-1, 2)
    assert sorted(end // 2 for end in walk) == list(range(sides))
    for leaving, entering in zip(walk, walk[1:] + walk[:1], strict=True):
        np.testing.assert_array_equal(ends[leaving ^ 1], ends[entering])


def test_a_closed_cut_turns_once_around():
    weight = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    layers = cells_by_layer([weight], [np.zeros(4)], L)
    found = boundary(layers[-1], -np.ones((1, 4)), np.ones(1), (4,))  # |x| + |y| = 1
    assert found.closed.tolist() == [True]
    assert np.abs(found.points).sum(axis=1) == pytest.approx(1)
    assert abs(found.turns[:-1].sum()) == pytest.approx(2 * np.pi)
    assert np.abs(found.turns) == pytest.approx(np.pi / 2)
    assert length(polylines(found)) == pytest.approx(4 * np.sqrt(2))


def test_a_network_of_one_opinion_has_no_cut():
    layers = cells_by_layer([np.eye(2)], [np.zeros(2)], L)
    found = boundary(layers[-1], np.ones((1, 2)), np.ones(1), (2,))
    assert found.points.shape == (0, 2)
    assert found.starts.tolist() == [0]
    assert found.closed.shape == found.turns.shape == found.crease_layer.shape == (0,)


@given(widths_lists, seeds)
@random_nets
def test_every_crease_is_where_its_neuron_is_zero(widths, seed):
    weights, biases, layers, _ = network(widths, seed)
    found = creases(layers, weights[:-1], biases[:-1])
    for share in (0.0, 0.3, 1.0):
        points = (1 - share) * found.segments[:, 0] + share * found.segments[:, 1]
        values = before_relu(weights[:-1], biases[:-1], points)
        for k, (layer, neuron) in enumerate(zip(found.layer, found.neuron, strict=True)):
            assert abs(values[layer][k, neuron]) < 1e-9


@given(widths_lists, seeds)
@random_nets
def test_each_crease_segment_adds_to_the_regions(widths, seed):
    """Along a layer's creases, its regions' perimeters grow by twice the creases' length."""
    weights, biases, layers, _ = network(widths, seed)
    found = creases(layers, weights[:-1], biases[:-1])

    def perimeter(cells):
        return length([np.vstack([c, c[:1]]) for c in cells.outlines])

    for layer in range(len(widths)):
        mine = found.segments[found.layer == layer]
        grown = perimeter(layers[layer + 1]) - perimeter(layers[layer])
        assert grown == pytest.approx(2 * length(mine), abs=1e-9)
