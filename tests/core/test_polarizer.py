"""Light through filters, against closed forms, sampled waves, and products of plain matrices."""

import math
import re

import numpy as np
import pytest
import torch

from mlanim.core.vectors.polarization import intensity, through
from mlanim.core.vectors.polarizer import polarizer_lesson


@pytest.fixture(scope="module")
def lesson():
    return polarizer_lesson(33.3, 21.7, 2.5)


def test_one_filter_passes_the_cosine_of_the_amplitude_and_its_square_of_the_intensity(lesson):
    angles = np.radians(lesson.turning.degrees)
    np.testing.assert_allclose(lesson.turning.amplitude, np.cos(angles), atol=1e-12)
    np.testing.assert_allclose(lesson.turning.intensity, np.cos(angles) ** 2, atol=1e-12)
    np.testing.assert_allclose(lesson.turning.neuron, 2.5 * np.cos(angles), atol=1e-12)


def test_the_intensity_is_the_mean_square_of_the_swinging_field_beside_that_of_amplitude_1(lesson):
    phases = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    for field, share in zip(lesson.turning.fields[:, 1], lesson.turning.intensity, strict=True):
        swinging = np.cos(phases)[:, None] * field
        assert (swinging**2).sum(1).mean() / 0.5 == pytest.approx(share, abs=1e-12)


def test_a_third_filter_passes_a_quarter_of_the_squared_sine_of_twice_its_angle(lesson):
    angles = np.radians(lesson.between.degrees)
    np.testing.assert_allclose(lesson.between.intensity, np.sin(2 * angles) ** 2 / 4, atol=1e-12)
    assert lesson.between.intensity.max() == pytest.approx(0.25)
    assert lesson.between.degrees[lesson.between.intensity.argmax()] == 45


def test_any_filters_are_projections_one_after_another():
    rng = np.random.default_rng(0)
    for axes in rng.uniform(-4, 4, (50, 5)):
        field = np.array([0.0, 1.0])
        fields = through(torch.tensor(axes)).numpy()
        for angle, after in zip(axes, fields[1:], strict=True):
            normal = np.array([np.sin(angle), np.cos(angle)])
            field = np.outer(normal, normal) @ field
            np.testing.assert_allclose(after, field, atol=1e-9)
        assert (np.diff(intensity(torch.tensor(fields)).numpy()) < 1e-12).all()


def test_two_crossed_filters_pass_nothing_at_all(lesson):
    assert (lesson.crossed[-1] == 0).all()
    assert np.hypot(*lesson.crossed[1]) == 1


def test_what_is_said_holds_at_any_angles_and_length():
    rng = np.random.default_rng(1)
    for _ in range(200):
        angle = float(rng.choice([0, 60, 90, 120, 180, rng.uniform(0, 180)]))
        middle = float(rng.choice([0, 30, 45, 90, rng.uniform(0, 90)]))
        length = float(rng.choice([1, rng.uniform(0.25, 4)]))
        found = polarizer_lesson(angle, middle, length)
        passes, share = np.cos(np.radians(angle)), np.sin(np.radians(2 * middle)) ** 2 / 4
        assert ("nothing passes" in str(found.says_amplitude)) == (angle == 90)
        if angle != 90:
            assert number(found.says_amplitude) == pytest.approx(passes, abs=0.0051)
            assert number(found.says_intensity) == pytest.approx(100 * passes**2, abs=0.11)
        else:
            assert str(found.says_intensity).endswith("both are 0")
        said = str(found.says_between)
        assert ("along the first" in said) == (middle == 0)
        assert ("along the last" in said) == (middle == 90)
        assert ("lets through no more" in said) == (middle == 45)
        if 0 < middle < 90:
            shown = float(re.search(r"lets (?:under )?([\d.]+) %", said)[1])
            assert shown == pytest.approx(100 * share, abs=0.11)
        assert f"here {length:g}" in str(found.says_limit)
        assert ("like the filter's" in str(found.says_limit)) == (length == 1)


def test_a_little_light_is_never_said_to_be_none_and_not_all_of_it_never_all():
    for angle, middle in ((89.9, 0.001), (90.1, 89.999), (0.1, 1e-5)):
        found = polarizer_lesson(angle, middle, 1.0)
        assert number(found.says_amplitude) == pytest.approx(np.cos(np.radians(angle)), rel=6e-3)
        assert "under 0.1 %" in str(found.says_between)
        edge = "over 99.9 %" if angle < 1 else "under 0.1 %"
        assert edge in str(found.says_intensity)


def test_angles_are_told_as_they_are_and_only_a_right_angle_is_told_as_one():
    for angle, told in ((1e-6, "1\u2009·\u200910⁻⁶"), (90.000001, "90.000001"), (90, "At 90°")):
        assert told in str(polarizer_lesson(angle, 30.0, 1.0).says_amplitude)
    nearly = polarizer_lesson(90 - 1e-10, 90 - 1e-10, 1.0)
    assert "At 90°" not in str(nearly.says_amplitude)
    assert "along the last" not in str(nearly.says_between)
    assert nearly.turning.intensity.min() == 0  # at 90° itself
    assert "at 1\u2009·\u200910⁻⁶°" in str(polarizer_lesson(30.0, 1e-6, 1.0).says_between)


def number(said):
    """The last number of a sentence."""
    return float(re.findall(r"[−\d.]+", str(said))[-1].replace("−", "-"))


@pytest.mark.parametrize("angle", [0.0, 17.5, 30.0, 120.0])
def test_the_intensity_is_told_of_its_own_angle(angle: float) -> None:
    """The filter turns on to 90° below that sentence."""
    said = str(polarizer_lesson(angle, 45.0, 2.0).says_intensity)
    assert f"{angle:g}°" in said
    assert f"{100 * math.cos(math.radians(angle)) ** 2:.1f} %" in said
