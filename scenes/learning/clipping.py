"""The loss of a recurrent unit has a cliff, and one gradient at it throws a descent far away.
Clipping shortens a gradient that is too long: one step with it and one without are taken from the
same point. Then networks are trained both ways, from eight starts: how long their gradients are,
which share is clipped, and what becomes of the loss. Clipping by norm keeps a gradient's direction,
clipping by value turns it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import Field

from mlanim.stage.pictures.learning.clipped import clipped_directions
from mlanim.stage.pictures.learning.leaps import Leaps
from mlanim.stage.vocabulary import Chart, LessonScene, Panel, SceneParams, SurfaceChart, Track

if TYPE_CHECKING:
    from mlanim.core.gradients.clipping import Clipping as Data

ROLES = {"raw": "gradient", "clipped": "attention"}
NAMES = {"raw": "without", "clipped": "with clipping"}
DASHES: dict[str, Any] = {"raw": "dash", "clipped": ""}


class ClippingParams(SceneParams):
    """What is trained, and how long a gradient may be."""

    length: int = Field(20, ge=10, le=40, description="Steps that the unit and networks run.")
    threshold: float = Field(1.0, ge=0.2, le=5, description="How long a gradient may be.")
    rate: float = Field(0.1, ge=0.02, le=0.3, description="The learning rate.")
    seed: int = Field(0, ge=0, description="Of the networks' starts and batches.")


class Clipping(LessonScene[ClippingParams, "Data"]):
    """Gradient clipping"""

    order = 8
    explore = "threshold=0.25,0.5,1,2,4"

    @staticmethod
    def compute(params: ClippingParams) -> Data:
        from mlanim.core.gradients.clipping import clipping_lesson

        return clipping_lesson(params.length, params.rate, params.threshold, params.seed)

    @cached_property
    def tracks(self) -> dict[str, Track]:
        """What runs: the view, the unit's descents, the networks' training, a longer gradient."""
        c, d = self.data.cliff, self.data
        losses: dict[str, Any] = {way: descent.losses for way, descent in c.descents.items()}
        return {
            "turn": Track((200, 235)), "unit": Track(c.steps, start=c.at, **losses),
            "training": Track(d.steps, counts=d.histogram.counts),
            "growth": Track.along(d.grown.lengths, d.grown, log=True),
        }  # fmt: skip

    @cached_property
    def leaps(self) -> Leaps:
        """The step that each takes from one point."""
        return Leaps(self.data.cliff, ROLES, NAMES)

    def surface(self) -> Panel:
        c, turn = self.data.cliff, self.tracks["turn"]
        chart = SurfaceChart(c.x, c.y, c.loss, "weight", "bias", "loss", turn=turn, least=5)
        places, losses = c.descents["clipped"].places, c.descents["clipped"].losses
        chart.path(places[: c.at + 1], losses[: c.at + 1], "highlight")
        heading = f"One recurrent unit, {self.params.length} steps"
        return Panel("surface", chart, heading, says=self.data.says_cliff)

    def above(self) -> Panel:
        return Panel("above", self.leaps.map(), "From above")

    def cut(self, view: str) -> Panel:
        picture = self.leaps.cut(view)
        return Panel("cut", picture, "Along the gradient", says=self.data.says_raw)

    def after(self) -> Panel:
        run = self.tracks["unit"]
        chart = Chart((0, run.at[-1]), (0, 0.55), "step", "loss")
        ways = {NAMES[way]: run.history(way) for way in reversed(ROLES)}
        chart.curves(run.history(), ways, reversed(ROLES.values()))
        return Panel("after", chart, "The unit's loss", says=self.data.says_after)

    def norms(self) -> Panel:
        h, limit = self.data.histogram, self.params.threshold
        ends = (min(h.edges[0], limit / 2), max(h.edges[-1], 2 * limit))
        high, label = (0, 1.1 * h.counts.max()), "gradient's length"
        chart = Chart(ends, high, label, "steps", log="x", names="key", least=4.5)
        chart.columns(h.edges, self.tracks["training"]["counts"], name="before clipping")
        chart.guide(x=limit, role="highlight", name="threshold", width="bold")
        heading = f"Gradients in {self.data.trainings} trainings with clipping"
        return Panel("norms", chart, heading, says=self.data.says_share)

    def losses(self) -> Panel:
        d, run = self.data, self.tracks["training"]
        chart = Chart((0, d.steps[-1]), (1e-4, 200), "step", "loss, up to 100", log="y")
        for way, role in ROLES.items():
            name, dash, middle = NAMES[way], DASHES[way], run.history(d.medians[way])
            for one in map(run.history, d.losses[way].T):
                chart.curve(run.history(), one, role, dash=dash, width="thin", opacity=0.6)
            chart.curve(run.history(), middle, role, name=name, dash=dash, width="bold")
        heading = f"{d.trainings} trainings each, and their median"
        return Panel("losses", chart, heading, says=d.says_trained)

    def directions(self) -> Panel:
        picture = clipped_directions(self.tracks["growth"], self.params.threshold)
        return Panel("directions", picture, "That gradient, as it grows", says=self.data.says_turn)

    def turns(self) -> Panel:
        d = self.data
        chart = Chart((0, 90), (0, 1.1 * max(1.0, d.turns.max())), "degrees", "gradients")
        chart.columns(d.degrees, d.turns, "weight")
        return Panel("turns", chart, "The networks' turns by value", says=d.says_turns)

    def leap(self, way: str, view: str) -> None:
        """Let one take its step, and look at as much as that needs."""
        self.reveal(*self.leaps.marks(way), seconds=0.3)
        self.sweep(self.leaps.to(way), *self.leaps.zooms(view))

    def construct(self) -> None:
        d, run = self.data, self.tracks
        self.enter(self.surface(), say="The loss of one recurrent unit over its two parameters")
        self.sweep(run["turn"].to_end(), seconds=3.5)
        self.step(d.says_cliff, notes="Pascanu et al. 2013, figure 6.")
        self.enter(self.above(), self.cut("holds"))
        self.ask(d.says_point, notes="The dotted line is what the gradient promises.")
        self.leap("raw", "both")
        self.step(d.says_raw, notes="Compare the curve with the dotted promise.")
        self.leave(*self.leaps.ends["raw"])
        self.leap("clipped", "near")
        self.step(d.says_clipped, notes="It is the same direction as without clipping.")
        self.enter(self.after())
        self.sweep(run["unit"].to_end(), say="", seconds=4)
        self.step(d.says_after, notes="Clipping leaves the cliff where it is.")
        self.enter(self.norms(), self.losses(), say="Networks are to remember a sign")
        self.sweep(run["training"].to_end(), say="", seconds=4)
        self.say(d.says_share)
        self.wait(3)
        self.step(d.says_trained, notes="Blown up: a loss over 10. ± is over the starts.")
        self.enter(self.directions(), self.turns())
        self.sweep(run["growth"].to_end(), say=d.says_turn, seconds=4)
        self.step(d.says_turns, notes="Within the circle by norm, the square by value.")

    def figure(self) -> list[Panel]:
        self.leaps.land()
        for run in self.tracks.values():
            run.put(float(run.at[-1]))
        self.above()
        return [self.surface(), self.cut("both"), self.norms(), self.directions()]

    def live(self) -> list[Panel]:
        """All but the surface: its cells, once a state, would make a page of megabytes."""
        return [panel for panel in self.figure() if panel.name != "surface"]
