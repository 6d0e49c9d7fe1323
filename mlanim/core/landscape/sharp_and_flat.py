"""Sharp and flat: which minimum a learning rate can stay in, and where batch sizes end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from mlanim.core.landscape import batch_sizes
from mlanim.core.landscape.batch_sizes import ALPHAS, DISTANCES, LARGE, SMALL, End, around, end_of
from mlanim.core.landscape.two_wells import (
    FLAT,
    SHARP,
    Well,
    WellDescent,
    two_wells_loss,
    well,
    well_descent,
)
from mlanim.core.learning.task import Task, task_named
from mlanim.core.repeatable import one_thread
from mlanim.words.numbers import with_spread
from mlanim.words.sentence import Sentence, sentence

LOW_RATES = (0.02, 0.1)
X, Y = (-3.2, 3.2), (-2.4, 3.0)
REACH = 1.0  # of the cuts through the two minima


@dataclass(frozen=True)
class Ended:
    """One of the two batch sizes: the loss around its end, and where all starts ended."""

    name: str
    steep: np.ndarray  # (D,) the first start's training loss along the steepest direction
    random: np.ndarray  # (A,) its mean over random directions
    eigenvalues: np.ndarray  # (STARTS,)
    test_losses: np.ndarray  # (STARTS,)


@dataclass(frozen=True)
class SharpAndFlat:
    """All that the scene shows."""

    x: np.ndarray  # (C,)
    y: np.ndarray  # (R,)
    loss: np.ndarray  # (R, C), its rows along y
    levels: np.ndarray
    wells: dict[str, Well]
    reach: np.ndarray  # (N,) distances along the cuts
    cuts: dict[str, np.ndarray]  # (N,) the loss through each minimum, along its steepest direction
    descents: tuple[WellDescent, ...]  # the last at the rate asked for
    distances: np.ndarray  # (D,)
    alphas: np.ndarray  # (A,)
    ended: dict[str, Ended]
    says_wells: Sentence
    says_low: Sentence
    says_rate: Sentence
    says_training: Sentence
    says_flatter: Sentence
    says_tested: Sentence


@one_thread()
def sharp_and_flat_lesson(rate: float, dataset: str, seed: int) -> SharpAndFlat:
    """Descend on the surface at three rates; train with two batch sizes from five starts."""
    wells = {name: well(name) for name in (SHARP, FLAT)}
    descents = tuple(well_descent(one, wells) for one in (*LOW_RATES, rate))
    x, y = (torch.linspace(low, high, 121, dtype=torch.float64) for low, high in (X, Y))
    down, across = torch.meshgrid(y, x, indexing="ij")
    loss = two_wells_loss(torch.stack([across, down], dim=-1)).numpy()
    reach = torch.linspace(-REACH, REACH, 161, dtype=torch.float64)
    task = task_named(dataset, seed)
    ends = {
        size: [end_of(task, size, seed + 1000 * i) for i in range(batch_sizes.STARTS)]
        for size in (SMALL, LARGE)
    }
    return SharpAndFlat(
        x=x.numpy(), y=y.numpy(), loss=loss, levels=np.quantile(loss, np.linspace(0.01, 0.9, 12)),
        wells=wells, reach=reach.numpy(),
        cuts={name: _cut(one, reach) for name, one in wells.items()},
        descents=descents, distances=DISTANCES.numpy(), alphas=ALPHAS.numpy(),
        ended={size: _ended(task, runs, seed) for size, runs in ends.items()},
        **says_of_wells(wells, descents), **says_of_ends(task, ends),
    )  # fmt: skip


def _cut(one: Well, reach: torch.Tensor) -> np.ndarray:
    along = torch.from_numpy(one.place) + reach[:, None] * torch.from_numpy(one.steepest)
    return two_wells_loss(along).numpy()


def _ended(task: Task, runs: list[End], seed: int) -> Ended:
    cuts = around(task, runs[0], seed)
    return Ended(
        name=f"batch {runs[0].batch:,}", steep=cuts.steep, random=cuts.random.mean(0),
        eigenvalues=np.array([run.eigenvalue for run in runs]),
        test_losses=np.array([run.test_loss for run in runs]),
    )  # fmt: skip


def says_of_wells(wells: dict[str, Well], descents: tuple[WellDescent, ...]) -> dict[str, Sentence]:
    """What holds of the two minima, and of the descents, of which the last has its own rate."""
    sharp, flat = wells[SHARP], wells[FLAT]
    depth = "of one depth" if abs(sharp.loss - flat.loss) < 1e-6 else "of different depths"
    *low, last = descents
    ends = {one.ended_in for one in low}
    where = f"both end in the {ends.pop()} minimum" if len(ends) == 1 else "they end apart"
    product = last.rate * sharp.curvature
    leap = "" if last.ended_in != FLAT else f"; step {last.leap} leaps out"
    return {
        "says_wells": sentence(
            "A surface made for this: two minima {depth}, of curvature λ = [{sharp:1}](gradient) "
            "and [{flat:1}](input)", depth=depth, sharp=sharp.curvature, flat=flat.curvature,
        ),
        "says_low": sentence(
            "Rates {a:g} and {b:g}: rate · λ is {p:2} and {q:2} in the sharp minimum, under 2: "
            "{where}", a=low[0].rate, b=low[1].rate, p=low[0].rate * sharp.curvature,
            q=low[1].rate * sharp.curvature, where=where,
        ),
        "says_rate": sentence(
            "Rate {rate:g}: rate · λ is [{product:2}](highlight), {side} 2{leap}; it ends in {end}",
            rate=last.rate, product=product, side="over" if product > 2 else "not over", leap=leap,
            end=f"the {last.ended_in} minimum" if last.ended_in else "neither minimum",
        ),
    }  # fmt: skip


def says_of_ends(task: Task, ends: dict[str, list[End]]) -> dict[str, Sentence]:
    """What holds of where training ended: by batch size, from the same starts in each."""
    small, large = ends[SMALL], ends[LARGE]
    target = batch_sizes.TARGETS[task.data.name]
    reached = all(run.train_loss <= target for run in (*small, *large))
    flatter = sum(a.eigenvalue < b.eigenvalue for a, b in zip(small, large, strict=True))
    better = sum(
        (a.eigenvalue < b.eigenvalue) == (a.test_loss < b.test_loss)
        for a, b in zip(small, large, strict=True)
    )
    return {
        "says_training": sentence(
            "A network of {count:,} weights learns {what} in batches of [{a}](weight) and of "
            "[{b:,}](input), {until}", count=task.net.parameters, what=task.data.name,
            a=small[0].batch, b=large[0].batch,
            until=f"each to a training loss of {target:g}" if reached else "as far as it comes",
        ),
        "says_flatter": sentence(
            "[Small batches](weight) ended in the flatter place in {count} of {starts} starts: "
            "λ = {a} against {b}", count=flatter, starts=len(small),
            a=with_spread([run.eigenvalue for run in small], 2),
            b=with_spread([run.eigenvalue for run in large], 2),
        ),
        "says_tested": sentence(
            "The flatter place has the lower test loss in [{count} of {starts}](highlight) starts"
            "{rest}", count=better, starts=len(small), rest=_verdict(better / len(small)),
        ),
    }  # fmt: skip


def _verdict(share: float) -> str:
    """What follows where flatter places have the lower test loss in that share of the starts."""
    if share == 0:
        return ": here the sharper place does better"
    return "" if share == 1 else ": its curvature alone does not tell"
