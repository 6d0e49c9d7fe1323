"""Lines that make way: gaps around names, so that a name can stand anywhere on a grid."""

from __future__ import annotations

import numpy as np

from mlanim.stage.marks.shapes import Segments


def ends_of(lines: Segments) -> np.ndarray:
    """The segments that are drawn now, (N, 2, 2) in manim units."""
    return np.stack([lines.points[0::4, :2], lines.points[3::4, :2]], axis=1)


def cut_around(segments: np.ndarray, centres: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """What discs at `centres` (M, 2) leave of straight segments (N, 2, 2), none of length 0."""
    for centre, radius in zip(centres, radii, strict=True):
        near = _come_near(segments, centre, radius)
        if near.any():
            segments = np.concatenate([segments[~near], *_rests(segments[near], centre, radius)])
    return segments


def _come_near(segments: np.ndarray, centre: np.ndarray, radius: float) -> np.ndarray:
    """Which segments (N,) have a box that comes within `radius` of a place (2,)."""
    start, end = segments[:, 0] - centre, segments[:, 1] - centre
    return np.asarray(
        ((np.minimum(start, end) < radius) & (np.maximum(start, end) > -radius)).all(axis=1)
    )


def _rests(
    segments: np.ndarray, centre: np.ndarray, radius: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Segments that a disc misses, and what is left of the others before and behind it."""
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
    return segments[~hit], before, after
