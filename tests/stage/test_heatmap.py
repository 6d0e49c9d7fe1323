import manim
import numpy as np
import pytest
from manim import Camera, Transform, linear

from mlanim.stage import theme
from mlanim.stage.colors import colormap
from mlanim.stage.plots.heatmap import (
    Cells,
    ColorBar,
    Heatmap,
    cell_centres,
    signed_palette,
    weights_palette,
)
from mlanim.words.numbers import MINUS

VALUES = np.array([[0.1, 0.9, 0.4], [0.75, 0.0, 1.0]])


def shown(heatmap: Heatmap) -> dict[str, np.ndarray]:
    """Each number of a heatmap and the middle of its ink."""
    grids = [*heatmap.dark_ink.numbers(), *heatmap.light_ink.numbers()]
    return {text: (p.min(axis=0) + p.max(axis=0)) / 2 for text, p, _ in grids}


def test_cells_are_read_like_a_page():
    places = cell_centres(2, 3, (1.0, 2.0), np.array([10, 20, 0]))
    expected = [[9, 21], [10, 21], [11, 21], [9, 19], [10, 19], [11, 19]]
    np.testing.assert_allclose(places[:, :2], expected)


@pytest.mark.parametrize("gap", [0.0, 0.1])
def test_cells_look_like_manim_s_squares(still, gap):
    cells = Cells(VALUES, weights_palette, (1.0, 1.0), gap)
    cells.seam = 0.0  # manim's squares do not overlap
    squares = [
        manim.Square(
            1 - gap, stroke_width=0, fill_opacity=1, fill_color=theme.to_color(paint)
        ).move_to(middle)
        for middle, paint in zip(
            cells.middles.reshape(-1, 3), weights_palette(VALUES.ravel()), strict=True
        )
    ]
    ours, theirs = still(cells), still(*squares, camera_class=Camera)
    assert np.ptp(theirs.pixels) > 100
    # Cairo covers an edge's pixel in fifteenths; a tie may fall either way.
    assert np.abs(ours.pixels - theirs.pixels).max() <= 255 / 15
    for x, y in cells.middles.reshape(-1, 3)[:, :2]:
        corners = (x - 0.4, y - 0.4), (x + 0.4, y + 0.4)
        np.testing.assert_array_equal(ours.within(*corners), theirs.within(*corners))


def test_neighbouring_cells_show_no_seam(still):
    cells = Cells(np.full((13, 17), 0.5), weights_palette, (0.33, 0.37))
    cells.rgbas[::2, 0] += 1e-4  # no two neighbours in one path
    assert np.ptp(still(cells).within((-2.7, -2.3), (2.7, 2.3)).reshape(-1, 3), axis=0).max() <= 2


def test_a_gap_shows_the_background(still):
    picture = still(Cells(np.ones((1, 2)), weights_palette, (2.0, 2.0), gap=0.4))
    np.testing.assert_array_equal(picture.at(0, 0), np.rint(theme.rgb("background") * 255))
    np.testing.assert_allclose(picture.at(1, 0), colormap.sequential(np.ones(1))[0] * 255, atol=1)


def test_the_first_row_is_on_top(still):
    picture = still(Cells(np.array([[1.0], [0.0]]), weights_palette, (2.0, 2.0)))
    for y, value in ((1, 1.0), (-1, 0.0)):
        expected = colormap.sequential(np.array([value]))[0] * 255
        np.testing.assert_allclose(picture.at(0, y), expected, atol=1)


def test_set_values_recolours_and_keeps_the_opacity():
    cells = Cells(VALUES, weights_palette, (1, 1)).set_opacity(0.5)
    cells.set_values(VALUES[::-1])
    np.testing.assert_allclose(cells.rgbas[:, :3], weights_palette(VALUES[::-1].ravel()))
    np.testing.assert_array_equal(cells.rgbas[:, 3], 0.5)


def test_middles_follow_moves_and_scaling():
    cells = Cells(VALUES, weights_palette, (1, 1)).shift([2, 0, 0]).scale(3)
    expected = 3 * cell_centres(2, 3, (1, 1), np.zeros(3)) + [2, 0, 0]
    np.testing.assert_allclose(cells.middles.reshape(-1, 3), expected, atol=1e-9)
    assert cells.stretch == pytest.approx(3)


