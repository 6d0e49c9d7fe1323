"""What `compute` returned, as a scene sees it: frozen records of arrays and plain values.

A result is split into a JSON tree and a set of arrays, so that it can be stored without pickling
and read by a process that never imports torch.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from mlanim.words.nearest import nearest
from mlanim.words.sentence import Run, Sentence

ARRAY = "$array"
RECORD = "$record"
TUPLE = "$tuple"
SENTENCE = "$sentence"


class Record:
    """A read-only bag of named values: `record.weights`."""

    def __init__(self, name: str, fields: Mapping[str, Any]):
        object.__setattr__(self, "_name", name)
        object.__setattr__(self, "_fields", dict(fields))

    def __getattr__(self, field: str) -> Any:
        if field.startswith("__") or field in ("_fields", "_name"):
            raise AttributeError(field)
        try:
            return self._fields[field]
        except KeyError:
            raise AttributeError(_missing(self._name, field, self._fields)) from None

    def __getitem__(self, field: object) -> Any:
        if field not in self._fields:
            raise KeyError(_missing(self._name, field, self._fields))
        raise TypeError(f"{self._name} is a dataclass: write .{field}, not [{field!r}].")

    def __setattr__(self, field: str, value: Any) -> None:
        raise AttributeError(f"{self._name} is frozen; use replaced({field}=…).")

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __repr__(self) -> str:
        return f"{self._name}({', '.join(self._fields)})"

    def replaced(self, **changes: Any) -> Record:
        """A copy with some fields changed.

        Raises:
            AttributeError: for a field that it does not have.
        """
        for field in changes:
            getattr(self, field)
        return Record(self._name, {**self._fields, **changes})


def fields_of(record: Any) -> dict[str, Any]:
    """The fields of a record by name."""
    return {name: getattr(record, name) for name in record}


class Fields(dict[str, Any]):
    """A dictionary that `compute` returned; a missing key is answered with the nearest."""

    def __missing__(self, key: Any) -> Any:
        raise KeyError(_missing("The data", key, self))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self:
            raise AttributeError(_missing("The data", name, self))
        raise AttributeError(f'The data is a dict: write ["{name}"], not .{name}.')


def _missing(whole: str, field: object, known: Iterable[str]) -> str:
    names = sorted(known)
    return f"{whole} has no {field!r}.{nearest(field, names)} It has {', '.join(names)}."


def to_tree(value: Any, arrays: dict[str, np.ndarray], path: str = "data") -> Any:
    """A value as JSON, with its arrays moved to `arrays` under their paths.

    Raises:
        TypeError: for a value that is neither plain nor an array of numbers, with its path.
    """
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            raise TypeError(f"{path} is an array of objects; only numbers and strings are stored.")
        while path in arrays:  # a key with a dot in it can spell another array's path
            path += "_"
        arrays[path] = value
        return {ARRAY: path}
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Sentence):
        return {SENTENCE: [[run.text, run.role, run.math] for run in value.runs]}
    if isinstance(value, (list, tuple)):
        items = [to_tree(item, arrays, f"{path}.{i}") for i, item in enumerate(value)]
        return {TUPLE: items} if isinstance(value, tuple) else items
    name, fields = _named_fields(value, path)
    tree = {key: to_tree(item, arrays, f"{path}.{key}") for key, item in fields.items()}
    return {RECORD: name, "fields": tree}


def _named_fields(value: Any, path: str) -> tuple[str, dict[str, Any]]:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return type(value).__name__, fields
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return "dict", dict(value)
    if isinstance(value, Record):
        return value._name, dict(value._fields)
    raise TypeError(
        f"{path} is of type {type(value).__name__}; "
        "compute returns dataclasses of arrays and plain values."
    )


def from_tree(tree: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """The reverse of `to_tree`; dataclasses come back as `Record`s, arrays read-only."""
    if isinstance(tree, list):
        return [from_tree(item, arrays) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if ARRAY in tree:
        array = arrays[tree[ARRAY]]
        array.setflags(write=False)
        return array
    if SENTENCE in tree:
        return Sentence(tuple(Run(*run) for run in tree[SENTENCE]))
    if TUPLE in tree:
        return tuple(from_tree(item, arrays) for item in tree[TUPLE])
    fields = {key: from_tree(item, arrays) for key, item in tree["fields"].items()}
    return Fields(fields) if tree[RECORD] == "dict" else Record(tree[RECORD], fields)


def as_record(value: Any) -> Any:
    """What a scene would see of `value` after it has been stored and read back."""
    arrays: dict[str, np.ndarray] = {}
    tree = to_tree(value, arrays)
    return from_tree(tree, {name: array.copy() for name, array in arrays.items()})
