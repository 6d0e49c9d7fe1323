"""A fully connected network as a function of one flat vector of parameters.

Everything about a loss landscape is a statement about that function: a grid, a slice, a path and
a Hessian are all asked of it. Leading dimensions of the vector are networks side by side, which is
what makes a grid of losses, and many random starts, cheap. Inputs are stored feature-first,
(features, examples), so that a layer reads W x + b as on paper.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor


@dataclass(frozen=True)
class MLP:
    """widths: inputs, neurons of each hidden layer, outputs; activation: of the hidden layers."""

    widths: tuple[int, ...]
    activation: Callable[[Tensor], Tensor] = torch.tanh

    @property
    def parameters(self) -> int:
        """How many weights and biases there are."""
        return sum(fan_in * fan_out + fan_out for fan_in, fan_out in pairwise(self.widths))

    def layers(self, theta: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Views of theta, (..., P), as one (weight, bias) pair a layer.

        A weight is (..., outputs, inputs), a bias (..., outputs), in the order in which
        `torch.nn.Sequential` of `Linear` layers lists its parameters. Writing to a view writes to
        theta.
        """
        pairs, start = [], 0
        for fan_in, fan_out in pairwise(self.widths):
            middle, end = start + fan_in * fan_out, start + (fan_in + 1) * fan_out
            weight = theta[..., start:middle].unflatten(-1, (fan_out, fan_in))
            pairs.append((weight, theta[..., middle:end]))
            start = end
        return pairs

    def __call__(self, theta: Tensor, inputs: Tensor) -> Tensor:
        """Outputs (..., outputs, examples) before any softmax, of inputs (features, examples)."""
        (weight, bias), *later = self.layers(theta)
        outputs = weight @ inputs + bias.unsqueeze(-1)
        for weight, bias in later:
            outputs = weight @ self.activation(outputs) + bias.unsqueeze(-1)
        return outputs

    def initial(
        self, generator: torch.Generator, networks: tuple[int, ...] = (), gain: float = 1.0,
        bias: float = 0.0,
    ) -> Tensor:  # fmt: skip
        """Normal weights of variance gain / fan-in and biases of deviation `bias`, (..., P).

        A gain of 1 suits tanh (LeCun et al. 1998), a gain of 2 suits ReLU (He et al. 2015).
        """
        theta = torch.zeros(*networks, self.parameters, dtype=torch.float64)
        for weight, shift in self.layers(theta):
            scale = (gain / weight.shape[-1]) ** 0.5
            for part, deviation in ((weight, scale), (shift, bias)):
                if deviation:
                    draw = torch.randn(part.shape, generator=generator, dtype=torch.float64)
                    part.copy_(deviation * draw)
        return theta


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """−log p(label) in nats, (..., examples), of logits (..., classes, examples) and labels."""
    log_probability = logits.log_softmax(-2)
    index = labels.expand(*log_probability.shape[:-2], 1, -1)
    return -log_probability.gather(-2, index).squeeze(-2)
