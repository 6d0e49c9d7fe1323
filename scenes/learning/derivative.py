"""The slope of a curve at a point is what the slope of a secant tends to while its second point
comes closer. What a nudge adds to x² is two strips and a corner, and the corner shrinks with the
nudge's square: only the strips count in the end. On a machine the nudge cannot be as small as one
likes: the difference of two nearly equal numbers keeps ever fewer digits. Autograd needs no nudge.
Any function of x can be asked for, as f="sin(x)" or f="exp(-x**2)".
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import Field

from mlanim.stage.pictures.learning.growing_square import GrowingSquare
from mlanim.stage.vocabulary import Chart, GrowingTable, LessonScene, Panel, SceneParams, Track

if TYPE_CHECKING:
    from mlanim.core.learning.derivative import Derivative as Data

ROLES = {"float64": "input", "float32": "weight"}


class DerivativeParams(SceneParams):
    """Which function, where, and how far the table goes."""

    f: str = Field("x**2", max_length=200, description="A function of x, such as sin(x).")
    x: float = Field(3.0, ge=-10, le=10, description="Where the slope is asked for.")
    rows: int = Field(4, ge=2, le=5, description="Nudges in the table: 1, 0.1, …")


class Derivative(LessonScene[DerivativeParams, "Data"]):
    """What a derivative is, and how close one can come"""

    order = 1
    explore = "x=-3:3:0.5"

    @staticmethod
    def compute(params: DerivativeParams) -> Data:
        from mlanim.core.learning.derivative import derivative_lesson

        return derivative_lesson(params.f, params.x, params.rows)

    @cached_property
    def x(self) -> Track:
        """The point of the tangent, along the curve."""
        return Track(self.data.xs, y=self.data.ys, slope=self.data.slopes)

    @cached_property
    def nudge(self) -> Track:
        """The nudge of the secant."""
        return Track(self.data.nudges, log=True, end=self.data.ends, slope=self.data.secants)

    def tangent(self) -> Panel:
        d = self.data
        chart = Chart((d.xs[0], d.xs[-1]), x_label="x")
        chart.curve(d.xs, d.ys, name=d.shown)
        chart.ray((self.x, self.x["y"]), self.x["slope"], "gradient", width="bold")
        chart.dot((self.x, self.x["y"]))
        self.secant = chart.ray((d.x, d.y), self.nudge["slope"], "weight", later=True)
        tip = (self.nudge.map(lambda h: d.x + h), self.nudge["end"])
        self.second = chart.dot(tip, "weight", later=True)
        said = f"$x$ = {{x:{d.x_format}}}, slope = [{{slope:{d.format}}}](gradient)"
        picture = chart.under(said, size="title", x=self.x, slope=self.x["slope"])
        return Panel("tangent", picture, "The [tangent](gradient)", share=2.2, says=d.says_slope)

    def secants(self, rows: int | None = None) -> Panel:
        heads, formats = ("nudge", "slope"), ("g", self.data.format)
        roles = ("text", "weight")
        self.table = GrowingTable(self.data.table, heads, roles, formats=formats, shown=rows)
        return Panel("secants", self.table, "The [secant](weight)", says=self.data.says_gap)

    def square(self) -> Panel:
        """x² as an area, and the two strips and the corner that a nudge adds to it."""
        square = GrowingSquare(self.data.x, self.nudge)
        says = self.data.says_square
        return Panel("square", square, "What a nudge adds to x²", share=2.2, says=says)

    def errors(self) -> Panel:
        d, label = self.data, "relative error" if self.data.slope else "error"
        chart = Chart((1e-16, 1), None, "nudge", label, log="xy")
        for name, role in ROLES.items():
            chart.curve(d.ways, d.rounded[name].errors, role, name=name, width="thin")
            if d.rounded[name].best:
                chart.guide(x=d.rounded[name].best, role=role)
        heading = "Error of the secant's slope"
        remark = "dashed: the best nudge" if any(d.rounded[name].best for name in ROLES) else ""
        return Panel("error", chart, heading, remark, share=1.5, says=d.says_error)

    def construct(self) -> None:
        d, tangent = self.data, self.tangent()
        self.enter(tangent, say="How steep is a curve at one of its points?")
        self.sweep(self.x.to(d.x))
        self.step(d.says_slope, notes="Close to it the curve is like the tangent.")
        self.enter(tangent, self.secants(0), say="A [secant](weight) needs only a nudge of $x$")
        self.reveal(self.secant, self.second)
        for row in range(self.params.rows):
            if row:
                self.sweep(self.nudge.to(0.1**row), seconds=2.5 / row)
            self.sweep(self.table.to(row + 1), seconds=0.5)
        self.step(d.says_gap, notes="(f(x + h) − f(x)) / h, for ever smaller h.")
        if d.is_square:
            self.nudge.put(1.0)
            adds = "A nudge adds two [strips](gradient) and a [corner](weight)"
            self.enter(self.square(), say=adds)
            self.sweep(self.nudge.to(0.1), seconds=3)
            self.sweep(self.nudge.to(0.01), seconds=2)
            self.step(d.says_square, notes="Only the strips are left in the end: 2 x, each.")
        self.ask("Then why not take the smallest nudge there is?", notes="Let them guess.")
        self.enter(self.errors())
        self.step(d.says_error, notes="Often the best is near the root of the precision.")

    def figure(self) -> list[Panel]:
        self.x.put(self.data.x)
        self.nudge.put(0.3)
        square = [self.square()] if self.data.is_square else []
        return [self.tangent(), self.secants(), *square, self.errors()]
