"""A gradient comes back through thirty layers: what is left depends on the activation and on the
scale of the weights. Real backward passes stand beside the mean-field theory of wide networks:
where gradients vanish, where they explode, and the edge. A bound on the slope, 0.25 for sigmoid, is
one factor, not the answer. Of skip, layer norm and batch norm, one hardly helps sigmoid."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from mlanim.stage.pictures.learning.measured import MeasuredChart
from mlanim.stage.vocabulary import (
    Chart,
    LessonScene,
    Multiples,
    Panel,
    SceneParams,
    Track,
    signed_palette,
    table,
)

if TYPE_CHECKING:
    from mlanim.core.gradients.vanishing_gradients import VanishingGradients as Data

ROLES = {"sigmoid": "input", "tanh": "weight", "relu": "output", "gelu": "highlight"}
WAYS = {"batch norm": "highlight", "layer norm": "input", "plain": "weight", "skip": "output"}
BACK = "layer, from the last to the first"
G = "$g$: variance of the weights · width"
REACH = (0.08, 320.0)


class VanishingGradientsParams(SceneParams):
    """The network that is looked at closely."""

    depth: int = Field(30, ge=10, le=50, description="Layers.")
    width: int = Field(96, ge=32, le=128, description="Of each layer.")
    activation: Literal["sigmoid", "tanh", "relu", "gelu"] = Field("sigmoid", description="Its φ.")
    variance: float = Field(1, ge=0.1, le=64, description="Of its weights, times the width.")


class VanishingGradients(LessonScene[VanishingGradientsParams, "Data"]):
    """Vanishing and exploding gradients"""

    order = 5
    explore = "activation"

    @staticmethod
    def compute(params: VanishingGradientsParams) -> Data:
        from mlanim.core.gradients.vanishing_gradients import vanishing_gradients_lesson

        return vanishing_gradients_lesson(**params.model_dump())

    @cached_property
    def back(self) -> Track:
        """The layer that gradients have come back to."""
        return Track(self.data.layers)

    @cached_property
    def layer(self) -> Track:
        """The layer that signals have come to."""
        return Track(self.data.layers[::-1])

    def falling(self, falls: Any, roles: Any, *beside: Any, **more: Any) -> MeasuredChart:
        """What is left of gradients as far as they have come back, on an axis for `beside` too."""
        spans = [*(fall.spread for fall in falls.values()), *beside]
        reach = min(map(np.min, spans)) / 30, max(map(np.max, spans)) * 30
        chart = MeasuredChart((float(self.data.layers[0]), 0.0), reach, log="y", **more)
        chart.guide(y=1.0)
        found = {name: (fall.spread, fall.theory) for name, fall in falls.items()}
        every = 1 + int(self.data.layers[0]) // 6  # few dots, so that the lines stay seen
        chart.measure(self.back, found, roles, x="layer", every=every, later=True)
        return chart

    def own(self) -> Panel:
        d, title = self.data, self.data.chosen.title
        falls = {f"g = {g:.3g}": fall for g, fall in zip(d.around, d.own.values(), strict=True)}
        chart = self.falling(falls, [ROLES[d.chosen.name]] * 3, d.bound, x_label=BACK)
        chart.curve(d.layers, d.bound, "gradient", name="slopes, at most", width="bold", later=True)
        heading = f"{title}: what is left of the [gradient](gradient)"
        return Panel("own", chart, heading, d.marks, says=d.says_bound)

    def four(self) -> Panel:
        kinds, charts, titles = self.data.kinds, [], []
        beside = [fall.spread for kind in kinds for fall in kind.falls.values()]
        for kind, role in zip(kinds, ROLES.values(), strict=True):
            charts.append(self.falling(kind.falls, [role] * 3, *beside, least=2.9))
            titles.append(f"[{kind.title}]({role}), right: $g$ = {kind.right:g}")
        many = Multiples(charts, titles, columns=(2, 4))
        heading = "The [gradient](gradient), from the last layer to the first"
        return Panel("kinds", many, heading, self.data.marks, 1.3, self.data.says_kinds)

    def rates(self) -> Panel:
        d, kinds = self.data, self.data.kinds[::-1]
        chart = MeasuredChart(REACH, None, G, log="xy")
        chart.guide(y=1.0)
        chart.guide(y=kinds[-1].top, role="gradient", name=f"{kinds[-1].title}'s slope, at most")
        found = {kind.title: (kind.kept, kind.theory) for kind in kinds}
        chart.measure(d.variances, found, [ROLES[kind.name] for kind in kinds], x="g")
        return Panel("rates", chart, "What a layer keeps", says=d.says_edges)

    def plane(self) -> Panel:
        d = self.data
        chart = Chart(REACH, (1e-3, 1e3), G, "mean square of signals", log="xy", grid=False)
        chart.field(np.log10(d.factors)[::-1], signed_palette(2.0))
        chart.level(d.columns, d.squares, np.log10(d.factors), 0.0, "text", width="bold")
        for g, path in zip(d.variances, d.chosen.squares, strict=True):
            xs = self.layer.history(np.full(len(path), g))
            chart.curve(xs, self.layer.history(path), "text", tip=True)
        chart.note((0.1, 300), "vanishes", "text")
        chart.note((256, 0.002), "explodes", "text", align="right")
        heading = f"{d.chosen.title}: $chi$ is 1 on the line"
        data = table({"g": d.variances, "mean square at the end": d.chosen.squares[:, -1]})
        return Panel("map", chart, heading, "full colour: 0.01, 100", 1.3, d.says_map, data)

    def remedies(self) -> Panel:
        d, heading = self.data, f"{self.data.chosen.title}, with a skip or a norm"
        chart = self.falling(d.remedies, WAYS.values(), x_label=BACK)
        return Panel("remedies", chart, heading, d.marks, says=d.says_remedies)

    def construct(self) -> None:
        own, four, rates, last = self.own(), self.four(), self.rates(), self.remedies()
        d, (dots, bound) = self.data, own.picture.later()
        self.enter(own, say="Backpropagation runs from the last layer to the first")
        self.sweep(self.back.to_end(), seconds=5)
        self.reveal(dots)
        self.step(d.says_left, notes="Theory knows the activation and g, and no network.")
        self.reveal(bound)
        self.step(d.says_bound, notes="A bound on the slopes; the weights' scale comes on top.")
        self.enter(four, say="Which of four activations keeps the gradient?")
        self.reveal(*four.picture.later())
        self.step(d.says_kinds, notes="Right is Xavier's scale or He's; then 4 times and ¼ of it.")
        self.enter(rates)
        self.step(d.says_edges, notes="The geometric mean over the layers, on logarithmic axes.")
        self.enter(self.plane(), rates, say="Signals set out with a mean square near 1")
        self.sweep(self.layer.to(4), seconds=4)
        self.sweep(self.layer.to_end(), seconds=2)
        self.step(d.says_map, notes="Colour is theory; each path is measured, layer by layer.")
        self.back.put(d.layers[0])
        self.enter(last, say="The same weights, with a skip or a norm")
        self.sweep(self.back.to_end(), seconds=5)
        self.reveal(*last.picture.later())
        self.step(d.says_remedies, notes="The norms stand before the activation.")
        self.step(d.says_norms, notes="Layer norm divides by a length to which that mean adds.")

    def figure(self) -> list[Panel]:
        self.back.put(0)
        self.layer.put(self.data.layers[0])
        return [self.four(), self.rates(), self.plane(), self.remedies()]
