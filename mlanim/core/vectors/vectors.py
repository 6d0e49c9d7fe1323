"""Vectors: what two of them say about each other, and how one is projected, turned and blended.

    w · x = |w| |x| cos(angle)

The dot product is the signed amplitude of x along w, scaled by |w|. Its square over |w|²|x|², the
energy share cos², is what Malus's law gives for light: that one has lost the sign.

Everything is computed in float64. Functions that transform take whatever torch reads as an array,
work along the last axis, and return tensors; functions that measure return frozen numpy results.
"""

from dataclasses import dataclass
from math import pi

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

Array = NDArray[np.float64]
FLOAT = torch.float64

SHORTEST, LONGEST = 1e-100, 1e100  # lengths whose squares and products float64 still holds
ANTIPARALLEL = 1e-6  # radians short of a half-turn at which an arc stops being well defined


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


@dataclass(frozen=True)
class Projection:
    """x (..., d) split by an orthogonal projector (d, d): x = kept + lost, at right angles.

    `rank` is the dimension of what can pass. The norms are (...); `energy_share` is the sum of
    |kept|² over the sum of |x|², for all of x together.
    """

    projector: Array
    rank: int
    kept: Array
    lost: Array
    kept_norm: Array
    lost_norm: Array
    energy_share: float


def as_tensor(values: ArrayLike | Tensor) -> Tensor:
    """The values in float64. A tensor keeps its gradient; an array is copied."""
    if isinstance(values, Tensor):
        return values.to(FLOAT)
    return torch.from_numpy(np.array(values, dtype=np.float64))


def as_array(values: Tensor) -> Array:
    """The values as a numpy array of their own, without gradient."""
    return values.detach().numpy().copy()


def as_vector(name: str, values: ArrayLike | Tensor, dimension: int | None = None) -> Tensor:
    """The values as a float64 vector (d,) that has a direction.

    Raises ValueError where there are not `dimension` numbers, and where the vector is zero, not
    finite, or so short or long that products of its squares leave float64.
    """
    vector = as_tensor(values)
    wanted = f"{dimension or 'one or more'} finite numbers, not all 0"
    if vector.ndim != 1 or (dimension is not None and len(vector) != dimension):
        raise ValueError(f"{name} has the shape {tuple(vector.shape)}; give {wanted}")
    if not _have_direction(norm(vector)):
        shown = np.array2string(vector.detach().numpy(), threshold=6, edgeitems=2)
        raise ValueError(
            f"{name} = {shown} has length {float(norm(vector)):g} and no usable "
            f"direction; give {wanted}, with a length from {SHORTEST:g} to {LONGEST:g}"
        )
    return vector


def from_polar(length: ArrayLike | Tensor, angle: ArrayLike | Tensor) -> Tensor:
    """Plane vectors (..., 2) of a length (...) at an angle (...) in radians from the first axis."""
    radius, theta = as_tensor(length), as_tensor(angle)
    if not bool(((radius >= 0) & radius.isfinite()).all() and theta.isfinite().all()):
        raise ValueError(
            f"length {radius.tolist()} at angle {theta.tolist()} is no vector; "
            "give a finite length of at least 0 and a finite angle in radians"
        )
    return radius[..., None] * torch.stack((theta.cos(), theta.sin()), -1)


def norm(vectors: Tensor) -> Tensor:
    """Euclidean lengths (...) of vectors (..., d)."""
    return torch.linalg.vector_norm(vectors, dim=-1)


def angle_between(a: ArrayLike | Tensor, b: ArrayLike | Tensor) -> Tensor:
    """Unsigned angle (...) in radians, 0 to pi, between nonzero a and b (..., d).

    From the sum and the difference of the unit vectors, which stays accurate where arccos of the
    cosine does not: near 0 and near pi (Kahan 2006, "How futile are mindless assessments", §12).
    """
    u, v = _unit(as_tensor(a)), _unit(as_tensor(b))
    return 2 * torch.atan2(norm(u - v), norm(u + v))


