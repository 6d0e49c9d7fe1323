"""What the engine says to the processes that it started, as typed values."""

from __future__ import annotations

from dataclasses import dataclass

from mlanim.engine.jobs.job import Job


@dataclass(frozen=True)
class Order:
    """What the first line that a process reads says, whichever it is, as far as all need it.

    That is MakeOutput, which has only a job, PlanFilm, or a segment of a film, which has a `piece`
    that it is drawn into; the last two have `data`.
    """

    job: Job
    piece: str | None = None
    data: str | None = None


@dataclass(frozen=True)
class MakeOutput:
    """Make a job's output.

    Its segments may be drawn `elsewhere`, by other machines; `alone`, nothing is divided.
    """

    job: Job
    elsewhere: bool = False
    alone: bool = False


@dataclass(frozen=True)
class PlanFilm:
    """Plan a film that another process draws at `temporary`; see FilmIsLong."""

    job: Job
    temporary: str
    film: str
    data: str


NOTHING = ""
"""What a process reads that has drawn a segment, if there is no further one for it."""

READY = "ready"
"""What a process reads that waits for segments: all are there, and fit together."""
