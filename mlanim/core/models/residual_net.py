"""A deep network of one width, with and without a skip around each layer, as a function of θ.

    h₀ = A x + a;    hₗ₊₁ = skip · hₗ + Wₗ φ(hₗ) + bₗ;    scores = C h_L + c

With skip = 1 each layer adds to a running sum (He et al. 2016, "Identity mappings in deep residual
networks"); with skip = 0 it replaces what it was given. Both have the same parameters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from mlanim.core.models.activations import ACTIVATIONS


class Parts(NamedTuple):
    """Views of θ (..., P): of the input's, the layers' and the output's weights and biases."""

    read: Tensor  # (..., width, features)
    read_bias: Tensor
    weights: Tensor  # (..., depth, width, width)
    biases: Tensor  # (..., depth, width)
    write: Tensor  # (..., classes, width)
    write_bias: Tensor


@dataclass(frozen=True)
class ResidualNet:
    """depth: layers between the first and the last map; activation: a name in `ACTIVATIONS`."""

    features: int
    width: int
    depth: int
    classes: int
    activation: str = "relu"

    @property
    def _shapes(self) -> tuple[tuple[int, ...], ...]:
        d, n = self.width, self.depth
        return (d, self.features), (d,), (n, d, d), (n, d), (self.classes, d), (self.classes,)

    @property
    def parameters(self) -> int:
        """How many weights and biases there are."""
        return sum(map(math.prod, self._shapes))

    def parts(self, theta: Tensor) -> Parts:
        """θ (..., P) by its parts; writing to one writes to θ."""
        flat = theta.split([math.prod(shape) for shape in self._shapes], dim=-1)
        pairs = zip(flat, self._shapes, strict=True)
        return Parts(*(part.unflatten(-1, shape) for part, shape in pairs))

    def initial(self, generator: torch.Generator, networks: int, gain: float) -> Tensor:
        """Normal weights, biases 0, (networks, P); the layers' variance is gain / width."""
        theta = torch.zeros(networks, self.parameters, dtype=torch.float64)
        parts = self.parts(theta)
        for part, variance in (
            (parts.read, 1 / self.features), (parts.weights, gain / self.width),
            (parts.write, 1 / self.width),
        ):  # fmt: skip
            draw = torch.randn(part.shape, generator=generator, dtype=torch.float64)
            part.copy_(variance**0.5 * draw)
        return theta

    def delta(self, theta: Tensor, layer: int, stream: Tensor) -> Tensor:
        """What a layer makes of the stream (..., width, examples)."""
        parts, phi = self.parts(theta), ACTIVATIONS[self.activation]
        return parts.weights[..., layer, :, :] @ phi(stream) + parts.biases[..., layer, :, None]

    def streams(self, theta: Tensor, skip: Tensor, inputs: Tensor) -> list[Tensor]:
        """h₀ to h_L, (..., width, examples) each, of inputs (features, examples).

        skip: (..., 1, 1), 1 for networks that add and 0 for those that replace.
        """
        parts = self.parts(theta)
        found = [parts.read @ inputs + parts.read_bias[..., None]]
        for layer in range(self.depth):
            found.append(skip * found[-1] + self.delta(theta, layer, found[-1]))
        return found

    def scores(self, theta: Tensor, stream: Tensor) -> Tensor:
        """Scores (..., classes, examples) of the last stream, before any softmax."""
        parts = self.parts(theta)
        return parts.write @ stream + parts.write_bias[..., None]
