"""What the engine says to the processes that it started, as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from mlanim.engine.jobs.job import Job
from mlanim.engine.lines import from_line


@dataclass(frozen=True)
class MakeOutput:
    """Make a job's output. Its segments may be drawn `elsewhere`, by other machines.

    It is the first line that a process reads, where that is not a segment.
    """

    job: Job
    elsewhere: bool = False


@dataclass(frozen=True)
class DrawBranch:
    """Have the branch draw that stands before the segment of this number."""

    segment: int
    answer: Literal["draw"] = "draw"


@dataclass(frozen=True)
class SegmentsReady:
    """All segments are drawn; join them if they fit together, else draw all of the film."""

    fit: bool
    answer: Literal["ready"] = "ready"


Answer = DrawBranch | SegmentsReady
_ANSWER: Any = Annotated[Answer, Field(discriminator="answer")]


def read_answer(line: str) -> Answer:
    """An answer from its line of JSON.

    Raises:
        ValueError: if it is none.
    """
    answer: Answer = from_line(_ANSWER, line)
    return answer
