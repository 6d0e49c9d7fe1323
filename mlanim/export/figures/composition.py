"""A scene's figure, composed for a page: which panels, where they stand, and how large."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from manim import Mobject

from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.jobs.page import USUAL_SIZE, Page, in_centimetres
from mlanim.stage import theme
from mlanim.stage.layout import Box
from mlanim.stage.panels import (
    EDGE,
    DoesNotFit,
    Panel,
    Place,
    arrange,
    composed,
    extent_of,
    needed_width,
)
from mlanim.stage.picture import Composed
from mlanim.stage.text.labels import text_sizes

LEAST_POINTS = 7.0
"""No text is set smaller than this on paper."""

MOST_ON_SLIDE = 18.0
"""Points of a figure's text on a slide, where that has 24."""

WIDTHS_TRIED = 40
PRESSED, DRAWN_OUT = 0.85, 1.4
"""Shares of their usual height that panels get on a slide."""

ROOMY = 1.6
"""Times the width that they need, which panels get there where it can be had."""


@dataclass(frozen=True)
class Composition:
    """Mobjects on a page. `unit` is how many points a manim unit takes."""

    mobjects: list[Mobject]
    box: Box
    places: tuple[Place, ...]
    unit: float

    def cropped(self) -> Composition:
        """The same on a page that ends where the content ends."""
        return replace(self, box=extent_of(self.mobjects).inset(-EDGE, -EDGE, -EDGE, -EDGE))


def compose(panels: Mapping[str, Panel], page: Page, name: str) -> Composition:
    """Panels on a page; call it within `theme.drawn_for(theme.PAGE)`.

    Args:
        name: what messages call the scene.

    Raises:
        UsageError: for a panel that is not there, and for a page that is too small.
    """
    unit = theme.POINTS_PER_UNIT * page.size / USUAL_SIZE
    chosen = _chosen(panels, page.panel, name)
    columns = None
    if page.area is not None:
        page, columns = _for_area(chosen, page, page.area, unit) or (replace(page, area=None), None)
    if page == replace(
        page, panel=None, live=False, only=(), panels=False, layout=None, letters=False, height=None
    ):
        whole = _as_it_stands(chosen, page.width / unit, unit)
        if whole is not None:
            return whole
    room = page.width / unit - 2 * EDGE
    settled = [_settled(panel, room, unit, page, name) for panel in chosen]
    height = None if page.height is None else page.height / unit
    layout: Any = page.layout
    try:
        box, places = arrange(
            settled, page.width / unit, height, layout, page.letters, columns=columns
        )
    except DoesNotFit as error:
        raise UsageError(_too_small(error, page, unit, name)) from None
    mobjects = [mobject for place in places for mobject in composed(place)]
    lowest = min(box.bottom, extent_of(mobjects).bottom - EDGE)
    return Composition(
        mobjects, replace(box, bottom=box.bottom if height else lowest), tuple(places), unit
    )


def _for_area(
    panels: Sequence[Panel], page: Page, area: tuple[float, float], unit: float
) -> tuple[Page, int] | None:
    """A page in the shape of an area, or lower, and how many panels stand side by side on it.

    Its text is as large there, as little is left free, and panels are as wide and about as high as
    they ask, as far as can be had; there is none if text would be larger on a usual page.
    """
    if page.layout or any(panel.is_composed for panel in panels):
        return None
    width, height = area
    try:
        usual = arrange(panels, page.width / unit, letters=page.letters)[0].height * unit
    except DoesNotFit:
        return None
    least = width * page.size / MOST_ON_SLIDE
    most = max(least, page.width, usual * width / height)
    best, found = 0.0, None
    widths = map(float, np.geomspace(least, most, WIDTHS_TRIED))
    for across, columns in itertools.product(widths, range(1, len(panels) + 1)):
        roomy = (across / unit - 2 * EDGE) / needed_width(panels, columns)
        if roomy < 1:
            continue
        box, _ = arrange(panels, across / unit, letters=page.letters, columns=columns)
        whole, asked = across * height / width, box.height * unit
        high = min(whole, DRAWN_OUT * asked)
        good = min(1.0, roomy / ROOMY) * high / whole / across
        if high >= PRESSED * asked and good > best:
            best, found = good, (replace(page, area=None, width=across, height=high), columns)
    return found


