"""SciPy's rotation as far as Manim uses it: the matrix of one turn about an axis.

Importing SciPy's own takes a quarter of the time that importing manim takes with it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

SMALL = 1e-3  # radians; below it SciPy takes the series of sin(angle / 2) / angle


class Rotation:
    """A turn, as of `scipy.spatial.transform.Rotation`, to the last bit."""

    def __init__(self, x: float, y: float, z: float, w: float):
        self._quaternion = x, y, z, w

    @classmethod
    def from_rotvec(cls, rotvec: Any) -> Any:
        """The turn about a vector (3,) by its length in radians; SciPy's for several of them."""
        if np.shape(rotvec) != (3,):
            from scipy.spatial.transform import Rotation as Several

            return Several.from_rotvec(rotvec)
        x, y, z = map(float, rotvec)
        angle = math.sqrt(x * x + y * y + z * z)
        square = angle * angle
        if angle <= SMALL:
            scale = 0.5 - square / 48 + square * square / 3840
        else:
            scale = math.sin(angle / 2) / angle
        return cls(scale * x, scale * y, scale * z, math.cos(angle / 2))

    def as_matrix(self) -> np.ndarray:
        """Its matrix (3, 3), of which the columns are what becomes of the axes."""
        x, y, z, w = self._quaternion
        xx, yy, zz, ww = x * x, y * y, z * z, w * w
        xy, zw, xz, yw, yz, xw = x * y, z * w, x * z, y * w, y * z, x * w
        return np.array(
            [
                [xx - yy - zz + ww, 2 * (xy - zw), 2 * (xz + yw)],
                [2 * (xy + zw), -xx + yy - zz + ww, 2 * (yz - xw)],
                [2 * (xz - yw), 2 * (yz + xw), -xx - yy + zz + ww],
            ]
        )
