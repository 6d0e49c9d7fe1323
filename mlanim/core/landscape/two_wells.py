"""A surface with a sharp and a flat minimum, between which the learning rate alone decides.

    f(p) = −T log( exp(−q_sharp(p) / T) + exp(−q_flat(p) / T) ),   q(p) = curvature (p − m)² / 2

a smooth minimum of two paraboloids that are equally deep. Near a minimum, gradient descent at
rate r multiplies the error along a direction of curvature λ by 1 − r λ, so it can stay only where
r λ < 2. A rate beyond that for the sharp minimum alone is thrown out of it, and may settle in the
flat one, or circle the sharp one for ever, if it is beyond it by little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.learning.training import descend, value_and_gradient
from mlanim.words.sentence import Sentence, sentence

SHARP, FLAT = "sharp", "flat"
AT = {SHARP: (1.5, 1.5), FLAT: (-0.75, -0.5)}
CURVATURE = {SHARP: (16.0, 8.0), FLAT: (0.5, 0.5)}
TEMPERATURE = 0.15
START = (1.55, 2.1)
MOST_STEPS = 500
SETTLED = 1e-8  # length of a gradient
REACH = torch.linspace(-1, 1, 161, dtype=torch.float64)  # of a cut, distances from the minimum


@dataclass(frozen=True)
class Well:
    """A minimum; curvature: the largest eigenvalue of the Hessian there, along `steepest`.

    cut: (REACH,), the loss through it along that direction.
    """

    place: np.ndarray  # (2,)
    loss: float
    curvature: float
    steepest: np.ndarray  # (2,), unit length
    cut: np.ndarray


@dataclass(frozen=True)
class WellDescent:
    """Gradient descent at one rate.

    ended_in: a minimum's name, or "" where it had not settled after the last step allowed.
    leap: the last step that crosses from the sharp paraboloid's side to the flat one's; 0 if none.
    """

    rate: float
    places: np.ndarray  # (S + 1, 2)
    distances: np.ndarray  # (S + 1,) from the sharp minimum
    ended_in: str
    leap: int


def paraboloids(points: Tensor) -> dict[str, Tensor]:
    """The two that the surface is the smooth minimum of, at points (..., 2)."""
    return {
        name: (torch.tensor(CURVATURE[name]) * (points - torch.tensor(at)) ** 2).sum(-1) / 2
        for name, at in AT.items()
    }


def two_wells_loss(points: Tensor) -> Tensor:
    """The surface at points, (..., 2) -> (...)."""
    return -TEMPERATURE * torch.stack(
        [-bowl / TEMPERATURE for bowl in paraboloids(points).values()]
    ).logsumexp(0)


def well(name: str) -> Well:
    """Newton's method from the paraboloid's own minimum, which the other one moves slightly."""
    point = torch.tensor(AT[name], dtype=torch.float64)
    for _ in range(5):
        loss, gradient = value_and_gradient(lambda p, _: two_wells_loss(p), point)
        point = point - torch.linalg.solve(_hessian(point), gradient)
    values, vectors = torch.linalg.eigh(_hessian(point))
    steepest = vectors[:, -1].abs()
    cut = two_wells_loss(point + torch.outer(REACH, steepest))
    return Well(point.numpy(), float(loss), float(values[-1]), steepest.numpy(), cut.numpy())


def well_descent(rate: float, wells: dict[str, Well]) -> WellDescent:
    """Descend from the start until the gradient has vanished, or all steps are taken."""
    start = torch.tensor(START, dtype=torch.float64)
    states = descend(lambda p, _: two_wells_loss(p), start, "sgd", rate)
    path = []
    for state in states:
        path.append(state.theta)
        if state.gradient.norm() <= SETTLED or state.step == MOST_STEPS:
            break
    places = torch.stack(path)
    gaps = {n: np.linalg.norm(places.numpy() - w.place, axis=1) for n, w in wells.items()}
    bowls = paraboloids(places)
    is_flat = (bowls[FLAT] < bowls[SHARP]).numpy()
    leaps = np.flatnonzero(is_flat[1:] & ~is_flat[:-1]) + 1
    return WellDescent(
        rate=rate, places=places.numpy(), distances=gaps[SHARP],
        ended_in=next((name for name, gap in gaps.items() if gap[-1] < 1e-3), ""),
        leap=int(leaps[-1]) if len(leaps) else 0,
    )  # fmt: skip


def says_of_wells(wells: dict[str, Well], descents: tuple[WellDescent, ...]) -> dict[str, Sentence]:
    """What holds of the two minima and of the descents, two of which stay in the sharp one."""
    sharp, flat, (a, b, last) = wells[SHARP].curvature, wells[FLAT].curvature, descents
    return {
        "wells": sentence(
            "A surface made for this: two minima of one depth, of curvature λ = "
            "[{sharp:1}](gradient) and [{flat:1}](input)", sharp=sharp, flat=flat,
        ),
        "low": sentence(
            "Rates {a:g} and {b:g}: rate · λ is {p:2} and {q:2} in the sharp minimum, under 2: "
            "both end in the sharp minimum", a=a.rate, b=b.rate, p=a.rate * sharp, q=b.rate * sharp,
        ),
        "rate": sentence(
            "Rate {rate:g}: rate · λ is [{product:2}](highlight), {side} 2{leap}; it ends in {end}",
            rate=last.rate, product=last.rate * sharp,
            side="over" if last.rate * sharp > 2 else "not over",
            leap=f"; step {last.leap} leaps out" if last.ended_in == FLAT else "",
            end=f"the {last.ended_in} minimum" if last.ended_in else "neither minimum",
        ),
    }  # fmt: skip


def _hessian(point: Tensor) -> Tensor:
    return torch.autograd.functional.hessian(two_wells_loss, point)
