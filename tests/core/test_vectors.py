from dataclasses import fields
from math import atan2, cos, degrees, hypot, pi, sin

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial import geometric_slerp
from scipy.spatial.distance import cosine as cosine_distance

from mlanim.core.vectors.alignment import (
    alignment,
    alignment_sweep,
    as_vector,
    from_polar,
    magnitude_sweep,
)
from mlanim.core.vectors.vectors import (
    angle_between,
    lerp,
    mask,
    project,
    rotate,
    slerp,
)

geometry = settings(max_examples=60)

lengths = st.floats(0.01, 100)
angles = st.floats(-3.1, 3.1)
shares = st.floats(0, 1)


def vectors(dimension: int) -> st.SearchStrategy[np.ndarray]:
    return arrays(np.float64, dimension, elements=st.floats(-10, 10)).filter(
        lambda v: np.linalg.norm(v) > 0.01
    )


@geometry
@given(lengths, angles)
def test_from_polar_is_a_complex_exponential(length, angle):
    expected = length * np.exp(1j * angle)
    np.testing.assert_allclose(
        from_polar(length, angle), [expected.real, expected.imag], atol=1e-12
    )


def test_from_polar_takes_batches():
    out = from_polar([1.0, 2.0], [0.0, pi / 2])
    np.testing.assert_allclose(out, [[1, 0], [0, 2]], atol=1e-15)


@pytest.mark.parametrize(("length", "angle"), [(-1, 0), (np.nan, 0), (1, np.inf)])
def test_from_polar_refuses_what_is_no_vector(length, angle):
    with pytest.raises(ValueError, match="finite length of at least 0"):
        from_polar(length, angle)


@geometry
@given(lengths, angles, lengths, angles)
def test_alignment_in_the_plane_is_the_closed_form(w_length, w_angle, x_length, turn):
    w = np.array([w_length * cos(w_angle), w_length * sin(w_angle)])
    x = np.array([x_length * cos(w_angle + turn), x_length * sin(w_angle + turn)])
    found = alignment(w, x)
    scale = w_length * x_length
    assert found.dot == pytest.approx(scale * cos(turn), abs=1e-12 * scale)
    assert found.cosine == pytest.approx(cos(turn), abs=1e-12)
    assert found.angle == pytest.approx(turn, abs=1e-12)
    assert (found.w_norm, found.x_norm) == pytest.approx((w_length, x_length))
    assert found.shadow_length == pytest.approx(x_length * cos(turn), abs=1e-12 * x_length)
    assert found.energy_share == pytest.approx(cos(turn) ** 2, abs=1e-12)


@geometry
@given(vectors(5), vectors(5))
def test_alignment_in_five_dimensions(w, x):
    found = alignment(w, x)
    assert found.dot == pytest.approx(sum(float(a) * float(b) for a, b in zip(w, x, strict=True)))
    assert found.cosine == pytest.approx(1 - cosine_distance(w, x), abs=1e-12)
    assert found.angle == pytest.approx(
        np.arccos(np.clip(1 - cosine_distance(w, x), -1, 1)), abs=1e-6
    )
    np.testing.assert_allclose(found.shadow, w * np.linalg.lstsq(w[:, None], x)[0], atol=1e-12)


@geometry
@given(vectors(3), vectors(3))
def test_shadow_and_residual_split_x_at_right_angles(w, x):
    found = alignment(w, x)
    np.testing.assert_allclose(found.shadow + found.residual, x, atol=1e-13)
    assert abs(found.residual @ w) <= 1e-13 * found.w_norm * found.x_norm
    assert np.linalg.norm(np.cross(found.shadow, w)) <= 1e-12 * found.w_norm * found.x_norm
    assert found.shadow @ w == pytest.approx(found.dot, abs=1e-10)


def test_the_gradient_of_the_product_is_the_other_vector():
    w, x = torch.tensor([2.4, 0.8]), torch.tensor([1.0, 1.8], requires_grad=True)
    (gradient,) = torch.autograd.grad(w @ x, x)
    step = 1e-3
    for axis in range(2):
        moved = np.array([1.0, 1.8])
        moved[axis] += step
        slope = (alignment([2.4, 0.8], moved).dot - alignment([2.4, 0.8], [1.0, 1.8]).dot) / step
        assert slope == pytest.approx(float(gradient[axis]), rel=1e-4)


