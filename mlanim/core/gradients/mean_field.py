"""What becomes of signals and gradients in a very wide network with random weights.

Of weights with the variance g / width a layer makes from signals of mean square q such of

    q ← g E[φ(√q z)²],    and the gradient's square goes back through it times    χ = g E[φ′(√q z)²]

with z standard normal (Poole et al. 2016; Schoenholz et al. 2017, "Deep information propagation").
A skip adds q and 1 (Yang and Schoenholz 2017). Layer norm divides its input by √q, batch norm by
the root of what is left of q once that is taken away which all examples share; both then see
signals of mean square 1 (Yang et al. 2019, "A mean field theory of batch normalization").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from mlanim.core.models.activations import ACTIVATIONS, slopes

Way = Literal["batch norm", "layer norm", "plain", "skip"]
WAYS: tuple[Way, ...] = ("batch norm", "layer norm", "plain", "skip")
REACH, SAMPLES = 8.0, 800  # of z, at the middles of cells: a kink at 0 lies between two of them


@dataclass(frozen=True)
class Moments:
    """Of an activation φ over normal signals, (...) each."""

    mean: np.ndarray  # E φ
    square: np.ndarray  # E φ²
    slope: np.ndarray  # E φ′²


@dataclass(frozen=True)
class Prediction:
    """For a network of L layers at each of some variances of weights, (...)."""

    squares: np.ndarray  # (..., L + 1) mean square of the signal, q₀ to q_L
    factors: np.ndarray  # (..., L) χ of each layer

    @property
    def left(self) -> np.ndarray:
        """The gradient's norm at h₀ to h_L as a share of that at h_L, (..., L + 1)."""
        back = np.cumprod(np.sqrt(self.factors)[..., ::-1], axis=-1)[..., ::-1]
        return np.concatenate([back, np.ones_like(back[..., :1])], axis=-1)


def moments(name: str, squares: np.ndarray) -> Moments:
    """Those of the activation `name` over normal signals of mean 0 and mean squares (...)."""
    z = (torch.arange(SAMPLES, dtype=torch.float64) + 0.5) * (2 * REACH / SAMPLES) - REACH
    density = torch.exp(-(z**2) / 2)
    density = density / density.sum()
    signals = torch.from_numpy(np.asarray(squares, dtype=float)).sqrt()[..., None] * z

    def mean(values: Tensor) -> np.ndarray:
        return np.asarray((values * density).sum(-1))

    values = ACTIVATIONS[name](signals)
    steep = slopes(ACTIVATIONS[name], signals)
    return Moments(mean(values), mean(values**2), mean(steep**2))


def predicted(name: str, variances: np.ndarray, depth: int, way: Way = "plain") -> Prediction:
    """Signals of mean square 1, alike in nothing, through `depth` layers; and the way back.

    Args:
        variances: g of the weights, (...): their variance times the width.
    """
    g = np.asarray(variances, dtype=float)
    squares, factors = [np.ones_like(g)], []
    spread = np.ones_like(g)  # what is left of q without what the examples share
    unit = moments(name, np.ones_like(g))
    for _ in range(depth):
        q = squares[-1]
        if way in ("layer norm", "batch norm"):
            factors.append(g * unit.slope / (q if way == "layer norm" else spread))
            squares.append(g * unit.square)
            spread = g * (unit.square - unit.mean**2)
            continue
        found, skip = moments(name, q), float(way == "skip")
        factors.append(skip + g * found.slope)
        squares.append(skip * q + g * found.square)
    return Prediction(np.stack(squares, axis=-1), np.stack(factors, axis=-1))


def edges(name: str, depth: int, variances: np.ndarray) -> tuple[float, ...]:
    """The variances at which a gradient comes back through `depth` plain layers as it set out.

    They are looked for between any two neighbours of the variances (G,), which ascend, and found
    to a ten-thousandth.
    """
    left = predicted(name, variances, depth).left[:, 0]
    crossed = np.flatnonzero((left[:-1] < 1) != (left[1:] < 1))
    return tuple(_edge(name, depth, variances[i], variances[i + 1]) for i in crossed)


def _edge(name: str, depth: int, low: float, high: float) -> float:
    while high > low * (1 + 1e-4):
        some = np.geomspace(low, high, 9)
        left = predicted(name, some, depth).left[:, 0]
        first = int(np.argmax((left[1:] < 1) != (left[0] < 1)))
        low, high = some[first], some[first + 1]
    return float(np.sqrt(low * high))
