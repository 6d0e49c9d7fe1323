from math import hypot, pi

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mlanim.core.vectors.dot_product import (
    ALIGNED,
    BACK,
    OPPOSITE,
    PERPENDICULAR,
    SHORT_W,
    SHORT_X,
    SHORTER,
    START,
    dot_product_lesson,
    from_angle,
)

coordinates = st.floats(-5, 5)
plane = st.tuples(coordinates, coordinates).filter(lambda v: hypot(*v) > 0.05)


def at(data, name: str, place: float) -> np.ndarray:
    """A measure at a place of the course."""
    return getattr(data.course, name)[np.abs(data.place - place).argmin()]


@given(plane, plane)
def test_the_course_passes_its_landmarks(w, x):
    data = dot_product_lesson(w, x, samples=9)
    reach = hypot(*w) * hypot(*x)
    np.testing.assert_allclose(at(data, "w", START), w, atol=1e-12)
    np.testing.assert_allclose(at(data, "x", START), x, atol=1e-12)
    cosines = [at(data, "cosine", place) for place in (ALIGNED, PERPENDICULAR, OPPOSITE)]
    np.testing.assert_allclose(cosines, [1, 0, -1], atol=1e-12)
    for place, share in ((START, 1), (BACK, 1), (SHORT_X, SHORTER), (SHORT_W, SHORTER**2)):
        assert at(data, "dot", place) == pytest.approx(share * np.dot(w, x), abs=1e-11 * reach)
    assert data.limit == pytest.approx(reach)


@given(plane, plane)
def test_x_turns_on_its_own_side_of_w_and_no_moment_jumps(w, x):
    data = dot_product_lesson(w, x, samples=19)
    assert data.side * (w[0] * x[1] - w[1] * x[0]) >= -1e-12 * data.limit
    turn = (data.place >= ALIGNED) & (data.place <= OPPOSITE)
    np.testing.assert_allclose(data.course.angle[turn], data.side * np.linspace(0, pi, 37))
    longest = max(hypot(*w), hypot(*x))
    steps = np.linalg.norm(np.diff(data.course.x, axis=0), axis=1)
    assert steps.max() <= longest * pi / 18 + 1e-12


@given(plane, plane)
def test_the_product_is_the_length_of_w_times_the_shadow_at_every_moment(w, x):
    course = dot_product_lesson(w, x, samples=7).course
    dots = np.einsum("td,td->t", course.w, course.x)
    scale = 1e-12 * np.abs(dots).max() + 1e-15
    np.testing.assert_allclose(course.dot, dots, atol=scale)
    np.testing.assert_allclose(course.w_norm * course.shadow_length, dots, atol=scale)


@settings(max_examples=200)
@given(plane, plane)
def test_what_is_said_of_the_shadow_and_of_shorter_vectors_is_true(w, x):
    says = dot_product_lesson(w, x, samples=3).says
    cosine = np.dot(w, x) / (hypot(*w) * hypot(*x))
    assert ("casts no" in str(says.shadow)) == (abs(cosine) < 1e-9)
    assert ("behind the origin" in str(says.shadow)) == (cosine <= -1e-9)
    for said, left in ((says.short_x, "50 %"), (says.short_w, "25 %")):
        outcome = "stays 0" if abs(cosine) < 1e-9 else f"{left} of the product is left"
        assert str(said).endswith(outcome)


def test_stills_are_the_three_cases_at_the_given_lengths():
    data = dot_product_lesson((3.0, 4.0), (0.0, 2.0))
    names, stills = zip(*data.stills, strict=True)
    assert names == ("same direction", "perpendicular", "opposite")
    assert [s.dot for s in stills] == pytest.approx([10, 0, -10], abs=1e-14)
    assert [s.angle for s in stills] == pytest.approx([0, pi / 2, pi])
    assert [s.x_norm for s in stills] == pytest.approx([2] * 3)


@given(st.floats(0, 180), st.floats(0.1, 10), st.floats(0.1, 10))
def test_an_angle_and_two_lengths_are_what_they_say(angle, w_length, x_length):
    w, x = from_angle(angle, w_length, x_length)
    assert (hypot(*w), hypot(*x)) == pytest.approx((w_length, x_length))
    assert np.dot(w, x) == pytest.approx(w_length * x_length * np.cos(np.radians(angle)), abs=1e-9)


def test_zero_vectors_spaces_and_single_moments_are_refused():
    with pytest.raises(ValueError, match=r"^w = \[0\. 0\.\] has length 0 and no usable direction"):
        dot_product_lesson((0, 0), (1, 1))
    with pytest.raises(ValueError, match=r"^w has the shape \(3,\); give 2 finite numbers"):
        dot_product_lesson((1, 2, 3), (1, 2, 3))
    with pytest.raises(ValueError, match="samples = 1 gives no motion"):
        dot_product_lesson((1, 0), (0, 1), samples=1)


def test_the_bytes_are_the_same_on_any_number_of_threads():
    threads, made = torch.get_num_threads(), []
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            course = dot_product_lesson((2.4, 0.8), (1.0, 1.8)).course
            made.append([np.asarray(getattr(course, n)).tobytes() for n in vars(course)])
    finally:
        torch.set_num_threads(threads)
    assert made[0] == made[1]


def test_only_vectors_at_a_right_angle_are_said_to_be_upright_on_each_other():
    for angle, upright in ((90, True), (90 - 1e-8, False), (90.000001, False)):
        found = dot_product_lesson(*from_angle(angle, 2.5, 0.3))
        assert ("stands upright" in str(found.says.shadow)) == upright
        assert ("the product stays 0" in str(found.says.short_x)) == upright
    assert "stands upright" in str(dot_product_lesson((0.1, 0.3), (0.3, -0.1)).says.shadow)
