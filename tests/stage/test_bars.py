"""Bars that fill a box: lengths and sides follow the values, numbers say them, names fit."""

import numpy as np
import pytest

from mlanim.stage import theme
from mlanim.stage.layout import Box
from mlanim.stage.plots.bars import Bars
from mlanim.stage.track import Track
from mlanim.words.numbers import MINUS

BOX = Box(-3, -2, 3, 2)
VALUES = np.array([-1.0, 0.0, 0.004, 3.0])
WORDS = ("a", "bb", "ccc", "dddd")


def lengths(bars: Bars) -> np.ndarray:
    """Signed lengths of the bars as drawn, (S N,), manim units."""
    corners = bars.bars.points.reshape(-1, 4, 3)
    return (corners[:, 1] - corners[:, 0])[:, int(bars.upright)]


def says(bars: Bars) -> set[str]:
    return {*bars.ink.texts, *bars.faint_ink.texts}


@pytest.mark.parametrize("upright", [False, True])
@pytest.mark.parametrize("size", [(3, 2), (6, 4), (12, 4.5)])
@pytest.mark.parametrize("medium", [theme.FILM, theme.PAGE])
@pytest.mark.parametrize(
    "values", [VALUES, np.stack([VALUES, VALUES[::-1]]), np.abs(VALUES), -np.abs(VALUES)]
)
def test_all_of_it_stays_in_its_box(fits, upright, size, medium, values):
    box = Box(1, -1, 1 + size[0], -1 + size[1])
    series = ("before", "after") if values.ndim == 2 else ()
    with theme.drawn_for(medium):
        bars = Bars(values, WORDS, "input", series=series, upright=upright).placed(box)
        fits(bars, box)


@pytest.mark.parametrize("upright", [False, True])
def test_lengths_are_in_proportion_to_the_values(upright):
    bars = Bars(VALUES, WORDS, upright=upright).placed(BOX)
    np.testing.assert_allclose(lengths(bars) / lengths(bars)[3], VALUES / 3, atol=1e-9)


def test_an_exact_zero_is_0_and_what_is_nearly_zero_is_not():
    assert says(Bars(VALUES).placed(BOX)) == {MINUS + "1.00", "0", "0.00", "3.00"}
    shares = Bars(VALUES[1:3], format="%").placed(BOX)
    assert says(shares) == {"0 %", "under 1 %"}


def test_a_number_stands_beyond_the_tip_of_its_bar():
    bars = Bars(VALUES, WORDS).placed(BOX)
    places = dict(zip(bars.ink.texts, bars.ink.places, strict=True))
    assert places["3.00"][0] > bars.tip(3)[0] > bars.tip(1)[0] > bars.tip(0)[0]
    assert places[MINUS + "1.00"][0] < bars.tip(0)[0]
    np.testing.assert_allclose(places["3.00"][1], bars.tip(3)[1])


def test_with_a_reach_a_length_means_the_same_whatever_the_other_values_are():
    first = Bars([0.2, 0.8], reach=(0, 1)).placed(BOX)
    second = Bars([0.2, 0.3], reach=(0, 1)).placed(BOX)
    assert lengths(first)[0] == pytest.approx(lengths(second)[0])


def test_a_value_beyond_the_reach_is_refused_at_once_and_on_the_way():
    with pytest.raises(ValueError, match=r"1\.5 goes beyond the reach from 0 to 1"):
        Bars([1.5], reach=(0, 1))
    with pytest.raises(ValueError, match="goes beyond the reach"):
        Bars([0.5], reach=(0, 1)).placed(BOX).to([2.0])


def test_it_runs_to_other_values_and_ends_on_them_exactly():
    bars = Bars(VALUES, WORDS).placed(BOX)
    change = bars.to(VALUES[::-1])
    change.begin()
    change.interpolate(0.3)
    assert not np.allclose(bars.shown, VALUES)
    change.interpolate(1)
    np.testing.assert_array_equal(bars.shown[0], VALUES[::-1])
    assert "0" in says(bars)
    np.testing.assert_allclose(lengths(bars), lengths(Bars(VALUES[::-1], WORDS).placed(BOX)))


def test_it_follows_a_track():
    track = Track([0, 1], share=np.array([[0.0, 1.0], [0.5, 0.5]]))
    bars = Bars(track["share"], reach=(0, 1)).placed(BOX)
    assert says(bars) == {"0", "1.00"}
    track.put(0.5)
    bars.update(0)
    assert says(bars) == {"0.25", "0.75"}
    with pytest.raises(ValueError, match="sweep the track"):
        bars.to([1, 0])


def test_composed_anew_it_has_each_part_once_and_shows_what_it_had_come_to():
    bars = Bars(VALUES, WORDS).placed(BOX)
    count = len(bars.get_family())
    bars.show_values(VALUES + 1)
    bars.submobjects = []
    bars.placed(Box(0, 0, 4, 3))
    assert len(bars.get_family()) == count
    np.testing.assert_array_equal(bars.shown[0], VALUES + 1)


def test_where_numbers_have_no_room_an_axis_says_how_long_bars_are():
    many = Bars(np.linspace(0, 1, 40), upright=True).placed(BOX)
    assert says(many) == set()
    assert {text.plain for text in many.ticks} == {"0", "0.5", "1"} or len(many.ticks) >= 3


def test_names_too_long_for_the_box_are_cut_visibly(fits):
    bars = Bars([1, 2], ["short", "a name that is far too long for a box so narrow"]).placed(BOX)
    fits(bars, BOX)
    assert [text.plain for text in bars[-1]][1].endswith("…")


def test_each_bar_or_each_series_has_its_role():
    bars = Bars([1, 2], role=("input", "highlight")).placed(BOX)
    np.testing.assert_allclose(bars.bars.rgbas[1, :3], theme.rgb("highlight"))
    two = Bars([[1, 2], [3, 4]], role=("input", "weight"), series=("a", "b")).placed(BOX)
    np.testing.assert_allclose(two.bars.rgbas[2:, :3], [theme.rgb("weight")] * 2)
    assert set(two.bars.rgbas[2:, 3]) != set(two.bars.rgbas[:2, 3])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"values": [1, 2], "names": ["a"]}, "1 names for 2 bars"),
        ({"values": [1, 2], "role": ("input",) * 3}, "3 roles; give one for all"),
        ({"values": [1, 2], "series": ("a", "b")}, "2 series named, but 1"),
        ({"values": np.zeros((2, 2, 2))}, "not an array"),
        ({"values": []}, "not an array"),
        ({"values": [np.nan]}, "finite"),
    ],
)
def test_what_does_not_fit_together_is_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        Bars(**arguments)


def test_its_table_has_names_and_a_column_for_each_series():
    table = Bars([[1, 2], [3, 4]], "ab", series=("old", "new")).tables()["bars"]
    assert table.headings() == ["name", "old", "new"]
    np.testing.assert_array_equal(table.columns["new"], [3, 4])
