"""Marks that lie beyond the axes of their chart from the beginning to the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from manim import Mobject

from mlanim.engine.playback.scene_lines import scene_line
from mlanim.export.lint.finding import Finding
from mlanim.export.lint.view import name_of
from mlanim.stage.plots.chart import Chart


def charts_in(mobjects: Iterable[Mobject]) -> list[Chart]:
    """The charts among mobjects and their parts."""
    return [part for one in mobjects for part in one.get_family() if isinstance(part, Chart)]


def out_of_sight(charts: Iterable[Chart]) -> Iterator[Finding]:
    """Marks that no zoom has brought into view, nor any place of the tracks that they follow."""
    for chart in charts:
        for mark, says in chart.out_of_sight():
            yield Finding("mark beyond its axes", (name_of(mark),), says, line=scene_line(mark))
