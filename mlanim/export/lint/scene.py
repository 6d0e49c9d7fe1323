"""Runs the lint over a scene: at each pause, at the end, and in its figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from manim.utils.exceptions import EndSceneEarlyException
from manim.utils.iterables import list_update

from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import THEMES, Job
from mlanim.engine.jobs.page import POINTS, USUAL_WIDTH, Page, in_centimetres
from mlanim.engine.jobs.params import validated
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.engine.playback import draw
from mlanim.engine.playback.loading import faults_of, load, params_of
from mlanim.engine.playback.renderer import NONE
from mlanim.engine.playback.scene_lines import line_in
from mlanim.engine.workers import worker
from mlanim.export.figures.at_time import no_such_slide
from mlanim.export.figures.composition import LEAST_POINTS
from mlanim.export.figures.figure import figure_of, has_figure
from mlanim.export.figures.still import frame_box
from mlanim.export.lint.charts import out_of_sight
from mlanim.export.lint.check import check_view
from mlanim.export.lint.coverage import nearly_empty
from mlanim.export.lint.finding import Finding, Sighting, merged
from mlanim.export.lint.series import charts_in
from mlanim.export.lint.view import Ground, View
from mlanim.stage import theme
from mlanim.stage.plots.chart import Chart
from mlanim.stage.scene import LessonScene

WIDTHS = 8.6 * POINTS["cm"], USUAL_WIDTH
"""Points: a column and both columns of a journal's page."""

FILM_THEMES = ("dark", "light")
"""The themes in which a film is looked at; a figure is looked at in all."""


def lint_scene(
    entry: SceneEntry,
    params: Mapping[str, Any],
    only_theme: str | None = None,
    slide: int | None = None,
) -> list[Finding]:
    """All findings about a scene, each once: in the order in which the film shows them.

    Args:
        params: as `--set` gives them.
        only_theme: the theme to look at; None for all.
        slide: the pause to look at, from 1; None for the whole film and the figure.

    Raises:
        UsageError: for parameters that are wrong, or a pause that is not there.
        RenderError: if the scene cannot be run.
    """
    found: list[Finding] = []
    for name in (only_theme,) if only_theme else THEMES:
        run = _Run.of(entry, name, params)
        with draw.configured(run.job, run.scene_class), faults_of(run.job.scene):
            if name in _themes_of(run) or only_theme:
                found += draw.watched_if_it_looks(_Film(run, slide).findings)
            if slide is None and has_figure(run.scene_class):
                found += _of_figure(run)
    return merged(found)


def _themes_of(run: _Run) -> tuple[str, ...]:
    """The themes in which a film is shown: a scene of Manim's own is dark unless it is asked."""
    return FILM_THEMES if issubclass(run.scene_class, LessonScene) else FILM_THEMES[:1]


@dataclass(frozen=True)
class _Run:
    """A scene in one theme, loaded and computed."""

    job: Job
    scene_class: Any
    params: Any
    data: Any

    @classmethod
    def of(cls, entry: SceneEntry, theme_name: str, params: Mapping[str, Any]) -> _Run:
        entry = catalog.made_with(entry, params)
        name = f"{entry.name}.mp4"
        job = Job(entry, "video", name, "mp4", 854, 480, 15, theme_name, False, params)
        scene_class = load(entry, job)
        checked = validated(params_of(scene_class), params, entry.name)
        return cls(job, scene_class, checked, worker.stored_data(job, checked))

    @property
    def path(self) -> str:
        """The scene's file, as its code names it."""
        return str(Path(self.job.scene.path))


class _Film:
    """A dry run of a scene that looks at what stands: at pauses, or where a plain film rests."""

    def __init__(self, run: _Run, slide: int | None):
        self.run, self.slide = run, slide
        self.is_lesson = issubclass(run.scene_class, LessonScene)
        self.found: list[Finding] = []
        self.charts: dict[int, Chart] = {}
        self.pauses = 0

    def findings(self, is_watched: bool) -> list[Finding]:
        """Run the scene; with `is_watched`, it may look at its own film."""
        self.found, self.pauses = [], 0
        run = self.run
        scene, renderer = draw.built(
            run.scene_class, run.params, run.data, draw.ignore, NONE, True, is_watched=is_watched
        )
        if self.is_lesson:
            scene.at_pause = self._at_pause
        elif self.slide is not None:
            renderer.at_section = lambda: self._at_pause(scene)
        else:
            renderer.at_hold = lambda: self._look(scene, time=float(scene.time))
        scene.render()
        self._at_end(scene)
        return self.found

    def _at_pause(self, scene: Any) -> None:
        self.pauses += 1
        if self.slide in (None, self.pauses):
            line, time = line_in(self.run.path), float(scene.time)
            self._look(scene, slide=self.pauses, time=time, line=line)
        if self.slide == self.pauses:
            raise EndSceneEarlyException

    def _at_end(self, scene: Any) -> None:
        ends_section = not self.is_lesson and self.slide == self.pauses + 1 > 1
        if self.slide is None:
            self._look(scene)
            beyond = out_of_sight(self.charts.values())  # by now it has zoomed where it does
            self.found += _seen(beyond, Sighting(self.run.job.theme))
        elif ends_section:
            self._look(scene, slide=self.slide, time=float(scene.time))
        elif self.pauses < self.slide:
            raise no_such_slide(self.pauses, self.slide, self.run.job.scene.name)

    def _look(
        self, scene: Any, slide: int | None = None, time: float | None = None, line: int = 0
    ) -> None:
        camera: Any = scene.renderer.camera
        mobjects = list_update(scene.mobjects, scene.foreground_mobjects)
        panels = scene.standing if self.is_lesson else ()
        view = View(mobjects, Ground.of_frame(frame_box(camera)), camera, panels)
        self.charts |= {id(chart): chart for chart in charts_in(mobjects)}
        found = check_view(view)
        if self.is_lesson and slide is not None:
            found += [*nearly_empty(view, line), *_without_notes(scene, line)]
        self.found += _seen(found, Sighting(self.run.job.theme, slide, time))


def _without_notes(scene: LessonScene, line: int) -> Iterator[Finding]:
    """A pause at which the lecturer has nothing to say."""
    if not scene.slides[-1].notes.strip():
        says = "The pause has no notes; say what it shows, with notes=…."
        yield Finding("pause without notes", (), says, line=line)


def _of_figure(run: _Run) -> Iterator[Finding]:
    """The findings on pages as wide as a journal's column and its page."""
    for width in WIDTHS:
        page = Page(width=width)
        with theme.drawn_for(theme.PAGE):
            made = figure_of(run.scene_class, run.params, run.data, page, run.job.scene.name)
            ground = Ground(made.box, 0.0, LEAST_POINTS / made.unit * 96)
            panels = [place.panel for place in made.places]
            found = check_view(View(made.mobjects, ground, panels=panels))
            found += out_of_sight(charts_in(made.mobjects))
        yield from _seen(found, Sighting(run.job.theme, width=in_centimetres(width)))


def _seen(findings: Iterable[Finding], where: Sighting) -> Iterator[Finding]:
    return (replace(finding, seen=(where,)) for finding in findings)
