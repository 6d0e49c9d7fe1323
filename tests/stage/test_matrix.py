"""A matrix that fills its box: colours and numbers follow the values, labels and rims the cells."""

import itertools

import numpy as np
import pytest

from mlanim.stage import theme
from mlanim.stage.colors import colormap
from mlanim.stage.layout import Box
from mlanim.stage.plots.matrix import Matrix
from mlanim.stage.track import Track
from mlanim.words.numbers import MINUS

BOX = Box(-4, -3, 4, 2)
VALUES = np.array([[0.1, 0.9, 0.0], [0.75, 0.001, 1.0]])
LONG = ("because", "antidisestablishmentarianism", "a rather long label that no box can hold")


def says(matrix: Matrix) -> list[str]:
    return sorted(text for ink in matrix.inks for text in ink.texts if text)


@pytest.mark.parametrize("size", [(3, 2), (5, 5), (13, 4.5)])
@pytest.mark.parametrize("medium", [theme.FILM, theme.PAGE])
@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (12, 9), (30, 60)])
def test_all_of_it_stays_in_its_box(fits, size, medium, shape):
    box = Box(-1, 1, -1 + size[0], 1 + size[1])
    values = np.random.default_rng(0).normal(size=shape)
    with theme.drawn_for(medium):
        rows, columns = range(shape[0]), [f"name {i}" for i in range(shape[1])]
        matrix = Matrix(values, rows, columns, palette="signed", x_label="key", y_label="query")
        matrix.mark(row=0)
        fits(matrix.placed(box), box, air=0.05)


def test_labels_too_long_are_cut_visibly(fits):
    matrix = Matrix(np.ones((3, 3)), LONG, LONG).placed(BOX)
    fits(matrix, BOX)


def test_cells_fill_what_labels_leave():
    plain = Matrix(VALUES).placed(BOX)
    assert plain.grid.area == BOX
    np.testing.assert_allclose(plain.place(0, 0)[:2], [-4 + 8 / 6, 2 - 5 / 4])


def test_an_exact_zero_is_0_and_numbers_have_the_ink_that_reads(each_theme):
    matrix = Matrix(VALUES, ends=(0, 1)).placed(BOX)
    assert says(matrix) == sorted(["0.10", "0.90", "0", "0.75", "0.00", "1.00"])
    for ink, shade in zip(matrix.inks, (0.0, 1.0), strict=True):
        for text in ink.texts:
            below = colormap.sequential(np.array([float(text)]))[0]
            assert theme.contrast(np.full(3, shade), below) >= 4.5


def test_where_numbers_have_no_room_a_bar_says_what_colours_mean():
    many = Matrix(np.linspace(-2, 1, 1200).reshape(30, 40), palette="signed").placed(BOX)
    assert says(many) == []
    assert [text.plain for text in many.scale_bar.texts] == ["2", "0", MINUS + "2"]
    heights = [text.get_center()[1] for text in many.scale_bar.texts]
    assert heights == sorted(heights, reverse=True)


def test_signed_colours_are_neutral_at_0_and_alike_on_both_sides():
    matrix = Matrix([[-3.0, 0.0, 3.0]], palette="signed").placed(BOX)
    expected = [theme.rgb("negative"), colormap.diverging(np.zeros(1), 1)[0], theme.rgb("positive")]
    np.testing.assert_allclose(matrix.cells.rgbas[:, :3], expected, atol=1e-6)


def test_what_is_not_there_is_left_empty():
    matrix = Matrix([[1.0, np.nan]], ends=(0, 2)).placed(BOX)
    assert says(matrix) == ["1.00"]
    np.testing.assert_allclose(matrix.cells.rgbas[1, :3], theme.rgb("background"))


