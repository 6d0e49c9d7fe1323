"""Draws a film while its scene runs for the first time, so that a short one needs no plan.

The film is cut into segments as it comes. Once it is long enough for that, others may be asked to
find out what follows and to draw some of it; what they draw is passed over here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from manim import Scene

from mlanim.engine.encoding.planes import Rectangle
from mlanim.engine.events import (
    FilmIsLong,
    FirstRunDrew,
    FramesDone,
    Joining,
    SegmentsWanted,
    SegmentWanted,
)
from mlanim.engine.film import kept_segments
from mlanim.engine.film.segment import Drawing, Segment, drawn, piece_path
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.kinds import PICTURES
from mlanim.engine.maker import Emit
from mlanim.engine.playback import draw
from mlanim.engine.playback.loading import source_of
from mlanim.engine.playback.pauses import pauses_at
from mlanim.engine.playback.plan import Cuts, Plan, Play
from mlanim.engine.playback.renderer import NONE, FrameSelection, Span


def draw_at_once(
    job: Job, scene_class: Any, params: Any, data: Any, temporary: Path, emit: Emit
) -> tuple[Plan, list[Path]]:
    """Draw a whole film, by itself or with others; what the scene was, and the film's pieces.

    Raises:
        OutputError: if a file cannot be written; it is removed.
    """
    run = _FirstRun(job, temporary, source_of(scene_class), emit)
    scene, _ = draw.built(scene_class, params, data, run.take, run, speech=job.speech)
    if job.format in PICTURES or not draw.is_divisible(scene) or emit.alone:
        run.cuts = None  # pictures that play have one palette
    try:
        scene.render()
        found = draw.plan_of(scene)
        return found, run.end(found.frames, scene.renderer.states)
    finally:
        run.abort()


class _FirstRun(FrameSelection):
    """Draws the segments whose turn it is here, and passes over the others."""

    is_heard = True

    def __init__(self, job: Job, temporary: Path, source: str, emit: Emit):
        super().__init__(Span())
        self.cuts: Cuts | None = Cuts(job.width * job.height)
        self._job, self._temporary, self._source, self._emit = job, temporary, source, emit
        self._number: int | None = 0  # of the segment that is drawn here now, or next
        self._done = 0  # frames of those that are there
        self._has_told = False  # that others may help
        self._drawing: Drawing | None = None

    def take(self, pixels: np.ndarray, repeat: int, parts: list[Rectangle] | None) -> None:
        """Take a frame."""
        if self._drawing is None:
            piece = piece_path(self._temporary, self._number or 0)
            self._drawing = Drawing(self._job, piece, self._listen)
        self._drawing.take(pixels, repeat, parts)

    def play_comes(self, scene: Scene, frame: int) -> None:
        """Cut where it is time, and have the film cut where the scene has paused."""
        if self.cuts is not None:
            self.cuts.between(frame)
            self._aim()
        if self._drawing is not None and pauses_at(scene, frame):
            self._drawing.key()

    def play_begins(self, play: Play) -> None:
        """Cut within a long play."""
        self._with_cuts(lambda cuts: cuts.begin(play))

    def play_ends(self, frame: int) -> None:
        """Count what the play has cost, however long it became."""
        self._with_cuts(lambda cuts: cuts.end(frame))

    def is_over(self, states: dict[float, str]) -> bool:
        """Go on with whichever segment is to be drawn here; the scene runs to its end."""
        self._finish(states)
        number = self._number or 0
        self._number = number + 1
        if self._emit.shares:
            answer = self._emit.ask(SegmentWanted(number))
            self._number = int(answer) if answer else None
        self._aim()
        return False

    def end(self, frames: int, states: dict[float, str]) -> list[Path]:
        """The scene has ended: have the last segment whole, and wait for those of others."""
        if self._drawing is not None:
            self._finish(states, is_last=True)
        count = len(self.cuts.bounds) if self.cuts is not None else 1
        if count > 1 and self._emit.shares:
            self._emit.ask(SegmentsWanted(count, frames))
            self._emit(Joining())
        return [piece_path(self._temporary, number) for number in range(count)]

    def abort(self) -> None:
        """Remove what is not whole."""
        if self._drawing is not None:
            self._drawing.abort()

    def _with_cuts(self, step: Callable[[Cuts], None]) -> None:
        if self.cuts is None:
            return
        step(self.cuts)
        self._aim()
        if self.cuts.is_long and not self._has_told:
            self._has_told = True
            self._emit(FilmIsLong(str(self._temporary), self._emit.film, self._emit.data))

    def _aim(self) -> None:
        """Want the segment whose turn it is, as far as it is known where that lies."""
        bounds = dict(enumerate(self.cuts.bounds if self.cuts is not None else [0]))
        if self._number is None:
            self.wanted = NONE
        else:
            ends = (bounds.get(self._number + n, math.inf) for n in range(2))
            self.wanted = Span(*ends)

    def _finish(self, states: dict[float, str], is_last: bool = False) -> None:
        drawing, self._drawing = self._drawing, None
        assert drawing is not None
        drawing.finish(poster=is_last)
        first = int(self.wanted.first)
        end, piece = first + drawing.frames, str(drawing.piece)
        self._done += drawing.frames
        if is_last and self._number == 0:
            return
        job, film = self._job, self._emit.film
        segment = Segment(job, first, end, 0, is_last, (0, ""), "", piece, film, self._source)
        found = drawn(segment, states)
        if film:
            kept_segments.begin(film)
            kept_segments.keep(segment, found)
        number = self._number or 0
        self._emit(FirstRunDrew(number, first, end, found.before, found.after))

    def _listen(self, done: int) -> None:
        self._emit(FramesDone(self._done + done))
