"""The loss around a trained network: any network of yours, or a small one of ours. A plane through
its weights as a map and in space, cuts along the plane's directions beside the steepest one there
is, and the eigenvalues of the whole Hessian from its products with vectors alone. Each picture
says what it leaves out: a plane is two of many dimensions, and its look depends on their scale.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from mlanim.stage.table import table
from mlanim.stage.vocabulary import Chart, LessonScene, Panel, SceneParams, SurfaceChart, Track

if TYPE_CHECKING:
    from mlanim.core.surface.loss_surface import LossSurface as Data

ROLES = {"first": "weight", "second": "input", "steepest": "gradient", "random": "gradient"}
DASHES: dict[str, Any] = {"first": "dash", "second": "dot", "steepest": "", "random": ""}
SCALED = {"filter": "by filter", "layer": "by layer", "none": "unscaled"}
PLANES = {
    "random": "Loss on a plane of two random directions",
    "pca": "Loss on a plane of two principal components",
    "hessian": "Loss on the plane of the two steepest directions",
}
ABOVE, BESIDE, TURNED = 88.0, 30.0, 215.0  # degrees of elevation, and around the vertical


class LossSurfaceParams(SceneParams):
    """Which network, and which plane through its weights."""

    model: str = Field("", description="Your network, as file.py:make_model; ours without one.")
    data: str = Field("", description="Its data, as file.py:make_data, or a file of arrays.")
    loss: str = Field("cross_entropy", description="Or mse, l1, nll, another, or file.py:name.")
    checkpoint: str = Field("", description="The network's weights, .safetensors, .pt or .pth.")
    checkpoints: str = Field("", description="A folder of a training's, for directions=pca.")
    other: str = Field("", description="A second checkpoint: the line and a low curve to it.")
    directions: Literal["random", "pca", "hessian"] = Field(
        "random", description="Random ones, the components of a training, or the two steepest."
    )
    normalise: Literal["filter", "layer", "none"] = Field(
        "filter", description="What random directions are scaled by."
    )
    resolution: int = Field(31, ge=11, le=201, description="Points along each side of the plane.")
    extent: float = Field(1.0, gt=0, le=1000, description="In the directions' lengths.")
    device: Literal["auto", "cpu", "cuda", "mps"] = Field("cpu", description="Where to compute.")


class LossSurface(LessonScene[LossSurfaceParams, "Data"]):
    """The loss around a trained network"""

    order = 2.1
    after = ("loss_landscape",)
    explore = "normalise"

    @staticmethod
    def compute(params: LossSurfaceParams) -> Data:
        from mlanim.core.surface.loss_surface import loss_surface_lesson

        return loss_surface_lesson(**params.model_dump())

    @cached_property
    def view(self) -> tuple[Track, Track]:
        """Degrees by which the surface is turned, and from which it is looked down upon."""
        return Track((0, 360), start=180), Track((BESIDE, 90), start=ABOVE)

    def plane(self) -> Panel:
        d, heading = self.data, PLANES[self.params.directions]
        chart = Chart((d.x[0], d.x[-1]), (d.y[0], d.y[-1]), *d.axes, grid=False, least=4.4)
        chart.contours(d.x, d.y, d.loss, d.levels, numbered=d.numbered, name="loss")
        if len(d.path):
            chart.path(d.path, "text", width="bold", rim=True, tip=True)
        chart.dot((0, 0), "highlight")
        x, y = np.meshgrid(d.x, d.y)
        grid = table({"x": x.ravel(), "y": y.ravel(), "loss": d.loss.ravel()})
        path = {"path": table({"x": d.path[:, 0], "y": d.path[:, 1]})} if len(d.path) else {}
        tables = {"plane": grid, **path}
        return Panel("plane", chart, heading, "the dot: the weights", 1.0, d.says_plane, tables)

    def space(self, turn: Any, lift: Any) -> Panel:
        d = self.data
        surface = SurfaceChart(
            d.x, d.y, d.loss, *d.axes, "loss", log=d.is_log, turn=turn, elevation=lift
        )
        heights = "heights by their logarithm" if d.is_log else None
        return Panel("space", surface, "In space", heights, says=d.says_plane)

    def losses(self, along: str) -> Chart:
        return Chart(None, None, along, "loss", log="y" if self.data.is_log else "", least=4.4)

    def scalings(self) -> Panel:
        d, chart = self.data, self.losses("steps along the draw")
        named = {SCALED[how]: losses for how, losses in d.scaled.items()}
        chart.curves(d.reach, named, ("weight", "input", "gradient"))
        return Panel("scaled", chart, "One draw, scaled in three ways", says=d.says_scaling)

    def cuts(self) -> Panel:
        d, chart = self.data, self.losses("distance from the weights")
        *_, self.third = (
            chart.curve(d.distances, d.cuts[name], ROLES[name], name=name, dash=DASHES[name],
                        width="bold", later=name == d.cut_names[-1])
            for name in d.cut_names
        )  # fmt: skip
        return Panel("cuts", chart, "Equally far along three directions", says=d.says_curvature)

    def spectrum(self) -> Panel:
        d = self.data
        ends = (d.at[0], d.at[-1]), (d.one / 3, 2 * d.density.max())
        chart = Chart(*ends, "eigenvalue", "density", log="y", names="key", least=4.4)
        chart.curve(d.at, d.density, "input", width="bold", name="all")
        places = np.column_stack([d.eigenvalues, np.full(len(d.eigenvalues), d.one)])
        chart.scatter(places, "gradient", name="found one by one", radius=0.09)
        return Panel("spectrum", chart, "Eigenvalues of the Hessian", says=d.says_ends)

    def way(self) -> Panel:
        d, chart = self.data, Chart((0, 1), None, "share of the way", "loss", least=4.4)
        chart.curves(d.shares, {"curve": d.curve, "straight": d.line}, ("positive", "negative"))
        return Panel("way", chart, "From one network to another", d.says_way_norm,
                     says=d.says_way or "")  # fmt: skip

    def construct(self) -> None:
        d, plane, cuts, (turn, lift) = self.data, self.plane(), self.cuts(), self.view
        self.enter(plane, self.space(turn, lift), say=d.says_network)
        self.sweep(lift.to(BESIDE), turn.to(TURNED), seconds=4)
        self.step(notes="The same plane twice: the colour is the loss over all of the data.")
        if d.says_batch_norm:
            self.step(d.says_batch_norm, notes="Its gains and shifts do not move when scaled.")
        self.step(d.says_plane, notes="Between the points of the grid nothing was looked at.")
        if d.says_path:
            self.step(d.says_path, notes="Antognini and Sohl-Dickstein 2018.")
        if self.params.directions == "random":
            self.enter(plane, self.scalings())
            self.step(d.says_scaling, notes="Flat or sharp depends on scaling (Li et al. 2018).")
        self.enter(plane, cuts)
        self.ask(f"How does the {d.cut_names[-1]} direction look?", notes="Guess a factor.")
        self.reveal(self.third)
        self.step(d.says_curvature, notes="The mean is the trace over the number of weights.")
        self.enter(cuts, self.spectrum())
        self.step(d.says_ends, notes="By Lanczos, from products with the Hessian alone.")
        self.step(d.says_shares, notes="By stochastic Lanczos quadrature (Ghorbani et al. 2019).")
        self.step(d.says_trace, notes="By vectors of random signs (Hutchinson 1989).")
        if d.says_way:
            self.enter(plane, self.way())
            self.step(d.says_way, notes="A trained Bézier curve (Garipov et al. 2018).")

    def figure(self) -> list[Panel]:
        second = self.way() if self.data.says_way else self.space(TURNED, BESIDE)
        return [self.plane(), second, self.cuts(), self.spectrum()]
