"""Series of one chart that only their colour tells apart, where not every eye can."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import numpy as np
from manim import Mobject

from mlanim.engine.playback.scene_lines import scene_line
from mlanim.export.lint.finding import Finding
from mlanim.export.lint.view import View
from mlanim.stage import theme
from mlanim.stage.colors.vision import BLINDNESS, seen_with, uniform
from mlanim.stage.extent import visible_members
from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.marks.areas import HistogramColumns
from mlanim.stage.plots.marks.lines import Curve
from mlanim.stage.plots.marks.mark import Mark
from mlanim.stage.plots.marks.points import Points

APART = 10.0
"""The least distance of two series in CAM02-UCS, as between two roles of a theme."""

GREY = "grey print"
"""Where of a colour only the lightness is left."""


def alike(view: View) -> Iterator[Finding]:
    """Pairs of series without a dash, a mark of their own or a name beside them."""
    for chart in charts_in(view.mobjects):
        shown = [mark for mark in chart.marks if is_shown(mark, chart, view)]
        for first, second in itertools.combinations(shown, 2):
            yield from _compared(view, first, second)
        for mark in shown:
            yield from _within(view, mark)


def charts_in(mobjects: Iterable[Mobject]) -> list[Chart]:
    """The charts among mobjects and their parts."""
    return [part for one in mobjects for part in one.get_family() if isinstance(part, Chart)]


def is_shown(mark: Mark, chart: Chart, view: View) -> bool:
    """Whether a chart's mark stands in a view, with its chart or by itself, and can be seen."""
    on_stage = mark in chart.submobjects or mark in view.mobjects
    return on_stage and bool(visible_members(mark))


def _compared(view: View, first: Mark, second: Mark) -> Iterator[Finding]:
    is_pair = first.role != second.role and _form(first) == _form(second) is not None
    if is_pair and first.label is None and second.label is None:
        distance, eye = hardest(first.role, second.role)
        if distance < APART:
            names = view.name(first), view.name(second)
            line = scene_line(second) or scene_line(first)
            yield _finding(names, distance, eye, line)


def _within(view: View, mark: Mark) -> Iterator[Finding]:
    """The roles of one cloud of points."""
    roles = dict.fromkeys(mark.roles) if isinstance(mark, Points) else ()
    for first, second in itertools.combinations(roles, 2):
        distance, eye = hardest(first, second)
        if distance < APART:
            names = f"the {first} points of {view.name(mark)}", f"the {second} points"
            yield _finding(names, distance, eye, scene_line(mark))


def _form(mark: Mark) -> tuple[object, ...] | None:
    """What of a series can be told apart without colours; None for what is no series."""
    if isinstance(mark, Curve) and type(mark) is Curve:
        return Curve, mark.dash, mark.path.get_stroke_width(), mark.tip is not None
    if isinstance(mark, Points):
        return Points, mark.cloud.reach
    return (HistogramColumns,) if isinstance(mark, HistogramColumns) else None


def hardest(first: str, second: str) -> tuple[float, str]:
    """The distance of two roles where it is smallest, and for which eye or print that is."""
    rgb = np.array([theme.rgb(first), theme.rgb(second)])
    found = []
    for kind in BLINDNESS:
        places = uniform(seen_with(rgb, kind))
        found.append((float(np.linalg.norm(places[0] - places[1])), kind))
    lightness = uniform(seen_with(rgb, "full colour vision"))[:, 0]
    return min([*found, (float(abs(lightness[0] - lightness[1])), GREY)])


def _finding(names: tuple[str, str], distance: float, eye: str, line: int) -> Finding:
    says = (
        f"{names[0]} and {names[1]} differ by colour alone, and in {eye} by {distance:.1f} only, "
        f"where {APART:.0f} can be told apart; give one a dash, or names beside them."
    )
    rule = "series differ by colour alone"
    return Finding(rule, names, says, distance, APART, "CAM02-UCS", line=line)
