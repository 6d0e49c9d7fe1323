"""One segment of a video: drawn and encoded on its own, wherever there is a processor for it.

`draw_segment` takes one frozen value and leaves a file; a process here or a worker of a cluster
runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mlanim.engine.cache import store
from mlanim.engine.encoding import burn_in, captions
from mlanim.engine.encoding.pixels import png_bytes
from mlanim.engine.encoding.planes import Part
from mlanim.engine.encoding.video import THREADS, FrameEncoder
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.params import validated
from mlanim.engine.playback import draw
from mlanim.engine.playback.loading import as_set_by_file, faults_of, load, params_of
from mlanim.engine.playback.renderer import Span, Unrepeatable
from mlanim.stage.scene import Slide

Listener = Callable[[int], None]
"""Hears how many frames are done."""


@dataclass(frozen=True)
class Segment:
    """Frames `first` up to, and without, `end` of a job's scene, and where they go.

    `expected` is the frame at which the play begins that has the first one in it, and the scene's
    state then; `data` is the file with what the scene computed, or "" if it computes nothing.
    `slides` and what is `said` are those of the whole video, and `begin` and `length` its first
    frame and its frames. `name` tells it from all others that are kept, together with its place,
    if the scene's file is still the `source` that it was named after; "" is never one.
    """

    job: Job
    first: int
    end: int
    begin: int
    length: int
    expected: tuple[int, str]
    data: str
    piece: str
    slides: tuple[Slide, ...] = ()
    said: tuple[captions.Cue, ...] = ()
    name: str = ""
    source: str = ""

    @property
    def is_last(self) -> bool:
        """Whether nothing follows it, so that its last frame is the poster."""
        return self.end == self.begin + self.length

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the film."""
        return self.first == self.begin and self.is_last

    @property
    def keyframes(self) -> frozenset[int]:
        """Which of its frames are encoded without those before: the first of each slide."""
        starts = {round(slide.time * self.job.fps) + self.begin for slide in self.slides}
        return frozenset(start - self.first for start in starts if self.first <= start < self.end)

    @property
    def cues(self) -> tuple[captions.Cue, ...]:
        """What is drawn into its frames of what is said."""
        if not self.job.burn_in:
            return ()
        begin, end = (1000 * (f - self.begin) / self.job.fps for f in (self.first, self.end))
        return tuple(cue for cue in self.said if cue.start < end and cue.end > begin)


@dataclass(frozen=True)
class Drawn:
    """A segment that is there: the scene's state at its first frame and at the one after it."""

    before: str
    after: str


def draw_segment(segment: Segment, listener: Listener = lambda done: None) -> Drawn:
    """Draw a segment and encode it into its file; where it is the last, the poster beside it.

    The file is whole when this returns; until then nobody else may look at it.

    Raises:
        RenderError: what went wrong in the scene's code.
        Unrepeatable: if the scene is not what it was when it was planned.
        OutputError: if the file cannot be written; it is removed.
    """
    scene_class = load(segment.job.scene)
    job = as_set_by_file(segment.job, scene_class)
    params = validated(params_of(scene_class), job.params, job.scene.name)
    data = store.parse(Path(segment.data).read_bytes()) if segment.data else None
    with draw.configured(burn_in.picture_of(job), scene_class), faults_of(job.scene):
        return drawn(replace(segment, job=job), scene_class, params, data, listener)


def drawn(segment: Segment, scene_class: Any, params: Any, data: Any, listener: Listener) -> Drawn:
    """The same within `draw.configured`, of a scene that is loaded."""
    drawing = Drawing(segment, listener)
    try:
        scene, renderer = draw.built(
            scene_class, params, data, drawing.take, drawing.span, expected=segment.expected
        )
        scene.render()
        return drawing.finish(renderer.states)
    except BaseException:
        drawing.abort()
        raise


class Drawing:
    """A segment whose frames are coming: `finish` it, or `abort` it."""

    def __init__(self, segment: Segment, listener: Listener):
        self.segment, self.listener = segment, listener
        self.span = Span(segment.first, segment.end)
        self.encoder = encoder_for(segment)
        self._last: np.ndarray

    def take(self, pixels: np.ndarray, repeat: int, parts: list[Part] | None) -> None:
        """Encode a frame, which outside of these parts is as the one before."""
        self.encoder.write(pixels, repeat, parts)
        self.listener(self.encoder.frames)
        self._last = pixels

    def finish(self, states: Mapping[float, str]) -> Drawn:
        """Have the file whole; `states` are the scene's at the frames where they were noted.

        Raises:
            Unrepeatable: if there are not as many frames as were planned of a part.
        """
        segment = self.segment
        if not segment.is_whole and self.encoder.frames != segment.end - segment.first:
            self.encoder.abort()
            raise Unrepeatable
        self.encoder.finish()
        self.listener(self.encoder.frames)
        if segment.is_last:  # and there is no scene without a frame
            whole = burn_in.framed(segment.job, self._last)
            poster_path(segment).write_bytes(png_bytes(whole, segment.job.transparent))
        return Drawn(states.get(segment.first, ""), states.get(segment.end, ""))

    def abort(self) -> None:
        """Remove what was written."""
        self.encoder.abort()


def poster_of(segment: Segment) -> bytes:
    """The poster that was left beside the last segment; it is taken away."""
    path = poster_path(segment)
    payload = path.read_bytes()
    path.unlink()
    return payload


def poster_path(segment: Segment) -> Path:
    """Where the poster lies, beside the last segment."""
    return Path(f"{segment.piece}.png")


def encoder_for(segment: Segment) -> Any:
    """What takes the frames of a segment: an encoder, with the captions drawn in on request."""
    job = segment.job
    encoder = FrameEncoder(
        Path(segment.piece),
        job.format,
        (job.width, job.height),
        job.fps,
        job.transparent,
        job.plays,
        segment.keyframes,
        job.encoder,
        THREADS if segment.is_whole else 1,
    )
    if not job.burn_in:
        return encoder
    first = segment.first - segment.begin
    return burn_in.CaptionedEncoder(encoder, job, segment.cues, first)
