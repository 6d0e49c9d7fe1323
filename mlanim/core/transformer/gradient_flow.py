"""The gradient of the loss by the stream at each layer, with the skip and without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.data.examples import Split
from mlanim.core.models.mlp import MLP, cross_entropy
from mlanim.core.models.residual_net import scores, streams
from mlanim.words.numbers import percent, significant
from mlanim.words.sentence import Sentence, sentence

MEASURED = 128  # training digits, over which gradient and loss are averaged
SKIPS = torch.tensor([1.0, 0.0], dtype=torch.float64).view(2, 1, 1, 1)
FULL = 1.05  # a factor below which the gradient is said to keep nearly its full strength


@dataclass(frozen=True)
class Flow:
    """The gradient in one kind of network before training, along it and after it.

    Every gradient is divided by that at h_L of the same network at the same step.
    """

    starts: np.ndarray  # (T, STARTS, depth + 1) from h₀ to h_L
    loss: np.ndarray  # (T,) median of the starts
    right: int  # median of the test digits that are read right at the end

    def factor(self, step: slice | int) -> float:
        """Within which factor of the gradient at h_L it stays, in all layers of all starts."""
        some = self.starts[step]
        return float(max(some.max(), 1 / some.min() if some.min() > 0 else np.inf))


def gradients(net: MLP, theta: Tensor, data: Split) -> tuple[np.ndarray, np.ndarray]:
    """Lengths of the gradient at each layer as shares of the last (2, S, L + 1), losses (2, S)."""
    some = data.train.subset(torch.arange(MEASURED))
    stream = streams(net, theta.detach().requires_grad_(), SKIPS, some.inputs)
    losses = cross_entropy(scores(net, theta, stream[-1]), some.labels)
    found = torch.autograd.grad(losses.sum(), stream)
    lengths = torch.stack([one.norm(dim=-2).mean(-1) for one in found], dim=-1)
    return (lengths / lengths[..., -1:]).numpy(), losses.detach().mean(-1).numpy()


def count_right(net: MLP, theta: Tensor, data: Split) -> np.ndarray:
    """How many test digits each network (2, S) reads right."""
    found = scores(net, theta, streams(net, theta, SKIPS, data.test.inputs)[-1])
    return np.asarray((found.argmax(-2) == data.test.labels).sum(-1))


def says_of_flows(flows: Sequence[Flow], steps: int, tested: int) -> dict[str, Sentence]:
    """What holds of gradient and learning with the skip, the first of `flows`, and without."""
    skip, during = flows[0], flows[0].factor(slice(None))
    start = [significant(float(np.median(flow.starts[0, :, 0])), 2) for flow in flows]
    factor = [_times(flow.factor(0)) for flow in flows]
    right = [percent(flow.right / tested) for flow in flows]
    return {
        "start": sentence(
            "Before training [{skip} ×](output) the gradient at the end gets to the start with "
            "the skip, [{plain} ×](weight) without", skip=start[0], plain=start[1],
        ),
        "factor": sentence(
            "{full} full strength: in {starts} starts it stays within a factor of [{skip}](output) "
            "with the skip, of [{plain}](weight) without",
            full="Nearly" if skip.factor(0) < FULL else "Not", starts=skip.starts.shape[1],
            skip=factor[0], plain=factor[1],
        ),
        "trained": sentence(
            "After {steps} steps of Adam the median start reads [{skip}](output) of unseen digits "
            "right with the skip, [{plain}](weight) without",
            steps=steps, skip=right[0], plain=right[1],
        ),
        "during": sentence(
            "Along all of training the skip keeps the gradient within a factor of [{k}](output)",
            k=_times(during),
        ) if np.isfinite(during) else sentence(
            "In training the gradient dies in some layer even with the [skip](output)"
        ),
    }  # fmt: skip


def _times(factor: float) -> str:
    """A factor that bounds others to two digits, never rounded down."""
    if not np.isfinite(factor):
        return "any size"
    step = 10.0 ** (np.floor(np.log10(factor)) - 1)
    return significant(float(f"{np.ceil(factor / step * (1 - 1e-12)) * step:.6g}"), 2)


def says_gain(gains: np.ndarray, passed: np.ndarray) -> Sentence:
    """With which variance of the first weights the gradient at the start is most like the last.

    Args:
        gains: (G,) variances times the width; passed: (2, G, starts), with the skip and without.
    """
    with np.errstate(divide="ignore"):
        skip, plain = np.abs(np.log(np.median(passed, axis=2))).argmin(axis=1).tolist()
    ends = {0: "the smallest tried,", len(gains) - 1: "the largest tried,"}
    return sentence(
        "Without the skip the first weights have to be right, {there} [{plain:1}](weight) / width; "
        "with it best is {here} [{skip:1}](output) / width", there=ends.get(plain, "near"),
        plain=gains[plain], here=ends.get(skip, "near"), skip=gains[skip],
    )  # fmt: skip
