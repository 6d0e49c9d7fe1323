"""The rates of one neuron and its loss, link by link, and what a deep chain of links multiplies to.

z = w x + b, a = f(z), L = (a − y)²: dL/dw = dL/da · da/dz · dz/dw. Every rate is autograd's, and is
measured once more by a nudge, as (g(v + h) − g(v − h)) / 2h.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.learning.chain_sentences import (
    STOPPED,
    says_backward,
    says_nudge,
    says_product,
    says_stopped,
)
from mlanim.core.learning.deep_chain import DeepChain, deep_chain, turns_of
from mlanim.core.models.activations import ACTIVATIONS, TITLES, slopes
from mlanim.core.repeatable import one_thread
from mlanim.words.sentence import Sentence, sentence

NUDGE = 1e-6
ROUNDING = 4 * torch.finfo(torch.float64).eps  # of numbers that are meant to be the same
SAMPLES = 201

Function = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class ChainRule:
    """All that the scene shows."""

    title: str  # of the activation
    values: np.ndarray  # (8,) of w, x, w·x, b, z, a, y, L
    backward: np.ndarray  # (7,) dL/d of what the edges carry: w, x, w·x, b, z, a, y
    rates: np.ndarray  # (4,) dz/dw, da/dz, dL/da, dL/dw by autograd
    nudged: np.ndarray  # (4,) the same by nudges
    ws: np.ndarray  # (S,) from w to where z is `STOPPED`
    zs: np.ndarray  # (S,)
    links: np.ndarray  # (S, 3) local rates along ws
    turns: np.ndarray  # (2,) of the first wheel, at w and where z is `STOPPED`
    deep: DeepChain
    says_forward: Sentence
    says_backward: Sentence
    says_product: Sentence
    says_nudge: Sentence
    says_goes: Sentence
    says_stopped: Sentence


def local_rates(w: Tensor, b: float, x: float, y: float, activation: Function) -> Tensor:
    """dz/dw, da/dz and dL/da by autograd, (..., 3), at each of w (...)."""
    z = w * x + b
    a = activation(z)
    return torch.stack(
        [slopes(lambda w: w * x + b, w), slopes(activation, z), slopes(lambda a: (a - y) ** 2, a)],
        dim=-1,
    )


def nudged(function: Function, at: Tensor) -> float:
    """The slope of a function at a value by a nudge up and one down."""
    h = NUDGE * max(1.0, abs(float(at)))
    return float((function(at + h) - function(at - h)) / (2 * h))


def gelu(z: Tensor) -> Tensor:
    """z times the normal distribution's integral, which torch's own GELU rounds to 0 below -8."""
    return z * torch.special.erfc(-z / 2**0.5) / 2


def _or_same(value: float, other: float) -> float:
    """A number, or the other one where only rounding keeps them apart."""
    return other if abs(value - other) <= ROUNDING * abs(other) else value


@one_thread()
def chain_lesson(
    w: float, b: float, x: float, y: float, name: str, depth: int, low: float, high: float
) -> ChainRule:
    """One neuron at its weight and where it stops, then `depth` links of weights low to high."""
    f = gelu if name == "gelu" else ACTIVATIONS[name]
    b = -_or_same(-b, w * x)
    y = _or_same(y, float(f(torch.tensor(w * x + b, dtype=torch.float64))))
    values, backward = _passes(w, b, x, y, f)
    weight, z, a = (torch.tensor(values[i], dtype=torch.float64) for i in (0, 4, 5))
    links = local_rates(weight, b, x, y, f)
    rates = np.append(links.numpy(), backward[0])
    measured = [
        nudged(lambda w: w * x + b, weight), nudged(f, z), nudged(lambda a: (a - y) ** 2, a),
        nudged(lambda w: (f(w * x + b) - y) ** 2, weight),
    ]  # fmt: skip
    ws = torch.linspace(w, (STOPPED - b) / x, SAMPLES, dtype=torch.float64)
    along = local_rates(ws, b, x, y, f)
    return ChainRule(
        title=TITLES[name], values=values, backward=backward, rates=rates,
        nudged=np.array(measured), ws=ws.numpy(), zs=(ws * x + b).numpy(), links=along.numpy(),
        turns=turns_of(along[[0, -1]].numpy()), deep=deep_chain(name, depth, low, high),
        says_forward=sentence(
            "[w](weight) = {w:g} gives $z$ = {z:g}, [a](output) = {a:g}: "
            "the loss [L](highlight) is {loss:g}", w=w, z=values[4], a=values[5], loss=values[7],
        ),
        says_backward=says_backward(TITLES[name], values, rates),
        says_product=says_product(rates),
        says_nudge=says_nudge(rates, np.array(measured), values[4]),
        says_goes=sentence(
            "Here $z$ is {z:g} already, and [w](weight) stays" if values[4] == STOPPED else
            "Now [w](weight) goes to where $z$ is {z:g}", z=STOPPED,
        ),
        says_stopped=says_stopped(TITLES[name], along[0].numpy(), along[-1].numpy()),
    )  # fmt: skip


def _passes(
    w: float, b: float, x: float, y: float, activation: Function
) -> tuple[np.ndarray, np.ndarray]:
    """The values of w, x, w·x, b, z, a, y, L, and dL/d of all but L, by one backward pass."""
    leaves = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (w, x, b, y)]
    product = leaves[0] * leaves[1]
    z = product + leaves[2]
    a = activation(z)
    loss = (a - leaves[3]) ** 2
    nodes = [leaves[0], leaves[1], product, leaves[2], z, a, leaves[3]]
    found = torch.autograd.grad(loss, nodes)
    values = torch.stack([*nodes, loss]).detach()
    return values.numpy(), torch.stack(found).numpy()
