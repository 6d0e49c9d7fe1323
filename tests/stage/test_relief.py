"""Surfaces with axes: ticks and paths lie at the heights of their values, whatever the view."""

import numpy as np
import pytest

from mlanim.stage.arrays.surface import View, bilinear
from mlanim.stage.plots.relief import HEIGHT_AXIS, RISE, Relief

X, Y = np.linspace(-30, 10, 9), np.linspace(0, 4, 5)
VALUES = np.add.outer(Y, 0.1 * X)  # from -3 to 5


def test_world_places_meet_the_surface():
    relief = Relief(VALUES, X, Y, View())
    xy = np.array([[-30.0, 0.0], [10.0, 4.0], [-3.0, 1.7]])
    world = relief.world(xy, xy[:, 1] + 0.1 * xy[:, 0])
    np.testing.assert_allclose(world[0], [-1, -1, 0])
    np.testing.assert_allclose(world[1], [1, 1, RISE])
    np.testing.assert_allclose(world[2, 2], relief.surface.height_at(world[2:, :2])[0])


@pytest.mark.parametrize("turn", [0.3, 1.2])
def test_ticks_stand_at_their_heights_and_follow_the_view(turn):
    view = View(0.6)
    relief = Relief(VALUES, X, Y, view)
    view.turn.set_value(turn)
    relief.labels.update(0)
    for label in relief.labels:
        height = RISE * (float(label.plain.replace("−", "-")) + 3) / 8
        x, y, _ = view.project(np.array([*HEIGHT_AXIS, height]))
        np.testing.assert_allclose(
            label.origin[:2] + np.array([label.advance, 0]), [x - 0.15, y - 0.08]
        )


def test_powers_of_ten_are_spelled_out():
    relief = Relief(VALUES, X, Y, View(), powers=True, names=("a", "b", "loss"))
    assert [label.plain for label in relief.labels] == [
        *("0.001", "0.01", "0.1", "1", "10", "100", "1000", "10000", "100000"),
        *("a", "b", "loss"),
    ]


def test_a_marker_stays_on_its_place_while_the_view_turns():
    view = View(0.2)
    relief = Relief(VALUES, X, Y, view)
    dot = relief.marker(np.array([0.5, -0.5, 0.4]), "text")
    view.turn.set_value(1.0)
    dot.update(0)
    expected = view.project(np.array([0.5, -0.5, 0.4]))[:2]
    np.testing.assert_allclose(dot.get_center()[:2], expected, atol=1e-9)


def test_a_camera_glides_from_one_view_to_another():
    view, to = View(0.0, np.pi / 2, 2.0), View(0.4, 0.6, 3.0, np.array([1.0, -1.0, 0.0]))
    move = view.gliding(to)
    move.begin()
    move.interpolate(1)
    place = np.array([0.3, 0.2, 0.1])
    np.testing.assert_allclose(view.project(place), to.project(place))


def test_a_grid_is_read_between_its_points():
    rows, columns = VALUES.shape
    at = np.array([[0.0, 0.0], [1.0, 1.0], [0.25, 0.6]])
    expected = VALUES[0, 0] + at[:, 0] * 4 + at[:, 1] * 4
    np.testing.assert_allclose(bilinear(VALUES, at), expected)
    assert bilinear(VALUES, np.array([[2.0, -1.0]]))[0] == VALUES[0, columns - 1]
    assert rows == len(Y)
