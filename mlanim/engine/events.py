"""What is told of a job under way, by the processes that make it and to whoever asked for it.

Each event is a frozen value with a tag, `event`, by which it is read again from a line of JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic_core import to_jsonable_python

from mlanim.engine.lines import from_line


@dataclass(frozen=True)
class Computing:
    """A scene's `compute` begins, since its result is not there yet."""

    event: Literal["compute"] = "compute"


@dataclass(frozen=True)
class Planned:
    """A film has so many frames."""

    frames: int
    event: Literal["plan"] = "plan"


@dataclass(frozen=True)
class FramesDone:
    """So many frames are drawn, and so many processes draw now."""

    done: int
    workers: int = 1
    event: Literal["frame"] = "frame"


@dataclass(frozen=True)
class Warned:
    """Something is not as it should be, but the output will be made."""

    message: str
    event: Literal["warning"] = "warning"


@dataclass(frozen=True)
class CacheUnusable:
    """The process cannot keep what it makes."""

    message: str
    event: Literal["cache"] = "cache"


@dataclass(frozen=True)
class SegmentsPlanned:
    """The segments of a film, for other processes to draw.

    Each is a line of JSON with a length in frames; `branches` says which ones the process that
    tells this has a branch for.
    """

    segments: tuple[str, ...]
    frames: tuple[int, ...]
    branches: tuple[bool, ...]
    event: Literal["segments"] = "segments"


@dataclass(frozen=True)
class SegmentDrawn:
    """A segment's file is there; the scene stood so at its first frame, and so after its last."""

    before: str
    after: str
    event: Literal["drawn"] = "drawn"


@dataclass(frozen=True)
class NotRepeatable:
    """The scene is not what it was when it was planned."""

    event: Literal["unrepeatable"] = "unrepeatable"


@dataclass(frozen=True)
class BranchEnded:
    """The branch that drew a segment has ended, with this exit code."""

    code: int
    event: Literal["ended"] = "ended"


@dataclass(frozen=True)
class Joining:
    """All segments are there and are joined now."""

    event: Literal["joining"] = "joining"


@dataclass(frozen=True)
class OutputMade:
    """The output is in its place."""

    event: Literal["made"] = "made"


@dataclass(frozen=True)
class OutputCurrent:
    """The output was there already, or was copied from the cache."""

    event: Literal["current"] = "current"


@dataclass(frozen=True)
class WorkerFailed:
    """A process gave up; `usage` is whether what was asked for cannot be done as asked."""

    message: str
    usage: bool = False
    event: Literal["error"] = "error"


@dataclass(frozen=True)
class JobFailed:
    """A job ended without its output; `code` is the exit code that it asks for."""

    code: int
    message: str
    event: Literal["failed"] = "failed"


Event = (
    Computing | Planned | FramesDone | Warned | CacheUnusable | SegmentsPlanned | SegmentDrawn
    | NotRepeatable | BranchEnded | Joining | OutputMade | OutputCurrent | WorkerFailed | JobFailed
)  # fmt: skip

Final = OutputMade | WorkerFailed | SegmentDrawn | NotRepeatable
"""The last thing that a process says of its work, whatever ends it afterwards."""


@dataclass(frozen=True)
class OfSegment:
    """What a branch tells of the segment with this number, handed on by the planning process."""

    segment: int
    told: Annotated[Event, Field(discriminator="event")]
    event: Literal["of segment"] = "of segment"


_TOLD: Any = Annotated[Event | OfSegment, Field(discriminator="event")]


def read_event(line: str) -> Event | OfSegment:
    """An event from its line of JSON.

    Raises:
        ValueError: if it is none.
    """
    event: Event | OfSegment = from_line(_TOLD, line)
    return event


def as_fields(event: Event | OfSegment) -> dict[str, Any]:
    """An event as a JSON object shows it: its tag, then what it says."""
    fields: dict[str, Any] = to_jsonable_python(event)
    return {"event": fields.pop("event"), **fields}
