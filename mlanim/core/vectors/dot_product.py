"""What the scene on the dot product shows, computed from the two vectors that it is given.

w · x = |w| |x| cos θ = |w| · (signed length of the shadow of x on the line of w)
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

import numpy as np

from mlanim.core.vectors.alignment import (
    Alignment,
    AlignmentSweep,
    Array,
    alignment,
    alignment_sweep,
    as_vector,
    from_polar,
    magnitude_sweep,
)
from mlanim.words.sentence import Sentence, sentence

SHORTER = 0.5  # what is left of each vector's length once it has shrunk
UPRIGHT = 1e-14  # a cosine below this is rounding: the vectors are perpendicular
DIRECTION = (3.0, 1.0)  # where w points if only its length is given

START, ALIGNED, PERPENDICULAR, OPPOSITE, BACK, SHORT_X, SHORT_W = range(7)
"""The landmarks of the course, by the places at which they lie on it."""


@dataclass(frozen=True)
class Findings:
    """What the lecture says at its pauses, each true of the given pair."""

    shadow: Sentence
    product: Sentence
    aligned: Sentence
    perpendicular: Sentence
    opposite: Sentence
    short_x: Sentence
    short_w: Sentence


@dataclass(frozen=True)
class DotProduct:
    """The lecture on the dot product, along one course, and three stills at the given lengths.

    At place 0 of the course x and w lie as given; x turns to w (1), across it (2) and against it
    (3) on its own side of w, and back (4); there x shrinks (5), and w after it (6).
    """

    place: Array  # (T,) from 0 to 6
    angles: Array  # (7,) from w to x at whole places, radians
    course: AlignmentSweep  # (T,)
    limit: float  # |w| |x|: the most that the product can be
    side: int  # 1 where x lies anticlockwise of w, -1 where clockwise
    given: Alignment
    stills: tuple[tuple[str, Alignment], ...]
    says: Findings


def dot_product_lesson(w: Sequence[float], x: Sequence[float], samples: int = 181) -> DotProduct:
    """The lesson for the plane vectors w and x, with `samples` moments from landmark to landmark.

    Raises:
        ValueError: for a vector without direction, and for fewer than two samples.
    """
    start = alignment(as_vector("w", w, 2), as_vector("x", x, 2))
    if samples < 2:
        raise ValueError(f"samples = {samples} gives no motion; give at least 2")
    against = -pi if start.angle < 0 else pi
    angles = start.angle, 0.0, against / 2, against, start.angle
    legs = [
        alignment_sweep(w, start.x_norm, np.linspace(first, last, samples))
        for first, last in itertools.pairwise(angles)
    ]
    shrinking = np.linspace(1.0, SHORTER, samples)
    whole = np.ones_like(shrinking)
    legs.append(magnitude_sweep(w, x, np.stack((whole, shrinking), -1)))
    legs.append(magnitude_sweep(w, x, np.stack((shrinking, whole * SHORTER), -1)))
    course = _joined(legs)
    stills = alignment_sweep(w, start.x_norm, np.linspace(0.0, against, 3))
    names = "same direction", "perpendicular", "opposite"
    return DotProduct(
        place=np.linspace(0.0, len(legs), len(course.dot)),
        angles=course.angle[:: samples - 1],
        course=course,
        limit=start.w_norm * start.x_norm,
        side=-1 if against < 0 else 1,
        given=start,
        stills=tuple((name, stills.at(i)) for i, name in enumerate(names)),
        says=_findings(start, course),
    )


def from_angle(angle: float, w_length: float, x_length: float) -> tuple[list[float], list[float]]:
    """w and x of two lengths, x turned from w by `angle` degrees."""
    towards = np.arctan2(DIRECTION[1], DIRECTION[0])
    w, x = from_polar([w_length, x_length], towards + np.radians([0.0, angle])).tolist()
    return w, x


def _joined(legs: Sequence[AlignmentSweep]) -> AlignmentSweep:
    """Sweeps that follow one another as one; the moment where two meet is there once."""
    names = AlignmentSweep.__dataclass_fields__
    return AlignmentSweep(
        **{
            name: np.concatenate(
                [getattr(legs[0], name)[:1], *(getattr(leg, name)[1:] for leg in legs)]
            )
            for name in names
        }
    )


def _findings(start: Alignment, course: AlignmentSweep) -> Findings:
    upright = abs(start.cosine) < UPRIGHT
    return Findings(
        shadow=_shadow(start, upright),
        product=sentence(
            "The dot product is the length of [w](weight) times that [shadow](highlight)"
        ),
        aligned=sentence(
            "Aligned: all of [x](input) lies along [w](weight), the most that these lengths allow"
        ),
        perpendicular=sentence(
            "Perpendicular: no [shadow](highlight), so the product is 0, whatever the lengths"
        ),
        opposite=sentence(
            "Opposite: the [shadow](highlight) falls behind the origin, the product is negative"
        ),
        short_x=_shorter("[x](input)", float(course.dot[-1]) / SHORTER, start.dot, upright),
        short_w=_shorter("[w](weight)", float(course.dot[-1]), start.dot, upright),
    )


def _shadow(start: Alignment, upright: bool) -> Sentence:
    if upright:
        return sentence("[x](input) stands upright on [w](weight) and casts no [shadow](highlight)")
    where = "" if start.dot > 0 else ", here behind the origin"
    return sentence(
        f"[x](input) casts a [shadow](highlight) on the line of [w](weight){where}: "
        "$|input(bold(x))| cos theta$ of it lies along [w](weight)"
    )


def _shorter(name: str, product: float, before: float, upright: bool) -> Sentence:
    if upright:
        return sentence(f"Same angle, shorter {name}: the product stays 0")
    return sentence(
        f"Same angle, shorter {name}: {{share:%}} of the product is left", share=product / before
    )
