"""Panels, and where they go, on the stage and on paper: in a row, a column or a grid.

A panel is laid out for the place that it gets: its picture is composed for that box. Text keeps
its size on every page, so a narrow page has other places for panels, not smaller letters.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from manim import Mobject

from mlanim.stage import theme
from mlanim.stage.extent import bounding_box, visible_members
from mlanim.stage.layout import Box
from mlanim.stage.picture import Composed, Picture, pictures_of
from mlanim.stage.table import Table
from mlanim.stage.text.texts import Text
from mlanim.words.kinds import kind_of
from mlanim.words.nearest import unknown
from mlanim.words.sentence import Sentence, as_sentence

Layout = Literal["row", "column", "grid"]

GAP = 0.55  # manim units between panels side by side
GAP_BELOW = 0.5
EDGE = 0.09  # around everything, so that no stroke is cut
HEADING = 0.24  # from a panel's top to its heading's baseline
REMARK = 0.3  # from a heading's baseline to that of a remark below it
UNDER_HEADING = 0.16  # from the last baseline to what stands below
DESCENT = 0.07  # what hangs below a baseline
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST_SQUEEZED = 0.6
"""The least share of their usual height to which panels are pressed for a page's height."""


@dataclass(frozen=True)
class Panel:
    """A picture with its heading: one part of a figure, or of what stands on the stage.

    Args:
        name: what files and messages call it.
        picture: what it shows, composed for the box that the panel gets.
        heading: a line over the picture, a template as for `sentence`, or a sentence.
        remark: quieter words behind the heading, or below it where there is no room.
        share: its part of a row's width, beside the other panels' shares.
        says: a sentence for those who cannot see it; numbers in it are computed.
        data: the numbers behind it, tables by name; those of the picture unless given.
    """

    name: str
    picture: Picture
    heading: str | Sentence | None = None
    remark: str | Sentence | None = None
    share: float = 1.0
    says: str | Sentence = ""
    data: Mapping[str, Table] | Table | None = None

    def __post_init__(self) -> None:
        """Refuse what could not be laid out or read.

        Raises:
            TypeError, ValueError: for a field that holds something else than it says.
        """
        if not isinstance(self.name, str):
            raise TypeError(f"A panel's name is text, not {kind_of(self.name)}.")
        pictures_of(self.picture)
        if not isinstance(self.share, int | float) or not 0 < self.share < math.inf:
            raise ValueError(
                f"A panel's share is a number over 0, such as 1 or 2.5, not {kind_of(self.share)}."
            )
        for said in (self.heading, self.remark, self.says):
            if said is not None:
                as_sentence(said)
        tables = {"": self.data} if not isinstance(self.data, Mapping) else self.data
        strange = [one for one in tables.values() if not isinstance(one, Table | None)]
        if strange:
            raise TypeError(
                f"A panel's data is a table, or tables by name, not {kind_of(strange[0])}; "
                'write data=table({"x": …, "y": …}).'
            )

    @property
    def tables(self) -> Mapping[str, Table]:
        """The numbers behind it, by name; those of its picture are named after the panel."""
        if self.data is None:
            found = self.picture.tables()
            alone = len(found) == 1
            return {
                self.name if alone else f"{self.name}-{part}": one for part, one in found.items()
            }
        return {self.name: self.data} if isinstance(self.data, Table) else self.data

    @property
    def is_composed(self) -> bool:
        """Whether it holds mobjects that stand already, not a picture that fills a box."""
        return isinstance(self.picture, Composed)


@dataclass(frozen=True)
class Place:
    """Where a panel goes: the box of all of it, its letter, and how far its head reaches down."""

    panel: Panel
    box: Box
    letter: str
    head: float


class DoesNotFit(ValueError):
    """A page is too small; `needed` manim units of `side` ("width" or "height") would do."""

    def __init__(self, side: str, needed: float):
        super().__init__(f"The page's {side} is too small; it takes {needed:.2f} manim units.")
        self.side, self.needed = side, needed


def arrange(
    panels: Sequence[Panel],
    width: float,
    height: float | None = None,
    layout: Layout | None = None,
    letters: bool = False,
    squeezed: float = MOST_SQUEEZED,
    columns: int | None = None,
) -> tuple[Box, list[Place]]:
    """The page, and the places of panels on it; its upper left corner is at the origin.

    Without a layout there are as many panels side by side as have room. Without a height the page
    is as high as the panels need; with one they are pressed, or drawn out, to fill it.

    Args:
        squeezed: the least share of their usual height to which panels may be pressed.
        columns: how many panels stand side by side, whatever the layout; as many as may, unless
            given.

    Raises:
        DoesNotFit: if a panel would get less than it needs.
    """
    refuse_shared(panels)
    count = len(panels)
    room = width - 2 * EDGE
    columns = columns or _columns(panels, room, layout)
    widths = _widths(panels, columns, room)
    marks = LETTERS[:count] if letters else [""] * count
    heads = [
        head_height(panel, widths[i % columns], letter)
        for i, (panel, letter) in enumerate(zip(panels, marks, strict=True))
    ]
    pictures = [(panel.picture, widths[i % columns]) for i, panel in enumerate(panels)]
    least = [picture.least_height(side) for picture, side in pictures]
    bodies = [max(p.height_at(side), one) for (p, side), one in zip(pictures, least, strict=True)]
    rows = [range(start, min(start + columns, count)) for start in range(0, count, columns)]
    fixed = 2 * EDGE + GAP_BELOW * (len(rows) - 1) + sum(max(heads[i] for i in row) for row in rows)
    needed = sum(max(bodies[i] for i in row) for row in rows)
    squeeze = 1.0 if height is None else (height - fixed) / needed
    pressed = [max(least[i] for i in row) / (max(bodies[i] for i in row) or 1.0) for row in rows]
    if squeeze < (squeezed := max(squeezed, *pressed)) - 1e-9:
        raise DoesNotFit("height", fixed + squeezed * needed)
    places, top = [], -EDGE
    for row in rows:
        head = max(heads[i] for i in row)
        bottom = top - head - squeeze * max(bodies[i] for i in row)
        for column, i in enumerate(row):
            left = EDGE + sum(widths[:column]) + GAP * column
            box = Box(left, bottom, left + widths[column], top)
            places.append(Place(panels[i], box, marks[i], head))
        top = bottom - GAP_BELOW
    return Box(0.0, top + GAP_BELOW - EDGE, width, 0.0), places


