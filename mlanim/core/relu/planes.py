"""A plane through a network's inputs: where a picture of many dimensions is taken.

In the plane of three examples places are measured along two unit vectors at right angles, so that
distances are those between inputs. In one that is given by an origin and two directions, they are
measured in these directions as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FLAT = 1e-9


@dataclass(frozen=True)
class Plane:
    """Places (u, v) and the inputs that they stand for: origin + u axes[0] + v axes[1].

    origin: (d,)      axes: (2, d)      marks: (M, 2) places of the examples that it goes through
    """

    origin: np.ndarray
    axes: np.ndarray
    marks: np.ndarray

    def inputs(self, places: np.ndarray) -> np.ndarray:
        """The inputs (N, d) at places (N, 2)."""
        return self.origin + places @ self.axes


def plane_through(examples: np.ndarray) -> Plane:
    """The plane through three examples (3, d), its origin in their mean.

    Raises:
        ValueError: if they lie on one line.
    """
    examples = np.asarray(examples, dtype=float).reshape(3, -1)
    origin = examples.mean(axis=0)
    first, second = examples[1] - examples[0], examples[2] - examples[0]
    length = float(np.linalg.norm(first))
    along = first / length if length else first
    across = second - (second @ along) * along
    height = float(np.linalg.norm(across))
    if not length or height <= FLAT * max(length, float(np.linalg.norm(second))):
        raise ValueError(
            "The three examples of the plane lie on one line, through which there are many planes; "
            "choose three that do not."
        )
    axes = np.stack([along, across / height])
    return Plane(origin, axes, (examples - origin) @ axes.T)


def plane_of(origin: np.ndarray, first: np.ndarray, second: np.ndarray) -> Plane:
    """The plane from an origin (d,) in two directions (d,), measured in these.

    Raises:
        ValueError: for directions that are zero or parallel, or of another size.
    """
    origin, first, second = (np.asarray(a, float).reshape(-1) for a in (origin, first, second))
    if not origin.size == first.size == second.size:
        raise ValueError(
            f"The plane's origin and directions have {origin.size}, {first.size} and {second.size} "
            "numbers; give three of one size."
        )
    axes = np.stack([first, second])
    sizes = np.linalg.svd(axes, compute_uv=False)
    if sizes[1] <= FLAT * sizes[0]:
        raise ValueError("The plane's two directions are parallel; give two that are not.")
    return Plane(origin, axes, np.zeros((1, 2)))
