"""A sheet of paper goes through the ReLU layers of a trained network. One neuron collapses its
dead side onto the crease, where points lose who they were; a mirror fold would take two. After the
last layer one straight cut separates the classes, and unfolding the sheet shows the same cut in
the input plane, kinked at every crease it crosses."""

from typing import Any, Literal

import numpy as np
from manim import Create, FadeIn, FadeOut, Transform, VGroup
from pydantic import Field

from mlanim.stage import colormap, layout, theme
from mlanim.stage.chart import Chart, Plane
from mlanim.stage.cloud import PointCloud
from mlanim.stage.layout import Box
from mlanim.stage.mesh import Mesh
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.shapes import Polyline, Segments
from mlanim.stage.text import Formula, Text

CLASSES = "negative", "positive"
CHECK = 0.86  # how much darker every second square of the sheet is


class PaperFolding(LessonScene):
    """How a network folds the plane"""

    category = "composition"

    class Params(SceneParams):
        dataset: Literal["moons", "circles", "spirals", "xor"] = Field(
            "moons", description="What is to be separated."
        )
        widths: tuple[int, ...] = Field(
            (2, 2),
            min_length=1,
            max_length=4,
            description="Neurons of each hidden layer, 1 to 16; layers of 2 are drawn exactly.",
        )

    @staticmethod
    def compute(params: Params) -> Any:
        from mlanim.core.folding import paper_folding_lecture

        return paper_folding_lecture(params.dataset, params.widths, params.seed)

    def construct(self) -> None:
        title = self.show_title("How a network folds the plane")
        self.left, self.right = layout.STAGE.columns(6.2, 5.6, gap=0.9)
        self._sheet()
        self._one_neuron()
        self._layers()
        self._cut()
        self._unfold()
        self.clear_stage(title, self.plane, self.sheet)

    # The sheet and its data

    def _sheet(self) -> None:
        self.plane = self._stage_plane(0, self.left)
        self.sheet = self._mesh(self.plane)
        self.cloud = self._cloud(self.plane)
        self.side = self._side_text(
            f"A {self._widths()} ReLU network",
            f"{self.data.net.parameter_count} weights, trained on {self._examples()} points",
            f"test accuracy {self._percent(self.data.net.test_accuracy)}",
        )
        self.play(FadeIn(self.plane), FadeIn(self.sheet))
        self.play(FadeIn(self.cloud), FadeIn(self.side))
        self.say("A sheet of paper under the data; every place has a colour of its own")
        self.next_slide(notes="Follow a colour: it tells where a piece of the sheet came from.")

    # One neuron: collapse, and the mirror that it is not

    def _one_neuron(self) -> None:
        one = self.data.one_neuron
        if one.crease is not None:
            crease = Polyline(self.plane.place(one.crease), "text", "bold")
            self.play(Create(crease), *self._explain(*self._collapse_words()))
            self._fold_to(one.collapsed, one.collapsed_points)
            self.next_slide(
                notes="Points that differ only along the neuron's normal are now one point: what "
                "told them apart is lost."
            )
            self._fold_to(self.data.stages[0].vertices, self.data.stages[0].points)
            self.play(*self._explain(*self._mirror_words()))
            self._fold_to(one.mirrored, one.mirrored_points)
            self.next_slide(
                notes="A fold as of paper keeps every point, and needs a neuron for each side."
            )
            self._fold_to(self.data.stages[0].vertices, self.data.stages[0].points)
            self.play(FadeOut(crease))

    def _collapse_words(self) -> tuple[Any, ...]:
        one = self.data.one_neuron
        return (
            "One ReLU neuron",
            Formula("bold(x) - min(0, z) thin bold(n)", "display"),
            f"The dead side, {100 * one.dead_share:.0f} % of the sheet with {one.dead_points} "
            "points, lands on the crease",
            "A ReLU does not fold: it collapses",
        )

    def _mirror_words(self) -> tuple[Any, ...]:
        return (
            "A mirror fold",
            Formula('abs(z) = "ReLU"(z) + "ReLU"(-z)', "display"),
            "The same side reflected in the crease keeps its points apart",
            "To fold as paper does takes two neurons",
        )

    # The layers

    def _layers(self) -> None:
        for index in range(1, len(self.data.stages), 2):
            affine, relu = self.data.stages[index], self.data.stages[index + 1]
            self.play(*self._explain(*self._layer_words(affine, relu)))
            self._go_to(index)
            self._go_to(index + 1)
            self.next_slide(notes=self._layer_notes(relu))

    def _layer_words(self, affine: Any, relu: Any) -> tuple[Any, ...]:
        kept = (
            ""
            if affine.kept > 0.9995
            else f", drawn as a projection that keeps {100 * affine.kept:.0f} %"
        )
        point, line, surface = (f"{100 * share:.0f} %" for share in relu.ranks)
        neurons = "neuron" if affine.width == 1 else "neurons"
        return (
            f"Layer {affine.layer}: {affine.width} {neurons}{kept}",
            Formula('bold(h) <- "ReLU"(W bold(h) + bold(b))', "display"),
            f"Of the sheet {surface} is still a surface, {line} a line, {point} a point",
            f"Layer {affine.layer} turns and stretches the sheet, then its ReLU presses it "
            "against the axes",
        )

    def _layer_notes(self, relu: Any) -> str:
        return f"After layer {relu.layer} nothing is left of the plane below zero on any axis."

    # One straight cut, unfolded

    def _cut(self) -> None:
        cut = self.data.cut
        words = self._explain(
            "One straight cut",
            Formula("bold(v) dot bold(h) + c = 0", "display"),
            f"{self._percent(self.data.net.test_accuracy)} of the test points are put right",
            "In the last space a straight line separates the classes",
        )
        if cut.segment is not None:
            self.cut_line = Polyline(self.plane.place(cut.segment), "highlight", "bold")
            self.play(Create(self.cut_line), *words)
        else:
            self.play(*words)
        self.next_slide(notes="The output neuron can do no more than this: one straight line.")

    def _unfold(self) -> None:
        self.play(*self._explain(*self._unfold_words()))
        lines = self._boundary(len(self.data.stages) - 1)
        self.add(lines)
        if self.data.cut.segment is not None:
            self.play(FadeOut(self.cut_line), run_time=theme.BEAT)
        self.lines = lines
        for index in range(len(self.data.stages) - 2, -1, -1):
            self._go_to(index)
        self.next_slide(
            notes="Going back through the layers, the cut bends at every crease it meets."
        )
        creases = Segments(self.plane.place(self.data.creases.segments), "text", "thin", 0.75)
        self.sheet.generate_target()
        self.sheet.target.set_rgbas(self._decision_colors())
        self.play(Transform(self.sheet, self.sheet.target), FadeIn(creases))
        self.play(*self._explain(*self._region_words()))
        self.next_slide(notes=self._region_notes())

    def _unfold_words(self) -> tuple[Any, ...]:
        return (
            "Unfolded",
            Formula("bold(v) dot bold(h)(bold(x)) + c = 0", "display"),
            "The same cut, seen on the sheet before it was folded",
            "Unfold the sheet, and the straight cut is kinked at each crease it crosses",
        )

    def _region_words(self) -> tuple[Any, ...]:
        counts, bounds = self.data.region_counts, self.data.region_bounds
        rows = "; ".join(
            f"layer {i + 1}: {count} of at most {bound}"
            for i, (count, bound) in enumerate(zip(counts, bounds, strict=True))
        )
        return (
            f"{counts[-1]} linear regions",
            Formula("1 + n + (n (n - 1)) / 2", "display"),
            f"Found by cutting, {rows}. The formula bounds one layer of n neurons in the plane",
            "Within each region the network is one affine map",
        )

    def _region_notes(self) -> str:
        return (
            f"There are {self.data.region_counts[-1]} regions, counted exactly; doubling with each "
            "neuron stops as soon as a layer has more neurons than the plane has dimensions."
        )

    # Moving the sheet

    def _fold_to(self, vertices: np.ndarray, points: np.ndarray) -> None:
        self._morph(self.plane.place(vertices), self.plane.place(points))

    def _go_to(self, index: int) -> None:
        """Carry the sheet, its points and the cut to another stage, in that stage's own axes."""
        stage = self.data.stages[index]
        plane = self._stage_plane(index, self.left)
        boundary = self._boundary(index, plane) if hasattr(self, "lines") else None
        self._morph(plane.place(stage.vertices), plane.place(stage.points), plane, boundary)

    def _morph(
        self,
        vertices: np.ndarray,
        points: np.ndarray,
        plane: Chart | None = None,
        boundary: VGroup | None = None,
    ) -> None:
        changes = [
            self.sheet.animate.set_vertices(vertices),
            Transform(self.cloud, self._cloud_at(points)),
        ]
        if plane is not None:
            changes.append(Transform(self.plane, plane))
        if boundary is not None:
            changes.append(Transform(self.lines, boundary))
        self.play(*changes, run_time=1.5 * theme.MOVE)
        if plane is not None:
            self.remove(self.plane)
            self.add(plane)
            self.bring_to_back(plane)
            self.plane = plane

    def _stage_plane(self, index: int, box: Box) -> Plane:
        """Axes for one stage: equal scales, large enough for all that lies there."""
        stage = self.data.stages[index]
        there = np.concatenate([stage.vertices, stage.points, np.zeros((1, 2))])
        if index == len(self.data.stages) - 1 and self.data.cut.segment is not None:
            there = np.concatenate([there, self.data.cut.segment])
        low, high = there.min(axis=0), there.max(axis=0)
        half = 0.54 * float(max((high - low).max(), 1e-6))
        middle = (low + high) / 2
        ranges = [(float(m - half), float(m + half)) for m in middle]
        plane = Plane(ranges[0], ranges[1], min(box.width, box.height), step=_step(half))
        return plane.move_to(box.centre)

    def _boundary(self, index: int, plane: Chart | None = None) -> VGroup:
        """The cut's polylines where they lie at a stage."""
        bounds, drawn = self.data.boundary, self.data.stages[index].boundary
        places = (plane or self.plane).place(drawn)
        pairs = zip(bounds.starts[:-1], bounds.starts[1:], strict=True)
        return VGroup(*(Polyline(places[a:b], "highlight", "bold") for a, b in pairs))

    def _mesh(self, plane: Chart) -> Mesh:
        sheet = self.data.sheet
        return Mesh(plane.place(sheet.vertices), sheet.faces, self._sheet_colors())

    def _sheet_colors(self) -> np.ndarray:
        """A colour for each face by its place in the input plane, every second square darker."""
        sheet = self.data.sheet
        colors = colormap.bivariate(sheet.centroids / sheet.half_width)
        odd = sheet.squares.sum(axis=1) % 2 == 1
        return np.column_stack(
            [colors * np.where(odd, CHECK, 1.0)[:, None], np.full(len(odd), 1.0)]
        )

    def _decision_colors(self) -> np.ndarray:
        """A colour for each face by the class that the network gives it."""
        positive = self.data.decision.positive[self.data.sheet.cells]
        values = np.where(positive, 0.55, -0.55)
        return colormap.diverging(values, 1.0)

    def _cloud(self, plane: Chart) -> PointCloud:
        return self._cloud_at(plane.place(self.data.stages[0].points))

    def _cloud_at(self, places: np.ndarray) -> PointCloud:
        colors = np.array([theme.rgb(role) for role in ("on_light", "on_dark")])
        return PointCloud(places, colors[self.data.labels], 0.04)

    # Words

    def _side_text(self, head: str, *lines: str) -> VGroup:
        heading = layout.heading(self.right, head)
        texts = VGroup(heading)
        for row, line in enumerate(lines):
            text = Text(line, role="muted")
            texts.add(text.baseline_at([self.right.left, self.right.top - 1.0 - 0.5 * row, 0]))
        return texts

    def _explain(self, head: str, formula: Formula, text: str, caption: str) -> list[Any]:
        """Replace the words at the right and the caption."""
        formula.baseline_at([self.right.left, self.right.top - 1.5, 0])
        body = Text(text, role="muted", width=self.right.width)
        body.baseline_at([self.right.left, self.right.top - 2.6, 0])
        old, self.side = self.side, VGroup(layout.heading(self.right, head), formula, body)
        return [FadeOut(old), FadeIn(self.side), *self.saying(caption)]

    def _widths(self) -> str:
        return "–".join(map(str, (2, *self.data.net.widths, 1)))

    def _examples(self) -> int:
        return int((~self.data.is_test).sum())

    @staticmethod
    def _percent(share: float) -> str:
        return f"{100 * share:.1f} %"

    # The still

    def figure(self) -> None:
        first, last = 0, len(self.data.stages) - 1
        boxes = [b.inset(bottom=1.4) for b in layout.SAFE.columns(1, 1, 1, gap=0.5)]
        heads = "The sheet", "Folded, and cut once", "Unfolded"
        for index, box, head in zip((first, last, first), boxes, heads, strict=True):
            self._figure_panel(index, box, head)

    def _figure_panel(self, index: int, box: Box, head: str) -> None:
        room = box.below_heading()
        plane = self._stage_plane(
            index, Box(room.left, room.top - room.width, room.right, room.top)
        )
        stage = self.data.stages[index]
        mesh = self._mesh(plane).set_vertices(plane.place(stage.vertices))
        parts = [plane, mesh]
        if head == "Unfolded":
            mesh.set_rgbas(self._decision_colors())
            parts.append(Segments(plane.place(self.data.creases.segments), "text", "thin", 0.75))
            parts.append(self._boundary(index, plane))
        elif index and self.data.cut.segment is not None:
            parts.append(Polyline(plane.place(self.data.cut.segment), "highlight", "bold"))
        parts.append(self._cloud_at(plane.place(stage.points)))
        note = Text(self._figure_note(head), size="small", role="muted", width=box.width)
        note.baseline_at([box.left, room.top - room.width - 0.4, 0])
        self.panel(head.split(",")[0].lower(), layout.heading(box, head), *parts, note)

    def _figure_note(self, head: str) -> str:
        if head == "The sheet":
            return f"{self._examples()} training points of two classes; every place has its colour"
        if head == "Unfolded":
            return (
                f"{self.data.region_counts[-1]} linear regions, and the cut kinked at their edges"
            )
        accuracy = self._percent(self.data.net.test_accuracy)
        return f"A {self._widths()} network; test accuracy {accuracy}"


def _step(half: float) -> float:
    """A round grid step that gives a plane a handful of lines."""
    power = 10.0 ** np.floor(np.log10(half))
    return float(next(s * power for s in (0.5, 1, 2, 5) if half / (s * power) <= 5))
