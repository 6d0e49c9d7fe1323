"""Vectors as torch has them: how one is projected, turned and blended with another.

Everything is computed in float64. Functions take whatever torch reads as an array, work along the
last axis, and return tensors; what a projection leaves is a frozen numpy result. What two vectors
say about each other is measured in `alignment.py`, without torch.
"""

from dataclasses import dataclass
from math import pi

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from mlanim.core.vectors.alignment import Array, have_direction

FLOAT = torch.float64

ANTIPARALLEL = 1e-6  # radians short of a half-turn at which an arc stops being well defined


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
    if not all(have_direction(as_array(length)) for length in lengths):
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


def _unit(vectors: Tensor) -> Tensor:
    return vectors / norm(vectors)[..., None]
