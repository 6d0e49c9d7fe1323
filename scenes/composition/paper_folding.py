"""A sheet of paper goes through the ReLU layers of a trained network. One neuron collapses its
dead side onto the crease, where points lose who they were; a mirror fold would take two. In the
last space the network decides by one straight cut, and unfolding the sheet shows the same cut in
the input plane, with a kink at every crease that it crosses.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from mlanim.stage.graphs.graph import MOST_EDGES, Graph
from mlanim.stage.panels import Panel
from mlanim.stage.parameters import Points
from mlanim.stage.picture import Rows
from mlanim.stage.pictures.folding.sheet import SheetPlane
from mlanim.stage.pictures.lines import Lines, Paragraphs
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.table import Table, along, table
from mlanim.stage.track import Track, combined
from mlanim.words.sentence import Sentence

if TYPE_CHECKING:
    from mlanim.core.folding.paper_folding import Neuron, PaperFolding as Data  # isort: skip

INKS = "dark points: class 0, light points: class 1"


class PaperFoldingParams(SceneParams):
    """What is to be separated, and by which network."""

    dataset: Literal["moons", "circles", "spiral", "xor"] | Points = Field(
        "moons", description="What is to be separated; also points of your own."
    )
    widths: tuple[int, ...] = Field(
        (2, 2), min_length=1, max_length=4,
        description="Neurons of each hidden layer, 1 to 16; layers of 2 are drawn exactly.",
    )  # fmt: skip
    model: str = Field("", description="A network of yours: file.py:name of a module or factory.")
    checkpoint: str = Field("", description="Its weights: .safetensors, .pt or .pth.")


class PaperFolding(LessonScene[PaperFoldingParams, "Data"]):
    """How a network folds the plane"""

    order = 1
    explore = "dataset=moons,circles,spiral,xor"

    @staticmethod
    def compute(params: PaperFoldingParams) -> Data:
        from mlanim.core.folding.paper_folding import paper_folding_lesson

        return paper_folding_lesson(**dict(params))

    def setup(self) -> None:
        """The sheet's way through the stages, one neuron's fold, and the colours of the classes."""
        super().setup()
        way = self.data.way
        stages = np.arange(len(way.vertices))
        self.stage = Track(stages, vertices=way.vertices, points=way.points, cut=way.boundary)
        self.last = len(stages) - 1  # behind the last layer
        self.fold, self.decided = Track((0, 2)), Track((0, 1))

    def lifted(self, places: Any, lift: Any) -> Any:
        """Places as far as the one neuron has folded them, if there is one."""
        if lift is None:
            return places
        return combined(lambda at, fold: at + fold * lift, places, self.fold)

    def sheet(self) -> Panel:
        """The sheet with its points, wherever the track stands."""
        one, found, way = self.data.neuron, self.data.folding, self.data.way
        vertices = self.lifted(self.stage["vertices"], one and one.lift)
        reach = way.reach[round(self.stage.value)]
        plane = self.plane = SheetPlane(found.sheet, vertices, reach, way.positive, self.decided)
        points = self.lifted(self.stage["points"], one and one.points_lift)
        plane.classes(points, found.labels)
        self.creases = plane.creases(found.creases.segments, later=True)
        self.cut = plane.cut(self.stage["cut"], found.boundary.starts, later=True)
        if one is not None:
            self.crease = plane.path(one.crease, "text", width="bold", later=True)
            twins = map(self.lifted, one.twins, one.twins_lift)
            self.twins = [plane.dot(place, "highlight", radius=0.11, later=True) for place in twins]
        return Panel("sheet", plane, None, INKS, share=1.15)

    def words(self, heading: str, formula: str, *said: Sentence | str) -> Panel:
        """What stands beside the sheet."""
        words = Rows(Lines(formula, size="display"), Paragraphs(*said), gap=0.4)
        return Panel("words", words, heading)

    @cached_property
    def network(self) -> list[Panel]:
        """The network itself, edges as wide as their weights, where there are not too many."""
        net = self.data.folding.net
        if sum(weights.size for weights in net.weights) > MOST_EDGES:
            return []
        graph = Graph(layers=(2, *net.widths, 1), weights=list(net.weights), numbers="", aspect=2.4)
        return [Panel("network", graph)]

    def construct(self) -> None:
        self.panel_of_sheet = self.sheet()
        widths = "–".join(map(str, (2, *self.data.folding.net.widths, 1)))
        formula = '$bold(h)_(l + 1) = "ReLU"(W_l thin bold(h)_l + bold(b)_l)$'
        self.show(f"A {widths} ReLU network", formula, self.data.says_network)
        self.step(self.data.way.says[0], notes="A colour tells where a piece came from.")
        if self.data.neuron is not None:
            self.one_neuron(self.data.neuron)
        for index in range(1, self.last, 2):
            self.layer(index)
        self.straight_cut()
        self.regions()

    def show(self, heading: str, formula: str, *said: Sentence | str, say: str = "") -> None:
        """Other words beside the sheet."""
        beside = [self.words(heading, formula, *said), *self.network]
        self.enter(self.panel_of_sheet, beside, say=say)

    def one_neuron(self, one: Neuron) -> None:
        """A collapse, and the mirror fold that it is not."""
        self.show("One ReLU neuron", "$bold(x) - min(0, z) thin bold(n)$", one.says)
        self.reveal(self.crease, *self.twins)
        self.ask("Where will the two marked places land?", notes="One of them lies farther out.")
        self.sweep(self.fold.to(1), say="A ReLU does not fold: it collapses", seconds=1.5)
        self.step(notes="Places that differ only across the crease are now one place.")
        self.sweep(self.fold.to(0), say="", seconds=1.0)
        mirror = "The same side, reflected in the crease: the two marked places stay two."
        self.show("A mirror fold", '$abs(z) = "ReLU"(z) + "ReLU"(-z)$', mirror)
        self.sweep(self.fold.to(2), say="To fold as paper does takes two neurons", seconds=1.5)
        self.step(notes="A fold as of paper keeps every place apart from those beside it.")
        self.sweep(self.fold.to(0), say="", seconds=1.0)
        self.leave(self.crease, *self.twins)

    def layer(self, index: int) -> None:
        """One layer: the affine map, then its ReLU."""
        way, number = self.data.way, (index + 1) // 2
        self.show(f"Layer {number}", "$W bold(h) + bold(b)$", way.notes[index])
        self.go_to(index, way.says[index])
        self.show(f"Layer {number}", '$"ReLU"(W bold(h) + bold(b))$', way.notes[index + 1])
        self.go_to(index + 1, way.says[index + 1])
        self.step(notes=f"After layer {number} nothing is left below zero on any axis.")

    def straight_cut(self) -> None:
        """One straight line in the last space, and the same line on the sheet unfolded."""
        formula = "$bold(v) dot bold(h) + c = 0$"
        self.show("One straight cut", formula, self.data.says_network)
        self.reveal(self.cut)
        self.step(self.data.says_cut, notes="The output neuron can do no more than one line.")
        for index in range(self.last - 1, -1, -1):
            self.go_to(index, "")
        self.step(self.data.says_unfolded, notes="Going back, a cut bends at creases it meets.")

    def regions(self) -> None:
        """The pieces on each of which the network is one affine map."""
        heading = f"{self.data.folding.region_counts[-1]} regions"
        self.show(heading, "$1 + n + (n (n - 1)) / 2$", self.data.notes_regions)
        self.reveal(self.creases)
        self.step(self.data.says_regions, self.decided.to(1), notes="Neighbours can share a map.")

    def go_to(self, index: int, said: Sentence | str) -> None:
        """Carry the sheet to another stage, in that stage's own axes; many go by more quickly."""
        (left, bottom), (right, top) = self.data.way.reach[index]
        zoom = self.plane.zoom((left, right), (bottom, top))
        self.sweep(self.stage.to(index), zoom, say=said, seconds=min(1.5, 7 / (self.last + 1)))

    def figure(self) -> list[Panel]:
        sheet = self.still("sheet", "The sheet", 0, self.data.way.says[0])
        folded = self.still("folded", "Folded, and cut once", self.last, self.data.says_cut)
        said = self.data.says_unfolded, self.data.says_regions
        return [sheet, folded, self.still("unfolded", "Unfolded", 0, *said)]

    def still(self, name: str, heading: str, at: int, *said: Sentence) -> Panel:
        """The sheet at a stage: with the cut in the last one, with the regions once unfolded."""
        way, found, unfolded = self.data.way, self.data.folding, name == "unfolded"
        plane = SheetPlane(found.sheet, way.vertices[at], way.reach[at], way.positive,
                           float(unfolded), labels=way.axes[at])  # fmt: skip
        if unfolded:
            plane.creases(found.creases.segments)
        if name != "sheet":
            plane.cut(way.boundary[at], found.boundary.starts)
        plane.classes(way.points[at], found.labels)
        inks = INKS if name == "sheet" else None
        return Panel(name, Rows(plane, Paragraphs(*said), gap=0.2), heading, inks, says=said[-1],
                     data=self.tables(name, at))  # fmt: skip

    def tables(self, name: str, at: int) -> dict[str, Table]:
        """The points and, for the unfolded sheet, the cut and the regions' edges."""
        way, found = self.data.way, self.data.folding
        part = np.where(found.is_test, "test", "training")
        points = along(way.points[at], before={"class": found.labels, "part": part})
        if name != "unfolded":
            return {name: points}
        starts = found.boundary.starts
        pieces = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        edges = np.asarray(found.creases.segments).reshape(-1, 4).T
        ends = dict(zip(("x_start", "y_start", "x_end", "y_end"), edges, strict=True))
        return {name: points, "cut": along(way.boundary[at], before={"piece": pieces}),
                "edges": table(ends)}  # fmt: skip
