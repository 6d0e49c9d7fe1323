"""A curve between two sets of weights along which the loss stays low.

A quadratic Bezier curve, (1 - t)^2 a + 2 t (1 - t) bend + t^2 b, whose bend is trained: each step
descends the loss at one random t. Garipov, Izmailov, Podoprikhin, Vetrov and Wilson (2018), "Loss
surfaces, mode connectivity, and fast ensembling of DNNs", section 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim import long_run
from mlanim.core.data.own_data import Batch
from mlanim.core.landscape.loss_function import LossFunction
from mlanim.core.landscape.plane import plane_coordinates
from mlanim.core.landscape.scan import fingerprint, scan_line, scan_points
from mlanim.core.learning.training import train
from mlanim.words.sentence import Sentence, sentence

ROUNDS = 5
"""Training is cut into rounds, each with half the rate of the one before and a fresh start of
Adam's averages, so that it can go on after an interruption with nothing but the bend."""

LOWER = 0.99  # of the line's highest loss: from here on a curve is said to be lower


@dataclass(frozen=True)
class ConnectingCurve:
    """The straight line and the trained curve between two ends, at T places from 0 to 1.

    bend: (P,); line, curve: (T,) losses; directions: (2, P) orthonormal axes of the plane through
    both ends and the bend, whose origin is the end a; way: (T, 2) the curve on it; ends: (2, 2)
    the two ends there; bend_place: (2,).
    """

    bend: Tensor
    places: np.ndarray
    line: np.ndarray
    curve: np.ndarray
    directions: Tensor
    way: np.ndarray
    ends: np.ndarray
    bend_place: np.ndarray
    says: Sentence


def connecting_curve(
    lf: LossFunction, a: Tensor, b: Tensor, seed: int = 0, steps: int = 600, rate: float = 0.02,
    batch_size: int = 128, points: int = 61,
) -> ConnectingCurve:  # fmt: skip
    """Train the bend from the middle of the line, and measure line and curve over all data.

    Args:
        a, b: (P,), the ends, which stay.
        steps: of Adam, in all; rate: of the first of the rounds.
        batch_size: rows of data a step.

    Raises:
        ValueError: if the ends are one place, steps or points are too few, or training diverges.
    """
    a, b = a.to(lf.theta), b.to(lf.theta)
    if torch.equal(a, b):
        raise ValueError("Both ends of the curve are the same weights; give two different ones.")
    if steps < ROUNDS or points < 3:
        raise ValueError(
            f"The curve has {steps} steps and {points} points; give at least {ROUNDS} and 3."
        )
    bend = _trained(lf, a, b, seed, steps, rate, batch_size)
    places = torch.linspace(0, 1, points, dtype=torch.float64)
    corners = torch.stack([a, bend, b])
    curve = scan_points(lf, torch.zeros_like(a), corners, shares(places))
    line = scan_line(lf, a, b, points)
    directions = _axes(a, b, bend)
    here = plane_coordinates(corners.double(), a.double(), directions.double())
    return ConnectingCurve(
        bend=bend, places=places.numpy(), line=line, curve=curve, directions=directions,
        way=(shares(places) @ here.cpu()).numpy(), ends=here[[0, 2]].cpu().numpy(),
        bend_place=here[1].cpu().numpy(), says=says_of_curve(line, curve),
    )  # fmt: skip


def shares(places: Tensor) -> Tensor:
    """What places t in 0..1 on the curve are of a, the bend and b, (..., 3)."""
    return torch.stack([(1 - places) ** 2, 2 * places * (1 - places), places**2], -1)


def _trained(
    lf: LossFunction, a: Tensor, b: Tensor, seed: int, steps: int, rate: float, batch_size: int
) -> Tensor:
    """The bend after all rounds, (P,); each round is kept, as is what it went on from."""

    def loss(bend: Tensor, draw: tuple[Tensor, Batch]) -> Tensor:
        place, batch = draw
        return lf.scalar(place.to(bend) @ torch.stack([a, bend, b]), batch)

    told = torch.tensor([seed, steps, rate, batch_size], dtype=torch.float64)
    name = f"curve-{fingerprint(lf, a, b, told)}"
    bends = (long_run.kept(name) or {"bends": (a + b).cpu().numpy()[None] / 2})["bends"]
    for done in range(len(bends) - 1, ROUNDS):
        long_run.progress(done, ROUNDS)
        start = torch.as_tensor(bends[-1]).to(lf.theta)
        draws = _draws(lf, seed * ROUNDS + done, batch_size)
        found = train(loss, start, "adam", rate / 2**done, steps // ROUNDS, draws).end
        bends = np.concatenate([bends, found.cpu().numpy()[None]])
        long_run.keep(name, bends=bends)
    if not np.isfinite(bends[-1]).all():
        raise ValueError(f"The curve's training came to no finite weights at a rate of {rate:g}.")
    return torch.as_tensor(bends[-1]).to(lf.theta)


def _draws(lf: LossFunction, seed: int, batch_size: int) -> Iterator[tuple[Tensor, Batch]]:
    """Endless random places on the curve, as shares, each with a batch of the data."""
    generator = torch.Generator().manual_seed(seed)
    for batch in lf.random_batches(batch_size, generator):
        yield shares(torch.rand((), generator=generator, dtype=torch.float64)), batch


def _axes(a: Tensor, b: Tensor, bend: Tensor) -> Tensor:
    """Orthonormal directions, (2, P): from a to b, and towards the bend across it."""
    along = (b - a) / (b - a).norm()
    across = (bend - a) - ((bend - a) @ along) * along
    return torch.stack([along, across / across.norm().clamp_min(torch.finfo(a.dtype).tiny)])


def says_of_curve(line: np.ndarray, curve: np.ndarray) -> Sentence:
    """How high the loss gets on the way, straight and along the curve, from losses (T,)."""
    straight, bent = float(line.max()), float(curve.max())
    if bent < LOWER * straight:
        return sentence(
            "On the straight line the loss rises to [{straight:g}](negative), on the curve to "
            "[{bent:g}](positive); the ends have {first:g} and {last:g}",
            straight=straight, bent=bent, first=line[0], last=line[-1],
        )  # fmt: skip
    return sentence(
        "The curve does not stay lower: its highest loss is {bent:g}, that of the straight line "
        "{straight:g}", straight=straight, bent=bent,
    )  # fmt: skip
