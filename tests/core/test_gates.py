from math import cos, pi, sin

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mlanim.core.gates.gates import (
    ease_in,
    gate_path,
    interpolation,
    nearest_gate,
    rope,
    rope_frequencies,
    rotary_scores,
    rotation_matrix,
)

geometry = settings(max_examples=60)

entries = st.floats(-5, 5)
matrices = arrays(np.float64, (2, 2), elements=entries)
shares = st.floats(0, 1)


def shoelace(polygon: np.ndarray) -> float:
    x, y = polygon.T
    return float(0.5 * np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))


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


def circle_points(count: int) -> np.ndarray:
    turn = 2 * pi * np.arange(count) / count
    return np.stack([np.cos(turn), np.sin(turn)], axis=1)


@geometry
@given(matrices, arrays(np.float64, 2, elements=st.floats(0.1, 5)))
def test_gate_path_measures_what_the_gate_does(gate, x):
    t, circle = np.linspace(0, 1, 5), circle_points(24)
    maps = ease_in(gate, t).numpy()
    path = gate_path(x, t, maps)
    for i, moment in enumerate(maps):
        np.testing.assert_allclose(path.output[i], moment @ x, atol=1e-12)
        assert path.norm[i] == pytest.approx(np.hypot(*(moment @ x)), abs=1e-12)
        assert path.energy[i] == pytest.approx(np.sum((moment @ x) ** 2) / np.sum(x**2), abs=1e-9)
        cross = moment[0, 0] * moment[1, 1] - moment[0, 1] * moment[1, 0]
        grown = shoelace(circle @ moment.T) / shoelace(circle)
        assert path.area_change[i] == pytest.approx(abs(grown), abs=1e-11)
        major, minor = path.singular_values[i]
        assert major >= minor >= 0
        assert major * minor == pytest.approx(abs(cross), abs=1e-11)
        assert major**2 + minor**2 == pytest.approx(np.sum(moment**2), abs=1e-11)
        assert path.rank[i] == np.linalg.matrix_rank(moment, tol=4 * 2 * 2.3e-16 * major)


@geometry
@given(matrices)
def test_the_singular_values_are_the_half_axes_of_the_circles_image(gate):
    path = gate_path([1.0, 0.0], [1.0], gate[None])
    radii = np.linalg.norm(circle_points(2000) @ gate.T, axis=1)
    np.testing.assert_allclose(
        [radii.max(), radii.min()], path.singular_values[0], rtol=1e-5, atol=0.02
    )


@pytest.mark.parametrize("angle", [-180.0, -30.0, 0.0, 60.0, 180.0, 400.0])
def test_a_turn_is_followed_beyond_a_half_turn(angle):
    t = np.linspace(0, 1, 61)
    path = gate_path([0.3, -2.0], t, rotation_matrix(np.radians(angle) * t))
    np.testing.assert_allclose(path.turn, angle * t, atol=1e-9)


def test_rank_falls_with_the_axes_that_are_shut():
    gates = np.array([np.eye(2), [[0.36, 0.48], [0.48, 0.64]], np.zeros((2, 2))])
    path = gate_path([1.0, 2.0], [0, 0.5, 1], gates)
    assert path.rank.tolist() == [2, 1, 0]


@geometry
@given(st.floats(0.1, 5), st.floats(0.1, 5), st.floats(-pi, pi), st.floats(-3, 3))
def test_line_and_arc_share_their_ends_and_the_line_is_never_longer(first, second, angle, turn):
    x1 = first * np.array([cos(angle), sin(angle)])
    x2 = second * np.array([cos(angle + turn), sin(angle + turn)])
    found = interpolation(x1, x2, np.linspace(0, 1, 11)).blends
    for path in (found.line, found.arc):
        np.testing.assert_allclose(path[[0, -1]], [x2, x1], atol=1e-12)
    g = found.gate
    squared = (g * first) ** 2 + ((1 - g) * second) ** 2
    squared += 2 * g * (1 - g) * first * second * cos(turn)
    np.testing.assert_allclose(found.line_norm**2, squared, atol=1e-11)
    np.testing.assert_allclose(found.arc_norm, g * first + (1 - g) * second, rtol=1e-12)
    assert (found.line_norm <= found.arc_norm + 1e-12).all()


@geometry
@given(st.floats(0.1, 5), st.floats(0.1, 5), st.floats(-pi, pi), st.floats(-3, 3))
def test_the_shortest_blend_is_where_no_other_is_shorter(first, second, angle, turn):
    x1 = first * np.array([cos(angle), sin(angle)])
    x2 = second * np.array([cos(angle + turn), sin(angle + turn)])
    found = interpolation(x1, x2, [0.0, 1.0])
    gates = np.linspace(0, 1, 4001)[:, None]
    lengths = np.hypot(*(gates * x1 + (1 - gates) * x2).T)
    assert found.line_least <= lengths.min() + 1e-12
    assert found.line_least == pytest.approx(lengths.min(), abs=1e-3)
    assert found.arc_least == pytest.approx(min(first, second))
    assert found.addition_norm == pytest.approx(np.hypot(*(x1 + x2)))


def test_between_equal_vectors_every_blend_is_as_short():
    assert nearest_gate([1.0, 2.0], [1.0, 2.0]) == 0
    assert interpolation([1.0, 2.0], [1.0, 2.0], [0.0, 1.0]).line_least == pytest.approx(5**0.5)


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
    np.testing.assert_allclose(
        found.turned_query, complex_rope(query, np.arange(5), 10), atol=1e-14
    )
    np.testing.assert_allclose(found.turned_key, complex_rope(key, np.arange(5), 10), atol=1e-14)
