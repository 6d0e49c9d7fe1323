"""How a gradient fares on its way back through a stack of layers, for each activation.

Every layer is a ← f(W a), its weights drawn from a normal distribution of variance gain / width.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from mlanim.core.models.activations import ACTIVATIONS

WIDTH, EXAMPLES = 64, 32


def gradient_norms(name: str, depth: int, gain: float, seed: int) -> np.ndarray:
    """The norm at the input of a gradient of norm 1 that comes back through 0 … `depth` layers.

    Each gradient is autograd's, in a random direction at the last of these layers' outputs. Where
    one is beyond the range of numbers, or so small that it is 0, (K,) ends before it.
    """
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    first = normal(WIDTH, EXAMPLES).requires_grad_()
    direction = normal(WIDTH, EXAMPLES)
    direction = direction / direction.norm()
    state, norms = first, [1.0]
    for _ in range(depth):
        weights = normal(WIDTH, WIDTH) * (gain / WIDTH) ** 0.5
        state = ACTIVATIONS[name](weights @ state)
        (found,) = torch.autograd.grad(state, first, direction, retain_graph=True)
        norms.append(float(found.norm()))
        if not 0 < norms[-1] < np.inf:
            return np.array(norms[:-1])
    return np.array(norms)
