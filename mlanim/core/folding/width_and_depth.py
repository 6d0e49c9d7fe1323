"""What width and what depth buy: pieces on a line, regions in the plane, and what is learnt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.folding.line_pieces import pieces, tent
from mlanim.core.learning.training import train
from mlanim.core.models.mlp import MLP
from mlanim.core.relu.bounds import one_layer_bound, reachable_regions
from mlanim.core.relu.polygons import area
from mlanim.core.relu.regions import cells_by_layer
from mlanim.core.repeatable import one_thread
from mlanim.words.numbers import digits_with_spread, with_spread
from mlanim.words.sentence import Sentence, sentence

SHAPES = ((16,), (8, 8), (4, 4, 4, 4), (2,) * 8)
"""Sixteen hidden neurons in one, two, four and eight layers."""

NETS, TRAINED, HALF_WIDTH = 20, 5, 1.0
STEPS, RATE = 400, 0.02
WIDE, DEEP, TEETH = (36,), (6, 6, 6), 3
"""The wide and the deep network that learn the tent of `TEETH` folds, of nearly equal size."""

FIT_STEPS, FIT_RATE, SAMPLES = 600, 0.02, 129


@dataclass(frozen=True)
class WidthAndDepth:
    """All that the scene shows."""

    folds: np.ndarray  # (F,)
    xs: np.ndarray  # (X,)
    tents: np.ndarray  # (F, X) the tent composed so often
    deep_pieces: np.ndarray  # (F,) counted, of two neurons a layer
    wide_pieces: np.ndarray  # (F,) the most that one layer of as many neurons can have
    shapes: tuple[str, ...]
    layers: np.ndarray  # (shapes,)
    at_start: np.ndarray  # (shapes, NETS) regions of random networks
    after: np.ndarray  # (shapes, TRAINED) of these the first, once trained
    bound: int  # of one layer
    reachable: np.ndarray  # (shapes,) what some network of that shape has
    cuts: np.ndarray  # (C,)
    wrong: np.ndarray  # (C,) the share of a circle's area that so many cuts get wrong
    target: np.ndarray  # (SAMPLES, 2)
    fits: dict[str, np.ndarray]  # "wide", "deep": (SAMPLES,) of the middle start
    errors: dict[str, np.ndarray]  # (TRAINED,) mean squared error
    sizes: dict[str, int]  # parameters
    says_pieces: Sentence
    says_regions: Sentence
    says_reach: Sentence
    says_trained: Sentence
    says_circle: Sentence
    says_fit: Sentence


@one_thread()
def width_and_depth_lesson(folds: int, seed: int) -> WidthAndDepth:
    """Count pieces and regions exactly, and train a wide and a deep network on one target."""
    counted = [pieces(*tent(k), 0.0, 1.0) for k in range(1, folds + 1)]
    xs = np.unique(np.concatenate([np.linspace(0, 1, 257), counted[-1][0]]))
    deep = np.array([len(corners) - 1 for corners, _ in counted])
    wide = 2 * np.arange(1, folds + 1) + 1
    start = np.array([[_regions(shape, seed + n) for n in range(NETS)] for shape in SHAPES])
    after = np.array([trained_regions(shape, seed) for shape in SHAPES])
    cuts = np.array([3, 4, 6, 8, 12, 16, 24, 32, 48, 64])
    wrong = np.array([circle_error(n) for n in cuts])
    target, fits, errors, sizes = fitted(seed)
    return WidthAndDepth(
        folds=np.arange(1, folds + 1), xs=xs,
        tents=np.array([np.interp(xs, *corners) for corners in counted]), deep_pieces=deep,
        wide_pieces=wide, shapes=tuple(f"{len(s)} × {s[0]}" for s in SHAPES), at_start=start,
        after=after, layers=np.array([len(s) for s in SHAPES]), bound=one_layer_bound(16),
        reachable=np.array([reachable_regions(shape) for shape in SHAPES]), cuts=cuts, wrong=wrong,
        target=target, fits=fits, errors=errors, sizes=sizes,
        says_pieces=says_of_pieces(deep, wide), says_regions=says_of_regions(start),
        says_reach=says_of_reach(),
        says_trained=says_of_trained(start, after), says_circle=says_of_circle(cuts, wrong),
        says_fit=says_of_fit(errors),
    )  # fmt: skip


def random_net(shape: tuple[int, ...], seed: int) -> Tensor:
    """He's weights and biases of deviation 0.5 for a ReLU network from the plane, (P,)."""
    net = MLP((2, *shape, 1), torch.relu)
    return net.initial(torch.Generator().manual_seed(seed), gain=2.0, bias=0.5)


def counted_regions(shape: tuple[int, ...], theta: Tensor) -> int:
    """The activation regions of a network on the square, found by cutting."""
    layers = MLP((2, *shape, 1), torch.relu).layers(theta)[:-1]
    weights, biases = ([part.numpy() for part in parts] for parts in zip(*layers, strict=True))
    return len(cells_by_layer(weights, biases, HALF_WIDTH)[-1])


def _regions(shape: tuple[int, ...], seed: int) -> int:
    return counted_regions(shape, random_net(shape, seed))


def trained_regions(shape: tuple[int, ...], seed: int) -> list[int]:
    """The regions of the first networks after they have learnt where a ring lies."""
    net = MLP((2, *shape, 1), torch.relu)
    places = torch.from_numpy(np.random.default_rng(seed).uniform(-1, 1, (2, 300)))
    inside = ((places.norm(dim=0) - 0.6).abs() < 0.2).double()
    starts = torch.stack([random_net(shape, seed + n) for n in range(TRAINED)])

    def loss(theta: Tensor, _: object) -> Tensor:
        scores = net(theta, places).squeeze(-2)
        return torch.nn.functional.softplus(torch.where(inside > 0, -scores, scores)).mean(-1)

    end = train(loss, starts, "adam", RATE, STEPS).end
    return [counted_regions(shape, theta) for theta in end]