def alignment(w: ArrayLike | Tensor, x: ArrayLike | Tensor) -> Alignment:
    """Dot product, angle and shadow of x (d,) on w (d,).

    Raises ValueError for a zero or non-finite vector, and where the two differ in dimension.
    """
    first = as_vector("w", w)
    second = as_vector("x", x, len(first))
    return _measure(first[None], second[None]).at(0)


def alignment_sweep(
    w: ArrayLike | Tensor, x_length: float, angles: ArrayLike | Tensor
) -> AlignmentSweep:
    """x of a fixed length at each angle (T,), in radians, counter-clockwise from w in the plane.

    The sweep keeps the angles as given, so a half-turn stays +pi or -pi, whichever was asked for.
    Raises ValueError for a w without direction, or a length that is not positive and finite.
    """
    fixed = as_vector("w", w, 2)
    if not _have_direction(as_tensor(x_length)):
        raise ValueError(
            f"x_length = {x_length} leaves x without a direction; give a positive finite length"
        )
    theta = as_tensor(angles)
    x = rotate(x_length * _unit(fixed), theta)
    return _measure(fixed.expand_as(x), x, theta)


def magnitude_sweep(
    w: ArrayLike | Tensor, x: ArrayLike | Tensor, scales: ArrayLike | Tensor
) -> AlignmentSweep:
    """The plane pair (w, x) with lengths multiplied by scales (T, 2): columns for w and for x.

    The angle between them does not change; the product changes by the product of the two scales.
    Raises ValueError for a vector without direction, or a scale that is not positive and finite.
    """
    factors = as_tensor(scales)
    if not bool(((factors > 0) & factors.isfinite()).all()):
        raise ValueError(
            f"scales reach {float(factors.min()):g}; a scale must be positive and finite, "
            "because a vector of length 0 has no angle"
        )
    return _measure(
        factors[:, :1] * as_vector("w", w, 2),
        factors[:, 1:] * as_vector("x", x, 2),
    )


def project(x: ArrayLike | Tensor, basis: ArrayLike | Tensor) -> Projection:
    """Split x (..., d) by the orthogonal projector on the span of basis (d, k): its columns.

    P = B (Bᵀ B)⁻¹ Bᵀ, built as U Uᵀ from the left singular vectors of B, which is the same matrix
    and exists for dependent columns too. A basis (d,) is one column. Raises ValueError where x or
    basis is not finite or holds nothing but 0.
    """
    vectors, columns = as_tensor(x), as_tensor(basis)
    if not all(bool(v.isfinite().all() and v.any()) for v in (vectors, columns)):
        raise ValueError("x and basis must be finite and each hold a nonzero vector; give others")
    left, sigma, _ = torch.linalg.svd(columns.reshape(len(columns), -1), full_matrices=False)
    spanning = left[:, sigma > numerical_floor(sigma)]
    projector = spanning @ spanning.T
    kept = vectors @ projector
    share = kept.square().sum() / vectors.square().sum()
    return Projection(
        projector=as_array(projector),
        rank=spanning.shape[1],
        kept=as_array(kept),
        lost=as_array(vectors - kept),
        kept_norm=as_array(norm(kept)),
        lost_norm=as_array(norm(vectors - kept)),
        energy_share=float(share),
    )


def numerical_floor(sigma: Tensor) -> Tensor:
    """The size (...) up to which one of the singular values (..., k) is rounding, not rank."""
    return 4 * sigma.shape[-1] * torch.finfo(sigma.dtype).eps * sigma.amax(-1)


def mask(x: ArrayLike | Tensor, m: ArrayLike | Tensor) -> Tensor:
    """x (..., d) with the axes where m (d,) is 0 set to 0: a projection along the axes.

    Raises ValueError where m holds anything but 0 and 1.
    """
    keep = as_tensor(m)
    if not bool(((keep == 0) | (keep == 1)).all()):
        raise ValueError(f"a mask holds only 0 and 1, not {keep.tolist()}; use a vector gate")
    return as_tensor(x) * keep


