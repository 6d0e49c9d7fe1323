"""Whether losses of several starts are lower than others, and which method ends lowest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mlanim.words.numbers import with_spread
from mlanim.words.sentence import Sentence, sentence


def beside(losses: np.ndarray, others: np.ndarray) -> str:
    """Whether losses (N,) are "lower" or "higher" than others, start by start, or "a tie".

    They tie where the mean of the differences is less than the deviation of these.
    """
    gaps = losses - others
    if abs(gaps.mean()) < gaps.std(ddof=1):
        return "a tie"
    return "higher" if gaps.mean() > 0 else "lower"


def lowest(ends: Mapping[str, np.ndarray]) -> tuple[str, list[str]]:
    """The method whose mean end is lowest, and those that tie with it.

    Args:
        ends: of each method the values (starts,), from the same starts.
    """
    first = min(ends, key=lambda name: float(ends[name].mean()))
    others = (name for name in ends if name != first)
    return first, [name for name in others if beside(ends[name], ends[first]) == "a tie"]


def says_of_lowest(ends: Mapping[str, np.ndarray]) -> Sentence:
    """Which method ends lowest, at what, and whether others cannot be told from it."""
    first, ties = lowest(ends)
    return sentence(
        "[{name}](highlight) ends lowest, at {end}{rest}", name=first,
        end=with_spread(ends[first].tolist(), 3),
        rest=f", a tie with {' and '.join(ties)}" if ties else ", ahead of all others",
    )  # fmt: skip
