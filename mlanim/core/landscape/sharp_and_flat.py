"""Sharp and flat: which minimum a learning rate can stay in, and where batch sizes end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from mlanim.core.landscape import two_wells
from mlanim.core.landscape.batch_sizes import DISTANCES, LARGE, SMALL, End, end_of, says_of_ends
from mlanim.core.landscape.plane import loss_grid
from mlanim.core.landscape.two_wells import Well, WellDescent
from mlanim.core.learning.task import task_named
from mlanim.core.repeatable import one_thread
from mlanim.words.sentence import Sentence

LOW_RATES = (0.02, 0.1)
X, Y = (-3.2, 3.2), (-2.4, 3.0)
STARTS = 5


@dataclass(frozen=True)
class SharpAndFlat:
    """All that the scene shows."""

    x: np.ndarray  # (C,)
    y: np.ndarray  # (R,)
    loss: np.ndarray  # (R, C), its rows along y
    levels: np.ndarray
    wells: dict[str, Well]
    reach: np.ndarray  # (N,) distances along the cuts through them
    descents: tuple[WellDescent, ...]  # the last at the rate asked for
    distances: np.ndarray  # (D,) of the loss around the network's ends
    ends: dict[str, list[End]]  # by size of the batch, from the same starts
    says: dict[str, Sentence]


@one_thread()
def sharp_and_flat_lesson(rate: float, dataset: str, seed: int) -> SharpAndFlat:
    """Descend on the surface at three rates; train with two batch sizes from five starts."""
    wells = {name: two_wells.well(name) for name in two_wells.AT}
    descents = tuple(two_wells.well_descent(one, wells) for one in (*LOW_RATES, rate))
    x, y = (torch.linspace(low, high, 121, dtype=torch.float64) for low, high in (X, Y))
    axes = torch.eye(2, dtype=torch.float64)
    loss = loss_grid(two_wells.two_wells_loss, torch.zeros_like(axes[0]), axes, x, y).numpy()
    task, seeds = task_named(dataset, seed), [seed + 1000 * i for i in range(STARTS)]
    ends = {size: [end_of(task, size, one) for one in seeds] for size in (SMALL, LARGE)}
    return SharpAndFlat(
        x=x.numpy(), y=y.numpy(), loss=loss, levels=np.quantile(loss, np.linspace(0.01, 0.9, 12)),
        wells=wells, reach=two_wells.REACH.numpy(), descents=descents, distances=DISTANCES.numpy(),
        ends=ends,
        says=two_wells.says_of_wells(wells, descents) | says_of_ends(task, ends),
    )  # fmt: skip
