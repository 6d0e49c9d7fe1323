"""A user's network, examples and plane, out of the files that they name."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor, nn

from mlanim.core.models.own import fault_in, from_file, with_weights
from mlanim.core.relu.planes import Plane, plane_of, plane_through

POINTS, LABELS = ("x", "points", "inputs"), ("y", "labels", "targets")
"""Names of the arrays in an .npz."""


@dataclass(frozen=True)
class Labelled:
    """N examples with labels.

    inputs: (N, …) float64      labels: (N,) class numbers from 0      names: of the classes
    """

    inputs: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one example."""
        return self.inputs.shape[1:]

    @property
    def rows(self) -> np.ndarray:
        """The examples as rows of numbers (N, d)."""
        return self.inputs.reshape(len(self.inputs), -1)


def own_module(model: str, checkpoint: str) -> nn.Module:
    """The module that "file.py:name" is or makes, with the weights of a checkpoint if one is given.

    Raises:
        ValueError: if it is no module, cannot be made, or the weights do not fit.
    """
    module = _called(from_file(model, "model"), model, "model")
    if not isinstance(module, nn.Module):
        kind = type(module).__name__
        raise ValueError(f"model is {model!r}, which gives a {kind}; it must give a torch module.")
    if checkpoint:
        with_weights(module, checkpoint)
    return module


def only_with_a_model(**given: str) -> None:
    """Refuse what says something about a user's model where none is given."""
    for name, value in given.items():
        if value:
            raise ValueError(f"{name} is {value!r}, but there is no model; give model=file.py:name "
                             "beside it.")  # fmt: skip


def _called(thing: Any, named: str, what: str) -> Any:
    """What a function or class makes; a thing that is there already as it is."""
    if not isinstance(thing, type) and (isinstance(thing, nn.Module) or not callable(thing)):
        return thing
    make: Callable[[], Any] = thing
    try:
        return make()
    except Exception as error:
        path = Path(named.rpartition(":")[0]).absolute()
        raise ValueError(f"{what} cannot be had: {fault_in(path, error)}.") from error


def own_examples(data: str) -> Labelled:
    """Examples with labels, of "file.py:name", a .csv or an .npz.

    A function in a Python file, called without arguments, gives inputs and labels. In a .csv the
    last column is the label, a word or a number; one line of headings may come first. In an .npz
    the inputs are called x and the labels y.

    Raises:
        ValueError: if it cannot be read so, is empty, or holds what is not finite.
    """
    suffix = Path(data.partition(":")[0]).suffix
    if suffix == ".py":
        found = _called(from_file(data, "data"), data, "data")
        if not isinstance(found, tuple | list) or len(found) != 2:
            raise ValueError(f"data is {data!r}, which must give two things: inputs and labels.")
        inputs, labels = (_array(part) for part in found)
    elif suffix == ".csv":
        inputs, labels = _from_csv(Path(data))
    elif suffix == ".npz":
        inputs, labels = _from_npz(Path(data))
    else:
        raise ValueError(f"data is {data!r}; name a .csv, an .npz, or file.py:name.")
    return _checked(inputs, labels, data)


def _array(part: Any) -> np.ndarray:
    return part.detach().cpu().numpy() if isinstance(part, Tensor) else np.asarray(part)


def _checked(inputs: np.ndarray, labels: np.ndarray, data: str) -> Labelled:
    if inputs.ndim < 2 or not len(inputs) or labels.shape != inputs.shape[:1]:
        raise ValueError(
            f"data is {data!r}, with inputs {inputs.shape} and labels {labels.shape}; give one "
            "label for each of one or more examples."
        )
    if inputs.dtype.kind not in "fiub" or not np.isfinite(inputs).all():
        raise ValueError(f"data is {data!r}, and not all its inputs are finite numbers.")
    numbers = _as_classes(labels)
    if numbers is not None:
        names = tuple(str(k) for k in range(int(numbers.max()) + 1))
        return Labelled(inputs.astype(float), numbers, names)
    words, index = np.unique(labels.astype(str), return_inverse=True)
    return Labelled(inputs.astype(float), index.reshape(-1).astype(np.int64), tuple(words.tolist()))


