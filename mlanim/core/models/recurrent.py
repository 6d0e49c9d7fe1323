"""A recurrent network as a function of one flat vector of parameters.

    h_t = tanh(W x_t + U h_{t−1} + b),  h_0 = 0;  answer = v · h_T + c

Leading dimensions of the vector are networks side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Recurrent:
    """One number in at each step, `hidden` tanh units, one number out after the last step."""

    hidden: int

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many numbers W, U, b, v and c have."""
        return self.hidden, self.hidden**2, self.hidden, self.hidden, 1

    @property
    def parameters(self) -> int:
        """How many there are in all."""
        return sum(self.sizes)

    def parts(self, theta: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """W (..., H, 1), U (..., H, H), b (..., H, 1), v (..., 1, H), c (..., 1) of (..., P)."""
        enter, again, bias, leave, shift = theta.split(self.sizes, dim=-1)
        again = again.unflatten(-1, (self.hidden, self.hidden))
        return enter[..., None], again, bias[..., None], leave[..., None, :], shift

    def __call__(self, theta: Tensor, inputs: Tensor) -> Tensor:
        """Answers (..., examples) to sequences (..., steps, examples)."""
        enter, again, bias, leave, shift = self.parts(theta)
        state = torch.zeros_like(enter @ inputs[..., :1, :])  # (..., H, examples)
        for x in inputs.unsqueeze(-2).unbind(-3):  # (..., 1, examples)
            state = torch.tanh(enter @ x + again @ state + bias)
        return (leave @ state).squeeze(-2) + shift

    def initial(self, generator: torch.Generator, networks: int, gain: float) -> Tensor:
        """Normal weights of variance 1 / fan-in, U's deviation `gain` times that, no biases."""
        theta = torch.randn(networks, self.parameters, generator=generator, dtype=torch.float64)
        _, again, bias, leave, shift = self.parts(theta)  # views: writing to them writes to theta
        again *= gain / self.hidden**0.5
        leave /= self.hidden**0.5
        bias.zero_()
        shift.zero_()
        return theta
