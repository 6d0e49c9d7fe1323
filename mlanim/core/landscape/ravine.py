"""A ravine, f(p) = (x² + κ y²) / 2, and how fast optimisers come down it.

Gradient descent multiplies the error along a curvature λ by 1 − rate · λ; its best rate for
curvatures 1 and κ is 2 / (1 + κ), with a factor (κ − 1) / (κ + 1) a step. Momentum's best setting
has (√κ − 1) / (√κ + 1) (Polyak 1964).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.learning.optimizers import SGD, Momentum, Nesterov, Optimizer
from mlanim.core.learning.training import descend

START = (-1.0, 0.4)
STEPS = 60
LATE = 100, 200  # between these steps the factor is measured
RATES = np.geomspace(3e-3, 0.1, 12)  # tried where theory has no best one


@dataclass(frozen=True)
class Descent:
    """One optimiser's way down: S + 1 places and the step that it takes at each."""

    name: str
    rate: float
    momentum: float  # 0 where it has none
    places: np.ndarray  # (S + 1, 2)
    steps: np.ndarray  # (S + 1, 2)
    losses: np.ndarray  # (S + 1,)
    factor: float  # of the distance that is kept a step, as measured
    promised: float  # by theory; NaN where it promises none


def ravine(points: Tensor, kappa: float) -> Tensor:
    """Its height at points (..., 2)."""
    curvature = torch.tensor([1.0, kappa], dtype=points.dtype)
    return (curvature * points**2).sum(-1) / 2


def places_of(rule: Optimizer, rate: float, kappa: float, steps: int) -> np.ndarray:
    """The places (steps + 1, 2) of a descent from the start."""
    start = torch.tensor(START, dtype=torch.float64)
    states = descend(lambda p, _: ravine(p, kappa), start, rule, rate)
    return torch.stack([s.theta for s in itertools.islice(states, steps + 1)]).numpy()


def best_settings(kappa: float) -> dict[str, tuple[Optimizer, float, float]]:
    """Rule, rate and factor that are best, of those for which theory has them."""
    root = kappa**0.5
    heavy = Momentum(((root - 1) / (root + 1)) ** 2)
    ahead = Nesterov((root - 1) / (root + 1))
    return {
        "gradient descent": (SGD(), 2 / (1 + kappa), (kappa - 1) / (kappa + 1)),
        "momentum": (heavy, 4 / (1 + root) ** 2, (root - 1) / (root + 1)),
        "Nesterov": (ahead, 1 / kappa, 1 - 1 / root),
    }


def descent(name: str, rule: Optimizer, rate: float, promised: float, kappa: float) -> Descent:
    """A descent, and how fast it is late on."""
    places = places_of(rule, rate, kappa, LATE[1])
    first, last = (np.linalg.norm(places[step]) for step in LATE)
    shown = places[: STEPS + 2]
    losses = ravine(torch.from_numpy(shown[:-1]), kappa).numpy()
    return Descent(
        name, rate, getattr(rule, "decay", 0.0), shown[:-1], np.diff(shown, axis=0), losses,
        float((last / first) ** (1 / (LATE[1] - LATE[0]))), promised,
    )  # fmt: skip


def tried(name: str, rule: Optimizer, kappa: float) -> Descent:
    """A descent at whichever of some rates has come down furthest in the end."""
    ends = [places_of(rule, float(rate), kappa, STEPS)[-1] for rate in RATES]
    heights = [float(ravine(torch.from_numpy(end), kappa)) for end in ends]
    return descent(name, rule, float(RATES[int(np.argmin(heights))]), np.nan, kappa)


def spectral_radius(rates: np.ndarray, momenta: np.ndarray, kappa: float) -> np.ndarray:
    """What momentum keeps a step in the long run, exactly, at rates (C,) and momenta (R,): (R, C).

    Along a curvature λ its step is the matrix ((1 + β − α λ, −β), (1, 0)) on two places in a row;
    the larger of its eigenvalues counts, and the worse of the two curvatures.
    """
    worst = np.zeros((len(momenta), len(rates)))
    for curvature in (1.0, kappa):
        trace = 1 + momenta[:, None] - rates[None] * curvature
        spread = np.sqrt((trace**2 - 4 * momenta[:, None]).astype(complex))
        radius = np.maximum(np.abs(trace + spread), np.abs(trace - spread)) / 2
        worst = np.maximum(worst, radius)
    return worst
