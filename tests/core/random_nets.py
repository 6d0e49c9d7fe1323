"""Random ReLU networks for the geometry's tests, as numpy arrays and as torch modules."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from hypothesis import strategies as st

Layers = tuple[list[np.ndarray], list[np.ndarray]]


def random_layers(sizes: Sequence[int], seed: int) -> Layers:
    """Weights and biases of layers between these sizes."""
    rng = np.random.default_rng(seed)
    pairs = list(pairwise(sizes))
    weights = [rng.standard_normal((o, i)) * (2 / i) ** 0.5 for i, o in pairs]
    return weights, [0.4 * rng.standard_normal(o) for _, o in pairs]


def torch_net(weights: Sequence[np.ndarray], biases: Sequence[np.ndarray]) -> torch.nn.Sequential:
    """The layers with a ReLU after each but the last."""
    modules: list[torch.nn.Module] = []
    for weight, bias in zip(weights, biases, strict=True):
        linear = torch.nn.Linear(*weight.shape[::-1], dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.from_numpy(weight), torch.from_numpy(bias)
        modules += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*modules[:-1])


def run(net: torch.nn.Module, points: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return net(torch.from_numpy(np.ascontiguousarray(points))).numpy()


widths_lists = st.lists(st.integers(1, 6), min_size=1, max_size=3)
seeds = st.integers(0, 10_000)
