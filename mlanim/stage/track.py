"""Quantities that run, and whatever follows them.

A `Track` is a quantity with what was computed along it; `track.to(value)` is the animation in which
it runs. A `Reading` is a value that depends on tracks: a series of a track at the present moment,
or a function of such. Whatever takes a number or an array in `stage` takes a reading too, and
follows it from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Self, TypeVar

import numpy as np
from manim import Animation, Mobject, ValueTracker

from mlanim.stage.data import Record, fields_of
from mlanim.words.nearest import unknown

SLACK = 1e-6  # by which a value may miss the ends of a track's samples, a share of their distance
M = TypeVar("M", bound=Mobject)


class Reading:
    """A value that depends on tracks; calling it gives the value now.

    `samples` are the values that it passes, (S, …), where these are known.
    """

    def __init__(
        self, tracks: Iterable[Track], read: Callable[[], Any], samples: np.ndarray | None = None
    ):
        self.tracks, self._read, self.samples = tuple(dict.fromkeys(tracks)), read, samples

    def __call__(self) -> Any:
        """The value now."""
        return self._read()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # a copy of a mobject follows the same tracks

    def map(self, function: Callable[[Any], Any]) -> Reading:
        """The function of this value."""
        return Reading(self.tracks, lambda: function(self()))


class Track(ValueTracker):
    """A quantity that runs, with series computed along it, read between its samples.

    Args:
        at: where the series were taken, (S,), ascending or descending; it runs between the ends.
        start: where it stands at first; its first sample unless given.
        log: whether it runs, and is read between samples, in its logarithm.
        series: by name, (S, …) each. Between two samples numbers are interpolated; whole numbers,
            truth values and words are those of the sample before.

    Raises:
        ValueError: if a series has another length than `at`, if `at` does not run one way, or is
            not over 0 where the track runs in its logarithm, and if `start` lies beyond it.
    """

    def __init__(
        self, at: Any = (0.0, 1.0), *, start: float | None = None, log: bool = False, **series: Any
    ):
        self.log = log
        self.at = _numbers(at)
        self.series = {name: np.asarray(values) for name, values in series.items()}
        _check(self.at, self.series, log)
        self._scaled = np.log(self.at) if log else self.at
        order = slice(None, None, 1 if self._scaled[-1] >= self._scaled[0] else -1)
        self._rising = self._scaled[order], np.arange(len(self._scaled), dtype=float)[order]
        first = self.at[0] if start is None else start
        super().__init__(self._to_scale(float(first)))

    @classmethod
    def along(cls, at: Any, record: Any, *, start: float | None = None, log: bool = False) -> Track:
        """A track whose series are the fields of a record."""
        return cls(at, start=start, log=log, **fields_of(record))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # whoever is copied goes on following this track

    def __hash__(self) -> int:
        return id(self)

    @property
    def value(self) -> float:
        """Where it stands, in its own unit."""
        raw = self.get_value()
        return float(np.exp(raw)) if self.log else float(raw)

    def put(self, value: float) -> Self:
        """Have it stand at `value` at once.

        Raises:
            ValueError: for a value beyond its samples.
        """
        return self.set_value(self._to_scale(value))

    def to(self, value: float, **timing: Any) -> Sweep:
        """The animation in which it runs to `value`; what follows it goes along.

        Raises:
            ValueError: for a value beyond its samples.
        """
        return Sweep(self, self._to_scale(value), **timing)

    def to_end(self, **timing: Any) -> Sweep:
        """The animation in which it runs to its last sample."""
        return self.to(float(self.at[-1]), **timing)

    def __getitem__(self, name: str) -> Reading:
        """A series as it is where the track stands.

        Raises:
            KeyError: for a series that it does not have.
        """
        self._known(name)
        return Reading([self], lambda: self._read(self.series[name]), self.series[name])

    def history(self, series: str | Reading | np.ndarray | None = None) -> Reading:
        """A series up to where the track stands, (k, …); `at` unless one is given.

        A series has a name, or is given: an array (S, …) of a value for each of `at`, or a reading
        of one, which another track may change.
        """
        values: Any = self.at if series is None else series
        if isinstance(series, str):
            values = self.series[self._known(series)]
        found = combined(lambda at, values: self._until(np.asarray(values)), self, values)
        found.samples = None if isinstance(values, Reading) else np.asarray(values)
        return found

    def map(self, function: Callable[[float], Any]) -> Reading:
        """The function of where it stands."""
        return Reading([self], lambda: function(self.value))

    @property
    def now(self) -> Record:
        """`at` and all series as they are where the track stands."""
        series = {name: self._read(values) for name, values in self.series.items()}
        return Record("Now", {"at": self.value, **series})

    @property
    def index(self) -> float:
        """Which sample it stands at, 0 to S - 1, between two of them with a fraction."""
        return float(np.interp(self.get_value(), *self._rising))

    def _to_scale(self, value: float) -> float:
        """A value as it runs; beyond the samples its series would stand while its number ran on."""
        low, high = sorted(self._scaled[[0, -1]])
        is_shown = value > 0 or not self.log
        raw = float(np.log(value) if is_shown and self.log else value)
        slack = SLACK * (high - low)
        if not (is_shown and low - slack <= raw <= high + slack):
            first, last = sorted(self.at[[0, -1]])
            raise ValueError(
                f"A track with samples from {first:g} to {last:g} cannot stand at {value:g}; give "
                "a value between these, or samples that reach as far."
            )
        return raw

    def _known(self, name: str) -> str:
        if name not in self.series:
            raise KeyError(unknown("series of this track", name, self.series))
        return name

    def _read(self, values: np.ndarray) -> Any:
        index = self.index
        before = min(int(index), len(values) - 1)
        part = index - before
        if not np.issubdtype(values.dtype, np.floating):
            return values[min(int(index + 1e-9), len(values) - 1)]
        if part == 0 or before + 1 == len(values):
            return values[before]
        return (1 - part) * values[before] + part * values[before + 1]

    def _until(self, values: np.ndarray) -> np.ndarray:
        whole = int(self.index)
        return np.concatenate([values[: whole + 1], np.asarray(self._read(values))[None]])


def _numbers(at: Any) -> np.ndarray:
    try:
        return np.asarray(at, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"A track needs numbers in `at`, not {at!r:.60}.") from None


def _check(at: np.ndarray, series: dict[str, np.ndarray], log: bool) -> None:
    steps = np.diff(at) if np.isfinite(at).all() else np.zeros(1)
    if at.ndim != 1 or len(at) < 2 or not (np.all(steps > 0) or np.all(steps < 0)):
        raise ValueError("A track needs at least two places in `at`, all ascending or descending.")
    if log and at.min() <= 0:
        raise ValueError(
            f"A track that runs in its logarithm needs places over 0 in `at`, not {at.min():g}; "
            "leave that one out, or log=True."
        )
    for name, values in series.items():
        if values.ndim == 0 or len(values) != len(at):
            got = "a single value" if values.ndim == 0 else f"{len(values)} values"
            raise ValueError(f"The series {name!r} has {got} for {len(at)} places in `at`.")


def combined(function: Callable[..., Any], *values: Any) -> Any:
    """The function of values, of which some may be readings or tracks; a reading if one is."""
    tracks = [track for value in values for track in _tracks(value)]
    if not tracks:
        return function(*values)
    return Reading(tracks, lambda: function(*(now(value) for value in values)))


def now(value: Any) -> Any:
    """What a number, an array, a track or a reading is at this moment; so too within a tuple."""
    if isinstance(value, Track):
        return value.value
    if isinstance(value, Reading):
        return value()
    if isinstance(value, tuple | list) and _tracks(value):
        return type(value)(now(part) for part in value)
    return value


def _tracks(value: Any) -> tuple[Track, ...]:
    if isinstance(value, Track):
        return (value,)
    if isinstance(value, Reading):
        return value.tracks
    if isinstance(value, tuple | list):
        return tuple(track for part in value for track in _tracks(part))
    return ()


def follow(mobject: M, show: Callable[..., Any], *values: Any) -> M:
    """Call `show(mobject, *values)` now, and again whenever one of the values changes.

    Args:
        mobject: ours or plain Manim's.
        show: sets the mobject to the values; it must depend on nothing else that changes.
        values: numbers, arrays, tracks, readings, or tuples of these.

    What the mobject followed by the same function before, it follows no longer.
    """
    follower = _Follower(show, values)
    for earlier in [one for one in mobject.updaters if isinstance(one, _Follower)]:
        if earlier.show == show:
            mobject.remove_updater(earlier)
    if follower.tracks:
        mobject.add_updater(follower, call_updater=True)
    else:
        follower(mobject)
    return mobject


class _Follower:
    """An updater that depends on nothing but the present values of tracks."""

    path_independent = True

    def __init__(self, show: Callable[..., Any], values: tuple[Any, ...]):
        self.show, self.values = show, values
        self.tracks = tuple(dict.fromkeys(track for value in values for track in _tracks(value)))

    def __call__(self, mobject: Mobject) -> None:
        """Set the mobject, unless it stands for the same already."""
        place = tuple(track.get_value() for track in self.tracks)
        shown = mobject.__dict__.setdefault("_followed", {})
        if shown.get(self) == place and self.tracks:
            return
        self.show(mobject, *(now(value) for value in self.values))
        shown[self] = place

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


class Sweep(Animation):
    """A track runs from where it stands to `end`, on its own scale."""

    path_independent = True

    def __init__(self, track: Track, end: float, **timing: Any):
        super().__init__(track, **timing)
        self.end = end

    def begin(self) -> None:
        """Start from where the track stands now."""
        self.start = self.mobject.get_value()
        super().begin()

    def interpolate_mobject(self, alpha: float) -> None:
        """Stand at a share of the way, in the animation's own pace."""
        share = self.rate_func(alpha)
        self.mobject.set_value((1 - share) * self.start + share * self.end)


class Morph(Animation):
    """A mobject's values run from what they are to others: `setter(mobject, mixed values)`."""

    path_independent = True

    def __init__(
        self,
        mobject: Mobject,
        start: np.ndarray,
        end: np.ndarray,
        setter: Callable[[Any, np.ndarray], Any],
        **timing: Any,
    ):
        super().__init__(mobject, **timing)
        self.values, self.setter = (np.asarray(start, float), np.asarray(end, float)), setter
        if self.values[0].shape != self.values[1].shape:
            raise ValueError(
                f"What is shown has the shape {self.values[0].shape}; it cannot run to values of "
                f"the shape {self.values[1].shape}."
            )

    def interpolate_mobject(self, alpha: float) -> None:
        """Show the values at a share of the way, in the animation's own pace."""
        share, (start, end) = self.rate_func(alpha), self.values
        self.setter(self.mobject, end if share == 1 else (1 - share) * start + share * end)
