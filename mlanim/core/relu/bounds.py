"""How many linear regions a piecewise affine network can have: bounds for its shape."""

from collections.abc import Sequence
from itertools import pairwise
from math import comb, prod

import numpy as np

from mlanim.core.relu.relu_net import Affine, Kink, Largest, ReluNet, Sum, perceptron


def one_layer_bound(neurons: int, inputs: int = 2) -> int:
    """The most regions that n lines can make: 1 + n + n(n-1)/2 in the plane (Zaslavsky 1975)."""
    return sum(comb(neurons, j) for j in range(inputs + 1))


def bounds_of(net: ReluNet) -> tuple[int, ...]:
    """For each step that cuts, a number of regions that no network of this shape exceeds up to it.

    In each region a layer sees an affine image of it, whose dimension is at most that of the inputs
    and of every layer on its way; so it cuts each region into at most `one_layer_bound` parts, and
    the bounds multiply (Montúfar 2017, "Notes on the number of linear regions", proposition 3). The
    maximum of k numbers is cut by the ties of its pairs, k(k-1)/2 lines at most.
    """
    dimensions, bounds, regions = [net.inputs], [], 1
    for step, size in zip(net.steps, net.sizes[1:], strict=True):
        seen = [dimensions[source] for source in step.sources]
        if isinstance(step, Kink | Largest):
            regions *= one_layer_bound(_lines(step), min(seen[0], net.inputs))
            bounds.append(regions)
        dimensions.append(min(size, net.inputs, sum(seen) if isinstance(step, Sum) else seen[0]))
    return tuple(bounds)


def _lines(step: Kink | Largest) -> int:
    """How many lines a step draws in a region at most."""
    if isinstance(step, Kink):
        return int((step.slopes != 1).sum())
    return sum(comb(len(np.unique(group)), 2) for group in step.groups)


def cutting_sizes(net: ReluNet) -> tuple[int, ...]:
    """How many kinks, or maxima, each step that cuts has."""
    cutting = [step for step in net.steps if isinstance(step, Kink | Largest)]
    return tuple(_lines(s) if isinstance(s, Kink) else len(s.groups) for s in cutting)


def upper_bounds(widths: Sequence[int], inputs: int = 2) -> tuple[int, ...]:
    """`bounds_of` plain ReLU layers of these widths."""
    sizes = list(pairwise((inputs, *widths)))
    weights = [np.zeros((fan_out, fan_in)) for fan_in, fan_out in sizes]
    return bounds_of(perceptron(weights, [np.zeros(n) for n in widths], inputs))


def reachable_regions(widths: Sequence[int], inputs: int = 2) -> int:
    """A number of regions that some network of these widths reaches on the whole plane.

    Montúfar et al. (2014), theorem 4; it needs every width to be at least the number of inputs, and
    raises ValueError otherwise.
    """
    if min(widths) < inputs:
        raise ValueError(
            f"The widths are {list(widths)}: the bound needs at least {inputs} neurons a layer."
        )
    *before, last = widths
    return prod((n // inputs) ** inputs for n in before) * one_layer_bound(last, inputs)


def widths_of(net: ReluNet) -> tuple[int, ...] | None:
    """The hidden widths of a plain network: linear layers with a ReLU between them; else None."""
    plain = [Affine if index % 2 == 0 else Kink for index in range(len(net.steps))]
    chained = [step.sources == (index,) for index, step in enumerate(net.steps)]
    kinds = [type(step) is kind for step, kind in zip(net.steps, plain, strict=True)]
    relu = [not step.slopes.any() for step in net.steps if isinstance(step, Kink)]
    if not (all(kinds) and all(chained) and all(relu) and len(net.steps) % 2):
        return None
    return net.sizes[1:-1:2]
