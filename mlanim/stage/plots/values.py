"""The shapes of what a chart is given; each error says what was given and what is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from mlanim.stage.track import Reading, Track

Shape = Callable[[Any, str], np.ndarray]
"""Makes an array of a value, or refuses it by the name that it is given."""

Shapes = tuple[tuple[str, Shape], ...]


def stands(value: Any) -> bool:
    """Whether a value is known now and stays: it is no reading of a track, nor holds one."""
    if isinstance(value, tuple | list):
        return all(stands(part) for part in value)
    return not isinstance(value, Reading | Track)


def numbers(value: Any, what: str, wanted: str = "numbers") -> np.ndarray:
    """Numbers as an array of floats.

    Raises:
        TypeError: for anything else.
        ValueError: for rows of different lengths.
    """
    try:
        return np.asarray(value, dtype=float)
    except ValueError as error:
        if "inhomogeneous" in str(error):
            raise ValueError(f"The rows of {what} are of different lengths.") from None
        raise TypeError(f"{_begun(what)} must be {wanted}, not {value!r:.60}.") from None
    except TypeError:
        raise TypeError(f"{_begun(what)} must be {wanted}, not {value!r:.60}.") from None


def beyond(values: np.ndarray, ends: tuple[float, float]) -> float | None:
    """The first of values (...) that lies beyond two ends by more than rounding, if one does."""
    low, high = min(ends), max(ends)
    slack = 1e-6 * (high - low)
    found = values[(values < low - slack) | (values > high + slack)]
    return float(found.flat[0]) if found.size else None


def opacity(value: Any) -> float:
    """How much of what is behind is covered, from 0 to 1.

    Raises:
        TypeError, ValueError: for anything else.
    """
    found = float(number(value, "the opacity"))
    if not 0 <= found <= 1:
        raise ValueError(f"An opacity is a number from 0 to 1, not {value!r}.")
    return found


def number(value: Any, what: str) -> np.ndarray:
    """One number, ().

    Raises:
        TypeError, ValueError: for anything else.
    """
    return _of_rank(value, what, 0, "one number")


def row(value: Any, what: str) -> np.ndarray:
    """One row of numbers, (N,).

    Raises:
        TypeError, ValueError: for anything else.
    """
    return _of_rank(value, what, 1, "one row of numbers, (N,)")


def grid(value: Any, what: str) -> np.ndarray:
    """Rows and columns of numbers, (R, C).

    Raises:
        TypeError, ValueError: for anything else.
    """
    return _of_rank(value, what, 2, "rows and columns of numbers, (R, C)")


def place(value: Any, what: str) -> np.ndarray:
    """One place, (2,).

    Raises:
        TypeError, ValueError: for anything else.
    """
    array = numbers(value, what)
    if array.shape != (2,):
        raise ValueError(f"{_begun(what)} must be (x, y), {_not(array)}.")
    return array


def places(value: Any, what: str) -> np.ndarray:
    """Places, (N, 2); none of them is an array of any shape.

    Raises:
        TypeError, ValueError: for anything else.
    """
    array = numbers(value, what)
    if array.size and (array.ndim != 2 or array.shape[1] != 2):
        raise ValueError(f"{_begun(what)} must be places (N, 2), {_not(array)}.")
    return array.reshape(-1, 2)


def span(value: Any, what: str) -> tuple[float, float]:
    """A range from one number to another.

    Raises:
        TypeError, ValueError: for anything else.
    """
    array = numbers(value, what)
    if array.shape != (2,):
        raise ValueError(f"{_begun(what)} must be (low, high), {_not(array)}.")
    return float(array[0]), float(array[1])


def equally_long(rows: Iterable[tuple[str, np.ndarray]]) -> None:
    """Let rows of one length pass.

    Raises:
        ValueError: naming the length of each.
    """
    named = [(name, len(values)) for name, values in rows]
    if len({count for _, count in named}) > 1:
        lengths = ", ".join(f"{count} {name}" for name, count in named)
        raise ValueError(f"There must be as many of each, not {lengths}.")


def _of_rank(value: Any, what: str, rank: int, wanted: str) -> np.ndarray:
    array = numbers(value, what, wanted if rank == 0 else "numbers")
    if array.ndim != rank:
        raise ValueError(f"{_begun(what)} must be {wanted}, {_not(array)}.")
    return array


def _not(array: np.ndarray) -> str:
    return "not one number" if array.ndim == 0 else f"not an array of the shape {array.shape}"


def _begun(what: str) -> str:
    return what[:1].upper() + what[1:]
