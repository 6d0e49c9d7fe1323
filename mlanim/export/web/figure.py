"""Figures in a notebook: drawn by the same process as on the command line, with the same bytes."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mlanim.engine import temporary
from mlanim.engine.cache.ownership import save
from mlanim.engine.errors import UsageError
from mlanim.engine.jobs import request
from mlanim.engine.jobs.kinds import FIGURE_FORMATS
from mlanim.engine.jobs.options import FigureOptions, options
from mlanim.engine.jobs.outputs import written
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.export.making import RunOptions, computed, make_one

SHOWN = ("svg", "png")  # what a notebook shows and keeps


@dataclass(frozen=True)
class Figure:
    """A scene's figure: what a notebook shows, and what `save` writes.

    `path` is its file, if it was asked to have one; beside that lies its description (.json).
    """

    scene: SceneEntry
    options: Mapping[str, Any]
    files: Mapping[str, bytes]
    path: Path | None = None

    @cached_property
    def about(self) -> dict[str, Any]:
        """The sidecar: parameters, results, panels, versions."""
        return dict(json.loads(self.files["json"]))

    @cached_property
    def data(self) -> Any:
        """What the scene computed, as it sees it: arrays and plain values by name."""
        return computed(self.scene, self.about["params"])

    @property
    def paths(self) -> tuple[Path, ...]:
        """All of its files, itself the first; none if it is kept here alone."""
        return written(self.path) if self.path is not None else ()

    @property
    def panels(self) -> tuple[str, ...]:
        """The names of its panels, any of which `figure(…, panel=name)` shows alone."""
        return tuple(self.about["panels"])

    def save(self, path: str | Path, force: bool = False) -> Path:
        """Write it as the file's name asks, whole or not at all.

        Raises:
            UsageError: if the name ends in none of svg, pdf, eps and png; or, without `force`, if a
                file is there that mlanim did not make.
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
            payload = _files(self.scene, self.options, (format,))[format]
        save(target, payload, force)
        return target

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The picture in both formats, and for each what it shows in words."""
        shown = {
            "image/svg+xml": self.files["svg"].decode(),
            "image/png": b64encode(self.files["png"]).decode(),
            "text/plain": repr(self),
        }
        words = {"alt": f"{self.about['title']}: {self.about['description']}"}
        return shown, {"image/svg+xml": words, "image/png": words}

    def __repr__(self) -> str:
        return f"<figure of {self.scene.name}: {', '.join(self.panels) or 'one state'}>"


def drawn(entry: SceneEntry, given: Mapping[str, Any]) -> Figure:
    """A scene's figure: in files if `output` is given, else in memory alone."""
    asked = {name: value for name, value in given.items() if value is not None}
    if asked.get("output") is None:
        return Figure(entry, asked, _files(entry, asked, SHOWN))
    job = request.job(options(FigureOptions, **asked), entry)
    make_one(job, RunOptions(quiet=True))
    return Figure(entry, asked, _files(entry, asked, SHOWN), Path(job.output))


def _files(
    entry: SceneEntry, given: Mapping[str, Any], formats: tuple[str, ...]
) -> dict[str, bytes]:
    """The figure in these formats, and its sidecar, by their suffixes."""
    with temporary.folder() as folder:
        own = {"format": ",".join(formats), "output": f"{folder}/", "panels": False, "data": None}
        job = request.job(options(FigureOptions, **{**given, **own}), entry)
        make_one(job, RunOptions(quiet=True))
        made = Path(job.output)
        return {name: made.with_suffix(f".{name}").read_bytes() for name in (*formats, "json")}
