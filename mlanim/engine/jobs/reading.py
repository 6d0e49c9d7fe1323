"""Files that a user wrote: read up to a size, decoded, parsed, and checked to be of sane depth."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mlanim.engine.errors import UsageError, reason

MOST_BYTES = 16 << 20
DEEPEST = 64  # levels of nesting; a table of tables of matrices has five
MOST_BITS = 4096  # of a whole number; beyond some thousand digits Python does not print one


def text_of(path: Path) -> str:
    """A file's text in UTF-8, with or without a mark at its beginning, its lines ended by LF.

    Raises:
        OSError, ValueError: if it cannot be read, is not text in UTF-8, or is too large.
    """
    with path.open("rb") as file:  # a pipe and a device have no size to ask for beforehand
        payload = file.read(MOST_BYTES + 1)
    if len(payload) > MOST_BYTES:
        raise ValueError(f"it holds more than {MOST_BYTES >> 20} MB")
    try:
        return payload.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ValueError("it is not text in UTF-8") from error


def toml_of(path: Path, parse: Callable[[str], Any] = tomllib.loads) -> dict[str, Any]:
    """The content of a TOML file, or of one that `parse` reads.

    Raises:
        UsageError: if it cannot be read or is none.
    """
    return dict(_parsed(path, parse))


def json_of(path: Path) -> Any:
    """The content of a JSON file.

    Raises:
        UsageError: if it cannot be read or is none.
    """
    return _parsed(path, json.loads)


def _parsed(path: Path, parse: Callable[[str], Any]) -> Any:
    try:
        return sane(parse(text_of(path)))
    except RecursionError:
        raise UsageError(f"Cannot read {path}: {_TOO_DEEP}.") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"Cannot read {path}: {reason(error)}.") from error


_TOO_DEEP = f"it is nested more than {DEEPEST} levels deep"


def sane(content: Any) -> Any:
    """A value of mappings, lists and plain values, as it is.

    Raises:
        ValueError: if it is nested too deeply, or has a whole number of absurd size in it.
    """
    for value, depth in _within(content):
        if depth > DEEPEST:
            raise ValueError(_TOO_DEEP)
        if isinstance(value, int) and value.bit_length() > MOST_BITS:
            raise ValueError(f"it has a whole number of {value.bit_length()} bits in it")
    return content


def is_finite(content: Any) -> bool:
    """Whether no number in it is infinite or none."""
    return all(math.isfinite(v) for v, _ in _within(content) if isinstance(v, float))


def booleans_in(content: Any) -> int:
    """How many of the values in it are true or false."""
    return sum(isinstance(value, bool) for value, _ in _within(content))


def _within(content: Any) -> Iterator[tuple[Any, int]]:
    """All values in a nested value with their depths, without recursion; none beyond `DEEPEST`."""
    waiting = [(content, 0)]
    while waiting:
        value, depth = waiting.pop()
        yield value, depth
        inner = value.values() if isinstance(value, Mapping) else value
        if depth <= DEEPEST and isinstance(value, (Mapping, list, tuple)):
            waiting += [(item, depth + 1) for item in inner]
