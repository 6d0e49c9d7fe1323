"""Several layers of one rule, and what the middle output depends on through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from mlanim.core.combination.connections import strengths
from mlanim.core.combination.layer import Layer, Shape
from mlanim.core.combination.layers import layer_of

DEEP, DEPTH = 16, 5  # positions and layers of a stack


@dataclass(frozen=True)
class Stack:
    """DEPTH layers of one rule over DEEP positions, and what the middle output depends on."""

    rule: int  # its place among the rules
    shares: np.ndarray  # (DEPTH, DEEP, DEEP) of each layer's largest strength, the first below
    seen: np.ndarray  # (DEPTH + 1, DEEP) of each row's largest strength towards that output
    lit: np.ndarray  # (DEPTH + 1, DEPTH, DEEP, DEEP) which connections the last 0, 1, … layers use
    nodes: np.ndarray  # (DEPTH + 1, DEPTH + 1, DEEP) `seen`, as far as so many layers lead


def stacked(name: str, shape: Shape, seed: int) -> list[Layer]:
    """DEPTH layers over DEEP positions, each with weights of its own, without nonlinearity."""
    return [layer_of(name, replace(shape, length=DEEP), seed + k) for k in range(DEPTH)]


def towards_middle(layers: Sequence[Layer], shape: Shape) -> Tensor:
    """Strengths (DEPTH + 1, DEEP) from each row of a stack, the inputs first, to its middle."""
    x = torch.randn(DEEP, shape.features, dtype=torch.float64, generator=torch.Generator())
    rows = [x[None]]
    for layer in layers:
        rows.append(layer(rows[-1]).detach())
    tops = [torch.nn.Sequential(*layers[k:]) for k in range(len(layers) + 1)]
    found = [strengths(top, row)[0, DEEP // 2] for top, row in zip(tops, rows, strict=True)]
    return torch.stack(found)


def reach_of(layers: Sequence[Layer], shape: Shape) -> np.ndarray:
    """How many positions the middle output depends on through the last 1, 2, … layers (DEPTH,)."""
    counts: np.ndarray = (towards_middle(layers, shape) > 0).sum(dim=1).numpy()
    return counts[-2::-1]


def stack_of(index: int, name: str, shape: Shape, seed: int) -> Stack:
    """The picture of one rule's stack."""
    layers = stacked(name, shape, seed)
    towards = towards_middle(layers, shape)
    x = torch.zeros(1, DEEP, shape.features, dtype=torch.float64)
    sizes = torch.cat([strengths(layer, x) for layer in layers])
    seen = (towards / towards.amax(dim=1, keepdim=True)).numpy()
    used = (sizes.numpy() > 0) & (seen[1:, :, None] > 0)  # to what the middle depends on
    deep = np.arange(DEPTH + 1)
    return Stack(
        rule=index, shares=(sizes / sizes.amax(dim=(1, 2), keepdim=True)).numpy(), seen=seen,
        lit=(used & (deep[:-1] >= DEPTH - deep[:, None])[..., None, None]).astype(float),
        nodes=seen * (deep >= DEPTH - deep[:, None])[..., None],
    )  # fmt: skip
