"""The weights of all heads of a model, in as many heads and squares as can be seen apart."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

SQUARES = 20_000  # of all heads together
MOST_LAYERS = MOST_HEADS = 12


@dataclass(frozen=True)
class View:
    """Weights (L, H, N, N) of some heads, their numbers from 1, and which of them is opened.

    A square stands for `side` tokens: the mean over its queries of what its keys get together.
    """

    weights: np.ndarray
    side: int
    layers: tuple[int, ...]
    heads: tuple[int, ...]
    layer: int
    head: int


def view_of(weights: np.ndarray, head: tuple[int, int]) -> View:
    """What is shown of weights (L, H, T, T); the given head, from 0, is among them."""
    layers = _spread_out(weights.shape[0], MOST_LAYERS, head[0])
    heads = _spread_out(weights.shape[1], MOST_HEADS, head[1])
    shown, tokens = weights[np.ix_(layers, heads)], weights.shape[-1]
    side = math.ceil(tokens / int((SQUARES / len(layers) / len(heads)) ** 0.5))
    starts = np.arange(0, tokens, side)
    sizes = np.diff([*starts, tokens])
    pooled = np.add.reduceat(np.add.reduceat(shown, starts, axis=2), starts, axis=3)
    return View(
        np.minimum(pooled / sizes[:, None], 1.0), side, tuple(i + 1 for i in layers),
        tuple(i + 1 for i in heads), layers.index(head[0]), heads.index(head[1]),
    )  # fmt: skip


def _spread_out(count: int, most: int, wanted: int) -> list[int]:
    """At most so many of a range, evenly spread; the wanted one takes the place of its nearest."""
    if count <= most:
        return list(range(count))
    chosen = np.linspace(0, count - 1, most).astype(int)
    chosen[np.abs(chosen - wanted).argmin()] = wanted
    return [int(i) for i in chosen]
