"""What makes an output, what it is handed, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlanim.engine.events import Event, OfSegment, SegmentsPlanned
from mlanim.engine.jobs.job import Job


class Branches:
    """Forks of a process that plans a film, each of which can draw on from where it stands.

    These are none. What has some derives from this, and looks on while the film is planned.
    """

    def __enter__(self) -> Branches:
        return self

    def __exit__(self, *fault: Any) -> None:
        pass

    def is_due(self) -> bool:
        """Whether another one is wanted by now."""
        return False

    def at_play(self, renderer: Any, play: Any) -> None:
        """Look on as a play begins."""

    def assign(self, segments: Any) -> list[bool]:
        """Which segments have a branch."""
        return [False for _ in segments]

    def draw(self, number: int, line: str) -> None:
        """Have the branch of a segment draw it."""

    def end(self) -> None:
        """Have all of them end."""


class Emit:
    """Tells the parent of a process how it is going. This one has no parent to tell.

    Where segments are drawn `elsewhere`, by other machines, a single one is worth sending.
    """

    elsewhere = False

    def __call__(self, event: Event | OfSegment) -> None:
        """Tell of one event."""

    def branches(self, job: Job) -> Branches:
        """Those of the plan of a job's film, for a `with` block."""
        return Branches()

    def draws(self, planned: SegmentsPlanned, draw: Callable[[int], None]) -> bool:
        """Have segments drawn by other processes; False if nobody does, or they do not fit.

        `draw` has a segment's branch draw it.
        """
        return False

    def close(self) -> None:
        """Tell nothing more."""


@dataclass(frozen=True)
class Made:
    """What a maker leaves behind at the temporary path, and what is said about it."""

    poster: bytes | None
    details: dict[str, Any]
    beside: Mapping[str, bytes] = field(default_factory=dict)  # by what follows the output's stem


Maker = Callable[[Job, Any, Any, Any, Path, Emit], Made]
"""Makes a job's output: from the job, the scene's class, its parameters and data, at a path."""
