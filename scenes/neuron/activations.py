"""An activation function is a valve on what flows through a network, and its slope is the valve
that the gradient meets on its way back. ReLU is open or shut, sigmoid and tanh saturate, RePU opens
ever wider. What that does to a gradient is measured in a stack of layers with random weights.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from mlanim.stage.vocabulary import (
    Bars,
    Chart,
    GrowingTable,
    LessonScene,
    Multiples,
    Panel,
    Rows,
    SceneParams,
    Track,
    table,
)

if TYPE_CHECKING:
    from mlanim.core.learning.activations import Activations as Data

ROLES = ("output", "input", "weight", "text", "highlight")
DASHES: tuple[Any, ...] = ("", "dash", "dot", "", "dash")
BOTTOM, TOP = 1e-30, 1e9  # of the gradient's axis


class ActivationsParams(SceneParams):
    """Which fifth function, and what stack."""

    fifth: Literal["gelu", "leaky_relu", "silu", "softplus"] = Field(
        "gelu", description="What stands beside ReLU, sigmoid, tanh and RePU."
    )
    depth: int = Field(12, ge=5, le=24, description="Layers of the stack.")
    gain: float = Field(2.0, ge=0.5, le=4, description="Variance of the weights times the width.")


class Activations(LessonScene[ActivationsParams, "Data"]):
    """Activation functions are valves"""

    order = 3
    explore = "gain=0.5:4:0.5"

    @staticmethod
    def compute(params: ActivationsParams) -> Data:
        from mlanim.core.learning.activations import activations_lesson

        return activations_lesson(params.fifth, params.depth, params.gain, params.seed)

    @cached_property
    def z(self) -> Track:
        """The signal, with what each function and its slope make of it."""
        series: dict[str, Any] = {}
        for shape in self.data.shapes:
            series |= {shape.name: shape.values, f"{shape.name}_slope": shape.slopes}
        return Track(self.data.zs, **series)

    @cached_property
    def layers(self) -> Track:
        """How many layers the gradient has come back through."""
        return Track((1, self.data.depth))

    def come(self, values: np.ndarray) -> Any:
        """Those of values (K,), one a layer, that the gradient has come to."""
        return self.layers.map(lambda layers: values[: int(layers + 1e-9) + 1])

    def valve(self, ys: np.ndarray, at: Any, high: float, role: str, signal: str) -> Chart:
        """A function of z, or its slope in dashes, and where the signal is on it."""
        chart = Chart((-4, 4), (-1.25, high), axes=True, ticks=4, least=1.1, aspect=0.9)
        chart.curve(
            self.data.zs, ys, role, width="bold", dash="dash" if signal == "gradient" else ""
        )
        chart.dot((self.z, at), signal)
        return chart

    def valves(self) -> Panel:
        titles, pictures, columns = [], [], {"z": self.data.zs}
        for shape, role in zip(self.data.shapes, ROLES, strict=True):
            value, slope = self.z[shape.name], self.z[f"{shape.name}_slope"]
            passes = self.valve(shape.values, value, 4.0, role, "text")
            returns = self.valve(shape.slopes, slope, 2.0, role, "gradient")
            pictures.append(Rows(passes, returns))
            columns |= {shape.title: shape.values, f"{shape.title} slope": shape.slopes}
            titles.append(f"[{shape.title}]({role})")
        heading = "Above what each makes of $z$, below its slope"
        remark = "$z$ from −4 to 4, values up to 4, slopes up to 2"
        return Panel(
            "valves", Multiples(pictures, titles, columns=5), heading, remark, share=1.6,
            says=self.data.says_signal, data=table(columns),
        )  # fmt: skip

    def flat(self) -> Panel:
        shapes = self.data.shapes
        bars = Bars([s.flat for s in shapes], [s.title for s in shapes], ROLES, format="%")
        heading = "Inputs with a flat slope"
        return Panel(
            "flat", bars, heading, "standard normal $z$", share=0.8, says=self.data.says_flat
        )

    def stack(self) -> Panel:
        d = self.data
        floor = max(BOTTOM, min(float(shape.low.min()) for shape in d.shapes) / 3)
        chart = Chart((0, d.depth), (floor, TOP), "layers that it came back through", log="y")
        for shape, role, dash in zip(d.shapes, ROLES, DASHES, strict=True):
            count = np.arange(len(shape.norms))
            xs, norms, low, high = map(self.come, (count, shape.norms, shape.low, shape.high))
            chart.band(xs, low, high, role)
            chart.curve(xs, norms, role, name=shape.title, dash=dash, width="bold")
        return Panel(
            "stack", chart, "The [gradient](gradient)'s norm", share=1.6, says=d.says_stack
        )

    def bound(self) -> Panel:
        heads, roles = ("in a row", "keep at most"), ("text", "input")
        rows = GrowingTable(self.data.bounds, heads, roles, formats=("0", "4"))
        return Panel("bound", rows, "[Sigmoid](input) slopes", share=0.8, says=self.data.says_five)

    def construct(self) -> None:
        d, flat, stack = self.data, self.flat(), self.stack()
        self.enter(self.valves(), say="A signal $z$ comes to five valves")
        self.sweep(self.z.to(0.0), seconds=4)
        self.step(
            "Below 0 ReLU and RePU are shut: nothing passes, nothing goes back",
            notes="Follow the dots in both rows.",
        )
        self.sweep(self.z.to_end(), say="", seconds=4)
        self.step(d.says_signal, notes="The slope is what a gradient is multiplied by.")
        self.enter(flat, say="How often is a slope next to nothing?")
        self.step(d.says_flat, notes="Where it is flat, next to nothing goes back.")
        self.ask("Which of them lets a gradient through many layers?", notes="Let them vote.")
        self.enter(flat, stack, say="A gradient of norm 1 sets out")
        self.sweep(self.layers.to_end(), say="", seconds=6)
        self.step(d.says_stack, notes="Bands: five draws of the weights; lines: their median.")
        self.enter(self.bound(), stack, say="Sigmoid's slope is small even where it is largest")
        self.step(d.says_five, notes="A bound on the slopes alone: weights multiply too.")

    def figure(self) -> list[Panel]:
        self.z.put(1.0)
        self.layers.put(self.data.depth)
        return [self.valves(), self.flat(), self.stack(), self.bound()]
