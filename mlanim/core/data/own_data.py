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

Batch = tuple[Tensor, Tensor]
"""Inputs (rows, …) and targets (rows, …)."""

TARGETS = ("targets", "target", "labels", "label", "y")
INPUTS = ("inputs", "input", "x")
READ_AT_ONCE = 1024  # examples of a Dataset


def batches_of(data: Any) -> tuple[Batch, ...]:
    """Inputs and targets in as few batches as their shapes allow, as a rule one.

    Args:
        data: a pair (inputs, targets), a Dataset of such pairs, a DataLoader or any iterable of
            batches, or the path of a .npz, .safetensors or .csv file.

    Raises:
        ValueError: if there are no rows, or not as many targets as inputs, or no pairs.
    """
    if isinstance(data, str | Path):
        data = _file(Path(data))
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


def _csv(path: Path) -> Batch:
    """Numbers under a line of names; the targets are the column of that name, or the last."""
    lines = path.read_text(encoding="utf-8").splitlines() or [""]
    between = max(",;\t", key=lines[0].count)
    names, *rows = csv.reader(lines, delimiter=between)
    column = next((names.index(n) for n in TARGETS if n in names), len(names) - 1)
    try:
        values = np.array([[float(cell) for cell in row] for row in rows if row])
    except ValueError as error:
        raise ValueError(f"{path} must hold numbers below a line of names: {error}") from error
    if len(names) < 2 or values.ndim < 2:
        return torch.empty(0), torch.empty(0)
    return torch.tensor(np.delete(values, column, 1)), torch.tensor(values[:, column])