def circle_error(cuts: int) -> float:
    """The share of a circle's area that lies between it and the polygon of so many tangents."""
    angles = 2 * np.pi * (np.arange(cuts) + 0.5) / cuts
    corners = np.stack([np.cos(angles), np.sin(angles)], axis=1) / np.cos(np.pi / cuts)
    return float(area(corners)) / np.pi - 1


def fitted(
    seed: int,
) -> tuple[np.ndarray, dict[str, np.ndarray], dict[str, np.ndarray], dict[str, int]]:
    """A wide and a deep network on the tent of `TEETH` folds, from five starts."""
    corners, heights = pieces(*tent(TEETH), 0.0, 1.0)
    xs = np.linspace(0, 1, SAMPLES)
    ys = np.interp(xs, corners, heights)
    inputs, wanted = torch.from_numpy(2 * xs[None] - 1), torch.from_numpy(ys)
    fits, errors, sizes = {}, {}, {}
    for name, shape in {"wide": WIDE, "deep": DEEP}.items():
        net = MLP((1, *shape, 1), torch.relu)
        generators = [torch.Generator().manual_seed(seed + 1000 * n) for n in range(TRAINED)]
        starts = torch.stack([net.initial(one, gain=2.0, bias=0.5) for one in generators])

        def loss(theta: Tensor, _: object, net: MLP = net) -> Tensor:
            return (net(theta, inputs).squeeze(-2) - wanted).square().mean(-1)

        end = train(loss, starts, "adam", FIT_RATE, FIT_STEPS).end
        errors[name] = loss(end, None).numpy()
        middle = int(errors[name].argsort()[TRAINED // 2])
        fits[name] = net(end[middle], inputs)[0].numpy()
        sizes[name] = net.parameters
    return np.stack([xs, ys], axis=1), fits, errors, sizes


def says_of_pieces(deep: np.ndarray, wide: np.ndarray) -> Sentence:
    """How many pieces the deepest tent has, beside one layer of as many neurons."""
    return sentence(
        "{neurons} neurons in {layers} layers: [{deep:,}](highlight) pieces; in one layer at most "
        "[{wide}](highlight)", neurons=2 * len(deep), layers=len(deep), deep=int(deep[-1]),
        wide=int(wide[-1]),
    )  # fmt: skip


def says_of_regions(start: np.ndarray) -> Sentence:
    """Whether depth changes the count of random networks."""
    means = [float(counts.mean()) for counts in start]
    more = "grows with depth" if (np.diff(means) > 0).all() else (
        "falls with depth" if (np.diff(means) < 0).all() else "does not follow the depth"
    )  # fmt: skip
    return sentence(
        "{nets} random networks of 16 neurons: from {wide} regions in one layer to {deep} in "
        "eight; the count {more}",
        nets=start.shape[1], wide=with_spread(start[0].tolist(), 0),
        deep=with_spread(start[-1].tolist(), 0), more=more,
    )  # fmt: skip


def says_of_reach() -> Sentence:
    """What some network of each depth has, beside what one layer can have at most."""
    reach = {len(shape): reachable_regions(shape) for shape in SHAPES}
    most = max(reach, key=lambda layers: reach[layers])
    return sentence(
        "In one layer no network has more than {bound}; in {layers} layers some network has "
        "[{reach}](highlight)", bound=one_layer_bound(16), layers=most, reach=reach[most],
    )  # fmt: skip


def says_of_trained(start: np.ndarray, after: np.ndarray) -> Sentence:
    """What training does to the counts."""
    before = start[:, : after.shape[1]]
    more = int((after.mean(axis=1) > before.mean(axis=1)).sum())
    return sentence(
        "After training {more} of the {all} shapes have more regions in the mean than before; most "
        "has {most} with {count}",
        more=more, all=len(after), most=_shape_name(int(after.mean(axis=1).argmax())),
        count=with_spread(after[int(after.mean(axis=1).argmax())].tolist(), 0),
    )  # fmt: skip


def _shape_name(index: int) -> str:
    return f"{len(SHAPES[index])} × {SHAPES[index][0]}"


def says_of_circle(cuts: np.ndarray, wrong: np.ndarray) -> Sentence:
    """How the error falls with the number of cuts."""
    order = float(np.log(wrong[-1] / wrong[-2]) / np.log(cuts[-1] / cuts[-2]))
    return sentence(
        "{few} cuts miss a circle by {large:%} of its area, {many} by {small:%1}: the error falls "
        "as n to the power of [{order:1}](highlight)",
        few=int(cuts[2]), large=float(wrong[2]), many=int(cuts[5]), small=float(wrong[5]),
        order=order,
    )  # fmt: skip


def says_of_fit(errors: dict[str, np.ndarray]) -> Sentence:
    """Which of the two learns the nested oscillation better."""
    wide, deep = errors["wide"], errors["deep"]
    better = int((deep < wide).sum())
    verdict = sentence("the deep one is better from {n} of {all} starts", n=better, all=len(wide))
    return sentence(
        "Mean squared error: wide {wide}, deep {deep}; ", wide=digits_with_spread(wide.tolist()),
        deep=digits_with_spread(deep.tolist()),
    ) + verdict  # fmt: skip
