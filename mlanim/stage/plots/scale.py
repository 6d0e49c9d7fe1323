"""Scales: where a value lies along an axis, and which round values are marked on it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mlanim.stage.text.texts import Math
from mlanim.words.numbers import format_number, significant

Range = tuple[float, float]


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high`, linear or logarithmic.

    Raises:
        ValueError: for ends that are equal or not finite, and for a logarithm of 0 or less.
    """

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        ends = f"from {self.low:g} to {self.high:g}"
        if not (math.isfinite(self.low) and math.isfinite(self.high)) or self.low == self.high:
            raise ValueError(f"An axis runs between two different finite values, not {ends}.")
        if self.log and min(self.low, self.high) <= 0:
            raise ValueError(f"A logarithmic axis needs values over 0, not {ends}.")

    def share(self, values: np.ndarray) -> np.ndarray:
        """Where values (...) lie, 0 at the low end and 1 at the high one.

        On a logarithmic axis, what is 0 or less lies infinitely far below.
        """
        low, high = self._ends
        with np.errstate(divide="ignore", invalid="ignore"):
            flat = np.log10(np.maximum(values, 0)) if self.log else np.asarray(values, dtype=float)
        return np.asarray((flat - low) / (high - low))

    def value(self, shares: np.ndarray) -> np.ndarray:
        """The reverse of `share`."""
        low, high = self._ends
        flat = low + np.asarray(shares, dtype=float) * (high - low)
        return np.asarray(10.0**flat if self.log else flat)

    def ticks(self, most: int = 5) -> np.ndarray:
        """At most `most` + 1 round values within the axis."""
        if not self.log:
            return nice_ticks(self.low, self.high, most)
        low, high = sorted(self._ends)
        between = [
            s * 10.0**k for k in range(math.floor(low), math.ceil(high) + 1) for s in (1, 2, 5)
        ]
        inside = [v for v in between if low - 1e-9 <= math.log10(v) <= high + 1e-9]
        if len(inside) <= most + 1:
            return _two_at_least([np.array(inside), nice_ticks(self.low, self.high, most)], most)
        step = max(1, math.ceil((high - low) / max(most, 1) - 1e-9))
        powers = [10.0 ** _multiples(low, high, fewer) for fewer in range(step, 0, -1)]
        halves = [np.array([v for v in inside if f"{v:e}"[0] in ("1", d)]) for d in ("5", "2")]
        return _two_at_least([*powers, *halves], most)

    def texts(self, ticks: np.ndarray) -> list[str | Math]:
        """How the values at ticks are written."""
        return [_power(tick) for tick in ticks] if self.log else list(tick_texts(ticks))

    @property
    def _ends(self) -> Range:
        return (math.log10(self.low), math.log10(self.high)) if self.log else (self.low, self.high)


def nice_ticks(low: float, high: float, most: int = 5) -> np.ndarray:
    """At most `most` + 1 round numbers between `low` and `high`, in steps of 1, 2 or 5 · 10ⁿ."""
    if low == high or most < 1:
        return np.zeros(0)
    return ticks_in_steps(low, high, round_step(abs(high - low) / most), most)


def ticks_in_steps(low: float, high: float, step: float, most: int) -> np.ndarray:
    """The multiples of 1, 2 or 5 · 10ⁿ between `low` and `high`.

    Where these are fewer than two, and `most` + 1 from three on have room, those of a finer step,
    which may be 4 · 10ⁿ.
    """
    low, high = min(low, high), max(low, high)
    steps = [step, *(k * round_step(step / least) for least in (2.5, 5, 10) for k in (2, 1))]
    return _two_at_least([_multiples(low, high, one) for one in steps], most)


def _multiples(low: float, high: float, step: float) -> np.ndarray:
    """Those of a step from `low` to `high`."""
    return np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1) * step


def _two_at_least(choices: list[np.ndarray], most: int) -> np.ndarray:
    """The first of some rows of ticks, each finer, or the first with two where three have room."""
    enough = (ticks for ticks in choices if 2 <= len(ticks) <= most + 1 and most > 1)
    return choices[0] if len(choices[0]) > 1 else next(enough, choices[0])


def round_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is at least `least`, over 0."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(float(s * power) for s in (1, 2, 5, 10) if s * power >= least * (1 - 1e-9))


def from_to(low: float, high: float) -> str:
    """A range in words, or the one value that it is."""
    return f"from {low:.4g} to {high:.4g}" if low < high else f"= {low:.4g}"


def tick_texts(ticks: np.ndarray) -> list[str]:
    """Evenly spaced numbers with as many decimals as they need; powers of ten for very large and
    very small ones."""
    if not len(ticks):
        return []
    if not 1e-4 <= np.abs(ticks).max() < 1e7:
        return [significant(float(f"{tick:.9g}"), 9) for tick in ticks]
    fine = 1e-6 * (ticks[1] - ticks[0] if len(ticks) > 1 else 1.0)
    enough = (n for n in range(16) if np.all(np.abs(np.round(ticks, n) - ticks) <= fine))
    places = next(enough, 16)
    return [format_number(tick, places) for tick in ticks]


def around(values: np.ndarray, log: bool = False, pad: float = 0.05) -> Range:
    """The ends of an axis that holds values (N,), with a little room beyond them."""
    values = np.asarray(values, dtype=float).ravel()
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    if not len(values):
        return (1e-3, 1.0) if log else (0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    if log:
        room = (high / low) ** pad if high > low else 10**0.5
        return low / room, high * room
    size = max(abs(low), abs(high))  # beside which a smaller difference is rounding
    room = pad * (high - low) if high - low > 1e-12 * size else 0.5 * size or 0.5
    return low - room, high + room


def _power(tick: float) -> str | Math:
    exponent = math.log10(tick)
    whole = round(exponent)
    if abs(exponent - whole) > 1e-6 or -2 <= whole <= 3:
        return f"{tick:g}"
    return Math(f"10^({whole})")
