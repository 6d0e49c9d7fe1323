"""Networks with and without a skip that learn digits: the stream as a sum, and its gradient.

Five starts, each with the skip and without, are trained side by side on the same batches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.data.examples import digits
from mlanim.core.learning.training import batches, train
from mlanim.core.models.activations import ACTIVATIONS
from mlanim.core.models.mlp import MLP, cross_entropy
from mlanim.core.models.residual_net import initial, scores, streams
from mlanim.core.repeatable import one_thread
from mlanim.core.transformer import gradient_flow
from mlanim.core.transformer.gradient_flow import SKIPS, Flow, gradients
from mlanim.core.transformer.running_sum import RunningSum, running_sum, says_of_sum
from mlanim.words.sentence import Sentence

WIDTH, STARTS = 24, 5
STEPS, BATCH, RATE, POINTS = 120, 32, 3e-3, 21
GAINS = np.geomspace(0.1, 4, 13)


@dataclass(frozen=True)
class Residual:
    """All that the scene shows."""

    sum: RunningSum
    steps: np.ndarray  # (T,)
    flows: list[Flow]  # with the skip and without
    gains: np.ndarray  # (G,) variance of the layers' weights times width
    passed: np.ndarray  # (2, G, STARTS) gradient at h₀ over that at h_L before training
    says: dict[str, Sentence]


@one_thread()
def residual_lesson(depth: int, activation: str, gain: float, digit: int, seed: int) -> Residual:
    """Train the networks, follow one test digit through the first, and measure gradients."""
    data, generator = digits(seed), torch.Generator().manual_seed(seed)
    widths = data.features, *(depth + 1) * [WIDTH], data.classes
    net = MLP(widths, ACTIVATIONS[activation])

    def drawn(gain: float, generator: torch.Generator) -> Tensor:
        return initial(net, generator, STARTS, gain).expand(2, -1, -1)

    def loss(theta: Tensor, batch: Tensor) -> Tensor:
        some = data.train.subset(batch)
        stream = streams(net, theta, SKIPS, some.inputs)[-1]
        return cross_entropy(scores(net, theta, stream), some.labels).mean(-1)

    start, order = drawn(gain, generator), batches(len(data.train), BATCH, generator)
    run = train(loss, start, "adam", RATE, STEPS, order, POINTS)
    measured = [gradients(net, theta, data) for theta in run.path]
    shares, losses = (np.stack(part) for part in zip(*measured, strict=True))
    right = gradient_flow.count_right(net, run.end, data)
    flows = [
        Flow(shares[:, k], np.median(losses[:, k], axis=1), int(np.median(right[k])))
        for k in (0, 1)
    ]
    first = [drawn(float(g), torch.Generator().manual_seed(seed)) for g in GAINS]
    passed = np.stack([gradients(net, theta, data)[0][..., 0] for theta in first], axis=1)
    followed = running_sum(net, run.end[0, 0], data, digit)
    return Residual(
        sum=followed, steps=run.steps, flows=flows, gains=GAINS, passed=passed,
        says=says_of_sum(followed, WIDTH)
        | gradient_flow.says_of_flows(flows, STEPS, len(data.test))
        | {"gain": gradient_flow.says_gain(GAINS, passed)},
    )  # fmt: skip
