"""What can be said of a head that was found, each sentence under what makes it true."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mlanim.core.attention.head_baselines import Baseline
from mlanim.core.attention.head_off import VECTORS, Change
from mlanim.core.attention.heads import WhatHeadsDo
from mlanim.core.attention.model_view import View
from mlanim.core.attention.pretrained import Pretrained
from mlanim.core.attention.trace import CLOSE, HeadTrace
from mlanim.core.attention.word_places import cut, named
from mlanim.words.numbers import percent, significant
from mlanim.words.sentence import Sentence, sentence


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


def says_question(found: Found) -> Sentence:
    """Which head leads there?"""
    values = {"name": cut(found.read.name, 28), "asks": found.asks, "gets": found.gets}
    if found.searched == 1:
        template = "Does head {called} of {name} lead from {asks} to {gets}?"
        return sentence(template, called=found.called, **values)
    which = "Which of the" if found.searched == found.given.size else "Which of"
    template = which + " {count} heads of {name} leads from {asks} to {gets}?"
    return sentence(template, count=found.searched, **values)


def says_view(found: Found) -> Sentence:
    """What all heads together are."""
    layers, heads = found.given.shape
    return sentence(
        "{layers} of {heads}, each with weights of its own: rows ask, columns answer",
        layers=counted(layers, "layer"), heads=counted(heads, "head"),
    )  # fmt: skip


def says_found(found: Found) -> Sentence:
    """The head's weight beside those of all."""
    count, best = found.given.size, float(found.given.max())
    values = {"called": found.called, "gets": found.gets, "share": found.share}
    start = "Head [{called}](highlight) gives {gets} [{share:%1}](attention)"
    if count == 1:
        return sentence(start + " and is the only head", **values)
    values |= {"count": count, "mean": float(found.given.mean())}
    if found.share < best:
        end = "; the most of {count} is {best:%1}, their mean {mean:%1}"
        return sentence(start + end, best=best, **values)
    peaks = int((found.read.trace.weights[:, :, found.of].argmax(-1) == found.to).sum())
    end = ", the most of {count}; their mean is {mean:%1}, and {peaks} give it most"
    return sentence(start + end, peaks=f"{peaks} of them" if peaks else "none of them", **values)


def says_vectors(found: Found) -> Sentence:
    """What a query and a key are."""
    return sentence(
        "Head {called} makes {d} numbers of each token for its query, and as many for its key",
        called=found.called, d=found.opened.q.shape[1],
    )  # fmt: skip


def says_scores(found: Found) -> Sentence:
    """Where scores come from, as they were recorded, and the largest one of the row."""
    opened, scores = found.opened, found.opened.scores
    seen, d = np.isfinite(scores), found.opened.q.shape[1]
    is_scaled = np.allclose(scores[seen], (opened.products / np.sqrt(d))[seen], atol=CLOSE)
    most = int(scores[found.of].argmax())
    how = "divided by $sqrt({d})$" if is_scaled else "as the model scales and shifts them"
    return sentence(
        "Queries times keys, " + how + ": of {asks} the largest is [{value:2}](highlight), {word}",
        asks=found.asks, word=named(found.read, most), value=float(scores[found.of, most]),
        **({"d": d} if is_scaled else {}),
    )  # fmt: skip


def says_hidden(found: Found) -> str:
    """What cells without colour mean; nothing where there are none."""
    if np.isfinite(found.opened.scores).all():
        return ""
    return "empty: later tokens are hidden" if found.read.causal else "empty: hidden by the mask"


def says_weights(found: Found) -> Sentence:
    """What the softmax makes of the row, and which token gets most."""
    most = int(found.row.argmax())
    values = {} if most == found.to else {"share": found.share, "gets": found.gets}
    return sentence(
        "The softmax makes each row shares: {asks} gives [{top:%1}](attention) to {word}"
        + (", and {share:%1} to {gets}" if values else ""),
        asks=found.asks, top=float(found.row[most]), word=named(found.read, most), **values,
    )  # fmt: skip


def says_mix(found: Found) -> Sentence:
    """What weights are for."""
    return sentence(
        "Each token's {d} values times its weight, added up: what {asks} takes from this head",
        d=found.opened.v.shape[1], asks=found.asks,
    )  # fmt: skip


def says_reading(found: Found) -> Sentence:
    """The weight that was looked for, beside that of special tokens."""
    special = np.array(found.read.special, dtype=bool)
    values = {"out": float(found.row[special].sum())} if special.any() else {}
    return sentence(
        "In head {called} {asks} gives {gets} [{share:%1}](attention)"
        + (", and special tokens {out:%1}" if values else ""),
        called=found.called, asks=found.asks, gets=found.gets, share=found.share, **values,
    )  # fmt: skip


