"""The theme in use: every colour, size, stroke and timing that a scene asks for by name.

The values of the colours are in `palette.py`. Sizes and strokes depend on the medium: a film is
seen from the back row, a page from reading distance.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from manim import ManimColor

from mlanim.stage.colors.palette import (
    DARK,
    LIGHT,
    LINES,
    PRINT,
    THEMES,
    Fonts,
    Theme,
    contrast,
    hex_to_rgb,
    linear_light,
    relative_luminance,
)
from mlanim.words.nearest import unknown

__all__ = [
    "BEAT", "DARK", "FILM", "FRAME_HEIGHT", "FRAME_WIDTH", "LIGHT", "MARGIN", "MOVE", "PAGE",
    "POINTS_PER_UNIT", "PRINT",
    "READING_SPEED", "SIZES", "SLOW", "STROKES", "THEMES", "Fonts", "Medium", "Theme",
    "color", "contrast", "current", "drawn_for", "hex_to_rgb", "linear_light", "readable_on",
    "relative_luminance", "rgb", "to_color", "use",
]  # fmt: skip

FRAME_HEIGHT: Final = 8.0  # manim units
FRAME_WIDTH: Final = FRAME_HEIGHT * 16 / 9
MARGIN: Final = 0.55  # manim units between content and the frame's edge

POINTS_PER_UNIT: Final = 32.0
"""Points that a manim unit takes on a page whose body text has its usual size."""

BEAT: Final = 0.6  # seconds: the rest after a thought
MOVE: Final = 1.0  # seconds: one thought
SLOW: Final = 2.5  # seconds: a change that the viewer is asked to follow
READING_SPEED: Final = 17.0  # characters a second, at which most people follow subtitles


@dataclass(frozen=True)
class Medium:
    """What is drawn for: text sizes in manim font units, strokes in hundredths of a unit."""

    sizes: Mapping[str, float]
    strokes: Mapping[str, float]


def _font_units(points: float) -> float:
    return points / POINTS_PER_UNIT * 96


FILM: Final = Medium(
    # 21 is 29 px of 1080, the smallest that a back row can read.
    MappingProxyType({"display": 40, "title": 40, "body": 26, "small": 21}),
    MappingProxyType({"hair": 1.5, "thin": 2.5, "line": 4.0, "bold": 6.5}),
)
PAGE: Final = Medium(
    MappingProxyType(
        {
            "display": _font_units(10.5),
            "title": _font_units(9),
            "body": _font_units(8),
            "small": _font_units(7.2),
        }
    ),
    MappingProxyType({name: 100 * width / POINTS_PER_UNIT for name, width in LINES.items()}),
)
"""In a figure text has 8 and 7.2 points, whatever the width; formulas on their own have 10.5."""

_chosen: list[Theme] = []
_medium: list[Medium] = [FILM]


class _OfMedium(Mapping[str, float]):
    """The table of that name of the medium in use."""

    def __init__(self, table: str):
        self._table = table

    def _values(self) -> Mapping[str, float]:
        values: Mapping[str, float] = getattr(_medium[-1], self._table)
        return values

    def __getitem__(self, name: str) -> float:
        if name not in self._values():
            raise KeyError(unknown(self._table.removesuffix("s"), name, self._values()))
        return self._values()[name]

    def __contains__(self, name: object) -> bool:
        return name in self._values()

    def __iter__(self) -> Iterator[str]:
        return iter(self._values())

    def __len__(self) -> int:
        return len(self._values())


class _Strokes(_OfMedium):
    """Stroke widths, as much wider or narrower as the theme has them."""

    def __getitem__(self, name: str) -> float:
        return super().__getitem__(name) * current().lines[name] / LINES[name]


SIZES: Final[Mapping[str, float]] = _OfMedium("sizes")
"""Text sizes by name, in manim font units."""

STROKES: Final[Mapping[str, float]] = _Strokes("strokes")
"""Stroke widths by name, in manim units (hundredths of a unit)."""


@contextmanager
def drawn_for(medium: Medium) -> Iterator[None]:
    """Sizes and strokes of a medium, for as long as the context lasts."""
    _medium.append(medium)
    try:
        yield
    finally:
        _medium.pop()


def use(chosen: str | Theme) -> Theme:
    """Make a theme, or the one of that name, what every later mobject takes its colours from.

    Raises:
        ValueError: for a name that is not in `THEMES`.
    """
    if isinstance(chosen, str):
        if chosen not in THEMES:
            raise ValueError(f"Unknown theme {chosen!r}; choose one of {', '.join(THEMES)}.")
        chosen = THEMES[chosen]
    _chosen[:] = [chosen]
    return chosen


def current() -> Theme:
    """The theme in use: what `use` chose, else MLANIM_THEME, else dark."""
    return _chosen[0] if _chosen else use(os.environ.get("MLANIM_THEME", "dark"))


def color(role: str) -> ManimColor:
    """The theme's colour for a role such as "weight" or "muted".

    Raises:
        KeyError: for a role that no theme has; the message lists the roles.
    """
    return _color(_value(role))


@functools.lru_cache(maxsize=256)
def _color(value: str) -> ManimColor:
    return ManimColor(value)  # which looks for a pattern in the text


def rgb(role: str) -> np.ndarray:
    """The colour of a role as floats in 0..1, shape (3,)."""
    return hex_to_rgb(_value(role))


def _value(role: str) -> str:
    roles = current().roles
    if role not in roles:
        raise KeyError(unknown("role", role, roles))
    return roles[role]


def to_color(channels: np.ndarray) -> ManimColor:
    """Floats (3,) in 0..1, such as a colour map gives, as manim's colour."""
    return ManimColor.from_rgb(tuple(float(c) for c in channels))


def readable_on(colors: np.ndarray) -> np.ndarray:
    """For each background colour (..., 3), whether dark ink reads better than white, bool (...).

    With black and white as the inks the better one always reaches 4.58:1.
    """
    return contrast(colors, rgb("on_light")) >= contrast(colors, rgb("on_dark"))
