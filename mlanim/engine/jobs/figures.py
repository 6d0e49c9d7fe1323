"""From the options of `figure` to its pages: sizes, formats and moments, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.jobs import page
from mlanim.engine.jobs.kinds import FIGURE_FORMATS
from mlanim.engine.jobs.options import FigureOptions
from mlanim.engine.jobs.page import Page


def formats_of(text: str | None) -> tuple[str, ...]:
    """`svg,pdf` as formats, each once.

    Raises:
        UsageError: for one that there is not.
    """
    named = dict.fromkeys(word.strip().lower() for word in (text or "").split(",") if word.strip())
    for name in named:
        if name not in FIGURE_FORMATS:
            raise UsageError(
                f"Unknown format {shortened(name)!r} for a figure; "
                f"choose one or more of {', '.join(FIGURE_FORMATS)}."
            )
    return tuple(named)


def page_for(asked: FigureOptions, formats: tuple[str, ...]) -> Page:
    """The page that was asked for.

    Raises:
        UsageError: for what cannot be read or cannot be.
    """
    given: dict[str, Any] = {
        "width": asked.width and page.length(asked.width, "--width"),
        "height": asked.height and page.length(asked.height, "--height"),
        "size": asked.font_size and page.type_size(asked.font_size),
        "dpi": asked.dpi,
        **_moment(asked.at),
    }
    settled = {name: value for name, value in given.items() if value is not None}
    others = {field.name for field in fields(Page)} - {*given, "at"}
    same = {name: getattr(asked, name) for name in others & set(FigureOptions.model_fields)}
    return Page(**settled, **same, formats=formats)


def _moment(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    if text.strip() == "end":
        return {"end": True}
    return {"at": page.seconds(text)}


def pixels(found: Page) -> tuple[int, int]:
    """The size that manim is told: the page's width in pixels, and a frame's height for it."""
    width = min(max(found.pixels, 16), 7680)
    return width, max(round(width * 9 / 16), 16)


def with_font(table: Mapping[str, Any], font: str, folder: Path) -> dict[str, Any]:
    """A style's table with `--font`, a family or a file whose path starts from here."""
    from os.path import relpath

    named = relpath(font, folder) if Path(font).is_file() else font
    fonts = table.get("fonts", {})
    kept = dict(fonts) if isinstance(fonts, Mapping) else {}
    return {**table, "fonts": {**kept, "text": named}}