def says_others(found: Found, doing: WhatHeadsDo) -> Sentence:
    """What the other heads do at the same token."""
    counts, rest = counts_of_others(found, doing), found.given.size - 1
    if not rest:
        return sentence("The model has no other head")
    order = sorted(range(len(counts)), key=lambda i: -counts[i])
    kinds = ", ".join(f"{counts[i]} to {doing.kinds[i]}" for i in order[:3] if counts[i])
    return sentence(
        "At {asks} {rest} give most weight {kinds}", asks=found.asks, kinds=kinds,
        rest="the other head" if rest == 1 else f"the {rest} other heads",
    )  # fmt: skip


def counts_of_others(found: Found, doing: WhatHeadsDo) -> np.ndarray:
    """How many heads but the found one give most to each kind of token, (C,)."""
    counts = doing.counts.copy()
    counts[doing.most[found.head]] -= 1
    return counts


def says_swapped(found: Found, swapped: Baseline | None) -> Sentence:
    """Whether the same head leads to other words in the same place."""
    if swapped is None:
        return sentence("No other noun can stand in the place of {gets} here", gets=found.gets)
    count = len(swapped.weights)
    return sentence(
        "With {words} in the place of {gets}, head {called} gives the noun most of all words in "
        "[{peaks}](highlight)", words=counted(count, "other noun"), gets=found.gets,
        called=found.called, peaks=f"all {count}" if swapped.peaks == count else swapped.peaks,
    )  # fmt: skip


def says_compared(found: Found, swapped: Baseline | None, shuffled: Baseline | None) -> Sentence:
    """The same head with other words, and with the words in other orders."""
    if swapped is None or shuffled is None:
        return says_swapped(found, swapped)
    return sentence(
        "Head {called} gives other nouns {mean} where {gets} gets {share:%}, and {gets} {other} "
        "where the words are shuffled", called=found.called, gets=found.gets,
        mean=_spread(swapped), share=found.share, other=_spread(shuffled),
    )  # fmt: skip


def says_pairs(found: Found, pairs: Baseline | None) -> Sentence:
    """The largest of many is large for other words, too."""
    if pairs is None:
        return sentence("The sentence has no other pair of words to compare with")
    return sentence(
        "For {pairs} the largest of all heads is {mean}; for {peaks} it is no smaller",
        pairs=counted(len(pairs.weights), "other pair") + " of words", mean=_spread(pairs),
        peaks=f"{pairs.peaks} of them" if pairs.peaks else "none",
    )  # fmt: skip


def says_off(found: Found, change: Change) -> Sentence:
    """What a head's absence changes in what the model gives."""
    called, most = f"{change.layer}.{change.head}", int(change.distance.argmax())
    is_whole = len(change.distance) == 1
    here = 0 if is_whole else found.of
    where = "" if is_whole else f" at {found.asks}"
    values = {} if most == here else {
        "word": named(found.read, most), "top": _moved(change, most)
    }  # fmt: skip
    return sentence(
        "Without head {called} the output{where} moves by [{here}](gradient)"
        + ("; most of all at {word}: {top}" if values else ""),
        called=called, where=where, here=_moved(change, here), **values,
    )  # fmt: skip


def says_distances(found: Found, change: Change, distances: np.ndarray | None) -> str:
    """The same for all heads, in the mean over all tokens; nothing where they were not tried."""
    if distances is None:
        return "Measured: the model runs once more, without this head."
    mine = distances[change.layer - 1, change.head - 1]
    more = int((distances > mine).sum())
    place = f"{more} of {distances.size} heads move it more" if more else "no head moves it more"
    return f"Measured: the model runs again without the head. Of all heads, {place}."


def _moved(change: Change, place: int) -> str:
    """How far an output moves, with its unit."""
    value = float(change.distance[place])
    if change.kind == VECTORS:
        return percent(value, 1) + " of its length"
    return f"{significant(value, 2)} bits (Kullback–Leibler)"


def says_squares(found: Found, view: View) -> str:
    """What a model view leaves out or puts together; nothing where it shows all."""
    parts, shape = [], view.weights.shape[:2]
    if view.side > 1:
        parts.append(f"a square is {view.side} × {view.side} tokens")
    if shape != found.given.shape:
        parts.append(f"{shape[0] * shape[1]} of {found.given.size} heads")
    return "; ".join(parts)


def counted(count: int, what: str) -> str:
    """As "1 layer" or "6 layers"."""
    return f"{count} {what}{'s' * (count != 1)}"


def _spread(baseline: Baseline) -> str:
    if len(baseline.weights) < 2:
        return percent(baseline.mean)
    return f"{100 * baseline.mean:.0f} ± {100 * baseline.spread:.0f} %"
