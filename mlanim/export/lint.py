"""Runs the layout check over a scene: at each pause, at the end, and in its figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mlanim.engine.jobs.catalog import SceneEntry
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.page import POINTS, USUAL_WIDTH, Page, in_centimetres
from mlanim.engine.jobs.params import validated
from mlanim.engine.playback import draw
from mlanim.engine.playback.loading import faults_of, load, params_of
from mlanim.engine.workers import worker
from mlanim.export.figures.composition import LEAST_POINTS
from mlanim.export.figures.figure import figure_of, has_figure
from mlanim.stage import theme
from mlanim.stage.check import Finding, Ground, check
from mlanim.stage.scene import LessonScene

WIDTHS = 8.6 * POINTS["cm"], USUAL_WIDTH
"""Points: a column and both columns of a journal's page."""


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


def lint_scene(entry: SceneEntry, theme_name: str, settings: Mapping[str, Any]) -> list[Fault]:
    """All faults of a scene in one theme.

    Raises:
        UsageError, RenderError: if it cannot be run at all.
    """
    job = Job(entry, "video", f"{entry.name}.mp4", "mp4", 854, 480, 15, theme_name, False, settings)
    scene_class = load(entry)
    params = validated(params_of(scene_class), settings, entry.name)
    data = worker.stored_data(job, params)
    faults: list[Fault] = []

    def look(scene: LessonScene, place: str = "") -> None:
        shown = place or f"{scene.time:.1f} s"
        faults.extend(Fault(entry.name, theme_name, shown, f) for f in check(scene.mobjects))

    with draw.configured(job, scene_class), faults_of(entry):
        scene, _ = draw.run_dry(scene_class, params, data, look)
        look(scene, "the end")
        if has_figure(scene_class):
            faults += _of_figure(entry, theme_name, scene_class, params, data)
    return faults


def _of_figure(
    entry: SceneEntry, theme_name: str, scene_class: Any, params: Any, data: Any
) -> list[Fault]:
    """The faults of a scene's figure on pages as wide as a journal's column and its page."""
    faults = []
    for width in WIDTHS:
        page = Page(width=width)
        with theme.drawn_for(theme.PAGE):
            made = figure_of(scene_class, params, data, page, entry.name)
            ground = Ground(made.box, 0.0, LEAST_POINTS / made.unit * 96)
            found = check(made.mobjects, ground)
        place = f"figure, {in_centimetres(width)}"
        faults += [Fault(entry.name, theme_name, place, finding) for finding in found]
    return faults
