"""Measured lines with their range follow a track; theory stands beside them, in the table too."""

import numpy as np
import pytest

from mlanim.stage.layout import Box
from mlanim.stage.pictures.learning.measured import MeasuredChart
from mlanim.stage.track import Track

XS = np.array([4.0, 3.0, 2.0, 1.0, 0.0])
SPREAD = np.stack([XS, XS + 1, XS + 3])


@pytest.mark.parametrize("runs", [False, True])
def test_lines_come_as_far_as_the_track_and_dots_stand(runs):
    along = Track(XS)
    chart = MeasuredChart((4, 0), (0, 8))
    found = {"a": (SPREAD, XS + 1.5), "b": (SPREAD / 2, XS / 2)}
    dots = chart.measure(along if runs else XS, found, ["input", "weight"], x="layer", every=2)
    chart.placed(Box(0, 0, 6, 4))
    along.put(2.0)
    chart.update()
    line = next(mark for mark in chart.marks if mark.name == "a")
    end = line.path.points[-1]
    np.testing.assert_allclose(end, chart.place((2.0, 3.0) if runs else (0.0, 1.0)), atol=1e-9)
    assert len(dots.values[0]) == 6
    (table,) = chart.tables().values()
    names = ["least", "median", "largest", "theory"]
    assert list(table.columns) == ["layer", *(f"{k} {n}" for k in "ab" for n in names)]
    np.testing.assert_allclose(table.columns["b largest"], SPREAD[2] / 2)
    np.testing.assert_allclose(table.columns["a theory"], XS + 1.5)
