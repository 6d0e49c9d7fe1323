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
from mlanim.core.transformer.running_sum import RunningSum, running_sum
from mlanim.words.numbers import percent, significant
from mlanim.words.sentence import Sentence, sentence

WIDTH, STARTS = 24, 5
STEPS, BATCH, RATE, POINTS = 120, 32, 3e-3, 21
GAINS = np.geomspace(0.1, 4, 13)


@dataclass(frozen=True)
class Residual:
    """All that the scene shows."""

    layers: np.ndarray  # (depth + 1,)
    sum: RunningSum
    steps: np.ndarray  # (T,)
    flows: dict[str, Flow]  # with the "skip" and "plain"
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
        steps=run.steps, flows={"skip": skip, "plain": plain}, gains=GAINS, passed=passed,
        says_start=_says_start(skip, plain), says_factor=_says_factor(skip, plain),
        says_trained=_says_trained(skip, plain, len(data.test)),
        says_during=sentence(
            "Along all of training the skip keeps the gradient within a factor of [{k}](output)",
            k=times(skip.factor(slice(None))),
        ),
        says_gain=_says_gain(passed),
    )  # fmt: skip


def _passed(net: ResidualNet, data: Split, gain: float, seed: int) -> np.ndarray:
    start = net.initial(torch.Generator().manual_seed(seed), STARTS, gain).expand(2, -1, -1)
    return gradients(net, start, data)[0][..., 0]


def times(factor: float) -> str:
    """A factor to two digits."""
    return significant(factor, 2) if np.isfinite(factor) else "any size"


def _says_start(skip: Flow, plain: Flow) -> Sentence:
    reached = [float(flow.spread[0, 1, 0]) for flow in (skip, plain)]
    return sentence(
        "Before training [{skip} ×](output) the gradient at the end gets to the start with the "
        "skip, [{plain} ×](weight) without",
        skip=significant(reached[0], 2), plain=significant(reached[1], 2),
    )  # fmt: skip


def _says_factor(skip: Flow, plain: Flow) -> Sentence:
    return sentence(
        "Not full strength: in {starts} starts it stays within a factor of [{skip}](output) with "
        "the skip, of [{plain}](weight) without",
        starts=STARTS, skip=times(skip.factor(0)), plain=times(plain.factor(0)),
    )  # fmt: skip


def _says_trained(skip: Flow, plain: Flow, tested: int) -> Sentence:
    ends = [flow.right / tested for flow in (skip, plain)]
    return sentence(
        "After {steps} steps of Adam the median start reads [{skip}](output) of unseen digits "
        "right with the skip, [{plain}](weight) without",
        steps=STEPS, skip=percent(ends[0]), plain=percent(ends[1]),
    )  # fmt: skip


def _says_gain(passed: np.ndarray) -> Sentence:
    with np.errstate(divide="ignore"):
        away = np.abs(np.log(np.median(passed, axis=2)))
    best = GAINS[away.argmin(axis=1)]
    small = "the smallest tried, " if best[0] == GAINS[0] else "near "
    return sentence(
        "Without the skip the first weights have to be right, near [{plain:1}](weight) / width; "
        "with it best is {small}[{skip:1}](output) / width",
        plain=best[1], skip=best[0], small=small,
    )  # fmt: skip
