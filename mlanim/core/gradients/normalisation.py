"""What the scene on normalisation shows: three norms of one tensor, and what batch norm does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mlanim.core.data.examples import split_named
from mlanim.core.gradients.norm_sentences import (
    says_of_batch_norm,
    says_of_change,
    says_of_layer_norm,
    says_of_network,
    says_of_pair,
    says_of_rms_norm,
    says_of_scale,
    says_of_smoothness,
    says_of_spread,
)
from mlanim.core.gradients.smoothness import EVERY, STARTS, STEPS, Smoothness, along_training, probe
from mlanim.core.learning.task import Task
from mlanim.core.learning.training import value_and_gradient
from mlanim.core.models.mlp import MLP
from mlanim.core.models.norms import batch_norm, layer_norm, normed_tanh, rms_norm
from mlanim.core.repeatable import one_thread
from mlanim.words.sentence import Sentence, plain

SIZES = np.array([2, 4, 8, 16, 32, 64])
DRAWS = 400


@dataclass(frozen=True)
class Walk:
    """Three norms done cell by cell: neuron after neuron, then twice example after example.

    Stop k stands at one column or row; shown (K, B, F): what is normalised by then, the rest as it
    was; mean, variance, square (of the mean square): of that column or row, before and after.
    """

    norm: list[str]  # (K,) "batch", "layer" or "RMS"
    column: np.ndarray  # (K,)
    row: np.ndarray
    shown: np.ndarray
    mean: np.ndarray
    variance: np.ndarray
    square: np.ndarray
    mean_after: np.ndarray
    variance_after: np.ndarray
    square_after: np.ndarray


@dataclass(frozen=True)
class Spread:
    """How far a batch's estimates lie from those of all examples, for each of H neurons.

    mean, deviation: (N, H), the standard deviation over batches of SIZES, in units of the neuron's
    own deviation.
    """

    sizes: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray


@dataclass(frozen=True)
class Scaled:
    """Loss and gradient of a layer whose weights are multiplied, as multiples of those at 1."""

    factors: np.ndarray  # (A,)
    loss: np.ndarray
    gradient: np.ndarray
    plain: np.ndarray  # the loss of a network without batch norm


@dataclass(frozen=True)
class Normalisation:
    """All that the scene shows."""

    labels: list[str]  # of the B digits
    before: np.ndarray  # (B, F)
    after: dict[str, np.ndarray]
    largest: float  # absolute value in these
    walk: Walk
    pair: np.ndarray  # (2, F), of two of the digits
    pair_after: np.ndarray
    spread: Spread
    scaled: Scaled
    steps: np.ndarray  # (T,) of training
    with_norm: Smoothness
    without: Smoothness
    says_network: Sentence
    says_batch: Sentence
    says_layer: Sentence
    says_rms: Sentence
    says_norms: Sentence  # the three
    says_pair: Sentence
    says_spread: Sentence
    says_scale: Sentence
    says_loss: Sentence
    says_gradient: Sentence
    says_smooth: Sentence
    says_changes: Sentence  # the three


@one_thread()
def normalisation_lesson(
    batch: int, features: int, layers: int, rate: float, seed: int
) -> Normalisation:
    """Train networks that read digits with and without batch norm, and measure them.

    Args:
        batch: digits of the tensor that is shown.
        features: neurons of each hidden layer; layers: how many of these there are.
        rate: of the gradient steps.
        seed: of data, starts and batches.
    """
    data = split_named("digits", seed)
    widths = (data.features, *[features] * layers, data.classes)
    normed, plain = Task(MLP(widths, normed_tanh), data), Task(MLP(widths), data)
    starts = torch.stack([plain.start(seed + 1000 * i) for i in range(STARTS)])
    with_norm, ends = along_training(normed, starts, rate, seed)
    without, plain_ends = along_training(plain, starts, rate, seed)
    test = data.test.subset(torch.arange(batch))
    z = first_layer(normed, ends[0], test.inputs)
    after = {"batch": batch_norm(z), "layer": layer_norm(z), "RMS": rms_norm(z)}
    shown = {name: values.T.numpy() for name, values in after.items()}
    pair = batch_norm(z[:, :2]).T.numpy()
    spread = spread_of(first_layer(normed, ends[0], data.train.inputs).numpy(), seed)
    scaled = scaled_layer(normed, ends[0], plain, plain_ends[0])
    return Normalisation(
        labels=[str(int(label)) for label in test.labels], before=z.T.numpy(), after=shown,
        largest=max(float(one.abs().max()) for one in (z, *after.values())),
        walk=walk_of(z.T.numpy(), shown), pair=z.T.numpy()[:2], pair_after=pair, spread=spread,
        scaled=scaled, steps=np.arange(0, STEPS + 1, EVERY), with_norm=with_norm, without=without,
        says_network=says_of_network(
            normed.net.parameters, normed.right(ends[0], data.test), len(data.test), batch
        ),
        says_pair=says_of_pair(pair), says_spread=says_of_spread(spread.sizes, spread.mean),
        says_scale=says_of_scale(scaled.factors, scaled.loss, scaled.gradient, scaled.plain),
        **said_of_norms(shown), **said_of_changes(without, with_norm),
    )  # fmt: skip


def said_of_norms(after: dict[str, np.ndarray]) -> dict[str, Sentence]:
    """What each norm does, and all of it in a row."""
    batch, layer = says_of_batch_norm(after["batch"]), says_of_layer_norm(after["layer"])
    rms = says_of_rms_norm(after["RMS"])
    return {"says_batch": batch, "says_layer": layer, "says_rms": rms,
            "says_norms": batch + plain(". ") + layer + plain(". ") + rms}  # fmt: skip


def said_of_changes(without: Smoothness, with_norm: Smoothness) -> dict[str, Sentence]:
    """How fast loss and gradient change, from the mean along training of each start."""
    of_loss = without.loss.mean(0), with_norm.loss.mean(0)
    of_gradient = without.gradient.mean(0), with_norm.gradient.mean(0)
    loss, gradient = says_of_change(*of_loss), says_of_change(*of_gradient)
    verdict = says_of_smoothness(of_loss, of_gradient)
    whole = verdict + plain(". Loss: ") + loss + plain("; gradient: ") + gradient
    return {"says_loss": loss, "says_gradient": gradient, "says_smooth": verdict,
            "says_changes": whole}  # fmt: skip


def first_layer(task: Task, theta: Tensor, inputs: Tensor) -> Tensor:
    """What the first hidden layer's neurons sum up before any norm, (features, examples)."""
    weight, bias = task.net.layers(theta)[0]
    return weight @ inputs + bias.unsqueeze(-1)


