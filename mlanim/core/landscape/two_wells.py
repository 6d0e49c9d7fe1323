"""A surface with a sharp and a flat minimum, between which the step size alone decides.

    f(p) = -T log( exp(-q_sharp(p) / T) + exp(-q_flat(p) / T) ),   q(p) = curvature (p - m)^2 / 2

a smooth minimum of two paraboloids that are equally deep. Near a minimum, gradient descent at
rate r multiplies the error by 1 - r * curvature, so it stays only where r < 2 / curvature: a rate
between the two thresholds is thrown out of the sharp minimum and can settle only in the flat one.
(Just above the first threshold it may instead circle the sharp minimum for ever.)
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

SHARP_AT, SHARP_CURVATURE = (1.5, 1.5), (16.0, 8.0)
FLAT_AT, FLAT_CURVATURE = (-0.75, -0.5), (0.5, 0.5)
TEMPERATURE = 0.15
START = (1.7, 2.6)
RATES = (0.02, 0.1, 0.15)
MOST_STEPS = 1000
SETTLED = 1e-8


@dataclass(frozen=True)
class Well:
    """One minimum: where its gradient vanishes, and the Hessian's eigenvalues there, ascending.

    threshold: 2 / the largest eigenvalue, the rate from which gradient descent cannot stay.
    """

    name: str
    position: np.ndarray
    loss: float
    gradient_norm: float
    eigenvalues: np.ndarray
    threshold: float


@dataclass(frozen=True)
class WellDescent:
    """Gradient descent at one rate.

    positions: (steps + 1, 2); losses: (steps + 1,); ended_in: a well's name, or "neither" where
    the gradient had not vanished after the last step allowed.
    """

    rate: float
    positions: np.ndarray
    losses: np.ndarray
    ended_in: str


@dataclass(frozen=True)
class TwoWells:
    """The surface, loss (len(y), len(x)), its two minima, and descents from one start."""

    x: np.ndarray
    y: np.ndarray
    loss: np.ndarray
    sharp: Well
    flat: Well
    descents: tuple[WellDescent, ...]


def two_wells_loss(points: Tensor) -> Tensor:
    """The surface at points, (..., 2) -> (...)."""
    bowls = [
        (torch.tensor(curvature, dtype=torch.float64) * (points - torch.tensor(at)) ** 2).sum(-1)
        for at, curvature in ((SHARP_AT, SHARP_CURVATURE), (FLAT_AT, FLAT_CURVATURE))
    ]
    exponents = -torch.stack(bowls) / (2 * TEMPERATURE)
    return -TEMPERATURE * exponents.logsumexp(0)


def two_wells(
    rates: tuple[float, ...] = RATES,
    start: tuple[float, float] = START,
    extent: float = 3.0,
    resolution: int = 61,
) -> TwoWells:
    """Compute the surface on [-extent, extent]^2, both minima, and one descent for each rate.

    Raises:
        ValueError: if a rate is not a positive number.
    """
    if not all(0 < rate < float("inf") for rate in rates):
        raise ValueError(f"rates are {rates}; each must be a positive number.")
    axis = torch.linspace(-extent, extent, resolution, dtype=torch.float64)
    down, across = torch.meshgrid(axis, axis, indexing="ij")
    sharp, flat = _well("sharp", SHARP_AT), _well("flat", FLAT_AT)
    return TwoWells(
        x=axis.numpy(),
        y=axis.numpy(),
        loss=two_wells_loss(torch.stack([across, down], dim=-1)).numpy(),
        sharp=sharp,
        flat=flat,
        descents=tuple(_descent(rate, start, (sharp, flat)) for rate in rates),
    )


def _gradient(point: Tensor) -> Tensor:
    point = point.detach().requires_grad_()
    return torch.autograd.grad(two_wells_loss(point), point)[0]


def _hessian(point: Tensor) -> Tensor:
    return torch.autograd.functional.hessian(two_wells_loss, point)


def _well(name: str, near: tuple[float, float]) -> Well:
    """Newton's method from the paraboloid's own minimum, which the other one moves slightly."""
    point = torch.tensor(near, dtype=torch.float64)
    for _ in range(5):
        point = point - torch.linalg.solve(_hessian(point), _gradient(point))
    eigenvalues = torch.linalg.eigvalsh(_hessian(point))
    return Well(
        name=name,
        position=point.numpy(),
        loss=two_wells_loss(point).item(),
        gradient_norm=_gradient(point).norm().item(),
        eigenvalues=eigenvalues.numpy(),
        threshold=2 / eigenvalues[-1].item(),
    )


def _descent(rate: float, start: tuple[float, float], wells: tuple[Well, ...]) -> WellDescent:
    point = torch.tensor(start, dtype=torch.float64)
    path = [point]
    while len(path) <= MOST_STEPS and (slope := _gradient(point)).norm() > SETTLED:
        point = point - rate * slope
        path.append(point)
    positions = torch.stack(path)
    ended = [w.name for w in wells if np.linalg.norm(point.numpy() - w.position) < 1e-3]
    return WellDescent(
        rate=rate,
        positions=positions.numpy(),
        losses=two_wells_loss(positions).numpy(),
        ended_in=ended[0] if ended else "neither",
    )
