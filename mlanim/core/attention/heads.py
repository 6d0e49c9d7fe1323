"""Which head looks from one token at another, and what all the others do, over all layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlanim.core.attention.trace import AttentionTrace

ITSELF, BEFORE, AFTER, OTHER = "itself", "the token before", "the token after", "another token"


@dataclass(frozen=True)
class FoundHead:
    """The head that gives the most from one token to another, among all L × H heads.

    layer, head: counted from 1; weight: what it gives; weights: (L, H), what each head gives; row:
    (T,), what it gives to every token; mean_row: (T,), what all heads give in the mean; pointing:
    in how many heads no other token gets more.
    """

    layer: int
    head: int
    weight: float
    weights: np.ndarray
    row: np.ndarray
    mean_row: np.ndarray
    pointing: int

    @property
    def heads(self) -> int:
        """How many heads there are in all."""
        return self.weights.size

    @property
    def mean(self) -> float:
        """What a head gives in the mean over all heads."""
        return float(self.weights.mean())

    def at_least(self, level: float) -> int:
        """How many heads give at least this share."""
        return int((self.weights >= level).sum())


def find_head(trace: AttentionTrace, query: int, key: int) -> FoundHead:
    """The head that attends most from one token to another; the first of equals.

    Args:
        trace: what all heads do with the sentence.
        query: the place of the token that looks, counted from 0.
        key: the place of the token that is looked at, counted from 0.

    Raises:
        ValueError: if there is no such place.
    """
    for name, place in (("query", query), ("key", key)):
        if not 0 <= place < len(trace.tokens):
            raise ValueError(f"{name} is {place}; it must be 0 to {len(trace.tokens) - 1}.")
    rows = trace.weights[:, :, query]  # (L, H, T)
    weights = rows[:, :, key]
    layer, head = (int(one) for one in np.unravel_index(weights.argmax(), weights.shape))
    return FoundHead(
        layer + 1, head + 1, float(weights[layer, head]), weights, rows[layer, head],
        rows.mean((0, 1)), int((weights >= rows.max(-1)).sum()),
    )  # fmt: skip


@dataclass(frozen=True)
class WhatHeadsDo:
    """Where each of L × H heads looks, by kinds of token.

    kinds: C names: each special token by its text, then itself, the token before, the token after,
    another token; a special token is none of the latter. shares: (L, H, C), the weight that goes to
    each kind, in the mean over the queries, each row's sum 1; most: (L, H), the kind that holds the
    token with the largest weight for most queries (the first of equals); counts: (C,), for how many
    heads that is so; queries: the places of the tokens that were asked.
    """

    kinds: tuple[str, ...]
    shares: np.ndarray
    most: np.ndarray
    counts: np.ndarray
    queries: tuple[int, ...]


def what_heads_do(
    trace: AttentionTrace, special: Sequence[bool], query: int | None = None
) -> WhatHeadsDo:
    """Sort all heads by the kind of token that they give most to.

    Args:
        trace: what all heads do with the sentence.
        special: which tokens the tokenizer put around the sentence, as [CLS] and [SEP].
        query: the place of one token, counted from 0: what heads do with it alone. Without it, all
            tokens are asked that are not special.

    Raises:
        ValueError: if there is no such place.
    """
    count = len(trace.tokens)
    if query is not None and not 0 <= query < count:
        raise ValueError(f"query is {query}; it must be 0 to {count - 1}.")
    asked = [at for at in range(count) if not special[at]] or list(range(count))
    asked = asked if query is None else [query]
    marks = [text for at, text in enumerate(trace.tokens) if special[at]]
    kinds = (*dict.fromkeys(marks), ITSELF, BEFORE, AFTER, OTHER)
    kind = _kinds(trace.tokens, special, kinds)[asked]  # (Q, T)
    member = kind[..., None] == np.arange(len(kinds))  # (Q, T, C)
    rows = trace.weights[:, :, asked]  # (L, H, Q, T)
    shares = np.einsum("lhqt,qtc->lhc", rows, member) / len(asked)
    largest = kind[np.arange(len(asked)), rows.argmax(-1)]  # (L, H, Q)
    votes = (largest[..., None] == np.arange(len(kinds))).sum(2)  # (L, H, C)
    most = votes.argmax(-1)
    return WhatHeadsDo(
        kinds, shares, most, np.bincount(most.ravel(), minlength=len(kinds)), tuple(asked)
    )


def _kinds(tokens: Sequence[str], special: Sequence[bool], kinds: Sequence[str]) -> np.ndarray:
    """(T, T): for each query and key, which kind of token the key is to the query."""
    query, key = np.indices((len(tokens), len(tokens)))
    kind = np.full(query.shape, kinds.index(OTHER))
    for name, step in ((ITSELF, 0), (BEFORE, -1), (AFTER, 1)):
        kind[key - query == step] = kinds.index(name)
    for at, text in enumerate(tokens):
        if special[at]:
            kind[:, at] = kinds.index(text)
    return kind