def walk_of(before: np.ndarray, after: dict[str, np.ndarray]) -> Walk:
    """The walk over the cells of a tensor (B, F), with each norm's result."""
    stops: list[tuple[Any, ...]] = []
    for name, values in after.items():
        by_column = name == "batch"
        old, new = (before.T, values.T) if by_column else (before, values)  # a line is a row now
        for at in range(len(old)):
            shown = np.concatenate([new[: at + 1], old[at + 1 :]])
            place = (at, 0) if by_column else (before.shape[1] - 1, at)
            shown = shown.T if by_column else shown
            stops.append((name, *place, shown, *moments(old[at]), *moments(new[at])))
    names, *numbers = zip(*stops, strict=True)
    return Walk(list(names), *(np.array(part, dtype=float) for part in numbers))


def moments(values: np.ndarray) -> tuple[float, float, float]:
    """Mean, variance and mean square."""
    return float(values.mean()), float(values.var()), float((values**2).mean())


def spread_of(z: np.ndarray, seed: int) -> Spread:
    """Means and deviations in DRAWS batches of each of SIZES, from activations z (H, N).

    A batch is drawn without replacement, as in training: its mean strays by exactly
    σ √((N − n) / ((N − 1) n)), which is σ / √n where N is large.
    """
    rng, scale = np.random.default_rng(seed), z.std(axis=1)
    order = rng.random((DRAWS, z.shape[1])).argsort(axis=1)[:, : SIZES[-1]]
    drawn = (z / scale[:, None])[:, order]  # (H, DRAWS, largest)
    means = [drawn[..., :n].mean(-1).std(-1) for n in SIZES]
    deviations = [drawn[..., :n].std(-1).std(-1) for n in SIZES]
    return Spread(SIZES, np.array(means), np.array(deviations))


def scaled_layer(normed: Task, theta: Tensor, plain: Task, plain_theta: Tensor) -> Scaled:
    """Multiply the first layer of two networks, weights and biases, by a tenth to ten."""
    factors = np.geomspace(0.1, 10, 21)
    losses, norms = _scaled(normed, theta, factors)
    plain_losses, _ = _scaled(plain, plain_theta, factors)
    middle = len(factors) // 2
    return Scaled(factors, *(part / part[middle] for part in (losses, norms, plain_losses)))


def _scaled(task: Task, theta: Tensor, factors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Losses, and the norms of the gradient in the first layer, (A,) each."""
    several = theta.repeat(len(factors), 1)
    first = sum(part[0].numel() for part in task.net.layers(several)[0])
    several[:, :first] *= torch.from_numpy(factors)[:, None]
    losses, gradients = value_and_gradient(lambda theta, _: probe(task, theta), several)
    return losses.numpy(), gradients[:, :first].norm(dim=-1).numpy()
