"""What the engine says to the processes that it started, as typed values.

The first line that a process reads is MakeOutput, PlanFilm or a Segment of a film, told apart by
`order`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mlanim.engine.jobs.job import Job


@dataclass(frozen=True)
class MakeOutput:
    """Make a job's output.

    `key` is the job's before anything of its scene is run. Its segments may be drawn `elsewhere`,
    by other machines; `alone`, nothing is divided.
    """

    job: Job
    key: str
    elsewhere: bool = False
    alone: bool = False
    order: Literal["make"] = "make"


@dataclass(frozen=True)
class PlanFilm:
    """Plan a film that another process draws at `temporary`; see FilmIsLong."""

    job: Job
    temporary: str
    film: str
    data: str
    order: Literal["plan"] = "plan"


NOTHING = ""
"""What a process reads that has drawn a segment, if there is no further one for it."""

READY = "ready"
"""What a process reads that waits for segments: all are there, and fit together."""
