"""Runs the layout check over a scene: at each pause, at the end, and in its figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mlanim.render import draw, worker
from mlanim.render.catalog import SceneEntry
from mlanim.render.job import Job
from mlanim.render.loading import faults_of, load, params_of
from mlanim.render.params import validated
from mlanim.stage.check import Finding, check
from mlanim.stage.scene import LessonScene


@dataclass(frozen=True)
class Fault:
    """A finding with its place: scene, theme, and the time or the figure."""

    scene: str
    theme: str
    place: str
    finding: Finding

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**{k: v for k, v in asdict(self).items() if k != "finding"}, **asdict(self.finding)}

    def __str__(self) -> str:
        return f"{self.scene} ({self.theme}) at {self.place}: {self.finding}"


def lint_scene(entry: SceneEntry, theme: str, settings: Mapping[str, Any]) -> list[Fault]:
    """All faults of a scene in one theme.

    Raises:
        UsageError, RenderError: if it cannot be run at all.
    """
    job = Job(entry, "video", f"{entry.name}.mp4", "mp4", 854, 480, 15, theme, False, settings)
    scene_class = load(entry)
    params = validated(params_of(scene_class), settings, entry.name)
    data = worker.stored_data(job, params)
    faults: list[Fault] = []

    def look(scene: LessonScene, place: str = "") -> None:
        shown = place or f"{scene.time:.1f} s"
        faults.extend(Fault(entry.name, theme, shown, f) for f in check(scene.mobjects))

    with draw.configured(job, scene_class), faults_of(entry):
        scene, _ = draw.run_dry(scene_class, params, data, look)
        look(scene, "the end")
        if issubclass(scene_class, LessonScene):
            look(draw.run_figure(scene_class, params, data), "figure")
    return faults
