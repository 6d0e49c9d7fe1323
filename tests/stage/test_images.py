"""Images in rows, and small multiples: they fill their box, and follow what they show."""

import numpy as np
import pytest

from mlanim.stage import theme
from mlanim.stage.layout import Box
from mlanim.stage.panels import Panel, extent_of
from mlanim.stage.pictures.images import ImageGrid
from mlanim.stage.pictures.multiples import Multiples
from mlanim.stage.plots.bars import Bars
from mlanim.stage.plots.chart import Chart
from mlanim.stage.track import Track

BOX = Box(-4, -3, 4, 2)
DIGITS = np.random.default_rng(0).random((5, 8, 6))


def paints(grid: ImageGrid) -> np.ndarray:
    return grid.pixels.rgbas[:, :3]


@pytest.mark.parametrize("size", [(2, 3), (8, 2), (13, 4.5)])
@pytest.mark.parametrize("medium", [theme.FILM, theme.PAGE])
@pytest.mark.parametrize("count", [1, 5, 24])
def test_all_images_and_captions_stay_in_their_box(fits, size, medium, count):
    box = Box(-1, 1, -1 + size[0], 1 + size[1])
    images = np.random.default_rng(0).random((count, 8, 8))
    with theme.drawn_for(medium):
        grid = ImageGrid(images, [f"a digit {i}" for i in range(count)]).placed(box)
        fits(grid, box, air=0.05)


def test_images_are_as_large_as_the_box_allows():
    wide = ImageGrid(DIGITS).placed(Box(0, 0, 12, 2))
    assert len(set(wide.corners[:, 1])) == 1
    tall = ImageGrid(DIGITS).placed(Box(0, 0, 2, 12))
    assert len(set(tall.corners[:, 0])) == 1
    assert wide.size[1] / wide.size[0] == pytest.approx(8 / 6)


def test_the_first_row_of_pixels_is_on_top_and_ink_is_the_text_s_colour(still, each_theme):
    image = np.array([[1.0, 0.0], [0.0, 0.0]])
    grid = ImageGrid(image).placed(Box(-1, -1, 1, 1))
    picture = still(grid)
    np.testing.assert_allclose(picture.at(-0.5, 0.5), theme.rgb("text") * 255, atol=1)
    np.testing.assert_allclose(picture.at(0.5, 0.5), theme.rgb("background") * 255, atol=1)
    np.testing.assert_allclose(picture.at(-0.5, -0.5), theme.rgb("background") * 255, atol=1)


def test_images_in_colour_are_shown_as_they_are():
    image = np.random.default_rng(0).random((1, 3, 4, 3))
    grid = ImageGrid(image).placed(BOX)
    np.testing.assert_allclose(paints(grid), image.reshape(-1, 3))


def test_images_run_to_others_and_end_on_them_exactly():
    grid = ImageGrid(DIGITS).placed(BOX)
    change = grid.to(1 - DIGITS)
    change.begin()
    change.interpolate(1)
    np.testing.assert_array_equal(grid.shown, 1 - DIGITS)
    np.testing.assert_array_equal(paints(grid), paints(ImageGrid(1 - DIGITS).placed(BOX)))


def test_an_image_follows_a_track():
    track = Track([0, 1], image=np.stack([DIGITS[0], DIGITS[1]]))
    grid = ImageGrid(track["image"]).placed(BOX)
    track.put(1)
    grid.update(0)
    np.testing.assert_array_equal(grid.shown[0], DIGITS[1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"images": np.zeros(4)}, "not an array"),
        ({"images": np.zeros((2, 3, 3, 4))}, "not an array"),
        ({"images": DIGITS * 2}, "go beyond the ends 0 and 1; give others"),
        ({"images": DIGITS, "captions": ["a"]}, "1 captions for 5 images"),
        ({"images": DIGITS, "palette": "jet"}, "not 'jet'"),
    ],
)
def test_what_does_not_fit_together_is_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        ImageGrid(**arguments)


def test_every_pixel_is_in_the_table():
    table = ImageGrid(DIGITS, range(5)).tables()["images"]
    assert len(table) == DIGITS.size
    np.testing.assert_array_equal(table.columns["value"], DIGITS.ravel())


def test_small_multiples_stand_in_a_grid_under_their_titles(fits):
    pictures = [Bars([1, 2, i], reach=(0, 9)) for i in range(5)]
    box = Box(-6, -2, 6, 3)
    many = Multiples(pictures, [f"T = {i}" for i in range(5)], columns=3).placed(box)
    fits(many, box)
    lefts = [round(picture.area.left, 6) for picture in pictures]
    assert lefts[0] == lefts[3] < lefts[1] == lefts[4] < lefts[2]
    titles = many[0]
    assert titles[0].get_bottom()[1] > pictures[0].area.top - 1e-6
    with pytest.raises(ValueError, match="1 titles for 5"):
        Multiples(pictures, ["one"])


def test_small_multiples_keep_the_numbers_of_each_picture_apart():
    tables = Multiples([Bars([1, 2]), Bars([3, 4])], ["$T$ = 1", "$T$ = 2"]).tables()
    assert list(tables) == ["T = 1: bars", "T = 2: bars"]
    np.testing.assert_array_equal(tables["T = 2: bars"].columns["value"], [3, 4])


def test_parts_of_small_multiples_are_those_of_all():
    charts = [Chart((0, 1), (0, 1)) for _ in range(2)]
    dots = [chart.dot((0.5, 0.5), later=True) for chart in charts]
    assert Multiples(charts).later() == dots


@pytest.mark.parametrize(("width", "columns"), [(3.0, 1), (6.0, 1), (6.4, 2), (9.7, 3), (20, 3)])
def test_as_many_multiples_stand_side_by_side_as_have_room(width, columns):
    many = Multiples([Bars([1, 2], least=3.0) for _ in range(5)], columns=(1, 3))
    many.placed(Box(0, 0, width, 6))
    lefts = {round(float(bars.get_left()[0]), 6) for bars in many.pictures}
    assert len(lefts) == columns
    assert many.least == 3.0


def test_panels_as_multiples_have_heading_and_remark_over_them_in_two_lines_where_one_is_too_long():
    panels = [Panel(n, Bars([1, 2]), f"[{n}](input)", "1,056 weights, scores × 4") for n in "ab"]
    many = Multiples.of(panels, columns=2)
    tall = []
    for width in (14.0, 5.0):
        many.placed(Box(0, 0, width, 4))
        texts = many.submobjects[0]
        assert [text.plain for text in texts] == [f"{n}  1,056 weights, scores × 4" for n in "ab"]
        assert extent_of(texts).bottom > extent_of([panel.picture for panel in panels]).top
        tall.append(float(texts[0].height))
    assert tall[1] > 1.5 * tall[0]
