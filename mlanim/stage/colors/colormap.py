"""Numbers to colours: a sequential, a terrain and a diverging map, interpolated in Oklab.

Oklab (Björn Ottosson, 2020) keeps equal steps of the value near to equal steps for the eye.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from mlanim.stage import theme

Palette = Callable[[np.ndarray], np.ndarray]
"""Colours (N, 3) of values (N,)."""

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def oklab(srgb: np.ndarray) -> np.ndarray:
    """Colours (..., 3) of sRGB in Oklab, whose distances are those seen (Ottosson 2020)."""
    return np.cbrt(theme.linear_light(srgb) @ _TO_LMS.T) @ _TO_LAB.T


def srgb(lab: np.ndarray) -> np.ndarray:
    """Colours (..., 3) of Oklab in sRGB, cut off at its borders."""
    linear = ((lab @ np.linalg.inv(_TO_LAB).T) ** 3) @ np.linalg.inv(_TO_LMS).T
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


@functools.lru_cache(maxsize=32)
def _table(anchors: tuple[str, ...], steps: int = 513) -> np.ndarray:
    labs = oklab(np.array([theme.hex_to_rgb(anchor) for anchor in anchors]))
    at = np.linspace(0, 1, steps)
    stops = np.linspace(0, 1, len(anchors))
    mixed = np.stack([np.interp(at, stops, labs[:, k]) for k in range(3)], axis=1)
    return np.clip(srgb(mixed), 0, 1)


def _look_up(anchors: tuple[str, ...], fractions: np.ndarray) -> np.ndarray:
    table = _table(anchors)
    index = np.rint(np.clip(fractions, 0, 1) * (len(table) - 1)).astype(int)
    return table[index]


def sequential(values: np.ndarray, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Colours (..., 3) of values (...), from the background's side at `low` to full at `high`."""
    return _look_up(theme.current().sequential, _fraction(values, low, high))


def terrain(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Colours (..., 3) of heights (...): dark valleys at `low`, bright peaks at `high`."""
    return _look_up(theme.current().terrain, _fraction(values, low, high))


def diverging(values: np.ndarray, limit: float) -> np.ndarray:
    """Colours (..., 3) of signed values (...): `-limit` negative, 0 neutral, `limit` positive."""
    return _look_up(theme.current().diverging(), _fraction(values, -limit, limit))


def weights_palette(values: np.ndarray) -> np.ndarray:
    """Colours (N, 3) of shares (N,) between 0 and 1."""
    return sequential(values, 0.0, 1.0)


def signed_palette(limit: float) -> Palette:
    """The colours of signed values, full at ±`limit`."""
    return lambda values: diverging(values, limit)


def bivariate(xy: np.ndarray) -> np.ndarray:
    """Colours (N, 3) that give each place in the square [-1, 1]² (N, 2) a hue of its own.

    The hue runs around the centre and the chroma grows outwards, at one Oklab lightness, so a
    piece of a coloured sheet can be recognised wherever it is moved to.
    """
    lightness = 0.72 if theme.current().is_dark else 0.66
    chroma = 0.12 * np.clip(np.linalg.norm(xy, axis=-1), 0, 1.2)
    angle = np.arctan2(xy[..., 1], xy[..., 0])
    lab = np.stack(
        [np.full_like(chroma, lightness), chroma * np.cos(angle), chroma * np.sin(angle)], axis=-1
    )
    return srgb(lab)


def _fraction(values: np.ndarray, low: float, high: float) -> np.ndarray:
    return (np.asarray(values, dtype=float) - low) / ((high - low) or 1.0)
