"""What the scene on gating shows, computed from the vectors and the gates that it is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, radians

import torch
from torch import Tensor

from mlanim.core.gates.gates import (
    GatePath,
    Interpolation,
    RotaryScores,
    SmoothGate,
    SoftLogic,
    circle_points,
    ease_in,
    gate_path,
    interpolation,
    lattice_points,
    rotary_scores,
    rotation_matrix,
    smooth_gate,
    soft_logic,
)
from mlanim.core.vectors.vectors import (
    FLOAT,
    Array,
    Projection,
    as_array,
    as_tensor,
    as_vector,
    project,
)

LATTICE_SIDE = 9  # odd, so that the origin and both axes are on the lattice
CIRCLE_POINTS = 96
MASK = (1.0, 0.0)
POSITIONS = 8
LOGIT_REACH = 6.0  # where a sigmoid is within 0.3 % of shut and of open


@dataclass(frozen=True)
class GatingData:
    """The lecture on gating: what each gate does to x₁ (2,), and to a lattice and a circle.

    Every `GatePath` starts at the identity. `shutting` takes a scalar gate from 1 to 0; `scalar`,
    `vector` and `matrix` ease in the given gates, `masking` keeps the first axis, `projection`
    keeps the line of x₂ and `rotation` turns by `angle` (radians). `masked` and `projected` say
    what of x₁ those two keep and lose. `rotary` turns x₁ as the query and x₂ as the key, one
    radian for each position; `logic` has the vector gate as its chosen point (a, b).
    """

    x1: Array
    x2: Array
    gate_scalar: float
    gate_vector: Array
    gate_matrix: Array
    angle: float
    lattice_side: int
    shutting: GatePath
    scalar: GatePath
    vector: GatePath
    matrix: GatePath
    masking: GatePath
    masked: Projection
    projection: GatePath
    projected: Projection
    rotation: GatePath
    interpolation: Interpolation
    smooth: SmoothGate
    logic: SoftLogic
    rotary: RotaryScores


def gating_lecture(
    x1: Sequence[float],
    x2: Sequence[float],
    gate_scalar: float = 0.5,
    gate_vector: Sequence[float] = (0.9, 0.3),
    angle_degrees: float = 60.0,
    samples: int = 61,
    gate_matrix: Sequence[Sequence[float]] | None = None,
) -> GatingData:
    """Everything the scene on gating shows, for the plane vectors x₁ and x₂.

    gate_scalar, gate_vector: shares from 0 to 1, for the whole vector and for each axis.
    angle_degrees: the rotation. samples: moments in each motion.
    gate_matrix: 2 by 2; None gives R diag(gate_vector) Rᵀ, the vector gate along axes turned by
    the angle, which no gate for each axis can do.
    Raises ValueError for a vector without direction, opposite vectors (no arc is shortest), a share
    outside 0 to 1, an angle or matrix that is not finite, and fewer than two samples.
    """
    first, second = as_vector("x1", x1, 2), as_vector("x2", x2, 2)
    shares = _shares("gate_vector", gate_vector, 2)
    scalar = _shares("gate_scalar", [gate_scalar], 1)
    if not isfinite(angle_degrees):
        raise ValueError(f"angle_degrees = {angle_degrees} is no rotation; give a finite angle")
    if samples < 2:
        raise ValueError(f"samples = {samples} gives no motion; give at least 2")
    angle = radians(angle_degrees)
    turned_axes = rotation_matrix(angle) * shares @ rotation_matrix(angle).mT
    matrix = turned_axes if gate_matrix is None else _matrix(gate_matrix)
    masked, projected = project(first, torch.diag(as_tensor(MASK))), project(first, second)
    moments = torch.linspace(0, 1, samples, dtype=FLOAT)
    lattice, circle = lattice_points(LATTICE_SIDE), circle_points(CIRCLE_POINTS)

    def path(matrices: Tensor) -> GatePath:
        return gate_path(first, moments, matrices, lattice, circle)

    return GatingData(
        x1=as_array(first),
        x2=as_array(second),
        gate_scalar=float(scalar),
        gate_vector=as_array(shares),
        gate_matrix=as_array(matrix),
        angle=angle,
        lattice_side=LATTICE_SIDE,
        shutting=path(ease_in(torch.zeros(2, 2), moments)),
        scalar=path(ease_in(scalar * torch.eye(2), moments)),
        vector=path(ease_in(torch.diag(shares), moments)),
        matrix=path(ease_in(matrix, moments)),
        masking=path(ease_in(masked.projector, moments)),
        masked=masked,
        projection=path(ease_in(projected.projector, moments)),
        projected=projected,
        rotation=path(rotation_matrix(moments * angle)),
        interpolation=interpolation(first, second, moments, float(scalar)),
        smooth=smooth_gate(torch.linspace(-LOGIT_REACH, LOGIT_REACH, samples, dtype=FLOAT)),
        logic=soft_logic(shares),
        rotary=rotary_scores(first, second, POSITIONS),
    )


def _shares(name: str, values: Sequence[float], count: int) -> Tensor:
    shares = as_tensor(values)
    if shares.shape != (count,) or not bool(((shares >= 0) & (shares <= 1)).all()):
        raise ValueError(f"{name} = {shares.tolist()} is no gate; give {count} from 0 to 1")
    return shares


def _matrix(values: Sequence[Sequence[float]]) -> Tensor:
    matrix = as_tensor(values)
    if matrix.shape != (2, 2) or not bool(matrix.isfinite().all()):
        raise ValueError(
            f"gate_matrix = {matrix.tolist()} is no gate on the plane; give two rows of two "
            "finite numbers"
        )
    return matrix
