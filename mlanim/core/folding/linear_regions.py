"""The linear regions of any piecewise affine network, as the scene about them shows them."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from mlanim.core.data.datasets import spiral_arms
from mlanim.core.folding import region_sentences as says
from mlanim.core.folding.bounds import bounds_of, cutting_sizes
from mlanim.core.folding.edges import class_edges, new_edges
from mlanim.core.folding.modules import relu_net
from mlanim.core.folding.own_network import (
    Labelled,
    numbers_in,
    only_with_a_model,
    own_examples,
    own_module,
    own_plane,
)
from mlanim.core.folding.planes import Plane
from mlanim.core.folding.polygons import box
from mlanim.core.folding.regions import Regions, class_cells, cut, distinct_maps
from mlanim.core.folding.relu_net import Kink, Largest, ReluNet
from mlanim.core.learning.training import train
from mlanim.core.models.mlp import MLP, cross_entropy
from mlanim.core.repeatable import one_thread
from mlanim.words.sentence import Sentence

TRAINING, TESTS, STEPS, RATE = 300, 300, 300, 0.02
RANDOM = 5
MOST_LAYERS, MOST_CLASSES = 12, 12
WIDE = 1.7  # the width of a picture over its height
MARGIN = 0.08  # around the data, as a share of their width


@dataclass(frozen=True)
class Layer:
    """The C regions behind one layer that cuts, or the whole plane before any.

    polygons: (C, K, 2), short ones repeat their last corner; areas: (C,); centroids: (C, 2)
    odd: (C,) bool, whether an odd number of neurons is active: it differs across each cut
    edges: (S, 2, 2) where this layer cuts
    """

    polygons: np.ndarray
    areas: np.ndarray
    centroids: np.ndarray
    odd: np.ndarray
    edges: np.ndarray


@dataclass(frozen=True)
class LinearRegions:
    """All that the scene shows; D parts are regions behind the last layer, each of one class.

    linear, shift: (D, m, 2), (D, m) the outputs in a part are linear @ place + shift
    ancestors: (L + 1, D) the region of each layer in which a part lies
    random: (L, R) counts of random networks of the shape; R is 0 where these are too many to cut
    """

    layers: tuple[Layer, ...]
    polygons: np.ndarray
    corners: np.ndarray
    areas: np.ndarray
    classes: np.ndarray
    ancestors: np.ndarray
    patterns: tuple[str, ...]
    linear: np.ndarray
    shift: np.ndarray
    boundary: np.ndarray  # (B, 2, 2)
    extent: tuple[float, float, float, float]
    points: np.ndarray  # (N, 2) data that lie in the plane
    labels: np.ndarray  # (N,)
    wrong: np.ndarray  # (N,) bool
    names: tuple[str, ...]  # of the classes
    axes: tuple[str, str]
    sizes: tuple[int, ...]  # (L,) neurons, or maxima, of each layer that cuts
    counts: np.ndarray  # (L,)
    bounds: np.ndarray  # (L,) float, since they may be very large
    maps: int
    random: np.ndarray
    heading: str
    says_network: Sentence
    says_points: Sentence
    says_layers: tuple[Sentence, ...]  # one for each of `layers`
    says_pieces: Sentence
    says_boundary: Sentence
    says_counts: Sentence
    says_random: Sentence
    says_areas: Sentence


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


@one_thread()
def linear_regions_lesson(
    classes: int = 3, widths: Sequence[int] = (10, 10, 10), seed: int = 0, *, model: str = "",
    checkpoint: str = "", data: str = "", plane: str = "", extent: Sequence[float] = (),
) -> LinearRegions:  # fmt: skip
    """Cut the plane by our own small network, trained, or by the user's.

    Raises:
        ValueError: for what `own_network`, `modules` and `regions` refuse.
    """
    if model:
        examples = own_examples(data) if data else None
        subject = _own(own_module(model, checkpoint), examples, plane)
    else:
        only_with_a_model(checkpoint=checkpoint, data=data, plane=plane)
        subject = _trained(classes, widths, seed)
    return lesson_of(subject, _extent(extent, subject), seed)


def lesson_of(
    subject: Subject, extent: tuple[float, float, float, float], seed: int
) -> LinearRegions:
    """Cut, count, compare with random networks, and say what is found."""
    if not cutting_sizes(subject.net):
        raise ValueError("The network is one affine map, since no layer cuts; give one with a ReLU "
                         "or a max-pooling.")  # fmt: skip
    found = cut(subject.net, box(*extent))
    parts, winners = class_cells(found.output)
    layers, counts = _layers(found.layers), np.array([len(one) for one in found.layers[1:]])
    maps, boundary = distinct_maps(found.output), class_edges(parts, winners)
    bounds = np.array([float(bound) for bound in bounds_of(subject.net)])
    random = random_counts(subject, extent, seed)
    wrong = decided(subject.net, subject.points) != subject.labels
    regions = found.layers[-1]
    crossed = int((np.bincount(parts.parents, minlength=len(regions)) > 1).sum())
    sizes, kinds = cutting_sizes(subject.net), _kinds(subject.net)
    return LinearRegions(
        layers=layers, polygons=parts.polygons, corners=parts.corners, areas=parts.areas,
        classes=winners, ancestors=_ancestors(found.layers, parts.parents),
        patterns=tuple(_written(parts.patterns)), linear=parts.linear, shift=parts.shift,
        boundary=boundary, extent=extent, points=subject.points, labels=subject.labels, wrong=wrong,
        names=subject.names, axes=_axes(subject.plane), sizes=sizes, counts=counts, bounds=bounds,
        maps=maps, random=random, heading=_heading(subject),
        says_network=subject.says, says_points=says.of_points(wrong),
        says_layers=says.of_layers(kinds, sizes, counts),
        says_pieces=says.of_pieces(len(regions), maps),
        says_boundary=says.of_boundary(winners, boundary, crossed, len(regions), subject.names),
        says_counts=says.of_counts(counts, bounds),
        says_random=says.of_random(counts, random),
        says_areas=says.of_areas(regions.areas),
    )  # fmt: skip


def random_counts(
    subject: Subject, extent: tuple[float, float, float, float], seed: int
) -> np.ndarray:
    """Regions behind each layer of networks as PyTorch initialises them (L, R)."""
    found = []
    for draw in range(RANDOM):
        module = initialised(subject.module, seed + draw)
        net = relu_net(module, subject.shape)
        if subject.plane is not None:
            net = net.on_plane(subject.plane.origin, subject.plane.axes)
        try:
            found.append([len(one) for one in cut(net, box(*extent)).layers[1:]])
        except ValueError:  # too many to cut
            return np.zeros((len(cutting_sizes(subject.net)), 0), int)
    return np.array(found).T


def initialised(module: nn.Module, seed: int) -> nn.Module:
    """A copy in which every layer that can be initialised anew is, from a seed."""
    fresh = copy.deepcopy(module)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for layer in fresh.modules():
            reset = getattr(layer, "reset_parameters", None)
            if callable(reset):
                reset()
    return fresh


def _trained(classes: int, widths: Sequence[int], seed: int) -> Subject:
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
    """A ReLU network of the house as a torch module."""
    modules: list[nn.Module] = []
    for weight, bias in net.layers(theta):
        linear = nn.Linear(weight.shape[1], weight.shape[0], dtype=torch.float64)
        linear.weight.data, linear.bias.data = weight.clone(), bias.clone()
        modules += [linear, nn.ReLU()]
    return nn.Sequential(*modules[:-1])


def _own(module: nn.Module, examples: Labelled | None, plane: str) -> Subject:
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


def _extent(given: Sequence[float], subject: Subject) -> tuple[float, float, float, float]:
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


def _layers(found: Sequence[Regions]) -> tuple[Layer, ...]:
    """What is shown of the regions behind each layer."""
    if len(found) - 1 > MOST_LAYERS:
        raise ValueError(f"The network has {len(found) - 1} layers that cut; up to {MOST_LAYERS} "
                         "are shown.")  # fmt: skip
    made = []
    for index, one in enumerate(found):
        edges = new_edges(one, found[index - 1]) if index else np.zeros((0, 2, 2))
        odd = one.patterns.sum(axis=1) % 2 == 1
        made.append(Layer(one.polygons, one.areas, one.centroids, odd, edges))
    return tuple(made)


def _ancestors(layers: Sequence[Regions], parents: np.ndarray) -> np.ndarray:
    """For each part, its region behind each layer, the whole plane first: (L + 1, D)."""
    found = [parents]
    for layer in layers[:0:-1]:
        found.append(layer.parents[found[-1]])
    return np.stack(found[::-1])


def _kinds(net: ReluNet) -> list[bool]:
    """Of each layer that cuts, whether it takes maxima."""
    return [isinstance(s, Largest) for s in net.steps if isinstance(s, Kink | Largest)]


def _written(patterns: np.ndarray) -> list[str]:
    """Each pattern as digits, a neuron's state each; places over 9 in a maximum as letters."""
    digits = np.array(list("0123456789abcdefghijklmnopqrstuvwxyz+"))
    return ["".join(row) for row in digits[np.minimum(patterns, 36)]]


def _axes(plane: Plane | None) -> tuple[str, str]:
    return ("$x_1$", "$x_2$") if plane is None else ("along the plane", "across it")


def _heading(subject: Subject) -> str:
    """The network's sizes in a line."""
    sizes = [subject.whole.inputs, *cutting_sizes(subject.net), subject.whole.outputs]
    return "–".join(map(str, sizes))
