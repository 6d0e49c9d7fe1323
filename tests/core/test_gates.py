from math import cos, pi, sin

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mlanim.core.gates.gates import (
    circle_points,
    ease_in,
    gate_path,
    interpolation,
    lattice_points,
    matrix_gate,
    rope,
    rope_frequencies,
    rotary_scores,
    rotation_matrix,
    scalar_gate,
    smooth_gate,
    soft_and,
    soft_logic,
    soft_not,
    soft_or,
    vector_gate,
)

geometry = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

entries = st.floats(-5, 5)
matrices = arrays(np.float64, (2, 2), elements=entries)
shares = st.floats(0, 1)


def shoelace(polygon: np.ndarray) -> float:
    x, y = polygon.T
    return float(0.5 * np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))


@geometry
@given(arrays(np.float64, (5, 2), elements=entries), shares, shares)
def test_every_gate_is_a_matrix_gate(x, g, h):
    np.testing.assert_array_equal(scalar_gate(x, g), g * x)
    np.testing.assert_allclose(matrix_gate(x, g * np.eye(2)), scalar_gate(x, g), atol=1e-14)
    np.testing.assert_allclose(matrix_gate(x, np.diag([g, h])), vector_gate(x, [g, h]), atol=1e-14)
    np.testing.assert_array_equal(vector_gate(x, [g, h]), np.stack((g * x[:, 0], h * x[:, 1]), -1))


def test_a_matrix_gate_mixes_the_features_of_each_vector_and_not_the_positions():
    x, gate = (
        np.random.default_rng(1).normal(size=(4, 3)),
        np.random.default_rng(2).normal(size=(2, 3)),
    )
    out = matrix_gate(x, gate)
    for position in range(4):
        np.testing.assert_allclose(out[position], [row @ x[position] for row in gate], atol=1e-14)
    jacobian = torch.autograd.functional.jacobian(
        lambda v: matrix_gate(v, gate), torch.from_numpy(x)
    )
    for position in range(4):
        np.testing.assert_allclose(jacobian[position, :, position], gate, atol=1e-15)
        assert not jacobian[position, :, (position + 1) % 4].any()


def test_scalar_gates_of_a_sweep_scale_one_vector():
    out = scalar_gate([3.0, 4.0], [0.0, 0.5, 1.0])
    np.testing.assert_array_equal(out, [[0, 0], [1.5, 2], [3, 4]])


@geometry
@given(st.floats(-10, 10))
def test_rotation_matrix_is_the_textbook_one(angle):
    c, s = cos(angle), sin(angle)
    np.testing.assert_allclose(rotation_matrix(angle), [[c, -s], [s, c]], atol=1e-15)


def test_ease_in_goes_straight_from_the_identity_to_the_gate():
    gate, t = np.array([[0.0, 2.0], [-1.0, 0.5]]), np.linspace(0, 1, 7)
    path = ease_in(gate, t).numpy()
    np.testing.assert_array_equal(path[0], np.eye(2))
    np.testing.assert_array_equal(path[-1], gate)
    for moment, share in zip(path, t, strict=True):
        np.testing.assert_allclose(moment, (1 - share) * np.eye(2) + share * gate, atol=1e-15)


def test_the_lattice_covers_the_square_and_the_circle_is_round():
    lattice = lattice_points(5).numpy()
    expected = [(x, y) for x in np.linspace(-1, 1, 5) for y in np.linspace(-1, 1, 5)]
    np.testing.assert_allclose(lattice, expected)
    circle = circle_points(12).numpy()
    np.testing.assert_allclose(
        circle[:, 0] + 1j * circle[:, 1], np.exp(2j * pi * np.arange(12) / 12)
    )


