"""What a figure is to be on paper: its size, its panels, and what else is written with it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlanim.engine.errors import UsageError, shortened

POINTS = {"pt": 1.0, "mm": 72 / 25.4, "cm": 72 / 2.54, "in": 72.0, "px": 0.75, "m": 72 / 0.0254}
"""Points in a unit of length; a pixel is that of CSS, a 96th of an inch."""

NARROWEST, WIDEST = POINTS["cm"], 5 * POINTS["m"]
USUAL_WIDTH = 17.8 * POINTS["cm"]  # both columns of a journal's page
USUAL_SIZE = 8.0  # points of body text
SMALLEST_SIZE = 7.8  # so that the smallest text, nine tenths of it, has 7 points
LARGEST_SIZE = 200.0
USUAL_DPI = 300.0
LAYOUTS = ("row", "column", "grid")
TABLES = ("csv", "json", "npz")
MOST_PIXELS = 20000


def length(text: str, option: str) -> float:
    """A length such as 8.6cm, 3.4in, 246pt, 86mm or 900px, in points.

    Raises:
        UsageError: if it is none, or not between a centimetre and five metres.
    """
    match = re.fullmatch(r"([0-9]+(?:[.][0-9]*)?|[.][0-9]+)\s*(pt|mm|cm|in|px|m)", text.strip())
    if match is None:
        raise UsageError(
            f"{option} {shortened(text)!r} is no length; give a number and cm, mm, in, pt or px, "
            "as 8.6cm."
        )
    points = float(match.group(1)) * POINTS[match.group(2)]
    if not NARROWEST <= points <= WIDEST:
        raise UsageError(f"{option} {shortened(text)} is out of bounds; it is 1cm to 5m.")
    return points


def type_size(text: str) -> float:
    """A size of text such as 8pt or 24, in points.

    Raises:
        UsageError: if it is none, or is out of bounds.
    """
    match = re.fullmatch(r"([0-9]+(?:[.][0-9]*)?)\s*(?:pt)?", text.strip())
    size = float(match.group(1)) if match else 0.0
    if not SMALLEST_SIZE <= size <= LARGEST_SIZE:
        raise UsageError(
            f"--font-size {shortened(text)!r} is out of bounds; it is {SMALLEST_SIZE:g}pt, at "
            f"which the smallest text has 7 points, to {LARGEST_SIZE:g}pt."
        )
    return size


def seconds(text: str) -> float:
    """A time such as 3.2s, 3.2 or 1:05, in seconds.

    Raises:
        UsageError: if it is none.
    """
    match = re.fullmatch(r"(?:([0-9]+):)?([0-9]+(?:[.][0-9]*)?)\s*s?", text.strip())
    if match is None:
        raise UsageError(
            f"--at {shortened(text)!r} is no moment; give seconds, as 3.2s or 1:05, or end."
        )
    return 60 * int(match.group(1) or 0) + float(match.group(2))


def in_centimetres(points: float) -> str:
    """A length as messages give it, rounded up to a millimetre."""
    return f"{-(-points // (POINTS['mm'])) / 10:g}cm"


@dataclass(frozen=True)
class Page:
    """How a figure is laid out and written; lengths in points.

    Args:
        size: of body text.
        layout: how panels stand, one of `LAYOUTS`; None lets the width decide.
        panel: the only panel to show.
        panels: whether each panel also gets files of its own.
        text: whether vectors carry a layer of text that can be selected and searched.
        data: the format of the numbers behind the figure, one of `TABLES`.
        formats: what to write; the job's own is the first.
        at: instead of the figure, the state after so many seconds; `end` for the last one.
        slide: instead of the figure, the state at that pause, from 1.
        live: whether it is for a live page: of a scene that has panels for that, these.
        only: the only panels to show where they stand among all, if not all.
        area: the place on a slide that it is for, width and height: it gets the shape of that, and
            of its widths the one at which its text is largest there.
    """

    width: float = USUAL_WIDTH
    height: float | None = None
    size: float = USUAL_SIZE
    dpi: float = USUAL_DPI
    layout: str | None = None
    panel: str | None = None
    panels: bool = False
    letters: bool = False
    crop: bool = False
    text: bool = False
    data: str | None = None
    formats: tuple[str, ...] = ("png",)
    at: float | None = None
    end: bool = False
    slide: int | None = None
    live: bool = False
    only: tuple[str, ...] = ()
    area: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        for name, points in (("width", self.width), ("height", self.height)):
            if points is not None and not NARROWEST <= points <= WIDEST:
                raise UsageError(f"--{name} {points:g}pt is out of bounds; it is 1cm to 5m.")
        if not SMALLEST_SIZE <= self.size <= LARGEST_SIZE:
            raise UsageError(
                f"--font-size {self.size:g}pt is out of bounds; it is {SMALLEST_SIZE:g}pt to "
                f"{LARGEST_SIZE:g}pt."
            )
        if self.at is not None and self.at < 0:
            raise UsageError(f"--at {self.at:g}s is out of bounds; a film begins at 0s.")
        if not 30 <= self.dpi <= 2400:
            raise UsageError(f"--dpi {self.dpi:g} is out of bounds; it is 30 to 2400.")
        if "png" in self.formats and self.pixels > MOST_PIXELS:
            raise UsageError(
                f"At {self.dpi:g} dpi the PNG would be {self.pixels} pixels wide, more than "
                f"{MOST_PIXELS}; give a smaller --width or --dpi, or --format pdf."
            )
        if self.layout not in (None, *LAYOUTS):
            raise UsageError(
                f"Unknown layout {shortened(self.layout)!r}; choose {', '.join(LAYOUTS)}."
            )
        if self.data not in (None, *TABLES):
            raise UsageError(
                f"--data {shortened(self.data)!r} is no format; choose {', '.join(TABLES)}."
            )
        if self.slide is not None and self.slide < 1:
            raise UsageError(f"--slide {self.slide} is out of bounds; slides count from 1.")
        self._refuse_for_moments()
        if self.panel is not None and self.panels:
            raise UsageError("--panel shows one panel and --panels writes all; give one of them.")

    def _refuse_for_moments(self) -> None:
        if self.at is not None and self.slide is not None:
            raise UsageError("--at and --slide both say when; give one of them.")
        if not self.is_at_time:
            return
        of_panels = {
            "layout": self.layout, "panel": self.panel, "panels": self.panels,
            "letters": self.letters, "data": self.data,
        }  # fmt: skip
        given = next((name for name, value in of_panels.items() if value), None)
        if given is not None:
            raise UsageError(
                f"--{given} is about a figure's panels; the state at a moment (--at, --slide) "
                "has none. Leave one of them out."
            )

    @property
    def is_at_time(self) -> bool:
        """Whether the state at a time of the lecture is wanted, and not the composed figure."""
        return self.at is not None or self.end or self.slide is not None

    @property
    def pixels(self) -> int:
        """The width of a PNG."""
        return round(self.width / 72 * self.dpi)
