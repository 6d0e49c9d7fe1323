"""Steps from one point against the gradient: on a map of a loss, and on the cut along it.

leaps = Leaps(cliff, {"raw": "gradient", "clipped": "attention"})
self.enter(Panel("map", leaps.map()), Panel("cut", leaps.cut("holds")))
self.reveal(*leaps.marks("raw"))
self.sweep(leaps.to("raw"), *leaps.zooms("both"))
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from manim import Animation

from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.scale import Range
from mlanim.stage.track import Sweep, Track

AIR = 0.15  # of what a cut's losses span, over and under them
LEVELS = np.linspace(0.03, 0.48, 11)  # of the loss, which lies between 0 and 0.49
ABOVE, BELOW = 0.2, -0.42  # manim units from where a step lands to its name


class Leaps:
    """A map and a cut with a step on both for each way of taking it.

    Args:
        cliff: what `mlanim.core.landscape.cliff.cliff` found.
        roles: of each way to step, by its name in `cliff.landings`.
        names: what viewers read where each lands: of the first above that, of others below.
    """

    def __init__(self, cliff: Any, roles: Mapping[str, str], names: Mapping[str, str]):
        self.cliff, self.roles, self.names = cliff, roles, names
        self.tracks = {
            way: Track(cliff.distances, start=0.0, loss=cliff.along) for way in self.roles
        }
        self.lines: dict[str, Any] = {}
        self.ends: dict[str, list[Any]] = {way: [] for way in self.roles}

    def map(self) -> Chart:
        """The loss over both parameters, how the point was come to, and the steps from there."""
        c = self.cliff
        self._map = chart = Chart(
            *self._window(False), x_label="weight", y_label="bias", grid=False
        )
        chart.contours(c.wide_x, c.wide_y, c.wide_loss, LEVELS, name="loss")
        chart.path(c.descents["clipped"].places[: c.at + 1], "highlight", width="bold", rim=True)
        for way, role in self.roles.items():
            tip = self.tracks[way].map(lambda s: c.point + s * c.downhill)
            self.lines[way] = chart.segment(c.point, tip, role, width="bold", later=True)
            if self._is_on_map(way):
                self.ends[way].append(chart.dot(tip, role, later=True))
        chart.dot(c.point)
        return chart

    def cut(self, view: str) -> Chart:
        """The loss along the gradient through one of `cliff.views`, and what the slope promises."""
        c = self.cliff
        low, high = float(c.along.min()), float(c.along.max())
        limits = (low - AIR * (high - low), high + AIR * (high - low))
        self._cut = chart = Chart(c.views[view], limits, "distance against the gradient")
        chart.curve(c.distances, c.along, "text", name="loss", width="bold")
        chart.ray((0.0, c.before), -float(np.linalg.norm(c.gradient)), "muted", dash="dot")
        first = next(iter(self.roles))
        for way, role in self.roles.items():
            at = (self.tracks[way], self.tracks[way]["loss"])
            words = chart.note(
                at, self.names[way], role, later=True,
                align="left" if way != first else "right",
                lift=BELOW if way != first else ABOVE,
            )  # fmt: skip
            self.ends[way] += [chart.dot(at, role, later=True), words]
        chart.dot((0.0, c.before))
        return chart

    def marks(self, way: str) -> list[Any]:
        """What a step is seen by."""
        return [self.lines[way], *self.ends[way]]

    def to(self, way: str) -> Sweep:
        """The animation in which a step is taken."""
        return self.tracks[way].to(self.cliff.landings[way].distance)

    def land(self) -> None:
        """Have all steps be taken."""
        for way, track in self.tracks.items():
            track.put(self.cliff.landings[way].distance)

    def zooms(self, view: str) -> list[Animation]:
        """The animations in which the cut comes to show a view, and the map what belongs to it."""
        left, right = self.cliff.views[view]
        return [self._map.zoom(*self._window(view == "both")), self._cut.zoom((left, right))]

    def _is_on_map(self, way: str) -> bool:
        pairs = zip(self.cliff.landings[way].place, self._window(True), strict=True)
        return all(low <= at <= high for at, (low, high) in pairs)

    def _window(self, is_wide: bool) -> tuple[Range, Range]:
        c = self.cliff
        axes = (c.wide_x, c.wide_y) if is_wide else (c.x, c.y)
        x, y = ((float(axis[0]), float(axis[-1])) for axis in axes)
        return x, y
