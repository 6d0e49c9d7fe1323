"""Values as one line of JSON each: what processes hand on to each other, and what files hold."""

from __future__ import annotations

import functools
import json
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

Value = TypeVar("Value")


def as_line(value: Any) -> str:
    """A dataclass, model or plain value as one line of JSON, the same for the same value."""
    return json.dumps(to_jsonable_python(value, fallback=str), sort_keys=True)


def from_line(kind: type[Value], line: str | bytes) -> Value:
    """The value of that type that `as_line` wrote.

    Raises:
        ValueError: if the line is not JSON, or not such a value (pydantic's ValidationError).
    """
    return from_fields(kind, json.loads(line))


def from_fields(kind: type[Value], fields: Any) -> Value:
    """The value of that type that was read from JSON.

    Raises:
        ValueError: if it is no such value (pydantic's ValidationError).
    """
    hashable: Any = kind
    value: Value = reader(hashable).validate_python(fields)
    return value


@functools.cache
def reader(kind: Any) -> TypeAdapter[Any]:
    """What reads values of a type; to make one takes some milliseconds."""
    return TypeAdapter(kind)
