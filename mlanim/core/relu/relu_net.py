"""A piecewise affine network as steps that know how to cut the plane.

A network is a list of steps. Each reads one or several values and makes a new one: value 0 is the
network's input, value k what step k makes, and the last one is the output. There are four kinds,
which is all that linear layers, ReLU and its leaky kin, residual connections, max-pooling,
convolutions and normalisation by fixed statistics need:

- `Affine`: W x + b           - `Kink`: each number that is negative times a slope
- `Sum`: of several values    - `Largest`: the maximum of each of some groups of numbers

On a convex polygon of the plane in which no kink and no tie of a maximum lies, every value is an
affine function of the place. Those functions are the maps (n, C, 3) of C polygons: coefficients
(a, b, c) of a x + b y + c for each of the n numbers of a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from mlanim.core.relu.polygons import largest_pieces, pieces


@dataclass(frozen=True)
class Affine:
    """weight @ x + bias. weight: (m, n), bias: (m,)."""

    weight: np.ndarray
    bias: np.ndarray
    source: int

    @property
    def sources(self) -> tuple[int, ...]:
        """The values that it reads."""
        return (self.source,)

    def values(self, given: np.ndarray) -> np.ndarray:
        """What it makes of values (N, n): (N, m)."""
        return given @ self.weight.T + self.bias

    def maps(self, given: np.ndarray) -> np.ndarray:
        """The maps (m, C, 3) behind it, of those before it (n, C, 3)."""
        made = (self.weight @ given.reshape(len(given), -1)).reshape(-1, *given.shape[1:])
        made[..., 2] += self.bias[:, None]
        return made


@dataclass(frozen=True)
class Sum:
    """The sum of several values of one size."""

    sources: tuple[int, ...]

    def values(self, *given: np.ndarray) -> np.ndarray:
        """Their sum, number by number."""
        return reduce(np.add, given)

    def maps(self, *given: np.ndarray) -> np.ndarray:
        """The sum of their maps."""
        return reduce(np.add, given)


@dataclass(frozen=True)
class Kink:
    """x where x > 0, and slope times x elsewhere. slopes: (n,); 0 is a ReLU, -1 makes |x|."""

    slopes: np.ndarray
    source: int

    @property
    def sources(self) -> tuple[int, ...]:
        """The values that it reads."""
        return (self.source,)

    def values(self, given: np.ndarray) -> np.ndarray:
        """What it makes of values (N, n)."""
        return np.where(given > 0, given, self.slopes * given)

    def cut(
        self, polygons: np.ndarray, given: np.ndarray, most: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Parts without a kink inside, and the polygon that each is part of."""
        return pieces(polygons, given[self.slopes != 1], most)

    def states(self, given: np.ndarray, centres: np.ndarray) -> np.ndarray:
        """Which numbers are positive in the polygons around `centres` (C, 2): (C, n), 0 or 1."""
        x, y = centres.T
        return (given[..., 0] * x + given[..., 1] * y + given[..., 2] > 0).T.astype(np.int16)

    def maps(self, given: np.ndarray, states: np.ndarray) -> np.ndarray:
        """The maps (n, C, 3) behind it, where the states are these."""
        return given * np.where(states.T > 0, 1.0, self.slopes[:, None])[..., None]