@pytest.mark.parametrize("by_row", [False, True])
def test_it_runs_to_other_values_and_ends_on_them_exactly(by_row):
    start, end = np.zeros((6, 2)), np.random.default_rng(0).random((6, 2))
    matrix = Matrix(start, ends=(0, 1)).placed(BOX)
    change = matrix.to(end, by_row=by_row, rate_func=lambda t: t)
    change.begin()
    change.interpolate(0.5)
    done = matrix.shown / end
    if by_row:
        assert np.all(done[0] == 1)
        assert np.all(done[-1] == 0)
        assert np.all(np.diff(done[:, 0]) <= 0)
    else:
        np.testing.assert_allclose(done, 0.5)
    change.interpolate(1)
    np.testing.assert_array_equal(matrix.shown, end)
    np.testing.assert_allclose(matrix.cells.rgbas[:, :3], colormap.sequential(end.ravel()))


def test_it_and_its_rim_follow_tracks():
    track = Track([0, 1], grid=np.stack([VALUES, 1 - VALUES]), row=np.array([0.0, 1.0]))
    matrix = Matrix(track["grid"], ends=(0, 1)).placed(BOX)
    rim = matrix.mark(row=track["row"])
    track.put(1)
    matrix.update(0)
    rim.update(0)
    np.testing.assert_array_equal(matrix.shown, 1 - VALUES)
    np.testing.assert_allclose(rim.path.get_center(), [0, matrix.place(1, 0)[1], 0])
    track.put(0.5)
    np.testing.assert_allclose(rim.update(0).path.get_center(), BOX.centre)
    with pytest.raises(ValueError, match="sweep the track"):
        matrix.to(VALUES)


def test_a_rim_goes_around_a_row_a_column_or_a_cell():
    matrix = Matrix(VALUES)
    row, cell = matrix.mark(row=1), matrix.mark(row=0, column=2, later=True)
    matrix.placed(BOX)
    assert row.path.width == pytest.approx(BOX.width)
    assert cell.path.width == pytest.approx(BOX.width / 3)
    np.testing.assert_allclose(cell.path.get_center(), matrix.place(0, 2))
    assert row in matrix.submobjects
    assert matrix.later() == [cell]
    with pytest.raises(ValueError, match="There is no row 2; the matrix has 2"):
        matrix.mark(row=2)


def test_square_cells_are_square():
    matrix = Matrix(np.ones((3, 9)), square=True).placed(BOX)
    assert matrix.grid.side[0] == pytest.approx(matrix.grid.side[1])


def test_numbers_over_narrow_columns_lie_and_leave_some_out():
    matrix = Matrix(np.ones((2, 50)), columns=range(50)).placed(BOX)
    shown = [int(text.plain) for text in matrix[4]]
    assert len(shown) > 5
    assert len(set(np.diff(shown))) == 1
    edges = [(t.get_left()[0], t.get_right()[0]) for t in matrix[4]]
    assert all(a[1] < b[0] for a, b in itertools.pairwise(edges))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"values": [1, 2]}, "not an array"),
        ({"values": VALUES, "rows": ["a"]}, "1 labels for 2 rows"),
        ({"values": VALUES, "columns": ["a"]}, "1 labels for 3 columns"),
        ({"values": VALUES, "ends": (0, 0.5)}, "0.9 goes beyond the ends 0 and 0.5"),
        ({"values": VALUES, "palette": "jet"}, "not 'jet'"),
        ({"values": [[np.inf]]}, "infinities"),
    ],
)
def test_what_does_not_fit_together_is_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        Matrix(**arguments)


def test_its_table_has_a_row_for_each_cell():
    table = Matrix(VALUES, ["a", "b"], "xyz").tables()["matrix"]
    assert len(table) == 6
    assert list(table.columns["row"][:3]) == ["a"] * 3


def test_a_rim_around_a_row_thinner_than_itself_does_not_cover_it():
    for rows, is_thin in ((64, True), (6, False)):
        matrix = Matrix(np.zeros((rows, 3)))
        rim = matrix.mark(row=rows // 2)
        matrix.placed(BOX)
        half = theme.STROKES["bold"] / 200
        high = np.ptp(rim.path.points[:, 1])
        cell = matrix.grid.side[1]
        assert high == pytest.approx(cell + 2 * half if is_thin else cell)
