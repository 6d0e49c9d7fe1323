"""What a head's weight from one word to another is to be held against.

The largest of many heads is large anyhow. So the same head is looked at where the words are others
or stand in another order, and the other heads where the pair of words is another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlanim.core.attention.grammar import NOUNS
from mlanim.core.attention.pretrained import Opened, Pretrained, traced
from mlanim.core.attention.search.word_places import place_of, with_other_word
from mlanim.core.attention.tokens import MOST, words_in
from mlanim.words.numbers import grouped

SHUFFLES = 12
LONGER = 4 * MOST  # tokens that a changed sentence may have


@dataclass(frozen=True)
class Baseline:
    """Weights (N,) that stand beside the found one, and in how many of N the word gets most."""

    what: str
    weights: np.ndarray
    peaks: int

    @property
    def name(self) -> str:
        """What it is, with its spread."""
        spread = f", ± {100 * self.spread:.0f} %" if len(self.weights) > 1 else ""
        return f"{grouped(len(self.weights))} {self.what}{spread}"

    @property
    def mean(self) -> float:
        """Their mean."""
        return float(self.weights.mean())

    @property
    def spread(self) -> float:
        """Their standard deviation, 0 for a single one."""
        return float(self.weights.std(ddof=1)) if len(self.weights) > 1 else 0.0


@dataclass(frozen=True)
class Asked:
    """What is asked of a model: a text, two words of it by name, and a head, counted from 0."""

    text: str
    of: str
    to: str
    head: tuple[int, int]


def with_other_words(model: Opened, asked: Asked, others: Sequence[str] = NOUNS) -> Baseline | None:
    """The same head where other words stand in the place of `to`; None if none can.

    A word that the text has already is left out, as it would be there twice.
    """
    present = {word[0].casefold() for word in words_in(asked.text)}
    pairs = [
        (text, word) for word in others
        if word not in present and (text := with_other_word(asked.text, asked.to, word))
    ]  # fmt: skip
    return _looked(model, asked, pairs, "other nouns")


def with_words_shuffled(model: Opened, asked: Asked, seed: int) -> Baseline | None:
    """The same head where the same words stand in other orders; None for fewer than three."""
    words = [word[0] for word in words_in(asked.text)]
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(len(words)) for _ in range(SHUFFLES if len(words) > 2 else 0)]
    pairs = [(" ".join(words[i] for i in order), asked.to) for order in orders]
    return _looked(model, asked, pairs, "other orders")


def of_other_pairs(read: Pretrained, of: int, to: int) -> Baseline | None:
    """The largest weight of all heads between the words of each other pair; None without any."""
    most = read.trace.weights.max(axis=(0, 1))
    seen = np.isfinite(read.trace.scores).any(axis=(0, 1))
    last = {word: place for place, word in enumerate(read.pieces) if word >= 0}
    places = [place for word, place in last.items() if read.words[word][0].isalnum()]
    pairs = [(a, b) for a in places for b in places if a != b and seen[a, b] and (a, b) != (of, to)]
    weights = np.array([most[pair] for pair in pairs])
    peaks = int((weights >= most[of, to]).sum())
    return Baseline("other pairs", weights, peaks) if pairs else None


def _looked(
    model: Opened, asked: Asked, pairs: Sequence[tuple[str, str]], name: str
) -> Baseline | None:
    weights, peaks = [], 0
    for text, to in pairs:
        try:
            read = traced(model, text, LONGER)
            of, at = place_of(read, asked.of, "of"), place_of(read, to, "to")
        except ValueError:
            continue  # a sentence, or words, that the model does not have
        row = read.trace.weights[(*asked.head, of)]
        weights.append(float(row[at]))
        ordinary = [i for i, out in enumerate(read.special) if not out and i != of]
        peaks += max(ordinary, key=lambda i: row[i]) == at
    return Baseline(name, np.array(weights), peaks) if weights else None
