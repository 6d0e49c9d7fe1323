"""Networks with and without a skip that learn digits: the stream as a sum, and its gradient.

Five starts, each with the skip and without, are trained side by side on the same batches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.data.examples import Split, digits
from mlanim.core.learning.training import batches, train
from mlanim.core.models.mlp import cross_entropy
from mlanim.core.models.residual_net import ResidualNet
from mlanim.core.repeatable import one_thread
from mlanim.core.transformer.gradient_flow import (
    SKIPS,
    Flow,
    count_right,
    flow_of,
    gradients,
)
from mlanim.core.transformer.residual_sentences import (
    says_during,
    says_factor,
    says_gain,
    says_start,
    says_trained,
)
from mlanim.core.transformer.running_sum import RunningSum, running_sum
from mlanim.words.sentence import Sentence

WIDTH, STARTS = 24, 5
STEPS, BATCH, RATE, POINTS = 120, 32, 3e-3, 21
GAINS = np.geomspace(0.1, 4, 13)


@dataclass(frozen=True)
class Residual:
    """All that the scene shows."""

    layers: np.ndarray  # (depth + 1,)
    sum: RunningSum
    steps: np.ndarray  # (T,)
    flows: dict[str, Flow]  # "with the skip" and "without"
    gains: np.ndarray  # (G,) variance of the layers' weights times width
    passed: np.ndarray  # (2, G, STARTS) gradient at h₀ over that at h_L before training
    says_start: Sentence
    says_factor: Sentence
    says_trained: Sentence
    says_during: Sentence
    says_gain: Sentence


@one_thread()
def residual_lesson(depth: int, activation: str, gain: float, digit: int, seed: int) -> Residual:
    """Train the networks, follow one test digit through the first, and measure gradients."""
    data, generator = digits(seed), torch.Generator().manual_seed(seed)
    net = ResidualNet(data.features, WIDTH, depth, data.classes, activation)
    start = net.initial(generator, STARTS, gain).expand(2, -1, -1)

    def loss(theta: Tensor, batch: Tensor) -> Tensor:
        some = data.train.subset(batch)
        stream = net.streams(theta, SKIPS, some.inputs)[-1]
        return cross_entropy(net.scores(theta, stream), some.labels).mean(-1)

    drawn = batches(len(data.train), BATCH, generator)
    run = train(loss, start, "adam", RATE, STEPS, drawn, POINTS)
    measured = [gradients(net, theta, data) for theta in run.path]
    shares, losses = (np.stack([one[i] for one in measured]) for i in (0, 1))
    right = count_right(net, run.end, data)
    skip, plain = (flow_of(shares[:, k], losses[:, k], right[k]) for k in (0, 1))
    passed = np.stack([_passed(net, data, float(g), seed) for g in GAINS], axis=1)
    return Residual(
        layers=np.arange(depth + 1), sum=running_sum(net, run.end[0, 0], data, digit),
        steps=run.steps, flows={"with the skip": skip, "without": plain}, gains=GAINS,
        passed=passed, says_start=says_start(skip, plain), says_factor=says_factor(skip, plain),
        says_trained=says_trained(skip, plain, STEPS, len(data.test)),
        says_during=says_during(skip), says_gain=says_gain(GAINS, passed),
    )  # fmt: skip


def _passed(net: ResidualNet, data: Split, gain: float, seed: int) -> np.ndarray:
    start = net.initial(torch.Generator().manual_seed(seed), STARTS, gain).expand(2, -1, -1)
    return gradients(net, start, data)[0][..., 0]
