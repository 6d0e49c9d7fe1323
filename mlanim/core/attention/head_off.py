"""What a head does to what a model gives, measured by running the model without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor, nn

from mlanim.core.attention.interception.callers import rows_of
from mlanim.core.attention.pretrained import Opened, as_opened
from mlanim.core.attention.recording import run
from mlanim.core.attention.tokens import MOST, Tokens, read
from mlanim.core.attention.trace import softmax

VECTORS, CHANCES = "vectors", "probabilities"


@dataclass(frozen=True)
class Change:
    """What a model gives with a head and without it, a row for each of R places.

    tokens: T words. kind: "vectors" (a model that gives a vector for each token, R = T, or one for
    the sentence, R = 1) or "probabilities" (of V tokens at each place: of the next, for a model
    that hides what comes later). before, after: (R, d) or (R, V). distance: (R,): for vectors the
    length of the change as a share of the length of the vector; for probabilities the
    Kullback-Leibler divergence of those after from those before, in bits. cosine: (R,), between
    before and after. words: for probabilities the likeliest token at each place before and after.
    """

    layer: int
    head: int
    tokens: tuple[str, ...]
    kind: str
    before: np.ndarray
    after: np.ndarray
    distance: np.ndarray
    cosine: np.ndarray
    words: tuple[tuple[str, str], ...]


def without_head(
    model: str | Opened,
    sentence: str,
    layer: int,
    head: int,
    most: int = MOST,
    window: bool | int = False,
) -> Change:
    """Run a model on a sentence with a head and without it.

    A head is switched off by zeros in place of its output, before the projection that mixes the
    heads. Model, sentence, most and window are those of `traced`; layer and head count from 1.

    Raises:
        ValueError: as `traced`; if there is no such head, or the model gives no row for each token.
    """
    opened = as_opened(model)
    tokens = read(opened.tokenise, sentence, most, window, opened.limit).tokens
    before, after = (_given(opened.module, tokens, off) for off in (None, (layer, head)))
    return _change((layer, head), tokens.texts, before, after, opened.word)


def head_distances(
    model: str | Opened, sentence: str, most: int = MOST, window: bool | int = False
) -> np.ndarray:
    """(L, H): `Change.distance` of each head switched off alone, in the mean over its places.

    Raises:
        ValueError: as `without_head`.
    """
    opened = as_opened(model)
    tokens = read(opened.tokenise, sentence, most, window, opened.limit).tokens
    _, records = run(opened.module, tokens.args, tokens.kwargs)
    before = _given(opened.module, tokens, None)
    return np.array([
        [
            _distance(*before, _given(opened.module, tokens, (layer, head))[1]).mean()
            for head in range(1, len(one.weights) + 1)
        ]
        for layer, one in enumerate(records, start=1)
    ])  # fmt: skip


def _given(
    module: nn.Module, tokens: Tokens, off: tuple[int, int] | None
) -> tuple[str, np.ndarray]:
    """What kind of rows a model gives for the tokens, and the rows, (R, d) or (R, V)."""
    output, _ = run(module, tokens.args, tokens.kwargs, off)
    tensor = _tensor(output)
    if tensor is None or not tensor.is_floating_point():
        raise ValueError(f"The model gives a {type(output).__name__}; it must give a tensor.")
    rows = rows_of(tensor, len(tokens.texts))
    if rows is None:
        rows = rows_of(tensor, 1)
    if rows is None:
        raise ValueError(
            f"The model gives {tuple(tensor.shape)} for {len(tokens.texts)} tokens of one "
            "sentence; it must give a row for each token, or one."
        )
    if not np.isfinite(rows).all():
        raise ValueError("The model gives numbers that are not finite.")
    if _is_over_tokens(module, output, rows):
        return CHANCES, softmax(rows)
    return VECTORS, rows


def _tensor(output: Any) -> Tensor | None:
    """The first tensor that a model gives; the logits or last vectors of a Hugging Face model."""
    for name in ("logits", "last_hidden_state"):
        if isinstance(getattr(output, name, None), Tensor):
            return output[name]
    if isinstance(output, dict):
        output = tuple(output.values())
    if isinstance(output, (tuple, list)):
        output = next((one for one in output if isinstance(one, Tensor)), None)
    return output if isinstance(output, Tensor) else None


def _is_over_tokens(module: nn.Module, output: Any, rows: np.ndarray) -> bool:
    """Whether rows are logits of tokens: as many as the module's first table of embeddings has."""
    table = next((one for one in module.modules() if isinstance(one, nn.Embedding)), None)
    if table is None or rows.shape[1] != table.num_embeddings:
        return False
    return hasattr(output, "logits") or table.num_embeddings != table.embedding_dim


def _change(
    at: tuple[int, int],
    tokens: tuple[str, ...],
    given: tuple[str, np.ndarray],
    given_without: tuple[str, np.ndarray],
    word: Callable[[int], str],
) -> Change:
    kind, before = given
    after = given_without[1]
    words = [(word(int(a)), word(int(b)))
             for a, b in zip(before.argmax(1), after.argmax(1), strict=True)]  # fmt: skip
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    cosine = (before * after).sum(1) / np.where(lengths > 0, lengths, 1)
    return Change(
        *at, tokens, kind, before, after, _distance(kind, before, after), cosine,
        tuple(words) if kind == CHANCES else (),
    )  # fmt: skip


def _distance(kind: str, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """(R,): relative length of the change, or Kullback-Leibler divergence in bits."""
    if kind == VECTORS:
        lengths = np.linalg.norm(before, axis=1)
        return np.asarray(
            np.linalg.norm(after - before, axis=1) / np.where(lengths > 0, lengths, 1)
        )
    tiny = np.finfo(float).tiny  # a probability that underflows counts as the least there is
    ratio = np.log2(np.maximum(before, tiny)) - np.log2(np.maximum(after, tiny))
    return np.asarray(np.maximum((before * ratio).sum(1), 0))
