"""Rows of words and numbers: names flush left, values flush right under their headings."""

from __future__ import annotations

from collections.abc import Sequence

from manim import VGroup

from mlanim.stage.layout import Box
from mlanim.stage.marks.legend import Key
from mlanim.stage.text.texts import Colored, Content, Math, Text

PITCH = 0.55  # manim units from one baseline to the next


class Rows:
    """Rows in a box, filled column by column.

    Args:
        drop: manim units from the top of the box to the baseline of row 0.
    """

    def __init__(self, box: Box, drop: float, pitch: float = PITCH):
        self.box, self.drop, self.pitch = box, drop, pitch

    def baseline(self, row: int) -> float:
        """Of a row; the headings stand in row -1."""
        return self.box.top - self.drop - self.pitch * row

    def names(self, *names: str | Math | Colored) -> VGroup:
        """A column flush with the box's left side, muted unless a name has a colour."""
        texts = (name if isinstance(name, Colored) else Colored(name, "muted") for name in names)
        placed = (
            Text(text).baseline_at([self.box.left, self.baseline(row), 0])
            for row, text in enumerate(texts)
        )
        return VGroup(*placed)

    def keys(self, roles: Sequence[str], *words: Content) -> VGroup:
        """A column of legend keys."""
        pairs = enumerate(zip(roles, words, strict=True))
        return VGroup(
            *(Key(self.box.left, self.baseline(row), role, text) for row, (role, text) in pairs)
        )

    def values(self, right: float, *values: Content, head: str = "") -> VGroup:
        """A column whose values end `right` manim units from the box's left side."""
        column = VGroup()
        texts = [Text(head, size="small", role="muted"), *(Text(value) for value in values)]
        for row, text in enumerate(texts if head else texts[1:], -1 if head else 0):
            place = [self.box.left + right, self.baseline(row), 0]
            column.add(text.baseline_at(place, "right"))
        return column
