"""Lengths of time as people say them."""

from __future__ import annotations

import math
from numbers import Real

from mlanim.words.kinds import kind_of


def check_seconds(seconds: object) -> None:
    """Let a length of time pass.

    Raises:
        ValueError: for what is no number, or none over 0.
    """
    if not isinstance(seconds, Real) or not 0 < float(seconds) < math.inf:
        raise ValueError(f"seconds is a number over 0, such as 2 or 0.5, not {kind_of(seconds)}.")


def duration_words(seconds: float) -> str:
    """Such as "0.4 s", "41 s", "3 min 20 s" and "2 h 5 min"."""
    if seconds < 0.95:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
