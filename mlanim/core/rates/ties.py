"""Which of several methods ends lowest, and which of the others cannot be told from it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


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
