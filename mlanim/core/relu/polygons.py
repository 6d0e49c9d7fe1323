"""Convex polygons as arrays, cut by straight lines many at a time.

Polygons are (C, K, 2): C of them with their corners in order; one with fewer than K corners repeats
its last one. A line is the zero set of a function a x + b y + c, given as its coefficients (3,).
Everything is computed in float64, and nothing is sampled.
"""

from collections.abc import Sequence

import numpy as np

ON_THE_LINE = 1e-12


class TooManyRegions(ValueError):
    """There are more polygons than one wants to hold."""


def box(left: float, right: float, bottom: float, top: float) -> np.ndarray:
    """The corners (4, 2) of a rectangle, counter-clockwise."""
    return np.array([[left, bottom], [right, bottom], [right, top], [left, top]], dtype=float)


def square(half_width: float) -> np.ndarray:
    """The corners (4, 2) of [-half_width, half_width]^2, counter-clockwise."""
    return box(-half_width, half_width, -half_width, half_width)


def area(polygons: np.ndarray) -> np.ndarray:
    """The areas (...) of polygons (..., K, 2); positive where corners run counter-clockwise."""
    return _triangles(polygons)[1].sum(axis=-1) / 2


def centroid(polygons: np.ndarray) -> np.ndarray:
    """The centres of mass (..., 2) of polygons (..., K, 2): triangles' centres, weighed by area."""
    from_first, weights = _triangles(polygons)
    centres = (from_first[..., :-1, :] + from_first[..., 1:, :]) / 3
    whole = weights.sum(axis=-1, keepdims=True)
    return polygons[..., 0, :] + (weights[..., None] * centres).sum(axis=-2) / whole