@geometry
@given(matrices, arrays(np.float64, 2, elements=entries))
def test_gate_path_measures_what_the_gate_does(gate, x):
    t, lattice, circle = np.linspace(0, 1, 5), lattice_points(3), circle_points(24)
    maps = ease_in(gate, t).numpy()
    path = gate_path(x, t, maps, lattice, circle)
    for i, moment in enumerate(maps):
        np.testing.assert_allclose(path.output[i], moment @ x, atol=1e-12)
        assert path.norm[i] == pytest.approx(np.hypot(*(moment @ x)), abs=1e-12)
        np.testing.assert_allclose(
            path.lattice[i], [moment @ p for p in lattice.numpy()], atol=1e-12
        )
        cross = moment[0, 0] * moment[1, 1] - moment[0, 1] * moment[1, 0]
        assert path.determinant[i] == pytest.approx(cross, abs=1e-12)
        grown = shoelace(path.circle[i]) / shoelace(circle.numpy())
        assert path.determinant[i] == pytest.approx(grown, abs=1e-11)
        assert path.area_change[i] == pytest.approx(abs(grown), abs=1e-11)
        major, minor = path.singular_values[i]
        assert major >= minor >= 0
        assert major * minor == pytest.approx(abs(cross), abs=1e-11)
        assert major**2 + minor**2 == pytest.approx(np.sum(moment**2), abs=1e-11)
        assert path.rank[i] == np.linalg.matrix_rank(moment, tol=4 * 2 * 2.3e-16 * major)


@geometry
@given(matrices)
def test_the_singular_values_are_the_half_axes_of_the_circles_image(gate):
    path = gate_path([1.0, 0.0], [1.0], gate[None], lattice_points(2), circle_points(2000))
    radii = np.linalg.norm(path.circle[0], axis=1)
    np.testing.assert_allclose(
        [radii.max(), radii.min()], path.singular_values[0], rtol=1e-5, atol=0.02
    )


def test_rank_falls_with_the_axes_that_are_shut():
    gates = np.array([np.eye(2), [[0.36, 0.48], [0.48, 0.64]], np.zeros((2, 2))])
    path = gate_path([1.0, 2.0], [0, 0.5, 1], gates, lattice_points(2), circle_points(4))
    assert path.rank.tolist() == [2, 1, 0]


@geometry
@given(st.floats(0.1, 5), st.floats(0.1, 5), st.floats(-pi, pi), st.floats(-3, 3), shares)
def test_line_and_arc_share_their_ends_and_the_line_dips(first, second, angle, turn, chosen):
    x1 = first * np.array([cos(angle), sin(angle)])
    x2 = second * np.array([cos(angle + turn), sin(angle + turn)])
    found = interpolation(x1, x2, np.linspace(0, 1, 11), chosen)
    for path in (found.line, found.arc):
        np.testing.assert_allclose(path[[0, -1]], [x2, x1], atol=1e-12)
    g = found.gate
    squared = (g * first) ** 2 + ((1 - g) * second) ** 2
    squared += 2 * g * (1 - g) * first * second * cos(turn)
    np.testing.assert_allclose(found.line_norm**2, squared, atol=1e-11)
    np.testing.assert_allclose(found.arc_norm, g * first + (1 - g) * second, rtol=1e-12)
    assert (found.line_norm <= found.arc_norm + 1e-12).all()
    np.testing.assert_allclose(found.line_at, chosen * x1 + (1 - chosen) * x2, atol=1e-12)
    assert np.hypot(*found.arc_at) == pytest.approx(chosen * first + (1 - chosen) * second)


def test_a_residual_addition_is_twice_the_middle_of_the_line():
    found = interpolation([2.0, 0.5], [-0.5, 1.5], [0.0, 0.5, 1.0], 0.5)
    np.testing.assert_array_equal(found.addition, [1.5, 2.0])
    np.testing.assert_allclose(found.addition, 2 * found.line[1])
    assert found.addition_norm == 2.5


def complex_rope(x: np.ndarray, position: np.ndarray, base: float) -> np.ndarray:
    half = x.shape[-1] // 2
    frequency = np.array([1 / base ** (2 * i / x.shape[-1]) for i in range(half)])
    pairs = x[..., 0::2] + 1j * x[..., 1::2]
    turned = pairs * np.exp(1j * np.asarray(position)[..., None] * frequency)
    return np.stack((turned.real, turned.imag), -1).reshape(*turned.shape[:-1], -1)


