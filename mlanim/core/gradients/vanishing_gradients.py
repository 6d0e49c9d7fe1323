"""Where a gradient vanishes on its way back and where it explodes: measured, and in theory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from mlanim.core.gradients.mean_field import WAYS, Way, edges, moments, predicted
from mlanim.core.gradients.random_nets import STARTS, Passes, RandomNets, passes, random_nets
from mlanim.core.gradients.vanishing_sentences import (
    says_bound,
    says_edges,
    says_kinds,
    says_left,
    says_map,
    says_marks,
    says_norms,
    says_remedies,
)
from mlanim.core.models.activations import ACTIVATIONS, TITLES, slopes
from mlanim.core.repeatable import one_thread
from mlanim.words.sentence import Sentence

XAVIER, HE = 1.0, 2.0  # variance of the weights times the width
RIGHT = {"sigmoid": XAVIER, "tanh": XAVIER, "relu": HE, "gelu": HE}
SCALES = {"large": 4.0, "right": 1.0, "small": 1 / 4}
VARIANCES = np.geomspace(0.1, 256, 13)
COLUMNS, SQUARES = np.geomspace(0.08, 320, 49), np.geomspace(1e-3, 1e3, 49)


@dataclass(frozen=True)
class Fall:
    """The gradient's norm as a share of that in h_L, from h_L back to h₀."""

    spread: np.ndarray  # (3, L + 1) least, median and largest of the starts
    theory: np.ndarray  # (L + 1,)

    @property
    def left(self) -> float:
        """What the median start has left in h₀."""
        return float(self.spread[1, -1])


@dataclass(frozen=True)
class Kind:
    """One activation, and what a layer keeps of the gradient's norm in the geometric mean."""

    name: str
    title: str
    top: float  # its largest slope
    right: float  # the variance that suits it
    falls: dict[str, Fall]  # by SCALES
    kept: np.ndarray  # (3, G) least, median and largest of the starts
    theory: np.ndarray  # (G,)
    edges: tuple[float, ...]  # variances at which the gradient arrives as it set out
    squares: np.ndarray  # (G, L + 1) mean square in h₀ to h_L, the median of the starts


@dataclass(frozen=True)
class VanishingGradients:
    """All that the scene shows; g, of G values, is the variance of the weights times the width."""

    layers: np.ndarray  # (L + 1,) from L to 0
    marks: Sentence  # what the marks in charts of measurements mean
    chosen: Kind
    bound: np.ndarray  # (L + 1,) what slopes alone keep at most, from h_L back
    around: np.ndarray  # (3,) the chosen g by SCALES: four times it, g, a quarter of it
    own: dict[str, Fall]  # the chosen activation at these, by SCALES
    kinds: tuple[Kind, ...]
    variances: np.ndarray  # (G,)
    columns: np.ndarray  # (C,) variances of the map
    squares: np.ndarray  # (R,) mean squares of the map, ascending
    factors: np.ndarray  # (R, C) χ
    remedies: dict[Way, Fall]  # by WAYS
    says_left: Sentence
    says_bound: Sentence
    says_kinds: Sentence
    says_edges: Sentence
    says_map: Sentence
    says_remedies: Sentence
    says_norms: Sentence


@one_thread()
def vanishing_gradients_lesson(
    depth: int, width: int, activation: str, variance: float, seed: int
) -> VanishingGradients:
    """Backward passes through networks of four activations, and of the chosen one at length."""
    nets = random_nets(depth, width, seed)
    kinds = {name: kind_of(nets, name) for name in RIGHT}
    title, top = kinds[activation].title, kinds[activation].top
    own = scaled(nets, activation, variance)
    here = np.array([variance])
    runs = {way: passes(nets, activation, here, way) for way in WAYS}
    remedies = {way: falls(run, activation, here, way)[0] for way, run in runs.items()}
    signals = np.median(runs["plain"].squares[0], axis=0)
    end = predicted(activation, here, depth).squares[0, -1]
    slope = moments(activation, signals[-1]).slope
    return VanishingGradients(
        layers=np.arange(depth, -1, -1), marks=says_marks(STARTS), chosen=kinds[activation],
        bound=top ** np.arange(depth + 1.0), around=variance * np.array(list(SCALES.values())),
        own=own, kinds=tuple(kinds.values()),
        variances=VARIANCES, columns=COLUMNS, squares=SQUARES,
        factors=np.outer(moments(activation, SQUARES).slope, COLUMNS), remedies=remedies,
        says_left=says_left(
            title, variance, depth, own["right"].left, float(own["right"].theory[-1])
        ),
        says_bound=says_bound(top, depth, {variance * SCALES[s]: own[s].left for s in SCALES}),
        says_kinds=says_kinds({kind.title: kind.falls["right"].left for kind in kinds.values()}),
        says_edges=says_edges({kind.title: kind.edges for kind in kinds.values()}, depth),
        says_map=says_map(variance, signals, float(end), float(variance * slope)),
        says_remedies=says_remedies({way: remedies[way].left for way in WAYS}),
        says_norms=says_norms(title, moments(activation, np.array(1.0))),
    )  # fmt: skip


def kind_of(nets: RandomNets, name: str) -> Kind:
    """An activation with small, right and large weights, and what a layer keeps by variance."""
    depth = len(nets.layers)
    run, theory = passes(nets, name, VARIANCES), predicted(name, VARIANCES, depth)
    return Kind(
        name=name, title=TITLES[name], top=largest_slope(name), right=RIGHT[name],
        falls=scaled(nets, name, RIGHT[name]),
        kept=run.spread[..., 0] ** (1 / depth), theory=theory.left[:, 0] ** (1 / depth),
        edges=edges(name, depth, VARIANCES), squares=np.median(run.squares, axis=1),
    )  # fmt: skip


def scaled(nets: RandomNets, name: str, variance: float) -> dict[str, Fall]:
    """What becomes of the gradient at a variance, and at others beside it, by SCALES."""
    some = variance * np.array(list(SCALES.values()))
    return dict(zip(SCALES, falls(passes(nets, name, some), name, some), strict=True))


def falls(run: Passes, name: str, variances: np.ndarray, way: Way = "plain") -> list[Fall]:
    """What became of the gradient at each of variances (G,), with theory beside it."""
    theory = predicted(name, variances, run.left.shape[-1] - 1, way).left
    pairs = zip(run.spread.transpose(1, 0, 2), theory, strict=True)
    return [Fall(spread[:, ::-1], promised[::-1]) for spread, promised in pairs]


def largest_slope(name: str) -> float:
    """The largest slope of an activation, on a fine grid that holds 0 and √2."""
    z = torch.linspace(-6, 6, 12001, dtype=torch.float64)
    z = torch.cat([z, torch.tensor([2.0], dtype=torch.float64).sqrt()])
    return float(slopes(ACTIVATIONS[name], z).max())
