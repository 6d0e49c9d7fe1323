"""Activation functions side by side: values, slopes, flat parts, gradients through layers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from mlanim.core.learning.activation_stack import gradient_norms
from mlanim.core.models.activations import ACTIVATIONS, TITLES, slopes
from mlanim.core.repeatable import one_thread
from mlanim.words.numbers import percent
from mlanim.words.sentence import Sentence, sentence

REACH, SAMPLES = 4.0, 321  # of z in the charts
FLAT = 0.01  # slopes closer to 0 than this are called flat
ALWAYS = ("relu", "sigmoid", "tanh", "repu")
SEEDS = 5
FIVE = 5


@dataclass(frozen=True)
class Shape:
    """One activation: K is how many layers its gradients stay within the range of numbers, + 1."""

    name: str
    title: str
    values: np.ndarray  # (N,) at zs
    slopes: np.ndarray  # (N,) by autograd
    flat: float  # the share of standard normal inputs at which the slope is flat
    norms: np.ndarray  # (K,) median over the seeds of the gradient after 0 … K − 1 layers
    low: np.ndarray  # (K,) the least over the seeds
    high: np.ndarray  # (K,) the largest


@dataclass(frozen=True)
class Activations:
    """All that the scene shows."""

    zs: np.ndarray  # (N,)
    shapes: tuple[Shape, ...]  # ReLU, sigmoid, tanh, RePU and the fifth
    bounds: np.ndarray  # (FIVE, 2) how many sigmoids, and what their slopes keep at most
    depth: int
    says_signal: Sentence
    says_flat: Sentence
    says_five: Sentence
    says_stack: Sentence


@one_thread()
def activations_lesson(fifth: str, depth: int, gain: float, seed: int) -> Activations:
    """Four activations and a fifth; gradients through `depth` layers from `SEEDS` seeds on."""
    zs = torch.linspace(-REACH, REACH, SAMPLES, dtype=torch.float64)
    names = (*ALWAYS, fifth)
    shapes = tuple(_shape(name, zs, depth, gain, seed) for name in names)
    top = float(shapes[1].slopes.max())
    return Activations(
        zs=zs.numpy(), shapes=shapes, depth=depth,
        bounds=np.array([[n, top**n] for n in range(1, FIVE + 1)]),
        says_signal=sentence(
            "At $z$ = {z:g}: slopes {found}", z=REACH,
            found=", ".join(f"{s.title} {s.slopes[-1]:.4g}" for s in shapes),
        ),
        says_flat=sentence(
            "Slope under {flat:g}, $z$ normal: {shares}", flat=FLAT,
            shares=", ".join(f"{s.title} {percent(s.flat)}" for s in shapes),
        ),
        says_five=sentence(
            "[sigmoid](input)'s slope is at most {top:g}: {n} of them keep at most {rest:g}",
            top=top, n=FIVE, rest=top**FIVE,
        ),
        says_stack=says_stack(shapes, depth),
    )  # fmt: skip


def flat_share(name: str) -> float:
    """The probability under a standard normal distribution that the slope is flat."""
    z = (torch.arange(-10_000, 10_000, dtype=torch.float64) + 0.5) / 1000
    density = torch.exp(-(z**2) / 2)
    flat = slopes(ACTIVATIONS[name], z).abs() < FLAT
    return float(density[flat].sum() / density.sum())


def _shape(name: str, zs: torch.Tensor, depth: int, gain: float, seed: int) -> Shape:
    runs = [gradient_norms(name, depth, gain, seed + i) for i in range(SEEDS)]
    count = min(map(len, runs))
    norms = np.stack([run[:count] for run in runs])
    return Shape(
        name=name, title=TITLES[name], values=ACTIVATIONS[name](zs).numpy(),
        slopes=slopes(ACTIVATIONS[name], zs).numpy(), flat=flat_share(name),
        norms=np.median(norms, axis=0), low=norms.min(axis=0), high=norms.max(axis=0),
    )  # fmt: skip


def says_stack(shapes: tuple[Shape, ...], depth: int) -> Sentence:
    """What a stack of `depth` layers leaves of a gradient with sigmoid, ReLU and RePU."""
    relu, sigmoid, _, repu = (shape.norms for shape in shapes[:4])
    beyond = len(repu) <= depth
    template = (
        "Back through {depth} layers [sigmoid](input) leaves {sigmoid:g}, [ReLU](output) {relu:g}; "
        + ("RePU leaves the range of numbers" if beyond else "RePU {repu:g}")
    )
    ends = {"repu": repu[-1]} if not beyond else {}
    return sentence(
        template, depth=depth, sigmoid=sigmoid[-1], relu=relu[-1],
        **ends,
    )  # fmt: skip
