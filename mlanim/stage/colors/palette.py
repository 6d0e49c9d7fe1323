"""Themes as values, and the arithmetic of their colours. Nothing here imports manim.

The smallest distance between two roles, each kind of full colour blindness simulated, is kept
over 10 in CAM02-UCS; text roles keep a contrast of at least 4.5:1 on their background. Both are
tested, and `custom_theme.py` asks the same of a theme that a user brings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np

LINES: Final[Mapping[str, float]] = MappingProxyType(
    {"hair": 0.45, "thin": 0.7, "line": 1.1, "bold": 1.7}
)
"""Stroke widths on a page, points."""


@dataclass(frozen=True)
class Fonts:
    """Families of text and mathematics, and files that hold those which are not shipped."""

    text: str = "Source Sans Pro"
    math: str = "New Computer Modern Math"
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Theme:
    """Colours by role as hex strings, the anchors of the colour maps, strokes and fonts.

    `signed` anchors the map of signed data: negative, neutral, positive. `lines` are stroke widths
    on a page, in points; a video's follow in proportion.
    """

    name: str
    roles: Mapping[str, str]
    sequential: tuple[str, ...]
    terrain: tuple[str, ...]
    signed: tuple[str, str, str]
    lines: Mapping[str, float] = field(default_factory=lambda: LINES)
    fonts: Fonts = Fonts()

    def diverging(self) -> tuple[str, str, str]:
        """Negative, neutral and positive anchor of signed data."""
        return self.signed

    @property
    def is_dark(self) -> bool:
        """Whether light text stands on a dark ground."""
        return bool(relative_luminance(hex_to_rgb(self.roles["background"])) < 0.18)


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
    signed=("#4b93e6", "#1d232d", "#ee7f55"),
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
            "highlight": "#684000",
            "negative": "#2b67b5",
            "neutral": "#f3f4f6",
            "positive": "#c2491d",
            "on_light": "#000000",
            "on_dark": "#ffffff",
        }
    ),
    sequential=("#eef3f2", "#b5dccd", "#55ab8a", "#0a7a55"),
    terrain=("#2a1f5c", "#2b5a94", "#1f948e", "#6cc36a", "#e6d55a"),
    signed=("#2b67b5", "#f3f4f6", "#c2491d"),
)

PRINT: Final = Theme(
    "print",
    MappingProxyType(
        {
            "background": "#ffffff",
            "text": "#000000",
            "muted": "#595959",
            "rule": "#cfcfcf",
            "input": "#0b3f9c",
            "weight": "#8a4a12",
            "gradient": "#4a0a3c",
            "attention": "#24805f",
            "output": "#24805f",
            "highlight": "#000000",
            "negative": "#1d3f72",
            "neutral": "#9b9b9b",
            "positive": "#a2471c",
            "on_light": "#000000",
            "on_dark": "#ffffff",
        }
    ),
    # In grey only lightness is left, so each map's runs one way from end to end.
    sequential=("#f2f2f2", "#bdbdbd", "#6f6f6f", "#1c1c1c"),
    terrain=("#4a4a4a", "#7a7a7a", "#a8a8a8", "#d4d4d4", "#fafafa"),
    signed=("#22304a", "#9b9b9b", "#f7efe4"),
)

THEMES: Final[Mapping[str, Theme]] = MappingProxyType(
    {"dark": DARK, "light": LIGHT, "print": PRINT}
)
