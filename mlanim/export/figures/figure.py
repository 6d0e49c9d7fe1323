"""Figures: a scene's panels composed for a page, or its state at one time, as files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from manim import BLACK

from mlanim.engine.encoding.pixels import png_bytes
from mlanim.engine.errors import UsageError
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.page import Page
from mlanim.engine.maker import Emit, Made
from mlanim.engine.playback.draw import configured
from mlanim.export.figures import vector
from mlanim.export.figures.about import About, about, told_of
from mlanim.export.figures.at_time import TimePoint, run_to
from mlanim.export.figures.composition import Composition, alone, compose, in_place
from mlanim.export.figures.handles import handles_on
from mlanim.export.figures.metadata import into_eps, into_png, into_svg
from mlanim.export.figures.repeatable import repeatable
from mlanim.export.figures.still import still, words_of
from mlanim.export.figures.tables import files_of, slug
from mlanim.export.figures.words import Words, words_on
from mlanim.stage import theme
from mlanim.stage.answers import panels_from
from mlanim.stage.arrays.camera import StageCamera
from mlanim.stage.panels import Place
from mlanim.stage.scene import LessonScene
from mlanim.words.printable import printable


def make_figure(
    job: Job, scene_class: Any, params: Any, data: Any, temporary: Path, emit: Emit
) -> Made:
    """Write the figure to `temporary` in the job's format, and hand on what lies beside it."""
    page = page_of(job)
    with configured(job, scene_class):
        if page.is_at_time or not has_figure(scene_class):
            files, details = _moment(job, page, scene_class, params, data, emit.alone)
        else:
            files, details = _figure(job, page, scene_class, params, data)
    temporary.write_bytes(files.pop(f".{job.format}"))
    return Made(None, details, files)


def page_of(job: Job) -> Page:
    """What the job says of the page, or what is usual."""
    return job.page or Page(formats=(job.format,))


def has_figure(scene_class: type) -> bool:
    """Whether a scene composes a figure; of others the last state is one."""
    return issubclass(scene_class, LessonScene) and scene_class.figure is not LessonScene.figure


def figure_of(scene_class: Any, params: Any, data: Any, page: Page, name: str) -> Composition:
    """A scene's figure on a page; call it within `configured`, then draw it at once."""
    scene = scene_class(params=params, data=data, skip_animations=True)
    scene.setup()
    is_live = page.live and scene_class.live is not LessonScene.live
    panels = panels_from(
        scene_class.live if is_live else scene_class.figure,
        scene.live() if is_live else scene.figure(),
    )
    return compose({panel.name: panel for panel in panels}, page, name)


def _figure(
    job: Job, page: Page, scene_class: Any, params: Any, data: Any
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Files by what follows the output's stem, and what the sidecar says of the panels."""
    with theme.drawn_for(theme.PAGE):
        whole = figure_of(scene_class, params, data, page, job.scene.name)
        panels = [place.panel for place in whole.places]
        told = about(job.scene, params, panels)
        pages = {"": in_place(whole, page.only) if page.only else whole}
        if page.panels:
            pages |= {f"-{slug(p.panel.name)}": _alone(p, whole, page) for p in whole.places}
        files = {
            f"{stem}.{format}": drawn(made, format, page, job.transparent, told)
            for stem, made in pages.items()
            for format in page.formats
        }
    if page.data is not None and not (page.live and not any(panel.tables for panel in panels)):
        files |= files_of(panels, page.data, job.scene.name)
    details: dict[str, Any] = {"panels": tuple(panel.name for panel in panels)}
    if page.live:
        said = {panel.name: printable(told_of(panel)) for panel in panels}
        details |= {"says": said, "handles": handles_on(whole)}
    return files, details


def _alone(place: Place, whole: Composition, page: Page) -> Composition:
    """A panel on a page of its own; for a live page, where it stands in the figure."""
    return in_place(whole, [place.panel.name]) if page.live else alone(place, whole.unit)


def drawn(made: Composition, format: str, page: Page, transparent: bool, told: About) -> bytes:
    """A composition as a file of one format, with what it says of itself."""
    made = made.cropped() if page.crop else made
    if format == "png":
        return into_png(as_png(made, page.dpi, transparent), told, page.dpi)
    background = None if transparent else theme.rgb("background")
    viewport = vector.Viewport(made.box, made.unit, background)
    camera = StageCamera()
    payload = repeatable(vector.as_vector(camera, made.mobjects, viewport, format), format)
    words = words_on(camera, made.mobjects, viewport) if page.text else []
    return with_metadata(payload, format, told, words)


def with_metadata(payload: bytes, format: str, told: About, words: Sequence[Words] = ()) -> bytes:
    """A vector file with its title, description and parameters, and a layer of text."""
    if format == "svg":
        return into_svg(payload, told, words)
    if format == "eps":
        return into_eps(payload, told)
    from mlanim.export.figures.pdf import into_pdf  # which takes as long to import as to draw

    return into_pdf(payload, told, words)


def as_png(made: Composition, dpi: float, transparent: bool) -> bytes:
    """A composition as a PNG; no date, no surprises."""
    scale = made.unit / 72 * dpi
    columns, rows = round(made.box.width * scale), round(made.box.height * scale)
    camera = StageCamera(
        pixel_width=columns,
        pixel_height=rows,
        frame_width=columns / scale,
        frame_height=rows / scale,
        frame_center=made.box.centre,
        background_color=BLACK if transparent else theme.color("background"),
        background_opacity=0.0 if transparent else 1.0,
    )
    camera.capture_mobjects(made.mobjects)
    return png_bytes(np.asarray(camera.pixel_array), transparent)


def _moment(
    job: Job, page: Page, scene_class: Any, params: Any, data: Any, is_watched: bool
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Files of the scene's state at one time, and what the sidecar says of it."""
    name = job.scene.name
    scene = run_to(scene_class, params, data, TimePoint(page.at, page.slide), name, is_watched)
    if not scene.mobjects:
        when = "at that moment" if page.is_at_time and not page.end else "at its end"
        raise UsageError(f"{name} shows nothing {when} to make a figure of.")
    told = about(job.scene, params)
    files = {f".{format}": _still(job, page, scene, format, told) for format in page.formats}
    caption = scene.caption if isinstance(scene, LessonScene) else None
    said = {"": printable(caption.plain)} if page.live and caption is not None else {}
    return files, {"panels": (), "says": said}


def _still(job: Job, page: Page, scene: Any, format: str, told: About) -> bytes:
    payload = still(scene, format, page.width, job.transparent, page.crop)
    if format == "png":
        return into_png(payload, told, page.dpi)
    words = words_of(scene, page.width, page.crop) if page.text else []
    return with_metadata(payload, format, told, words)
