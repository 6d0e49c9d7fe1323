"""What the found weight is worth beside others, each sentence under what makes it true."""

from __future__ import annotations

import numpy as np

from mlanim.core.attention.grammar import NOUNS
from mlanim.core.attention.head_off import VECTORS, Change
from mlanim.core.attention.heads import WhatHeadsDo
from mlanim.core.attention.search.baselines import Baseline
from mlanim.core.attention.search.found import Found
from mlanim.core.attention.search.sentences import counted
from mlanim.core.attention.search.word_places import named
from mlanim.words.numbers import percent, significant
from mlanim.words.sentence import Sentence, sentence


def says_others(found: Found, doing: WhatHeadsDo) -> Sentence:
    """What the other heads do at the same token."""
    counts, rest = counts_of_others(found, doing), found.given.size - 1
    if not rest:
        return sentence("The model has no other head")
    first, *more = [i for i in np.argsort(-counts, kind="stable")[:3] if counts[i]]
    start = (
        f"{counts[first]} {'gives' if counts[first] == 1 else 'give'} most to {doing.kinds[first]}"
    )
    return sentence(
        "Of the {rest} at {asks} {kinds}", rest=counted(rest, "other head"), asks=found.asks,
        kinds=", ".join([start, *(f"{counts[i]} to {doing.kinds[i]}" for i in more)]),
    )  # fmt: skip


def counts_of_others(found: Found, doing: WhatHeadsDo) -> np.ndarray:
    """How many heads but the found one give most to each kind of token, (C,)."""
    counts = doing.counts.copy()
    counts[doing.most[found.head]] -= 1
    return counts


def says_swapped(found: Found, swapped: Baseline | None) -> Sentence:
    """Whether the same head leads to other words in the same place."""
    noun = "other noun" if found.gets[1:].split("”")[0].casefold() in NOUNS else "noun"
    if swapped is None:
        return sentence(f"No {noun} can stand in the place of {{gets}} here", gets=found.gets)
    count = len(swapped.weights)
    return sentence(
        "With {words} in the place of {gets}, head {called} gives the noun most of all words in "
        "[{peaks}](highlight)", words=counted(count, noun), gets=found.gets,
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
    is_whole = len(change.distance) == 1
    here, most = (0 if is_whole else found.of), int(change.distance.argmax())
    values = {} if most == here else {"word": named(found.read, most), "top": _moved(change, most)}
    return sentence(
        "Without head {off} the output{where} moves by [{here}](gradient) {unit}"
        + ("; most at {word}: {top}" if values else ""),
        off=f"{change.layer}.{change.head}", where="" if is_whole else f" at {found.asks}",
        here=_moved(change, here), **values,
        unit="of its length" if change.kind == VECTORS else "(Kullback–Leibler)",
    )  # fmt: skip


def says_distances(change: Change, distances: np.ndarray | None) -> str:
    """The same for all heads, in the mean over all tokens; nothing where they were not tried."""
    if distances is None:
        return "Measured: the model runs once more, without this head."
    more = int((distances > distances[change.layer - 1, change.head - 1]).sum())
    move = f"{more} of the other heads move" if more > 1 else f"{more or 'no'} other head moves"
    return f"The model runs again without the head. In the mean over its tokens {move} it more."


def _moved(change: Change, place: int) -> str:
    """How far an output moves, with its unit."""
    value = float(change.distance[place])
    return percent(value, 1) if change.kind == VECTORS else f"{significant(value, 2)} bits"


def _spread(baseline: Baseline) -> str:
    if len(baseline.weights) < 2:
        return percent(baseline.mean)
    return f"{100 * baseline.mean:.0f} ± {100 * baseline.spread:.0f} %"
