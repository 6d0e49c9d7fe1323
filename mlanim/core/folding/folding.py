"""ReLU layers as folds of a sheet of paper, and the cut that unfolds from the last space.

One ReLU does not fold a sheet as a hand does. In a frame turned so that one axis is the neuron's
normal, it sets the coordinate along that axis to zero wherever it was negative: the dead side
lands on the crease, and points that differ only along the normal become one. A mirror fold keeps
them apart from each other, and takes two neurons: |z| = ReLU(z) + ReLU(-z).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlanim.core.data.datasets import PlaneDataset, dataset_of
from mlanim.core.folding.creases import Boundary, Creases, boundary, creases
from mlanim.core.folding.own_fold import as_trained_net
from mlanim.core.folding.sheet import Sheet, cut_sheet
from mlanim.core.folding.spaces import Stage, layer_images, stages
from mlanim.core.folding.training import TrainedNet, check_widths, train_classifier
from mlanim.core.relu.bounds import upper_bounds
from mlanim.core.relu.own_network import only_with_a_model, own_module
from mlanim.core.relu.polygons import crosses, on_the_line, split, square
from mlanim.core.relu.regions import Regions, cells_by_layer, decision_cells, distinct_maps

HALF_WIDTH = 1.75
GRID = 20
MARGIN = 0.08
FARTHEST_CREASE = 4.0


@dataclass(frozen=True)
class OneNeuron:
    """What one first-layer neuron does to the sheet in the input plane, and a mirror fold there.

    neuron: its index; of its layer, it splits the sheet most evenly
    normal, offset: (2,) of length 1 and number; z = normal @ x + offset is the signed distance
        from the crease
    crease: (2, 2) ends on the sheet's edge, or None when the crease misses the sheet
    collapsed, mirrored: (V, 2) the sheet's vertices after x - min(0, z) normal, and after
        x - 2 min(0, z) normal
    collapsed_points, mirrored_points: (N, 2) the data's, likewise
    dead_share: the share of the sheet's area where z <= 0; dead_points: how many data points
    """

    neuron: int
    normal: np.ndarray
    offset: float
    crease: np.ndarray | None
    collapsed: np.ndarray
    mirrored: np.ndarray
    collapsed_points: np.ndarray
    mirrored_points: np.ndarray
    dead_share: float
    dead_points: int


@dataclass(frozen=True)
class StraightCut:
    """The network's decision in its last hidden space as drawn: normal @ y + offset = 0.

    normal: (2,), offset: number; positive where the network says class 1, and equal to its logit
    segment: (2, 2) the line across all that is drawn there, or None when it passes outside
    """

    normal: np.ndarray
    offset: float
    segment: np.ndarray | None


@dataclass(frozen=True)
class DecisionCells:
    """The last layer's regions, cut once more by the decision: D cells of one class each.

    polygons: (D, K, 2), corners: (D,), areas: (D,) as in `Regions`
    regions: (D,) the last layer's region that each is part of      positive: (D,) bool, class 1
    """

    polygons: np.ndarray
    corners: np.ndarray
    areas: np.ndarray
    regions: np.ndarray
    positive: np.ndarray


@dataclass(frozen=True)
class PaperFoldingData:
    """A sheet of paper and a data set, folded by a trained network and unfolded again.

    points: (N, 2) training and test points; labels, predictions: (N,) 0 or 1; is_test: (N,) bool
    net: the network, every hidden neuron's weights scaled to unit length (see `unit_normals`)
    sheet: its cells index `decision`
    regions: after each hidden layer; region_counts: how many; region_bounds: at most how many;
        region_maps: how many different affine maps they carry
    boundary: the cut in the input plane, whose points are carried through all stages
    """

    dataset: PlaneDataset
    points: np.ndarray
    labels: np.ndarray
    is_test: np.ndarray
    predictions: np.ndarray
    net: TrainedNet
    half_width: float
    sheet: Sheet
    one_neuron: OneNeuron
    stages: tuple[Stage, ...]
    cut: StraightCut
    regions: tuple[Regions, ...]
    region_counts: tuple[int, ...]
    region_bounds: tuple[int, ...]
    region_maps: tuple[int, ...]
    decision: DecisionCells
    creases: Creases
    boundary: Boundary


def collapse(points: np.ndarray, normal: np.ndarray, offset: float) -> np.ndarray:
    """x - min(0, z) n for points (N, 2), with z = n @ x + offset and n = normal, a unit (2,).

    The coordinate along the normal, counted from the crease, goes through a ReLU; the coordinate
    along the crease is kept as it is. The neuron alone does not keep that one: it gives only
    ReLU(z). Something else has to carry the other coordinate on, as here the plane does.
    """
    return points - np.minimum(0.0, points @ normal + offset)[:, None] * normal


def mirror(points: np.ndarray, normal: np.ndarray, offset: float) -> np.ndarray:
    """x - 2 min(0, z) n, with the names of `collapse`: the dead side is reflected in the crease.

    The coordinate along the normal becomes |z| = ReLU(z) + ReLU(-z), so this takes two neurons.
    """
    return points - 2.0 * np.minimum(0.0, points @ normal + offset)[:, None] * normal


def unit_normals(net: TrainedNet) -> TrainedNet:
    """The same function with tidier neurons.

    Each hidden neuron's weights are scaled to length 1, so that its pre-activation is a distance in
    the space that it reads, and what it passes on is scaled back: ReLU(c z) = c ReLU(z) for c > 0.
    A neuron whose crease would be farther than 4 from the origin, and so far from any sheet here,
    gets the bias 4 or -4 instead: training can leave it with next to no weights, and length 1
    would make its bias huge. The two neurons of a layer from plane to plane are swapped where that
    spares a reflection.
    """
    weights, biases = list(net.weights), list(net.biases)
    for layer in range(len(weights) - 1):
        lengths = np.linalg.norm(weights[layer], axis=1)
        norms = np.maximum(lengths, np.abs(biases[layer]) / FARTHEST_CREASE)
        norms = np.where(norms > 0, norms, 1.0)
        reflects = weights[layer].shape == (2, 2) and np.linalg.det(weights[layer]) < 0
        order = np.arange(len(norms))[:: -1 if reflects else 1]
        weights[layer] = (weights[layer] / norms[:, None])[order]
        biases[layer] = (biases[layer] / norms)[order]
        weights[layer + 1] = (weights[layer + 1] * norms)[:, order]
    return replace(net, weights=tuple(weights), biases=tuple(biases))


def line_across(polygon: np.ndarray, normal: np.ndarray, offset: float) -> np.ndarray | None:
    """The part (2, 2) of the line normal @ x + offset = 0 in a convex polygon (k, 2), or None."""
    values = on_the_line(polygon[None], np.array([[*normal, offset]]))
    return split(polygon[None], values)[2][0] if crosses(values)[0] else None


def _dead_areas(weight: np.ndarray, bias: np.ndarray, half_width: float) -> np.ndarray:
    """The share (n,) of a square on which each neuron of a first layer (n, 2), (n,) is dead."""
    shares = []
    for row in range(len(weight)):
        one = slice(row, row + 1)
        cells = cells_by_layer([weight[one]], [bias[one]], half_width)[1]
        shares.append(float(cells.areas[cells.patterns[:, 0] == 0].sum()))
    return np.array(shares) / (2.0 * half_width) ** 2


def one_neuron(
    weight: np.ndarray,
    bias: np.ndarray,
    half_width: float,
    vertices: np.ndarray,
    points: np.ndarray,
) -> OneNeuron:
    """Collapse and mirror fold by the neuron of a first layer that splits the square most evenly.

    weight: (n, 2), bias: (n,), vertices: (V, 2), points: (N, 2).
    """
    dead = _dead_areas(weight, bias, half_width)
    neuron = int(np.argmin(np.abs(dead - 0.5)))
    length = float(np.linalg.norm(weight[neuron])) or 1.0
    normal, offset = weight[neuron] / length, float(bias[neuron]) / length
    return OneNeuron(
        neuron=neuron,
        normal=normal,
        offset=offset,
        crease=line_across(square(half_width), normal, offset),
        collapsed=collapse(vertices, normal, offset),
        mirrored=mirror(vertices, normal, offset),
        collapsed_points=collapse(points, normal, offset),
        mirrored_points=mirror(points, normal, offset),
        dead_share=float(dead[neuron]),
        dead_points=int((points @ normal + offset <= 0).sum()),
    )


def straight_cut(stage: Stage, weight: np.ndarray, bias: np.ndarray) -> StraightCut:
    """The output weight (1, n), bias (1,) as a line in the last stage's drawing.

    It runs from edge to edge of a box 8 % larger on each side than the sheet and the data there.
    """
    normal, offset = stage.axes @ weight[0], float(bias[0])
    drawn = np.concatenate([stage.vertices, stage.points])
    low, high = drawn.min(axis=0), drawn.max(axis=0)
    margin = MARGIN * float((high - low).max())
    (left, bottom), (right, top) = low - margin, high + margin
    box = np.array([[left, bottom], [right, bottom], [right, top], [left, top]])
    return StraightCut(normal, offset, line_across(box, normal, offset))


def _decision(parts: Regions) -> DecisionCells:
    return DecisionCells(
        polygons=parts.polygons, corners=parts.corners, areas=parts.areas, regions=parts.parents,
        positive=parts.patterns[:, -1] == 1,
    )  # fmt: skip


def fold(net: TrainedNet, dataset: PlaneDataset, grid: int = GRID) -> PaperFoldingData:
    """Folds a sheet that holds the whole data set through a trained network with 2 inputs."""
    net = unit_normals(net)
    hidden, (weight, bias) = (net.weights[:-1], net.biases[:-1]), (net.weights[-1], net.biases[-1])
    points = np.concatenate([dataset.train_points, dataset.test_points])
    half_width = max(HALF_WIDTH, 1.05 * float(np.abs(points).max()))
    layers = cells_by_layer(*hidden, half_width)
    parts = decision_cells(layers[-1], weight, bias)
    sheet = cut_sheet(parts.polygons, half_width, grid)
    cut_in_input = boundary(layers[-1], weight, bias, net.widths)
    steps = stages(net.weights, net.biases, layers, sheet, points, cut_in_input.points)
    logits = layer_images(*hidden, points)[-1] @ weight[0] + bias[0]
    regions = layers[1:]
    return PaperFoldingData(
        dataset=dataset,
        points=points,
        labels=np.concatenate([dataset.train_labels, dataset.test_labels]),
        is_test=np.arange(len(points)) >= len(dataset.train_points),
        predictions=(logits > 0).astype(np.int64),
        net=net,
        half_width=half_width,
        sheet=sheet,
        one_neuron=one_neuron(hidden[0][0], hidden[1][0], half_width, sheet.vertices, points),
        stages=steps,
        cut=straight_cut(steps[-1], weight, bias),
        regions=regions,
        region_counts=tuple(map(len, regions)),
        region_bounds=upper_bounds(net.widths),
        region_maps=tuple(distinct_maps(found) for found in regions),
        decision=_decision(parts),
        creases=creases(layers, *hidden),
        boundary=cut_in_input,
    )


def paper_folding_lecture(
    dataset: str | Sequence[tuple[float, float, int]] = "moons", widths: Sequence[int] = (2, 2),
    seed: int = 0, *, model: str = "", checkpoint: str = "",
) -> PaperFoldingData:  # fmt: skip
    """Trains a ReLU network of these hidden widths on a data set, both from a seed, and folds.

    A model, "file.py:name", is folded instead, with its own weights or those of a checkpoint.
    Raises ValueError for an unknown data set, a negative seed, widths other than 1 to 4 layers
    of 1 to 16 neurons, and a model of another kind.
    """
    widths = check_widths(widths)
    data = dataset_of(dataset, seed)
    if model and data.is_scaled:
        raise ValueError(
            "The points reach farther than 2 along an axis, so they would be moved and stretched, "
            "but a model of your own takes them as they are; scale them for both."
        )
    if model:
        return fold(as_trained_net(own_module(model, checkpoint), data), data)
    only_with_a_model(checkpoint=checkpoint)
    test = (data.test_points, data.test_labels)
    net = train_classifier(data.train_points, data.train_labels, widths, seed, test=test)
    return fold(net, data)
