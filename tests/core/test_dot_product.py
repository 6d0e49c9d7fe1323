from dataclasses import fields
from math import hypot, pi

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlanim.core.vectors.dot_product import SHORTER, dot_product_lecture
from mlanim.core.vectors.vectors import Alignment, AlignmentSweep

geometry = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])

coordinates = st.floats(-5, 5)
plane = st.tuples(coordinates, coordinates).filter(lambda v: hypot(*v) > 0.05)
motions = ("approach", "turn", "back", "shrink_x", "shrink_w")


@geometry
@given(plane, plane)
def test_each_motion_starts_where_the_one_before_it_ends(w, x):
    data = dot_product_lecture(w, x, samples=9)
    assert (tuple(data.start.w), tuple(data.start.x)) == (w, x)
    end = data.start
    for name in motions:
        sweep: AlignmentSweep = getattr(data, name)
        np.testing.assert_allclose(sweep.x[0], end.x, atol=1e-12)
        np.testing.assert_allclose(sweep.w[0], end.w, atol=1e-12)
        end = sweep.at(-1)
    assert end.dot == pytest.approx(data.start.dot * SHORTER**2, abs=1e-12)


@geometry
@given(plane, plane)
def test_turn_goes_from_along_to_against_on_the_side_of_x(w, x):
    data = dot_product_lecture(w, x, samples=19)
    reach = hypot(*w) * hypot(*x)
    side = np.sign(data.turn.angle[-1])
    np.testing.assert_allclose(data.turn.angle, side * np.linspace(0, pi, 19), atol=1e-15)
    np.testing.assert_allclose(
        data.turn.dot, reach * np.cos(np.linspace(0, pi, 19)), atol=1e-12 * reach
    )
    assert side * (w[0] * x[1] - w[1] * x[0]) >= -1e-12 * reach
    np.testing.assert_allclose(data.back.x_norm, hypot(*x))


def test_stills_are_the_three_cases_at_the_given_lengths():
    data = dot_product_lecture((3.0, 4.0), (0.0, 2.0))
    stills = (data.same_direction, data.perpendicular, data.opposite)
    assert [s.dot for s in stills] == pytest.approx([10, 0, -10], abs=1e-14)
    assert [s.cosine for s in stills] == pytest.approx([1, 0, -1], abs=1e-15)
    assert [s.angle for s in stills] == pytest.approx([0, pi / 2, pi])
    assert [s.x_norm for s in stills] == pytest.approx([2] * 3)
    assert np.linalg.norm(data.perpendicular.shadow) < 1e-15


def test_default_turn_moves_half_a_degree_at_a_time():
    turn = dot_product_lecture().turn
    np.testing.assert_allclose(np.diff(np.degrees(turn.angle)), 0.5)


def test_shrinking_halves_the_product_twice():
    data = dot_product_lecture(samples=5)
    np.testing.assert_allclose(data.shrink_x.dot, 3.84 * np.linspace(1, 0.5, 5))
    np.testing.assert_allclose(data.shrink_w.dot, 1.92 * np.linspace(1, 0.5, 5))
    for sweep in (data.shrink_x, data.shrink_w):
        np.testing.assert_allclose(sweep.cosine, data.start.cosine)


def test_zero_vectors_spaces_and_single_moments_are_refused():
    with pytest.raises(ValueError, match=r"^w = \[0\. 0\.\] has length 0 and no usable direction"):
        dot_product_lecture(w=(0, 0))
    with pytest.raises(ValueError, match=r"^x = \[0\. 0\.\]"):
        dot_product_lecture(x=(0, 0))
    with pytest.raises(ValueError, match=r"^w has the shape \(3,\); give 2 finite numbers"):
        dot_product_lecture(w=(1, 2, 3), x=(1, 2, 3))
    with pytest.raises(ValueError, match="samples = 1 gives no motion"):
        dot_product_lecture(samples=1)


def test_the_data_are_plain_and_the_same_bytes_on_any_number_of_threads():
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = dot_product_lecture()
        torch.set_num_threads(2)
        two = dot_product_lecture()
    finally:
        torch.set_num_threads(threads)
    for field in fields(one):
        first, second = getattr(one, field.name), getattr(two, field.name)
        assert isinstance(first, Alignment | AlignmentSweep)
        for part in fields(first):
            value = getattr(first, part.name)
            assert isinstance(value, float) or value.dtype == np.float64
            assert np.asarray(value).tobytes() == np.asarray(getattr(second, part.name)).tobytes()