def test_rope_is_the_complex_form_on_batches():
    x = np.random.default_rng(3).normal(size=(2, 6, 8))
    np.testing.assert_allclose(
        rope(x, np.arange(6)), complex_rope(x, np.arange(6), 10_000), atol=1e-13
    )
    np.testing.assert_allclose(rope(x, 5.0, base=50), complex_rope(x, 5.0, 50), atol=1e-13)


def test_frequencies_by_hand():
    np.testing.assert_allclose(rope_frequencies(8), [1, 0.1, 0.01, 0.001])
    np.testing.assert_allclose(rope_frequencies(4, base=100), [1, 0.1])
    for odd in (0, 3):
        with pytest.raises(ValueError, match=f"{odd} axes are not pairs"):
            rope_frequencies(odd)


@geometry
@given(
    arrays(np.float64, 6, elements=entries),
    arrays(np.float64, 6, elements=entries),
    st.integers(0, 500),
    st.integers(0, 500),
    st.integers(0, 500),
)
def test_rope_keeps_norms_and_scores_only_the_offset(query, key, m, n, shift):
    turned = rope(query, m)
    assert float(torch.linalg.vector_norm(turned)) == pytest.approx(np.linalg.norm(query))
    here = float(turned @ rope(key, n))
    there = float(rope(query, m + shift) @ rope(key, n + shift))
    assert there == pytest.approx(here, abs=1e-9)
    np.testing.assert_allclose(rope(query, 0), query)


def test_rope_has_the_gradient_of_a_rotation():
    x = torch.arange(1.0, 5.0, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda v: rope(v, torch.arange(3.0), base=10), x)


def test_rotary_scores_are_constant_along_each_diagonal():
    query, key = np.array([2.0, 0.6, -1.0, 0.4]), np.array([-0.5, 1.6, 0.3, 0.9])
    found = rotary_scores(query, key, 5, base=10)
    for m in range(5):
        for n in range(5):
            score = complex_rope(query, m, 10) @ complex_rope(key, n, 10)
            assert found.scores[m, n] == pytest.approx(score)
    for offset, score in zip(found.offsets.astype(int), found.by_offset, strict=True):
        np.testing.assert_allclose(np.diagonal(found.scores, -offset), score, atol=1e-13)
    assert len(set(np.round(found.by_offset, 6))) == 9
    assert 0 <= found.largest_deviation < 1e-13
    np.testing.assert_allclose(
        found.turned_query, complex_rope(query, np.arange(5), 10), atol=1e-14
    )
    np.testing.assert_allclose(found.turned_key, complex_rope(key, np.arange(5), 10), atol=1e-14)


def test_soft_logic_agrees_with_boolean_logic_at_the_corners():
    table = soft_logic([0.3, 0.6]).truth_table
    assert {(a, b) for a, b in table[:, :2]} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    for a, b, negation, conjunction, disjunction in table:
        assert (negation, conjunction, disjunction) == (not a, a and b, a or b)


@geometry
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


def test_surfaces_have_a_along_rows_and_b_along_columns():
    found = soft_logic([0.3, 0.6], per_side=5)
    for i, a in enumerate(found.levels):
        for j, b in enumerate(found.levels):
            row = found.negation[i, j], found.conjunction[i, j], found.disjunction[i, j]
            assert row == pytest.approx((1 - a, a * b, 1 - (1 - a) * (1 - b)))
    np.testing.assert_allclose(found.excluded_middle, 1 - found.levels + found.levels**2)
    assert found.excluded_middle.min() == 0.75


def test_smooth_gate_is_the_logistic_curve_with_its_slope():
    z = np.linspace(-6, 6, 25)
    found = smooth_gate(z)
    np.testing.assert_allclose(found.gate, 0.5 * (1 + np.tanh(z / 2)), atol=1e-15)
    step = 1e-5
    difference = (smooth_gate(z + step).gate - smooth_gate(z - step).gate) / (2 * step)
    np.testing.assert_allclose(found.slope, difference, atol=1e-9)
    assert found.slope.max() == 0.25
