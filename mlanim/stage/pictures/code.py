"""Code with some of its lines marked, step by step.

code = CodeBlock('''
    scores = q @ k.T
    weights = softmax(scores / T)
''')
self.morph(code, 2)
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

import numpy as np
from manim import VGroup
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String
from pygments.util import ClassNotFound

from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Bar, Segments
from mlanim.stage.picture import Valued
from mlanim.stage.table import Table, table
from mlanim.stage.text.texts import Colored, Mono, Text, advance_of, body_height
from mlanim.stage.track import Morph, combined

ROLES = {
    Comment: "muted",
    Keyword: "input",
    Operator.Word: "input",
    String: "attention",
    Number: "weight",
    Name.Function: "highlight",
    Name.Class: "highlight",
}
"""What kinds of tokens are coloured; each role reaches a contrast of 4.5:1 in every theme."""
SIZES = ("title", "body", "small")
PITCH = 1.5  # ems from line to line
BESIDE = 1.2  # ems between line numbers and code, with the bar of a mark between


class CodeBlock(Valued):
    """Lines of code in a fixed-width font.

    Args:
        code: common indentation and blank lines around it are left out.
        language: as Pygments calls it.
        marked: the line that is marked, the first is 1, or the first and the last of several; may
            be a reading; none unless given.
        numbers: whether lines are numbered.

    Raises:
        ValueError: for an unknown language, no code, and a marked line that there is not.
    """

    def __init__(
        self, code: str, language: str = "python", *, marked: Any = None, numbers: bool = True
    ):
        self.lines = [line.rstrip() for line in textwrap.dedent(code).expandtabs(4).splitlines()]
        while self.lines and not self.lines[0]:
            del self.lines[0]
        while self.lines and not self.lines[-1]:
            del self.lines[-1]
        if not self.lines:
            raise ValueError("A block of code needs at least one line.")
        try:
            self.lexer = get_lexer_by_name(language, stripnl=False)
        except ClassNotFound:
            raise ValueError(f"No language {language!r}; Pygments lists those it knows.") from None
        self.numbers = numbers
        super().__init__((1, 0) if marked is None else combined(_range, marked))
        self.least = self._width("small")

    def checked(self, values: np.ndarray) -> np.ndarray:
        """The first and the last marked line; (1, 0) marks none."""
        count = len(self.lines)
        if values.shape != (2,) or not (values[0] >= 1 and values[1] <= count):
            raise ValueError(f"Marked lines are from 1 to {count}; got {values.tolist()}.")
        return values

    def to(self, values: Any, **timing: Any) -> Morph:
        """The animation in which the mark moves to another line, or to (first, last)."""
        return super().to(_range(values), **timing)

    def lay_out(self, box: Box) -> None:
        """The largest size that fits, from the top left corner of the box.

        Raises:
            ValueError: if not even the smallest fits.
        """
        fits = [size for size in SIZES if self._fits(size, box)]
        if not fits:
            widest = max(map(len, self.lines))
            raise ValueError(
                f"{len(self.lines)} lines of up to {widest} characters do not fit into "
                f"{box.width:.1f} × {box.height:.1f} manim units; shorten them."
            )
        size = fits[0]
        self.em, self.box = body_height(size), box
        self.left = box.left + self._indent(size)
        advance = _advance(size)
        self.right = min(box.right, box.left + self._width(size) + self.em)
        shown, counted = VGroup(), VGroup()
        for row, runs in enumerate(self._runs()):
            y = box.top - (0.5 + row) * PITCH * self.em - 0.34 * self.em
            if self.numbers:
                number = Text(Mono(str(row + 1)), size=size, role="muted")
                counted.add(number.baseline_at([self.left - BESIDE * self.em, y, 0], "right"))
            indent = len(self.lines[row]) - len(self.lines[row].lstrip())
            if runs:
                text = Text(*runs, size=size)
                shown.add(text.baseline_at([self.left + indent * advance, y, 0]))
        self.bar, self.rules = Bar(np.zeros(2), np.zeros(2), "highlight"), _rules()
        self.add(self.bar, self.rules, counted, shown)

    def draw(self) -> None:
        """A bar beside the marked lines, and rules over and under them."""
        first, last = self.shown
        pitch, x = PITCH * self.em, self.left - 0.6 * self.em
        top, bottom = (
            self.box.top - (first - 1) * pitch,
            self.box.top - max(last, first - 1) * pitch,
        )
        self.bar.set_corners(np.array([x - 0.05, bottom]), np.array([x + 0.05, top]))
        ends = np.array([[[x, y], [self.right, y]] for y in (top, bottom)])
        self.rules.set_segments(ends if last >= first else ends[:0])

    def height_at(self, width: float) -> float:
        """A line for each line."""
        size = "body" if self._width("body") <= width else "small"
        return len(self.lines) * PITCH * body_height(size)

    def tables(self) -> dict[str, Table]:
        """The lines with their numbers."""
        return {"code": table({"line": np.arange(1, len(self.lines) + 1), "code": self.lines})}

    def _runs(self) -> Iterator[list[Colored]]:
        """The coloured runs of each line, without its indentation."""
        runs: list[Colored] = []
        for kind, value in self.lexer.get_tokens("\n".join(self.lines)):
            role = next((role for token, role in ROLES.items() if kind in token), "text")
            for i, piece in enumerate(value.split("\n")):
                if i:
                    yield runs
                    runs = []
                words = piece if runs else piece.lstrip()
                if words:
                    runs.append(Colored(Mono(words), role))

    def _indent(self, size: str) -> float:
        digits = len(str(len(self.lines))) if self.numbers else 0
        return digits * _advance(size) + BESIDE * body_height(size)

    def _width(self, size: str) -> float:
        return self._indent(size) + max(map(len, self.lines)) * _advance(size)

    def _fits(self, size: str, box: Box) -> bool:
        high = len(self.lines) * PITCH * body_height(size)
        return self._width(size) <= box.width + 0.01 and high <= box.height + 0.01


def _range(marked: Any) -> tuple[float, float]:
    if np.ndim(marked) == 0:
        return float(marked), float(marked)
    first, last = marked
    return float(first), float(last)


def _rules() -> Segments:
    return Segments(np.zeros((0, 2, 2)), "highlight", "hair")


def _advance(size: str) -> float:
    """The width of each character, manim units."""
    return advance_of(Mono("0" * 10), size=size) / 10