@dataclass(frozen=True)
class Largest:
    """The maximum of each group of numbers. groups: (m, k) positions; one may stand in it twice."""

    groups: np.ndarray
    source: int

    @property
    def sources(self) -> tuple[int, ...]:
        """The values that it reads."""
        return (self.source,)

    def values(self, given: np.ndarray) -> np.ndarray:
        """What it makes of values (N, n): (N, m)."""
        return given[:, self.groups].max(axis=2)

    def cut(
        self, polygons: np.ndarray, given: np.ndarray, most: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Parts in which each group has one largest number, and the polygon of each."""
        owner = np.arange(len(polygons))
        for group in self.groups:
            polygons, part, _ = largest_pieces(polygons, given[np.unique(group)][:, owner], most)
            owner = owner[part]
        return polygons, owner

    def states(self, given: np.ndarray, centres: np.ndarray) -> np.ndarray:
        """Which of its group is largest in the polygons around `centres` (C, 2): (C, m)."""
        x, y = centres.T
        values = given[..., 0] * x + given[..., 1] * y + given[..., 2]
        return values[self.groups].argmax(axis=1).T.astype(np.int16)

    def maps(self, given: np.ndarray, states: np.ndarray) -> np.ndarray:
        """The maps (m, C, 3) behind it, where the states are these."""
        chosen = self.groups[np.arange(len(self.groups)), states]  # (C, m)
        return given[chosen.T, np.arange(given.shape[1])]


Step = Affine | Sum | Kink | Largest


@dataclass(frozen=True)
class ReluNet:
    """A piecewise affine network; see the head of this file.

    inputs: how many numbers it takes      steps: in the order in which they are computed
    """

    inputs: int
    steps: tuple[Step, ...]

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """The output (N, m) for points (N, inputs)."""
        known = [np.asarray(points, dtype=float)]
        for step in self.steps:
            known.append(step.values(*(known[source] for source in step.sources)))
        return known[-1]

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many numbers each value has, the input first."""
        sizes = [self.inputs]
        for step in self.steps:
            if isinstance(step, Affine):
                sizes.append(len(step.bias))
            elif isinstance(step, Largest):
                sizes.append(len(step.groups))
            else:
                sizes.append(sizes[step.sources[0]])
        return tuple(sizes)

    @property
    def outputs(self) -> int:
        """How many numbers it gives."""
        return self.sizes[-1]

    def on_plane(self, origin: np.ndarray, axes: np.ndarray) -> ReluNet:
        """The network on a plane through its inputs, of places (u, v): origin + (u, v) @ axes.

        origin: (inputs,), axes: (2, inputs).
        """
        first = Affine(np.asarray(axes, float).T, np.asarray(origin, float), 0)
        moved = (_moved(step) for step in self.steps)
        return ReluNet(2, merged((first, *moved)))


def _moved(step: Step) -> Step:
    """The step where one more stands before all."""
    return renumbered(step, tuple(source + 1 for source in step.sources))


def renumbered(step: Step, sources: tuple[int, ...]) -> Step:
    """The same step, reading other values."""
    match step:
        case Affine(weight, bias, _):
            return Affine(weight, bias, sources[0])
        case Kink(slopes, _):
            return Kink(slopes, sources[0])
        case Largest(groups, _):
            return Largest(groups, sources[0])
        case Sum(_):
            return Sum(sources)


def merged(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The same network with affine steps one after another made one, and without unused ones."""
    made: list[Step] = []
    for step in steps:
        before = made[step.source - 1] if isinstance(step, Affine) and step.source else None
        if isinstance(step, Affine) and isinstance(before, Affine):
            bias = step.weight @ before.bias + step.bias
            step = Affine(step.weight @ before.weight, bias, before.source)
        made.append(step)
    used = {len(made)}
    for index in range(len(made), 0, -1):
        used |= set(made[index - 1].sources) if index in used else set()
    kept = [index for index in range(1, len(made) + 1) if index in used]
    number = {0: 0, **{old: new for new, old in enumerate(kept, start=1)}}
    return tuple(
        renumbered(made[old - 1], tuple(number[source] for source in made[old - 1].sources))
        for old in kept
    )


def perceptron(
    weights: Sequence[np.ndarray], biases: Sequence[np.ndarray], inputs: int = 2
) -> ReluNet:
    """Linear layers with a ReLU after each. weights: (outputs, inputs), biases: (outputs,)."""
    steps: list[Step] = []
    for weight, bias in zip(weights, biases, strict=True):
        steps += [Affine(weight, bias, len(steps)), Kink(np.zeros(len(bias)), len(steps) + 1)]
    return ReluNet(weights[0].shape[1] if len(weights) else inputs, tuple(steps))
