"""Marks of a chart that nobody can see: beyond its axes, or below a curve along all of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import numpy as np

from mlanim.engine.playback.scene_lines import scene_line
from mlanim.export.lint.finding import Finding
from mlanim.export.lint.series import charts_in, is_shown
from mlanim.export.lint.view import View, name_of
from mlanim.stage.extent import is_stroked
from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.marks.lines import Curve

OPAQUE = 0.9  # the opacity from which a line hides another
SHORTEST = 0.3  # manim units of a line: one that only sets out may lie below others
BESIDE = 0.01  # manim units, by which a line may lie beside the one that hides it
SAMPLES = 200  # places along a line that are looked at


def out_of_sight(charts: Iterable[Chart]) -> Iterator[Finding]:
    """Marks that no zoom has brought into view, nor any place of the tracks that they follow."""
    for chart in charts:
        for mark, says in chart.out_of_sight():
            yield Finding("mark beyond its axes", (name_of(mark),), says, line=scene_line(mark))


def covered_curves(view: View) -> Iterator[Finding]:
    """Curves with a name along all of which another one with a name is drawn over them."""
    for chart in charts_in(view.mobjects):
        shown = [mark for mark in chart.marks if is_shown(mark, chart, view)]
        curves = [mark for mark in shown if isinstance(mark, Curve) and _is_drawn(mark)]
        for below, above in itertools.combinations(curves, 2):
            if _hides(above) and _width(above) >= _width(below) and _lies_on(below, above):
                names = view.name(below), view.name(above)
                says = (
                    f"{names[0]} cannot be seen: {names[1]} is drawn over all of it; give the "
                    "upper one a dash, or say that they are alike."
                )
                line = scene_line(below) or scene_line(above)
                yield Finding("curve hidden", names, says, line=line)


def _is_drawn(curve: Curve) -> bool:
    """Whether a viewer is to see a curve among others; one without a name may lie below."""
    points = curve.path.points
    is_named = curve.name is not None and len(points) > 0
    return is_named and is_stroked(curve.path) and np.ptp(points, axis=0).max() > SHORTEST


def _hides(curve: Curve) -> bool:
    return not curve.dash and float(curve.path.get_stroke_opacity()) >= OPAQUE


def _width(curve: Curve) -> float:
    return float(curve.path.get_stroke_width())


def _lies_on(curve: Curve, other: Curve) -> bool:
    """Whether a line, at places all along it, lies on the straight pieces of another."""
    every = max(1, len(curve.path.points) // SAMPLES)
    places = curve.path.points[::every, None, :2]
    start, end = other.path.points[0::4, :2], other.path.points[3::4, :2]
    along = end - start
    square = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((places - start) * along).sum(axis=2) / square, 0, 1)
    apart = np.linalg.norm(places - start - share[..., None] * along, axis=2)
    return bool((apart.min(axis=1) <= BESIDE).all())
