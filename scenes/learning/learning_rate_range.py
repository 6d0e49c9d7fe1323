"""Which learning rate? Smith's range test asks the network: in one short run the rate grows with
every step, and the loss tells where it learns fastest and where it breaks. Then what it suggests is
tried from five starts, beside a tenth of it, ten times it, and thirteen constant rates in all.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from mlanim.stage.vocabulary import Chart, LessonScene, Panel, SceneParams, Track, table

if TYPE_CHECKING:
    from mlanim.core.rates.learning_rate_range import LearningRateRange as Data

RACES: dict[str, tuple[str, Any]] = {
    "a tenth": ("input", "dash"), "suggested": ("highlight", ""), "ten times": ("gradient", "dot"),
}  # fmt: skip
"""The role and the dash of each training."""


class LearningRateRangeParams(SceneParams):
    """Which network is asked, and what turns its gradients into steps."""

    network: Literal["shallow", "deep"] = Field(
        "shallow", description="One hidden layer of 16 tanh neurons, or three of 16 ReLU neurons."
    )
    optimizer: Literal["sgd", "momentum", "adam"] = Field(
        "sgd", description="What turns gradients into steps."
    )


class LearningRateRange(LessonScene[LearningRateRangeParams, "Data"]):
    """Which learning rate? Ask the network"""

    order = 7
    explore = ("network", "optimizer")

    @staticmethod
    def compute(params: LearningRateRangeParams) -> Data:
        from mlanim.core.rates.learning_rate_range import learning_rate_range_lesson

        return learning_rate_range_lesson(params.network, params.optimizer, params.seed)

    @cached_property
    def rate(self) -> Track:
        """The rate as it grows, with the losses that it meets."""
        test = self.data.tests[0]
        dots = np.column_stack([test.rates, test.raw])
        return Track(test.rates, log=True, dots=dots, smooth=test.smooth)

    @cached_property
    def steps(self) -> dict[str, Track]:
        """The steps of each training."""
        return {name: Track(self.data.trainings.steps) for name in RACES}

    def test(self) -> Panel:
        """The loss against the rate, and what the rules find."""
        d, first, rate = self.data, self.data.tests[0], self.rate
        ends = (first.rates[0], first.rates[-1]), (0.0, 1.6 * float(first.smooth[0]))
        self.chart = chart = Chart(*ends, "learning rate", "loss", log="x", names="key")
        chart.scatter(rate.history("dots"), "muted", radius=0.04)
        lines = [chart.curve(t.rates, t.smooth, "weight", later=True) for t in d.tests[1:]]
        line = rate.history(), rate.history("smooth")
        chart.curve(*line, "text", name="smoothed", width="bold", tip=True)
        risen = np.column_stack([first.rates[first.rise], first.smooth[first.rise]])
        name = "risen" if len(risen) else None
        self.rise = chart.scatter(risen, "gradient", name=name, radius=0.1, later=True)
        starts = chart.scatter(d.places[1:], "weight", name="more starts", radius=0.07, later=True)
        stretch = chart.path(first.stretch, "highlight", width="bold", rim=True, later=True)
        self.fall = [stretch, chart.dot(d.places[0], name="falls most", radius=0.11, later=True)]
        self.others = [*lines, starts]
        heading, said = "The loss while the rate grows", d.says["smoothing"]
        return Panel("test", chart, heading, said, share=1.5, says=d.says["steepest"])

    def falls(self) -> Panel:
        """How much the smoothed loss changes around each rate."""
        d, first = self.data, self.data.tests[0]
        self.close = float(d.places[:, 0].min()) / 100, float(first.rates[-1])
        change = float(first.stretch[-1, 1] - first.stretch[0, 1])
        chart = Chart(self.close, (1.3 * change, -change), "learning rate", log="x", axes=True)
        chart.curve(first.middles, first.falls, "text", width="bold")
        chart.dot((d.places[0, 0], change))
        columns = table({"rate": first.middles, "change": first.falls})
        return Panel("falls", chart, "Its change in half a decade", "of the smoothed loss",
                     says=d.says["rise"], data=columns)  # fmt: skip

    def trainings(self) -> Panel:
        """Three trainings: the mean of the starts, and a band that holds all of them."""
        d, runs, self.runs = self.data, self.data.trainings, {}
        losses = np.stack(list(runs.losses.values()))
        reach = losses.min() / 1.5, 1.5 * losses.max()
        chart = Chart((0, runs.steps[-1]), reach, "step", "loss; thin dashes: guessing", log="y")
        chart.guide(y=d.guessing)
        for name, (role, dash) in RACES.items():
            steps, so_far = map(self.steps[name].history, (None, runs.losses[name]))
            look: dict[str, Any] = {"name": name, "dash": dash, "tip": True, "later": True}
            self.runs[name] = chart.runs(steps, so_far, role, **look)
        heading = "Trainings at three constant rates"
        return Panel("trainings", chart, heading, d.says["network"], share=1.2, says=d.says["slow"])

    def ends(self) -> Panel:
        """Where training ends at each of many constant rates."""
        d, runs = self.data, self.data.trainings
        mean, low, high = runs.ends.mean(1), runs.ends.min(1), runs.ends.max(1)
        chart = Chart(None, None, "constant rate", "training loss", log="xy", names="key")
        chart.band(runs.rates, low, high, "muted")
        chart.curve(runs.rates, mean, "text", width="bold")
        for name, (role, _) in RACES.items():
            place = runs.shown[name]
            chart.dot((runs.rates[place], mean[place]), role, name=name, radius=0.11)
        columns = table({"rate": runs.rates, "mean": mean, "lowest": low, "highest": high})
        return Panel("ends", chart, "The answer, by trying", d.says["tried"], says=d.says["best"],
                     data=columns)  # fmt: skip

    def race(self, *names: str) -> None:
        """Let some trainings run."""
        self.reveal(*(mark for name in names for mark in self.runs[name]), seconds=0.5)
        self.sweep(*(self.steps[name].to_end() for name in names), say="", seconds=4)

    def construct(self) -> None:
        d, test, trainings = self.data, self.test(), self.trainings()
        self.enter(test, say=d.says["growth"])
        self.sweep(self.rate.to_end(), seconds=7)
        self.ask("Which rate would you train with?", notes="Let them name one, and say why.")
        self.enter(test, self.falls())
        self.sweep(self.chart.zoom(x=self.close), say="", seconds=1.2)
        self.reveal(*self.fall)
        self.step(d.says["steepest"], notes="Before it the steps are too small to matter.")
        self.reveal(self.rise)
        self.step(d.says["rise"], notes="The average lags by some steps, so this comes late.")
        self.reveal(*self.others)
        self.step(d.says["starts"], notes="One test is one sample: read its order of size.")
        self.enter(trainings, say="Now training in earnest, at constant rates")
        self.race("a tenth", "suggested")
        self.step(d.says["slow"], notes="Lines are means of five starts, bands hold all five.")
        self.race("ten times")
        self.step(d.says["large"], notes="A step that is too long lands higher than it began.")
        self.enter(trainings, self.ends())
        self.step(d.says["best"], notes="Thirteen rates, five starts: what the test spares us.")

    def figure(self) -> list[Panel]:
        for track in (self.rate, *self.steps.values()):
            track.put(float(track.at[-1]))
        return [self.test(), self.falls(), self.trainings(), self.ends()]
