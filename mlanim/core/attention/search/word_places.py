"""Which token a word of a sentence is, whatever the tokenizer cut it into."""

from __future__ import annotations

import re

from mlanim.core.attention.pretrained import Pretrained
from mlanim.core.attention.tokens import words_in

NTH = re.compile(r"(?P<word>.+):(?P<nth>[1-9]\d*)", re.DOTALL)
SHOWN = 18  # characters of a word, a token or a name that a sentence repeats

PRONOUNS = (
    "it", "he", "she", "they", "him", "her", "them", "its", "his", "their", "this", "that",
)  # fmt: skip


def place_of(read: Pretrained, name: str, what: str) -> int:
    """The token of a word, from 0: its last one where it is cut into several.

    Args:
        name: a word, whatever its case; "it:2" is the second "it"; a token works, too.
        what: the parameter that messages speak of.

    Raises:
        ValueError: for a word that the sentence does not have, or not so often, with its tokens.
    """
    word, nth = name.strip(), 1
    found = _places(read, word)
    if not found and (match := NTH.fullmatch(word)):
        word, nth = match["word"], int(match["nth"])
        found = _places(read, word)
    if len(found) < nth:
        has = f"has “{word}” only {len(found)} times" if found else f"has no “{word}”"
        tokens = " ".join(read.trace.tokens)
        raise ValueError(f"{what} is {name!r}, but the sentence {has}; its tokens are: {tokens}")
    return found[nth - 1]


def _places(read: Pretrained, name: str) -> list[int]:
    wanted = name.casefold()
    last = {word: place for place, word in enumerate(read.pieces) if word >= 0}
    found = [
        last[i] for i, word in enumerate(read.words) if i in last and word.casefold() == wanted
    ]
    return found or [i for i, token in enumerate(read.trace.tokens) if token.casefold() == wanted]


def usual_query(read: Pretrained) -> int:
    """The first pronoun, or else the last token that is not special.

    Raises:
        ValueError: for a sentence with fewer than two tokens that are not special.
    """
    ordinary = [place for place, out in enumerate(read.special) if not out]
    if len(ordinary) < 2:
        raise ValueError(
            f"The sentence has {len(ordinary)} tokens that are not special; give two or more."
        )
    pronouns = [
        place for place in ordinary
        if read.pieces[place] >= 0 and read.words[read.pieces[place]].casefold() in PRONOUNS
    ]  # fmt: skip
    return pronouns[0] if pronouns else ordinary[-1]


def word_at(read: Pretrained, place: int) -> str:
    """The word of a token that is all of it, or else the token."""
    word = read.pieces[place]
    is_whole = word >= 0 and read.pieces.count(word) == 1
    return read.words[word] if is_whole else read.trace.tokens[place]


def named(read: Pretrained, place: int) -> str:
    """A token in quotation marks, with its place from 1 where it is there twice; special ones as
    they are."""
    word = word_at(read, place)
    twice = [word_at(read, i) for i in range(len(read.pieces))].count(word) > 1
    where = f" (token {place + 1})" if twice else ""
    return (cut(word) if read.special[place] else f"“{cut(word)}”") + where


def asked_by(read: Pretrained, place: int) -> str:
    """A name by which `place_of` finds a word."""
    word = read.pieces[place]
    if word < 0:
        return read.trace.tokens[place]
    same = [
        i for i, other in enumerate(read.words) if other.casefold() == read.words[word].casefold()
    ]
    nth = same.index(word) + 1
    return read.words[word] if nth == 1 else f"{read.words[word]}:{nth}"


def with_other_word(text: str, name: str, other: str) -> str | None:
    """The text with another word where one is, named as for `place_of`; None if it is not there."""
    for word, nth in _readings(name):
        found = [at for at in words_in(text) if at[0].casefold() == word.casefold()]
        if len(found) >= nth:
            at = found[nth - 1]
            return text[: at.start()] + other + text[at.end() :]
    return None


def _readings(name: str) -> list[tuple[str, int]]:
    match = NTH.fullmatch(name.strip())
    return [(name.strip(), 1)] + ([(match["word"], int(match["nth"]))] if match else [])


def cut(text: str, most: int = SHOWN) -> str:
    """No more of a text than a caption has room for."""
    return text if len(text) <= most else text[: most - 1] + "…"
