"""What a nudge of x adds to a function beside its slope times the nudge, and what is said of it.

What rounding hides counts as nothing; how much that is depends on the size of what is subtracted.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from mlanim.core.learning.slopes import ROUNDING, Function
from mlanim.words.numbers import significant
from mlanim.words.sentence import Sentence, sentence

NUDGE = 0.1  # at which the parts of a rise are told


def rest_of(f: Function, x: Tensor, slope: float, nudges: Tensor) -> Tensor:
    """What a rise has beside slope · nudge (S,); 0 where rounding hides it."""
    start, end, linear = f(x), f(x + nudges), slope * nudges
    size = torch.stack([start.abs().expand_as(end), end.abs(), (slope * x + linear).abs()]).amax(0)
    rest = end - start - linear
    return torch.where(rest.abs() <= ROUNDING * size, 0.0, rest)


def says_of_gap(nudges: np.ndarray, rest: np.ndarray) -> Sentence:
    """How far the last secants are from the slope, at nudges (R,), given what is left there."""
    gaps = rest / nudges
    if not gaps.any():
        return sentence("There is no gap: at these nudges every secant has the slope")
    last = int(np.flatnonzero(gaps)[-1])
    gap = significant(float(gaps[last]), 3)
    if last < len(gaps) - 1:
        return sentence(
            "A nudge of {nudge:g} leaves a gap of [{gap}](highlight), smaller ones only rounding",
            nudge=nudges[last], gap=gap,
        )  # fmt: skip
    if abs(gaps[last] / nudges[last] - 1) < 1e-6:
        return sentence(
            "What is left of the gap, [{gap}](highlight), is the nudge itself",
            gap=significant(float(nudges[last]), 1),
        )  # fmt: skip
    before, after = abs(float(gaps[-2])), abs(float(gaps[-1]))
    if before < after:
        return sentence("The last nudge leaves a gap of [{gap}](highlight)", gap=gap)
    return sentence(
        "The last nudge, a tenth of the one before, leaves a gap of [{gap}](highlight): {times:1} "
        "times smaller", gap=gap, times=before / after,
    )  # fmt: skip


def says_of_parts(f: Function, x: Tensor, slope: float) -> Sentence:
    """What a nudge adds, and how fast its parts shrink."""
    rest = rest_of(f, x, slope, torch.tensor([NUDGE, NUDGE / 10], dtype=torch.float64)).tolist()
    if not any(rest):
        return sentence("The rise is the slope times the nudge: nothing else is left")
    told = sentence(
        "The slope times a nudge of {nudge:g} is [{linear}](gradient); what else there is, "
        "[{rest}](weight), ", nudge=NUDGE, linear=significant(slope * NUDGE, 3),
        rest=significant(rest[0], 3),
    )  # fmt: skip
    if abs(rest[1]) >= abs(rest[0]):
        return told + sentence("is no less for a tenth of it")
    if not rest[1]:
        return told + sentence("is lost in rounding for a tenth of it")
    return told + sentence(
        "is {times:0} times less for a tenth of it", times=abs(rest[0] / rest[1])
    )
