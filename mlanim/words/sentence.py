"""Sentences with coloured runs, mathematics and numbers in them, as plain values.

A sentence is written as a template, which is code, and filled with values, which are data:

    sentence("[{slope:2}](gradient) is the slope of $x^2$ at {x:0}", slope=6.0, x=3.0)

`[words](role)` takes a role's colour, `$…$` is mathematics in Typst's syntax, `{name}` is replaced
by a value. A value is never read as a template, so text from outside stays text. Behind a colon
stands how a number is shown: `2` places, `+2` with its sign, `0` without decimals, `%` in per cent
(`%1` with a place), `g` to three significant digits, `,` with its thousands parted. An exact zero
is 0 in any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mlanim.words.latex import refuse_latex
from mlanim.words.numbers import format_number, grouped, percent, significant

_PLACE = re.compile(r"\{([a-zA-Z_]\w*)(?::([^{}]*))?\}")
_TOKEN = re.compile(
    r"\\(?P<literal>[\[\]$\\])|\{\{|\}\}|\$(?P<math>[^$]*)\$|\[(?P<words>[^\]]*)\]\((?P<role>\w+)\)"
)
_SPEC = re.compile(r"(?P<sign>\+?)(?P<percent>%?)(?P<places>\d*)")


@dataclass(frozen=True)
class Run:
    """A stretch of a sentence in one role's colour; `math` says that it is Typst mathematics."""

    text: str
    role: str = "text"
    math: bool = False


@dataclass(frozen=True)
class Sentence:
    """Runs one after another; `str()` gives them as plain text."""

    runs: tuple[Run, ...]

    def __str__(self) -> str:
        return "".join(run.text for run in self.runs)

    def __add__(self, other: Sentence) -> Sentence:
        return Sentence(self.runs + other.runs)


def sentence(template: str, /, **values: Any) -> Sentence:
    """The template with its places filled; see the head of this file.

    Raises:
        ValueError: for a place without a value, a value without a place, a format that is not one
            of those above, and LaTeX where Typst's mathematics is written.
        TypeError: if the template is no text.
    """
    if not isinstance(template, str):
        raise TypeError(
            f"A sentence is text, not {template!r}; a number stands in one as a value: "
            'sentence("{value:2}", value=…).'
        )
    unused = set(values) - places_of(template)
    if unused:
        raise ValueError(f"“{template}” has no place for {', '.join(sorted(unused))}.")
    return Sentence(tuple(_merged(_runs(template, values))))


def places_of(template: str) -> set[str]:
    """The names of the values that a template needs."""
    return {match[1] for match in _PLACE.finditer(template)}


def plain(text: object) -> Sentence:
    """Any text as a sentence, word for word."""
    return Sentence((Run(str(text)),))


def as_text(said: Iterable[object]) -> str:
    """Sentences one after another, each with a mark at its end."""
    words = [" ".join(str(one).split()) for one in said]
    return " ".join(ended(one) for one in words if one)


def ended(said: str) -> str:
    """A sentence with a mark at its end, its own or a full stop."""
    return said if said.endswith((".", "!", "?", "…")) or not said else f"{said}."


def as_sentence(text: str | Sentence) -> Sentence:
    """A template without places, or a sentence as it is.

    Raises:
        TypeError: for anything else.
    """
    return text if isinstance(text, Sentence) else sentence(text)


def _runs(template: str, values: dict[str, Any]) -> Iterator[Run]:
    at = 0
    for match in _TOKEN.finditer(template):
        yield Run(_filled(template[at : match.start()], values))
        at = match.end()
        if match["math"] is not None:
            yield Run(_filled(match["math"], values, math=True), math=True)
        elif match["role"] is not None:
            yield from _coloured(match["words"], match["role"], values)
        else:
            yield Run(match["literal"] or match[0][0])
    yield Run(_filled(template[at:], values))


def _coloured(words: str, role: str, values: dict[str, Any]) -> Iterator[Run]:
    for run in _runs(words, values):
        yield Run(run.text, role, run.math)


def _filled(text: str, values: dict[str, Any], math: bool = False) -> str:
    def shown(match: re.Match[str]) -> str:
        name, spec = match[1], match[2] or ""
        if name not in values:
            if math:  # {a} is a group of LaTeX's, too
                refuse_latex(text)
            given = ", ".join(sorted(values)) or "none"
            raise ValueError(f"“{text}” needs a value for {name}; given: {given}.")
        return shown_as(values[name], spec, math)

    return _PLACE.sub(shown, text)


def shown_as(value: Any, spec: str = "", math: bool = False) -> str:
    """A value as text; within mathematics a text becomes a Typst string, never markup.

    An exact zero is 0, without the places of a number that is only near it.

    Raises:
        ValueError: for a format that does not exist or does not fit the value.
    """
    if isinstance(value, str | Sentence):
        if spec:
            raise ValueError(f"The format {spec!r} is for numbers, not for “{value}”.")
        text = str(value)
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if math else text
    number = float(value)
    if spec == "":
        return grouped(int(value)) if number == int(number) else significant(number)
    if spec in ("g", ","):
        return significant(number) if spec == "g" else grouped(int(value))
    found = _SPEC.fullmatch(spec)
    if not found or (found["sign"] and found["percent"]):
        raise ValueError(f"Unknown format {spec!r}; give places (2, +2), %, %1, g or a comma.")
    places = int(found["places"] or 0) if number else 0
    if found["percent"]:
        return percent(number, places)
    return format_number(number, places, signed=bool(found["sign"] and number))


def _merged(runs: Iterator[Run]) -> Iterator[Run]:
    """Neighbours of one kind as one run, without empty ones."""
    last: Run | None = None
    for run in runs:
        if not run.text:
            continue
        if last is not None and (last.role, last.math) == (run.role, run.math) and not run.math:
            last = Run(last.text + run.text, run.role)
        else:
            if last is not None:
                yield last
            last = run
    if last is not None:
        yield last
