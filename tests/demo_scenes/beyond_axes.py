"""A chart with marks beyond its axes: two that come into view, and two that never do."""

from __future__ import annotations

import numpy as np

from mlanim.stage.vocabulary import Chart, LessonScene, Panel, SceneParams, Track

XS = np.linspace(0, 10, 11)


class BeyondAxes(LessonScene[SceneParams, dict[str, int]]):
    """Marks beyond the axes"""

    @staticmethod
    def compute(params: SceneParams) -> dict[str, int]:
        return {}

    def panel(self) -> Panel:
        self.chart = chart = Chart((0, 10), (0, 1), x_label="x", y_label="y")
        chart.curve(XS, XS / 10, name="rising")
        chart.curve(XS, XS + 3, "weight", name="over")
        chart.dot((-2, 0.5))
        track = Track(XS + 8, y=XS / 10)
        chart.dot((track, track["y"]), "output", name="runs")
        return Panel("chart", chart)

    def construct(self) -> None:
        panel = self.panel()
        self.chart.dot((12, 0.5), "input", name="zoomed in")
        self.enter(panel, say="Some of it is seen")
        self.step("Some of it is beyond", notes="There is more to the right.")
        self.sweep(self.chart.zoom((5, 16)))
        self.step("Now more of it is seen", notes="Some of it never is.")

    def figure(self) -> list[Panel]:
        return [self.panel()]