def refuse_shared(panels: Sequence[Panel]) -> None:
    """Raise a ValueError for a picture in two panels: it would leave the first empty."""
    owners: dict[int, Panel] = {}
    for panel in panels:
        for picture in pictures_of(panel.picture):
            if (other := owners.setdefault(id(picture), panel)) is not panel:
                raise ValueError(
                    f"The panels {other.name!r} and {panel.name!r} hold the same picture, which "
                    f"stands in one place only; make {kind_of(picture)} for each."
                )


def _columns(panels: Sequence[Panel], room: float, layout: Layout | None) -> int:
    """How many panels stand side by side: all, or as a grid, or as many as have room."""
    count, square = len(panels), math.ceil(math.sqrt(len(panels)))
    if not count:
        raise ValueError("There is no panel to lay out; give one Panel(…) at least.")
    choices = {"row": [count], "grid": [square], "column": [1]}
    if layout is not None and layout not in choices:
        raise ValueError(unknown("layout", layout, choices))
    wanted = choices[layout] if layout is not None else [count, *range(square, 0, -1)]
    for columns in wanted:
        if needed_width(panels, columns) <= room + 1e-9:
            return columns
    raise DoesNotFit("width", needed_width(panels, wanted[-1]) + 2 * EDGE)


def needed_width(panels: Sequence[Panel], columns: int) -> float:
    """The width without edges at which no panel gets less than it needs, manim units."""
    shares = _shares(panels, columns)
    least = max(panel.picture.least / shares[i % columns] for i, panel in enumerate(panels))
    return least * sum(shares) + GAP * (columns - 1)


def _widths(panels: Sequence[Panel], columns: int, room: float) -> list[float]:
    shares = _shares(panels, columns)
    free = room - GAP * (columns - 1)
    return [free * share / sum(shares) for share in shares]


def _shares(panels: Sequence[Panel], columns: int) -> list[float]:
    """Each column's share: the largest of the panels in it."""
    return [max(panel.share for panel in panels[i::columns]) for i in range(columns)]


def composed(place: Place) -> list[Mobject]:
    """A panel in its place: its letter, its heading, and all of its picture in the rest."""
    picture = place.panel.picture
    picture.placed(place.box.inset(top=place.head))
    return [*heads(place), picture, *picture.later()]


def heads(place: Place) -> list[Text]:
    """A panel's letter, heading and remark in their places."""
    return _head(place.panel.heading, place.panel.remark, place.box, place.letter)


def extent_of(mobjects: Iterable[Mobject]) -> Box:
    """The smallest box around what leaves a mark."""
    return bounding_box(member for mobject in mobjects for member in visible_members(mobject))


def head_height(panel: Panel, width: float, letter: str = "") -> float:
    """How far a panel's letter, heading and remark reach down, manim units."""
    heading, remark = panel.heading, panel.remark
    if not letter and heading is None and not remark:
        return 0.0
    said = heading if heading is None else as_sentence(heading)
    below = as_sentence(remark) if remark else None
    return _reach(said, below, width, letter, theme.current().fonts, tuple(theme.SIZES.values()))


@functools.lru_cache(maxsize=256)
def _reach(
    heading: Sentence | None, remark: Sentence | None, width: float, letter: str, *look: object
) -> float:
    """How far a head reaches down, in fonts and sizes of a `look`; panels stand for many steps."""
    texts = _head(heading, remark, Box(0, -1, width, 0), letter)
    return UNDER_HEADING - min(_last_baseline(text) for text in texts)


def _last_baseline(text: Text) -> float:
    return min(float(text.origin[1]), extent_of([text]).bottom + DESCENT)


def _head(
    words: str | Sentence | None, quieter: str | Sentence | None, box: Box, letter: str
) -> list[Text]:
    texts, left = [], box.left
    if letter:
        mark = Text(letter, size="title", weight="semibold")
        texts.append(mark.baseline_at([left, box.top - HEADING, 0]))
        left += mark.advance + 0.16
    if words is not None:
        heading = Text(as_sentence(words), weight="semibold")
        texts.append(heading.baseline_at([left, box.top - HEADING, 0]))
        left += heading.advance + 0.22
    if quieter:
        said = as_sentence(quieter)
        remark = Text(said, size="small", role="muted")
        fits = left + remark.advance <= box.right
        if not fits:
            remark = Text(said, size="small", role="muted", width=box.width)
        place = [left, box.top - HEADING] if fits else [box.left, box.top - HEADING - REMARK]
        texts.append(remark.baseline_at([*place, 0]))
    return texts
