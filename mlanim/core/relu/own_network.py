"""A user's network, examples and plane, out of the files that they name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch import nn

from mlanim.core.data.own_data import batches_of, labelled_rows
from mlanim.core.models.own import module_made_by, with_weights
from mlanim.core.relu.planes import Plane, plane_of, plane_through


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
    module = module_made_by(model)
    if checkpoint:
        with_weights(module, checkpoint)
    return module


def only_with_a_model(**given: str) -> None:
    """Refuse what says something about a user's model where none is given."""
    for name, value in given.items():
        if value:
            raise ValueError(f"{name} is {value!r}, but there is no model; give model=file.py:name "
                             "beside it.")  # fmt: skip


def own_examples(data: str) -> Labelled:
    """Examples with labels, of what `batches_of` reads; in a .csv, words may be labels.

    Raises:
        ValueError: if it cannot be read so, is empty, or holds what is not finite.
    """
    if data.endswith(".csv"):
        inputs, words = labelled_rows(Path(data))
        return _checked(inputs, np.array(words), data)
    batches = batches_of(data)
    if len(batches) > 1:
        raise ValueError(f"data is {data!r}, with inputs of several shapes; give one for all.")
    inputs, labels = (part.cpu().numpy() for part in batches[0])
    return _checked(inputs, labels, data)


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