@pytest.mark.parametrize("small", [1e-4, 1e-9, 1e-12])
def test_angles_stay_accurate_where_the_cosine_is_flat(small):
    w, near = [1.0, 0.0, 0.0], [cos(small), sin(small), 0.0]
    assert float(angle_between(w, near)) == pytest.approx(small, rel=1e-6)
    assert alignment(w[:2], near[:2]).angle == pytest.approx(small, rel=1e-6)
    back = [-near[0], near[1], 0.0]
    assert pi - float(angle_between(w, back)) == pytest.approx(small, rel=1e-3)


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_the_side_of_a_straight_angle_is_not_read_from_a_signed_zero(zero):
    assert alignment([1.0, zero], [-2.0, zero]).angle == pi


@pytest.mark.parametrize("scale", [1e-90, 1e90])
def test_extreme_lengths_keep_their_angle(scale):
    found = alignment([3 * scale, 0.0], [2 * scale, 2 * scale])
    assert found.angle == pytest.approx(pi / 4)
    assert found.shadow_length == pytest.approx(2 * scale)


@pytest.mark.parametrize(
    "bad", [[0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0], [1e-200, 0.0], [1e200, 0.0]]
)
def test_a_vector_without_direction_is_refused_by_name(bad):
    with pytest.raises(ValueError, match=r"x = .* has length .* no usable direction; give"):
        alignment([1.0, 0.0], bad)
    with pytest.raises(ValueError, match=r"^w = "):
        alignment_sweep(bad, 1.0, [0.0])


@pytest.mark.parametrize("bad", [[1.0], [1.0, 2.0, 3.0], [[1.0, 2.0]], 1.0, []])
def test_another_number_of_coordinates_is_refused(bad):
    with pytest.raises(ValueError, match=r"x has the shape .*; give 2 finite numbers"):
        alignment([1.0, 0.0], bad)


def test_as_vector_copies_what_it_is_given():
    given_array = np.array([1.0, 2.0])
    as_vector("x", given_array)[0] = 9
    assert given_array[0] == 1


@geometry
@given(vectors(2), lengths)
def test_alignment_sweep_turns_x_at_its_length(w, x_length):
    theta = np.linspace(-pi, pi, 41)
    sweep = alignment_sweep(w, x_length, theta)
    start = atan2(w[1], w[0])
    expected = x_length * np.stack((np.cos(start + theta), np.sin(start + theta)), -1)
    np.testing.assert_allclose(sweep.x, expected, atol=1e-12 * x_length)
    np.testing.assert_allclose(sweep.dot, expected @ w, atol=1e-11 * x_length)
    np.testing.assert_array_equal(sweep.angle, theta)
    np.testing.assert_array_equal(sweep.w, np.tile(w, (41, 1)))
    np.testing.assert_allclose(sweep.energy_share, np.cos(theta) ** 2, atol=1e-12)


def test_a_sweep_at_a_moment_is_the_alignment_of_its_pair():
    sweep = alignment_sweep([1.0, 2.0], 1.5, np.linspace(-2, 2, 5))
    for index in range(5):
        one, again = sweep.at(index), alignment(sweep.w[index], sweep.x[index])
        for field in fields(one):
            np.testing.assert_allclose(
                getattr(one, field.name), getattr(again, field.name), atol=1e-13
            )
            assert not isinstance(getattr(one, field.name), np.floating)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_a_sweep_needs_a_length_and_positive_scales(bad):
    with pytest.raises(ValueError, match=r"x_length = .* positive finite length"):
        alignment_sweep([1.0, 0.0], bad, [0.0])
    with pytest.raises(ValueError, match="a scale must be positive and finite"):
        magnitude_sweep([1.0, 0.0], [1.0, 1.0], [[1.0, bad]])


@geometry
@given(vectors(2), vectors(2), st.lists(st.tuples(lengths, lengths), min_size=1, max_size=5))
def test_magnitude_sweep_scales_the_product_and_keeps_the_angle(w, x, scales):
    factors = np.array(scales)
    sweep, whole = magnitude_sweep(w, x, factors), alignment(w, x)
    assume(abs(whole.angle) < pi - 1e-6)
    np.testing.assert_allclose(sweep.angle, whole.angle, atol=1e-10)
    np.testing.assert_allclose(
        sweep.dot, whole.dot * factors.prod(-1), rtol=1e-9, atol=1e-9 * factors.prod(-1).max()
    )
    np.testing.assert_allclose(sweep.w_norm, whole.w_norm * factors[:, 0])
    np.testing.assert_allclose(sweep.x, x * factors[:, 1:])


