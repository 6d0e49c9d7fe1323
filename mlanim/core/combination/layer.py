"""A layer that combines positions: a torch module from inputs (B, N, D) to outputs (B, N, D)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn

Bend = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Shape:
    """N positions of D features each; the kernel, the graph's kind, and the factor on scores."""

    length: int
    features: int
    kernel: int
    graph: str
    sharpness: float


class Layer(nn.Module):
    """A rule of combination, and what bends its outputs."""

    def combine(self, x: Tensor, bend: Bend) -> Tensor:
        """Outputs (B, N, D) of inputs (B, N, D)."""
        return bend(self(x))
