"""The linear regions of any piecewise affine network, as the scene about them shows them."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from mlanim.core.folding import region_sentences as says
from mlanim.core.folding.subjects import Subject, decided, extent_of, own, trained
from mlanim.core.relu.bounds import bounds_of, cutting_sizes
from mlanim.core.relu.edges import class_edges, new_edges
from mlanim.core.relu.modules import relu_net
from mlanim.core.relu.own_network import only_with_a_model, own_examples, own_module
from mlanim.core.relu.planes import Plane
from mlanim.core.relu.polygons import box
from mlanim.core.relu.regions import Regions, class_cells, cut, distinct_maps
from mlanim.core.relu.relu_net import Kink, Largest, ReluNet
from mlanim.core.repeatable import one_thread
from mlanim.words.sentence import Sentence

RANDOM = 5
MOST_LAYERS = 12


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
        subject = own(own_module(model, checkpoint), examples, plane)
    else:
        only_with_a_model(checkpoint=checkpoint, data=data, plane=plane)
        subject = trained(classes, widths, seed)
    return lesson_of(subject, extent_of(extent, subject), seed)


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
    seen = _seen(subject.points, extent)
    points, labels = subject.points[seen], subject.labels[seen]
    wrong = decided(subject.net, points) != labels
    regions = found.layers[-1]
    crossed = int((np.bincount(parts.parents, minlength=len(regions)) > 1).sum())
    sizes, kinds = cutting_sizes(subject.net), _kinds(subject.net)
    return LinearRegions(
        layers=layers, polygons=parts.polygons, corners=parts.corners, areas=parts.areas,
        classes=winners, ancestors=_ancestors(found.layers, parts.parents),
        patterns=tuple(_written(parts.patterns)), linear=parts.linear, shift=parts.shift,
        boundary=boundary, extent=extent, points=points, labels=labels, wrong=wrong,
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


def _seen(points: np.ndarray, extent: tuple[float, float, float, float]) -> np.ndarray:
    """Which points (N, 2) lie in the picture."""
    left, right, bottom, top = extent
    return np.asarray(((points >= [left, bottom]) & (points <= [right, top])).all(axis=1))


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