@geometry
@given(arrays(np.float64, (4, 2), elements=st.floats(-5, 5)), vectors(4))
def test_projector_is_the_textbook_matrix(basis, x):
    gram = basis.T @ basis
    assume(np.linalg.cond(gram) < 1e6)
    assume(np.linalg.norm(basis) > 0.1)
    found = project(x, basis)
    expected = basis @ np.linalg.inv(gram) @ basis.T
    np.testing.assert_allclose(found.projector, expected, atol=1e-8)
    assert found.rank == np.linalg.matrix_rank(basis) == 2
    best = basis @ np.linalg.lstsq(basis, x)[0]
    np.testing.assert_allclose(found.kept, best, atol=1e-7)


@geometry
@given(arrays(np.float64, (5, 3), elements=st.floats(-5, 5)), vectors(5))
def test_projector_is_idempotent_symmetric_and_leaves_an_orthogonal_rest(basis, x):
    assume(np.linalg.norm(basis) > 0.1)
    found = project(x, basis)
    p = found.projector
    np.testing.assert_allclose(p @ p, p, atol=1e-13)
    np.testing.assert_allclose(p, p.T, atol=1e-15)
    assert np.trace(p) == pytest.approx(found.rank)
    np.testing.assert_allclose(p @ basis, basis, atol=1e-10)
    np.testing.assert_allclose(found.kept + found.lost, x, atol=1e-13)
    np.testing.assert_allclose(basis.T @ found.lost, 0, atol=1e-11)
    assert float(found.kept_norm) ** 2 + float(found.lost_norm) ** 2 == pytest.approx(x @ x)
    assert found.energy_share == pytest.approx(float(found.kept_norm) ** 2 / (x @ x))


def test_dependent_columns_span_one_line_and_a_vector_is_one_column():
    doubled = project([1.0, 2.0], [[3.0, 6.0], [4.0, 8.0]])
    single = project([1.0, 2.0], [3.0, 4.0])
    assert doubled.rank == single.rank == 1
    np.testing.assert_allclose(doubled.projector, np.outer([3, 4], [3, 4]) / 25, atol=1e-15)
    np.testing.assert_allclose(doubled.projector, single.projector, atol=1e-15)
    np.testing.assert_allclose(single.kept, alignment([3.0, 4.0], [1.0, 2.0]).shadow, atol=1e-15)


def test_projection_of_a_batch_pools_its_energy():
    x = np.array([[[3.0, 4.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 2.0]]])
    found = project(x, [1.0, 0.0])
    np.testing.assert_allclose(found.kept_norm, [[3, 0], [1, 0]], atol=1e-15)
    np.testing.assert_allclose(found.lost_norm, [[4, 0], [0, 2]], atol=1e-15)
    assert found.energy_share == pytest.approx(10 / 30)


@pytest.mark.parametrize(
    ("x", "basis"),
    [([0, 0], [1, 0]), ([1, 0], [0, 0]), ([np.nan, 0], [1, 0]), ([1, 0], [np.inf, 0])],
)
def test_nothing_to_project_is_refused(x, basis):
    with pytest.raises(ValueError, match="must be finite and each hold a nonzero vector"):
        project(x, basis)


@geometry
@given(arrays(np.float64, (6, 4), elements=st.floats(-5, 5)), arrays(np.bool_, 4))
def test_mask_is_the_projection_on_the_kept_axes(x, keep):
    masked = mask(x, keep)
    np.testing.assert_array_equal(masked, np.where(keep, x, 0))
    if keep.any() and x.any():
        np.testing.assert_allclose(masked, project(x, np.diag(keep.astype(float))).kept, atol=1e-14)


def test_a_mask_of_shares_is_refused():
    with pytest.raises(ValueError, match=r"only 0 and 1, not \[0.5, 1.0\]"):
        mask([1.0, 2.0], [0.5, 1.0])


