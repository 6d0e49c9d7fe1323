"""Soft logic: NOT, AND and OR of shares between 0 and 1, as of independent events."""

from dataclasses import dataclass

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from mlanim.core.vectors.alignment import Array
from mlanim.core.vectors.vectors import FLOAT, as_array, as_tensor


@dataclass(frozen=True)
class SoftLogic:
    """Soft NOT, AND and OR over the unit square, on `levels` (N,) of a (rows) and b (columns).

    `negation` (1 - a), `conjunction` (a b) and `disjunction` (a + b - a b) are (N, N).
    `truth_table` (4, 5) has a row for each corner: a, b, NOT a, a AND b, a OR b. `chosen` (5,) is
    such a row for the given (a, b). `excluded_middle` (N,) is a OR NOT a, always 1 in Boolean logic
    and 1 - a + a² here.
    """

    levels: Array
    negation: Array
    conjunction: Array
    disjunction: Array
    truth_table: Array
    excluded_middle: Array
    chosen: Array


def soft_not(a: ArrayLike | Tensor) -> Tensor:
    """1 - a, for gates in [0, 1]."""
    return 1 - as_tensor(a)


def soft_and(a: ArrayLike | Tensor, b: ArrayLike | Tensor) -> Tensor:
    """a·b, for gates in [0, 1]: both must be open."""
    return as_tensor(a) * as_tensor(b)


def soft_or(a: ArrayLike | Tensor, b: ArrayLike | Tensor) -> Tensor:
    """a + b - a·b, for gates in [0, 1]: one open gate is enough."""
    first, second = as_tensor(a), as_tensor(b)
    return first + second - first * second


def soft_logic(chosen: ArrayLike | Tensor, per_side: int = 33) -> SoftLogic:
    """The three surfaces on per_side levels an axis, and their values at the chosen (a, b)."""
    levels = torch.linspace(0, 1, per_side, dtype=FLOAT)
    a, b = torch.meshgrid(levels, levels, indexing="ij")
    corners = torch.cartesian_prod(*(torch.tensor([0.0, 1.0], dtype=FLOAT),) * 2)
    return SoftLogic(
        levels=as_array(levels),
        negation=as_array(soft_not(a)),
        conjunction=as_array(soft_and(a, b)),
        disjunction=as_array(soft_or(a, b)),
        truth_table=as_array(logic_rows(corners)),
        excluded_middle=as_array(soft_or(levels, soft_not(levels))),
        chosen=as_array(logic_rows(chosen)),
    )


def logic_rows(pairs: ArrayLike | Tensor) -> Tensor:
    """For pairs (..., 2) of a and b the rows (..., 5): a, b, NOT a, a AND b, a OR b."""
    a, b = as_tensor(pairs).unbind(-1)
    return torch.stack((a, b, soft_not(a), soft_and(a, b), soft_or(a, b)), -1)
