"""Labelled examples of a few classes, split once into a training and a test set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.data.datasets import plane_dataset

MOONS_NOISE = 0.18


@dataclass(frozen=True)
class Examples:
    """inputs: (features, examples) float64; labels: (examples,) int64."""

    inputs: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def subset(self, index: Tensor) -> Examples:
        """The examples named by index, (batch,) int64."""
        return Examples(self.inputs[:, index], self.labels[index])


@dataclass(frozen=True)
class Split:
    """A data set, split; classes: how many labels there are."""

    name: str
    train: Examples
    test: Examples
    classes: int

    @property
    def features(self) -> int:
        """Numbers that an example has."""
        return len(self.train.inputs)

    @property
    def frequencies(self) -> Tensor:
        """Share of the training examples in each class, (classes,)."""
        counts = torch.bincount(self.train.labels, minlength=self.classes)
        return counts.double() / len(self.train)


def digits(seed: int) -> Split:
    """Scikit-learn's 8 × 8 digits, 1,437 to train on and 360 to test, grey values from 0 to 1.

    The seed draws their order, and with it which are tested.
    """
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(labels))
    first, rest = order[:1437], order[1437:]
    train, test = (_examples(images[part] / 16.0, labels[part]) for part in (first, rest))
    return Split("digits", train, test, 10)


def moons(seed: int) -> Split:
    """Two noisy half circles, 400 points to train on and 1,000 to test, drawn from the seed."""
    drawn = plane_dataset("moons", seed, 400, 1000, MOONS_NOISE)
    train = _examples(drawn.train_points, drawn.train_labels)
    return Split("moons", train, _examples(drawn.test_points, drawn.test_labels), 2)


SPLITS = {"digits": digits, "moons": moons}


def split_named(name: str, seed: int) -> Split:
    """The data set of that name.

    Raises:
        ValueError: for a name that is none, with those that are.
    """
    if name not in SPLITS:
        known = " or ".join(map(repr, SPLITS))
        raise ValueError(f"dataset is {name!r}; it must be {known}.")
    return SPLITS[name](seed)


def _examples(rows: np.ndarray, labels: np.ndarray) -> Examples:
    columns = torch.from_numpy(np.ascontiguousarray(rows.T, dtype=np.float64))
    return Examples(columns, torch.from_numpy(labels.astype(np.int64)))
