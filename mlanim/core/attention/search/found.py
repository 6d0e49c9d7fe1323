"""Searches the heads of a model for the one that gives most from one word to another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from mlanim.core.attention.pretrained import Pretrained
from mlanim.core.attention.search.word_places import named, place_of, usual_query
from mlanim.core.attention.trace import HeadTrace

Head = int | Literal["auto"]


@dataclass(frozen=True)
class SearchRequest:
    """What is to be looked at.

    model: None for the small model, else as for `traced`; of, to: words ("it:2" is the second
    "it"), by default the first pronoun, or the last word, and the word that gets most of it in any
    head; layer, head: from 1, what is not given is searched; off: the head that is switched off,
    as "5.11", by default the opened one; window: the word, from 1, around which a sentence of too
    many tokens is cut, None: it is refused.
    """

    model: str | None
    sentence: str
    of: str | None = None
    to: str | None = None
    layer: int | None = None
    head: Head = "auto"
    off: str | None = None
    window: int | None = None


@dataclass(frozen=True)
class Found:
    """A head, from 0, of `searched` ones, that was looked for between two tokens, `of` and `to`."""

    read: Pretrained
    of: int
    to: int
    head: tuple[int, int]
    searched: int

    @cached_property
    def opened(self) -> HeadTrace:
        """What it does."""
        return self.read.trace.head(self.head[0] + 1, self.head[1] + 1)

    @property
    def row(self) -> np.ndarray:
        """Its weights (T,) at the token `of`."""
        return self.opened.weights[self.of]

    @property
    def given(self) -> np.ndarray:
        """What all heads give from `of` to `to`, (L, H)."""
        return self.read.trace.weights[:, :, self.of, self.to]

    @property
    def share(self) -> float:
        """What this one gives."""
        return float(self.row[self.to])

    @property
    def asks(self) -> str:
        """The token that asks, in quotation marks."""
        return named(self.read, self.of)

    @property
    def gets(self) -> str:
        """The token that is looked for, in quotation marks."""
        return named(self.read, self.to)

    @property
    def called(self) -> str:
        """Layer and head, from 1."""
        return f"{self.head[0] + 1}.{self.head[1] + 1}"


def find(read: Pretrained, wanted: SearchRequest) -> Found:
    """The head that gives most from one word to another, of those that are asked for."""
    layers, heads = read.trace.weights.shape[:2]
    layer, head = wanted.layer, None if wanted.head == "auto" else wanted.head
    _check("layer", layer, layers)
    _check("head", head, heads)
    first = 0 if layer is None else layer - 1, 0 if head is None else head - 1
    weights = read.trace.weights[
        first[0] : layers if layer is None else layer, first[1] : heads if head is None else head
    ]
    of = usual_query(read) if wanted.of is None else place_of(read, wanted.of, "of")
    to = _most_attended(weights, read, of) if wanted.to is None else place_of(read, wanted.to, "to")
    if of == to:
        raise ValueError(f"of and to are both {named(read, of)}; name two tokens.")
    if not np.isfinite(read.trace.scores[:, :, of, to]).any():
        raise ValueError(
            f"{named(read, of)} may not look at {named(read, to)} in this model: it comes later, "
            "or is hidden by the mask; name a token that comes before."
        )
    given = weights[:, :, of, to]
    best = np.unravel_index(given.argmax(), given.shape)
    return Found(read, of, to, (first[0] + int(best[0]), first[1] + int(best[1])), given.size)


def _check(name: str, value: int | None, most: int) -> None:
    if value is not None and not 1 <= value <= most:
        raise ValueError(f"{name} is {value}; the model has {most}, counted from 1.")


def _most_attended(weights: np.ndarray, read: Pretrained, of: int) -> int:
    """The word that gets most from a token in any of the heads; a mark, if there are no words."""
    most = weights[:, :, of].max(axis=(0, 1))
    ordinary = [i for i, out in enumerate(read.special) if not out and i != of]
    words = [i for i in ordinary if any(sign.isalnum() for sign in read.trace.tokens[i])]
    return max(words or ordinary, key=lambda i: most[i])


def head_off(text: str | None, read: Pretrained, head: tuple[int, int]) -> tuple[int, int]:
    """Layer and head, from 1, of "5.11"; those of the opened head without it."""
    if text is None:
        return head[0] + 1, head[1] + 1
    parts = text.strip().split(".")
    if len(parts) != 2 or not all(part.isascii() and part.isdecimal() for part in parts):
        raise ValueError(f'off is {text!r}; write layer and head with a point between, as "2.3".')
    layer, at = (int(part) for part in parts)
    if not (1 <= layer <= read.layers and 1 <= at <= read.heads):
        raise ValueError(
            f"off is {text!r}; the model has {read.layers} layers of {read.heads} heads, from 1.1."
        )
    return layer, at
