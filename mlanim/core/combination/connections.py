"""How strongly outputs depend on inputs, by which weights, and what that costs: all measured."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from mlanim.core.combination.layer import Layer

ZERO = 1e-9  # a derivative smaller than this share of the largest is rounding


def strengths(function: Callable[[Tensor], Tensor], x: Tensor, *, graph: bool = False) -> Tensor:
    """Frobenius norms of ∂output_i/∂input_j (D, D) at each input (S, N, D), as (S, N, N).

    Each input stands in a batch once for each of its N D outputs, so that one backward pass gives
    all rows of the Jacobian.

    Args:
        function: from (B, N, D) to (B, N, D), one of the batch by one.
        graph: whether the norms can be differentiated in their turn; they are squared then, as a
            norm has no derivative at 0.
    """
    count, n, d = x.shape
    many = x.repeat_interleave(n * d, dim=0).requires_grad_()
    outputs = function(many).reshape(count, n * d, n * d)
    rows = outputs.diagonal(dim1=1, dim2=2).sum()
    (jacobian,) = torch.autograd.grad(rows, many, create_graph=graph)
    squares = jacobian.view(count, n, d, n, d).square().sum(dim=(2, 4))
    return squares if graph else squares.sqrt()


def kinds_of(layer: Layer, x: Tensor) -> Tensor:
    """Which pairs are joined by the same weights, (N, N) whole numbers, at an input (N, D).

    -1 where an output does not depend on an input, 0 where no other pair depends on just the same
    weights, else 1, 2, … for each set of weights. A pair depends on those weights by which its
    strength has a derivative.
    """
    squares = strengths(layer, x[None], graph=True)[0]
    weights = list(layer.parameters())
    keys: dict[tuple[int, int], bytes] = {}
    for i, j in (squares > 0).nonzero().tolist():
        found = torch.autograd.grad(
            squares[i, j], weights, retain_graph=True, allow_unused=True, materialize_grads=True
        )
        flat = torch.cat([one.abs().flatten() for one in found])
        keys[i, j] = (flat > ZERO * flat.max()).numpy().tobytes()
    shared = [key for key in dict.fromkeys(keys.values()) if list(keys.values()).count(key) > 1]
    kinds = torch.full(squares.shape, -1)
    for pair, key in keys.items():
        kinds[pair] = 1 + shared.index(key) if key in shared else 0
    return kinds


def parameters_of(layer: Layer) -> int:
    """How many numbers a layer learns."""
    return sum(one.numel() for one in layer.parameters())


def operations_of(layer: Layer, length: int, features: int) -> int:
    """Multiplications in the matrix products and convolutions of one forward pass, counted."""
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        layer(torch.zeros(1, length, features, dtype=torch.float64))
    return counter.get_total_flops() // 2