def rotate(x: ArrayLike | Tensor, angle: ArrayLike | Tensor) -> Tensor:
    """Plane vectors x (..., 2) turned counter-clockwise by angle (...) in radians, broadcast."""
    vectors, theta = as_tensor(x), as_tensor(angle)
    c, s = theta.cos(), theta.sin()
    a, b = vectors[..., 0], vectors[..., 1]
    return torch.stack((c * a - s * b, s * a + c * b), -1)


def lerp(a: ArrayLike | Tensor, b: ArrayLike | Tensor, g: ArrayLike | Tensor) -> Tensor:
    """The straight blend g·a + (1 - g)·b: a (..., d) where the gate g (...) is 1, b at 0."""
    gate = as_tensor(g)[..., None]
    return gate * as_tensor(a) + (1 - gate) * as_tensor(b)


def slerp(a: ArrayLike | Tensor, b: ArrayLike | Tensor, g: ArrayLike | Tensor) -> Tensor:
    """The blend along the arc, with `lerp`'s ends: a (..., d) where the gate g (...) is 1, b at 0.

    The direction turns at constant speed (Shoemake 1985, "Animating rotation with quaternion
    curves") and the length passes evenly from one to the other, so equal lengths are kept.
    Raises ValueError for a zero vector, and for opposite ones, between which no arc is shortest.
    """
    first, second, gate = as_tensor(a), as_tensor(b), as_tensor(g)
    lengths = norm(first), norm(second)
    if not (_have_direction(lengths[0]) and _have_direction(lengths[1])):
        raise ValueError("an arc needs two directions; give finite vectors that are not zero")
    theta = angle_between(first, second)
    if not bool((theta < pi - ANTIPARALLEL).all()):
        raise ValueError(
            "the two vectors point in opposite directions, so every half-circle between them "
            "is equally short; turn one of them a little"
        )
    turns = _arc_weight(gate, theta), _arc_weight(1 - gate, theta)
    direction = turns[0][..., None] * _unit(first) + turns[1][..., None] * _unit(second)
    return lerp(lengths[0][..., None], lengths[1][..., None], gate) * direction


def _arc_weight(gate: Tensor, theta: Tensor) -> Tensor:
    """sin(g θ) / sin θ, through sinc so that it goes over into g as θ goes to 0."""
    return gate * torch.sinc(gate * theta / pi) / torch.sinc(theta / pi)


def _have_direction(lengths: Tensor) -> bool:
    return bool(((lengths >= SHORTEST) & (lengths <= LONGEST)).all())


def _unit(vectors: Tensor) -> Tensor:
    return vectors / norm(vectors)[..., None]


def _signed_angle(w: Tensor, x: Tensor) -> Tensor:
    """Angle (...) in radians from plane vectors w to x, in (-pi, pi]."""
    cross = w[..., 0] * x[..., 1] - w[..., 1] * x[..., 0]
    return torch.atan2(cross + 0.0, (w * x).sum(-1))  # + 0.0: atan2 reads a side into -0.0


def _measure(w: Tensor, x: Tensor, angle: Tensor | None = None) -> AlignmentSweep:
    """Every number of `AlignmentSweep` for w and x (T, d)."""
    if angle is None:
        angle = _signed_angle(w, x) if w.shape[-1] == 2 else angle_between(w, x)
    axis = _unit(w)
    shadow_length = (x * axis).sum(-1)
    shadow = shadow_length[..., None] * axis
    cosine = (shadow_length / norm(x)).clamp(-1, 1)
    return AlignmentSweep(
        w=as_array(w),
        x=as_array(x),
        dot=as_array((w * x).sum(-1)),
        cosine=as_array(cosine),
        angle=as_array(angle),
        w_norm=as_array(norm(w)),
        x_norm=as_array(norm(x)),
        shadow_length=as_array(shadow_length),
        shadow=as_array(shadow),
        residual=as_array(x - shadow),
        energy_share=as_array(cosine.square()),
    )
