"""Networks: every neuron stands in the box, joined to all before it, and lights when it should."""

import numpy as np
import pytest

from mlanim.stage import theme
from mlanim.stage.layout import Box
from mlanim.stage.plots.network import Network

BOX = Box(0, -1.5, 5, 1.5)


def lit(network: Network) -> list[list[bool]]:
    on = theme.color("highlight").to_hex()
    return [[dot.get_fill_color().to_hex() == on for dot in column] for column in network.columns]


@pytest.mark.parametrize("widths", [(2, 2, 1), (2, 16, 3, 1)])
def test_neurons_and_names_stand_in_the_box_and_apart(widths):
    network = Network(widths, BOX)
    places = [dot.get_center() for column in network.columns for dot in column]
    gaps = [np.linalg.norm(a - b) for i, a in enumerate(places) for b in places[:i]]
    assert min(gaps) > 2 * network.columns[0][0].width / 2
    assert network.get_bottom()[1] >= BOX.bottom - 0.1
    assert network.get_top()[1] <= BOX.top
    assert [name.plain for name in network.names][:: len(widths) - 1] == ["input", "output"]


def test_a_neuron_is_joined_to_all_of_the_column_before_it():
    network = Network((3, 2, 1), BOX)
    for before, after, wires in zip(
        network.columns, network.columns[1:], network.inputs, strict=False
    ):
        for neuron, fan in zip(after, wires, strict=True):
            starts, ends = fan.points[0::4, :2], fan.points[3::4, :2]
            np.testing.assert_allclose(starts, [dot.get_center()[:2] for dot in before])
            np.testing.assert_allclose(ends - neuron.get_center()[:2], 0, atol=1e-9)


def test_a_column_or_one_neuron_of_it_lights():
    network = Network((2, 3, 1), BOX)
    assert lit(network.light(1)) == [[False] * 2, [True] * 3, [False]]
    assert lit(network.light(1, 2)) == [[False] * 2, [False, False, True], [False]]
    weight = theme.color("weight").to_hex()
    assert [w.get_stroke_color().to_hex() == weight for w in network.inputs[0]] == [
        False,
        False,
        True,
    ]
    assert not any(any(column) for column in lit(network.light(None)))
