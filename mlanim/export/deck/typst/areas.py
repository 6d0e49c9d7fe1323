"""Where things stand on a page, in points: stated once for every format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlanim.export.deck.lecture.blocks import Block, Code, Figure
from mlanim.stage import theme as look

WIDTH, HEIGHT = 960.0, 540.0
"""A page."""

UNIT = WIDTH / look.FRAME_WIDTH
"""A unit of manim's."""

MARGIN = look.MARGIN * UNIT
EM = UNIT / 96
"""An em of a text, for each of manim's font units."""

TEXT, HEADING = 34 * EM, look.FILM.sizes["title"] * EM
"""Sizes of type."""

HEADING_PITCH = 1.15 * HEADING
"""From one line of a heading to the next."""

INNER = WIDTH - 2 * MARGIN
HALF = 0.475 * INNER
LOGO_HEIGHT = 60.0
LARGEST_CODE, SMALLEST_CODE = 30 * EM, 12.0
CODE_ADVANCE, CODE_PITCH = 0.6021, 1.3
"""Ems that a character of DejaVu Sans Mono takes, and that a line of code takes."""


@dataclass(frozen=True)
class Area:
    """A rectangle of a page."""

    left: float
    top: float
    width: float
    height: float

    @property
    def points(self) -> str:
        """Its measures as Typst takes them."""
        measures = (self.left, self.top, self.width, self.height)
        return ", ".join(f"{measure:.2f}pt" for measure in measures)


def areas(columns: Sequence[Block], heading_lines: int) -> list[Area]:
    """Where a page's blocks stand under a heading of so many lines."""
    found, left = [], MARGIN
    for block in columns:
        width = _width(block, columns)
        if len(columns) == 2 and block is columns[1]:
            left = WIDTH - MARGIN - width
        top = _top(isinstance(block, Figure), heading_lines)
        found.append(Area(left, top, width, HEIGHT - MARGIN - top))
    return found


def film_area(heading_lines: int) -> Area:
    """Where a film stands under a heading; all of the page where there is none."""
    if not heading_lines:
        return Area(0, 0, WIDTH, HEIGHT)
    top = _top(True, heading_lines)
    return Area(MARGIN, top, INNER, HEIGHT - MARGIN - top)


def _top(figure: bool, heading_lines: int) -> float:
    if not heading_lines:
        return MARGIN
    return (1.4 if figure else 1.75) * UNIT + (heading_lines - 1) * HEADING_PITCH


def _width(block: Block, columns: Sequence[Block]) -> float:
    """A picture beside words takes more than half, and code beside a text still more."""
    if len(columns) == 1:
        return INNER
    for kind, wide, narrow in ((Figure, 0.55, 0.41), (Code, 0.61, 0.35)):
        if sum(isinstance(one, kind) for one in columns) == 1:
            return (wide if isinstance(block, kind) else narrow) * INNER
    return HALF


def code_size(code: Code, area: Area) -> float:
    """The size of type at which code fits its area.

    Raises:
        ValueError: if that would be too small to be read.
    """
    lines = code.source.split("\n")
    longest = max(map(len, lines))
    if len(lines) > (most := int(area.height / (SMALLEST_CODE * CODE_PITCH))):
        raise ValueError(f"it has {len(lines)} lines; there is room for {most}")
    if longest > (most := int(area.width / (SMALLEST_CODE * CODE_ADVANCE))):
        raise ValueError(f"its longest line has {longest} characters; there is room for {most}")
    across = area.width / (CODE_ADVANCE * longest) if longest else LARGEST_CODE
    return min(LARGEST_CODE, across, area.height / (CODE_PITCH * len(lines)))


def emu(points: float) -> int:
    """A length in PowerPoint's unit."""
    return round(12700 * points)
