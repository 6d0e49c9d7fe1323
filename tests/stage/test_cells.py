import manim
import numpy as np
import pytest
from manim import Camera, Transform, linear

from mlanim.stage import theme
from mlanim.stage.colors import colormap
from mlanim.stage.plots.cells import Cells, cell_centres

VALUES = np.array([[0.1, 0.9, 0.4], [0.75, 0.0, 1.0]])


def shares(values):
    return colormap.sequential(values, 0.0, 1.0)


def test_cells_are_read_like_a_page():
    places = cell_centres(2, 3, (1.0, 2.0), np.array([10, 20, 0]))
    expected = [[9, 21], [10, 21], [11, 21], [9, 19], [10, 19], [11, 19]]
    np.testing.assert_allclose(places[:, :2], expected)


@pytest.mark.parametrize("gap", [0.0, 0.1])
def test_cells_look_like_manim_s_squares(still, gap):
    cells = Cells(VALUES, shares, (1.0, 1.0), gap)
    cells.seam = 0.0  # manim's squares do not overlap
    squares = [
        manim.Square(
            1 - gap, stroke_width=0, fill_opacity=1, fill_color=theme.to_color(paint)
        ).move_to(middle)
        for middle, paint in zip(cells.middles.reshape(-1, 3), shares(VALUES.ravel()), strict=True)
    ]
    ours, theirs = still(cells), still(*squares, camera_class=Camera)
    assert np.ptp(theirs.pixels) > 100
    # Cairo covers an edge's pixel in fifteenths; a tie may fall either way.
    assert np.abs(ours.pixels - theirs.pixels).max() <= 255 / 15
    for x, y in cells.middles.reshape(-1, 3)[:, :2]:
        corners = (x - 0.4, y - 0.4), (x + 0.4, y + 0.4)
        np.testing.assert_array_equal(ours.within(*corners), theirs.within(*corners))


def test_neighbouring_cells_show_no_seam(still):
    cells = Cells(np.full((13, 17), 0.5), shares, (0.33, 0.37))
    cells.rgbas[::2, 0] += 1e-4  # no two neighbours in one path
    assert np.ptp(still(cells).within((-2.7, -2.3), (2.7, 2.3)).reshape(-1, 3), axis=0).max() <= 2


def test_a_gap_shows_the_background(still):
    picture = still(Cells(np.ones((1, 2)), shares, (2.0, 2.0), gap=0.4))
    np.testing.assert_array_equal(picture.at(0, 0), np.rint(theme.rgb("background") * 255))
    np.testing.assert_allclose(picture.at(1, 0), colormap.sequential(np.ones(1))[0] * 255, atol=1)


def test_the_first_row_is_on_top(still):
    picture = still(Cells(np.array([[1.0], [0.0]]), shares, (2.0, 2.0)))
    for y, value in ((1, 1.0), (-1, 0.0)):
        expected = colormap.sequential(np.array([value]))[0] * 255
        np.testing.assert_allclose(picture.at(0, y), expected, atol=1)


def test_set_values_recolours_and_keeps_the_opacity():
    cells = Cells(VALUES, shares, (1, 1)).set_opacity(0.5)
    cells.set_values(VALUES[::-1])
    np.testing.assert_allclose(cells.rgbas[:, :3], shares(VALUES[::-1].ravel()))
    np.testing.assert_array_equal(cells.rgbas[:, 3], 0.5)


def test_middles_follow_moves_and_scaling():
    cells = Cells(VALUES, shares, (1, 1)).shift([2, 0, 0]).scale(3)
    expected = 3 * cell_centres(2, 3, (1, 1), np.zeros(3)) + [2, 0, 0]
    np.testing.assert_allclose(cells.middles.reshape(-1, 3), expected, atol=1e-9)


def test_a_transform_of_cells_mixes_colours_and_values(film):
    start, end = (Cells(v, shares, (1, 1)) for v in (VALUES, 1 - VALUES))
    middle = start.copy()
    middle.interpolate(start, end, 0.25)
    np.testing.assert_allclose(middle.values, 0.75 * VALUES + 0.25 * (1 - VALUES))
    film(lambda scene: scene.play(Transform(start, end, rate_func=linear)), fps=3)
    np.testing.assert_allclose(start.values, 1 - VALUES)
    np.testing.assert_allclose(start.rgbas, end.rgbas)


def run(animation, alpha):
    animation.begin()
    animation.interpolate(alpha)
