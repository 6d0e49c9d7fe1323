"""The slope of a curve at a point is what the slope of a secant tends to while its second point
comes closer. On a machine it cannot come as close as it likes: the difference of two nearly equal
numbers keeps ever fewer digits. Autograd needs no nudge.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import Field

from mlanim.stage.vocabulary import (
    Chart,
    GrowingTable,
    LessonScene,
    Lines,
    Panel,
    Rows,
    SceneParams,
    Track,
    combined,
)

if TYPE_CHECKING:
    from mlanim.core.learning.derivative import Derivative as Data

ROLES = {"float64": "input", "float32": "weight"}


class DerivativeParams(SceneParams):
    """Where, and how far the table goes."""

    x: float = Field(3.0, ge=0.5, le=10, description="Where the slope is asked for.")
    rows: int = Field(4, ge=2, le=5, description="Nudges in the table: 1, 0.1, …")


class Derivative(LessonScene[DerivativeParams, "Data"]):
    """What a derivative is, and how close one can come"""

    order = 1

    @staticmethod
    def compute(params: DerivativeParams) -> Data:
        from mlanim.core.learning.derivative import derivative_lesson

        return derivative_lesson(params.x, params.rows)

    @cached_property
    def x(self) -> Track:
        """The point of the tangent, along the curve."""
        return Track(self.data.xs, start=0.0, y=self.data.ys, slope=self.data.slopes)

    @cached_property
    def nudge(self) -> Track:
        """The nudge of the secant."""
        return Track(self.data.nudges, log=True, end=self.data.ends, slope=self.data.secants)

    def tangent(self) -> Panel:
        d = self.data
        chart = Chart((d.xs[0], d.xs[-1]), (-0.15 * d.ys.max(), d.ys.max()), x_label="x")
        chart.curve(d.xs, d.ys, name="x²")
        chart.ray((self.x, self.x["y"]), self.x["slope"], "gradient", width="bold")
        chart.dot((self.x, self.x["y"]))
        self.secant = chart.ray((d.x, d.x**2), self.nudge["slope"], "weight", later=True)
        tip = (combined(lambda h: d.x + h, self.nudge), self.nudge["end"])
        self.second = chart.dot(tip, "weight", later=True)
        return Panel("tangent", chart, "The [tangent](gradient)", share=2.2, says=d.says_slope)

    def numbers(self) -> Panel:
        lines = Lines(
            "$x$ = {x:2}", "slope = [{slope:2}](gradient)", size="display",
            x=self.x, slope=self.x["slope"],
        )  # fmt: skip
        self.table = GrowingTable(
            self.data.table,
            ("nudge", "slope of the secant"),
            ("text", "weight"),
            formats=("g", "4"),
            shown=0,
        )
        return Panel("numbers", Rows(lines, self.table, shares=(1, 2)))

    def errors(self) -> Panel:
        chart = Chart((1e-16, 1), (1e-12, 10), "nudge", "relative error", log="xy")
        for name, role in ROLES.items():
            errors = self.data.rounded[name].errors
            chart.curve(self.data.ways, errors, role, name=name, width="thin")
        return Panel("error", chart, "Error of the secant's slope", says=self.data.says_error)

    def construct(self) -> None:
        self.enter(self.tangent(), self.numbers(), say="A curve has a slope at each of its points")
        self.sweep(self.x.to(self.data.x))
        self.step(self.data.says_slope, notes="A tangent touches the curve in one point.")
        self.reveal(self.secant, self.second, say="A secant needs only a nudge of $x$")
        for row in range(self.params.rows):
            if row:
                self.sweep(self.nudge.to(0.1**row), seconds=2.5 / row)
            self.sweep(self.table.to(row + 1), seconds=0.5)
        self.step(self.data.says_gap, notes="((x + h)² − x²) / h = 2x + h.")
        self.ask("Then why not take the smallest nudge there is?", notes="Let them guess.")
        self.enter(self.errors())
        self.step(self.data.says_error, notes="Backpropagation needs no nudge.")

    def figure(self) -> list[Panel]:
        self.x.put(self.data.x)
        return [self.tangent(), self.errors()]
