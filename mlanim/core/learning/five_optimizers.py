"""What the scene on optimisers shows: five of them in a ravine, and on a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from mlanim.core.landscape.ravine import (
    LATE,
    START,
    STEPS,
    Descent,
    best_settings,
    descent,
    ravine,
    spectral_radius,
    tried,
)
from mlanim.core.learning.optimizers import FIVE
from mlanim.core.learning.task import task_named
from mlanim.core.rates.rate_sweep import STARTS, RateSweep, swept
from mlanim.core.rates.rate_sweep import STEPS as BUDGET
from mlanim.core.rates.ties import says_of_lowest
from mlanim.core.repeatable import one_thread
from mlanim.words.numbers import significant
from mlanim.words.sentence import Sentence, sentence

FAR = 3.0  # times as far across the ravine as along it


@dataclass(frozen=True)
class FiveOptimizers:
    """All that the scene shows."""

    x: np.ndarray  # (C,)
    y: np.ndarray  # (R,)
    height: np.ndarray  # (R, C)
    steps: np.ndarray  # (S + 1,)
    descents: dict[str, Descent]
    rates: np.ndarray  # (A,) of the map, ascending
    momenta: np.ndarray  # (B,)
    radius: np.ndarray  # (B, A) what momentum keeps a step
    sweeps: dict[str, RateSweep]
    says_downhill: Sentence
    says_descent: Sentence
    says_momentum: Sentence
    says_plane: Sentence
    says_five: Sentence
    says_network: Sentence


@one_thread()
def five_optimizers_lesson(kappa: float, dataset: str, seed: int) -> FiveOptimizers:
    """Descend a ravine of condition `kappa` in five ways, and train a network in five ways."""
    x, y = np.linspace(-2.4, 1.9, 173), np.linspace(-0.75, 0.75, 61)
    places = torch.from_numpy(np.stack(np.meshgrid(x, y), axis=-1))
    best = {n: descent(n, *setting, kappa) for n, setting in best_settings(kappa).items()}
    others = {n: tried(n, rule, kappa) for n, rule in FIVE.items() if n not in best}
    rates, momenta = np.linspace(0.002, 4.2 / kappa, 81), np.linspace(0, 0.98, 61)
    sweeps = swept(task_named(dataset, seed), seed)
    return FiveOptimizers(
        x=x, y=y, height=ravine(places, kappa).numpy(), steps=np.arange(STEPS + 1),
        descents=best | others, rates=rates, momenta=momenta,
        radius=spectral_radius(rates, momenta, kappa), sweeps=sweeps,
        says_downhill=says_of_downhill(kappa),
        says_descent=says_of_factor("Gradient descent", best["gradient descent"]),
        says_momentum=says_of_factor("Momentum", best["momentum"]),
        says_plane=says_of_plane(best["momentum"]),
        says_five=says_of_five(list((best | others).values())),
        says_network=says_of_network(sweeps),
    )  # fmt: skip


def says_of_downhill(kappa: float) -> Sentence:
    """How far the gradient at the start points across the ravine, beside along it."""
    times = kappa * abs(START[1] / START[0])
    if times >= FAR:
        return sentence("Downhill is across the ravine, far more than along it")
    return sentence(
        "Where it starts, downhill is {times} times as far across the ravine as along it",
        times=significant(times, 2),
    )  # fmt: skip


def says_of_factor(name: str, found: Descent) -> Sentence:
    """What a descent keeps of the distance a step, beside what theory promises."""
    return sentence(
        "{name} keeps {measured} of the distance a step (steps {first} to {last}), theory says "
        "[{promised}](highlight)", name=name, measured=significant(found.factor),
        promised=significant(found.promised), first=LATE[0], last=LATE[1],
    )  # fmt: skip


def says_of_plane(found: Descent) -> Sentence:
    """Where momentum is best, and what lies beyond the line."""
    return sentence(
        "Best at rate {rate} and momentum {momentum}; beyond the line momentum diverges",
        rate=significant(found.rate), momentum=significant(found.momentum, 2),
    )  # fmt: skip


def says_of_five(descents: list[Descent]) -> Sentence:
    """Which came down furthest in the ravine."""
    lowest = min(descents, key=lambda found: float(found.losses[-1]))
    return sentence(
        "After {steps} steps [{name}](highlight) is lowest, at {loss}; each at its best setting",
        steps=STEPS, name=lowest.name, loss=significant(float(lowest.losses[-1])),
    )  # fmt: skip


def says_of_network(sweeps: dict[str, RateSweep]) -> Sentence:
    """Which ends lowest on the network, and which of the others come within the spread."""
    ends = {name: sweep.losses[sweep.best] for name, sweep in sweeps.items()}
    budget = sentence("A network, {steps} steps, {starts} starts: ", steps=BUDGET, starts=STARTS)
    return budget + says_of_lowest(ends)
