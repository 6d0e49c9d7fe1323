"""Draws segments of a film, one after another, in one run of its scene."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from manim import Scene

from mlanim.engine.cache import store
from mlanim.engine.encoding import burn_in
from mlanim.engine.encoding.planes import Rectangle
from mlanim.engine.events import FramesDone, SegmentDrawn
from mlanim.engine.film import kept_segments
from mlanim.engine.film.segment import Drawing, Segment, drawn
from mlanim.engine.jobs.params import validated
from mlanim.engine.lines import from_line
from mlanim.engine.maker import Emit
from mlanim.engine.playback import draw
from mlanim.engine.playback.loading import as_set_by_file, faults_of, load, params_of
from mlanim.engine.playback.pauses import pauses_at
from mlanim.engine.playback.renderer import FrameSelection


def draw_in_turn(segment: Segment, emit: Emit) -> None:
    """Draw a segment, and each further one that is asked for; each lies later in the film.

    Raises:
        RenderError: what went wrong in the scene's code.
        Unrepeatable: if the scene is not what it was when it was planned.
        OutputError: if a file cannot be written; it is removed.
    """
    scene_class = load(segment.job.scene, segment.job)
    job = as_set_by_file(segment.job, scene_class)
    params = validated(params_of(scene_class), job.params, job.scene.name)
    data = store.parse(Path(segment.data).read_bytes()) if segment.data else None
    with draw.configured(burn_in.picture_of(job), scene_class), faults_of(job.scene):
        course = _InTurn(segment, emit)
        scene, _ = draw.built(scene_class, params, data, course.take, course, speech=job.speech)
        try:
            scene.render()
            course.end(scene.renderer.states)
        finally:
            course.abort()


class _InTurn(FrameSelection):
    """Draws one segment until its end, and then asks for the next."""

    def __init__(self, segment: Segment, emit: Emit):
        super().__init__(segment.span, segment.expected)
        self._emit = emit
        self.is_watched = not segment.film  # it is drawn alone
        self._begin(segment)

    def take(self, pixels: np.ndarray, repeat: int, parts: list[Rectangle] | None) -> None:
        """Take a frame."""
        self.drawing.take(pixels, repeat, parts)

    def play_comes(self, scene: Scene, frame: int) -> None:
        """Have the film cut where the scene has paused."""
        if pauses_at(scene, frame):
            self.drawing.key()

    def is_over(self, states: dict[float, str]) -> bool:
        """Whether no further segment is asked for."""
        line = self._emit.ask(self._finish(states))
        if line:
            self._begin(from_line(Segment, line))
        return not line

    def end(self, states: dict[float, str]) -> None:
        """The scene has ended: so has the film's last segment, or the one that it was drawn to."""
        if not self._is_there:
            self._emit(self._finish(states))

    def abort(self) -> None:
        """Remove what is not whole."""
        if not self._is_there:
            self.drawing.abort()

    def _begin(self, segment: Segment) -> None:
        self._segment, self._is_there = segment, False
        self.wanted, self.expected = segment.span, segment.expected
        first = segment.first - segment.begin
        self.drawing = Drawing(segment.job, Path(segment.piece), self._listen, segment.said, first)

    def _listen(self, done: int) -> None:
        self._emit(FramesDone(done))

    def _finish(self, states: dict[float, str]) -> SegmentDrawn:
        segment, self._is_there = self._segment, True
        foreseen = segment.end - segment.first if segment.expected[1] else None
        self.drawing.finish(foreseen, segment.is_last)
        found = drawn(segment, states)
        if segment.film:
            kept_segments.keep(segment, found)
        return SegmentDrawn(found.before, found.after)
