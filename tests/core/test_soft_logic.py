import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlanim.core.gates.soft_logic import logic_rows, soft_and, soft_logic, soft_not, soft_or

shares = st.floats(0, 1)


def test_soft_logic_agrees_with_boolean_logic_at_the_corners():
    table = soft_logic([0.3, 0.6]).truth_table
    assert {(a, b) for a, b in table[:, :2]} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    for a, b, negation, conjunction, disjunction in table:
        assert (negation, conjunction, disjunction) == (not a, a and b, a or b)


@given(shares, shares, shares)
def test_soft_logic_obeys_de_morgan_and_stays_within_the_square(a, b, c):
    for value in (soft_not(a), soft_and(a, b), soft_or(a, b)):
        assert -1e-15 <= float(value) <= 1 + 1e-15
    assert float(soft_not(soft_and(a, b))) == pytest.approx(float(soft_or(1 - a, 1 - b)))
    assert float(soft_not(soft_or(a, b))) == pytest.approx(float(soft_and(1 - a, 1 - b)), abs=1e-15)
    assert float(soft_or(soft_or(a, b), c)) == pytest.approx(float(soft_or(a, soft_or(b, c))))
    assert float(soft_and(a, b)) <= min(a, b) <= max(a, b) <= float(soft_or(a, b)) + 1e-15


def test_soft_logic_is_the_chance_of_independent_events():
    draws = np.random.default_rng(0).random((2, 200_000))
    left, right = draws[0] < 0.3, draws[1] < 0.6
    chosen = soft_logic([0.3, 0.6]).chosen
    measured = [0.3, 0.6, (~left).mean(), (left & right).mean(), (left | right).mean()]
    np.testing.assert_allclose(chosen, measured, atol=0.005)


def test_rows_are_the_surfaces_at_single_pairs():
    rows = logic_rows([[0.3, 0.6], [1.0, 0.25]]).numpy()
    expected = [[0.3, 0.6, 0.7, 0.18, 0.72], [1, 0.25, 0, 0.25, 1]]
    np.testing.assert_allclose(rows, expected, atol=1e-15)


def test_surfaces_have_a_along_rows_and_b_along_columns():
    found = soft_logic([0.3, 0.6], per_side=5)
    for i, a in enumerate(found.levels):
        for j, b in enumerate(found.levels):
            row = found.negation[i, j], found.conjunction[i, j], found.disjunction[i, j]
            assert row == pytest.approx((1 - a, a * b, 1 - (1 - a) * (1 - b)))
    np.testing.assert_allclose(found.excluded_middle, 1 - found.levels + found.levels**2)
    assert found.excluded_middle.min() == 0.75
