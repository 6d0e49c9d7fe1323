"""Layers in which pairs of positions share weights. All but attention are affine.

A bend is a nonlinearity after the layer; in a recurrence it is in the loop,
h_t = f(W_h h_(t-1) + W_x x_t + b).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mlanim.core.combination.layer import Bend, Layer, Shape

Edges = list[tuple[int, int]]


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
