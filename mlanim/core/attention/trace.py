"""What attention did with one sentence, in every head of every layer: what pictures draw from.

A trace can come from any transformer; ours is one source of it. It is checked when it is made: its
weights are the softmax of its scores, and its outputs are its values mixed by its weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CLOSE = 1e-4  # what single precision leaves between two ways to the same number


@dataclass(frozen=True)
class HeadTrace:
    """One head. inputs: (T, d); q, k, v, output: (T, d_k); scores, weights: (T, T)."""

    inputs: np.ndarray
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    scores: np.ndarray
    weights: np.ndarray
    output: np.ndarray

    @property
    def products(self) -> np.ndarray:
        """Every query times every key, (T, T), before any division."""
        return np.asarray(self.q @ self.k.T)


@dataclass(frozen=True)
class AttentionTrace:
    """T tokens in L layers of H heads.

    tokens: T words; inputs: (L, T, d), what each layer reads; q, k, v: (L, H, T, d_k); scores:
    (L, H, T, T), what the softmax is taken of, a row for each query, −∞ where a token may not be
    looked at; weights: (L, H, T, T); output: (L, H, T, d_k), weights times values.

    Raises:
        ValueError: if shapes do not fit together, or one array does not follow from the others.
    """

    tokens: tuple[str, ...]
    inputs: np.ndarray
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    scores: np.ndarray
    weights: np.ndarray
    output: np.ndarray

    def __post_init__(self) -> None:
        layers, heads, count = self.weights.shape[:3]
        for name, wanted in {
            "inputs": (layers, count), "q": (layers, heads, count), "k": (layers, heads, count),
            "v": (layers, heads, count), "output": (layers, heads, count),
            "scores": (layers, heads, count, count), "weights": (layers, heads, count, count),
        }.items():  # fmt: skip
            shape = getattr(self, name).shape
            if shape[: len(wanted)] != wanted or len(self.tokens) != count:
                raise ValueError(
                    f"{name} is {shape}; it must begin with {wanted} for {len(self.tokens)} tokens."
                )
        _agree("weights are not the softmax of the scores", softmax(self.scores), self.weights)
        _agree("output is not weights times values", self.weights @ self.v, self.output)

    def head(self, layer: int, head: int) -> HeadTrace:
        """One head, both counted from 1."""
        at = layer - 1, head - 1
        parts = (getattr(self, name)[at] for name in ("q", "k", "v", "scores", "weights", "output"))
        return HeadTrace(self.inputs[layer - 1], *parts)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Shares of each row: exp(s) over the sum of its row, (…, T)."""
    grown = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True))


def _agree(fault: str, expected: np.ndarray, given: np.ndarray) -> None:
    if expected.shape != given.shape or not np.allclose(expected, given, atol=CLOSE):
        raise ValueError(f"The trace contradicts itself: its {fault}.")
