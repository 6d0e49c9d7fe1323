"""Learning-rate schedules: how the rate runs over the steps, and what that does to a training.

The rates are those of torch.optim.lr_scheduler. Cosine: Loshchilov and Hutter 2017; one cycle:
Smith and Topin 2019.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch.optim import lr_scheduler
from torch.optim.lr_scheduler import LRScheduler

from mlanim.core.learning.optimizers import OPTIMIZERS, Rated
from mlanim.core.learning.task import Task, task_named
from mlanim.core.learning.training import batches, train
from mlanim.core.rates.rate_sweep import shown
from mlanim.core.rates.ties import lowest, says_of_lowest
from mlanim.core.repeatable import one_thread
from mlanim.words.numbers import significant, with_spread
from mlanim.words.sentence import Sentence, plain, sentence

STARTS, BATCH, POINTS = 5, 32, 31
PEAKS = {"sgd": (0.2, 30.0), "momentum": (0.03, 6.0), "adam": (0.01, 2.0)}
TRIED = 7  # peak rates between these two
WARM_UP = 0.1  # of the steps

NAMES = ("constant", "step", "cosine", "warm-up and decay", "one cycle")


@dataclass(frozen=True)
class Scheduled:
    """A schedule, and what trainings with it came to.

    factors: (S,), the rate at each step over the peak; peaks: (R,), those tried; ends: (R, STARTS),
    losses over all training examples; best: the peak with the lowest mean; losses: (T, STARTS) on
    the way, at that peak.
    """

    factors: np.ndarray
    peaks: np.ndarray
    ends: np.ndarray
    best: int
    losses: np.ndarray

    @property
    def end(self) -> np.ndarray:
        """The losses at the end at the best peak, (STARTS,)."""
        return np.asarray(self.ends[self.best])


@dataclass(frozen=True)
class Schedules:
    """All that the scene shows."""

    steps: np.ndarray  # (S,)
    kept: np.ndarray  # (T,) steps at which losses were measured
    found: dict[str, Scheduled]
    best_peaks: dict[str, float]
    says_curves: Sentence
    says_way: Sentence
    says_ends: Sentence
    says_peaks: Sentence


@one_thread()
def schedules_lesson(dataset: str, optimizer: str, steps: int, seed: int) -> Schedules:
    """Train one network with five schedules, each at its own best peak of a sweep."""
    task = task_named(dataset, seed)
    starts = torch.stack([task.start(seed + 1000 * i) for i in range(STARTS)])
    found = {name: _trained(task, starts, name, optimizer, steps, seed) for name in NAMES}
    kept = np.unique(np.linspace(0, steps, POINTS).round().astype(np.int64))
    return Schedules(
        steps=np.arange(steps), kept=kept, found=found,
        best_peaks={name: float(one.peaks[one.best]) for name, one in found.items()},
        says_curves=says_of_curves({name: one.factors for name, one in found.items()}),
        says_way=says_of_way(found, kept), says_ends=says_of_ends(found),
        says_peaks=says_of_peaks(found),
    )  # fmt: skip


def factors(name: str, steps: int) -> np.ndarray:
    """The rate at each of the steps over the peak, (steps,), by torch's own schedulers."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = _scheduler(name, optimizer, steps)
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(found)


def _scheduler(name: str, optimizer: torch.optim.Optimizer, steps: int) -> LRScheduler:
    warm = math.ceil(WARM_UP * steps)
    match name:
        case "step":
            return lr_scheduler.StepLR(optimizer, math.ceil(steps / 3), gamma=0.1)
        case "cosine":
            return lr_scheduler.CosineAnnealingLR(optimizer, steps)
        case "warm-up and decay":
            up = lr_scheduler.LinearLR(optimizer, 1 / warm, 1.0, total_iters=warm - 1)
            down = lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=steps - warm)
            return lr_scheduler.SequentialLR(optimizer, [up, down], [warm - 1])
        case "one cycle":
            return lr_scheduler.OneCycleLR(optimizer, 1.0, steps, cycle_momentum=False)
    return lr_scheduler.ConstantLR(optimizer, factor=1.0)


def _trained(
    task: Task, starts: torch.Tensor, name: str, optimizer: str, steps: int, seed: int
) -> Scheduled:
    peaks, shape = np.geomspace(*PEAKS[optimizer], TRIED), factors(name, steps)
    rule = Rated(OPTIMIZERS[optimizer], torch.from_numpy(peaks)[:, None, None])
    drawn = batches(len(task.data.train), BATCH, seed)
    run = train(
        task.train_loss, starts.expand(TRIED, -1, -1), rule,
        lambda step: float(shape[min(step, steps - 1)]), steps, drawn, points=POINTS,
    )  # fmt: skip
    way = torch.stack([task.train_loss(theta) for theta in run.path])
    losses = shown(way)
    best = int(losses[-1].mean(1).argmin())
    return Scheduled(shape, peaks, losses[-1], best, losses[:, best])


def says_of_curves(curves: dict[str, np.ndarray]) -> Sentence:
    """Where the two that rise are highest."""
    return sentence(
        "Warm-up is at its peak at step {warm} of {steps}, one cycle at step {cycle}",
        warm=int(curves["warm-up and decay"].argmax()) + 1, steps=len(curves["constant"]),
        cycle=int(curves["one cycle"].argmax()) + 1,
    )  # fmt: skip


def says_of_way(found: dict[str, Scheduled], kept: np.ndarray) -> Sentence:
    """Who is ahead half-way, and whether it still is at the end."""
    half = len(kept) // 2
    means = {name: one.losses.mean(1) for name, one in found.items()}
    ahead = min(means, key=lambda name: float(means[name][half]))
    rank = sorted(means, key=lambda name: float(means[name][-1])).index(ahead)
    after = "and still is at the end" if rank == 0 else "at the end it is not"
    return sentence(
        "At step {step} [{name}](highlight) is ahead, {after}", step=int(kept[half]), name=ahead,
        after=after,
    )  # fmt: skip


def says_of_ends(found: dict[str, Scheduled]) -> Sentence:
    """Which ends lowest, which of the others cannot be told from it, and what constant comes to."""
    ends = {name: one.end for name, one in found.items()}
    first, ties = lowest(ends)
    told = "constant" in (first, *ties)
    constant = "" if told else f"; constant: {with_spread(ends['constant'].tolist(), 3)}"
    return says_of_lowest(ends) + plain(constant)


def says_of_peaks(found: dict[str, Scheduled]) -> Sentence:
    """Which schedules bear a higher peak than a constant rate does."""
    constant = float(found["constant"].peaks[found["constant"].best])
    higher = [name for name, one in found.items() if one.peaks[one.best] > constant * 1.0001]
    said = f"best at a higher peak: {', '.join(higher)}" if higher else "no other at a higher peak"
    return sentence(
        "A constant rate is best at {rate}; {said}", rate=significant(constant, 2), said=said
    )
