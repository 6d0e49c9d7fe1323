"""What a process of a watched scene does: it looks at the scene, or draws some of its clips."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from manim import Scene

from mlanim.engine.cache import reads
from mlanim.engine.events import Computing, Event, FramesDone, Planned
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.params import validated
from mlanim.engine.playback.loading import as_set_by_file, faults_of, load, params_of
from mlanim.engine.playback.plan import Plan
from mlanim.engine.workers.worker import stored_data
from mlanim.export.watch.clips import Clip, draw_clips, lacking, looked_at, put_together
from mlanim.export.watch.messages import ClipsLacking, FilmMade, Order, SceneRead, SlideEnd, Told


class Carrier:
    """Carries out one order: draws clips; or looks at the scene, and puts its film together."""

    def __init__(self, order: Order, tell: Callable[[Told], None], answers: SimpleQueue[str]):
        self.order, self.tell, self.answers = order, tell, answers
        self.clips_folder = Path(order.clips_folder)

    def run(self) -> None:
        """Draw the clips that are ordered; without any, make the film."""
        if self.order.clips is None:
            self._make()
        else:
            self._draw([Clip(*clip) for clip in self.order.clips])

    def _draw(self, clips: list[Clip]) -> None:
        self.tell(Planned(sum(clip.frames for clip in clips)))
        loaded = self._loaded()
        with faults_of(self.order.job.scene):
            draw_clips(*loaded, clips, self.clips_folder, lambda done: self.tell(FramesDone(done)))

    def _make(self) -> None:
        found, scene = reads.Reads(), Path(self.order.job.scene.path)
        try:
            with reads.noted(found):
                loaded = self._loaded()
                with faults_of(self.order.job.scene):
                    planned, clips = looked_at(*loaded)
        finally:  # a file that is missing, or wrong, is watched as well
            key = reads.remembered(self.order.key, scene, found)
            self.tell(SceneRead(key, tuple(sorted(found))))
        self._put_together(loaded[0].fps, planned, clips)

    def _loaded(self) -> tuple[Job, type[Scene], Any, Any]:
        """The job as its file sets it, the scene's class, its parameters, and what it computes."""
        scene_class = load(self.order.job.scene, self.order.job)
        job = as_set_by_file(self.order.job, scene_class)
        params = validated(params_of(scene_class), job.params, job.scene.name)
        data = stored_data(job, params, self._tell_computing)
        return job, scene_class, params, data

    def _tell_computing(self, event: Event) -> None:
        if isinstance(event, Computing):
            self.tell(event)

    def _put_together(self, fps: float, planned: Plan, clips: list[Clip]) -> None:
        """Make the film of its clips, once those that are lacking are drawn."""
        absent = lacking(clips, self.clips_folder)
        if absent:
            wanted = tuple((clip.first, clip.frames, clip.key) for clip in absent)
            self.tell(ClipsLacking(wanted))
            self.answers.get()
        put_together(planned, clips, self.clips_folder, Path(self.order.film))
        keys = {clip.key for clip in absent}
        spans = [clip.span for clip in clips if clip.key in keys]
        slides = tuple(SlideEnd(slide.time, slide.notes) for slide in planned.slides)
        drawn = tuple((span.first / fps, span.end / fps) for span in spans)
        self.tell(FilmMade(planned.frames / fps, fps, slides, drawn))
