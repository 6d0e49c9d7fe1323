"""A user's network as one that paper folding can show."""

from __future__ import annotations

import numpy as np
from torch import nn

from mlanim.core.data.datasets import PlaneDataset
from mlanim.core.folding.training import MOST_LAYERS, MOST_NEURONS, TrainedNet
from mlanim.core.relu.bounds import cutting_sizes, widths_of
from mlanim.core.relu.modules import relu_net
from mlanim.core.relu.relu_net import Affine, ReluNet


def as_trained_net(module: nn.Module, dataset: PlaneDataset) -> TrainedNet:
    """A torch module's weights, and how it does on a data set of two classes.

    Of two scores the difference is taken: the second is larger where it is positive.

    Raises:
        ValueError: for a network that paper folding cannot show, naming the scene that can.
    """
    net = relu_net(module)
    widths = widths_of(net)
    fits = net.inputs == 2 and net.outputs <= 2 and widths is not None
    if not fits or not widths or len(widths) > MOST_LAYERS or max(widths) > MOST_NEURONS:
        raise ValueError(
            f"Paper is folded by a network of 2 inputs, 1 to {MOST_LAYERS} ReLU layers of 1 to "
            f"{MOST_NEURONS} neurons, and one score or two; yours is {_shape(net)}. The scene "
            "linear_regions shows any ReLU network."
        )
    layers = [step for step in net.steps if isinstance(step, Affine)]
    weights, biases = [one.weight for one in layers], [one.bias for one in layers]
    if net.outputs == 2:
        weights[-1], biases[-1] = np.diff(weights[-1], axis=0), np.diff(biases[-1])
    train, test = dataset.train_points, dataset.test_points
    logits = net(train) @ ([-1.0, 1.0] if net.outputs == 2 else [1.0])
    signs = 2.0 * dataset.train_labels - 1
    return TrainedNet(
        widths=widths, weights=tuple(weights), biases=tuple(biases),
        parameter_count=sum(p.numel() for p in module.parameters()), losses=np.zeros(0),
        loss=float(np.logaddexp(0, -signs * logits).mean()),
        train_accuracy=_right(net, train, dataset.train_labels),
        test_accuracy=_right(net, test, dataset.test_labels), starts=0, chosen=0,
        screening_losses=np.zeros(0),
    )  # fmt: skip


def _right(net: ReluNet, points: np.ndarray, labels: np.ndarray) -> float:
    scores = net(points)
    positive = scores[:, 1] > scores[:, 0] if net.outputs == 2 else scores[:, 0] > 0
    return float((positive == (labels == 1)).mean())


def _shape(net: ReluNet) -> str:
    """The network in words: its sizes, and whether it is more than linear layers and ReLUs."""
    sizes = "–".join(map(str, (net.inputs, *cutting_sizes(net), net.outputs)))
    return sizes if widths_of(net) is not None else f"{sizes}, not of linear layers and ReLUs alone"
