"""How many directions lead down where the gradient vanishes? In a random symmetric matrix half of
them do, and a place where none does is rarer than rare. A network is no random matrix: the share is
counted along real trainings, from the whole Hessian. And where the gradient vanishes exactly,
descent leaves once noise has grown.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from mlanim.stage.vocabulary import Chart, LessonScene, Panel, SceneParams, Track

if TYPE_CHECKING:
    from mlanim.core.landscape.saddles import Saddles as Data


class SaddlesParams(SceneParams):
    """How large the random matrices are, and what the network learns."""

    size: int = Field(100, ge=10, le=400, description="Rows of a random matrix.")
    dataset: Literal["digits", "moons"] = Field("digits", description="What the network learns.")
    seed: int = Field(0, ge=0, description="Of the matrices, the data and the starts.")


class HowManyLeadDown(LessonScene[SaddlesParams, "Data"]):
    """How many directions lead down"""

    order = 3.5
    explore = "size=10,25,50,100,200"

    @staticmethod
    def compute(params: SaddlesParams) -> Data:
        from mlanim.core.landscape.saddles import saddles_lesson

        return saddles_lesson(params.size, params.dataset, params.seed)

    @cached_property
    def matrices(self) -> Track:
        """How many matrices have been counted."""
        found = self.data.spectrum
        return Track(found.matrices, density=found.density, log=True)

    def semicircle(self) -> Panel:
        found = self.data.spectrum
        top = 1.25 * max(float(found.density[-1].max()), float(found.semicircle.max()))
        chart = Chart(
            (found.edges[0], found.edges[-1]), (0, top), "eigenvalue over √d", "density", least=4.4
        )
        chart.columns(found.edges, self.matrices["density"], "input", opacity=0.6)
        chart.curve(found.xs, found.semicircle, "highlight", width="bold", name="semicircle")
        chart.guide(x=0.0, name="0")
        return Panel("semicircle", chart, "Eigenvalues of random matrices", "left of 0: down",
                     share=1.3, says=self.data.says_half)  # fmt: skip

    def chance(self) -> Panel:
        d = self.data
        seen = d.positive > 0
        chart = Chart((0.5, d.sizes[-1] + 0.5), None, "directions", "share without a way down",
                      log="y", least=4.4)  # fmt: skip
        chart.curve(d.sizes[seen], d.positive[seen], "input", width="bold")
        chart.scatter(np.column_stack([d.sizes, d.positive])[seen], "input", radius=0.09)
        chart.dot((2, d.exact), "highlight", name="exact", radius=0.06)
        return Panel("chance", chart, "How rare a minimum is", says=d.says_chance)

    def network(self) -> Panel:
        d = self.data
        losses = d.losses.mean(axis=1)
        chart = Chart(None, (0, 0.55), "training loss", "share that leads down", log="x", least=4.4)
        chart.guide(y=0.5, name="random matrix")
        chart.runs(losses, d.down, "weight")
        chart.scatter(np.column_stack([losses, d.down.mean(axis=1)]), "weight", radius=0.08)
        return Panel("network", chart, "A network as it learns", f"{d.parameters} parameters",
                     share=1.3, says=d.says_network)  # fmt: skip

    def escape(self) -> Panel:
        d = self.data
        chart = Chart(
            None, None, "noise beside the saddle", "steps until it has left", log="x", least=4.4
        )
        chart.curve(d.noises, d.predicted, "highlight", name="theory", dash="dash")
        chart.runs(d.noises, d.escapes, "gradient", name="measured")
        return Panel("escape", chart, "How descent leaves a saddle", says=d.says_escape)

    def construct(self) -> None:
        d = self.data
        self.enter(self.semicircle(), say="Random symmetric matrices, one after another")
        self.sweep(self.matrices.to_end(), seconds=8)
        self.step(d.says_half, notes="Wigner's semicircle is the limit for ever larger matrices.")
        self.enter(self.semicircle(), self.chance())
        self.step(d.says_chance, notes="A hundred thousand matrices of each size were drawn.")
        self.ask("Is a network's Hessian like that?", notes="Ask for the share at a low loss.")
        self.enter(self.network())
        self.step(d.says_network, notes="All eigenvalues of the whole Hessian; bands: all starts.")
        self.step(d.says_still, notes="The gradient vanishes there exactly: nothing moves.")
        self.ask("At a saddle, what does ten times less noise cost?", notes="Ten times more steps?")
        self.enter(self.network(), self.escape())
        self.step(d.says_escape, notes="At the saddle itself the gradient vanishes exactly.")

    def figure(self) -> list[Panel]:
        self.matrices.put(float(self.matrices.at[-1]))
        return [self.semicircle(), self.chance(), self.network(), self.escape()]
