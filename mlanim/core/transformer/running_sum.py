"""The residual stream of one digit: what each layer adds to it, recovered by subtraction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from mlanim.core.data.examples import Split
from mlanim.core.models.mlp import MLP
from mlanim.core.models.residual_net import delta, scores, streams
from mlanim.words.numbers import percent
from mlanim.words.sentence import Sentence, plain, sentence


@dataclass(frozen=True)
class RunningSum:
    """A stream h₀ … h_L and its deltas Δₗ = hₗ₊₁ − hₗ.

    The plane is spanned by h_L and, at a right angle to it, by the direction that holds most of
    the deltas' squared lengths; `share` is what the plane holds of them.
    """

    places: np.ndarray  # (L + 1, 2) the stream in the plane, from 0
    share: float
    ends: np.ndarray  # (2,) lengths of h₀ and h_L
    lengths: np.ndarray  # (L,) of the deltas
    cosines: np.ndarray  # (L,) between each delta and the stream that it is added to
    usual_lengths: np.ndarray  # (L,) means over all test digits
    usual_cosines: np.ndarray  # (L,)
    recovered: float  # largest error of a delta recovered by subtraction, over its length
    label: int
    read: int  # the digit that the network takes it for


def running_sum(net: MLP, theta: Tensor, data: Split, digit: int) -> RunningSum:
    """The stream of test digit number `digit` in a network with the skip, θ (P,)."""
    one = torch.ones(1, 1, dtype=theta.dtype)
    stream = torch.stack(streams(net, theta, one, data.test.inputs))  # (L + 1, width, examples)
    layers = zip(net.layers(theta)[1:-1], stream[:-1], strict=True)
    added = torch.stack([delta(net, layer, before) for layer, before in layers])
    deltas = stream.diff(dim=0)
    lengths, cosines = deltas.norm(dim=1), cosine_similarity(deltas, stream[:-1], dim=1)
    errors = (deltas - added).norm(dim=1) / lengths.clamp(min=torch.finfo(lengths.dtype).tiny)
    places, share = sum_plane(stream[..., digit])
    return RunningSum(
        places=places.numpy(), share=share, ends=stream[[0, -1], :, digit].norm(dim=1).numpy(),
        lengths=lengths[:, digit].numpy(), cosines=cosines[:, digit].numpy(),
        usual_lengths=lengths.mean(1).numpy(), usual_cosines=cosines.mean(1).numpy(),
        recovered=float(errors[:, digit].max()), label=int(data.test.labels[digit]),
        read=int(scores(net, theta, stream[-1]).argmax(0)[digit]),
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


def says_of_sum(s: RunningSum, width: int) -> dict[str, Sentence]:
    """What the deltas add up to and how they lie in `width` dimensions."""
    back = sentence("Subtracting one sum from the next gives back each [delta](weight)")
    error = sentence(", up to [{error:g}](highlight) of its length", error=s.recovered)
    return {
        "sum": sentence(
            "The input and {depth} [deltas](weight), tip to tail, are the [sum](output) from which "
            "an image of {label} is read as {read}",
            depth=len(s.lengths), label=s.label, read=s.read,
        ),
        "recovered": back + (error if s.recovered else plain(" exactly")),
        "lengths": sentence(
            "The deltas' lengths add up to [{walked:1}](weight); that of the stream went from "
            "[{first:1}](input) to [{last:1}](output)",
            walked=s.lengths.sum(), first=s.ends[0], last=s.ends[1],
        ),
        "cosines": sentence(
            "Cosines between a delta and the sum before it: from {least:+2} to {most:+2}",
            least=s.cosines.min(), most=s.cosines.max(),
        ),
        "plane": sentence(
            "{width} dimensions, seen in a plane with {share} of the deltas' squared lengths",
            width=width, share=percent(s.share),
        ),
    }  # fmt: skip
