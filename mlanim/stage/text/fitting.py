"""Words made to fit a width."""

from __future__ import annotations

from mlanim.stage.text.texts import Content, advance_of

ELLIPSIS = "…"


def shortened(words: Content, width: float, size: str = "small") -> Content:
    """Words that reach no further than `width` manim units: cut off, with an ellipsis, if need be.

    Only plain words are cut; a formula or a sentence is taken as it is.
    """
    if not isinstance(words, str) or advance_of(words, size=size) <= width:
        return words
    fits, fails = 0, len(words)
    while fails - fits > 1:
        middle = (fits + fails) // 2
        reach = advance_of(words[:middle].rstrip() + ELLIPSIS, size=size)
        fits, fails = (middle, fails) if reach <= width else (fits, middle)
    return words[:fits].rstrip() + ELLIPSIS


def widest(*words: Content, size: str = "small") -> float:
    """How far the widest of some words reaches, manim units; 0 without any."""
    return max((advance_of(one, size=size) for one in words), default=0.0)
