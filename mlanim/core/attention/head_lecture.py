"""All heads of a model on one sentence, and one of them laid open: the best found, or a chosen one.

The model may be any that can be traced; the small one of the grammar is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from mlanim.core.attention import head_sentences as said
from mlanim.core.attention.head_baselines import (
    Asked,
    Baseline,
    of_other_pairs,
    with_other_words,
    with_words_shuffled,
)
from mlanim.core.attention.head_off import Change, head_distances, without_head
from mlanim.core.attention.head_sentences import Found
from mlanim.core.attention.heads import WhatHeadsDo, what_heads_do
from mlanim.core.attention.model_view import View, view_of
from mlanim.core.attention.pretrained import Opened, Pretrained, opened, traced
from mlanim.core.attention.small_model import small_model
from mlanim.core.attention.word_places import asked_by, named, place_of, usual_query
from mlanim.words.sentence import Sentence

MOST_OFF = 150  # heads of which each is switched off once

Head = int | Literal["auto"]


@dataclass(frozen=True)
class Wanted:
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
class Opening:
    """The head laid open. scores, weights, equal: (T, T), NaN where a token is hidden; q, k:
    (T, d_k); values, mixed: (T + 1, d_k), before and after they are weighted, and below what is
    taken of them: nothing yet, and their sum;
    reach: the largest number in q and k, and in values and mixed; row, even: (T,), the weights
    of the token that asks, and equal ones.
    """

    scores: np.ndarray
    weights: np.ndarray
    equal: np.ndarray
    q: np.ndarray
    k: np.ndarray
    values: np.ndarray
    mixed: np.ndarray
    reach: tuple[float, float]
    row: np.ndarray
    even: np.ndarray


@dataclass(frozen=True)
class Heads:
    """All that the scene shows.

    of, to: places of two tokens, from 0, and in words asks, gets; called: the opened head, as
    "5.11"; given: (L, H), weights from `of` to `to`; kinds, shares, counts: (C,), what the other
    heads do at `of`, in the mean, and for how many of them a kind gets most; compared, means,
    spreads: what the found weight stands beside; off, moved: (R,), what changes without a head.
    """

    tokens: tuple[str, ...]
    special: tuple[bool, ...]
    of: int
    to: int
    asks: str
    gets: str
    called: str
    opening: Opening
    view: View
    given: np.ndarray
    kinds: tuple[str, ...]
    shares: np.ndarray
    counts: np.ndarray
    compared: tuple[str, ...]
    means: np.ndarray
    spreads: np.ndarray
    off: str
    moved: np.ndarray
    moved_in: str
    says_question: Sentence
    says_view: Sentence
    says_found: Sentence
    says_vectors: Sentence
    says_scores: Sentence
    says_hidden: str
    says_weights: Sentence
    says_mix: Sentence
    says_reading: Sentence
    says_others: Sentence
    says_compared: Sentence
    says_swapped: Sentence
    says_pairs: Sentence
    says_off: Sentence
    says_distances: str
    says_squares: str


def head_lecture(wanted: Wanted, seed: int = 0) -> Heads:
    """Run a model on a sentence, find the head that leads from a word to another, lay it open.

    Raises:
        ValueError: for a model or a sentence that cannot be had, and for words, a layer or heads
            that are not there.
    """
    model = small_model(seed) if wanted.model is None else opened(wanted.model)
    window = False if wanted.window is None else wanted.window
    read = traced(model, wanted.sentence, window=window)
    found = find(read, wanted)
    off = _off(wanted.off, read, found.head)
    change = without_head(model, read.text, *off)
    few = found.given.size <= MOST_OFF
    distances = head_distances(model, read.text) if few else None
    return _told(model, found, change, distances, seed)


def find(read: Pretrained, wanted: Wanted) -> Found:
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


def _told(
    model: Opened, found: Found, change: Change, distances: np.ndarray | None, seed: int
) -> Heads:
    read = found.read
    asked = Asked(read.text, asked_by(read, found.of), asked_by(read, found.to), found.head)
    swapped = with_other_words(model, asked)
    shuffled = with_words_shuffled(model, asked, seed)
    pairs = of_other_pairs(read, found.of, found.to)
    every = Baseline("heads" if found.given.size > 1 else "head", found.given.ravel(), 0)
    rows = [one for one in (swapped, shuffled, pairs, every) if one is not None]
    doing = what_heads_do(read.trace, read.special, found.of)
    view = view_of(read.trace.weights, found.head)
    return Heads(
        tokens=read.trace.tokens, special=read.special, of=found.of, to=found.to, asks=found.asks,
        gets=found.gets, called=found.called, opening=_opening(found), view=view,
        given=found.given, kinds=doing.kinds, shares=_of_others(found, doing),
        counts=said.counts_of_others(found, doing),
        compared=("this sentence", *(one.name for one in rows)),
        means=np.array([found.share, *(one.mean for one in rows)]),
        spreads=np.array([0.0, *(one.spread for one in rows)]),
        off=f"{change.layer}.{change.head}", moved=change.distance, moved_in=change.kind,
        says_question=said.says_question(found), says_view=said.says_view(found),
        says_found=said.says_found(found), says_vectors=said.says_vectors(found),
        says_scores=said.says_scores(found), says_hidden=said.says_hidden(found),
        says_weights=said.says_weights(found), says_mix=said.says_mix(found),
        says_reading=said.says_reading(found), says_others=said.says_others(found, doing),
        says_compared=said.says_compared(found, swapped, shuffled),
        says_swapped=said.says_swapped(found, swapped), says_pairs=said.says_pairs(found, pairs),
        says_off=said.says_off(found, change),
        says_distances=said.says_distances(found, change, distances),
        says_squares=said.says_squares(found, view),
    )  # fmt: skip


def _opening(found: Found) -> Opening:
    head, seen = found.opened, np.isfinite(found.opened.scores)
    hidden = np.where(seen, 0.0, np.nan)
    equal = seen / seen.sum(axis=1, keepdims=True)
    weighted = found.row[:, None] * head.v
    values, mixed = _over(head.v, 0 * head.v[0]), _over(weighted, weighted.sum(axis=0))
    return Opening(
        scores=np.where(seen, head.scores, 0.0) + hidden, weights=head.weights + hidden,
        equal=equal + hidden, q=head.q, k=head.k, values=values, mixed=mixed,
        reach=(_largest(head.q, head.k), _largest(values, mixed)), row=found.row,
        even=equal[found.of],
    )  # fmt: skip


def _of_others(found: Found, doing: WhatHeadsDo) -> np.ndarray:
    """The mean weights (C,) that the other heads give to each kind of token."""
    flat = doing.shares.reshape(-1, len(doing.kinds))
    if len(flat) == 1:
        return np.zeros(len(doing.kinds))
    return np.asarray((flat.sum(0) - doing.shares[found.head]) / (len(flat) - 1)).clip(0, 1)


def _check(name: str, value: int | None, most: int) -> None:
    if value is not None and not 1 <= value <= most:
        raise ValueError(f"{name} is {value}; the model has {most}, counted from 1.")


def _most_attended(weights: np.ndarray, read: Pretrained, of: int) -> int:
    """The word that gets most from a token in any of the heads; a mark, if there are no words."""
    most = weights[:, :, of].max(axis=(0, 1))
    ordinary = [i for i, out in enumerate(read.special) if not out and i != of]
    words = [i for i in ordinary if any(sign.isalnum() for sign in read.trace.tokens[i])]
    return max(words or ordinary, key=lambda i: most[i])


def _off(text: str | None, read: Pretrained, head: tuple[int, int]) -> tuple[int, int]:
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


def _over(values: np.ndarray, taken: np.ndarray) -> np.ndarray:
    return np.vstack([values, taken])


def _largest(*arrays: np.ndarray) -> float:
    return max(float(np.abs(array).max()) for array in arrays)
