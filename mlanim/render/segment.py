"""One segment of a video: drawn and encoded on its own, wherever there is a processor for it.

`draw_segment` takes one frozen value and leaves a file; a process here or a worker of a cluster
runs it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mlanim.render import burn_in, captions, draw, store
from mlanim.render.job import Job
from mlanim.render.loading import as_set_by_file, faults_of, load, params_of
from mlanim.render.params import validated
from mlanim.render.pixels import png_bytes
from mlanim.render.renderer import Span
from mlanim.render.video import FrameEncoder
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
    if the scene's file is still the `source` that it was named after.
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

    def to_json(self) -> str:
        """The segment as one line of JSON."""
        return json.dumps(asdict(self), sort_keys=True, default=str)

    @classmethod
    def from_json(cls, line: str) -> Segment:
        """The reverse of `to_json`."""
        fields = json.loads(line)
        job = Job.from_json(json.dumps(fields["job"]))
        slides = tuple(Slide(**slide) for slide in fields["slides"])
        said = tuple(
            captions.Cue(cue["start"], cue["end"], tuple(cue["lines"])) for cue in fields["said"]
        )
        expected = (fields["expected"][0], fields["expected"][1])
        own = {"job": job, "slides": slides, "said": said, "expected": expected}
        return cls(**{**fields, **own})


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
    params = validated(params_of(scene_class), job.settings, job.scene.name)
    data = store.parse(Path(segment.data).read_bytes()) if segment.data else None
    with draw.configured(burn_in.picture_of(job), scene_class), faults_of(job.scene):
        return drawn(replace(segment, job=job), scene_class, params, data, listener)


def drawn(segment: Segment, scene_class: Any, params: Any, data: Any, listener: Listener) -> Drawn:
    """The same within `draw.configured`, of a scene that is loaded.

    The encoder has threads of its own, in which it works while the next frame is drawn.
    """
    encoder = encoder_for(segment)
    last: list[np.ndarray] = []

    def take(pixels: np.ndarray, repeat: int) -> None:
        encoder.write(pixels, repeat)
        listener(encoder.frames)
        last[:] = [pixels]

    span = Span(segment.first, segment.end)
    try:
        scene, renderer = draw.built(
            scene_class, params, data, take, span, expected=segment.expected
        )
        scene.render()
        encoder.finish()
    except BaseException:
        encoder.abort()
        raise
    listener(encoder.frames)
    if segment.is_last:
        whole = burn_in.framed(segment.job, last[0])  # there is no scene without a frame
        poster_path(segment).write_bytes(png_bytes(whole, segment.job.transparent))
    states = renderer.states
    return Drawn(states.get(segment.first, ""), states.get(segment.end, ""))


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
    )
    if not job.burn_in:
        return encoder
    first = segment.first - segment.begin
    return burn_in.CaptionedEncoder(encoder, job, segment.cues, first)
