"""Every scene: runs, is laid out, depends on its data, and says what it must."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.chapters import CHAPTERS
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.page import Page
from mlanim.engine.playback import draw
from mlanim.engine.playback.loading import load
from mlanim.engine.workers import worker
from mlanim.export.figures.figure import as_png, figure_of
from mlanim.export.lint.scene import lint_scene
from mlanim.stage import theme
from mlanim.stage.data import Record

ENTRIES = {entry.name: entry for entry in catalog.find()}
FIVE = {"dot_product", "paper_folding", "loss_landscape", "attention", "gating"}

every_scene = pytest.mark.parametrize("name", sorted(ENTRIES))


@functools.lru_cache
def prepared(name: str) -> tuple[Job, Any, Any, Any]:
    """A tiny job, the scene's class, its default parameters and their data."""
    job = Job(ENTRIES[name], "video", f"{name}.mp4", "mp4", 160, 90, 5, "dark")
    scene_class = load(ENTRIES[name])
    params = scene_class.Params()
    return job, scene_class, params, worker.stored_data(job, params)


def figure_pixels(name: str, data: Any) -> bytes:
    job, scene_class, params, _ = prepared(name)
    with draw.configured(job), theme.drawn_for(theme.PAGE):
        return as_png(figure_of(scene_class, params, data, Page(), name), 90, False)


def test_the_five_scenes_are_there() -> None:
    assert ENTRIES.keys() >= FIVE


@every_scene
def test_says_what_it_is(name: str) -> None:
    entry = ENTRIES[name]
    assert entry.title
    assert entry.chapter in CHAPTERS
    assert set(entry.after) <= ENTRIES.keys()
    assert len(entry.description) > 80
    assert entry.title[0].isupper()
    assert not entry.title.endswith(".")


@every_scene
def test_every_parameter_is_described(name: str) -> None:
    fields = load(ENTRIES[name]).Params.model_fields
    assert [field for field, about in fields.items() if not about.description] == []


@every_scene
def test_is_a_lecture_with_pauses(name: str) -> None:
    job, scene_class, params, data = prepared(name)
    with draw.configured(job):
        plan = draw.plan(scene_class, params, data)
    assert 20 <= plan.frames / job.fps <= 60
    assert len(plan.slides) >= 4
    assert all(slide.notes.endswith((".", "?", "!", "”")) for slide in plan.slides)


@every_scene
def test_layout_has_no_fault(name: str) -> None:
    found = lint_scene(ENTRIES[name], {})
    assert [str(finding) for finding in found if not finding.is_warning] == []


@every_scene
def test_figure_has_named_panels(name: str) -> None:
    job, scene_class, params, data = prepared(name)
    with draw.configured(job), theme.drawn_for(theme.PAGE):
        places = figure_of(scene_class, params, data, Page(), name).places
    assert 2 <= len(places) <= 9
    assert all(str(place.panel.says) for place in places)
    assert all(place.panel.tables for place in places)


@every_scene
def test_figure_depends_on_the_data(name: str) -> None:
    _, _, _, data = prepared(name)
    assert figure_pixels(name, data) == figure_pixels(name, data)
    changed = [perturbed(data, seed) for seed in range(3)]
    assert any(differs(name, data, other) for other in changed)


def differs(name: str, data: Any, other: Any) -> bool:
    """Whether the figure of other data is another, or they are refused as contradicting."""
    try:
        return figure_pixels(name, data) != figure_pixels(name, other)
    except ValueError:
        return True


def perturbed(value: Any, seed: int) -> Any:
    """The same data with every array, and every real number, moved by a twentieth of its size."""
    rng = np.random.default_rng(seed)
    if isinstance(value, Record):
        return value.replaced(**{key: perturbed(getattr(value, key), seed) for key in value})
    if isinstance(value, dict):
        return {key: perturbed(item, seed) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(perturbed(item, seed) for item in value)
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value * (1 + 0.05 * rng.uniform(-1, 1))  # what ascends goes on ascending
    if isinstance(value, float):
        return value * 1.05
    return value


def test_no_scene_holds_a_colour_or_a_font() -> None:
    value = re.compile(
        r"""["']#[0-9a-fA-F]{3,8}["']|ManimColor|rgb_to_|font_size|font=|Source Sans"""
    )
    for entry in ENTRIES.values():
        assert value.findall(Path(entry.path).read_text(encoding="utf-8")) == [], entry.name
