"""A piece of a film: which frames it has, and where they are drawn and encoded into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from mlanim.engine.encoding import burn_in, captions
from mlanim.engine.encoding.pixels import png_bytes
from mlanim.engine.encoding.planes import Rectangle
from mlanim.engine.encoding.video import FrameEncoder
from mlanim.engine.errors import Unrepeatable
from mlanim.engine.jobs.job import Job
from mlanim.engine.playback.renderer import Expected, Span

Listener = Callable[[int], None]
"""Hears how many frames are done."""


@dataclass(frozen=True)
class Segment:
    """Frames `first` up to, and without, `end` of a job's scene, and the file that they go into.

    Args:
        begin: the film's first frame, in frames of the scene.
        is_last: whether nothing follows, so that the last frame is the film's poster.
        expected: where the play begins that has the first frame in it, and the scene's state there;
            "" if they were not found out.
        data: the file with what the scene computed, or "" if it computes nothing.
        piece: the file that the frames go into.
        film: the key of the film, if the scene's file is still the `source` that it was made from.
        said: what the captions say that are drawn into the frames.
    """

    job: Job
    first: int
    end: int
    begin: int
    is_last: bool
    expected: Expected
    data: str
    piece: str
    film: str = ""
    source: str = ""
    said: tuple[captions.Cue, ...] = ()
    order: Literal["draw"] = "draw"

    @property
    def span(self) -> Span:
        """Its frames."""
        return Span(self.first, self.end)


@dataclass(frozen=True)
class DrawnSegment:
    """A segment that is there: the scene's state at its first frame and at the one after it."""

    before: str
    after: str


class Drawing:
    """Frames on their way into a file: `finish` it, or `abort` it.

    Args:
        first: the number of the first of them in the film.
    """

    def __init__(
        self,
        job: Job,
        piece: Path,
        listener: Listener,
        said: tuple[captions.Cue, ...] = (),
        first: int = 0,
    ):
        self.job, self.piece, self.listener = job, piece, listener
        self.encoder = _encoder(job, piece, said, first)
        self._last: np.ndarray

    @property
    def frames(self) -> int:
        """How many there are by now."""
        return int(self.encoder.frames)

    def key(self) -> None:
        """Have the next frame encoded without those before it, so that a film is cut there."""
        self.encoder.key()

    def take(self, pixels: np.ndarray, repeat: int, parts: list[Rectangle] | None) -> None:
        """Encode a frame, which outside of these parts is as the one before."""
        self.encoder.write(pixels, repeat, parts)
        self.listener(self.frames)
        self._last = pixels

    def finish(self, expected: int | None = None, poster: bool = False) -> None:
        """Have the file whole; with `poster`, the last frame as a picture beside it.

        Raises:
            Unrepeatable: if there are not as many frames as were expected.
        """
        if expected is not None and self.frames != expected:
            self.abort()
            raise Unrepeatable
        self.encoder.finish()
        if poster:  # and there is no scene without a frame
            whole = burn_in.framed(self.job, self._last)
            poster_path(self.piece).write_bytes(png_bytes(whole, self.job.transparent))

    def abort(self) -> None:
        """Remove what was written."""
        self.encoder.abort()


def drawn(segment: Segment, states: Mapping[float, str]) -> DrawnSegment:
    """What is told of a segment that is there, from the states of the scene at some frames."""
    return DrawnSegment(states.get(segment.first, ""), states.get(segment.end, ""))


def poster_path(piece: Path) -> Path:
    """Where the poster lies, beside the last piece."""
    return Path(f"{piece}.png")


def piece_path(temporary: Path, number: int) -> Path:
    """Where a segment of the film goes that will be at `temporary`."""
    return temporary.with_name(f"{temporary.name}.{number:04}")


def _encoder(job: Job, piece: Path, said: tuple[captions.Cue, ...], first: int) -> Any:
    """What takes the frames: an encoder, with the captions drawn in on request."""
    size = job.width, job.height
    encoder = FrameEncoder(
        piece, job.format, size, job.fps, job.transparent, job.plays, (), job.encoder
    )
    return burn_in.CaptionedEncoder(encoder, job, said, first) if job.burn_in else encoder