def test_a_transform_of_cells_mixes_colours_and_values(film):
    start, end = (Cells(v, weights_palette, (1, 1)) for v in (VALUES, 1 - VALUES))
    middle = start.copy()
    middle.interpolate(start, end, 0.25)
    np.testing.assert_allclose(middle.values, 0.75 * VALUES + 0.25 * (1 - VALUES))
    film(lambda scene: scene.play(Transform(start, end, rate_func=linear)), fps=3)
    np.testing.assert_allclose(start.values, 1 - VALUES)
    np.testing.assert_allclose(start.rgbas, end.rgbas)


def test_each_number_stands_in_its_cell():
    heatmap = Heatmap(VALUES, weights_palette, 3, 2)
    numbers = shown(heatmap)
    assert len(numbers) == 6
    for value, middle in zip(VALUES.ravel(), heatmap.cells.middles.reshape(-1, 3), strict=True):
        np.testing.assert_allclose(numbers[f"{value:.2f}"], middle, atol=0.02)


def test_each_number_has_the_ink_that_reads_better(each_theme):
    heatmap = Heatmap(np.linspace(0, 1, 12).reshape(3, 4), weights_palette, 4, 3)
    for grid, ink in ((heatmap.dark_ink, 0.0), (heatmap.light_ink, 1.0)):
        for text, _, _ in grid.numbers():
            below = colormap.sequential(np.array([float(text)]))[0]
            assert theme.contrast(np.full(3, ink), below) >= 4.5
    assert len(shown(heatmap)) == 12


def test_signed_values_have_a_true_minus_and_a_symmetric_palette():
    heatmap = Heatmap(np.array([[-0.5, 0.5]]), signed_palette(0.5), 2, 1)
    assert set(shown(heatmap)) == {MINUS + "0.50", "0.50"}
    expected = [theme.rgb("negative"), theme.rgb("positive")]
    np.testing.assert_allclose(heatmap.cells.rgbas[:, :3], expected, atol=1e-6)


def test_no_numbers_when_none_are_asked_for():
    heatmap = Heatmap(VALUES, weights_palette, 3, 2, places=None)
    assert shown(heatmap) == {}


def test_labels_stand_beside_their_rows_and_above_their_columns():
    heatmap = Heatmap(VALUES, weights_palette, 3, 2, rows=["a", "b"], columns=["x", "y", "z"])
    middles = heatmap.cells.middles
    for label, middle in zip(heatmap.row_labels, middles[:, 0], strict=True):
        assert label.get_right()[0] < middle[0] - 0.5
        assert abs(label.get_center()[1] - middle[1]) < 0.1
    for label, middle in zip(heatmap.column_labels, middles[0], strict=True):
        assert label.get_bottom()[1] > middle[1] + 0.5
        assert abs(label.get_center()[0] - middle[0]) < 0.05


def test_the_numbers_come_along_when_a_moved_and_scaled_heatmap_changes():
    heatmap = Heatmap(VALUES, weights_palette, 3, 2)
    heatmap.scale(0.5).shift([2, 1, 0])
    sizes = {size for _, _, size in heatmap.light_ink.numbers()}
    heatmap.set_values(1 - VALUES)
    numbers = shown(heatmap)
    for value, middle in zip(1 - VALUES.ravel(), heatmap.cells.middles.reshape(-1, 3), strict=True):
        np.testing.assert_allclose(numbers[f"{value:.2f}"], middle, atol=0.02)
    after = {size for _, _, size in heatmap.light_ink.numbers()}
    np.testing.assert_allclose(list(after), max(sizes), rtol=1e-6)
    np.testing.assert_allclose(max(sizes), theme.SIZES["small"] / 2, rtol=1e-6)


