"""What the scene on gating shows and says, from the vectors and the gates that it is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, radians

import numpy as np
import torch
from torch import Tensor

from mlanim.core.gates import findings
from mlanim.core.gates.gates import (
    GatePath,
    Interpolation,
    RotaryScores,
    ease_in,
    gate_path,
    interpolation,
    nearest_gate,
    rope,
    rotary_scores,
    rotation_matrix,
)
from mlanim.core.gates.soft_logic import SoftLogic, logic_rows, soft_logic
from mlanim.core.vectors.alignment import Array, as_vector
from mlanim.core.vectors.vectors import (
    FLOAT,
    as_array,
    as_tensor,
    project,
)
from mlanim.words.sentence import Sentence

MASK = (1.0, 0.0)
POSITIONS = 8
OFFSET = 2  # between the query and the key that walk
SQUARE = ((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0))


@dataclass(frozen=True)
class Gate:
    """A linear gate as it eases in from the identity, and what it did at the end."""

    heading: str
    use: str  # what it is used for
    lead: str  # what it is, in short
    notes: str
    path: GatePath
    formula: Sentence
    says: Sentence


@dataclass(frozen=True)
class RotaryWalk:
    """A query at `m` and a key at `n` on their way, with the `score` of the two, (S,) each.

    `step` (S,) is 0 where m - n is `OFFSET`, 1 at the other end of that diagonal, 2 across from
    there where m - n is -`OFFSET`, and 3 at the other end of this one. `query` and `key` are
    (S, 2).
    """

    step: Array
    m: Array
    n: Array
    query: Array
    key: Array
    score: Array


@dataclass(frozen=True)
class LogicWalk:
    """A pair `a`, `b` on its way, with what soft logic makes of it, (S,) each.

    `step` (S,) is 0 at the pair that was chosen, 1 to 4 at the corners from (0, 0) by way of (0, 1)
    and (1, 1) to (1, 0), and 5 where a and b are 1/2.
    """

    step: Array
    a: Array
    b: Array
    negation: Array
    conjunction: Array
    disjunction: Array


@dataclass(frozen=True)
class Gating:
    """All that the scene shows.

    `gates` are those on the sheet by name, each on x₁. `size` is half of the sheet's side,
    `reach` (2,) how far it and its images go along each axis, and `tips` (2,) how far x₁ and its.
    """

    x1: Array
    x2: Array
    gate_scalar: float
    size: float
    reach: Array
    tips: Array
    gates: dict[str, Gate]
    rotary: RotaryScores
    walk: RotaryWalk
    says_offset: Sentence
    says_sign: Sentence
    interpolation: Interpolation
    says_lengths: Sentence
    says_addition: Sentence
    logic: SoftLogic
    lowest: Array  # (2,) a, and a OR NOT a, where this is least
    logic_walk: LogicWalk
    says_corners: Sentence
    says_middle: Sentence
    says_chosen: Sentence


def gating_lesson(
    x1: Sequence[float],
    x2: Sequence[float],
    gate_scalar: float = 0.4,
    gate_vector: Sequence[float] = (0.9, 0.3),
    angle: float = 60.0,
    gate_matrix: Sequence[Sequence[float]] | None = None,
    samples: int = 61,
) -> Gating:
    """Everything the scene on gating shows, for the plane vectors x₁ and x₂.

    gate_scalar, gate_vector: shares from 0 to 1, for the whole vector and for each axis.
    angle: the rotation, degrees. samples: moments in each motion.
    gate_matrix: 2 by 2; None gives R diag(gate_vector) Rᵀ, the vector gate along axes turned by
    the angle, which no gate for each axis can do.
    Raises ValueError for a vector without direction, opposite vectors (no arc is shortest), a share
    outside 0 to 1, an angle or matrix that is not finite, and fewer than two samples.
    """
    first, second = as_tensor(as_vector("x1", x1, 2)), as_tensor(as_vector("x2", x2, 2))
    shares, scalar = _shares("gate_vector", gate_vector, 2), _scalar(gate_scalar)
    if not isfinite(angle):
        raise ValueError(f"angle = {angle} is no rotation; give a finite number of degrees")
    if samples < 2:
        raise ValueError(f"samples = {samples} gives no motion; give at least 2")
    moments = torch.linspace(0, 1, samples, dtype=FLOAT)
    masked, projected = project(first, torch.diag(as_tensor(MASK))), project(first, second)
    turns = rotation_matrix(moments * radians(angle))
    matrix = turns[-1] * shares @ turns[-1].mT if gate_matrix is None else _matrix(gate_matrix)
    maps = {
        "scalar": ease_in(scalar * torch.eye(2), moments),
        "vector": ease_in(torch.diag(shares), moments),
        "mask": ease_in(masked.projector, moments),
        "matrix": ease_in(matrix, moments),
        "projection": ease_in(projected.projector, moments),
        "rotation": turns,
    }
    says = {
        "scalar": findings.scalar(scalar),
        "vector": findings.vector(shares, first),
        "mask": findings.mask(masked),
        "matrix": findings.matrix(matrix),
        "projection": findings.projection(first, projected),
        "rotation": findings.rotation(angle),
    }
    size = float(first.abs().max())
    rotary = rotary_scores(first, second, POSITIONS)
    scores = [float(rotary.by_offset[POSITIONS - 1 + offset]) for offset in (OFFSET, -OFFSET)]
    stops = torch.tensor([scalar, nearest_gate(first, second)], dtype=FLOAT)
    blend = interpolation(first, second, torch.cat((moments, stops)).unique())
    logic = soft_logic(shares)
    least = int(logic.excluded_middle.argmin())
    lowest = np.array([logic.levels[least], logic.excluded_middle[least]])
    return Gating(
        x1=as_array(first), x2=as_array(second), gate_scalar=scalar, size=size,
        reach=_reach(size * as_tensor(SQUARE), maps), tips=_reach(first[None], maps),
        gates={name: _gate(name, first, path, moments, says[name]) for name, path in maps.items()},
        rotary=rotary, walk=_rotary_walk(first, second, samples),
        says_offset=findings.offset(OFFSET, scores[0]), says_sign=findings.sign(OFFSET, *scores),
        interpolation=blend, says_lengths=findings.lengths(blend),
        says_addition=findings.addition(blend),
        logic=logic, lowest=lowest, logic_walk=_logic_walk(shares, samples),
        says_corners=findings.corners(), says_middle=findings.middle(*lowest.tolist()),
        says_chosen=findings.values(logic.chosen),
    )  # fmt: skip


def _gate(name: str, x: Tensor, maps: Tensor, moments: Tensor, says: Sentence) -> Gate:
    path = gate_path(x, moments, maps)
    return Gate(*findings.ABOUT[name], path, findings.formula(name, maps[-1]), says)


def _reach(points: Tensor, maps: dict[str, Tensor]) -> Array:
    """How far points (N, 2) and their images go on each axis under the maps (S, 2, 2), (2,)."""
    images = torch.cat([(points @ path.mT).reshape(-1, 2) for path in maps.values()])
    return as_array(images.abs().amax(0))


def _rotary_walk(query: Tensor, key: Tensor, samples: int) -> RotaryWalk:
    last = POSITIONS - 1
    stops = [(OFFSET, 0), (last, last - OFFSET), (last - OFFSET, last), (0, OFFSET)]
    at, way = _way(stops, samples)
    turned = rope(query, way[:, 0]), rope(key, way[:, 1])
    return RotaryWalk(
        step=as_array(at),
        m=as_array(way[:, 0]),
        n=as_array(way[:, 1]),
        query=as_array(turned[0]),
        key=as_array(turned[1]),
        score=as_array((turned[0] * turned[1]).sum(-1)),
    )


def _logic_walk(chosen: Tensor, samples: int) -> LogicWalk:
    a, b = chosen.tolist()
    at, way = _way([(a, b), (0, 0), (0, 1), (1, 1), (1, 0), (0.5, 0.5)], samples)
    return LogicWalk(as_array(at), *(as_array(column) for column in logic_rows(way).T))


def _way(stops: Sequence[tuple[float, float]], samples: int) -> tuple[Tensor, Tensor]:
    """Straight from stop to stop: `at` (S,), whole at a stop, and places (S, 2)."""
    ends, count = as_tensor(stops), len(stops) - 1
    at = torch.linspace(0, count, (samples - 1) * count + 1, dtype=FLOAT)
    before = at.floor().clamp(max=count - 1)
    share = (at - before)[:, None]
    index = before.long()
    return at, (1 - share) * ends[index] + share * ends[index + 1]


def _scalar(share: float) -> float:
    return float(_shares("gate_scalar", [share], 1))


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
