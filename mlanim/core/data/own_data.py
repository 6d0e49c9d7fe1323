"""A user's data as batches of inputs and targets, whatever form it is in."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, IterableDataset

from mlanim.core.models.own import made_by

Batch = tuple[Tensor, Tensor]
"""Inputs (rows, …) and targets (rows, …)."""

COLUMNS = ("targets", "target", "labels", "label")  # not y, which may be a coordinate
TARGETS = (*COLUMNS, "y")
INPUTS = ("inputs", "input", "x", "points")
READ_AT_ONCE = 1024  # examples of a Dataset
SHOWN = 60  # characters of a line that is wrong


def batches_of(data: Any) -> tuple[Batch, ...]:
    """Inputs and targets in as few batches as their shapes allow, as a rule one.

    Args:
        data: a pair (inputs, targets), a Dataset of such pairs, a DataLoader or any iterable of
            batches; "file.py:name" of one of these or of a function that returns it; or the path
            of a .npz, .safetensors or .csv file.

    Raises:
        ValueError: if there are no rows, or not as many targets as inputs, or no pairs.
    """
    if isinstance(data, str | Path):
        named = str(data)
        data = made_by(named, "data") if ".py:" in named else _file(Path(named))
    with torch.random.fork_rng(devices=[]):  # a loader that shuffles draws from torch's own
        torch.manual_seed(0)
        batches = [_batch(pair) for pair in _pairs(data)]
    batches = [batch for batch in batches if len(batch[0])]
    if not batches:
        raise ValueError("The data has no rows; give at least one row of inputs and targets.")
    kinds = {(i.shape[1:], i.dtype, t.shape[1:], t.dtype) for i, t in batches}
    if len(kinds) > 1:
        return tuple(batches)
    inputs, targets = zip(*batches, strict=True)
    return ((torch.cat(inputs), torch.cat(targets)),)


def _pairs(data: Any) -> Iterable[Any]:
    if isinstance(data, tuple | list) and len(data) == 2 and not isinstance(data[0], tuple | list):
        return [data]
    if isinstance(data, Dataset) and not isinstance(data, IterableDataset):
        return DataLoader(data, batch_size=READ_AT_ONCE) if len(data) else []  # type: ignore[arg-type]
    if isinstance(data, Iterable) and not isinstance(data, Mapping | Tensor | np.ndarray):
        return data
    raise ValueError(
        f"The data is a {type(data).__name__}; give a pair (inputs, targets), a Dataset, a "
        "DataLoader, or an iterable of batches."
    )


def _batch(pair: Any) -> Batch:
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        what = f"{len(pair)} parts" if isinstance(pair, tuple | list) else type(pair).__name__
        raise ValueError(f"A batch of the data is {what}; it must be a pair (inputs, targets).")
    inputs, targets = (_tensor(part) for part in pair)
    if inputs.dim() == 0 or targets.dim() == 0 or len(inputs) != len(targets):
        raise ValueError(
            f"The data has inputs {tuple(inputs.shape)} and targets {tuple(targets.shape)}; both "
            "need one row for each example in dimension 0."
        )
    return inputs, targets


def _tensor(part: Any) -> Tensor:
    try:
        return torch.as_tensor(part).detach()
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(
            f"Inputs or targets are a {type(part).__name__}, which is no tensor of numbers: {error}"
        ) from error


def _file(path: Path) -> Any:
    if not path.is_file():
        raise ValueError(f"There is no data file {path}; give one, or file.py:function.")
    readers = {".npz": _npz, ".safetensors": _safetensors, ".csv": _csv}
    if path.suffix not in readers:
        raise ValueError(f"{path} is no {', '.join(readers)} file; give one, or file.py:function.")
    return readers[path.suffix](path)


def _npz(path: Path) -> Batch:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return _chosen({name: _tensor(arrays[name]) for name in arrays.files}, path)
    except (OSError, EOFError, ValueError) as error:
        raise ValueError(f"{path} cannot be read as arrays of numbers: {error}") from error


def _safetensors(path: Path) -> Batch:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return _chosen(load_file(path), path)
    except SafetensorError as error:
        raise ValueError(f"{path} cannot be read as safetensors: {error}") from error


def _chosen(arrays: Mapping[str, Tensor], path: Path) -> Batch:
    found = [next((n for n in names if n in arrays), None) for names in (INPUTS, TARGETS)]
    if found[0] is None or found[1] is None:
        raise ValueError(
            f"{path} holds {', '.join(sorted(arrays)) or 'nothing'}; it must hold the arrays "
            "inputs and targets."
        )
    return arrays[found[0]], arrays[found[1]]


def labelled_rows(path: Path) -> tuple[np.ndarray, list[str]]:
    """The numbers (rows, columns) of a .csv file and the target of each row as it stands there.

    A line of names may come first: the target is the column called so, else the last. Cells are
    parted by commas, semicolons or tabs.

    Raises:
        ValueError: if it cannot be read, or another cell is no number.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines() or [""]
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"data is {path}, which cannot be read: {error}.") from error
    rows = [row for row in csv.reader(lines, delimiter=max(",;\t", key=lines[0].count)) if row]
    headed = bool(rows) and not all(map(_is_number, rows[0][:-1]))
    names, body = (rows[0], rows[1:]) if headed else ([], rows)
    target = next((names.index(name) for name in COLUMNS if name in names), -1)
    labels = [row.pop(target).strip() for row in body]
    for row, label in zip(body, labels, strict=True):
        if len(row) != len(body[0]) or not all(map(_is_number, row)):
            said = ",".join([*row, label])[:SHOWN]
            raise ValueError(
                f"data is {path}, with a line of {said!r}; each must have as many numbers as the "
                "first one, beside its target."
            )
    return np.array(body, dtype=float), labels


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _csv(path: Path) -> Batch:
    """Targets that are no numbers are classes, counted in the order of their names."""
    inputs, labels = labelled_rows(path)
    if all(map(_is_number, labels)):
        return torch.tensor(inputs), torch.tensor([float(label) for label in labels])
    return torch.tensor(inputs), torch.tensor(
        [sorted(set(labels)).index(label) for label in labels]
    )
