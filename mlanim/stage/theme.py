"""Every colour, size and timing. A scene names roles; this file alone holds values.

The smallest distance between two roles, each kind of full colour blindness simulated, is kept
over 10 in CAM02-UCS; text roles keep a contrast of at least 4.5:1 on their background. Both are
tested.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from manim import ManimColor

FRAME_HEIGHT: Final = 8.0  # manim units
FRAME_WIDTH: Final = FRAME_HEIGHT * 16 / 9
MARGIN: Final = 0.55  # manim units between content and the frame's edge

SIZES: Final[Mapping[str, float]] = MappingProxyType(
    {"display": 40, "title": 40, "body": 26, "small": 21}
)
"""Text sizes in manim font units; 21 is 29 px of 1080, the smallest that a back row can read."""

STROKES: Final[Mapping[str, float]] = MappingProxyType(
    {"hair": 1.5, "thin": 2.5, "line": 4.0, "bold": 6.5}
)
"""Stroke widths in manim units (hundredths of a unit)."""

BEAT: Final = 0.6  # seconds: the rest after a thought
MOVE: Final = 1.0  # seconds: one thought
SLOW: Final = 2.5  # seconds: a change that the viewer is asked to follow
READING_SPEED: Final = 17.0  # characters a second, at which most people follow subtitles


@dataclass(frozen=True)
class Theme:
    """Colours by role as hex strings, and the anchors of the colour maps."""

    name: str
    roles: Mapping[str, str]
    sequential: tuple[str, ...]
    terrain: tuple[str, ...]

    def diverging(self) -> tuple[str, str, str]:
        """Negative, neutral and positive anchor of signed data."""
        return self.roles["negative"], self.roles["neutral"], self.roles["positive"]


DARK: Final = Theme(
    "dark",
    MappingProxyType(
        {
            "background": "#10141b",
            "text": "#e9edf3",
            "muted": "#a3adbd",
            "rule": "#2b3340",
            "input": "#4aa3ff",
            "weight": "#e58431",
            "gradient": "#dd4f9b",
            "attention": "#4be3ae",
            "output": "#4be3ae",
            "highlight": "#ffdb66",
            "negative": "#4b93e6",
            "neutral": "#1d232d",
            "positive": "#ee7f55",
            "on_light": "#000000",
            "on_dark": "#ffffff",
        }
    ),
    sequential=("#18222b", "#1f4a4a", "#2f8f76", "#4be3ae"),
    terrain=("#2a1f5c", "#2b5a94", "#1f948e", "#6cc36a", "#e6d55a"),
)

LIGHT: Final = Theme(
    "light",
    MappingProxyType(
        {
            "background": "#ffffff",
            "text": "#1b2130",
            "muted": "#6c7482",
            "rule": "#d5dae2",
            "input": "#2366d8",
            "weight": "#b95a10",
            "gradient": "#74105c",
            "attention": "#0a7a55",
            "output": "#0a7a55",
            "highlight": "#4d3d00",
            "negative": "#2b67b5",
            "neutral": "#f3f4f6",
            "positive": "#c2491d",
            "on_light": "#000000",
            "on_dark": "#ffffff",
        }
    ),
    sequential=("#eef3f2", "#b5dccd", "#55ab8a", "#0a7a55"),
    terrain=("#2a1f5c", "#2b5a94", "#1f948e", "#6cc36a", "#e6d55a"),
)

THEMES: Final[Mapping[str, Theme]] = MappingProxyType({"dark": DARK, "light": LIGHT})

_chosen: list[Theme] = []


def use(name: str) -> Theme:
    """Make the theme `name` the one that every later mobject takes its colours from.

    Raises:
        ValueError: for a name that is not in `THEMES`.
    """
    if name not in THEMES:
        raise ValueError(f"Unknown theme {name!r}; choose one of {', '.join(THEMES)}.")
    _chosen[:] = [THEMES[name]]
    return THEMES[name]


def current() -> Theme:
    """The theme in use: what `use` chose, else MLANIM_THEME, else dark."""
    return _chosen[0] if _chosen else use(os.environ.get("MLANIM_THEME", "dark"))


def color(role: str) -> ManimColor:
    """The theme's colour for a role such as "weight" or "muted".

    Raises:
        KeyError: for a role that no theme has; the message lists the roles.
    """
    roles = current().roles
    if role not in roles:
        raise KeyError(f"No role {role!r}; the roles are {', '.join(roles)}.")
    return ManimColor(roles[role])


def rgb(role: str) -> np.ndarray:
    """The colour of a role as floats in 0..1, shape (3,)."""
    return hex_to_rgb(current().roles[role])


def to_color(channels: np.ndarray) -> ManimColor:
    """Floats (3,) in 0..1, such as a colour map gives, as manim's colour."""
    return ManimColor.from_rgb(tuple(float(c) for c in channels))


def hex_to_rgb(value: str) -> np.ndarray:
    """ "#rrggbb" as floats in 0..1, shape (3,)."""
    return np.array([int(value[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def linear_light(colors: np.ndarray) -> np.ndarray:
    """Linear light of sRGB values in 0..1, any shape (IEC 61966-2-1)."""
    return np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)


def relative_luminance(colors: np.ndarray) -> np.ndarray:
    """WCAG 2 relative luminance of sRGB colours, (..., 3) -> (...)."""
    return linear_light(colors) @ np.array([0.2126, 0.7152, 0.0722])


def contrast(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """WCAG 2 contrast ratio of sRGB colours, (..., 3) and (..., 3) -> (...), from 1 to 21."""
    a, b = relative_luminance(first), relative_luminance(second)
    return (np.maximum(a, b) + 0.05) / (np.minimum(a, b) + 0.05)


def readable_on(colors: np.ndarray) -> np.ndarray:
    """For each background colour (..., 3), whether dark ink reads better than white, bool (...).

    With black and white as the inks the better one always reaches 4.58:1.
    """
    return contrast(colors, rgb("on_light")) >= contrast(colors, rgb("on_dark"))
