"""All heads of a model on one sentence, and one of them laid open: the best found, or a chosen one.

The model may be any that can be traced; the small one of the grammar is one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlanim.core.attention.head_off import Change, head_distances, without_head
from mlanim.core.attention.heads import WhatHeadsDo, what_heads_do
from mlanim.core.attention.pretrained import Opened, opened, traced
from mlanim.core.attention.search import comparisons, sentences
from mlanim.core.attention.search.baselines import (
    Asked,
    Baseline,
    of_other_pairs,
    with_other_words,
    with_words_shuffled,
)
from mlanim.core.attention.search.found import Found, SearchRequest, find, head_off
from mlanim.core.attention.search.view import View, view_of
from mlanim.core.attention.search.word_places import asked_by
from mlanim.core.attention.small_model import small_model
from mlanim.words.sentence import Sentence

MOST_OFF = 150  # heads of which each is switched off once


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


def head_lecture(wanted: SearchRequest, seed: int = 0) -> Heads:
    """Run a model on a sentence, find the head that leads from a word to another, lay it open.

    Raises:
        ValueError: for a model or a sentence that cannot be had, and for words, a layer or heads
            that are not there.
    """
    model = small_model(seed) if wanted.model is None else opened(wanted.model)
    window = False if wanted.window is None else wanted.window
    read = traced(model, wanted.sentence, window=window)
    found = find(read, wanted)
    off = head_off(wanted.off, read, found.head)
    change = without_head(model, read.text, *off)
    few = found.given.size <= MOST_OFF
    distances = head_distances(model, read.text) if few else None
    return _told(model, found, change, distances, seed)


def _told(
    model: Opened, found: Found, change: Change, distances: np.ndarray | None, seed: int
) -> Heads:
    read, given = found.read, found.given
    asked = Asked(read.text, asked_by(read, found.of), asked_by(read, found.to), found.head)
    swapped = with_other_words(model, asked)
    shuffled = with_words_shuffled(model, asked, seed)
    pairs = of_other_pairs(read, found.of, found.to)
    every = Baseline("heads" if given.size > 1 else "head", given.ravel(), 0)
    rows = [one for one in (swapped, shuffled, pairs, every) if one is not None]
    doing = what_heads_do(read.trace, read.special, found.of)
    view = view_of(read.trace.weights, found.head)
    return Heads(
        tokens=read.trace.tokens, special=read.special, of=found.of, to=found.to, asks=found.asks,
        gets=found.gets, called=found.called, opening=_opening(found), view=view, given=given,
        kinds=doing.kinds, shares=_of_others(found, doing),
        counts=comparisons.counts_of_others(found, doing),
        compared=("this sentence", *(one.name for one in rows)),
        means=np.array([found.share, *(one.mean for one in rows)]),
        spreads=np.array([0.0, *(one.spread for one in rows)]),
        off=f"{change.layer}.{change.head}", moved=change.distance, moved_in=change.kind,
        says_squares=sentences.says_squares(found, view),
        says_hidden=sentences.says_hidden(found), **_of_the_head(found),
        says_others=comparisons.says_others(found, doing),
        says_compared=comparisons.says_compared(found, swapped, shuffled),
        says_swapped=comparisons.says_swapped(found, swapped),
        says_pairs=comparisons.says_pairs(found, pairs),
        says_off=comparisons.says_off(found, change),
        says_distances=comparisons.says_distances(change, distances),
    )  # fmt: skip


def _of_the_head(found: Found) -> dict[str, Sentence]:
    """What is said of the head alone, by the names of the fields."""
    return {
        "says_question": sentences.says_question(found),
        "says_view": sentences.says_view(found),
        "says_found": sentences.says_found(found),
        "says_vectors": sentences.says_vectors(found),
        "says_scores": sentences.says_scores(found),
        "says_weights": sentences.says_weights(found),
        "says_mix": sentences.says_mix(found),
        "says_reading": sentences.says_reading(found),
    }


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


def _over(values: np.ndarray, taken: np.ndarray) -> np.ndarray:
    return np.vstack([values, taken])


def _largest(*arrays: np.ndarray) -> float:
    return max(float(np.abs(array).max()) for array in arrays)
