"""States of a scene: each a figure in every theme, drawn by the same jobs as `mlanim figure`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, product, zip_longest
from pathlib import Path
from typing import Any

from mlanim.engine.errors import RenderError, UsageError
from mlanim.engine.jobs import request
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.options import FigureOptions, options
from mlanim.engine.jobs.params import validated
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.engine.workers.resources import Listener
from mlanim.export.figures.tables import slug
from mlanim.export.live.payload import DataTable
from mlanim.export.live.pieces import Taken, apart
from mlanim.export.live.sweeps import ParameterSweep
from mlanim.export.making import RunOptions, make
from mlanim.stage.scene import SceneParams
from mlanim.words.sentence import ended

PRELOADED = ("mlanim.export.figures.figure", "mlanim.stage.vocabulary", "torch")
"""What is imported once for all states."""

DIGITS = 6
"""Significant digits of the numbers that a page carries."""

StateIndex = tuple[int, ...]
"""A state: the index of each sweep's value."""


@dataclass(frozen=True)
class StateDrawing:
    """A state that is drawn: its picture in each theme, what panels say, their numbers, handles.

    `alone` holds each panel in the first theme, where it was drawn by itself as well.
    """

    pictures: tuple[Taken, ...]
    says: Mapping[str, str]
    numbers: Mapping[str, Sequence[DataTable]]
    handles: Mapping[str, list[float]]
    alone: Mapping[str, Taken]


@dataclass(frozen=True)
class Refusal:
    """A state that the scene refuses, and why."""

    sentence: str


@dataclass
class States:
    """A scene's states as they are drawn.

    Args:
        model: the scene's parameters.
        sweeps: the parameters that run.
        fixed: the others that were set.
        page: options of the figures.
        panels: the only panels to draw, or all.
        is_ground: whether its pictures have a ground, on which others lie.
    """

    entry: SceneEntry
    model: type[SceneParams]
    sweeps: Sequence[ParameterSweep]
    themes: Sequence[str]
    fixed: Mapping[str, Any]
    page: Mapping[str, Any]
    panels: tuple[str, ...] = ()
    is_ground: bool = True
    drawings: dict[StateIndex, StateDrawing | Refusal] = field(default_factory=dict)
    failed: str = ""

    @property
    def start(self) -> StateIndex:
        """Where the controls start."""
        return tuple(sweep.control["start"] for sweep in self.sweeps)

    def places(self) -> list[StateIndex]:
        """All combinations, row by row."""
        return list(product(*(range(len(sweep.values)) for sweep in self.sweeps)))

    def params(self, place: StateIndex) -> dict[str, Any]:
        """All that is set in a state."""
        swept = {s.name: s.values[at] for s, at in zip(self.sweeps, place, strict=True)}
        return {**self.fixed, **swept}

    def lacks(self, place: StateIndex) -> bool:
        """Whether a state is still to be drawn; parameters that cannot go together are noted."""
        if place in self.drawings:
            return False
        try:
            validated(self.model, self.params(place), self.entry.name)
        except UsageError as error:
            self.drawings[place] = Refusal(_sentence(str(error), self.entry.name))
            return False
        return True

    def raise_failed(self) -> None:
        """Say what went wrong in the scene's code, if anything did.

        Raises:
            RenderError: with the scene's own lines.
        """
        if self.failed:
            raise RenderError(self.failed)

    def jobs(self, place: StateIndex, stem: Path, is_apart: bool) -> list[Job]:
        """The figure of a state in each theme; with `is_apart`, of its panels as well if several
        sweeps may have some for themselves.
        """
        return [self._job(place, stem, theme, is_apart) for theme in self.themes]

    def _job(self, place: StateIndex, stem: Path, theme: str, is_apart: bool) -> Job:
        is_at_time = self.page.get("slide") is not None
        is_whole = is_at_time or self.page.get("panel") is not None or len(self.sweeps) < 2
        asked = {
            **self.page, "theme": theme, "format": "svg", "text": True, "live": True,
            "transparent": not self.is_ground, "data": None if is_at_time else "json",
            "panels": is_apart and not is_whole, "params": self.params(place),
            "output": f"{stem}-{theme}.svg",
        }  # fmt: skip
        job = request.job(options(FigureOptions, **asked), self.entry)
        assert job.page is not None
        return replace(job, page=replace(job.page, only=self.panels)) if self.panels else job


def draw(
    wanted: Sequence[tuple[States, StateIndex]],
    folder: Path,
    run: RunOptions,
    listener: Listener,
    is_apart: bool = False,
) -> None:
    """Draw states, all in one pool of processes."""
    numbers = count(sum(1 for _ in folder.iterdir()))
    if not wanted:
        return
    jobs = [states.jobs(place, folder / f"{next(numbers)}", is_apart) for states, place in wanted]
    # Theme after theme: what is computed for the first is there for the others.
    in_turn = [job for same in zip_longest(*jobs) for job in same if job is not None]
    outcomes = {one.job.output: one for one in make(in_turn, run, listener)}
    for (states, place), themes in zip(wanted, jobs, strict=True):
        ended = [outcomes[job.output] for job in themes]
        failed = next((one for one in ended if one.code), None)
        if failed is not None and failed.code != 2:
            states.failed = failed.message
        elif failed is not None:
            states.drawings[place] = Refusal(_sentence(failed.message, states.entry.name))
        else:
            states.drawings[place] = _read(themes)


def _sentence(message: str, name: str) -> str:
    """Why a state is refused, without the scene's name before it."""
    return ended(" ".join(message.removeprefix(f"{name}: ").split()))


def _read(themes: Sequence[Job]) -> StateDrawing:
    """What the jobs of a state wrote."""
    svgs = [Path(job.output) for job in themes]
    first = svgs[0]
    about = json.loads(first.with_suffix(".json").read_bytes())
    data = first.with_name(f"{first.stem}-data.json")
    names = about.get("panels", ())
    alone = {name: first.with_name(f"{first.stem}-{slug(name)}.svg") for name in names}
    return StateDrawing(
        tuple(apart(svg.read_text(encoding="utf-8")) for svg in svgs),
        about.get("says", {}),
        numbers_of(json.loads(data.read_bytes())) if data.is_file() else {},
        about.get("handles", {}),
        {n: apart(svg.read_text(encoding="utf-8")) for n, svg in alone.items() if svg.is_file()},
    )


def numbers_of(tables: Mapping[str, Mapping[str, Any]]) -> dict[str, list[DataTable]]:
    """The tables of each panel, from a figure's data in JSON; what is no number is a text."""
    return {
        panel: [
            DataTable(name=name, columns=list(map(_column, columns)))
            for name, columns in parts.items()
        ]
        for panel, parts in tables.items()
    }


def _column(column: Mapping[str, Any]) -> tuple[str, list[Any]]:
    unit = f" [{column['unit']}]" if column["unit"] else ""
    return f"{column['name']}{unit}", list(map(_short, column["values"]))


def _short(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else str(value)
