"""A piecewise affine network cuts its input plane layer by layer: inside each region every neuron
of the next layer is zero along one straight line at most. The regions are found exactly, by
cutting, and counted beside what networks of the same shape can have and what random ones do have.
Any PyTorch network of linear layers, ReLUs, residual connections and max-pooling can be shown, as
model="net.py:make", on a plane through three examples where it takes more than two numbers.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from mlanim.stage.pictures.folding.regions import RegionsPlane, regions_table
from mlanim.stage.table import along
from mlanim.stage.vocabulary import (
    Chart,
    LessonScene,
    Lines,
    Panel,
    SceneParams,
    Table,
    Track,
    table,
)

if TYPE_CHECKING:
    from mlanim.core.folding.linear_regions import LinearRegions as Data


class LinearRegionsParams(SceneParams):
    """Which network, and where it is looked at."""

    classes: int = Field(3, ge=2, le=6, description="Arms of the spiral that ours tells apart.")
    widths: tuple[Annotated[int, Field(ge=1, le=64)], ...] = Field(
        (10, 10, 10), min_length=1, max_length=6, description="Hidden layers of our own network."
    )
    model: str = Field(
        "", description="A network of yours: file.py:name of a module, or a factory."
    )
    checkpoint: str = Field("", description="Its weights: .safetensors, .pt or .pth.")
    data: str = Field("", description="Its examples with labels: .csv, .npz, or file.py:name.")
    plane: str = Field(
        "", description="For more than 2 inputs: three examples, such as 0,5,9; .npy or .npz."
    )
    extent: tuple[float, ...] = Field(
        (), max_length=4, description="Half a width around 0, or left, right, bottom, top."
    )


class LinearRegions(LessonScene[LinearRegionsParams, "Data"]):
    """The linear regions of a network"""

    order = 1.5
    after = ("paper_folding",)
    explore = "classes=2,3,4"

    @staticmethod
    def compute(params: LinearRegionsParams) -> Data:
        from mlanim.core.folding.linear_regions import linear_regions_lesson

        return linear_regions_lesson(
            params.classes, params.widths, params.seed, model=params.model,
            checkpoint=params.checkpoint, data=params.data, plane=params.plane,
            extent=params.extent,
        )  # fmt: skip

    def setup(self) -> None:
        """The colours are those of the places at first, later those of the classes."""
        super().setup()
        self.decided = Track((0, 1))

    @cached_property
    def layer(self) -> Track:
        """Behind which layer the plane is looked at."""
        d = self.data
        places = [one.centroids[a] for one, a in zip(d.layers, d.ancestors, strict=True)]
        odd = [one.odd[a].astype(float) for one, a in zip(d.layers, d.ancestors, strict=True)]
        regions = np.array([1, *d.counts])  # whole: between two layers none was counted
        return Track(np.arange(len(d.layers)), places=places, odd=odd, regions=regions,
                     counts=regions.astype(float))  # fmt: skip

    def plane(self, *, later: bool = False, data: dict[str, Table] | None = None) -> Panel:
        """The input plane, with all that can be shown in it."""
        d = self.data
        left, right, bottom, top = d.extent
        plane = RegionsPlane(
            d.polygons, (left, right), (bottom, top), self.layer["places"], self.layer["odd"],
            d.classes, self.decided, d.axes,
        )  # fmt: skip
        self.cuts = [
            [plane.cuts(one.edges, depth, later=later)] if len(one.edges) else []
            for depth, one in enumerate(d.layers[1:])
        ]
        return Panel("regions", plane, "Regions of the inputs", share=1.9, says=d.says_pieces,
                     data=data)  # fmt: skip

    def add_classes(self, panel: Panel, *, later: bool = False) -> None:
        """The boundary between the classes and the examples, over the regions."""
        d, plane = self.data, panel.picture
        assert isinstance(plane, RegionsPlane)
        self.told = [plane.boundary(d.boundary, later=later)] if len(d.boundary) else []
        self.told += plane.examples(d.points, d.wrong, later=later)
        self.told += [plane.class_name(int(k), d.names[k], d.boundary, later=later)
                      for k in np.unique(d.classes)]  # fmt: skip

    def words(self) -> Panel:
        """The network's sizes, and how many regions there are where the track stands."""
        d = self.data
        count = Lines("regions: [{count:,}](highlight)", size="title", count=self.layer["regions"])
        return Panel("count", count, d.heading)

    def counts(self, *, later: bool = False) -> Panel:
        """Layer by layer: this network, random ones of its shape, and the bound."""
        d = self.data
        layers, most = np.arange(len(d.layers)), float(max(d.bounds[-1], d.random.max(initial=0)))
        bounds, random = np.append(1.0, d.bounds), np.insert(d.random, 0, 1, axis=0)
        chart = Chart((0, len(d.counts)), (1, 2 * most), "layer", "regions", log="y", least=4.2)
        track = self.layer
        chart.curve(track.history(), track.history("counts"), "highlight", width="bold", tip=True,
                    name="this one")  # fmt: skip
        self.others = [chart.curve(layers, bounds, dash="dash", name="at most", later=later)]
        if random.shape[1]:
            runs = chart.runs(layers, random, "input", dash="dot", name="random", later=later)
            self.others += runs
        numbers = {"layer": layers[1:], "neurons": np.array(d.sizes), "regions": d.counts,
                   "bound": d.bounds}  # fmt: skip
        numbers |= {f"random {k}": row for k, row in enumerate(d.random.T)}
        return Panel("counts", chart, "Counted layer by layer", says=d.says_counts,
                     data=table(numbers))  # fmt: skip

    def areas(self) -> Panel:
        """How large the regions are."""
        d = self.data
        shares = d.layers[-1].areas / d.layers[-1].areas.sum()
        low, high = np.log10(max(shares.min(), 1e-9)), np.log10(shares.max())
        edges = 10 ** np.linspace(low - 0.05, high + 0.05, 25)
        heights = np.histogram(np.clip(shares, edges[0], None), edges)[0]
        chart = Chart((edges[0], edges[-1]), (0, 1.05 * heights.max()), "share of the picture",
                      "regions", log="x", least=4.2)  # fmt: skip
        chart.columns(edges, heights, "attention")
        return Panel("areas", chart, "How large they are", says=d.says_areas,
                     data=table({"share": np.sort(shares)}))  # fmt: skip

    def construct(self) -> None:
        d = self.data
        plane, counts = self.plane(later=True), self.counts(later=True)
        self.add_classes(plane, later=True)
        self.enter(plane, [self.words(), counts], say=d.says_network)
        self.step(
            d.says_layers[0],
            notes="Each place has a colour of its own; a region takes that of its middle.",
        )
        seconds = min(1.2, 4.5 / len(d.counts))
        for index, cuts in enumerate(self.cuts, start=1):
            self.reveal(*cuts, say=d.says_layers[index], seconds=seconds)
            self.sweep(self.layer.to(index), seconds=seconds)
            self.step(
                notes="In each region, a neuron of the next layer is zero along one line at most."
            )
        self.step(d.says_pieces, notes="What a later layer switches off makes no difference.")
        self.ask("Where does the answer change?", notes="Let them guess: along these lines?")
        self.sweep(self.decided.to(1), say=d.says_boundary, seconds=1.5)
        self.reveal(*self.told)
        self.step(notes="In each region the boundary between two classes is one straight line.")
        self.reveal(*self.others, say=d.says_counts)
        self.step(notes="The bound multiplies what each layer can do at most.")
        self.step(d.says_random, notes="PyTorch's own initialisation, five seeds.")
        self.enter(plane, self.areas())
        self.step(d.says_areas, notes="Most regions are far smaller than what one sees.")

    def figure(self) -> list[Panel]:
        d = self.data
        self.layer.put(len(d.counts))
        cut = self.plane(data={"regions": regions_table(d)})
        self.decided = Track((0, 1), start=1)
        classes = self.plane()
        self.add_classes(classes)
        examples = along(d.points, before={"class": d.labels, "wrong": d.wrong.astype(int)})
        decided = replace(classes, name="classes", share=1.0, heading="The class of each",
                          remark=d.says_points,
                          says=d.says_boundary, data={"examples": examples})  # fmt: skip
        return [replace(cut, share=1.0), decided, self.counts(), self.areas()]
