"""A sentence as a tokenizer cuts it: what the pieces are called, and which word each belongs to."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

MOST = 64
"""How many tokens a picture of attention can show so that each can be read."""

SPACE = "·"  # stands for the space that a token begins with
WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Tokens:
    """T tokens, and what a model is called with to read them.

    texts: as the tokenizer makes them ("##ing"), a space they hold shown as "·"; special: which of
    them the tokenizer added; pieces: to which of the words each belongs, −1 for none; words: the
    words and marks of the sentence.
    """

    texts: tuple[str, ...]
    special: tuple[bool, ...]
    pieces: tuple[int, ...]
    words: tuple[str, ...]
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


Tokenise = Callable[[str], Tokens]


@dataclass(frozen=True)
class Read:
    """What was read of a sentence; whole: how many tokens it has before it is cut to text."""

    tokens: Tokens
    whole: int
    text: str


def words_in(sentence: str) -> list[re.Match[str]]:
    """The words and marks of a sentence, with their places."""
    return list(WORD.finditer(sentence))


def read(
    tokenise: Tokenise, sentence: str, most: int, window: bool | int, limit: int | None = None
) -> Read:
    """The tokens of a sentence, or of a window of it if there are too many.

    Args:
        tokenise: cuts a sentence.
        sentence: any text that is not empty.
        most: how many tokens there may be.
        window: around which word, counted from 1, a longer sentence is cut to as many whole words
            as fit; True: its beginning; False: it is refused.
        limit: how many tokens the model can read.

    Raises:
        ValueError: if it is empty, or longer and may not or cannot be cut.
    """
    if not words_in(sentence):
        raise ValueError(f"sentence is {sentence!r}; give one with at least one word.")
    if most < 1:
        raise ValueError(f"most is {most}; it must be 1 or more.")
    whole = tokenise(sentence)
    count, room = len(whole.texts), most if limit is None else min(most, limit)
    if count <= room:
        return Read(whole, count, sentence)
    if window is False:
        why = f"the model reads at most {room}" if room < most else f"at most {most} can be shown"
        raise ValueError(
            f"sentence has {count} tokens; {why}. Shorten it, or set window to the number of the "
            "word around which it is cut."
        )
    text = _window(tokenise, sentence, room, int(window))
    return Read(tokenise(text), count, text)


def _window(tokenise: Tokenise, sentence: str, most: int, around: int) -> str:
    """As many words around one as have no more tokens than `most`, by turns after and before it."""
    found = words_in(sentence)
    if not 1 <= around <= len(found):
        raise ValueError(f"window is {around}; the sentence has words 1 to {len(found)}.")

    def cut(first: int, last: int) -> str:
        return sentence[found[first].start() : found[last].end()]

    def fits(first: int, last: int) -> bool:
        there = first >= 0 and last < len(found)
        return there and len(tokenise(cut(first, last)).texts) <= most

    first = last = around - 1
    if not fits(first, last):
        count = len(tokenise(cut(first, last)).texts)
        raise ValueError(
            f"the word {cut(first, last)[:40]!r} alone has {count} tokens; at most {most} can be "
            "shown. Name another word, or use another tokenizer."
        )
    while True:
        after = fits(first, last + 1)
        last += after
        before = fits(first - 1, last)
        first -= before
        if not after and not before:
            return cut(first, last)


def of_hugging_face(tokenizer: Any, module: nn.Module) -> Tokenise:
    """How a tokenizer of `transformers` cuts a sentence for a model."""
    readable = _readable(module)
    endings = {tokenizer.unk_token_id, tokenizer.mask_token_id}
    structural = set(tokenizer.all_special_ids) - endings
    bytewise = "Ġ" in tokenizer.get_vocab()

    def tokenise(sentence: str) -> Tokens:
        cut = tokenizer(
            sentence,
            return_special_tokens_mask=True,
            return_offsets_mapping=tokenizer.is_fast,
            verbose=False,
        )
        ids = list(cut["input_ids"])
        marks = zip(cut["special_tokens_mask"], ids, strict=True)
        special = tuple(bool(mark) or one in structural for mark, one in marks)
        texts = tuple(_text(tokenizer, one, bytewise) for one in ids)
        given = {name: torch.tensor([cut[name]]) for name in tokenizer.model_input_names
                 if name in cut and (readable is None or name in readable)}  # fmt: skip
        if not tokenizer.is_fast:
            return _each_a_word(texts, special, (), given)
        found = words_in(sentence)
        pieces = tuple(
            -1 if special[at] else _word_at(sentence, start, end, found)
            for at, (start, end) in enumerate(cut["offset_mapping"])
        )
        return Tokens(texts, special, pieces, tuple(one[0] for one in found), (), given)

    return tokenise


def _readable(module: nn.Module) -> set[str] | None:
    """The names of what a module can be called with; None for any."""
    named = inspect.signature(module.forward).parameters
    any_name = any(one.kind is one.VAR_KEYWORD for one in named.values())
    return None if any_name and "input_ids" not in named else set(named)


def word_of(tokenizer: Any) -> Callable[[int], str]:
    """How a tokenizer of `transformers` calls one token."""
    bytewise = "Ġ" in tokenizer.get_vocab()
    return lambda one: _text(tokenizer, one, bytewise)


def _text(tokenizer: Any, one: int, bytewise: bool) -> str:
    """A token as the tokenizer makes it; bytes that are text are shown as that text."""
    token = str(tokenizer.convert_ids_to_tokens(one))
    if bytewise:
        decoded = tokenizer.convert_tokens_to_string([token])
        token = token if "�" in decoded else decoded
    shown = token.replace("▁", SPACE).replace(" ", SPACE)
    return shown.encode("unicode_escape").decode() if not shown.isprintable() else shown


def _word_at(sentence: str, start: int, end: int, found: Sequence[re.Match[str]]) -> int:
    """Which word holds the first character that is no space, of those from start to end."""
    begins = start + len(sentence[start:end]) - len(sentence[start:end].lstrip())
    holding = (at for at, one in enumerate(found) if one.start() <= begins < min(one.end(), end))
    return next(holding, -1)


def of_callable(tokenizer: Callable[[str], Any]) -> Tokenise:
    """How a user's own function cuts a sentence: into ids, or into tokens and what a model reads.

    Ids are a list or a tensor of T integers, which the model reads as (1, T). Else it returns a
    pair: T texts, and what the model is called with: a tensor, a tuple of arguments or a dict.
    """

    def tokenise(sentence: str) -> Tokens:
        try:
            cut = tokenizer(sentence)
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            raise ValueError(f"The tokenizer fails on {sentence[:60]!r}: {said}") from error
        if isinstance(cut, tuple) and len(cut) == 2 and not isinstance(cut[0], (int, Tensor)):
            texts = tuple(map(str, cut[0]))
            args, kwargs = _called_with(cut[1])
            return _each_a_word(texts, (False,) * len(texts), args, kwargs)
        ids = _ids(cut)
        words = tuple(one[0] for one in words_in(sentence))
        spaced = tuple(sentence.split())
        fitting = next((one for one in (words, spaced) if len(one) == len(ids)), None)
        texts = fitting or tuple(map(str, ids.tolist()))
        return _each_a_word(texts, (False,) * len(texts), (ids[None],), {})

    return tokenise


def _ids(cut: Any) -> Tensor:
    try:
        ids = torch.as_tensor(cut)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(
            f"The tokenizer returns a {type(cut).__name__}; it must return a list of ids, or a "
            "pair of tokens and what the model reads."
        ) from error
    ids = ids[0] if ids.dim() == 2 and len(ids) == 1 else ids
    if ids.dim() != 1 or ids.is_floating_point() or not len(ids):
        raise ValueError(
            f"The tokenizer returns numbers of shape {tuple(ids.shape)} ({ids.dtype}); it must "
            "return one integer for each token."
        )
    return ids.long()


def _called_with(given: Any) -> tuple[tuple[Any, ...], Mapping[str, Any]]:
    if isinstance(given, Mapping):
        return (), given
    return (given if isinstance(given, tuple) else (given,)), {}


def _each_a_word(
    texts: tuple[str, ...],
    special: tuple[bool, ...],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> Tokens:
    """Tokens of which it is not known where they stand in the sentence: each a word by itself."""
    numbers = iter(range(len(texts)))
    pieces = tuple(-1 if one else next(numbers) for one in special)
    words = tuple(text for text, one in zip(texts, special, strict=True) if not one)
    return Tokens(texts, special, pieces, words, args, kwargs)
