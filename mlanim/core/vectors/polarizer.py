"""What the scene on polarising filters shows: what they have in common with a neuron.

The amplitude that passes is the dot product of the field and the filter's axis, cos θ, and the
intensity its square (Malus's law, 1809).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.vectors.polarization import CROSSED, axis, intensity, through
from mlanim.words.numbers import percent, significant
from mlanim.words.sentence import Sentence, sentence

BEST, MOST = 45.0, 0.25  # degrees of the middle filter that lets most through, and how much

TOLD = 9  # digits of an angle in a sentence, where it has as many


@dataclass(frozen=True)
class Turning:
    """One filter at A angles to the light: what passes, as amplitude and as intensity."""

    degrees: np.ndarray  # (A,) from 0 to 180
    axes: np.ndarray  # (A, 1) radians
    fields: np.ndarray  # (A, 2, 2) before and after: to the side, and along the light
    amplitude: np.ndarray  # (A,) of the field along the axis, for light of amplitude 1
    intensity: np.ndarray  # (A,) of 1
    neuron: np.ndarray  # (A,) w · x, for weights of the given length


@dataclass(frozen=True)
class Between:
    """A filter at M angles between two that are crossed."""

    degrees: np.ndarray  # (M,) from 0 to 90
    axes: np.ndarray  # (M, 3) radians
    fields: np.ndarray  # (M, 4, 2)
    intensity: np.ndarray  # (M,) behind the last, of what left the first


@dataclass(frozen=True)
class Polarizer:
    """All that the scene shows."""

    turning: Turning
    crossed: np.ndarray  # (3, 2) the fields before, between and behind two crossed filters
    between: Between
    says_amplitude: Sentence
    says_intensity: Sentence
    says_crossed: Sentence
    says_between: Sentence
    says_limit: Sentence


def polarizer_lesson(angle: float, middle: float, length: float) -> Polarizer:
    """One filter, two that are crossed, and a third between them.

    Args:
        angle: of the one filter to the light, degrees from 0 to 180.
        middle: of the filter between two crossed ones to the first, degrees from 0 to 90.
        length: of a neuron's weight vector, beside a filter's axis of length 1.
    """
    degrees = _course(180, angle)
    axes = torch.deg2rad(degrees)[:, None]
    fields = through(axes)
    amplitude = (axis(axes[:, 0]) * fields[:, 0]).sum(-1)
    turning = Turning(
        degrees.numpy(), axes.numpy(), fields.numpy(), amplitude.numpy(),
        intensity(fields[:, 1]).numpy(), (length * amplitude).numpy(),
    )  # fmt: skip
    crossed = through(torch.tensor([0.0, math.pi / 2], dtype=torch.float64))
    at = int((degrees == angle).nonzero()[0])
    third = _between(_course(90, middle))
    share = float(third.intensity[third.degrees == middle][0])
    return Polarizer(
        turning, crossed.numpy(), third,
        says_amplitude=says_of_amplitude(angle, float(amplitude[at])),
        says_intensity=says_of_intensity(angle, float(amplitude[at]), turning.intensity[at]),
        says_crossed=says_of_crossed(float(intensity(crossed[-1]))),
        says_between=says_of_between(middle, share), says_limit=says_of_limit(length),
    )  # fmt: skip


def _course(end: int, stop: float) -> Tensor:
    """Degrees from 0 to `end`, a step of 1 apart, and those at which one stops."""
    steps = torch.arange(end + 1, dtype=torch.float64)
    return torch.unique(torch.cat([steps, torch.tensor([stop], dtype=torch.float64)]))


def _between(degrees: Tensor) -> Between:
    first, last = torch.zeros_like(degrees), torch.full_like(degrees, math.pi / 2)
    axes = torch.stack([first, torch.deg2rad(degrees), last], dim=-1)
    fields = through(axes)
    return Between(
        degrees.numpy(), axes.numpy(), fields.numpy(), intensity(fields[:, -1]).numpy()
    )  # fmt: skip


def says_of_amplitude(angle: float, amplitude: float) -> Sentence:
    """What is left of the field behind one filter."""
    if abs(amplitude) < CROSSED:
        return sentence("At 90° no part of the field lies along the axis: nothing passes")
    return sentence(
        "The part of the field along the axis passes: $bold(w) dot bold(x) = cos$ {angle}° = "
        "[{amplitude:g}](highlight)", angle=significant(angle, TOLD), amplitude=amplitude,
    )  # fmt: skip


def says_of_intensity(angle: float, amplitude: float, share: float) -> Sentence:
    """How bright that is, at that angle: it is read while the filter turns further."""
    if abs(amplitude) < CROSSED:
        return sentence("Amplitude goes as $cos theta$, intensity as $cos^2 theta$: both are 0")
    return sentence(
        "What the eye sees is the intensity, the square: $cos^2$ {angle}° = "
        "[{share:%1}](attention) of the light", angle=significant(angle, TOLD), share=share,
    )  # fmt: skip


def says_of_crossed(share: float) -> Sentence:
    """What two filters at a right angle let through."""
    if share:
        raise ValueError(f"Crossed filters let {share} of the light through.")
    return sentence("Two filters at a right angle: behind the second there is no light")


def says_of_between(middle: float, share: float) -> Sentence:
    """What a third filter between them lets through, of what left the first."""
    if not share:
        along = "first" if middle < BEST else "last"
        return sentence(f"A third between them, along the {along}, changes nothing: no light")
    most = "one filter between lets through no more" if middle == BEST else (
        f"at most {percent(MOST)} pass, at {BEST:g}°"
    )  # fmt: skip
    return sentence(
        "A third between them at {middle}° lets [{share:%1}](attention) of the first one's light "
        "through; " + most, middle=significant(middle, TOLD), share=share,
    )  # fmt: skip


def says_of_limit(length: float) -> Sentence:
    """What a neuron has and a filter has not."""
    scaled = "here 1 like the filter's" if length == 1 else f"here {significant(length, 6)}"
    return sentence(
        f"[Weights](weight) have a length too, {scaled}, and turned by 180° the neuron says the "
        "opposite"
    )
