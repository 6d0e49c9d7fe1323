"""Gates: a signal multiplied by a number, by a vector or by a matrix; blends; rotary positions.

    scalar gate  g x        one share for the whole signal
    vector gate  g ⊙ x      one share for each axis
    matrix gate  G x        the axes mix; projection, masking and rotation are special cases

A matrix gate acts on the features of each vector alone. Attention multiplies from the other side:
it mixes the positions, and leaves the feature axes apart. A residual connection x + f(x) is an
addition, not an interpolation g x₁ + (1 - g) x₂.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from mlanim.core.vectors.alignment import Array
from mlanim.core.vectors.vectors import (
    FLOAT,
    as_array,
    as_tensor,
    lerp,
    norm,
    numerical_floor,
    rotate,
    slerp,
)


@dataclass(frozen=True)
class GatePath:
    """A gate easing in over S moments, and what it does to a vector and to the plane.

    `share` (S,) runs from 0, where nothing is gated, to 1, the whole gate; `matrices` (S, 2, 2) are
    the linear maps on the way. `output` (S, 2) is the image of the vector, `norm` (S,) its length,
    `energy` (S,) the share of the squared length that is left, and `turn` (S,) the angle from the
    vector to its image, degrees, followed beyond a half-turn. `singular_values` (S, 2) are the
    half-axes of the unit circle's image, the larger first, `rank` (S,) the dimensions that survive,
    and `area_change` (S,) is |det|.
    """

    share: Array
    matrices: Array
    output: Array
    norm: Array
    energy: Array
    turn: Array
    singular_values: Array
    rank: NDArray[np.int64]
    area_change: Array


@dataclass(frozen=True)
class Blends:
    """g x₁ + (1 - g) x₂ on the line and on the arc, (S, 2), and their norms, (S,).

    x₁ is where the `gate` (S,) is 1, and x₂ where it is 0.
    """

    gate: Array
    line: Array
    line_norm: Array
    arc: Array
    arc_norm: Array


@dataclass(frozen=True)
class Interpolation:
    """From x₁ to x₂ on two ways.

    The line is shortest at the gate `nearest`, with the length `line_least`; `arc_least` is that
    of the shorter end. `addition_norm` is |x₁ + x₂|, what a residual connection gives instead.
    """

    blends: Blends
    nearest: float
    line_least: float
    arc_least: float
    addition_norm: float


@dataclass(frozen=True)
class RotaryScores:
    """Scores of a query (d,) and a key (d,) turned by their positions (N,).

    `turned_query` and `turned_key` are (N, d), and `scores` [m, n] (N, N) is the product of the
    query at position m with the key at n. `by_offset` (2 N - 1,) is the same product computed from
    each of the `offsets` m - n alone.
    """

    positions: Array
    turned_query: Array
    turned_key: Array
    scores: Array
    offsets: Array
    by_offset: Array


def rotation_matrix(angle: ArrayLike | Tensor) -> Tensor:
    """The matrices (..., 2, 2) that turn the plane by an angle (...) in radians."""
    theta = as_tensor(angle)
    return rotate(torch.eye(2, dtype=FLOAT), theta[..., None]).mT


def ease_in(matrix: ArrayLike | Tensor, share: ArrayLike | Tensor) -> Tensor:
    """(1 - t) I + t G for each share t (S,) of the gate G (d, d): matrices (S, d, d)."""
    whole, t = as_tensor(matrix), as_tensor(share)[..., None, None]
    return torch.lerp(torch.eye(whole.shape[-1], dtype=FLOAT), whole, t)


def gate_path(
    x: ArrayLike | Tensor, share: ArrayLike | Tensor, matrices: ArrayLike | Tensor
) -> GatePath:
    """What the linear maps (S, 2, 2) do to x (2,) and to the plane."""
    vector, maps = as_tensor(x), as_tensor(matrices)
    sigma = torch.linalg.svdvals(maps)
    output = (maps @ vector[:, None]).squeeze(-1)
    return GatePath(
        share=as_array(as_tensor(share)),
        matrices=as_array(maps),
        output=as_array(output),
        norm=as_array(norm(output)),
        turn=_turned(as_array(vector), as_array(output)),
        energy=as_array((norm(output) / norm(vector)) ** 2),
        singular_values=as_array(sigma),
        rank=(sigma > numerical_floor(sigma)[..., None]).sum(-1).numpy(),
        area_change=as_array(torch.linalg.det(maps).abs()),
    )


def _turned(vector: Array, images: Array) -> Array:
    across = vector[0] * images[:, 1] - vector[1] * images[:, 0]
    return np.degrees(np.unwrap(np.arctan2(across, images @ vector)))


def interpolation(
    x1: ArrayLike | Tensor, x2: ArrayLike | Tensor, gate: ArrayLike | Tensor
) -> Interpolation:
    """Line and arc between x1 and x2 (2,) at each gate (S,).

    Raises ValueError for a zero vector and for opposite ones (see `slerp`).
    """
    line, arc = lerp(x1, x2, gate), slerp(x1, x2, gate)
    nearest = nearest_gate(x1, x2)
    return Interpolation(
        blends=Blends(as_array(as_tensor(gate)), *_with_norm(line), *_with_norm(arc)),
        nearest=nearest,
        line_least=float(norm(lerp(x1, x2, nearest))),
        arc_least=min(float(norm(as_tensor(end))) for end in (x1, x2)),
        addition_norm=float(norm(as_tensor(x1) + as_tensor(x2))),
    )


def _with_norm(vectors: Tensor) -> tuple[Array, Array]:
    return as_array(vectors), as_array(norm(vectors))


def nearest_gate(x1: ArrayLike | Tensor, x2: ArrayLike | Tensor) -> float:
    """The g in [0, 1] at which g x1 + (1 - g) x2 is shortest: x2·(x2 - x1) / |x2 - x1|², clipped.

    For two equal vectors every g gives the same, and the answer is 0.
    """
    end = as_tensor(x2)
    step = end - as_tensor(x1)
    square = float(step @ step)
    return min(max(float(end @ step) / square, 0.0), 1.0) if square else 0.0


def rope_frequencies(dimension: int, base: float = 10_000.0) -> Tensor:
    """Radians for each position, (dimension / 2,): base^(-2 i / d) for pair i = 0, 1, …

    Source: Su et al. 2021, "RoFormer", beside equation 15. Raises ValueError for an odd dimension.
    """
    if dimension < 2 or dimension % 2:
        raise ValueError(f"rotary positions turn pairs of axes, and {dimension} axes are not pairs")
    return base ** (-torch.arange(0, dimension, 2, dtype=FLOAT) / dimension)


def rope(x: ArrayLike | Tensor, position: ArrayLike | Tensor, base: float = 10_000.0) -> Tensor:
    """x (..., d) with each pair of axes (2 i, 2 i + 1) turned by position (...) times frequency.

    The norm stays. Products of two turned vectors depend on positions only through their
    difference (Su et al. 2021, equations 14 to 16).
    """
    vectors = as_tensor(x)
    angles = as_tensor(position)[..., None] * rope_frequencies(vectors.shape[-1], base)
    return rotate(vectors.unflatten(-1, (-1, 2)), angles).flatten(-2)


def rotary_scores(
    query: ArrayLike | Tensor, key: ArrayLike | Tensor, count: int, base: float = 10_000.0
) -> RotaryScores:
    """Every score of a query and a key (d,), each at the positions 0 to count - 1."""
    positions = torch.arange(count, dtype=FLOAT)
    offsets = torch.arange(1 - count, count, dtype=FLOAT)
    turned_query, turned_key = rope(query, positions, base), rope(key, positions, base)
    return RotaryScores(
        positions=as_array(positions),
        turned_query=as_array(turned_query),
        turned_key=as_array(turned_key),
        scores=as_array(turned_query @ turned_key.T),
        offsets=as_array(offsets),
        by_offset=as_array(rope(query, offsets, base) @ as_tensor(key)),
    )
