"""What two vectors say about each other: product, angle, and the shadow of one on the other.

    w · x = |w| |x| cos(angle)

The dot product is the signed amplitude of x along w, scaled by |w|. Its square over |w|²|x|², the
energy share cos², is what Malus's law gives for light: that one has lost the sign.

Everything is computed in float64 by numpy alone: whoever needs no gradient need not wait for torch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

SHORTEST, LONGEST = 1e-100, 1e100  # lengths whose squares and products float64 still holds


@dataclass(frozen=True)
class Alignment:
    """How x lies relative to w, both (d,).

    `angle` is in radians from w to x: signed, counter-clockwise positive, in the plane, and from
    0 to pi otherwise. `shadow` (d,) is the projection of x on the line of w, `shadow_length` its
    signed length, `residual` (d,) what is left of x, and `energy_share` is cosine².
    """

    w: Array
    x: Array
    dot: float
    cosine: float
    angle: float
    w_norm: float
    x_norm: float
    shadow_length: float
    shadow: Array
    residual: Array
    energy_share: float


@dataclass(frozen=True)
class AlignmentSweep:
    """The fields of `Alignment` at T moments: vectors are (T, 2), numbers (T,)."""

    w: Array
    x: Array
    dot: Array
    cosine: Array
    angle: Array
    w_norm: Array
    x_norm: Array
    shadow_length: Array
    shadow: Array
    residual: Array
    energy_share: Array

    def at(self, index: int) -> Alignment:
        """The alignment at one of the T moments."""
        return Alignment(
            w=self.w[index],
            x=self.x[index],
            dot=float(self.dot[index]),
            cosine=float(self.cosine[index]),
            angle=float(self.angle[index]),
            w_norm=float(self.w_norm[index]),
            x_norm=float(self.x_norm[index]),
            shadow_length=float(self.shadow_length[index]),
            shadow=self.shadow[index],
            residual=self.residual[index],
            energy_share=float(self.energy_share[index]),
        )


def as_vector(name: str, values: ArrayLike, dimension: int | None = None) -> Array:
    """The values as a float64 vector (d,) of their own that has a direction.

    Raises ValueError where there are not `dimension` numbers, and where the vector is zero, not
    finite, or so short or long that products of its squares leave float64.
    """
    vector = np.array(values, dtype=np.float64)
    wanted = f"{dimension or 'one or more'} finite numbers, not all 0"
    if vector.ndim != 1 or (dimension is not None and len(vector) != dimension):
        raise ValueError(f"{name} has the shape {vector.shape}; give {wanted}")
    if not have_direction(_norm(vector)):
        shown = np.array2string(vector, threshold=6, edgeitems=2)
        raise ValueError(
            f"{name} = {shown} has length {_norm(vector):g} and no usable "
            f"direction; give {wanted}, with a length from {SHORTEST:g} to {LONGEST:g}"
        )
    return vector


def from_polar(length: ArrayLike, angle: ArrayLike) -> Array:
    """Plane vectors (..., 2) of a length (...) at an angle (...) in radians from the first axis."""
    radius, theta = np.asarray(length, dtype=float), np.asarray(angle, dtype=float)
    if not (np.all((radius >= 0) & np.isfinite(radius)) and np.isfinite(theta).all()):
        raise ValueError(
            f"length {radius.tolist()} at angle {theta.tolist()} is no vector; "
            "give a finite length of at least 0 and a finite angle in radians"
        )
    return radius[..., None] * np.stack((np.cos(theta), np.sin(theta)), -1)


def have_direction(lengths: ArrayLike) -> bool:
    """Whether vectors of these lengths (...) have a direction that float64 can tell."""
    return bool(np.all((np.asarray(lengths) >= SHORTEST) & (np.asarray(lengths) <= LONGEST)))


def alignment(w: ArrayLike, x: ArrayLike) -> Alignment:
    """Dot product, angle and shadow of x (d,) on w (d,).

    Raises ValueError for a zero or non-finite vector, and where the two differ in dimension.
    """
    first = as_vector("w", w)
    second = as_vector("x", x, len(first))
    return _measure(first[None], second[None]).at(0)


def alignment_sweep(w: ArrayLike, x_length: float, angles: ArrayLike) -> AlignmentSweep:
    """x of a fixed length at each angle (T,), in radians, counter-clockwise from w in the plane.

    The sweep keeps the angles as given, so a half-turn stays +pi or -pi, whichever was asked for.
    Raises ValueError for a w without direction, or a length that is not positive and finite.
    """
    fixed = as_vector("w", w, 2)
    if not have_direction(x_length):
        raise ValueError(
            f"x_length = {x_length} leaves x without a direction; give a positive finite length"
        )
    theta = np.array(angles, dtype=float)
    along = x_length * _unit(fixed)
    across = np.array([-along[1], along[0]])
    x = np.cos(theta)[:, None] * along + np.sin(theta)[:, None] * across
    return _measure(np.broadcast_to(fixed, x.shape), x, theta)


def magnitude_sweep(w: ArrayLike, x: ArrayLike, scales: ArrayLike) -> AlignmentSweep:
    """The plane pair (w, x) with lengths multiplied by scales (T, 2): columns for w and for x.

    The angle between them does not change; the product changes by the product of the two scales.
    Raises ValueError for a vector without direction, or a scale that is not positive and finite.
    """
    factors = np.asarray(scales, dtype=float)
    if not np.all((factors > 0) & np.isfinite(factors)):
        raise ValueError(
            f"scales reach {factors.min():g}; a scale must be positive and finite, "
            "because a vector of length 0 has no angle"
        )
    return _measure(
        factors[:, :1] * as_vector("w", w, 2),
        factors[:, 1:] * as_vector("x", x, 2),
    )


def _angle_between(a: ArrayLike, b: ArrayLike) -> Array:
    """Unsigned angle (...) in radians, 0 to pi, between nonzero a and b (..., d).

    From the sum and the difference of the unit vectors, which stays accurate where arccos of the
    cosine does not: near 0 and near pi (Kahan 2006, "How futile are mindless assessments", §12).
    """
    u, v = _unit(np.asarray(a, dtype=float)), _unit(np.asarray(b, dtype=float))
    return np.asarray(2 * np.arctan2(_norm(u - v), _norm(u + v)))


def _norm(vectors: Array) -> Array:
    return np.asarray(np.hypot.reduce(vectors, axis=-1))  # squares could overflow


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / _norm(vectors)[..., None])


def _signed_angle(w: Array, x: Array) -> Array:
    """Angle (...) in radians from plane vectors w to x, in (-pi, pi]."""
    cross = w[..., 0] * x[..., 1] - w[..., 1] * x[..., 0]
    return np.asarray(np.arctan2(cross + 0.0, (w * x).sum(-1)))  # it reads a side into -0.0


def _measure(w: Array, x: Array, angle: Array | None = None) -> AlignmentSweep:
    """Every number of `AlignmentSweep` for w and x (T, d)."""
    if angle is None:
        angle = _signed_angle(w, x) if w.shape[-1] == 2 else _angle_between(w, x)
    axis = _unit(w)
    shadow_length = (x * axis).sum(-1)
    shadow = shadow_length[..., None] * axis
    cosine = (shadow_length / _norm(x)).clip(-1, 1)
    return AlignmentSweep(
        w=np.array(w),
        x=np.array(x),
        dot=(w * x).sum(-1),
        cosine=cosine,
        angle=angle,
        w_norm=_norm(w),
        x_norm=_norm(x),
        shadow_length=shadow_length,
        shadow=shadow,
        residual=x - shadow,
        energy_share=cosine**2,
    )
