"""Graphs: they fit, edges and nodes follow the numbers, values flow right and rates left."""

import itertools

import numpy as np
import pytest

from mlanim.stage import theme
from mlanim.stage.graphs.computation import ComputationGraph
from mlanim.stage.graphs.graph import Graph
from mlanim.stage.graphs.layered import dense_edges, layer_of
from mlanim.stage.layout import Box
from mlanim.stage.track import Track
from mlanim.words.numbers import MINUS

BOX = Box(-6, -2.5, 6, 2)
RNG = np.random.default_rng(0)
VALUES = RNG.normal(size=6)
WEIGHTS = [RNG.normal(size=(3, 2)), RNG.normal(size=(1, 3))]
NEURON = {
    "nodes": ["x", "w", "times", "b", "+"],
    "edges": [(0, 2), (1, 2), (2, 4), (3, 4)],
    "forward": [2.0, -0.5, -1.0, 3.0, 2.0],
    "backward": [-0.5, 2.0, 1.0, 1.0],
}


def network(**more) -> Graph:
    return Graph(layers=(2, 3, 1), values=VALUES, weights=WEIGHTS, **more)


def opacities(numbers) -> list[float]:
    return [number[0].get_fill_opacity() for number in numbers]


@pytest.mark.parametrize("size", [(4, 3), (13, 4.5), (6, 6)])
@pytest.mark.parametrize("medium", [theme.FILM, theme.PAGE])
@pytest.mark.parametrize("layers", [(2, 3, 1), (8, 6, 6, 3), (12, 12)])
def test_networks_stay_in_their_box(fits, size, medium, layers):
    box = Box(-1, 1, -1 + size[0], 1 + size[1])
    edges = sum(a * b for a, b in itertools.pairwise(layers))
    names = [f"n{i}" for i in range(sum(layers))]
    with theme.drawn_for(medium):
        graph = Graph(
            names, layers=layers, values=RNG.normal(size=sum(layers)),
            weights=RNG.normal(size=edges),
        )  # fmt: skip
        fits(graph.placed(box), box, air=0.06)


def test_weight_matrices_belong_to_the_edges_of_their_rows_and_columns():
    graph = network()
    for weight, (a, b) in zip(graph.weights, graph.edges, strict=True):
        matrix, row, column = (WEIGHTS[0], b - 2, a) if b < 5 else (WEIGHTS[1], 0, a - 2)
        assert weight == matrix[row, column]
    assert graph.tables()["edges"].headings() == ["from", "to", "weight"]


def test_edges_are_as_wide_as_their_weights_in_the_colour_of_their_sign():
    graph = network().placed(BOX)
    widths = np.array([line.get_stroke_width() for line in graph.lines])
    wide = widths > 2 * theme.STROKES["hair"]
    shares = np.abs(graph.weights) / np.abs(graph.weights).max()
    np.testing.assert_allclose(widths[wide] / widths.max(), shares[wide])
    for line, weight in zip(graph.lines, graph.weights, strict=True):
        expected = theme.color("positive" if weight > 0 else "negative")
        assert line.get_stroke_color().to_hex() == expected.to_hex()


def test_numbers_stand_in_nodes_and_on_edges_where_they_have_room():
    graph = network().placed(BOX)
    assert sum(len(ink.texts) for ink in graph.inks) == 6
    assert len(graph.edge_ink.texts) == 9
    many = Graph(layers=(12, 12), values=np.arange(24.0), weights=RNG.normal(size=144)).placed(BOX)
    assert many.edge_ink.texts == []
    assert many.barred == (not many.has_numbers)


def test_a_number_on_an_edge_keeps_off_all_nodes():
    counts, weights = set(), [[[0.4, 0.9], [1.3, -0.7]], [[-1.3, -0.6]]]
    for width in np.linspace(2.6, 6.0, 18):
        graph = Graph(layers=(2, 2, 1), weights=weights).placed(Box(0, 0, width, 4))
        ink = graph.edge_ink.points[:, None, :2]
        apart = np.linalg.norm(ink - graph.places, axis=2).min(initial=np.inf)
        assert apart >= graph.radius, width
        counts.add(len(graph.edge_ink.texts))
    assert counts == {0, 6}


def test_a_weight_of_exactly_0_is_no_line_and_shows_0():
    graph = Graph(["a", "b"], [(0, 1)], weights=[0.0]).placed(BOX)
    assert graph.lines[0].get_stroke_opacity() == 0
    assert graph.edge_ink.texts == ["0"]


