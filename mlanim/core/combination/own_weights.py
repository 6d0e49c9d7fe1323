"""Affine layers in which each pair of positions has weights of its own."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mlanim.core.combination.layer import Layer, Shape


class Dense(Layer):
    """Every output from every input: one matrix of N D by N D."""

    def __init__(self, shape: Shape):
        super().__init__()
        side = shape.length * shape.features
        self.linear = nn.Linear(side, side)

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (B, N, D) of inputs (B, N, D)."""
        return self.linear(x.flatten(1)).view_as(x)


class LowRank(Layer):
    """Every output from every input, through a bottleneck of D numbers."""

    def __init__(self, shape: Shape):
        super().__init__()
        side = shape.length * shape.features
        self.narrow = nn.Linear(side, shape.features, bias=False)
        self.widen = nn.Linear(shape.features, side)

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (B, N, D) of inputs (B, N, D)."""
        return self.widen(self.narrow(x.flatten(1))).view_as(x)


class BlockDiagonal(Layer):
    """Dense within pairs of neighbours, nothing between them; an odd one is alone."""

    def __init__(self, shape: Shape):
        super().__init__()
        starts = range(0, shape.length, 2)
        sides = [min(2, shape.length - start) * shape.features for start in starts]
        self.blocks = nn.ModuleList(nn.Linear(side, side) for side in sides)

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (B, N, D) of inputs (B, N, D)."""
        pairs = zip(self.blocks, x.split(2, dim=1), strict=True)
        return torch.cat([block(part.flatten(1)).view_as(part) for block, part in pairs], dim=1)


class Butterfly(Layer):
    """log₂ N stages; in stage s position i is mixed with i XOR 2^s (Dao et al. 2019)."""

    def __init__(self, shape: Shape):
        super().__init__()
        n, d = shape.length, shape.features
        if n & (n - 1):
            raise ValueError(f"A butterfly needs a length that is a power of two, not {n}.")
        self.partners = [torch.arange(n) ^ 2**s for s in range(n.bit_length() - 1)]
        size = len(self.partners), 2, n, d, d
        self.weights = nn.Parameter(torch.randn(size) / (2 * d) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(n, d))

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (B, N, D) of inputs (B, N, D)."""
        for partner, (own, other) in zip(self.partners, self.weights, strict=True):
            x = torch.einsum("bni,nij->bnj", x, own) + torch.einsum(
                "bni,nij->bnj", x[:, partner], other
            )
        return x + self.bias
