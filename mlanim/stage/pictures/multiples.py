"""Small multiples: pictures of one kind in a grid, each under its title."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Self

from manim import VGroup

from mlanim.stage.layout import Box
from mlanim.stage.panels import Panel
from mlanim.stage.picture import Picture, Rows
from mlanim.stage.table import Table
from mlanim.stage.text.texts import Text, body_height
from mlanim.words.sentence import Sentence, as_sentence, plain

TITLE = 1.5  # ems that a title takes over its picture


class Multiples(Rows):
    """Pictures side by side and one under another, all of one size.

    Args:
        pictures: in reading order.
        titles: over each of them, templates as for `sentence`.
        columns: how many stand side by side, or the fewest and the most, of which there are as
            many as have room; as square a grid as can be unless given.

    Raises:
        ValueError: for titles that are not as many as the pictures.
    """

    def __init__(
        self, pictures: Sequence[Picture], titles: Sequence[str | Sentence] = (),
        columns: int | tuple[int, int] | None = None, gap: float = 0.35,
    ):  # fmt: skip
        super().__init__(*pictures, gap=gap)
        if len(titles) not in (0, len(pictures)):
            raise ValueError(f"There are {len(titles)} titles for {len(pictures)} pictures.")
        self.titles = list(titles)
        columns = math.ceil(math.sqrt(len(pictures))) if columns is None else columns
        self.fewest, self.most = _fewest_and_most(columns)
        self.each = self.least
        self.least = self._width_of(self.fewest)

    @classmethod
    def of(cls, panels: Sequence[Panel], columns: int | tuple[int, int] | None = None) -> Self:
        """The pictures of panels, each under its heading and remark."""
        return cls([panel.picture for panel in panels], [_title(one) for one in panels], columns)

    def compose(self, box: Box) -> None:
        """Compose each in its cell of the grid, below its title."""
        texts = VGroup()
        parts = self._boxes(box)
        for title, part in zip(self.titles, parts, strict=False):
            text = Text(as_sentence(title), size="small", role="text", width=part.width)
            place = [part.left, part.top - 0.8 * body_height("small"), 0]
            texts.add(text.baseline_at(place))
        self.add(texts)
        for picture, part in zip(self.pictures, parts, strict=True):
            self.add(picture.placed(part.inset(top=self._title(part.width))))

    def height_at(self, width: float) -> float:
        """As many rows as there are, each as high as the highest of its pictures asks for."""
        return self._stacked(width, lambda picture, side: picture.height_at(side))

    def least_height(self, width: float) -> float:
        """As many rows as there are, each as high as the picture that needs the most."""
        return self._stacked(width, lambda picture, side: picture.least_height(side))

    def tables(self) -> dict[str, Table]:
        """Those of all of them, each with its picture's title, or its number, ahead."""
        count = range(1, len(self.pictures) + 1)
        titles = [str(as_sentence(title)) for title in self.titles] or [str(i) for i in count]
        return {
            f"{title}: {name}": table
            for title, picture in zip(titles, self.pictures, strict=True)
            for name, table in picture.tables().items()
        }

    def _title(self, side: float) -> float:
        """What titles take over pictures of that width: a line, or two where one is too long."""
        texts = [Text(as_sentence(title), size="small") for title in self.titles]
        lines = 2 if any(text.advance > side for text in texts) else len(texts[:1])
        return lines * TITLE * body_height("small")

    def _stacked(self, width: float, height: Callable[[Picture, float], float]) -> float:
        """The height of all rows where each picture has a height at the width of its column."""
        columns = self._columns(width)
        rows = math.ceil(len(self.pictures) / columns)
        side = (width - self.gap * (columns - 1)) / columns
        high = max(height(picture, side) for picture in self.pictures) + self._title(side)
        return rows * high + self.gap * (rows - 1)

    def _width_of(self, columns: int) -> float:
        """What so many need, manim units."""
        return columns * self.each + self.gap * (columns - 1)

    def _columns(self, width: float) -> int:
        """How many stand side by side in a box of that width."""
        choices = range(self.most, self.fewest, -1)
        return next((n for n in choices if self._width_of(n) <= width + 1e-9), self.fewest)

    def _boxes(self, box: Box) -> list[Box]:
        columns = self._columns(box.width)
        rows = math.ceil(len(self.pictures) / columns)
        cells = [
            cell
            for row in box.rows(*[1.0] * rows, gap=self.gap)
            for cell in row.columns(*[1.0] * columns, gap=self.gap)
        ]
        return cells[: len(self.pictures)]


def _fewest_and_most(columns: Any) -> tuple[int, int]:
    pair = (columns, columns) if isinstance(columns, int) else columns
    is_pair = isinstance(pair, tuple) and len(pair) == 2
    if is_pair and all(isinstance(n, int) for n in pair) and 1 <= pair[0] <= pair[1]:
        return pair[0], pair[1]
    raise ValueError(
        f"Columns are how many stand side by side, from 1 on, or the fewest and the most as "
        f"(2, 4), not {columns!r}."
    )


def _title(panel: Panel) -> Sentence:
    words = [as_sentence(part) for part in (panel.heading, panel.remark) if part]
    return words[0] + plain("  ") + words[1] if len(words) > 1 else sum(words, plain(""))
