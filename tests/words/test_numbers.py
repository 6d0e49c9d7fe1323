"""Numbers as a viewer reads them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlanim.words.numbers import (
    MINUS,
    count_of,
    format_number,
    percent,
    percents,
    significant,
    with_spread,
)


def test_a_negative_number_has_a_true_minus_and_zero_none():
    assert format_number(-1.5) == f"{MINUS}1.50"
    assert format_number(-0.001) == "0.00"
    assert format_number(-0.001, signed=True) == "+0.00"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (6.0, "6"), (6.01, "6.01"), (0.1, "0.1"), (1234.5, "1234"), (0.000999, "0.000999"),
        (0, "0"), (-2.5, f"{MINUS}2.5"), (1.5e-7, "1.5\u2009·\u200910⁻⁷"), (math.inf, "inf"),
        (999.96, "1000"), (2 / 3, "0.667"),
    ],
)  # fmt: skip
def test_three_significant_digits_or_fewer_where_exact(value, shown):
    assert significant(value) == shown


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 2))
def test_only_all_is_100_per_cent_and_only_nothing_0(part, whole, places):
    share = min(part, whole) / whole
    shown = percent(share, places)
    number = float(shown.split()[-2])
    if 0 < share < 1:
        assert 0 < number < 100
    else:
        assert number == 100 * share
    assert abs(number - 100 * share) <= 10.0**-places


def test_a_count_says_of_how_many():
    assert count_of(1206, 1212) == "1,206 of 1,212 (over 99 %)"


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=12))
def test_shares_of_one_whole_add_up_to_100_and_stay_within_one(shares):
    told = percents(shares)
    assert ("100 %" in told) == (len(shares) == 1)
    assert "0 %" not in told
    whole = {"over 99 %": "100 %", "under 1 %": "0 %"}
    shown = [int(whole.get(text, text).split()[0]) for text in told]
    assert sum(shown) == 100
    exact = [100 * share / sum(shares) for share in shares]
    assert all(abs(a - b) < 1 + 1e-6 for a, b in zip(shown, exact, strict=True))


def test_a_mean_stands_with_the_deviation_of_its_values():
    assert with_spread([1, 2, 3], 1) == "2.0 ± 1.0"
    assert with_spread([-0.5, -0.5], 2) == f"{MINUS}0.50 ± 0.00"
