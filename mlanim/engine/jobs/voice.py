"""A voice under a film: a recording for each step, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

LEAD = 0.3
"""Seconds of a step before its recording begins."""

REST = 0.5
"""Seconds that what stands is held after it."""


@dataclass(frozen=True)
class Recording:
    """What is heard in a step, counted from 1: a file of so many seconds.

    `text` is what it says, where that is not what the scene has for it.
    """

    step: int
    file: str
    sha256: str
    seconds: float
    text: str = ""


@dataclass(frozen=True)
class Voice:
    """The recordings of a film; not `heard`, they only set how long its steps take."""

    recordings: tuple[Recording, ...] = ()
    heard: bool = True

    def anywhere(self) -> Voice:
        """The same without the folders that the files lie in."""
        named = (replace(one, file=Path(one.file).name) for one in self.recordings)
        return replace(self, recordings=tuple(named))

    def needs(self) -> Mapping[int, float]:
        """Seconds that each step takes at least, by its number."""
        return {one.step: LEAD + one.seconds + REST for one in self.recordings}
