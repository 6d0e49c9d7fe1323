"""How a learning rate may run over the steps of a training: constant, in steps, along a cosine,
warmed up and let down, or in one cycle, by torch's own schedulers. What each does to the same
training is measured at its own best peak of a sweep, from five starts; what differs within the
spread is a tie.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from mlanim.stage.vocabulary import (
    Chart,
    LessonScene,
    Multiples,
    Panel,
    SceneParams,
    Table,
    Track,
    table,
)

if TYPE_CHECKING:
    from mlanim.core.rates.schedules import Schedules as Data

ROLES = {
    "constant": "text", "step": "weight", "cosine": "input", "warm-up and decay": "highlight",
    "one cycle": "attention",
}  # fmt: skip
DASHES: dict[str, Any] = dict(zip(ROLES, ("", "", "dash", "dash", "dot"), strict=True))


class SchedulesParams(SceneParams):
    """What is trained, by which optimiser, and for how long."""

    dataset: Literal["moons", "digits"] = Field("moons", description="What the network learns.")
    optimizer: Literal["sgd", "momentum", "adam"] = Field(
        "momentum", description="What the rate belongs to."
    )
    steps: int = Field(240, ge=60, le=600, description="Steps of a training.")
    seed: int = Field(0, ge=0, description="Of the data, the starts and the batches.")


class LearningRateSchedules(LessonScene[SchedulesParams, "Data"]):
    """Learning-rate schedules"""

    order = 5
    after = "optimisers"
    explore = "optimizer"

    @staticmethod
    def compute(params: SchedulesParams) -> Data:
        from mlanim.core.rates.schedules import schedules_lesson

        return schedules_lesson(params.dataset, params.optimizer, params.steps, params.seed)

    @cached_property
    def rates(self) -> Track:
        """The rates over the steps."""
        d = self.data
        rows: dict[str, Any] = {name: one.factors for name, one in d.found.items()}
        return Track(d.steps, **rows)

    def curves(self) -> Panel:
        d = self.data
        chart = Chart((0, d.steps[-1]), (0, 1.08), "step", "rate over its peak", names="key")
        for name, role in ROLES.items():
            chart.curve(
                self.rates.history(),
                self.rates.history(name),
                role,
                name=name,
                dash=DASHES[name],
                width="bold",
            )
        return Panel("rates", chart, "The rate over the steps", says=d.says_curves)

    def against_constant(self, name: str) -> Chart:
        """One schedule's training, and the mean of those at a constant rate."""
        d = self.data
        lowest = min(float(one.losses.min()) for one in d.found.values())
        highest = max(float(one.losses[0].max()) for one in d.found.values())
        chart = Chart((0, d.kept[-1]), (lowest, highest), y_label="training loss", log="y")
        chart.runs(d.kept, d.found[name].losses, ROLES[name])
        chart.curve(d.kept, d.found["constant"].losses.mean(axis=1), "text", dash="dot")
        return chart

    def losses(self) -> Panel:
        names = [name for name in ROLES if name != "constant"]
        charts = Multiples([self.against_constant(name) for name in names], names, (2, 4))
        return Panel("losses", charts, "The same training, each at its best peak",
                     "dots: a constant rate", share=2.0, says=self.data.says_ends,
                     data=self.means())  # fmt: skip

    def means(self) -> Table:
        """The mean loss of each schedule over the steps."""
        d = self.data
        return table({"step": d.kept} | {name: d.found[name].losses.mean(1) for name in ROLES})

    def peaks(self) -> Panel:
        d = self.data
        chart = Chart(None, None, "peak rate", "loss at the end", log="xy", names="key")
        for name, role in ROLES.items():
            one = d.found[name]
            chart.runs(one.peaks, one.ends, role, name=name, dash=DASHES[name])
            chart.dot((one.peaks[one.best], one.losses[-1].mean()), role)
        return Panel("peaks", chart, "By peak", says=d.says_peaks)

    def construct(self) -> None:
        d = self.data
        self.rates.put(0)
        self.enter(self.curves(), say="A learning rate need not stay what it is")
        self.sweep(self.rates.to_end(), seconds=8)
        self.step(d.says_curves, notes="Each is drawn by torch's own scheduler.")
        self.ask("Which will train best?", notes="Let them vote, and say why.")
        self.enter(self.losses())
        self.step(d.says_way, notes="Bands are five starts; each schedule has its own best peak.")
        self.ask("Does the best peak depend on the schedule?", notes="And would it be higher?")
        self.enter(self.peaks())
        self.step(d.says_peaks, notes="Seven peaks are tried for each schedule.")
        self.step(d.says_ends, notes="A tie is what lies within the spread of the differences.")

    def figure(self) -> list[Panel]:
        self.rates.put(float(self.data.steps[-1]))
        return [self.curves(), self.losses(), self.peaks()]
