"""The learning-rate range test: one short run in which the rate grows with every step.

Source: Smith 2017, "Cyclical learning rates for training neural networks", section 3.3. He reads
the curve by eye; here it is read by two rules, which `RangeTest` states.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from mlanim.core.learning.optimizers import Optimizer
from mlanim.core.learning.training import Loss, train

LOWEST, HIGHEST, A_DECADE = 1e-6, 10.0, 40  # the rates' ends, and steps in which they grow tenfold
RATES = np.geomspace(LOWEST, HIGHEST, 7 * A_DECADE + 1)
GROWTH = 10 ** (1 / A_DECADE)
DECAY = 0.9  # of the average, a step
QUARTER = A_DECADE // 4
BACK = 0.1  # of its fall, that the loss has to be back to count as risen


@dataclass(frozen=True)
class RangeTest:
    """A test, up to the last loss that is finite, and what the rules find in it.

    rates: (S,), the one of each step.
    raw: (S,), the loss on the next batch after that step.
    smooth: (S,), its average, see `smoothed`.
    middles: (M,) rates, and falls: (M,), how much the smoothed loss changes within half a decade
        around each. They begin two quarters of a decade after the start, since the average is
        noisy until it has a dozen of losses to average.
    lowest: where `smooth` is lowest.
    steepest: where it falls most within half a decade; up to the lowest.
    stretch: (W, 2), rates and smoothed losses of that half decade.
    rise: (1,), the first place after the lowest at which it is back a tenth of what it fell from
        its start; (0,) if there is none.
    """

    rates: np.ndarray
    raw: np.ndarray
    smooth: np.ndarray
    middles: np.ndarray
    falls: np.ndarray
    lowest: int
    steepest: int
    stretch: np.ndarray
    rise: np.ndarray

    @property
    def suggestion(self) -> float:
        """The rate of the steepest fall."""
        return float(self.rates[self.steepest])


def range_test(
    loss: Loss, start: Tensor, optimizer: Optimizer, batches: Iterable[Tensor]
) -> RangeTest:
    """Train from a start (P,) with one step at each of RATES, and read the losses."""
    run = train(loss, start, optimizer, lambda step: float(RATES[step]), len(RATES), batches)
    return read_test(RATES, run.losses[1:].numpy())


def read_test(rates: np.ndarray, losses: np.ndarray) -> RangeTest:
    """Apply the rules to losses (S,) at rates (S,)."""
    count = int(np.append(~np.isfinite(losses), True).argmax())
    smooth = smoothed(losses[:count])
    lowest = int(smooth.argmin())
    middles = np.arange(2 * QUARTER, count - QUARTER)
    falls = smooth[middles + QUARTER] - smooth[middles - QUARTER]
    before = falls[: max(lowest - middles[0], 0) + 1]
    back = smooth[lowest] + BACK * (smooth[0] - smooth[lowest])
    steepest = int(middles[before.argmin()])
    window = slice(steepest - QUARTER, steepest + QUARTER + 1)
    return RangeTest(
        rates=rates[:count], raw=losses[:count], smooth=smooth, middles=rates[middles],
        falls=falls, lowest=lowest, steepest=steepest,
        stretch=np.column_stack([rates[window], smooth[window]]),
        rise=lowest + np.flatnonzero(smooth[lowest:] > back)[:1],
    )  # fmt: skip


def smoothed(values: np.ndarray, decay: float = DECAY) -> np.ndarray:
    """The exponential average of values (S,) up to each, freed of its start at zero.

    A value n steps ago weighs decay^n, as in the corrected means of Adam (Kingma and Ba 2015).
    """
    steps = np.arange(float(len(values)))
    weights = np.tril(decay ** np.subtract.outer(steps, steps))
    return np.asarray((weights * values).sum(1) / weights.sum(1))
