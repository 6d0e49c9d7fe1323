"""Layers that combine positions, by name."""

from __future__ import annotations

import torch

from mlanim.core.combination.layer import Layer, Shape
from mlanim.core.combination.own_weights import BlockDiagonal, Butterfly, Dense, LowRank
from mlanim.core.combination.shared_weights import (
    Attention,
    Convolution,
    Graph,
    Recurrence,
    StateSpace,
)

LAYERS: dict[str, type[Layer]] = {
    "dense": Dense, "convolution": Convolution, "recurrence": Recurrence, "graph": Graph,
    "attention": Attention, "state_space": StateSpace, "block_diagonal": BlockDiagonal,
    "low_rank": LowRank, "butterfly": Butterfly,
}  # fmt: skip


def layer_of(name: str, shape: Shape, seed: int) -> Layer:
    """A layer with weights drawn as torch draws them, in float64."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LAYERS[name](shape).double()
