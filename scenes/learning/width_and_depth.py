"""What width buys, and what depth. A ReLU network with one input is made of straight pieces, and
composing a small fold doubles them. Random networks of sixteen neurons are cut into regions that
are counted exactly, before training and after. A circle is approximated by cuts; and a nested
oscillation is learnt by a wide and by a deep network of nearly equal size, from five starts.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from mlanim.stage.vocabulary import Chart, LessonScene, Panel, SceneParams, Track, table

if TYPE_CHECKING:
    from mlanim.core.folding.width_and_depth import WidthAndDepth as Data


class WidthAndDepthParams(SceneParams):
    """How often the tent is folded."""

    folds: int = Field(6, ge=2, le=8, description="Layers of the folded tent.")
    seed: int = Field(0, ge=0, description="Of the random networks and the starts.")


class WidthAndDepthScene(LessonScene[WidthAndDepthParams, "Data"]):
    """Width against depth"""

    order = 2.5
    explore = "folds"

    @staticmethod
    def compute(params: WidthAndDepthParams) -> Data:
        from mlanim.core.folding.width_and_depth import width_and_depth_lesson

        return width_and_depth_lesson(params.folds, params.seed)

    @cached_property
    def layers(self) -> Track:
        """How often the tent has been folded; it stays for a while each time."""
        d = self.data
        stays = np.stack([d.folds, d.folds + 0.7], axis=1).ravel()
        return Track(stays, graph=np.repeat(d.tents, 2, axis=0))

    def tent(self) -> Panel:
        d = self.data
        chart = Chart((0, 1), (0, 1.05), "x", "after every layer")
        chart.curve(d.xs, self.layers["graph"], "highlight", width="bold")
        return Panel("tent", chart, "A fold of two neurons, composed", share=1.2,
                     says=d.says_pieces)  # fmt: skip

    def pieces(self) -> Panel:
        d = self.data
        neurons = 2 * d.folds
        chart = Chart(None, None, "neurons", "straight pieces", log="y", least=4.4)
        for name, counts, role, dash in (
            ("two a layer", d.deep_pieces, "highlight", ""),
            ("one layer, at most", d.wide_pieces, "input", "dash"),
        ):
            chart.curve(neurons, counts, role, width="bold", dash=dash, name=name)  # type: ignore[arg-type]
            chart.scatter(np.column_stack([neurons, counts]), role, radius=0.07)
        return Panel("pieces", chart, "Pieces, counted exactly", says=d.says_pieces)

    def regions(self) -> Panel:
        d = self.data
        most = 3.0 * float(max(d.reachable.max(), d.at_start.max(), d.after.max()))
        chart = Chart((0.8, 10), (1, most), "layers", "regions", log="xy", names="key", least=4.4)
        for name, counts, role, shift in (
            ("random", d.at_start, "input", 0.95), ("trained", d.after, "weight", 1.05),
        ):  # fmt: skip
            places = [np.column_stack([np.full(len(row), layers * shift), row])
                      for layers, row in zip(d.layers, counts, strict=True)]  # fmt: skip
            chart.scatter(np.concatenate(places), role, name=name, ring=name == "trained")
        reached = np.column_stack([d.layers, d.reachable])
        chart.scatter(reached, "highlight", name="reachable, at least", radius=0.09)
        chart.guide(y=float(d.bound), name="most of one layer")
        for layers, shape in zip(d.layers, d.shapes, strict=True):
            chart.note((float(layers), 0.6 * most), shape, align="center")
        return Panel("regions", chart, "Sixteen neurons, by layers × width", share=1.3,
                     says=d.says_regions)  # fmt: skip

    def circle(self) -> Panel:
        d = self.data
        chart = Chart(None, None, "cuts", "share of the area missed", log="xy", least=4.4)
        chart.curve(d.cuts, d.wrong, "attention", width="bold")
        chart.scatter(np.column_stack([d.cuts, d.wrong]), "attention", radius=0.07)
        numbers = table({"cuts": d.cuts, "missed": d.wrong})
        return Panel("circle", chart, "A circle from straight cuts", says=d.says_circle,
                     data=numbers)  # fmt: skip

    def fit(self) -> Panel:
        d = self.data
        chart = Chart((0, 1), None, "x", "learnt", names="key", least=4.4)
        chart.curve(d.target[:, 0], d.target[:, 1], "text", name="to be learnt")
        chart.curve(d.target[:, 0], d.fits["wide"], "input", width="bold", dash="dash", name="wide")
        chart.curve(d.target[:, 0], d.fits["deep"], "highlight", width="bold", name="deep")
        return Panel("fit", chart, "A nested oscillation, learnt",
                     f"{d.sizes['wide']} and {d.sizes['deep']} parameters; middle of five starts",
                     share=1.2, says=d.says_fit)  # fmt: skip

    def construct(self) -> None:
        d = self.data
        tent = self.tent()
        self.enter(tent, say="Two neurons fold the line in the middle; the next two fold it again")
        self.sweep(self.layers.to_end(), seconds=7)
        self.enter(tent, self.pieces())
        self.step(d.says_pieces, notes="Corners are found exactly; nothing is sampled.")
        self.ask("Do random deep networks have more regions?", notes="Take a vote.")
        self.enter(self.regions())
        self.step(d.says_regions, notes="Narrow layers lose dimensions, and with them regions.")
        self.step(d.says_reach, notes="Built on purpose, layer upon layer (Montúfar et al. 2014).")
        self.step(d.says_trained, notes="They learnt where a ring lies; five of each shape.")
        self.enter(self.circle())
        self.step(d.says_circle, notes="Tangents of a regular polygon; the area is exact.")
        self.enter(self.fit())
        self.step(d.says_fit, notes="What depth can express, descent need not find.")

    def figure(self) -> list[Panel]:
        self.layers.put(float(self.data.folds[-1]))
        return [self.pieces(), self.regions(), self.circle(), self.fit()]
