"""A film in clips, one a play: after an edit only the plays that look different are drawn again.

Whether a play looks different is told by the scene's state as it begins, on its way and as it
ends. That costs a few milliseconds a play, where drawing it would take its every frame.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Number
from pathlib import Path
from typing import Any

import numpy as np
from manim import Mobject, Scene
from manim.utils.exceptions import EndSceneEarlyException

from mlanim.engine.cache.keys import clip_key
from mlanim.engine.encoding.packets import join
from mlanim.engine.encoding.planes import Rectangle
from mlanim.engine.encoding.video import FrameEncoder
from mlanim.engine.jobs.job import Job
from mlanim.engine.playback import draw
from mlanim.engine.playback.plan import Plan
from mlanim.engine.playback.renderer import NONE, FrameRenderer, FrameSelection, Span
from mlanim.engine.playback.scene_lines import NOTED

ON_ITS_WAY = 0.37, 0.71
"""Shares of a play at which it is looked at; odd ones, where few motions cross."""


UNSEEN = {"original_id", NOTED}
"""Attributes that say nothing of a picture: a place in memory, and one in the scene's file."""


@dataclass(frozen=True)
class Clip:
    """One play of a scene: its frames, and a hash of all that they show."""

    first: int
    frames: int
    key: str

    @property
    def span(self) -> Span:
        """Its frames."""
        return Span(self.first, self.first + self.frames)


class _Looking(FrameRenderer):
    """Goes through the plays without drawing, and notes of each what it would show."""

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.clips: list[Clip] = []

    def _hold(self, scene: Scene) -> None:
        first, state = self.frames, fingerprint(scene)
        super()._hold(scene)
        self.clips.append(_clip(first, self.frames, [state]))

    def _run(self, scene: Scene) -> None:
        self._first, self._states = self.frames, [fingerprint(scene)]
        super()._run(scene)
        self.clips.append(_clip(self._first, self.frames, self._states))

    def _next(self, first: int, index: int, count: int, all: bool, begin: bool) -> int:
        self._looked_at = {*(int(share * count) for share in ON_ITS_WAY), count - 1}
        if all or (begin and index < 0):
            return index + 1
        return min((number for number in self._looked_at if number > index), default=count)

    def _draw(self, scene: Scene) -> None:
        if self.frames - self._first in self._looked_at:
            self._states.append(fingerprint(scene))
        if self.course.is_watched:
            super()._draw(scene)


class _SomePlays(FrameSelection):
    """The plays that begin at some frames."""

    def __init__(self, starts: frozenset[int]):
        super().__init__(Span() if 0 in starts else NONE)
        self._starts = starts

    def play_comes(self, scene: Scene, frame: int) -> None:
        """Want this play, or end with the last that is wanted."""
        if frame > max(self._starts):
            raise EndSceneEarlyException
        self.wanted = Span(frame) if frame in self._starts else NONE


def looked_at(job: Job, scene_class: Any, params: Any, data: Any) -> tuple[Plan, list[Clip]]:
    """What a job's film will be, and the clips that it has."""

    def run(is_watched: bool) -> tuple[Plan, list[Clip]]:
        scene, renderer = draw.built(
            scene_class, params, data, draw.ignore, NONE, True, kind=_Looking, is_watched=is_watched
        )
        scene.render()
        planned = draw.plan_of(scene)
        return planned, renderer.clips or [Clip(0, planned.frames, fingerprint(scene))]

    with draw.configured(job, scene_class):
        return draw.watched_if_it_looks(run)


def draw_clips(
    job: Job,
    scene_class: Any,
    params: Any,
    data: Any,
    clips: Sequence[Clip],
    clips_folder: Path,
    listener: Callable[[int], None],
) -> None:
    """Draw clips into the folder `clips_folder`; `listener` hears how many frames are done."""

    def run(is_watched: bool) -> None:
        writer = _ClipWriter(job, clips, clips_folder, listener)
        course = _SomePlays(frozenset(clip.first for clip in clips))
        take = writer.write
        scene, _ = draw.built(scene_class, params, data, take, course, is_watched=is_watched)
        scene.render()

    with draw.configured(job, scene_class):
        draw.watched_if_it_looks(run)


def put_together(planned: Plan, clips: Sequence[Clip], clips_folder: Path, target: Path) -> None:
    """Make the film of its clips, which are all there."""
    join([_place(clips_folder, clip) for clip in clips], target, "mp4", planned.sound)


def lacking(clips: Sequence[Clip], clips_folder: Path) -> list[Clip]:
    """The clips that are not there, each look once, in the order of the film."""
    first_of_look = {clip.key: clip for clip in reversed(clips)}
    found = [clip for clip in first_of_look.values() if not _place(clips_folder, clip).exists()]
    return sorted(found, key=lambda clip: clip.first)


class _ClipWriter:
    """Takes the frames of clips in their order, and encodes each clip into a file of its own."""

    def __init__(
        self, job: Job, clips: Sequence[Clip], clips_folder: Path, listener: Callable[[int], None]
    ):
        self.job, self.clips_folder, self.listener = job, clips_folder, listener
        self._clips = list(clips)
        self._encoder: FrameEncoder | None = None
        self._done = 0

    def write(self, pixels: np.ndarray, repeat: int, parts: list[Rectangle] | None) -> None:
        """Append frames to the clip whose turn it is."""
        clip = self._clips[0]
        if self._encoder is None:
            part = self.clips_folder / f"{clip.key}.part"
            size = self.job.width, self.job.height
            self._encoder = FrameEncoder(part, "mp4", size, self.job.fps, False)
        self._encoder.write(pixels, repeat, parts)
        self._done += repeat
        if self._encoder.frames == clip.frames:
            self._encoder.finish()
            os.replace(self._encoder.path, _place(self.clips_folder, clip))
            self._encoder = None
            self._clips.pop(0)
        self.listener(self._done)


def _place(clips_folder: Path, clip: Clip) -> Path:
    return clips_folder / f"{clip.key}.mp4"


def _clip(first: int, end: int, states: Sequence[str]) -> Clip:
    return Clip(first, end - first, clip_key(end - first, states))


def fingerprint(scene: Scene) -> str:
    """A hash of what a scene shows now: of each mobject on stage, and of the camera."""
    digest = hashlib.blake2b(digest_size=16)
    for mobject in [*scene.mobjects, *scene.foreground_mobjects, *_held(scene.camera)]:
        for member in mobject.get_family():
            digest.update(type(member).__name__.encode())
            _take_in(digest, vars(member))
    camera = {name: value for name, value in vars(scene.camera).items() if name != "pixel_array"}
    _take_in(digest, camera)  # but for what it has drawn
    return digest.hexdigest()


def _held(camera: Any) -> list[Mobject]:
    return [value for value in vars(camera).values() if isinstance(value, Mobject)]


def _take_in(digest: Any, attributes: dict[str, Any]) -> None:
    """Add arrays and plain values."""
    for name, value in attributes.items():
        if name in UNSEEN:
            continue
        if type(value) is np.ndarray and not value.dtype.hasobject:
            digest.update(name.encode() + value.tobytes())
        elif isinstance(value, (Number, str)) and not _is_nan(value):
            digest.update(f"{name}={value}".encode())


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)