def _as_classes(labels: np.ndarray) -> np.ndarray | None:
    """Labels as class numbers; None for words, which are counted in their order instead."""
    try:
        numbers = labels.astype(float)
    except (ValueError, TypeError):
        return None
    if not np.isfinite(numbers).all() or (numbers != np.floor(numbers)).any() or numbers.min() < 0:
        raise ValueError("The labels of the data must be words, or whole numbers from 0.")
    return numbers.astype(np.int64)


def _from_csv(path: Path) -> tuple[np.ndarray, np.ndarray]:
    try:
        rows = [row for row in csv.reader(path.read_text("utf-8").splitlines()) if row]
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"data is {path}, which cannot be read: {error}.") from error
    headed = bool(rows) and not all(_is_number(word) for word in rows[0][:-1])
    body = rows[1:] if headed else rows
    for row in body:
        if len(row) != len(body[0]) or not all(_is_number(word) for word in row[:-1]):
            raise ValueError(
                f"data is {path}, with a line {','.join(row)[:60]!r}; each has as many numbers as "
                "the first, and a label behind them."
            )
    inputs = np.array([[float(word) for word in row[:-1]] for row in body])
    return inputs, np.array([row[-1].strip() for row in body])


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _from_npz(path: Path) -> tuple[np.ndarray, np.ndarray]:
    arrays = arrays_of(path, "data")
    found = []
    for names in (POINTS, LABELS):
        named = [arrays[name] for name in names if name in arrays]
        if not named:
            raise ValueError(
                f"data is {path}, which has {', '.join(arrays) or 'nothing'}; call the inputs x "
                "and the labels y."
            )
        found.append(named[0])
    return found[0], found[1]


def arrays_of(path: Path, what: str) -> dict[str, np.ndarray]:
    """The arrays of an .npz by name, or that of an .npy under an empty name.

    Raises:
        ValueError: if it cannot be read, or holds Python objects, which are never loaded.
    """
    try:
        content = np.load(path, allow_pickle=False)
        if isinstance(content, np.ndarray):
            return {"": content}
        with content:
            return {name: content[name] for name in content.files}
    except (OSError, ValueError, EOFError) as error:
        raise ValueError(f"{what} is {path}, which cannot be read as arrays: {error}.") from error


def own_plane(plane: str, examples: Labelled | None, inputs: int) -> Plane:
    """The plane that is named: three numbers of examples, or a file.

    "0,5,9" goes through three examples of the data. An .npy holds three inputs (3, …); an .npz
    holds `origin`, `first` and `second`, two directions.

    Raises:
        ValueError: for other words, examples that are not there, and what makes no plane.
    """
    if plane.endswith(".npy"):
        made = plane_through(_three(arrays_of(Path(plane), "plane")[""], plane))
    elif plane.endswith(".npz"):
        arrays = arrays_of(Path(plane), "plane")
        parts = ("origin", "first", "second")
        if not set(parts) <= set(arrays):
            raise ValueError(f"plane is {plane}, which has {', '.join(arrays)}; it must have "
                             "origin, first and second.")  # fmt: skip
        made = plane_of(*(arrays[name] for name in parts))
    else:
        made = plane_through(_examples_at(plane, examples))
    if made.origin.size != inputs:
        raise ValueError(
            f"The plane lies among {made.origin.size} numbers, and the network takes {inputs}; "
            "give a plane through its inputs."
        )
    return made


def _three(array: np.ndarray, plane: str) -> np.ndarray:
    if array.ndim < 2 or len(array) != 3:
        raise ValueError(f"plane is {plane}, an array {array.shape}; give three inputs, (3, …).")
    return array


def numbers_in(plane: str) -> list[int]:
    """The numbers of three examples, where that is what is named; else none."""
    words = [word.strip() for word in plane.split(",")]
    return [int(w) for w in words] if len(words) == 3 and all(map(str.isdigit, words)) else []


def _examples_at(plane: str, examples: Labelled | None) -> np.ndarray:
    numbers = numbers_in(plane)
    if not numbers:
        raise ValueError(
            f"plane is {plane!r}; give the numbers of three examples, such as 0,5,9, or an .npy or "
            ".npz file."
        )
    if examples is None:
        raise ValueError(f"plane is {plane!r}, three examples, but there is no data; give data.")
    if max(numbers) >= len(examples.rows):
        raise ValueError(
            f"plane is {plane!r}, but there are {len(examples.rows)} examples, from 0 to "
            f"{len(examples.rows) - 1}; choose among these."
        )
    return examples.rows[numbers]
