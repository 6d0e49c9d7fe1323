"""A line of text with values in it that follow tracks."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from manim import VGroup

from mlanim.stage import theme
from mlanim.stage.text.number import Number, number_curves
from mlanim.stage.text.texts import Align, Colored, Math, Text, Weight, body_height, share_before
from mlanim.stage.track import follow
from mlanim.words.latex import refuse_latex
from mlanim.words.sentence import Run, sentence, shown_as

_PLACE = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_MARKED = re.compile("\ue000(\\d+)\ue001")


class LiveText(VGroup):
    """A sentence whose values may be readings: only their digits are drawn anew.

    Args:
        template, values: as for `mlanim.words.sentence.sentence`; values may be readings or tracks.
        size, role, weight: of the text.

    Raises:
        ValueError: for a value within mathematics, which would be set anew in every frame.
    """

    def __init__(
        self, template: str, /, size: str = "body", role: str = "text",
        weight: Weight = "regular", **values: Any,
    ):  # fmt: skip
        super().__init__()
        self.size, self.weight = size, weight
        self.origin, self.advance, self.align = np.zeros(3), 0.0, 0.0
        self.specs: list[tuple[str, str]] = []
        runs = sentence(_PLACE.sub(self._marked, template)).runs
        for run in runs:
            self._add_run(Run(run.text, role if run.role == "text" else run.role, run.math))
        self.names = list(values)
        follow(self, LiveText._show, *values.values())

    @property
    def plain(self) -> str:
        """What it says now."""
        return "".join(part.plain for part in self.submobjects)

    def baseline_at(self, place: Iterable[float], align: Align = "left") -> Self:
        """Put the left end, the middle or the right end of the baseline at `place` (3,)."""
        self.origin = np.array(list(place), dtype=float)
        self.align = share_before(align)
        self._lay_out()
        return self

    def _marked(self, match: re.Match[str]) -> str:
        self.specs.append((match[1], match[2] or ""))
        return f"\ue000{len(self.specs) - 1}\ue001"

    def _add_run(self, run: Run) -> None:
        if run.math and _MARKED.search(run.text):
            written = _MARKED.sub(lambda match: f"{{{self.specs[int(match[1])][0]}}}", run.text)
            refuse_latex(written)
            raise ValueError(f"A live value cannot stand within mathematics: ${written}$.")
        for i, piece in enumerate(_MARKED.split(run.text)):
            if i % 2:
                number = Number(0.0, size=self.size, role=run.role, weight=self.weight)
                number.index = int(piece)
                self.add(number)
            elif piece:
                self.add(_words(piece, run, self.size, self.weight))

    def _show(self, *values: Any) -> None:
        known = dict(zip(self.names, values, strict=True))
        for part in self.submobjects:
            if isinstance(part, Number):
                name, spec = self.specs[part.index]
                if name not in known:
                    raise ValueError(f"The text needs a value for {name}.")
                part.set_text(shown_as(known[name], spec))
        self._lay_out()

    def _lay_out(self) -> None:
        """One part behind the other from the origin on."""
        self.advance = sum(_room(part) for part in self.submobjects)
        at = self.origin - [self.align * self.advance, 0, 0]
        for part in self.submobjects:
            ahead = _point(part) if isinstance(part, Number) else part.around[0]
            part.baseline_at(at + np.array([ahead, 0, 0]))
            at = at + np.array([_room(part), 0, 0])


def _words(text: str, run: Run, size: str, weight: Weight) -> Text:
    """A stretch that stands, with the room that spaces at its ends take."""
    bare = text if run.math else text.strip(" ")
    content = Math(bare) if run.math else bare
    made = Text(Colored(content, run.role), size=size, weight=weight)
    space = _space(theme.current().fonts, weight) * body_height(size)
    ahead, behind = (0, 0) if run.math else _spaces_around(text)
    made.around = (space * ahead, space * behind)
    return made


def _spaces_around(text: str) -> tuple[int, int]:
    """How many spaces stand before and behind the words."""
    ahead = len(text) - len(text.lstrip(" "))
    return ahead, len(text) - len(text.rstrip(" ")) if text.strip(" ") else 0


@functools.lru_cache(maxsize=32)
def _space(fonts: Any, weight: str) -> float:
    """A space's width in ems."""
    return number_curves(" ", weight)[2]


def _room(part: Any) -> float:
    return float(part.advance if isinstance(part, Number) else sum(part.around) + part.advance)


def _point(number: Number) -> float:
    """From a number's left end to its point, manim units."""
    _, point, width = number_curves(number.plain, number.weight)
    return point / width * number.advance if width else 0.0
