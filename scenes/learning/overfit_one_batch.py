"""The first check of a training loop: can it memorise one small batch of handwritten digits? A
working step brings the loss near zero, with shuffled labels as well: the check finds bugs, not
leakage. Five steps with one bug each run from the same five starts; their lines, losses and
gradients stand side by side, with what gives each bug away.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from mlanim.stage.vocabulary import (
    Chart,
    CodeBlock,
    LessonScene,
    Panel,
    Rows,
    SceneParams,
    Track,
)

if TYPE_CHECKING:
    from mlanim.core.learning.overfit_one_batch import OverfitOneBatch as Data

BUGS = {
    "softmax twice": "The loss stops above zero: look for a second softmax.",
    "never zeroed": "Every step applies the sum of all gradients so far.",
    "detached": "A low loss alone does not clear the code: look at each layer's gradient.",
    "wrong axis": "Add up the probabilities of one example.",
    "rate of 10": "Try a tenth of the rate before you look for anything else.",
}
LOWEST = 1e-4  # of what is drawn; what is less leaves the chart
LEAST = 1e-30  # what stands for zero on a logarithmic axis, far below it


class OverfitOneBatchParams(SceneParams):
    """The batch."""

    classes: int = Field(4, ge=2, le=10, description="How many digits are told apart.")
    examples: int = Field(16, ge=8, le=32, description="How many examples the batch has.")
    seed: int = Field(0, ge=0, le=10**6, description="Of the batches and the starts.")


class OverfitOneBatch(LessonScene[OverfitOneBatchParams, "Data"]):
    """Overfit one batch first"""

    order = 11
    explore = "classes=2,4,6,8,10"

    @staticmethod
    def compute(params: OverfitOneBatchParams) -> Data:
        from mlanim.core.learning.overfit_one_batch import overfit_lesson

        return overfit_lesson(params.classes, params.examples, params.seed)

    @cached_property
    def tracks(self) -> dict[str, Track]:
        """Each of the trainings, along its steps."""
        return {name: Track(self.data.steps) for name in self.data.runs}

    def chart(self, kind: str, *names: str) -> Chart:
        """Mean and range over the starts, of losses or of norms."""
        d = self.data
        label = {"losses": "loss", "norms": "gradient norm"}[kind]
        shown = {name: np.maximum(getattr(d.runs[name], kind), LEAST) for name in names}
        low = max(LOWEST, min(float(values.min()) for values in shown.values()))
        high = max(float(values.max()) for values in shown.values())
        ends = (0, len(d.steps) - 1), (min(low, 0.1) / 1.5, max(high, 1.0) * 1.5)
        chart = Chart(*ends, "step", label, log="y", ticks=4, least=2.5)
        roles: Any = {"working": "attention", "shuffled": "input"}
        for name, values in shown.items():
            role, track = roles.get(name, "gradient"), self.tracks[name]
            chart.runs(
                track.history(), track.history(values.T), role,
                dash="dash" if name == "shuffled" else "", name=name if len(names) > 1 else None,
            )  # fmt: skip
        if kind == "losses" and names[0] in d.floors:
            chart.guide(y=d.floors[names[0]], name="the least there can be")
        return chart

    def code(self, name: str) -> CodeBlock:
        found = self.data.code[name]
        return CodeBlock(found.code, marked=None if name == "working" else found.marked,
                         numbers=False)  # fmt: skip

    def losses(self, name: str) -> Panel:
        picture = Rows(self.code(name), self.chart("losses", name), shares=(1, 2.1))
        return Panel(name, picture, name.capitalize(), share=1.2, says=self.data.says[name])

    def norms(self, name: str) -> Panel:
        picture = self.chart("norms", name)
        return Panel(f"norm {name}", picture, "Gradient as applied", says=self.data.says[name])

    def both(self) -> Panel:
        chart = self.chart("losses", "working", "shuffled")
        says = self.data.says["shuffled"]
        return Panel("labels", chart, "Right and shuffled labels", says=says)

    def gradients(self) -> Panel:
        d = self.data
        chart = Chart(None, None, "step", "gradient norm", log="y")
        means = {name: d.runs[name].norms.mean(0) for name in BUGS}
        chart.curves(d.steps, means, ["gradient", "weight", "input", "attention", "highlight"])
        return Panel("gradients", chart, "Gradients as applied", says=d.says["never zeroed"])

    def construct(self) -> None:
        d = self.data
        self.enter(self.losses("working"), self.norms("working"),
                   say="Before anything else: can the net memorise one small batch?")  # fmt: skip
        self.sweep(self.tracks["working"].to_end(), say="", seconds=3)
        self.step(d.says["working"], notes="Lines are means of five starts, bands their range.")
        self.enter(self.both(), say="And where the labels are shuffled?")
        self.sweep(self.tracks["shuffled"].to_end(), say="", seconds=3)
        self.step(d.says["shuffled"], notes="The check finds bugs, not leakage.")
        for name, notes in BUGS.items():
            self.enter(self.losses(name), self.norms(name), say="One line is wrong: what happens?")
            self.sweep(self.tracks[name].to_end(), say="", seconds=2.5)
            self.step(d.says[name], notes=notes)

    def figure(self) -> list[Panel]:
        for track in self.tracks.values():
            track.put(float(self.data.steps[-1]))
        return [self.both(), self.gradients(), *map(self.losses, BUGS)]
