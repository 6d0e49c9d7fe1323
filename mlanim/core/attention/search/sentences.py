"""What can be said of a head that was found, each sentence under what makes it true."""

from __future__ import annotations

import numpy as np

from mlanim.core.attention.search.found import Found
from mlanim.core.attention.search.view import View
from mlanim.core.attention.search.word_places import cut, named
from mlanim.core.attention.trace import CLOSE
from mlanim.words.numbers import grouped
from mlanim.words.sentence import Sentence, sentence


def says_question(found: Found) -> Sentence:
    """Which head leads there?"""
    values = {
        "name": cut(found.read.name.rstrip("/").rpartition("/")[2], 28),
        "asks": found.asks,
        "gets": found.gets,
    }
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
    give = "gives" if peaks == 1 else "give"
    end = f", the most of {{count}}; their mean is {{mean:%1}}, and {{peaks}} {give} it most"
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
    return f"{grouped(count)} {what}{'s' * (count != 1)}"
