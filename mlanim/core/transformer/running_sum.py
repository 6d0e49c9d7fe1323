"""The residual stream of one digit: what each layer adds to it, recovered by subtraction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from mlanim.core.data.examples import Split
from mlanim.core.models.residual_net import ResidualNet
from mlanim.core.transformer.residual_sentences import (
    says_directions,
    says_lengths,
    says_plane,
    says_recovered,
    says_sum,
)
from mlanim.words.sentence import Sentence


@dataclass(frozen=True)
class RunningSum:
    """A stream h₀ … h_L and its deltas Δₗ = hₗ₊₁ − hₗ.

    The plane is spanned by h_L and, at a right angle to it, by the direction that holds most of
    the deltas' squared lengths; `share` is what the plane holds of them.
    """

    places: np.ndarray  # (L + 1, 2) the stream in the plane, from 0
    share: float
    ranges: tuple[
        tuple[float, float], tuple[float, float]
    ]  # of both axes, with the origin and some air
    lengths: np.ndarray  # (L,) of the deltas
    cosines: np.ndarray  # (L,) between each delta and the stream that it is added to
    usual_lengths: np.ndarray  # (L,) means over all test digits
    usual_cosines: np.ndarray  # (L,)
    recovered: float  # largest error of a delta recovered by subtraction, over its length
    says_sum: Sentence
    says_recovered: Sentence
    says_lengths: Sentence
    says_directions: Sentence
    says_plane: Sentence


def running_sum(net: ResidualNet, theta: Tensor, data: Split, digit: int) -> RunningSum:
    """The stream of test digit number `digit` in a network with the skip, θ (P,)."""
    one = torch.ones(1, 1, dtype=theta.dtype)
    streams = torch.stack(net.streams(theta, one, data.test.inputs))  # (L + 1, width, examples)
    added = torch.stack([net.delta(theta, i, h) for i, h in enumerate(streams[:-1])])
    deltas = streams.diff(dim=0)
    lengths, cosines = deltas.norm(dim=1), cosine_similarity(deltas, streams[:-1], dim=1)
    errors = (deltas - added).norm(dim=1) / lengths.clamp(min=torch.finfo(lengths.dtype).tiny)
    stream, label = streams[..., digit], int(data.test.labels[digit])
    read = int(net.scores(theta, streams[-1]).argmax(0)[digit])
    places, share = sum_plane(stream)
    walked, ends = float(lengths[:, digit].sum()), stream[[0, -1]].norm(dim=1).tolist()
    return RunningSum(
        places=places.numpy(), share=share, ranges=_ranges(places),
        lengths=lengths[:, digit].numpy(),
        cosines=cosines[:, digit].numpy(), usual_lengths=lengths.mean(1).numpy(),
        usual_cosines=cosines.mean(1).numpy(), recovered=float(errors[:, digit].max()),
        says_sum=says_sum(net.depth, label, read),
        says_recovered=says_recovered(float(errors[:, digit].max())),
        says_lengths=says_lengths(walked, ends[0], ends[1]),
        says_directions=says_directions(cosines[:, digit].numpy()),
        says_plane=says_plane(net.width, share),
    )  # fmt: skip


def sum_plane(stream: Tensor) -> tuple[Tensor, float]:
    """A stream (L + 1, width) in the plane of its last sum, which points to the right (L + 1, 2).

    Upwards is what holds most of the rest of its deltas; the share is of their squared lengths.
    """
    deltas, right = stream.diff(dim=0), stream[-1] / stream[-1].norm()
    rest = deltas - torch.outer(deltas @ right, right)
    up = torch.linalg.svd(rest, full_matrices=False).Vh[0]
    up = up * torch.where((rest @ up).sum() < 0, -1.0, 1.0)
    places = stream @ torch.stack([right, up], dim=1)
    return places, float(places.diff(dim=0).square().sum() / deltas.square().sum())


def _ranges(places: Tensor) -> tuple[tuple[float, float], tuple[float, float]]:
    low, high = places.min(0).values.clamp(max=0), places.max(0).values.clamp(min=0)
    air = 0.08 * (high - low).max()
    (left, bottom), (right, top) = (low - air).tolist(), (high + air).tolist()
    return (left, right), (bottom, top)
