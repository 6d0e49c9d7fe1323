from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlanim.stage import theme
from mlanim.stage.text.number import Number, NumberGrid, number_curves
from mlanim.stage.text.texts import EM_PER_FONT_UNIT, Text
from mlanim.words.numbers import MINUS, format_number

finite = st.floats(-1e9, 1e9)


def ink(number: Number) -> np.ndarray:
    points = number[0].points[8:, :2]
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


@given(finite, st.integers(0, 6), st.booleans())
@example(-0.001, 2, False)
@example(-0.0, 0, True)
@example(-0.5, 0, False)
@example(0.125, 2, False)
@settings(max_examples=300)
def test_a_number_is_rounded_as_decimal_arithmetic_rounds_it(value, places, signed):
    exact = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    sign = MINUS if exact < 0 else "+" if signed else ""
    assert format_number(value, places, signed) == sign + f"{abs(exact):f}"


@given(finite, st.integers(0, 4), st.booleans(), st.sampled_from(["", "%", " e-3", "×"]))
@settings(max_examples=100)
def test_a_minus_is_a_true_one_and_the_suffix_is_left_alone(value, places, signed, suffix):
    text = format_number(value, places, signed, suffix)
    assert text.endswith(suffix)
    assert "-" not in text.removesuffix(suffix)


@pytest.mark.parametrize("value", [-0.0, -0.004, -1e-300])
def test_there_is_no_minus_zero(value):
    assert format_number(value) == "0.00"
    assert format_number(value, signed=True) == "+0.00"


def test_values_that_are_no_numbers_are_shown_for_what_they_are():
    assert format_number(float("nan")) == "nan"
    assert format_number(float("-inf")) == MINUS + "inf"
    assert len(number_curves("nan")[0])


@given(st.integers(0, 999_999), st.integers(0, 999_999))
@settings(max_examples=60)
def test_numbers_of_one_format_line_up_on_the_point(first, second):
    texts = [format_number(n / 100, 2) for n in (first, second)]
    (_, a, width_a), (_, b, width_b) = (number_curves(text) for text in texts)
    assert width_a - a == pytest.approx(width_b - b, abs=1e-9)  # the same from the point on
    digit = number_curves("0")[2]
    before = [len(text.split(".")[0]) for text in texts]
    assert a - b == pytest.approx((before[0] - before[1]) * digit, abs=1e-9)


def test_all_digits_are_equally_wide_in_both_weights():
    for weight in ("regular", "semibold"):
        widths = [number_curves(digit, weight)[2] for digit in "0123456789"]
        np.testing.assert_allclose(widths, widths[0], atol=1e-9)


@pytest.mark.parametrize("text", ["8", "40", "3.75", MINUS + "0.62", "12.5%"])
def test_a_number_looks_like_the_same_text(text):
    curves, _, width = number_curves(text)
    label = Text(text)
    em = theme.SIZES["body"] * EM_PER_FONT_UNIT
    np.testing.assert_allclose(curves * em, label[0].points[8:, :2], atol=0.01)
    assert width * em == pytest.approx(label.advance, abs=0.01)


def test_the_point_stands_at_the_origin():
    number = Number(12.5, places=1)
    dot = number_curves(".")[0]
    em = theme.SIZES["body"] * EM_PER_FONT_UNIT
    drawn = number[0].points[8:, :2]
    # of the four glyphs "1", "2", ".", "5" the third is the point
    start = len(number_curves("12")[0])
    np.testing.assert_allclose(drawn[start : start + len(dot)], dot * em, atol=1e-9)


changes = st.lists(st.floats(-999, 999), min_size=1, max_size=4)


@given(changes, st.floats(-3, 3), st.floats(0.2, 3), st.floats(-3, 3))
@settings(max_examples=40)
def test_set_value_keeps_place_size_and_turn(values, shift, scale, turn):
    number = Number(1.25).scale(scale).rotate(turn).shift([shift, -shift, 0])
    place, size = number.origin.copy(), number.size
    for value in [*values, 1.25]:
        number.set_value(value)
    np.testing.assert_allclose(number.origin, place, atol=1e-9)
    assert number.size == pytest.approx(size)
    fresh = Number(1.25).scale(scale).rotate(turn).shift([shift, -shift, 0])
    np.testing.assert_allclose(number[0].points, fresh[0].points, atol=1e-9)


def test_set_value_shows_the_new_value_in_the_same_paint():
    number = Number(1, places=0, role="weight")
    shown = number.set_value(-7.4)
    assert shown is number
    assert number.plain == MINUS + "7"
    assert number.value == -7.4
    assert number[0].get_fill_color().to_hex().lower() == theme.current().roles["weight"]
    assert number.advance > Number(7, places=0).advance


def test_a_number_that_changes_sign_keeps_its_digits_in_place():
    number = Number(3.25)
    right = ink(number)[2]
    number.set_value(-3.25)
    assert ink(number)[2] == pytest.approx(right, abs=1e-9)
    assert ink(number)[0] < ink(Number(3.25))[0]


def test_grid_numbers_are_centred_on_their_places():
    places = np.array([[1.0, 2.0, 0.0], [-3.0, 0.5, 0.0]])
    grid = NumberGrid(["8", "88"], places, "text")
    for (_, points, size), place in zip(grid.numbers(), places, strict=True):
        middle = (points.min(axis=0) + points.max(axis=0)) / 2
        np.testing.assert_allclose(middle, place, atol=0.01)
        assert size == pytest.approx(theme.SIZES["small"])


@pytest.mark.parametrize("turn", [0.0, 0.8])
def test_grid_numbers_are_found_where_they_have_been_moved(turn):
    places = np.array([[1.0, 2.0, 0.0], [-1.0, -2.0, 0.0]])
    grid = NumberGrid(["8", "8"], places, "text")
    grid.scale(0.5, about_point=np.zeros(3)).rotate(turn, about_point=np.zeros(3)).shift([3, 0, 0])
    cos, sin = np.cos(turn), np.sin(turn)
    moved = places[:, :2] / 2 @ np.array([[cos, sin], [-sin, cos]]) + [3, 0]
    for (_, points, size), place in zip(grid.numbers(), moved, strict=True):
        middle = points.mean(axis=0)[:2]
        np.testing.assert_allclose(middle, place, atol=0.02)
        assert size == pytest.approx(theme.SIZES["small"] / 2)


def test_grid_numbers_of_another_count_replace_the_old_ones():
    grid = NumberGrid(["1", "2"], np.zeros((2, 3)), "text")
    grid.set_texts(["3", "", "4.5"], np.zeros((3, 3)))
    assert [text for text, _, _ in grid.numbers()] == ["3", "4.5"]
    assert list(grid.set_texts([], np.zeros((0, 3))).numbers()) == []


def test_texts_and_places_must_match():
    with pytest.raises(ValueError, match="zip"):
        NumberGrid(["1"], np.zeros((2, 3)), "text")
