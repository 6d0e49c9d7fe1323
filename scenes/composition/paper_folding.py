"""A sheet of paper goes through the ReLU layers of a trained network. One neuron collapses its
dead side onto the crease, where points lose who they were; a mirror fold would take two. After the
last layer one straight cut separates the classes, and unfolding the sheet shows the same cut in
the input plane, kinked at every crease it crosses."""

from functools import partial
from typing import Any, Literal

import numpy as np
from manim import Animation, Create, FadeIn, FadeOut, Mobject, Transform, VGroup
from pydantic import Field

from mlanim.stage import layout, theme
from mlanim.stage.arrays.cloud import PointCloud
from mlanim.stage.arrays.mesh import Mesh
from mlanim.stage.colors import colormap
from mlanim.stage.layout import STAGE, Box
from mlanim.stage.marks.shapes import Dot, Polyline, Segments
from mlanim.stage.plots.fixed_chart import Chart, Plane
from mlanim.stage.plots.network import Network
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.steps import exchange
from mlanim.stage.table import Table, along, table
from mlanim.stage.text.texts import Formula, Text

WIDE, NOTED = 6.0, 4.2  # a still as wide has its words beside a plane of that side, manim units
BELOW = 0.85  # what words take below it
SEPARATED = 0.9  # the share of test points on their side that counts as separating the classes
CHECK = 0.86  # how much darker every second square of the sheet is
LEFT, RIGHT = STAGE.columns(6.2, 5.6, gap=0.9)


