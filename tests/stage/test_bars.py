"""Bars: lengths and sides follow the values."""

import numpy as np

from mlanim.stage.layout import Box
from mlanim.stage.marks.bars import RowBars

ROOM = Box(0, 0, 6, 3)
PAINT = np.full((3, 3), 0.5)


def lengths(bars: RowBars) -> np.ndarray:
    """Signed length of each bar as drawn, manim units."""
    corners = bars.bars.points.reshape(-1, 4, 3)
    return corners[:, 1, 0] - corners[:, 0, 0]


def test_lengths_are_in_proportion_and_within_the_box():
    values = np.array([-1.0, 0.0, 3.0])
    bars = RowBars(values, PAINT, ("a", "b", "c"), ROOM, -1, 3)
    np.testing.assert_allclose(lengths(bars) / lengths(bars)[2], values / 3)
    assert bars.bars.points[:, 0].max() <= ROOM.right + 1e-9
    assert bars.names[0].get_left()[0] >= ROOM.left


def test_another_scale_ends_where_it_says():
    bars = RowBars(np.array([-1.0, 0.0, 3.0]), PAINT, ("a", "b", "c"), ROOM, -1, 3)
    change = bars.morphing(np.array([0.25, 0.25, 0.5]), PAINT, 0, 1)
    change.begin()
    change.interpolate(1)
    np.testing.assert_allclose(lengths(bars), np.array([0.25, 0.25, 0.5]) * bars.room.width)
