"""Small two-class data sets in the plane, drawn from a seed.

Each is centred on the origin and about as wide as the square [-1.5, 1.5]^2, so that one sheet of
paper carries any of them. The noise is normal and unclipped: a point may lie a little outside.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

NOISE = 0.09
TRAIN_SIZE = 200
TEST_SIZE = 200

HELD_OUT = 4  # one point of so many of a user's takes no part in training
FEWEST = 4  # points of each class
FITS, SIDE = 2.0, 1.5  # how far out points may lie as they are, and how far they lie once scaled

Curve = Callable[[np.random.Generator, int, int], np.ndarray]


@dataclass(frozen=True)
class PlaneDataset:
    """Points of two classes in the plane, in shuffled order, the classes equally many.

    train_points: (N, 2) float64     train_labels: (N,) int64, 0 or 1
    test_points:  (M, 2) float64     test_labels:  (M,) int64, 0 or 1
    noise: the standard deviation of the normal noise on both coordinates
    """

    name: str
    seed: int
    noise: float
    train_points: np.ndarray
    train_labels: np.ndarray
    test_points: np.ndarray
    test_labels: np.ndarray
    is_scaled: bool = False  # whether a user's points were moved and stretched along each axis


def _moon(rng: np.random.Generator, count: int, label: int) -> np.ndarray:
    """Half a circle: class 0 arches up, class 1 is the same arch turned by half a turn."""
    angle = rng.uniform(0.0, np.pi, count)
    arch = np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25], axis=1)
    return 0.9 * (arch if label == 0 else -arch)


def _circle(rng: np.random.Generator, count: int, label: int) -> np.ndarray:
    """The circle of radius 1.2 (class 0) or 0.5 (class 1) around the origin."""
    angle = rng.uniform(0.0, 2.0 * np.pi, count)
    return (1.2, 0.5)[label] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _spiral(rng: np.random.Generator, count: int, label: int) -> np.ndarray:
    """One arm of a double spiral, one turn long; class 1 is the opposite arm."""
    along = np.sqrt(rng.uniform(0.0, 1.0, count))
    angle, radius = 2.0 * np.pi * along + np.pi * label, 0.2 + 1.15 * along
    return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _xor(rng: np.random.Generator, count: int, label: int) -> np.ndarray:
    """Squares in two opposite quadrants: class 1 where the coordinates differ in sign."""
    size = rng.uniform(0.2, 1.3, (count, 2))
    side = rng.choice([-1.0, 1.0], count)
    return size * np.stack([side, side if label == 0 else -side], axis=1)


def _cloud(rng: np.random.Generator, count: int, label: int) -> np.ndarray:
    """A round normal cloud; the two lie on opposite sides of the origin."""
    centre = np.array([-0.8, 0.35]) if label else np.array([0.8, -0.35])
    return centre + 0.28 * rng.standard_normal((count, 2))


SHAPES: dict[str, Curve] = {
    "moons": _moon, "circles": _circle, "spiral": _spiral, "xor": _xor, "clouds": _cloud,
}  # fmt: skip


def _labelled(
    shape: Curve, rng: np.random.Generator, count: int, noise: float
) -> tuple[np.ndarray, np.ndarray]:
    labels = rng.permutation(np.arange(count) % 2).astype(np.int64)
    points = np.empty((count, 2))
    for label in (0, 1):
        points[labels == label] = shape(rng, int((labels == label).sum()), label)
    return points + noise * rng.standard_normal((count, 2)), labels


def plane_dataset(
    name: str,
    seed: int,
    train_size: int = TRAIN_SIZE,
    test_size: int = TEST_SIZE,
    noise: float = NOISE,
) -> PlaneDataset:
    """Draws a training and a test set of the same shape, independently of each other.

    Raises ValueError for an unknown name, a negative seed, a size under 2, or a noise that is
    negative or not finite.
    """
    if name not in SHAPES:
        raise ValueError(f"The data set {name!r} is unknown: choose one of {', '.join(SHAPES)}.")
    if seed < 0:
        raise ValueError(f"The seed is {seed}: give an integer of at least 0.")
    if min(train_size, test_size) < 2:
        raise ValueError(
            f"The sizes are {train_size} and {test_size}: give at least 2 points each."
        )
    if not (np.isfinite(noise) and noise >= 0):
        raise ValueError(f"The noise is {noise}: give a finite number of at least 0.")
    rng = np.random.default_rng(seed)
    train = _labelled(SHAPES[name], rng, train_size, noise)
    test = _labelled(SHAPES[name], rng, test_size, noise)
    return PlaneDataset(name, seed, float(noise), *train, *test)


def dataset_of(data: str | Sequence[tuple[float, float, int]], seed: int) -> PlaneDataset:
    """One of the data sets by its name, or a user's own points: x, y and a label, 0 or 1.

    Of each class of the user's points every fourth is for testing, in an order that the seed draws.
    Points of which one lies more than 2 from the origin along an axis are moved and stretched along
    both, so that they fill the square [-1.5, 1.5]^2: a straight boundary stays straight.

    Raises ValueError for an unknown name, or fewer than 4 points of a class.
    """
    if isinstance(data, str):
        return plane_dataset(data, seed)
    table = np.array(data, dtype=float).reshape(-1, 3)
    points, labels = table[:, :2], table[:, 2].astype(np.int64)
    counts = [int((labels == label).sum()) for label in (0, 1)]
    if min(counts) < FEWEST or sum(counts) < len(labels):
        raise ValueError(
            f"The points are {counts[0]} of class 0 and {counts[1]} of class 1, of {len(labels)}; "
            f"give at least {FEWEST} of each, labelled 0 and 1."
        )
    is_scaled = bool(np.abs(points).max() > FITS)
    if is_scaled:
        low, high = points.min(axis=0), points.max(axis=0)
        points = SIDE * (2 * points - low - high) / np.maximum(high - low, np.finfo(float).tiny)
    order = np.random.default_rng(seed).permutation(len(labels))
    of_class = [order[labels[order] == label] for label in (0, 1)]
    test = np.concatenate([rows[::HELD_OUT] for rows in of_class])
    train = order[~np.isin(order, test)]
    return PlaneDataset(
        "own", seed, 0.0, points[train], labels[train], points[test], labels[test], is_scaled
    )
