"""Five ways to turn gradients into steps. In a ravine gradient descent goes to and fro across it
and creeps along it; momentum adds up what the steps have in common. What each keeps of the distance
in a step is measured beside what theory promises, and the plane of rate and momentum is coloured by
the exact spectral radius of the iteration. Then five optimisers train a network on the same budget,
each at its own best rate of a sweep, from five starts; what lies within their spread is a tie.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from mlanim.stage.vocabulary import Chart, LessonScene, Panel, SceneParams, Track, signed_palette

if TYPE_CHECKING:
    from mlanim.core.learning.five_optimizers import FiveOptimizers as Data

ROLES = {
    "gradient descent": "gradient", "momentum": "weight", "Nesterov": "input",
    "RMSProp": "attention", "Adam": "highlight",
}  # fmt: skip
DASHES: dict[str, Any] = dict(zip(ROLES, ("", "dash", "dot", "", "dash"), strict=True))


class OptimisersParams(SceneParams):
    """How narrow the ravine is, and what the network learns."""

    kappa: float = Field(20, ge=2, le=100, description="The ravine's condition, κ.")
    dataset: Literal["moons", "digits"] = Field("moons", description="What the network learns.")
    seed: int = Field(0, ge=0, description="Of the data, the starts and the batches.")


class Optimisers(LessonScene[OptimisersParams, "Data"]):
    """Five ways down"""

    order = 4
    explore = "kappa=2,5,20,100"

    @staticmethod
    def compute(params: OptimisersParams) -> Data:
        from mlanim.core.learning.five_optimizers import five_optimizers_lesson

        return five_optimizers_lesson(params.kappa, params.dataset, params.seed)

    @cached_property
    def runs(self) -> dict[str, Track]:
        """Each descent, along its steps."""
        d = self.data
        return {
            name: Track(d.steps, place=found.places, tip=found.places + found.steps)
            for name, found in d.descents.items()
        }

    def ravine(self) -> Panel:
        d = self.data
        chart = Chart(
            (d.x[0], d.x[-1]), (d.y[0], d.y[-1]), equal=True, grid=False, names="key", aspect=2.0
        )
        levels = np.quantile(d.height, np.linspace(0, 0.95, 12) ** 2)
        chart.contours(d.x, d.y, d.height, levels)
        self.paths = {}
        for name, run in self.runs.items():
            path = chart.path(run.history("place"), ROLES[name], name=name, dash=DASHES[name],
                              width="bold", later=True)  # fmt: skip
            arrow = chart.arrow(run["place"], run["tip"], ROLES[name], later=True)
            self.paths[name] = [path, arrow]
        return Panel("ravine", chart, "A ravine: steep across, flat along it", share=1.8,
                     says=d.says_descent)  # fmt: skip

    def losses(self) -> Panel:
        d = self.data
        chart = Chart(None, None, "step", "height", log="y")
        chart.curves(d.steps, {n: d.descents[n].losses for n in ROLES}, ROLES.values())
        return Panel("heights", chart, "Height over the floor", says=d.says_five)

    def plane(self) -> Panel:
        d = self.data
        ends = (d.rates[0], d.rates[-1]), (d.momenta[0], d.momenta[-1])
        chart = Chart(*ends, "rate", "momentum", grid=False, names="key")
        most = 1 - float(d.radius.min())
        chart.field(np.clip(d.radius - 1, -most, most)[::-1], signed_palette(most))
        chart.level(
            d.rates, d.momenta, d.radius, 1.0, "text", width="bold", name="it diverges beyond"
        )
        for name in ("gradient descent", "momentum"):
            found = d.descents[name]
            chart.dot((found.rate, found.momentum), ROLES[name], name=name, radius=0.11)
        return Panel("settings", chart, "What a step keeps",
                     share=1.5, says=d.says_plane)  # fmt: skip

    def network(self) -> Panel:
        d = self.data
        chart = Chart(None, None, "rate", "training loss", log="xy", names="key")
        for name, sweep in d.sweeps.items():
            mean = sweep.losses.mean(axis=1)
            chart.runs(sweep.rates, sweep.losses, ROLES[name], name=name, dash=DASHES[name])
            chart.dot((sweep.rates[sweep.best], mean[sweep.best]), ROLES[name])
        return Panel("network", chart, "A network, by rate", says=d.says_network)

    def descend(self, *names: str, seconds: float = 5.0) -> None:
        """Let some come down the ravine."""
        marks = [mark for name in names for mark in self.paths[name]]
        self.reveal(*marks)
        self.sweep(*(self.runs[name].to_end() for name in names), seconds=seconds)

    def construct(self) -> None:
        d = self.data
        self.enter(self.ravine(), say=d.says_downhill)
        self.descend("gradient descent")
        self.step(d.says_descent, notes="The best rate there is: a larger one goes up the sides.")
        self.descend("momentum")
        self.step(d.says_momentum, notes="Steps across cancel each other, steps along add up.")
        self.enter(self.plane())
        self.step(d.says_plane, notes="Exact: the largest eigenvalue of two steps in a row.")
        self.ask("Is what is best in a ravine best on a network?", notes="Take votes for the five.")
        self.enter(self.ravine(), self.losses())
        self.descend("RMSProp", "Adam", "Nesterov", seconds=4)
        self.step(d.says_five, notes="RMSProp and Adam give each axis a step of its own.")
        self.enter(self.network())
        self.step(d.says_network, notes="Each at its own best rate of six; bands are all starts.")

    def figure(self) -> list[Panel]:
        for run in self.runs.values():
            run.put(float(self.data.steps[-1]))
        return [self.ravine(), self.plane(), self.losses(), self.network()]
