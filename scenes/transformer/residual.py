"""With a skip each layer adds to a running sum instead of replacing it. The sum is followed through
a trained network, and the gradient backwards through thirty layers, with the skip and without:
the skip does not keep it at full strength, but within a factor that is measured.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from mlanim.stage.vocabulary import Chart, LessonScene, Panel, SceneParams, Track, table

if TYPE_CHECKING:
    from mlanim.core.transformer.residual import Residual as Data

LOOKS: dict[str, dict[str, Any]] = {
    "with the skip": {"role": "output"}, "without": {"role": "weight", "dash": "dash"},
}  # fmt: skip
LEAST, MOST = 1e-14, 1e6  # of the gradient's axis
TIP_TO_TAIL = "The [input](input) and each layer's [delta](weight), tip to tail"
LENGTH = "length / length at the end"
SPREAD = "median and range of 5 starts; a layer is a factor $1 + J$, without the skip $J$"


class ResidualParams(SceneParams):
    """What the layers are, and whose stream is followed."""

    depth: int = Field(30, ge=8, le=36, description="Layers.")
    activation: Literal["relu", "tanh"] = Field("relu", description="Of each layer.")
    gain: float = Field(
        1 / 3, ge=0.1, le=2, description="Variance of the first weights times the width; "
        "torch.nn.Linear draws with 1/3, He et al. 2015 with 2.",
    )  # fmt: skip
    digit: int = Field(0, ge=0, le=359, description="Which unseen digit is followed.")


class Residual(LessonScene[ResidualParams, "Data"]):
    """The residual stream is a running sum"""

    order = 3
    explore = "depth=10:35:5"

    @staticmethod
    def compute(params: ResidualParams) -> Data:
        from mlanim.core.transformer.residual import residual_lesson

        p = params
        return residual_lesson(p.depth, p.activation, p.gain, p.digit, p.seed)

    @cached_property
    def layer(self) -> Track:
        places = self.data.sum.places
        return Track(np.arange(len(places)), place=places)

    @cached_property
    def back(self) -> Track:
        return Track(self.layer.at[::-1])

    @cached_property
    def training(self) -> Track:
        series: dict[str, Any] = {}
        for name, flow in zip(LOOKS, self.data.flows, strict=True):
            series |= {name: flow.starts[..., ::-1].swapaxes(1, 2), f"{name}_loss": flow.loss}
        return Track(self.data.steps, **series)

    def stream(self) -> Panel:
        s, place, path = self.data.sum, self.layer["place"], self.layer.history("place")
        chart = Chart(None, None, "along the last sum", "across it", equal=True)
        chart.arrow((0, 0), s.places[0], "input", bold=True)
        self.total = chart.segment((0, 0), place, "output", width="bold", dash="dash", later=True)
        chart.path(path, "weight", width="bold")
        chart.scatter(path, "weight", radius=0.07)
        chart.dot(place, "output", radius=0.13)
        data = table({"layer": self.layer.at, "x": s.places[:, 0], "y": s.places[:, 1]})
        says = self.data.says
        return Panel("stream", chart, TIP_TO_TAIL, says["plane"], 2.2, says["sum"], data)

    def deltas(self) -> list[Panel]:
        s = self.data.sum
        top = 1.1 * max(s.lengths.max(), s.usual_lengths.max())
        return [
            self._each("length by layer", "lengths", (0, top)),
            self._each("cosine to the sum", "cosines", (-1, 1)),
        ]

    def _each(self, name: str, kind: str, reach: tuple[float, float]) -> Panel:
        values, usual = (getattr(self.data.sum, which) for which in (kind, f"usual_{kind}"))
        layers, says = np.arange(1, len(values) + 1), self.data.says[kind]
        chart = Chart((0.4, len(values) + 0.6), reach, axes=True)
        so_far = self.layer.map(lambda at: values * np.clip(at - layers + 1, 0, 1))
        chart.columns(np.arange(len(values) + 1) + 0.5, so_far, "weight")
        chart.curve(layers, usual, "text", dash="dot", width="bold")
        data = table({"layer": layers, "this digit": values, "mean of all": usual})
        return Panel(name, chart, name.capitalize(), "dots: mean of all", says=says, data=data)

    def gradient(self) -> Panel:
        """How long the gradient is at each layer that it has come back to, now in training."""
        ends, label = (self.back.at[0], 0.0), "layer, from the last to the first"
        chart, says = Chart(ends, (LEAST, MOST), label, LENGTH, log="y"), self.data.says["start"]
        chart.guide(y=1.0)
        for name, look in LOOKS.items():
            starts = self.back.history(self.training[name])
            chart.runs(self.back.history(), starts, name=name, average=np.median, **look)
        return Panel("gradient", chart, "The gradient, layer by layer", SPREAD, 2, says)

    def losses(self) -> Panel:
        steps, top = self.training.history(), max(flow.loss.max() for flow in self.data.flows)
        chart = Chart((0, self.training.at[-1]), (0, 1.1 * top), "step of Adam", "training loss")
        for name, look in LOOKS.items():
            loss = self.training.history(f"{name}_loss")
            chart.curve(steps, loss, name=name, width="bold", **look)
        return Panel("losses", chart, "The loss", says=self.data.says["trained"])

    def gains(self) -> Panel:
        d, label = self.data, "variance of the first weights · width"
        chart = Chart(None, (LEAST, MOST), label, LENGTH, log="xy", least=3.6)
        chart.guide(y=1.0)
        for passed, (name, look) in zip(d.passed, LOOKS.items(), strict=True):
            chart.runs(d.gains, passed, name=name, average=np.median, **look)
        return Panel("gains", chart, "What gets to the start", share=1.4, says=d.says["gain"])

    def construct(self) -> None:
        says = self.data.says
        self.enter(self.stream(), self.deltas(), say="A layer [adds](weight), and replaces nothing")
        self.sweep(self.layer.to(1), seconds=1.5)
        self.sweep(self.layer.to_end(), seconds=6)
        self.reveal(self.total)
        self.step(says["sum"], notes="A layer that has nothing to add leaves the sum as it is.")
        self.step(says["lengths"], notes="Deltas that cross or oppose one another add up to less.")
        self.step(says["recovered"], notes="What is left is the rounding of 64-bit numbers.")
        self.ask("How much of the gradient comes back through all layers?", notes="Let them draw.")
        gradient = self.gradient()
        self.enter(gradient, say="Backpropagation runs from the last layer to the first")
        self.sweep(self.back.to_end(), seconds=6)
        self.step(says["start"], notes="The Jacobian is the product of 1 + J over the layers.")
        self.step(says["factor"], notes="The skip passes it on; what the layers add comes on top.")
        self.enter(gradient, self.losses(), say="Both kinds learn from the same batches")
        self.sweep(self.training.to_end(), seconds=5)
        self.step(says["trained"], notes="Each start is trained with the skip and without.")
        self.step(says["during"], notes="Measured before, along and after the training.")
        self.sweep(self.training.to(0), say="And with other weights at the start?")
        self.enter(gradient, self.gains())
        self.step(says["gain"], notes="He et al. 2015 draw with 2 for ReLU, without a skip.")

    def figure(self) -> list[Panel]:
        self.layer.put(self.layer.at[-1])
        self.back.put(0)
        return [self.stream(), self.deltas()[0], self.gradient(), self.gains()]
