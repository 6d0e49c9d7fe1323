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
    """A scene's `compute` runs, since its result is not there yet.

    Of a long one so many of so many parts are done; 0 of 0 where it does not say.
    """

    done: int = 0
    total: int = 0
    event: Literal["compute"] = "compute"

    @property
    def words(self) -> str:
        """As a user is told of it."""
        return f"computing, {self.done} of {self.total}" if self.total else "computing"


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
class SegmentDrawn:
    """A segment's file is there; the scene stood so at its first frame, and so after its last."""

    before: str
    after: str
    event: Literal["drawn"] = "drawn"


@dataclass(frozen=True)
class SegmentsPlanned:
    """The segments of a film, for other processes to draw.

    Each is a line of JSON, with its first frame and its end, and how it was drawn if it is there.
    """

    segments: tuple[str, ...]
    places: tuple[tuple[int, int], ...]
    there: tuple[SegmentDrawn | None, ...]
    event: Literal["segments"] = "segments"


@dataclass(frozen=True)
class FilmIsLong:
    """A film is long enough for others to plan it and to draw some of it.

    `temporary` is where it is made, `film` its key, and `data` the file of what was computed.
    """

    temporary: str
    film: str
    data: str
    event: Literal["long"] = "long"


@dataclass(frozen=True)
class FirstRunDrew:
    """The process that makes a film has drawn a segment of it; see SegmentDrawn."""

    number: int
    first: int
    end: int
    before: str
    after: str
    event: Literal["first run drew"] = "first run drew"


@dataclass(frozen=True)
class SegmentWanted:
    """The process that makes a film has drawn this segment, and can draw one that comes later."""

    number: int
    event: Literal["next"] = "next"


@dataclass(frozen=True)
class SegmentsWanted:
    """The process that makes a film has come to its end, and waits for segments of others.

    It has found so many segments and frames in it.
    """

    segments: int
    frames: int
    event: Literal["waits"] = "waits"


@dataclass(frozen=True)
class KeyWanted:
    """What is the job's key now? The answer tells whether a file changed while it was made."""

    event: Literal["key"] = "key"


@dataclass(frozen=True)
class NotRepeatable:
    """The scene is not what it was when it was planned, or `looks` at pictures of its own film."""

    looks: bool = False
    event: Literal["unrepeatable"] = "unrepeatable"


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
    | FilmIsLong | FirstRunDrew | SegmentWanted | SegmentsWanted | KeyWanted | NotRepeatable
    | Joining | OutputMade | OutputCurrent | WorkerFailed | JobFailed
)  # fmt: skip

Final = OutputMade | WorkerFailed | SegmentDrawn | NotRepeatable
"""The last thing that a process says of its work, whatever ends it afterwards."""


_TOLD: Any = Annotated[Event, Field(discriminator="event")]


def read_event(line: str) -> Event:
    """An event from its line of JSON.

    Raises:
        ValueError: if it is none.
    """
    event: Event = from_line(_TOLD, line)
    return event


def as_fields(event: Event) -> dict[str, Any]:
    """An event as a JSON object shows it: its tag, then what it says."""
    fields: dict[str, Any] = to_jsonable_python(event)
    return {"event": fields.pop("event"), **fields}