def test_morphing_shows_the_numbers_on_the_way(film):
    heatmap = Heatmap(np.zeros((1, 2)), weights_palette, 4, 2)
    seen = []

    def construct(scene):
        scene.add(heatmap)
        watcher = manim.Mobject().add_updater(lambda _: seen.append(heatmap.cells.values[0, 0]))
        scene.add(watcher)
        scene.play(heatmap.morphing(np.array([[1.0, 0.5]]), run_time=1, rate_func=linear))

    film(construct)
    np.testing.assert_allclose(heatmap.cells.values, [[1.0, 0.5]])
    assert set(shown(heatmap)) == {"1.00", "0.50"}
    np.testing.assert_allclose(np.diff(seen[2:-1]), 0.1, atol=0.02)


def test_a_colour_bar_runs_from_low_to_high_and_says_so(still):
    bar = ColorBar(signed_palette(2.0), -2.0, 2.0, width=4.0, label="score")
    picture = still(bar)
    for x, role in ((-1.97, "negative"), (1.97, "positive")):
        np.testing.assert_allclose(picture.at(x, 0), theme.rgb(role) * 255, atol=3)
    says = [text.plain for text in bar[1:]]
    assert says == [MINUS + "2", "2", "score"]
    assert bar[1].get_center()[0] == pytest.approx(-2, abs=0.03)
    assert bar[2].get_center()[0] == pytest.approx(2, abs=0.03)


def test_a_colour_bar_s_ends_may_be_words_which_are_left_alone():
    bar = ColorBar(weights_palette, 0.0, 1.0, ends=("far-off", "near"))
    assert [text.plain for text in bar[1:]] == ["far-off", "near"]
    assert [text.plain for text in ColorBar(weights_palette, -0.0, 0.5)[1:]] == ["0", "0.5"]


def test_a_block_of_cells_is_found_by_rows_and_columns():
    cells = Cells(VALUES, weights_palette, (1.0, 2.0), centre=np.array([10, 20, 0]))
    np.testing.assert_allclose(
        cells.rim(slice(0, 1), slice(1, 3)),
        [[9.5, 20, 0], [11.5, 20, 0], [11.5, 22, 0], [9.5, 22, 0]],
    )
    assert cells.block(slice(1, 2)).shape == (12, 3)
    np.testing.assert_allclose(cells.block(slice(0, 1), slice(0, 1)).mean(axis=0), [9, 21, 0])


@pytest.mark.parametrize("shape", [(2, 1), (1, 3)])
def test_cells_run_together_into_a_column_or_a_row(shape):
    few = Cells(np.arange(shape[0] * shape[1]).reshape(shape) / 3, weights_palette, (0.5, 0.4))
    gathered = Cells(VALUES, weights_palette, (1.0, 1.0)).gather(few)
    np.testing.assert_allclose(
        gathered.middles, np.broadcast_to(few.middles, (2, 3, 3)), atol=1e-12
    )
    expected = few.rgbas.reshape(*shape, 4)
    np.testing.assert_array_equal(
        gathered.rgbas.reshape(2, 3, 4), np.broadcast_to(expected, (2, 3, 4))
    )


def run(animation, alpha):
    animation.begin()
    animation.interpolate(alpha)


def test_numbers_go_where_their_cells_are_carried():
    heatmap = Heatmap(VALUES, weights_palette, 3, 2)
    places = heatmap.cells.middles + np.array([4, 1, 0])
    run(heatmap.moving(heatmap.cells.points + np.array([4, 1, 0])), 1)
    np.testing.assert_allclose(heatmap.cells.middles, places)
    for value, place in zip(VALUES.ravel(), places.reshape(-1, 3), strict=True):
        np.testing.assert_allclose(shown(heatmap)[f"{value:.2f}"][:2], place[:2], atol=0.03)


def test_rows_change_one_after_another_into_other_colours():
    start, end = np.zeros((6, 2)), np.ones((6, 2))
    heatmap = Heatmap(start, signed_palette(1), 2, 6)
    change = heatmap.morphing(end, weights_palette, by_row=True, rate_func=linear)
    run(change, 0.5)
    halfway = heatmap.cells.values[:, 0]
    assert halfway[0] == 1
    assert halfway[-1] == 0
    assert np.all(np.diff(halfway) <= 0)
    change.interpolate(1)
    np.testing.assert_array_equal(heatmap.cells.values, end)
    np.testing.assert_allclose(heatmap.cells.rgbas[:, :3], weights_palette(end.ravel()))