def _triangles(polygons: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners from the first one (..., K - 1, 2), and twice the areas of its triangles."""
    from_first = polygons[..., 1:, :] - polygons[..., :1, :]
    x, y = from_first[..., 0], from_first[..., 1]
    return from_first, x[..., :-1] * y[..., 1:] - x[..., 1:] * y[..., :-1]


def corner_counts(polygons: np.ndarray) -> np.ndarray:
    """How many corners (C,) are a polygon's own, in (C, K, 2)."""
    return _own(polygons).sum(axis=1)


def _own(polygons: np.ndarray) -> np.ndarray:
    """Which corners (C, K) do not repeat the one before."""
    first = np.ones((len(polygons), 1), dtype=bool)
    return np.concatenate([first, (polygons[:, 1:] != polygons[:, :-1]).any(axis=2)], axis=1)


def on_the_line(
    polygons: np.ndarray, lines: np.ndarray, sizes: np.ndarray | None = None
) -> np.ndarray:
    """The values (C, K) of a x + b y + c at the corners, with rounding dust set to zero.

    polygons: (C, K, 2), lines: (C, 3). A corner counts as being on the line when its value is
    within 1e-12 of the size of what was added up: without that, a line through a corner would cut
    off slivers. `sizes` (C, 3) are the sizes of what the coefficients themselves came from, where
    that is more than they are.
    """
    x, y = polygons[..., 0], polygons[..., 1]
    a, b, c = lines.T[..., None]
    values = x * a + y * b + c
    a, b, c = np.abs(lines if sizes is None else sizes).T[..., None]
    scale = np.abs(x) * a + np.abs(y) * b + c
    return np.where(np.abs(values) <= ON_THE_LINE * scale, 0.0, values)


def crosses(values: np.ndarray) -> np.ndarray:
    """Where values (C, K) at a polygon's corners take both signs: (C,) bool."""
    return (values.min(axis=1) < 0) & (values.max(axis=1) > 0)


def split(polygons: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cuts convex polygons where an affine function of each is zero.

    polygons: (C, K, 2), values: (C, K) the function at the corners, of both signs. Returns the
    parts where it is negative, those where it is positive, both with the corners in the old order,
    and the cuts (C, 2, 2).
    """
    following, after = np.roll(polygons, -1, axis=1), np.roll(values, -1, axis=1)
    crossed = ((values < 0) & (after > 0)) | ((values > 0) & (after < 0))
    share = np.divide(values, values - after, out=np.zeros_like(values), where=crossed)
    points = polygons + (following - polygons) * share[..., None]
    count, corners = values.shape
    slots = np.stack([polygons, points], axis=2).reshape(count, 2 * corners, 2)
    own = _own(polygons)

    def side(of: np.ndarray) -> np.ndarray:
        return _packed(slots, np.stack([own & of, crossed], axis=2).reshape(count, 2 * corners))

    return side(values <= 0), side(values >= 0), side(values == 0)[:, :2]


def _packed(slots: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """The kept ones (C, N) of slots (C, N, 2), in order and without gaps."""
    counts = kept.sum(axis=1)
    order = np.argsort(~kept, axis=1, kind="stable")[:, : int(counts.max(initial=0))]
    last = np.minimum(np.arange(order.shape[1]), counts[:, None] - 1)
    index = np.take_along_axis(order, last, axis=1)
    return np.take_along_axis(slots, index[..., None], axis=1)


def widened(polygons: np.ndarray, corners: int) -> np.ndarray:
    """The polygons (C, K, 2) with room for so many corners."""
    missing = corners - polygons.shape[1]
    return polygons if missing <= 0 else np.pad(polygons, ((0, 0), (0, missing), (0, 0)), "edge")


def joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Several arrays of polygons as one."""
    widest = max(part.shape[1] for part in parts)
    return np.concatenate([widened(part, widest) for part in parts])


def pieces(
    polygons: np.ndarray, lines: np.ndarray, most: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The parts into which lines cut polygons, and the polygon (D,) that each is part of.

    polygons: (C, K, 2); lines: (n, C, 3), n for each of them, taken in turn. The parts of a polygon
    stay together, those on a line's negative side first.

    Raises:
        TooManyRegions: if there would be more than `most` parts.
    """
    owner = np.arange(len(polygons))
    for line in lines:
        values = on_the_line(polygons, line[owner])
        crossed = crosses(values)
        where = np.flatnonzero(crossed)
        if not len(where):
            continue
        if most is not None and len(polygons) + len(where) > most:
            raise TooManyRegions
        below, above, _ = split(polygons[where], values[where])
        index = np.repeat(np.arange(len(polygons)), 1 + crossed)
        corners = max(below.shape[1], above.shape[1])
        polygons, owner = widened(polygons, corners)[index], owner[index]
        first = where + np.arange(len(where))
        polygons[first] = widened(below, polygons.shape[1])
        polygons[first + 1] = widened(above, polygons.shape[1])
    return polygons, owner


def largest_pieces(
    polygons: np.ndarray, maps: np.ndarray, most: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The parts of polygons on which each of k affine functions is the largest.

    polygons: (C, K, 2); maps: (k, C, 3), functions of each polygon. Returns the parts (D, K', 2),
    the polygon (D,) that each is part of and the function (D,) that is largest there. Of functions
    that are the same all over a polygon the first counts.

    Raises:
        TooManyRegions: if there would be more than `most` parts.
    """
    parts, owners, largest = [], [], []
    for one in range(len(maps)):
        part, owner = polygons, np.arange(len(polygons))
        for other in range(len(maps)):
            if other != one:
                mine, theirs = maps[one, owner], maps[other, owner]
                sizes = np.abs(mine) + np.abs(theirs)
                part, kept = _above(part, mine - theirs, sizes, ties=one < other)
                owner = owner[kept]
        parts.append(part)
        owners.append(owner)
        largest.append(np.full(len(part), one))
        if most is not None and sum(map(len, parts)) > most:
            raise TooManyRegions
    order = np.argsort(np.concatenate(owners), kind="stable")
    return joined(parts)[order], np.concatenate(owners)[order], np.concatenate(largest)[order]


def _above(
    polygons: np.ndarray, lines: np.ndarray, sizes: np.ndarray, ties: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The parts of polygons where a function is positive, and whose they are.

    With `ties`, polygons on which it is zero all over are kept too.
    """
    values = on_the_line(polygons, lines, sizes)
    kept = (values > 0).any(axis=1) | (ties & (values == 0).all(axis=1))
    polygons, values = polygons[kept], values[kept]
    where = np.flatnonzero(crosses(values))
    if len(where):
        above = split(polygons[where], values[where])[1]
        polygons = widened(polygons, above.shape[1]).copy()
        polygons[where] = widened(above, polygons.shape[1])
    return polygons, np.flatnonzero(kept)
