"""What a long computation tells and keeps while it runs.

Whoever runs a computation may listen, and may give it a place to keep what it has so far; where
nobody does, nothing is told and nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np

Arrays = dict[str, np.ndarray]


class Keeping(Protocol):
    """A place for what a computation has so far."""

    def load(self, name: str) -> Arrays | None:
        """What was kept under a name."""

    def save(self, name: str, arrays: Arrays) -> None:
        """Keep arrays under a name, in the place of what was there."""


@dataclass(frozen=True)
class _Run:
    """How one computation is listened to."""

    tell: Callable[[int, int], None] = lambda done, total: None
    keeping: Keeping | None = None


_runs = [_Run()]


@contextmanager
def listened(tell: Callable[[int, int], None], keeping: Keeping) -> Iterator[None]:
    """Hear of the progress of what is computed within, and give it a place."""
    _runs.append(_Run(tell, keeping))
    try:
        yield
    finally:
        _runs.pop()


def progress(done: int, total: int) -> None:
    """Tell that so many of so many parts of a computation are done."""
    _runs[-1].tell(done, total)


def kept(name: str) -> Arrays | None:
    """What an interrupted run of this very computation had kept under a name."""
    keeping = _runs[-1].keeping
    return keeping.load(name) if keeping else None


def keep(name: str, **arrays: np.ndarray) -> None:
    """Keep what is computed so far, for a run that goes on if this one is interrupted.

    It is what the same computation with the same parameters gets; but whether it fits what is
    computed now (the same weights, the same grid) is for the caller to say, by a name that holds
    for nothing else.
    """
    keeping = _runs[-1].keeping
    if keeping:
        keeping.save(name, arrays)
