import itertools

import numpy as np
import pytest

from mlanim.stage.extent import bounding_box, visible_members
from mlanim.stage.layout import Box
from mlanim.stage.plots.meters import Meter, Meters
from mlanim.stage.track import Track

BOX = Box(-2.0, -1.5, 2.0, 1.5)


def parts(meters: Meters, row: int = 0) -> tuple[str, Box | None]:
    """What a row's number says, and the box of its bar."""
    shown = meters.submobjects[row]
    bar = getattr(shown, "bar", None)
    return shown.number.plain, None if bar is None else bounding_box([bar])


def test_number_and_bar_follow_a_reading() -> None:
    gate = Track((0.0, 1.0), norm=[2.0, 1.0])
    meters = Meters(Meter("length", gate["norm"], 2.0)).placed(BOX)
    assert parts(meters)[0] == "2.00"
    gate.put(1.0)
    meters.update()
    words, bar = parts(meters)
    assert words == "1.00"
    assert (bar.left, bar.right) == pytest.approx((-2.0, 0.0))


def test_a_bar_between_two_ends_starts_at_zero_and_goes_both_ways() -> None:
    product = Track((-1.0, 1.0), dot=[-1.0, 1.0])
    meters = Meters(Meter("product", product["dot"], (-1.0, 1.0), shown="+2")).placed(BOX)
    words, bar = parts(meters)
    assert words == "\N{MINUS SIGN}1.00"
    assert (bar.left, bar.right) == pytest.approx((-2.0, 0.0))
    product.put(0.5)
    meters.update()
    words, bar = parts(meters)
    assert words == "+0.50"
    assert (bar.left, bar.right) == pytest.approx((0.0, 1.0))


def test_a_bar_is_as_long_as_its_value() -> None:
    for value in (1.0, 0.5, 0.0):
        bar = parts(Meters(Meter("share", value)).placed(BOX))[1]
        assert bar.width == pytest.approx(4.0 * value)


def test_a_value_beyond_the_bar_and_no_number_are_refused_at_once_and_on_the_way() -> None:
    beyond = r"{} of “share” goes beyond its bar from {} to 1; give full"
    for value, full, words in (
        (3.0, 1.0, beyond.format(3, 0)),
        (-0.1, 1.0, beyond.format("-0.1", 0)),
        (-2.0, (-1.0, 1.0), beyond.format(-2, -1)),
        (np.nan, 1.0, "“share” shows finite numbers, not nan"),
        (np.inf, None, "“share” shows finite numbers, not inf"),
        ("much", None, "“share” must be one number, not 'much'"),
    ):
        with pytest.raises((TypeError, ValueError), match=words):
            Meters(Meter("share", value, full))
        if not isinstance(value, str):
            gate = Track((0.0, 1.0), share=[0.5, value])
            meters = Meters(Meter("share", gate["share"], full)).placed(BOX)
            gate.put(1.0)
            with pytest.raises(ValueError, match=words):
                meters.update()


def test_what_is_no_meter_is_refused() -> None:
    with pytest.raises(TypeError, match=r'Meters show Meter\("name", value\), not \(\'a\', 1\)'):
        Meters(("a", 1))


@pytest.mark.parametrize(
    ("meter", "words"),
    [
        (Meter("energy", 0.999, shown="%"), "over 99 %"),
        (Meter("angle", 60.2, None, shown="0", suffix="°"), "60°"),
        (Meter("rank", 2, None, shown="0"), "2"),
        (Meter("loss", 0.000012, None, shown="g"), "1.2\N{THIN SPACE}·\N{THIN SPACE}10⁻⁵"),
    ],
)
def test_a_number_is_shown_as_in_a_sentence_and_ends_at_the_right(meter: Meter, words: str) -> None:
    meters = Meters(meter).placed(BOX)
    assert parts(meters)[0] == words
    number = meters.submobjects[0].number
    assert bounding_box(visible_members(number)).right == pytest.approx(BOX.right, abs=0.05)


def test_numbers_of_one_format_stand_with_their_points_in_one_column() -> None:
    meters = Meters(*(Meter("x", value, None) for value in (1.0, 10.25, -3.5))).placed(BOX)
    points = [row.number.origin[0] for row in meters.submobjects]
    np.testing.assert_allclose(points, points[0])


@pytest.mark.parametrize("height", [0.5, 3.0, 9.0])
@pytest.mark.parametrize("size", ["body", "small"])
def test_rows_lie_within_a_box_of_the_height_that_they_ask_for(height: float, size: str) -> None:
    meters = Meters(*(Meter(f"row {i}", 0.5) for i in range(3)), size=size)
    box = Box(0.0, -max(height, meters.height_at(4.0)), 4.0, 0.0)
    meters.compose(box)
    extent = bounding_box(visible_members(meters))
    assert extent.top <= box.top + 1e-9
    assert extent.bottom >= box.bottom - 1e-9
    bars = [bounding_box([row.bar]) for row in meters.submobjects]
    assert all(upper.bottom > lower.top for upper, lower in itertools.pairwise(bars))


@pytest.mark.parametrize("full", [0.0, -1.0, (1.0, 2.0), (-1.0, -0.5), (0.0, 0.0), (2.0, -2.0)])
def test_a_bar_that_cannot_start_at_zero_is_refused_in_a_sentence(full: object) -> None:
    with pytest.raises(ValueError, match="The bar of “share” starts at 0 and cannot lie between"):
        Meters(Meter("share", 0.5, full))


def test_the_table_has_each_quantity_with_its_value() -> None:
    meters = Meters(Meter("length $abs(bold(y))$", 2.0, 2.0), Meter("rank", 1, None))
    readings = meters.tables()["readings"]
    assert list(readings.columns["value"]) == [2.0, 1.0]
    assert readings.columns["quantity"][1] == "rank"
