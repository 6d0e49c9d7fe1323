"""Two minima of one depth, one sharp and one flat: a learning rate that is too large for the sharp
one is thrown out of it, in one leap. Then a network: small batches and large ones stop at the same
training loss, in places of different curvature, from five starts each; and curvature is compared
with the loss on data that took no part.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from mlanim.stage.vocabulary import Chart, LessonScene, Panel, SceneParams, Track

if TYPE_CHECKING:
    from mlanim.core.landscape.sharp_and_flat import SharpAndFlat as Data

WELLS = {"sharp": "gradient", "flat": "input"}
RATES: tuple[tuple[str, Any], ...] = (("text", "dot"), ("weight", "dash"), ("highlight", ""))
NAME_LIFT = {"sharp": -0.85, "flat": -0.6}  # manim units, so that no path crosses a name
BATCHES = {"small": "weight", "large": "input"}
STARTS = "Gradient descent starts on the slope of the sharp minimum, at three rates"
CLOSE = (0.55, 2.5), (0.95, 2.35)  # around the sharp minimum
LEAST = 4.2  # manim units across, for a chart to be read
SETTLING = 40  # steps after the leap that are watched


class SharpAndFlatParams(SceneParams):
    """How large a step is, and what the network learns."""

    rate: float = Field(0.15, ge=0.13, le=0.2, description="The learning rate that is too large.")
    dataset: Literal["digits", "moons"] = Field("digits", description="What the network learns.")


class SharpAndFlat(LessonScene[SharpAndFlatParams, "Data"]):
    """Sharp and flat minima"""

    order = 2.2
    explore = "rate=0.13:0.2:0.01"

    @staticmethod
    def compute(params: SharpAndFlatParams) -> Data:
        from mlanim.core.landscape.sharp_and_flat import sharp_and_flat_lesson

        return sharp_and_flat_lesson(params.rate, params.dataset, params.seed)

    @cached_property
    def descents(self) -> list[Track]:
        """Each descent, along its steps."""
        return [
            Track(np.arange(len(d.places)), place=d.places, away=d.distances)
            for d in self.data.descents
        ]

    def surface(self) -> Panel:
        """Both minima and the descents, from above."""
        d = self.data
        x, y = (d.x[0], d.x[-1]), (d.y[0], d.y[-1])
        self.map = Chart(x, y, "first weight", "second weight", grid=False, least=LEAST)
        self.map.contours(d.x, d.y, d.loss, d.levels, name="loss")
        self.walks = [
            self.map.path(run.history("place"), role, dash=dash, rim=True, tip=True, later=True)
            for run, (role, dash) in zip(self.descents, RATES, strict=True)
        ]
        for name, lift in NAME_LIFT.items():
            self.map.note(d.wells[name].place, f"{name} minimum", "text", align="center", lift=lift)
        self.map.note(d.descents[0].places[0], "start", "text", align="center", lift=0.16)
        return Panel("surface", self.map, "Two minima from above", share=1.4, says=d.says["wells"])

    def cuts(self) -> Panel:
        """The surface through each minimum, along the direction of its largest curvature."""
        d = self.data
        chart = Chart(None, (-0.15, 3.5), "distance from the minimum", "loss", least=LEAST)
        chart.curves(d.reach, {name: d.wells[name].cut for name in WELLS}, WELLS.values())
        return Panel("cuts", chart, "Through each minimum", says=d.says["wells"])

    def away(self) -> Panel:
        """How far descent is from the sharp minimum, step by step."""
        label, last = "distance from the sharp minimum", self.data.descents[-1]
        self.seen = last.leap + SETTLING
        chart = Chart((0, self.seen), (1e-3, 6), "step", label, log="y", least=LEAST)
        self.gaps = [
            chart.curve(
                run.history(), run.history("away"), role, name=f"rate {one.rate:g}", dash=dash,
                tip=True, later=True,
            )
            for run, one, (role, dash) in zip(self.descents, self.data.descents, RATES, strict=True)
        ]  # fmt: skip
        self.marked = [chart.guide(x=last.leap, name="leap", later=True)] if last.leap else []
        return Panel("distance", chart, "Near the sharp minimum", says=self.data.says["rate"])

    def steepest(self) -> Panel:
        """The network's loss around both ends, along the direction of the largest curvature."""
        d = self.data
        chart = Chart(x_label="along the steepest direction", y_label="training loss", least=LEAST)
        first = [d.ends[size][0] for size in BATCHES]
        cuts = {f"batch {end.batch:,}": end.steep for end in first}
        chart.curves(d.distances, cuts, BATCHES.values())
        return Panel("steepest", chart, "Where a network ended", says=d.says["flatter"])

    def starts(self) -> Panel:
        """Curvature and test loss of all starts."""
        d = self.data
        chart = Chart(
            x_label="largest curvature λ", y_label="test loss", log="x", names="within", least=LEAST
        )
        for size, role in BATCHES.items():
            places = np.array([(end.eigenvalue, end.test_loss) for end in d.ends[size]])
            name = f"batch {d.ends[size][0].batch:,}"
            chart.scatter(places, role, name=name, radius=0.1, ring=size == "large")
        return Panel("starts", chart, "Five starts", says=d.says["tested"])

    def construct(self) -> None:
        d = self.data
        surface = self.surface()
        self.enter(surface, self.cuts(), say=d.says["wells"])
        self.step(notes="The curvature is the largest eigenvalue of the Hessian at the minimum.")
        self.enter(surface, self.away(), along=[self.map.zoom(*CLOSE)], say=STARTS)
        for number in (0, 1):
            self.reveal(self.walks[number], self.gaps[number], seconds=0.3)
            run = self.descents[number]
            self.sweep(run.to(min(self.seen, run.at[-1])), seconds=2)
        self.step(d.says["low"], notes="Each step multiplies the error by 1 − rate · λ.")
        self.ask(f"And at a rate of {self.params.rate:g}?", notes="Let them guess where it ends.")
        self.reveal(self.walks[2], self.gaps[2], seconds=0.3)
        self.leap_out()
        self.step(d.says["rate"], notes="Near a minimum an error grows where rate · λ is over 2.")
        self.enter(self.steepest(), self.starts(), say=d.says["training"])
        self.step(notes="One start for both, then four more; the same training loss for all.")
        self.step(d.says["flatter"], notes="Keskar et al. 2017 found this in larger networks.")
        self.step(d.says["tested"], notes="Curvature depends on how the weights are scaled.")

    def leap_out(self) -> None:
        """The last descent swings ever wider, leaps, and the map widens to show where it goes."""
        d, run, leap = self.data, self.descents[2], self.data.descents[-1].leap
        self.sweep(run.to(max(leap - 1, 1)), say="", seconds=3)
        self.reveal(*self.marked, seconds=0.5)
        self.sweep(run.to(max(leap, 1)), seconds=1.2)
        whole = self.map.zoom((d.x[0], d.x[-1]), (d.y[0], d.y[-1]))
        self.sweep(run.to(self.seen), whole)

    def figure(self) -> list[Panel]:
        panels = [self.surface(), self.cuts(), self.away(), self.steepest()]
        for run in self.descents:
            run.put(min(self.seen, run.at[-1]))
        return panels
