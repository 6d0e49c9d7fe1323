"""The loss of one recurrent unit over its weight and bias, which has a cliff.

    h_t = σ(w h_{t−1} + b),  h_0 = 0.5;  loss = (h_T − 0.7)²

This is figure 6 of Pascanu et al. 2013. For large w the unit has two states in which it stays, and
the cliff is where h_0 lies between what each of them draws in.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.gradients.gradient_clipping import Clipped
from mlanim.core.learning.optimizers import SGD
from mlanim.core.learning.training import descend, value_and_gradient

FIRST_STATE, TARGET = 0.5, 0.7
START = (6.0, -2.85)  # of both descents: weight and bias
STEPS = 300
HALVES = (1.0, 0.6)  # of the map around the point where clipping first acts, at least
FINE, COARSE = 97, 40  # places along an axis, on the map and on either side of it
FARTHEST = 200.0  # that a wide map goes from the point; who lands beyond leaves it
AIR = 0.08  # of what a wide map spans, around both landings
HOLDS = 5.0  # times the way after which the slope comes to 0: what is seen of the cut at first
REACH = 2.5  # clipped steps to either side that are seen of it at last


@dataclass(frozen=True)
class Descent:
    """Where a descent was, and what it found there."""

    places: np.ndarray  # (STEPS + 1, 2) weight and bias
    losses: np.ndarray  # (STEPS + 1,)
    norms: np.ndarray  # (STEPS + 1,) of the gradient, before it is clipped


@dataclass(frozen=True)
class Landing:
    """One step from the point at which clipping first acts."""

    place: np.ndarray  # (2,)
    distance: float
    loss: float


@dataclass(frozen=True)
class Cliff:
    """The map, two descents that are one until a gradient is clipped, and the step there."""

    x: np.ndarray  # (C,) weights, evenly spaced around the point
    y: np.ndarray  # (R,) biases
    loss: np.ndarray  # (R, C)
    wide_x: np.ndarray  # the same and beyond, as far as both land or `FARTHEST`
    wide_y: np.ndarray
    wide_loss: np.ndarray
    steepest: float  # the largest norm of the gradient at the places (x, y)
    typical: float  # the median of them
    steps: np.ndarray  # (STEPS + 1,)
    descents: dict[str, Descent]  # "raw" and "clipped"
    at: int  # the step before which a gradient is first clipped, or the one with the longest
    acts: bool  # whether one is clipped
    point: np.ndarray  # (2,) weight and bias there
    before: float  # the loss there
    gradient: np.ndarray  # (2,) there
    downhill: np.ndarray  # (2,) the unit vector against it
    landings: dict[str, Landing]  # "raw" and "clipped"
    distances: np.ndarray  # (D,) from the point, downhill
    along: np.ndarray  # (D,) the loss there
    views: dict[str, np.ndarray]  # (2,) distances: where the slope "holds", "near", for "both"


def unit_loss(points: Tensor, length: int) -> Tensor:
    """The loss of units with weights and biases (..., 2), run for `length` steps, (...)."""
    weight, bias = points.unbind(-1)
    state = torch.full_like(weight, FIRST_STATE)
    for _ in range(length):
        state = torch.sigmoid(weight * state + bias)
    return (state - TARGET) ** 2


def cliff(length: int, rate: float, threshold: float) -> Cliff:
    """Descend from `START` without clipping and with it, and look around where they part."""
    descents, gradients = _descents(length, rate, threshold)
    norms = descents["clipped"].norms[:-1]
    acts = bool((norms > threshold).any())
    at = int((norms > threshold).argmax() if acts else norms.argmax())
    point, gradient = descents["clipped"].places[at], gradients[at]
    before, downhill = descents["clipped"].losses[at], -gradient / norms[at]
    landings = {name: _landing(descent, at) for name, descent in descents.items()}
    halves = np.maximum(HALVES, 1.2 * np.abs(landings["clipped"].place - point))
    x, y = (np.linspace(p - half, p + half, FINE) for p, half in zip(point, halves, strict=True))
    ends = [np.clip(one.place, point - FARTHEST, point + FARTHEST) for one in landings.values()]
    places = np.stack(ends)
    wide_x, wide_y = (_widened(axis, places[:, i]) for i, axis in enumerate((x, y)))
    loss, steepness = _mapped(x, y, length)
    ways = [landing.distance for landing in landings.values()]
    views = _views(before / norms[at], ways)
    seen = [np.linspace(low, high, 401) for low, high in views.values()]
    distances = np.unique(np.concatenate([ways, *seen]))
    cut = torch.from_numpy(point + distances[:, None] * downhill)
    return Cliff(
        x=x, y=y, loss=loss, wide_x=wide_x, wide_y=wide_y,
        wide_loss=_mapped(wide_x, wide_y, length)[0], steepest=float(steepness.max()),
        typical=float(np.median(steepness)), steps=np.arange(STEPS + 1.0), descents=descents,
        at=at, acts=acts, point=point, before=float(before), gradient=gradient,
        downhill=downhill, landings=landings, distances=distances,
        along=unit_loss(cut, length).numpy(), views=views,
    )  # fmt: skip


def _descents(length: int, rate: float, threshold: float) -> tuple[dict[str, Descent], np.ndarray]:
    """Both, side by side, and the gradients (STEPS + 1, 2) of the clipped one."""
    start = torch.tensor(START, dtype=torch.float64).expand(2, 2)
    limits = torch.tensor([[torch.inf], [threshold]], dtype=torch.float64)
    states = descend(lambda p, _: unit_loss(p, length), start, Clipped(SGD(), limits), rate)
    kept = list(itertools.islice(states, STEPS + 1))
    places, losses, gradients = (
        torch.stack([getattr(state, name) for state in kept]).numpy()
        for name in ("theta", "loss", "gradient")
    )
    norms = np.linalg.norm(gradients, axis=-1)
    names = ("raw", "clipped")
    found = {n: Descent(places[:, i], losses[:, i], norms[:, i]) for i, n in enumerate(names)}
    return found, gradients[:, 1]


def _views(reach: float, ways: list[float]) -> dict[str, np.ndarray]:
    """Distances to look at, where the slope comes to 0 after `reach`, and as far as all go."""
    shortest, longest = min(ways), max(ways)
    holds = min(HOLDS * reach, shortest)
    return {
        "holds": np.array([-holds, holds]),
        "near": np.array([-REACH * shortest, REACH * shortest]),
        "both": np.array([-0.2, 1.15]) * max(longest, REACH * shortest),
    }


def _landing(descent: Descent, at: int) -> Landing:
    step = descent.places[at + 1] - descent.places[at]
    return Landing(
        descent.places[at + 1], float(np.linalg.norm(step)), float(descent.losses[at + 1])
    )


def _widened(axis: np.ndarray, values: np.ndarray) -> np.ndarray:
    """An axis (N,) that also spans values (K,), with some room beyond those outside."""
    low, high = min(axis[0], values.min()), max(axis[-1], values.max())
    air = AIR * (high - low)
    beyond = []
    if low < axis[0]:
        beyond.append(np.linspace(low - air, axis[0], COARSE, endpoint=False))
    if high > axis[-1]:
        beyond.append(np.linspace(high + air, axis[-1], COARSE, endpoint=False))
    return np.sort(np.concatenate([axis, *beyond]))


def _mapped(x: np.ndarray, y: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """The loss (R, C) over weights (C,) and biases (R,), and the gradient's norm."""
    points = torch.from_numpy(np.stack(np.meshgrid(x, y), axis=-1))
    loss, gradients = value_and_gradient(lambda p, _: unit_loss(p, length), points)
    return loss.numpy(), gradients.norm(dim=-1).numpy()
