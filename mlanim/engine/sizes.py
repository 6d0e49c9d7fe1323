"""Sizes of files and of the cache, as people write them."""

from __future__ import annotations

import re

from mlanim.engine.errors import UsageError, shortened

UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


def size_of(text: str, place: str) -> int:
    """Bytes of a size such as "5 GB"; `place` says in an error where it was set.

    Raises:
        UsageError: if it is not a size.
    """
    match = re.fullmatch(r"([0-9]{1,9}(?:[.][0-9]{1,3})?) *([KMGT]?B|)", text.strip().upper())
    if match is None:
        raise UsageError(f"{place} is {shortened(text)!r}; it must be a size, as 500 MB or 5 GB.")
    return int(float(match.group(1)) * UNITS[match.group(2)])


def size_words(size: int) -> str:
    """Bytes as a size with three digits, such as "1.25 GB"."""
    unit = [name for name in UNITS if name and UNITS[name] <= max(size, 1)][-1]
    return f"{size / UNITS[unit]:.3g} {unit}"
