"""Layers that combine positions, each a torch module from inputs (B, N, D) to outputs (B, N, D).

All but attention are affine. A `bend` is a nonlinearity after the layer; in a recurrence it is in
the loop, h_t = f(W_h h_(t-1) + W_x x_t + b).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

Edges = list[tuple[int, int]]
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


class Convolution(Layer):
    """The same few weights at every position."""

    def __init__(self, shape: Shape):
        super().__init__()
        d, kernel = shape.features, shape.kernel
        self.convolution = nn.Conv1d(d, d, kernel, padding=kernel // 2)

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (B, N, D) of inputs (B, N, D)."""
        y: Tensor = self.convolution(x.transpose(1, 2))
        return y.transpose(1, 2)


class Recurrence(Layer):
    """A state carried from position to position; with tanh as the bend it is `nn.RNN`."""

    def __init__(self, shape: Shape):
        super().__init__()
        d = shape.features
        self.input, self.state = nn.Linear(d, d), nn.Linear(d, d, bias=False)

    def combine(self, x: Tensor, bend: Bend) -> Tensor:
        """States, each bent before the next is made from it."""
        h, states = torch.zeros_like(x[:, 0]), []
        for now in x.unbind(1):
            h = bend(self.input(now) + self.state(h))
            states.append(h)
        return torch.stack(states, dim=1)

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (B, N, D) of inputs (B, N, D)."""
        return self.combine(x, lambda z: z)


class StateSpace(Layer):
    """h_t = A h_(t-1) + B x_t, y_t = C h_t, with a diagonal A of decays between 0 and 1."""

    def __init__(self, shape: Shape):
        super().__init__()
        d = shape.features
        self.decay = nn.Parameter(torch.linspace(0.4, 0.95, 2 * d))
        self.write, self.read = nn.Linear(d, 2 * d), nn.Linear(2 * d, d)

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (B, N, D) of inputs (B, N, D)."""
        h, states = x.new_zeros(len(x), len(self.decay)), []
        for now in x.unbind(1):
            h = self.decay * h + self.write(now)
            states.append(h)
        return self.read(torch.stack(states, dim=1))


class Graph(Layer):
    """Messages from neighbours and oneself, as in a GCN (Kipf and Welling 2017)."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.linear = nn.Linear(shape.features, shape.features)
        pairs = edges_of(shape.graph, shape.length)
        both = [*pairs, *((b, a) for a, b in pairs), *((i, i) for i in range(shape.length))]
        self.source, self.target = torch.tensor(both).T
        degree = torch.bincount(self.target).double()
        self.share = (degree[self.source] * degree[self.target]) ** -0.5

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (B, N, D) of inputs (B, N, D)."""
        messages = self.share[:, None] * self.linear(x[:, self.source])
        return torch.zeros_like(x).index_add(1, self.target, messages)


class Attention(Layer):
    """Softmax of scores between all positions; the query's weights times a factor."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.attention = nn.MultiheadAttention(shape.features, 1, batch_first=True)
        with torch.no_grad():
            self.attention.in_proj_weight[: shape.features] *= shape.sharpness

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (B, N, D) of inputs (B, N, D)."""
        return self.attention(x, x, x)[0]


LAYERS: dict[str, type[Layer]] = {
    "dense": Dense, "convolution": Convolution, "recurrence": Recurrence, "graph": Graph,
    "attention": Attention, "state_space": StateSpace, "block_diagonal": BlockDiagonal,
    "low_rank": LowRank, "butterfly": Butterfly,
}  # fmt: skip


def edges_of(kind: str, length: int) -> Edges:
    """The edges of a graph: a ring, a star, or a random tree with a quarter as many more edges."""
    if kind == "ring":
        return [(i, (i + 1) % length) for i in range(length)]
    if kind == "star":
        return [(0, i) for i in range(1, length)]
    drawn = torch.Generator().manual_seed(length)
    edges = {(int(torch.randint(i, (1,), generator=drawn)), i) for i in range(1, length)}
    while len(edges) < length - 1 + length // 4:
        a, b = sorted(torch.randint(length, (2,), generator=drawn).tolist())
        edges |= {(a, b)} if a < b else set()
    return sorted(edges)


def layer_of(name: str, shape: Shape, seed: int) -> Layer:
    """A layer with weights drawn as torch draws them, in float64."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LAYERS[name](shape).double()
