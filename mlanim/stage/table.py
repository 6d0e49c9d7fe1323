"""The numbers behind a picture: named columns of one length, with their units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Table:
    """Columns of numbers or words by name; `units` says what those with a unit are measured in."""

    columns: Mapping[str, np.ndarray]
    units: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lengths = {name: len(values) for name, values in self.columns.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"The columns of a table have one length, not {lengths}.")
        unknown = set(self.units) - set(self.columns)
        if unknown:
            raise ValueError(f"There is no column {sorted(unknown)[0]!r} to have a unit.")

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def headings(self) -> list[str]:
        """Names, each with its unit in brackets where it has one."""
        return [
            f"{name} [{self.units[name]}]" if name in self.units else name for name in self.columns
        ]


def table(columns: Mapping[str, Any], units: Mapping[str, str] | None = None) -> Table:
    """A table of sequences by name; a single value stands in every row, formulas as their text.

    Raises:
        TypeError: for what is no columns by name, or none at all.
    """
    if not isinstance(columns, Mapping) or not columns:
        raise TypeError(f'A table has columns by name, {{"x": values}}, not {columns!r:.60}.')
    arrays = {name: np.atleast_1d(np.asarray(values)) for name, values in columns.items()}
    arrays = {n: a.astype(str) if a.dtype == object else a for n, a in arrays.items()}
    rows = max(len(array) for array in arrays.values())
    filled = {n: np.repeat(a, rows) if len(a) == 1 else a for n, a in arrays.items()}
    return Table(filled, units or {})


def stacked(*tables: Table) -> Table:
    """Tables of the same columns, one under another."""
    first = tables[0]
    columns = {n: np.concatenate([t.columns[n] for t in tables]) for n in first.columns}
    return Table(columns, first.units)


def of_matrix(
    values: np.ndarray, rows: Any, columns: Any, names: tuple[str, str, str], unit: str = ""
) -> Table:
    """A matrix (R, C) in reading order, a row for each of its cells.

    Args:
        rows, columns: labels, of lengths R and C.
        names: of the columns: row label, column label, value.
    """
    values = np.asarray(values)
    row, column, value = names
    labels = np.repeat(np.asarray(rows), values.shape[1]), np.tile(np.asarray(columns), len(values))
    units = {value: unit} if unit else {}
    return Table({row: labels[0], column: labels[1], value: values.ravel()}, units)


def along(
    path: np.ndarray,
    names: tuple[str, str] = ("x", "y"),
    before: Mapping[str, Any] | None = None,
    units: Mapping[str, str] | None = None,
) -> Table:
    """Points (N, 2) in order, as two columns behind those of `before`."""
    path = np.asarray(path, dtype=float).reshape(-1, 2)
    return table({**(before or {}), names[0]: path[:, 0], names[1]: path[:, 1]}, units)
