"""What the processes of a watched scene are told, and what they tell, as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from mlanim.engine.events import Computing, FramesDone, Planned, WorkerFailed
from mlanim.engine.jobs.job import Job
from mlanim.engine.lines import from_line


@dataclass(frozen=True)
class Order:
    """What is to be drawn, where its clips are kept, and where the film goes.

    `key` is that of the job. `clips` are those to be drawn, (first frame, frames, key) each; None
    to find that out, and to put the film together once they are drawn.
    """

    number: int
    key: str
    job: Job
    clips_folder: str
    film: str
    clips: tuple[tuple[int, int, str], ...] | None = None


@dataclass(frozen=True)
class SceneRead:
    """What the scene has read, such as "file /path/to.csv", and the job's key as of then."""

    key: str
    names: tuple[str, ...]
    event: Literal["read"] = "read"


@dataclass(frozen=True)
class ClipsLacking:
    """The clips that are to be drawn before the film can be put together."""

    clips: tuple[tuple[int, int, str], ...]
    event: Literal["lacking"] = "lacking"


@dataclass(frozen=True)
class SlideEnd:
    """Where a step of the film ends, seconds, and what is said in it."""

    time: float
    notes: str


@dataclass(frozen=True)
class FilmMade:
    """The film is there: its length, its steps, and from when to when it was drawn; seconds."""

    duration: float
    fps: float
    slides: tuple[SlideEnd, ...]
    drawn: tuple[tuple[float, float], ...]
    event: Literal["made"] = "made"


Told = Computing | Planned | FramesDone | SceneRead | ClipsLacking | FilmMade | WorkerFailed

_TOLD: Any = Annotated[Told, Field(discriminator="event")]


def read_told(line: str) -> Told:
    """What a process told, from its line of JSON.

    Raises:
        ValueError: if it is nothing of that.
    """
    told: Told = from_line(_TOLD, line)
    return told