@geometry
@given(vectors(2), angles, angles)
def test_rotation_is_complex_multiplication(x, first, second):
    turned = rotate(x, first)
    expected = complex(*x) * np.exp(1j * first)
    np.testing.assert_allclose(turned, [expected.real, expected.imag], atol=1e-12)
    assert hypot(*turned.tolist()) == pytest.approx(hypot(*x))
    np.testing.assert_allclose(rotate(turned, second), rotate(x, first + second), atol=1e-11)


def test_rotation_broadcasts_vectors_against_angles():
    x, theta = np.random.default_rng(0).normal(size=(7, 2)), np.linspace(0, 5, 4)
    batch = rotate(x, theta[:, None])
    assert batch.shape == (4, 7, 2)
    for i, angle in enumerate(theta):
        c, s = cos(angle), sin(angle)
        np.testing.assert_allclose(batch[i], x @ np.array([[c, s], [-s, c]]), atol=1e-14)


@geometry
@given(vectors(3), vectors(3), shares)
def test_lerp_stands_on_the_segment(a, b, g):
    point = lerp(a, b, g).numpy()
    np.testing.assert_allclose(point, b + g * (a - b), atol=1e-12)
    to_a, to_b = np.linalg.norm(point - a), np.linalg.norm(point - b)
    assert to_a + to_b == pytest.approx(np.linalg.norm(a - b), abs=1e-9)
    assert np.linalg.norm(point) <= max(np.linalg.norm(a), np.linalg.norm(b)) + 1e-12


@geometry
@given(vectors(4), vectors(4))
def test_slerp_of_unit_vectors_is_scipys(a, b):
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    assume(np.linalg.norm(a + b) > 1e-2)
    t = np.linspace(0, 1, 9)
    np.testing.assert_allclose(slerp(a, b, 1 - t), geometric_slerp(a, b, t), atol=1e-7)


@geometry
@given(lengths, angles, st.floats(-3, 3), lengths)
def test_slerp_turns_at_constant_speed_and_keeps_equal_norms(length, angle, turn, other):
    a, b = from_polar(length, angle), from_polar(length, angle + turn)
    gates = torch.linspace(0, 1, 21, dtype=torch.float64)
    arc = slerp(a, b, gates).numpy()
    np.testing.assert_allclose(np.linalg.norm(arc, axis=1), length, rtol=1e-12)
    phases = np.unwrap(np.angle(arc[:, 0] + 1j * arc[:, 1]))
    np.testing.assert_allclose(np.diff(phases), -turn / 20, atol=1e-12)
    spiral = slerp(a, b * (other / length), gates).numpy()
    expected = other + gates.numpy() * (length - other)
    np.testing.assert_allclose(np.linalg.norm(spiral, axis=1), expected, rtol=1e-12)


@geometry
@given(vectors(3), st.floats(0, 1e-7), shares)
def test_slerp_of_nearly_parallel_vectors_is_the_straight_blend(a, nudge, g):
    b = a + nudge * np.roll(a, 1)
    np.testing.assert_allclose(slerp(a, b, g), lerp(a, b, g), atol=1e-12)


def test_slerp_has_a_gradient_and_batches():
    a, b = torch.randn(2, 5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    g = torch.linspace(0.1, 0.9, 5, dtype=torch.float64)
    args = tuple(v.clone().requires_grad_() for v in (a, b, g))
    assert torch.autograd.gradcheck(slerp, args)
    for i in range(5):
        np.testing.assert_allclose(slerp(a, b, g)[i], slerp(a[i], b[i], g[i]), atol=1e-14)


@pytest.mark.parametrize("b", [[-2.0, 0.0], [-1.0, 1e-8]])
def test_slerp_of_opposite_vectors_is_refused(b):
    with pytest.raises(ValueError, match=r"opposite directions.*turn one of them a little"):
        slerp([1.0, 0.0], b, 0.5)


@pytest.mark.parametrize("b", [[0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_slerp_without_a_direction_is_refused(b):
    with pytest.raises(ValueError, match="an arc needs two directions"):
        slerp([1.0, 0.0], b, 0.5)


def test_right_angle_by_hand():
    found = alignment([0.0, 2.0], [3.0, 0.0])
    assert (found.dot, found.cosine, degrees(found.angle)) == (0.0, 0.0, -90.0)
