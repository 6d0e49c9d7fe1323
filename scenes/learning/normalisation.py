"""Three norms of one tensor: batch norm averages over the examples, layer norm over the neurons,
RMS norm only divides. A batch of two leaves little but signs; means of n examples stray by 1/√n.
A layer before batch norm may be scaled without a change of the loss: its gradient shrinks by as
much. Whether loss and gradient change more slowly with batch norm is measured, from five starts.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from mlanim.stage.pictures.learning.averaged import Averaged
from mlanim.stage.vocabulary import (
    Chart,
    LessonScene,
    Matrix,
    Multiples,
    Panel,
    SceneParams,
    Track,
    table,
)

if TYPE_CHECKING:
    from mlanim.core.gradients.normalisation import Normalisation as Data
    from mlanim.words.sentence import Sentence

AVERAGED = {"batch": "over the digits", "layer": "over the neurons", "RMS": "likewise, no mean"}
LOOKS: dict[str, Any] = {"with": {"role": "input"}, "without": {"role": "weight", "dash": "dash"}}


class NormalisationParams(SceneParams):
    """Which tensor, and which networks."""

    batch: int = Field(8, ge=3, le=12, description="Digits in the tensor that is shown.")
    features: int = Field(10, ge=6, le=14, description="Neurons of each hidden layer.")
    layers: int = Field(3, ge=1, le=5, description="Hidden layers.")
    rate: float = Field(0.2, ge=0.02, le=0.5, description="Learning rate of all networks.")


class Normalisation(LessonScene[NormalisationParams, "Data"]):
    """What normalisation averages over"""

    order = 9
    explore = "rate=0.05,0.1,0.2,0.4"

    @staticmethod
    def compute(params: NormalisationParams) -> Data:
        from mlanim.core.gradients.normalisation import normalisation_lesson

        return normalisation_lesson(**params.model_dump())

    @cached_property
    def tracks(self) -> tuple[Track, Track, Track]:
        """The walk over the tensor, the factor of the weights, the steps of training."""
        d, walk = self.data, self.data.walk
        along = Track.along(np.arange(len(walk.row)), walk)
        return along, Track(d.scaled.factors, log=True), Track(d.steps)

    @cached_property
    def tensors(self) -> tuple[Averaged, Averaged]:
        d, walk, ends = self.data, self.tracks[0], (-self.data.largest, self.data.largest)
        before = Averaged(d.before, d.labels, ends, walk)
        return before, Averaged(walk["shown"], d.labels, ends, walk, "_after")

    def norms(self) -> Panel:
        d, ends = self.data, (-self.data.largest, self.data.largest)
        grids = {"before": Matrix(d.before, palette="signed", ends=ends)}
        for name, over in AVERAGED.items():
            grid = Matrix(d.after[name], palette="signed", ends=ends)
            grids[f"{name} norm: {over}"] = grid
            column, row = (1, None) if name == "batch" else (None, 1)
            grid.mark(column=column, row=row)
        picture = Multiples(list(grids.values()), list(grids), columns=2)
        moments = {name: of for name, of in self.tracks[0].series.items() if name != "shown"}
        data, remark = picture.tables() | {"moments": table(moments)}, "digits (rows) by neurons"
        return Panel("norms", picture, "What shares an average", remark, 1.3, d.says_norms, data)

    def spread(self) -> Panel:
        d, heading = self.data.spread, "How far a batch's estimates stray"
        chart = Chart(None, None, "batch size", "in the neuron's deviations", log="xy", names="key")
        for name, found, role in (("mean", d.mean, "input"), ("deviation", d.deviation, "weight")):
            chart.band(d.sizes, found.min(axis=1), found.max(axis=1), role)
            places = np.column_stack([d.sizes, found.mean(axis=1)])
            chart.scatter(places, role, name=name, radius=0.09, ring=role == "weight")
        chart.curve(d.sizes, d.sizes**-0.5, "text", name="1/√n", dash="dash")
        return Panel("spread", chart, heading, says=self.data.says_spread)

    def scale(self) -> Panel:
        d, factor = self.data.scaled, self.tracks[1]
        ends = d.factors[0], d.factors[-1]
        chart = Chart(ends, None, "factor of the weights", "beside a factor of 1", log="xy")
        chart.curve(d.factors, 1 / d.factors, "muted", dash="dash")
        chart.note((0.5, 2), "1/factor", lift=0.12)
        runs = {"gradient": d.gradient, "loss": d.loss, "loss, no norm": d.plain}
        drawn = {name: factor.history(found) for name, found in runs.items()}
        chart.curves(factor.history(), drawn, ("gradient", "input", "weight"))
        return Panel("scale", chart, "A layer before batch norm, scaled", says=self.data.says_scale)

    def changes(self) -> list[Panel]:
        """How fast loss and gradient change along training, with and without batch norm."""
        d, steps, panels = self.data, self.tracks[2], []
        for name, says in (("loss", d.says_loss), ("gradient", d.says_gradient)):
            runs = {"with": getattr(d.with_norm, name), "without": getattr(d.without, name)}
            ends = np.min(list(runs.values())) / 1.2, np.max(list(runs.values())) * 1.2
            chart = Chart((0, d.steps[-1]), ends, "step", "change per distance", log="y")
            for run, found in runs.items():
                chart.runs(steps.history(), steps.history(found), name=run, **LOOKS[run])
            panels.append(Panel(name, chart, name.capitalize(), says, says=d.says_changes))
        return panels

    def normalise(self, norm: str, said: Sentence, notes: str, say: str | Sentence = "") -> None:
        """Walk over the tensor, and normalise what is passed."""
        walk, (before, after) = self.tracks[0], self.tensors
        stops = [at for at, name in enumerate(self.data.walk.norm) if name == norm]
        panels = [Panel("before", before, "Digits (rows) by neurons (columns)"),
                  Panel("after", after, f"After {norm} norm")]  # fmt: skip
        rims = [*before.parts(), *after.parts()]
        self.enter(*panels, without=rims, along=[walk.to(stops[0])], say=say)
        self.reveal(*rims[norm != "batch" :: 2], seconds=0.4)
        self.sweep(walk.to(stops[-1]), seconds=3.5)
        self.step(said, notes=notes)

    def construct(self) -> None:
        d, (_, factor, steps) = self.data, self.tracks
        self.normalise("batch", d.says_batch, "It depends on the other digits.", d.says_network)
        self.normalise("layer", d.says_layer, "Each digit by itself: no batch is needed.")
        self.normalise("RMS", d.says_rms, "No mean is taken off, so there is less to compute.")
        grid = Matrix(d.pair, d.labels[:2], palette="signed", bar=False)
        two = Panel("two", grid, "A batch of two digits", says=d.says_pair)
        self.enter(two, say="And if the batch is only two digits?")
        self.morph(grid, d.pair_after, seconds=2.5)
        self.step(d.says_pair, notes="Where two numbers almost agree ε keeps them from ±1.")
        self.enter(two, self.spread(), say="")
        self.step(d.says_spread, notes="Batches of each size were drawn from the training digits.")
        self.enter(self.scale(), say="The first layer's weights and biases are multiplied")
        self.sweep(factor.to_end(), seconds=4)
        self.step(d.says_scale, notes="The larger the weights, the smaller their gradient.")
        self.enter(*self.changes(), say="The same starts, trained with batch norm and without")
        self.sweep(steps.to_end(), seconds=4)
        self.step(d.says_smooth, notes="Lower bounds of Lipschitz constants; bands: all starts.")

    def figure(self) -> list[Panel]:
        for track in self.tracks[1:]:
            track.put(float(track.at[-1]))
        changes, remark = Multiples.of(self.changes(), columns=2), "with batch norm, and without"
        along = Panel("smoothness", changes, "Along training", remark, 1.3, self.data.says_changes)
        return [self.norms(), self.spread(), self.scale(), along]