class PaperFolding(LessonScene):
    """How a network folds the plane"""

    order = 1

    class Params(SceneParams):
        dataset: Literal["moons", "circles", "spiral", "xor"] = Field(
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
        from mlanim.core.folding.folding import paper_folding_lecture

        return paper_folding_lecture(params.dataset, params.widths, params.seed)

    def construct(self) -> None:
        self.show_title("How a network folds the plane")
        self._sheet()
        if self.data.one_neuron.crease is not None:
            self._one_neuron()
        for index in range(1, len(self.data.stages), 2):
            self._layer(index)
        self._cut()
        self._unfold()
        self._regions()

    # The sheet and its data

    def _sheet(self) -> None:
        net = self.data.net
        self.plane = self._stage_plane(0, LEFT)
        self.sheet = self._mesh(self.plane)
        self.cloud = self._cloud(self.plane)
        self.network = Network((2, *net.widths, 1), RIGHT.inset(top=3.2))
        self.side = self._words(
            f"A {self._widths()} ReLU network",
            Formula('bold(h)_(l + 1) = "ReLU"(W_l thin bold(h)_l + bold(b)_l)'),
            f"{net.parameter_count} weights, trained on {self._examples()} points; "
            f"it is right on {self._percent(net.test_accuracy)} of the test points",
        )  # fmt: skip
        self.play(FadeIn(self.plane), FadeIn(self.sheet))
        self.play(FadeIn(self.cloud), FadeIn(self.side), FadeIn(self.network))
        self.say("A sheet of paper under two classes of points; every place has its own colour")
        self.next_slide("Follow a colour: it tells where a piece of the sheet came from.")

    # One neuron: collapse, and the mirror that it is not

    def _one_neuron(self) -> None:
        one, home = self.data.one_neuron, self.data.stages[0]
        crease = Polyline(self.plane.place(one.crease), "text", "bold")
        twins = self._twins()
        dots = [Dot(place, "highlight", 0.1, rim=True) for place in self.plane.place(twins)]
        words = self._explain(
            "One ReLU neuron", Formula("bold(x) - min(0, z) thin bold(n)"),
            f"Its dead side, {100 * one.dead_share:.0f}\u00a0% of the sheet with {one.dead_points} "
            "points, lands on the crease. The two marked places become one.",
            "A ReLU does not fold: it collapses, and what told points apart is lost",
        )  # fmt: skip
        self.play(Create(crease), *words, self.network.animate.light(1, one.neuron))
        self.play(*(FadeIn(dot) for dot in dots), run_time=theme.BEAT)
        self._fold_to(one.collapsed, one.collapsed_points, dots, self._moved(twins, 1))
        self.next_slide("Places that differ only across the crease are now one place.")
        self._fold_to(home.vertices, home.points, dots, twins)
        self.play(*self._explain(
            "A mirror fold", Formula('abs(z) = "ReLU"(z) + "ReLU"(-z)'),
            "The same side, reflected in the crease: the two marked places stay two.",
            "To fold as paper does takes two neurons, one for each side",
        ))  # fmt: skip
        self._fold_to(one.mirrored, one.mirrored_points, dots, self._moved(twins, 2))
        self.next_slide("A fold as of paper keeps every place apart from those beside it.")
        self._fold_to(home.vertices, home.points, dots, twins)
        self.play(FadeOut(crease), *(FadeOut(dot) for dot in dots), run_time=theme.BEAT)

    def _twins(self) -> np.ndarray:
        """Two places (2, 2) on the dead side of the crease, one behind the other."""
        one, half = self.data.one_neuron, self.data.sheet.half_width
        middle, away = one.crease.mean(axis=0), -one.normal
        room = np.min((half - np.sign(away) * middle) / np.maximum(np.abs(away), 1e-9))
        return np.asarray(middle + np.outer([0.35, 0.75], room * away))

    def _moved(self, places: np.ndarray, times: int) -> np.ndarray:
        """Places (N, 2) after the neuron: once to the crease, twice to the mirror image."""
        one = self.data.one_neuron
        depth = np.minimum(0, places @ one.normal + one.offset)
        return np.asarray(places - times * np.outer(depth, one.normal))

    # The layers

    def _layer(self, index: int) -> None:
        affine, relu = self.data.stages[index], self.data.stages[index + 1]
        seen = "Every neuron is one axis of the new plane."
        if affine.width > 2:
            seen = (f"Every neuron is one axis of a new space. Drawn is a projection that keeps "
                    f"{100 * affine.kept:.1f}\u00a0% of the variance.")  # fmt: skip
        neurons = _neurons(affine.width)
        words = self._explain(
            f"Layer {affine.layer}: {neurons}", Formula("W bold(h) + bold(b)"),
            seen,
            f"Layer {affine.layer} turns, stretches and shifts the sheet",
        )  # fmt: skip
        self.play(*words, self.network.animate.light(affine.layer))
        self._go_to(index)
        self.play(*self._explain(
            f"Layer {affine.layer}: {neurons}", Formula('"ReLU"(W bold(h) + bold(b))'),
            _shares(relu.ranks), "Its ReLU presses all that is below zero against the axes",
        ))  # fmt: skip
        self._go_to(index + 1)
        self.next_slide(f"After layer {relu.layer} nothing is left below zero on any axis.")

    # One straight cut, unfolded

    def _cut(self) -> None:
        cut = self.data.cut
        words = self._explain(
            "One straight cut", Formula("bold(v) dot bold(h) + c = 0"),
            f"{self._percent(self.data.net.test_accuracy)} of the test points lie on their side.",
            self._separation(),
        )  # fmt: skip
        self.play(*words, self.network.animate.light(len(self.data.net.widths) + 1))
        self.lines = self._boundary(len(self.data.stages) - 1)
        if cut.segment is not None:
            line = Polyline(self.plane.place(cut.segment), "highlight", "bold")
            self.play(Create(line))
        self.next_slide("The output neuron can do no more than this: one straight line.")
        self.add(self.lines)
        if cut.segment is not None:
            self.play(FadeOut(line), run_time=theme.BEAT)

    def _separation(self) -> str:
        """What the last layer's one straight line does here, in words that follow from the data."""
        accuracy = self.data.net.test_accuracy
        if self.data.cut.segment is None:
            return "The straight line passes the folded sheet by: all of it gets one class"
        if accuracy >= SEPARATED:
            return "In the last space one straight line separates the classes"
        share = self._percent(1 - accuracy)
        return f"In the last space one straight line still leaves {share} on the wrong side"

    def _unfold(self) -> None:
        words = self._explain(
            "Unfolded", Formula("bold(v) dot bold(h)(bold(x)) + c = 0"),
            "The same cut, on the sheet as it was before it was folded.",
            "Unfold the sheet: the straight cut has a kink at each crease that it crosses"
            if self.data.cut.segment is not None else "Unfold the sheet again",
        )  # fmt: skip
        self.play(*words, self.network.animate.light(None))
        for index in range(len(self.data.stages) - 2, -1, -1):
            self._go_to(index)
        self.next_slide("Going back through the layers, a cut bends at every crease that it meets.")

    def _regions(self) -> None:
        counts, bounds = self.data.region_counts, self.data.region_bounds
        found = ", then ".join(map(str, counts))
        neurons = _neurons(self.data.net.widths[0])
        creases = Segments(self.plane.place(self.data.creases.segments), "text", "thin", 0.75)
        words = self._explain(
            f"{counts[-1]} linear regions", Formula("1 + n + (n (n - 1)) / 2"),
            f"Counted by cutting, layer by layer: {found}. By the formula, a layer of {neurons} "
            f"can make {bounds[0]} at most.",
            "Within each region the network is one affine map",
        )  # fmt: skip
        self.sheet.generate_target()
        self.sheet.target.set_rgbas(self._decision_colors())
        self.play(Transform(self.sheet, self.sheet.target), FadeIn(creases), *words)
        self.next_slide(
            "A layer adds up to one crease for each neuron, bent by the layers before it."
        )

    # Moving the sheet

    def _fold_to(
        self, vertices: np.ndarray, points: np.ndarray, dots: list[Dot], places: np.ndarray
    ) -> None:
        moves = zip(dots, self.plane.place(places), strict=True)
        self.play(
            self.sheet.animate.set_vertices(self.plane.place(vertices)),
            Transform(self.cloud, self._cloud_at(self.plane.place(points))),
            *(dot.animate.move_to(place) for dot, place in moves),
            run_time=1.5,
        )

    def _go_to(self, index: int) -> None:
        """Carry the sheet, its points and the cut to another stage, in that stage's own axes."""
        stage = self.data.stages[index]
        plane = self._stage_plane(index, LEFT)
        lines = [Transform(self.lines, self._boundary(index, plane))] if self._is_cut() else []
        self.play(
            self.sheet.animate.set_vertices(plane.place(stage.vertices)),
            Transform(self.cloud, self._cloud_at(plane.place(stage.points))),
            Transform(self.plane, plane),
            *lines,
            run_time=min(1.5, 8 / len(self.data.stages)),  # many layers go by more quickly
        )
        self.remove(self.plane)
        self.add(plane)
        self.bring_to_back(plane)
        self.plane = plane

    def _is_cut(self) -> bool:
        return hasattr(self, "lines")

    # Words

    def _words(self, head: str, formula: Formula, text: str) -> VGroup:
        """What stands beside the sheet: a heading, a formula and a few lines."""
        formula.baseline_at([RIGHT.left, RIGHT.top - 1.35, 0])
        body = Text(text, role="muted", width=RIGHT.width)
        body.baseline_at([RIGHT.left, RIGHT.top - 2.25, 0])
        return VGroup(layout.heading(RIGHT, head), formula, body)

    def _explain(self, head: str, formula: Formula, text: str, caption: str) -> list[Animation]:
        """Replace the words beside the sheet, one after another, and the caption."""
        old, self.side = self.side, self._words(head, formula, text)
        moves = self.saying(caption)
        for row, (start, end) in enumerate(((0.0, 0.5), (0.25, 0.75), (0.5, 1.0))):
            if old[row].plain == self.side[row].plain:
                self.side[row] = old[row]
            else:
                moves += exchange(old[row], self.side[row], start, end)
        return moves

    def _widths(self) -> str:
        return "–".join(map(str, (2, *self.data.net.widths, 1)))

    def _examples(self) -> int:
        return int((~self.data.is_test).sum())

    @staticmethod
    def _percent(share: float) -> str:
        return f"{100 * share:.1f}\u00a0%"

    def _stage_plane(self, index: int, box: Box) -> Plane:
        """Axes for one stage: equal scales, large enough for all that lies there."""
        stage = self.data.stages[index]
        there = np.concatenate([stage.vertices, stage.points, np.zeros((1, 2))])
        if index == 0:
            there = np.concatenate([there, self.data.one_neuron.mirrored])
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

    # The still

    def figure(self) -> None:
        last = len(self.data.stages) - 1
        points, training = len(self.data.is_test), self._examples()
        for name, index, head, words in (
            ("sheet", 0, "The sheet", f"{points} points of two classes, {training} of them for "
             "training; every place has a colour of its own"),
            ("folded", last, "Folded, and cut once", f"A {self._widths()} network; one straight "
             f"cut puts {self._percent(self.data.net.test_accuracy)} of the test points right"),
            ("unfolded", 0, "Unfolded", f"{self.data.region_counts[-1]} linear regions, and the "
             "cut kinked at their edges"),
        ):  # fmt: skip
            self.panel(
                name,
                partial(self._figure_stage, index, name == "unfolded", words),
                heading=head,
                height=lambda width: NOTED if width > WIDE else width + BELOW,
                least=4.0,
                data=self._stage_tables(name, index),
                says=f"{words}.",
            )

    def _figure_stage(self, index: int, unfolded: bool, words: str, box: Box) -> list[Mobject]:
        """A stage's plane, and words below it or, on a wide place, beside it."""
        wide = box.width > WIDE
        side = min(box.height, NOTED) if wide else min(box.width, box.height - BELOW)
        area = Box(box.left, box.top - side, box.left + side, box.top)
        left, top = (area.right + 0.35, area.top - 0.3) if wide else (box.left, area.bottom - 0.35)
        note = Text(words, size="small", role="muted", width=box.right - left)
        return [*self._stage_parts(index, unfolded, area), note.baseline_at([left, top, 0])]

    def _stage_parts(self, index: int, unfolded: bool, area: Box) -> list[Mobject]:
        plane, stage = self._stage_plane(index, area), self.data.stages[index]
        mesh = self._mesh(plane).set_vertices(plane.place(stage.vertices))
        parts: list[Mobject] = [plane, mesh]
        if unfolded:
            mesh.set_rgbas(self._decision_colors())
            parts.append(Segments(plane.place(self.data.creases.segments), "text", "thin", 0.75))
            parts.append(self._boundary(index, plane))
        elif index and self.data.cut.segment is not None:
            parts.append(Polyline(plane.place(self.data.cut.segment), "highlight", "bold"))
        order = np.argsort(self.data.labels, kind="stable")  # one path for each class
        colors = np.array([theme.rgb(role) for role in ("on_light", "on_dark")])
        points, labels = plane.place(stage.points)[order], self.data.labels[order]
        return [*parts, PointCloud(points, colors[labels], 0.036, ring=0.012)]

    def _stage_tables(self, name: str, index: int) -> dict[str, Table]:
        """The points and, for the unfolded sheet, the cut and the regions' edges."""
        stage, data = self.data.stages[index], self.data
        part = np.where(data.is_test, "test", "training")
        found = {name: along(stage.points, before={"class": data.labels, "part": part})}
        if name != "unfolded":
            return found
        starts, pieces = data.boundary.starts, np.arange(len(data.boundary.starts) - 1)
        of_cut = np.repeat(pieces, np.diff(starts))
        edges = np.asarray(data.creases.segments).reshape(-1, 4)
        ends = dict(zip(("x_start", "y_start", "x_end", "y_end"), edges.T, strict=True))
        found["cut"] = along(stage.boundary, before={"piece": of_cut})
        return {**found, "edges": table(ends)}


def _neurons(count: int) -> str:
    return "1 neuron" if count == 1 else f"{count} neurons"


def _shares(ranks: np.ndarray) -> str:
    """How much of the sheet is still a surface, and how much only a line or a point, in words."""
    kinds = zip(("is a point", "is a line", "is still a surface"), ranks, strict=True)
    parts = [f"{100 * share:.0f}\u00a0% {kind}" for kind, share in kinds if share >= 0.005]
    return f"Of the sheet, {', '.join(reversed(parts))}."


def _step(half: float) -> float:
    """A round grid step that gives a plane a handful of lines."""
    power = 10.0 ** np.floor(np.log10(half))
    return float(next(s * power for s in (0.5, 1, 2, 5) if half / (s * power) <= 5))
