"""Deep networks with random weights, and real backward passes of their loss on digits.

    h₀ = A x;    hₗ₊₁ = skip · hₗ + √g Wₗ φ(norm(hₗ));    scores = C h_L

Networks that differ only in g, the variance of their weights times the width, run side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.data.examples import digits
from mlanim.core.gradients.mean_field import Way
from mlanim.core.models.activations import ACTIVATIONS
from mlanim.core.models.mlp import cross_entropy

STARTS, EXAMPLES = 5, 64
SMALL = 1e-5  # that torch adds to a variance before it divides by its root
NORMED = {"layer norm": -2, "batch norm": -1}  # over the features, or over the examples


@dataclass(frozen=True)
class RandomNets:
    """STARTS draws of weights, S of them, and the digits that they get."""

    inputs: Tensor  # (S, width, B) h₀, of mean square 1
    layers: Tensor  # (depth, S, width, width) of variance 1 / width
    write: Tensor  # (S, classes, width) of variance 1 / width
    labels: Tensor  # (B,)


@dataclass(frozen=True)
class Passes:
    """What was measured of G networks, each of S starts, in all L + 1 streams."""

    left: np.ndarray  # (G, S, L + 1) the gradient's norm, as a share of that at h_L
    squares: np.ndarray  # (G, S, L + 1) mean square of the stream

    @property
    def spread(self) -> np.ndarray:
        """Least, median and largest of the gradient's norm over the starts, (3, G, L + 1)."""
        return np.quantile(self.left, (0, 0.5, 1), axis=1)


def random_nets(depth: int, width: int, seed: int) -> RandomNets:
    """Weights, and digits without the mean digit, each brought to the mean square 1."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        drawn = torch.randn(*shape, generator=generator, dtype=torch.float64)
        return drawn / shape[-1] ** 0.5

    data = digits(seed)
    some = data.train.subset(torch.arange(EXAMPLES))
    images = some.inputs - data.train.inputs.mean(1, keepdim=True)
    images = images / images.square().mean(0).sqrt()
    return RandomNets(
        inputs=normal(STARTS, width, data.features) @ images,
        layers=normal(depth, STARTS, width, width),
        write=normal(STARTS, data.classes, width), labels=some.labels,
    )  # fmt: skip


def streams(nets: RandomNets, name: str, variances: Tensor, way: Way) -> list[Tensor]:
    """h₀ to h_L, (G, S, width, B) each, for variances (G,)."""
    scale = variances.sqrt().view(-1, 1, 1, 1)
    first = nets.inputs.expand(len(variances), -1, -1, -1).clone().requires_grad_()
    found = [first]
    for weights in nets.layers:
        signal = found[-1]
        if way in NORMED:
            signal = standardised(signal, NORMED[way])
        delta = scale * (weights @ ACTIVATIONS[name](signal))
        found.append(found[-1] + delta if way == "skip" else delta)
    return found


def standardised(signal: Tensor, dim: int) -> Tensor:
    """Mean 0 and variance 1 along a dimension, as torch's layers do it before any training."""
    centred = signal - signal.mean(dim, keepdim=True)
    return centred / (centred.square().mean(dim, keepdim=True) + SMALL).sqrt()


def passes(nets: RandomNets, name: str, variances: np.ndarray, way: Way = "plain") -> Passes:
    """Forward and back once: the gradient of the loss by each stream, root mean square."""
    found = streams(nets, name, torch.from_numpy(np.asarray(variances, dtype=float)), way)
    loss = cross_entropy(nets.write @ found[-1], nets.labels).sum()
    gradients = torch.autograd.grad(loss, found)
    norms = torch.stack([one.norm(dim=(-2, -1)) for one in gradients], dim=-1)
    squares = torch.stack([one.detach().square().mean((-2, -1)) for one in found], dim=-1)
    return Passes((norms / norms[..., -1:]).numpy(), squares.numpy())
