"""A deep network of one width, with and without a skip around each layer, as a function of θ.

    h₀ = A x + a;    hₗ₊₁ = skip · hₗ + Wₗ φ(hₗ) + bₗ;    scores = C h_L + c

With skip = 1 each layer adds to a running sum (He et al. 2016, "Identity mappings in deep residual
networks"); with skip = 0 it replaces what it was given. Both have the parameters of an MLP of
widths (features, width, …, width, classes).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from mlanim.core.models.mlp import MLP


def initial(net: MLP, generator: torch.Generator, networks: int, gain: float) -> Tensor:
    """Normal weights, biases 0, (networks, P); the layers' variance is gain / width."""
    theta = torch.zeros(networks, net.parameters, dtype=torch.float64)
    (read, _), *layers, (write, _) = net.layers(theta)

    def draw(shape: Sequence[int], gain: float) -> Tensor:
        scale = (gain / shape[-1]) ** 0.5
        return scale * torch.randn(shape, generator=generator, dtype=theta.dtype)

    read.copy_(draw(read.shape, 1.0))
    drawn = draw((networks, len(layers), *layers[0][0].shape[1:]), gain)
    for (weight, _), one in zip(layers, drawn.unbind(1), strict=True):
        weight.copy_(one)
    write.copy_(draw(write.shape, 1.0))
    return theta


def delta(net: MLP, layer: tuple[Tensor, Tensor], stream: Tensor) -> Tensor:
    """What a layer, its weight and bias, makes of the stream (..., width, examples)."""
    weight, bias = layer
    return weight @ net.activation(stream) + bias[..., None]


def streams(net: MLP, theta: Tensor, skip: Tensor, inputs: Tensor) -> list[Tensor]:
    """h₀ to h_L, (..., width, examples) each, of inputs (features, examples).

    skip: (..., 1, 1), 1 for networks that add and 0 for those that replace.
    """
    (read, shift), *layers, _ = net.layers(theta)
    found = [read @ inputs + shift[..., None]]
    for layer in layers:
        found.append(skip * found[-1] + delta(net, layer, found[-1]))
    return found


def scores(net: MLP, theta: Tensor, stream: Tensor) -> Tensor:
    """Scores (..., classes, examples) of the last stream, before any softmax."""
    weight, bias = net.layers(theta)[-1]
    return weight @ stream + bias[..., None]