def alone(place: Place, unit: float) -> Composition:
    """One panel on a page as wide as its place in the figure."""
    width, height = place.box.width + 2 * EDGE, place.box.height + 2 * EDGE
    box = Box(EDGE, EDGE - height, width - EDGE, -EDGE)
    here = replace(place, box=box, letter="")
    return Composition(composed(here), Box(0, -height, width, 0), (here,), unit)


def in_place(whole: Composition, names: Collection[str]) -> Composition:
    """Some of a figure's panels where they stand in it, on the same page."""
    places = tuple(place for place in whole.places if place.panel.name in names)
    return replace(whole, mobjects=[m for place in places for m in composed(place)], places=places)


def _chosen(panels: Mapping[str, Panel], wanted: str | None, name: str) -> list[Panel]:
    if wanted is None:
        return list(panels.values())
    if wanted not in panels:
        raise UsageError(f"{name} has no panel {shortened(wanted)!r}; it has {', '.join(panels)}.")
    return [panels[wanted]]


def _as_it_stands(panels: list[Panel], width: float, unit: float) -> Composition | None:
    """Panels that the scene itself has put in their places, if they are as narrow as the page."""
    if any(not panel.is_composed or panel.heading or panel.remark for panel in panels):
        return None
    mobjects = [mobject for panel in panels for mobject in _standing(panel)]
    extent = extent_of(mobjects)
    if extent.width > width - 2 * EDGE:
        return None
    left = float(extent.centre[0]) - width / 2
    box = Box(left, extent.bottom - EDGE, left + width, extent.top + EDGE)
    return Composition(mobjects, box, tuple(Place(p, box, "", 0.0) for p in panels), unit)


def _settled(panel: Panel, room: float, unit: float, page: Page, name: str) -> Panel:
    """A panel with the width and height that mobjects which are composed already have."""
    if not panel.is_composed:
        return panel
    standing = _standing(panel)
    extent = extent_of(standing)
    if extent.width > room:
        _shrink(standing, room / extent.width, unit, page, name, panel.name)
        extent = extent_of(standing)
    panel.picture.least = min(extent.width, room)
    return panel


def _standing(panel: Panel) -> tuple[Mobject, ...]:
    return panel.picture.mobjects if isinstance(panel.picture, Composed) else ()


def _shrink(
    mobjects: Iterable[Mobject], factor: float, unit: float, page: Page, name: str, panel: str
) -> None:
    """Make mobjects smaller, as far as their text allows."""
    mobjects = list(mobjects)
    points = min(text_sizes(mobjects), default=1e9) / 96 * unit
    if points * factor < LEAST_POINTS:
        needed = in_centimetres(page.width * LEAST_POINTS / (points * factor))
        raise UsageError(
            f"{name}: the panel {panel!r} is composed as it stands, and at {shown(page)} its text "
            f"would have {points * factor:.1f} points; give --width {needed} or more, or compose "
            "the panel with a function of its box."
        )
    group = Mobject().add(*mobjects)
    group.scale(factor, about_point=group.get_center())


def _too_small(error: DoesNotFit, page: Page, unit: float, name: str) -> str:
    needed = in_centimetres(error.needed * unit)
    if error.side == "height":
        return f"{name} needs --height {needed} or more at {shown(page)}."
    layout = f" in a {page.layout}" if page.layout else ""
    other = ", or another --layout" if page.layout in ("row", "grid") else ""
    return (
        f"{name}: {shown(page)} is too narrow for its panels{layout}; "
        f"give --width {needed} or more{other}."
    )


def shown(page: Page) -> str:
    """A page's width in words."""
    return f"a width of {in_centimetres(page.width)}"
