"""Which of several methods ends lowest, and which of the others cannot be told from it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mlanim.words.numbers import with_spread
from mlanim.words.sentence import Sentence, sentence


def lowest(ends: Mapping[str, np.ndarray]) -> tuple[str, list[str]]:
    """The method whose mean end is lowest, and those that tie with it.

    Two tie where the mean of their differences, start by start, is less than the deviation of
    these.

    Args:
        ends: of each method the values (starts,), from the same starts.
    """
    first = min(ends, key=lambda name: float(ends[name].mean()))
    apart = {name: end - ends[first] for name, end in ends.items() if name != first}
    return first, [name for name, gap in apart.items() if gap.mean() < gap.std(ddof=1)]


def says_of_lowest(ends: Mapping[str, np.ndarray]) -> Sentence:
    """Which method ends lowest, at what, and whether others cannot be told from it."""
    first, ties = lowest(ends)
    return sentence(
        "[{name}](highlight) ends lowest, at {end}{rest}", name=first,
        end=with_spread(ends[first].tolist(), 3),
        rest=f", a tie with {' and '.join(ties)}" if ties else ", ahead of all others",
    )  # fmt: skip