def test_a_graph_runs_to_other_values_and_ends_on_them_exactly():
    graph = network().placed(BOX)
    change = graph.to(-VALUES, weights=[-matrix for matrix in WEIGHTS])
    change.begin()
    change.interpolate(1)
    np.testing.assert_array_equal(graph.node_values, -VALUES)
    np.testing.assert_array_equal(graph.weights[:6], -WEIGHTS[0].ravel())
    graph.to(VALUES).begin()


def test_a_graph_follows_tracks():
    track = Track([0, 1], nodes=np.stack([VALUES, -VALUES]))
    graph = Graph(layers=(2, 3, 1), values=track["nodes"], weights=WEIGHTS).placed(BOX)
    track.put(1)
    graph.update(0)
    np.testing.assert_array_equal(graph.node_values, -VALUES)


def test_layers_follow_from_edges():
    assert layer_of(6, dense_edges((2, 3, 1))) == [0, 0, 1, 1, 1, 2]
    assert layer_of(5, NEURON["edges"]) == [0, 0, 1, 1, 2]
    with pytest.raises(ValueError, match="circle"):
        layer_of(2, [(0, 1), (1, 0)])
    with pytest.raises(ValueError, match="beyond the 2 nodes"):
        layer_of(2, [(0, 2)])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"nodes": ["a"]}, "give one of the two"),
        ({"layers": (2, 1), "values": [1, 2]}, r"3 nodes have values \(3,\), not \(2,\)"),
        ({"layers": (2, 1), "weights": [1, 2, 3]}, r"2 edges have weights \(2,\)"),
        ({"layers": (2, 1), "nodes": ["a"]}, "1 names for 3 nodes"),
        ({"layers": (2, 1), "role": ["text"]}, "1 roles for 3 nodes"),
        ({"layers": (40, 40)}, "as a Matrix"),
        ({"layers": (2, 1), "values": [5, 0, 0], "reach": (1, None)}, "5 of a node goes beyond"),
    ],
)
def test_what_does_not_fit_together_is_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        Graph(**arguments)


@pytest.mark.parametrize("size", [(6, 3), (13, 4.5)])
@pytest.mark.parametrize("medium", [theme.FILM, theme.PAGE])
def test_a_computation_stays_in_its_box(fits, size, medium):
    box = Box(-1, 1, -1 + size[0], 1 + size[1])
    with theme.drawn_for(medium):
        fits(ComputationGraph(**NEURON).placed(box), box, air=0.06)


def test_values_stand_over_edges_and_rates_below():
    graph = ComputationGraph(**NEURON).placed(BOX)
    assert [n.plain for n in graph.over] == ["2.00", MINUS + "0.50", MINUS + "1.00", "3.00", "2.00"]
    assert [n.plain for n in graph.under] == [MINUS + "0.50", "2.00", "1.00", "1.00", "1.00"]
    for over, under in zip(graph.over, graph.under, strict=True):
        assert over.get_bottom()[1] > under.get_top()[1]


def test_values_flow_right_layer_by_layer_and_rates_left():
    graph = ComputationGraph(**NEURON, shown="").placed(BOX)
    assert opacities([*graph.over, *graph.under]) == [0] * 10
    graph.ahead.put(1)
    graph.update(0)
    assert opacities(graph.over) == [1, 1, 0, 0, 0]
    graph.ahead.put(3)
    graph.back.put(1)
    graph.update(0)
    assert opacities(graph.over) == [1] * 5
    assert opacities(graph.under) == [0, 0, 0, 0, 1]
    graph.back.put(1.9)
    right = graph.update(0).under[2].get_center()[0]
    graph.back.put(1.3)
    assert graph.update(0).under[2].get_center()[0] > right


def test_a_computation_follows_tracks():
    track = Track([0, 1], v=np.stack([np.zeros(5), np.ones(5)]))
    graph = ComputationGraph(NEURON["nodes"], NEURON["edges"], forward=track["v"]).placed(BOX)
    assert {n.plain for n in graph.over} == {"0"}
    track.put(1)
    assert {n.plain for n in graph.update(0).over} == {"1.00"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"forward": [1.0]}, "5 nodes have 5 finite values"),
        ({"backward": [np.nan] * 4}, "4 edges have 4 finite rates"),
        ({"edges": [(0, 2), (1, 2), (2, 4), (4, 2)]}, "circle"),
        ({"edges": [(0, 2), (1, 2), (1, 4), (1, 3)]}, "3 nodes are last"),
        ({"shown": "all"}, "not 'all'"),
        ({"roles": ["text"]}, "1 roles for 5 nodes"),
    ],
)
def test_a_computation_that_does_not_fit_together_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        ComputationGraph(**{**NEURON, **change})
