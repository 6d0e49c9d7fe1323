"""Where all weights are zero and the output biases know how frequent the classes are, the gradient
vanishes, but the place is no minimum: the Hessian has eigenvalues of either sign. Descent that
starts a thousandth beside it leaves, slowly and then fast; descent that comes from above slows
down as it passes.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from mlanim.stage.panels import Panel
from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.surface_chart import SurfaceChart
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.track import Track
from mlanim.words.sentence import Sentence

if TYPE_CHECKING:
    from mlanim.core.landscape.saddle import Saddle as Data

ROLES = {"leaving": "gradient", "passing": "input"}
NAMES = {"leaving": "pushed", "passing": "passing"}
DASHES: dict[str, Any] = {"leaving": "", "passing": "dash"}


class SaddleEscapeParams(SceneParams):
    """What the network would learn."""

    dataset: Literal["digits", "moons"] = Field("digits", description="What is learnt.")


class SaddleEscape(LessonScene[SaddleEscapeParams, "Data"]):
    """How descent leaves a saddle"""

    order = 3.2
    explore = "dataset"

    @staticmethod
    def compute(params: SaddleEscapeParams) -> Data:
        from mlanim.core.landscape.saddle import saddle_lesson

        return saddle_lesson(params.dataset, params.seed)

    @cached_property
    def runs(self) -> dict[str, Track]:
        """Both descents, along their steps."""
        paths = {name: getattr(self.data, name) for name in ROLES}
        return {
            name: Track(
                self.data.steps, place=p.places, under=p.plane_loss, loss=p.loss, slope=p.gradient
            )
            for name, p in paths.items()
        }

    @cached_property
    def turn(self) -> Track:
        """Degrees by which the surface is turned."""
        return Track((0, 360), start=20)

    def surface(self, turn: Any) -> Panel:
        """The loss on the plane of a way down and a way up."""
        d = self.data
        chart = SurfaceChart(
            d.offsets,
            d.offsets,
            d.plane_loss,
            "way down",
            "way up",
            "training loss",
            turn=turn,
            elevation=26,
        )
        chart.dot((0.0, 0.0), d.loss, name="saddle")
        self.walks: dict[str, Any] = {}
        for name, run in self.runs.items():
            way = run.history("place"), run.history("under")
            self.walks[name] = chart.path(*way, ROLES[name], name=NAMES[name], later=True)
        return Panel("surface", chart, "The loss around the saddle", share=1.6, says=d.says_axes)

    def spectrum(self) -> Panel:
        """All eigenvalues of the Hessian, in order."""
        d, count = self.data, len(self.data.eigenvalues)
        chart = Chart((0, count), None, "eigenvalues of the Hessian, in order", "curvature")
        chart.curve(np.arange(count) + 0.5, d.eigenvalues, "highlight", width="bold")
        chart.guide(y=0.0, dash="", name="0")
        return Panel("spectrum", chart, "Every direction's curvature", says=d.says_spectrum)

    def losses(self) -> Panel:
        """Loss and gradient along both descents."""
        d = self.data
        top = 1.05 * max(d.leaving.loss[0], d.passing.loss[0])
        chart = Chart((0, float(d.steps[-1])), (0, top), "step", "training loss")
        chart.guide(y=d.loss, name="loss of the saddle")
        for name, run in self.runs.items():
            chart.curve(
                run.history(), run.history("loss"), ROLES[name], name=NAMES[name],
                dash=DASHES[name], width="bold",
            )  # fmt: skip
        return Panel("losses", chart, "Loss of each descent", says=d.says_leaving)

    def construct(self) -> None:
        d = self.data
        surface = self.surface(self.turn)
        self.enter(surface, say=d.says_saddle)
        self.sweep(self.turn.to(50))
        self.step(notes="The gradient was computed over all training examples.")
        self.step(d.says_axes, notes="The mirror image turns the sign of the first layer.")
        self.enter(surface, self.spectrum(), say=d.says_spectrum)
        self.step(notes="The whole Hessian was computed, not a part of it.")
        self.ask("Does gradient descent stop here?", notes="At the saddle itself it would.")
        self.enter(surface, self.losses(), say="Descent starts a thousandth beside the saddle")
        self.run("leaving", d.says_leaving, "The offset grows by the same factor at each step.")
        self.run("passing", d.says_passing, "Near a saddle descent is slow, but does not stay.")

    def run(self, name: str, said: Sentence, notes: str) -> None:
        """Let a descent draw its path and its loss."""
        self.reveal(self.walks[name], seconds=0.4)
        self.sweep(self.runs[name].to_end(), self.turn.to(self.turn.value + 12), seconds=5)
        self.step(said, notes=notes)

    def figure(self) -> list[Panel]:
        for run in self.runs.values():
            run.put(run.at[-1])
        return [self.surface(60), self.spectrum(), self.losses()]
