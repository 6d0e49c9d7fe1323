"""A network and where it is looked at: our own small one, trained, or a user's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from mlanim.core.data.datasets import spiral_arms
from mlanim.core.folding import region_sentences as says
from mlanim.core.learning.training import train
from mlanim.core.models.mlp import MLP, cross_entropy
from mlanim.core.relu.modules import relu_net
from mlanim.core.relu.own_network import Labelled, numbers_in, own_plane
from mlanim.core.relu.planes import Plane
from mlanim.core.relu.relu_net import ReluNet
from mlanim.words.sentence import Sentence

TRAINING, TESTS, STEPS, RATE = 300, 300, 300, 0.02
MOST_CLASSES = 12
WIDE = 1.7  # the width of a picture over its height
MARGIN = 0.08  # around the data, as a share of their width


@dataclass(frozen=True)
class Subject:
    """A network and where it is looked at.

    whole: the network; net: the same on the plane of the picture
    points, labels: the examples that lie in that plane
    """

    module: nn.Module
    whole: ReluNet
    net: ReluNet
    plane: Plane | None
    shape: tuple[int, ...] | None
    points: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...]
    says: Sentence


def trained(classes: int, widths: Sequence[int], seed: int) -> Subject:
    """Our own network of ReLU layers, trained to tell the arms of a spiral apart."""
    points, labels = spiral_arms(classes, TRAINING + TESTS, seed)
    net = MLP((2, *widths, classes), torch.relu)
    inputs, targets = torch.from_numpy(points[:TRAINING].T), torch.from_numpy(labels[:TRAINING])

    def loss(theta: torch.Tensor, _: object) -> torch.Tensor:
        return cross_entropy(net(theta, inputs), targets).mean(-1)

    start = net.initial(torch.Generator().manual_seed(seed), gain=2.0, bias=0.3)
    end = train(loss, start, "adam", RATE, STEPS).end
    module = as_module(net, end)
    whole = relu_net(module)
    right = (decided(whole, points[TRAINING:]) == labels[TRAINING:]).mean()
    said = says.of_training(net.parameters, TRAINING, float(right), TESTS)
    names = tuple(str(k) for k in range(classes))
    return Subject(module, whole, whole, None, None, points[TRAINING:], labels[TRAINING:], names,
                   said)  # fmt: skip


def as_module(net: MLP, theta: torch.Tensor) -> nn.Sequential:
    """One of our ReLU networks as a torch module."""
    modules: list[nn.Module] = []
    for weight, bias in net.layers(theta):
        linear = nn.Linear(weight.shape[1], weight.shape[0], dtype=torch.float64)
        linear.weight.data, linear.bias.data = weight.clone(), bias.clone()
        modules += [linear, nn.ReLU()]
    return nn.Sequential(*modules[:-1])


def own(module: nn.Module, examples: Labelled | None, plane: str) -> Subject:
    """The user's network, in two dimensions or on the plane that they name."""
    shape = examples.shape if examples is not None else None
    whole = relu_net(module, shape)
    parameters = sum(p.numel() for p in module.parameters())
    names = _names(examples, whole.outputs)
    said = says.of_own(parameters, _right(whole, examples), 0 if examples is None else
                       len(examples.labels))  # fmt: skip
    if whole.inputs == 2 and not plane:
        points = examples.rows if examples is not None else np.zeros((0, 2))
        labels = examples.labels if examples is not None else np.zeros(0, int)
        return Subject(module, whole, whole, None, shape, points, labels, names, said)
    if not plane:
        raise ValueError(
            f"The network takes {whole.inputs} numbers, and a picture has two dimensions; give a "
            "plane through its inputs: plane=0,5,9 for three examples of the data, or a file."
        )
    through = own_plane(plane, examples, whole.inputs)
    net = whole.on_plane(through.origin, through.axes)
    points, labels = np.zeros((0, 2)), np.zeros(0, int)
    if examples is not None and (numbers := numbers_in(plane)):
        points, labels = through.marks, examples.labels[numbers]
    return Subject(module, whole, net, through, shape, points, labels, names, said)


def _names(examples: Labelled | None, outputs: int) -> tuple[str, ...]:
    """The classes' names: those of the labels, and numbers for outputs that have none."""
    classes = max(outputs, 2)
    if classes > MOST_CLASSES:
        raise ValueError(f"The network has {outputs} outputs; up to {MOST_CLASSES} are shown.")
    known = examples.names if examples is not None else ()
    if len(known) > classes:
        raise ValueError(
            f"The data have {len(known)} classes, and the network {outputs} outputs; give one "
            "output for each class."
        )
    return (*known, *(str(k) for k in range(len(known), classes)))


def decided(net: ReluNet, rows: np.ndarray) -> np.ndarray:
    """The class (N,) that a network gives to inputs (N, d); one output is positive for class 1."""
    scores = net(rows)
    found = scores.argmax(axis=1) if net.outputs > 1 else scores[:, 0] > 0
    return np.asarray(found, dtype=np.int64)


def _right(net: ReluNet, examples: Labelled | None) -> float | None:
    """The share of the examples that the network gives their class."""
    if examples is None:
        return None
    if examples.rows.shape[1] != net.inputs:
        raise ValueError(
            f"The examples have {examples.rows.shape[1]} numbers each, and the network takes "
            f"{net.inputs}; give examples of that size."
        )
    return float((decided(net, examples.rows) == examples.labels).mean())


def extent_of(given: Sequence[float], subject: Subject) -> tuple[float, float, float, float]:
    """Left, right, bottom and top: those given, or a rectangle around the data."""
    if len(given) == 1 and given[0] > 0:
        return -given[0], given[0], -given[0], given[0]
    if len(given) == 4 and given[0] < given[1] and given[2] < given[3]:
        return given[0], given[1], given[2], given[3]
    if len(given):
        raise ValueError(
            f"extent is {', '.join(f'{n:g}' for n in given)}; give one number for a square around "
            "0, or left, right, bottom, top."
        )
    if len(subject.points) < 2:
        return -WIDE, WIDE, -1.0, 1.0
    low, high = subject.points.min(axis=0), subject.points.max(axis=0)
    share = MARGIN if subject.plane is None else 0.5
    middle, sides = (low + high) / 2, (high - low) * (1 + 2 * share)
    height = float(max(sides[1], sides[0] / WIDE)) or 1.0
    (x, y), half = middle.tolist(), height / 2
    return x - WIDE * half, x + WIDE * half, y - half, y + half
