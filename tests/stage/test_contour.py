import numpy as np
import pytest

from mlanim.stage import theme
from mlanim.stage.colors import colormap
from mlanim.stage.plots.contour import ContourBands, level_lines
from mlanim.stage.plots.fixed_chart import Chart

XS, YS = np.linspace(-2, 2, 161), np.linspace(-1, 1, 81)
CONE = np.hypot(*np.meshgrid(XS, YS))


def bands(values: np.ndarray, levels: list[float]) -> tuple[Chart, ContourBands]:
    chart = Chart((-2, 2), (-1, 1), 8, 4, ticks=0)
    return chart, ContourBands(chart, XS, YS, values, np.array(levels))


@pytest.mark.parametrize("radius", [0.3, 0.5, 0.9])
def test_the_level_line_of_a_cone_is_a_circle(radius):
    lines = level_lines(XS, YS, CONE, radius)
    assert len(lines) == 1
    np.testing.assert_allclose(np.linalg.norm(lines[0], axis=1), radius, atol=1e-3)
    np.testing.assert_allclose(lines[0][0], lines[0][-1])
    a, b = lines[0][:-1], lines[0][1:]
    area = abs(np.sum(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])) / 2
    assert area == pytest.approx(np.pi * radius**2, rel=2e-3)


def test_a_level_line_is_cut_where_the_data_ends():
    lines = level_lines(XS, YS, CONE, 1.5)  # leaves through the top and the bottom
    assert len(lines) == 2
    assert {tuple(np.sign(line[:, 0].mean()) for line in lines)} <= {(1, -1), (-1, 1)}


def test_no_line_where_the_level_is_not_reached():
    assert level_lines(XS, YS, CONE, 99.0) == []


@pytest.mark.parametrize("levels", [[0.5, 1.0, 1.5], [0.1], [-4.0, 0.5, 50.0]])
def test_bands_cover_the_whole_area(still, levels):
    """Levels outside the data are no reason for a hole either."""
    chart, filled = bands(CONE, levels)
    inside = still(filled).within(*((corner[0], corner[1]) for corner in chart.box))
    background = theme.rgb("background") * 255
    distance = np.abs(inside - background).max(axis=2)
    # On a level line the background's colour shines through by less than half, twice at most.
    assert distance.min() > 20


def test_each_band_has_the_colour_of_its_rank(still):
    chart, filled = bands(CONE, [0.5, 1.0, 1.5])
    picture = still(filled)
    expected = colormap.terrain(np.arange(4), 0, 3) * 255
    for radius, color in zip((0.2, 0.75, 1.25, 1.8), expected, strict=True):
        place = chart.place(np.array([radius, 0.0]))
        np.testing.assert_allclose(picture.at(*place[:2]), color, atol=2)


def test_a_band_has_a_hole_where_the_next_one_lies(still):
    _, filled = bands(CONE, [0.5, 1.0])
    outer = filled[2]
    center = still(outer).at(0, 0)
    np.testing.assert_array_equal(center, np.rint(theme.rgb("background") * 255))


def test_level_lines_lie_on_the_chart_where_the_level_is():
    chart = Chart((-2, 2), (-1, 1), 8, 4, ticks=0).shift([1, 1, 0])
    filled = ContourBands(chart, XS, YS, CONE, np.array([0.5]))
    radius = np.linalg.norm(filled.lines.points[:, :2] - [1, 1], axis=1) / chart.unit()
    np.testing.assert_allclose(radius, 0.5, atol=2e-3)


def test_bands_follow_a_chart_that_was_scaled(still):
    chart = Chart((-2, 2), (-1, 1), 8, 4, ticks=0).scale(0.5)
    filled = ContourBands(chart, XS, YS, CONE, np.array([0.5]))
    assert (filled.width, filled.height) == pytest.approx((4, 2), abs=1e-6)
