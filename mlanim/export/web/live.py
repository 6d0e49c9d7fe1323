"""Figures in a notebook: drawn by the same process as on the command line, with the same bytes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from mlanim.engine.errors import RenderError, UsageError
from mlanim.engine.files import replacing
from mlanim.engine.jobs import catalog, request
from mlanim.engine.jobs.catalog import SceneEntry
from mlanim.engine.jobs.figures import PageRequest
from mlanim.engine.jobs.kinds import FIGURE_FORMATS
from mlanim.engine.workers.engine import Engine
from mlanim.engine.workers.progress import reporter

WORKER = "mlanim.export.worker"
OF_PAGE = tuple(field.name for field in fields(PageRequest) if field.name not in ("panels", "data"))
OF_JOB = ("theme", "transparent", "font")
SHOWN = ("svg", "png")  # what a notebook shows and keeps


@dataclass(frozen=True)
class Figure:
    """A scene's figure: what a notebook shows, and what `save` writes."""

    scene: SceneEntry
    params: Mapping[str, Any]
    options: Mapping[str, Any]
    files: Mapping[str, bytes]

    @cached_property
    def about(self) -> dict[str, Any]:
        """The sidecar: parameters, results, panels, versions."""
        return dict(json.loads(self.files["json"]))

    @property
    def panels(self) -> tuple[str, ...]:
        """The names of its panels, any of which `figure(…, panel=name)` shows alone."""
        return tuple(self.about["panels"])

    def save(self, path: str | Path) -> Path:
        """Write it as the file's name asks, whole or not at all.

        Raises:
            UsageError: if the name ends in none of svg, pdf, eps and png.
        """
        target = Path(path)
        format = target.suffix.lower().lstrip(".")
        if format not in FIGURE_FORMATS:
            raise UsageError(
                f"{target.name} says no format of a figure; end it in "
                f"{', '.join(f'.{name}' for name in FIGURE_FORMATS)}."
            )
        payload = self.files.get(format)
        if payload is None:
            payload = _drawn(self.scene, self.params, self.options, (format,))[format]
        with replacing(target) as file:
            file.write(payload)
        return target

    def _repr_svg_(self) -> str:
        return self.files["svg"].decode()

    def _repr_png_(self) -> bytes:
        return self.files["png"]

    def __repr__(self) -> str:
        return f"<figure of {self.scene.name}: {', '.join(self.panels) or 'one state'}>"


def figure(scene: str, *, params: Mapping[str, Any] | None = None, **options: Any) -> Figure:
    """A scene's figure, given by the scene's name or its file, for a notebook to show.

    `figure("attention", width="8.6cm", theme="print", sentence="…")`

    Args:
        params: parameters whose names are also options.
        options: width, height, layout, panel, letters, crop, dpi, font_size, font, text, at,
            slide, theme and transparent as on the command line; every other name is a parameter of
            the scene.

    Raises:
        UsageError: for what cannot be done as asked.
        RenderError: for what was tried and failed, with the scene's own lines.
    """
    entry = catalog.select([scene], request.scene_folders())[0]
    asked = {name: value for name, value in options.items() if name in (*OF_PAGE, *OF_JOB)}
    own = {name: value for name, value in options.items() if name not in asked}
    params = {**own, **(params or {})}
    return Figure(entry, params, asked, _drawn(entry, params, asked, SHOWN))


def _drawn(
    entry: SceneEntry,
    params: Mapping[str, Any],
    options: Mapping[str, Any],
    formats: tuple[str, ...],
) -> dict[str, bytes]:
    """The figure's files by format, and its sidecar."""
    page = PageRequest(**{name: options[name] for name in OF_PAGE if name in options})
    rest = {name: options[name] for name in OF_JOB if name in options}
    with tempfile.TemporaryDirectory(prefix="mlanim-") as folder:
        wanted = request.Request(
            "figure", **rest, format=",".join(formats), output=f"{folder}/", params=params,
            page=page,
        )  # fmt: skip
        (job,) = request.jobs(wanted, [entry])
        with reporter([job], as_json=False, quiet=True) as listener:
            (outcome,) = Engine(1, listener, WORKER).run([job])
        if outcome.code:
            raise (UsageError if outcome.code == 2 else RenderError)(outcome.message)
        made = Path(job.output)
        return {name: made.with_suffix(f".{name}").read_bytes() for name in (*formats, "json")}
