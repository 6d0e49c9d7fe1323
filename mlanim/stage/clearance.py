"""Lines that make way: gaps around names, so that a name can stand anywhere on a grid."""

from __future__ import annotations

import numpy as np

from mlanim.stage.shapes import Segments


def ends_of(lines: Segments) -> np.ndarray:
    """The segments that are drawn now, (N, 2, 2) in manim units."""
    return np.stack([lines.points[0::4, :2], lines.points[3::4, :2]], axis=1)


def cut_around(segments: np.ndarray, centre: np.ndarray, radius: float) -> np.ndarray:
    """What a disc at `centre` (2,) leaves of straight segments (N, 2, 2), none of length 0."""
    start, end = segments[:, 0], segments[:, 1]
    length = np.linalg.norm(end - start, axis=1)
    along = (end - start) / length[:, None]
    middle = np.sum((centre - start) * along, axis=1)
    apart = np.linalg.norm(start + middle[:, None] * along - centre, axis=1)
    half = np.sqrt(np.maximum(radius**2 - apart**2, 0))
    leaves, returns = np.clip(middle - half, 0, length), np.clip(middle + half, 0, length)
    hit = leaves < returns
    before = np.stack([start, start + leaves[:, None] * along], axis=1)[hit & (leaves > 0)]
    after = np.stack([start + returns[:, None] * along, end], axis=1)[hit & (returns < length)]
    return np.concatenate([segments[~hit], before, after])
