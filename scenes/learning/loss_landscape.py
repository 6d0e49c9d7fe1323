"""A network of a thousand weights learns handwritten digits, and its loss is measured on a plane
through the space of its weights. Three optimisers walk there from one start; the plane says how
much of each walk it keeps, beside what it would keep of a random walk, and how far a walk's own
loss is from the colour under it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from manim import FadeOut
from pydantic import Field

from mlanim.stage.vocabulary import (
    Chart,
    GrowingTable,
    LessonScene,
    Panel,
    Rows,
    SceneParams,
    SurfaceChart,
    Track,
)

if TYPE_CHECKING:
    from mlanim.core.surface.loss_landscape import LossLandscape as Data

ROLES = {"sgd": "gradient", "momentum": "weight", "adam": "text"}
DASHES: dict[str, Any] = {"sgd": "", "momentum": "dash", "adam": "dot"}
PLANES = {
    "pca": "Training loss on a plane of two principal components",
    "random": "Training loss on a plane of two random directions",
}
ABOVE, BESIDE = 88.0, 28.0  # degrees of elevation


class LossLandscapeParams(SceneParams):
    """What is learnt, and which plane is looked at."""

    dataset: Literal["digits", "moons"] = Field("digits", description="What is learnt.")
    directions: Literal["pca", "random"] = Field(
        "pca",
        description="The plane: the paths' two principal components, or two random directions "
        "scaled filter by filter.",
    )
    optimizer: Literal["sgd", "momentum", "adam"] = Field(
        "momentum", description="The run whose last weights are the plane's origin."
    )
    resolution: int = Field(41, ge=11, le=81, description="Points along the plane's height.")
    model: str = Field("", description="Your network, as file.py:make_model; ours without one.")
    data: str = Field("", description="Its data, as file.py:make_data, or a file of arrays.")
    loss: str = Field("cross_entropy", description="Or mse, l1, nll, another, or file.py:name.")
    checkpoint: str = Field("", description="Weights to start from; the model's own without them.")
    device: Literal["auto", "cpu", "cuda", "mps"] = Field("cpu", description="Where to compute.")
    epochs: int = Field(20, ge=1, le=500, description="How often all data is gone through.")
    rates: float = Field(1.0, gt=0, le=100, description="What the learning rates are times.")


class LossLandscape(LessonScene[LossLandscapeParams, "Data"]):
    """The loss landscape"""

    order = 2
    after = ("derivative",)
    explore = "optimizer"

    @staticmethod
    def compute(params: LossLandscapeParams) -> Data:
        from mlanim.core.surface.loss_landscape import loss_landscape_lesson

        return loss_landscape_lesson(**params.model_dump())

    @cached_property
    def probe(self) -> Track:
        """A point that wanders over the plane to its origin."""
        at = np.linspace(0, 1, len(self.data.probe))
        return Track(at, place=self.data.probe, loss=self.data.probe_loss)

    @cached_property
    def runs(self) -> Track:
        """All three optimisers' runs, along their steps."""
        paths = self.data.paths
        series: dict[str, Any] = {f"{name} place": path.places for name, path in paths.items()}
        series |= {f"{name} loss": path.loss for name, path in paths.items()}
        return Track(paths["sgd"].steps, **series)

    @cached_property
    def turn(self) -> Track:
        """Degrees by which the surface is turned."""
        return Track((0, 360), start=180)

    @cached_property
    def lift(self) -> Track:
        """Degrees from which it is looked down upon."""
        return Track((BESIDE, 90), start=ABOVE)

    def plane(self) -> Panel:
        """The paths from above, on the loss as a map."""
        d, (x, y) = self.data, self.data.window
        self.map = Chart(x, y, *d.axes, equal=True, grid=False, names="within", least=4.0)
        self.map.contours(d.x, d.y, d.loss, d.levels, numbered=d.numbered, name="training loss")
        self.walks = [
            self.map.path(
                self.runs.history(f"{name} place"), role, name=d.paths[name].name, width="bold",
                dash=DASHES[name], rim=True, tip=True, later=True,
            )
            for name, role in ROLES.items()
        ]  # fmt: skip
        heading = PLANES[self.params.directions]
        return Panel("paths", self.map, heading, share=1.15, says=d.says_kept)

    def read_off(self) -> Panel:
        """The loss at the point that wanders, and along the way that it has come."""
        every, probe = self.data.probe_loss, self.probe
        chart = Chart((0, 1), (0, 1.05 * every.max()), "share of the way", "training loss")
        chart.curve(probe.history(), probe.history("loss"), "highlight", width="bold", tip=True)
        said = "loss here [{loss:3}](highlight)"
        picture = chart.under(said, size="display", loss=probe["loss"])
        return Panel("loss here", picture, "A cut through the plane")

    def losses(self) -> Panel:
        """The losses of the runs themselves."""
        d, runs = self.data, self.runs
        chart = Chart((0, runs.at[-1]), None, "step", "training loss", log="y", least=4.0)
        for name, role in ROLES.items():
            loss, words = runs.history(f"{name} loss"), d.paths[name].name
            chart.curve(runs.history(), loss, role, name=words, dash=DASHES[name])
        return Panel("losses", chart, "Loss of each run", says=d.says_rules)

    def shares(self, shown: int | None = None) -> Panel:
        """How much of each path the plane keeps, and how good the network at its end is."""
        self.table = GrowingTable(
            self.data.table, self.data.heads, ("text", "highlight", "muted", "text"), shown=shown
        )
        remark = "Of the squared distance to the origin; ± over 60 random walks"
        heading = "What the plane shows of each path"
        return Panel("kept", self.table, heading, remark, says=self.data.says_kept)

    def space(self, turn: Any, lift: Any) -> Panel:
        """The square around the paths as a surface."""
        d, (left, right) = self.data, self.data.window[0]
        inside = (d.x >= left - 1e-9) & (d.x <= right + 1e-9)
        surface = SurfaceChart(
            d.x[inside], d.y, d.loss[:, inside], *d.axes, "training loss", log=d.is_log,
            turn=turn, elevation=lift,
        )  # fmt: skip
        for name, path in d.paths.items():
            surface.path(path.places, path.plane_loss, ROLES[name], name=path.name)
        return Panel("surface", surface, "The plane in space", share=1.15, says=d.says_height)

    def construct(self) -> None:
        d = self.data
        plane = self.plane()
        self.enter(plane, self.read_off(), say=d.says_network)
        point = self.map.dot(self.probe["place"], later=True)
        self.reveal(point, seconds=0.5)
        self.sweep(self.probe.to_end(), seconds=4)
        self.step(notes="Its colour is the loss over all training examples.")
        if d.says_batch_norm:
            self.step(d.says_batch_norm, notes="In training its batches', on the plane all data's.")
        rows = Rows(self.losses().picture, self.shares(shown=0).picture, shares=(1.6, 1))
        losses = Panel("losses", rows, "Loss of each run")
        self.enter(plane, losses, along=[FadeOut(point)], say=d.says_rules)
        self.reveal(*self.walks, seconds=0.5)
        self.sweep(self.runs.to_end(), seconds=6)
        self.step(notes="Each path is a whole run, projected onto the plane by least squares.")
        self.ask(d.says_how_much, notes="Let them guess before the table comes.")
        self.sweep(self.table.to(len(d.table)), seconds=1.5)
        self.step(
            d.says_kept,
            notes="Of the summed squared distance to the plane's origin. In the limit a random "
            "walk's first component alone holds 6/π², 61 %, of its variance.",
        )
        self.step(d.says_gap, notes="The colour is the loss of the path's projection.")
        self.enter(self.space(self.turn, self.lift), losses, say=d.says_height)
        self.sweep(self.lift.to(BESIDE), self.turn.to(200))
        self.sweep(self.turn.to(225), seconds=3)
        self.step(notes="The paths lie where the plane keeps them, not at their own loss.")

    def figure(self) -> list[Panel]:
        self.runs.put(self.runs.at[-1])
        return [self.plane(), self.space(215, BESIDE), self.losses(), self.shares()]
