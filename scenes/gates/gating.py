"""What a gate does to a signal, seen as geometry. One vector and a sheet of points around it go
through a scalar gate, a vector gate, a mask, a matrix gate, a projection and a rotation, with what
each keeps and loses measured on the way; rotary positions turn a query and a key so that their
score depends on the distance alone; a blend of two vectors runs along the line and along the arc;
and soft NOT, AND and OR rise as surfaces over the unit square, with Boolean logic at the corners.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from manim import FadeIn, Mobject, ValueTracker
from pydantic import Field, field_validator

from mlanim.stage import layout, theme
from mlanim.stage.layout import Box
from mlanim.stage.marks.meter import Meters, Reading
from mlanim.stage.marks.shapes import AngleArc, Polyline
from mlanim.stage.path_independent import path_independent
from mlanim.stage.pictures.gates.blend import ARC, LINE, BlendPlane, NormChart
from mlanim.stage.pictures.gates.gate_sequence import GateSequence, lost_line
from mlanim.stage.pictures.gates.gated_plane import GatedPlane, at_share
from mlanim.stage.pictures.gates.rotary_dial import RotaryDial
from mlanim.stage.pictures.gates.soft_logic import TURNS, SoftLogic
from mlanim.stage.plots.heatmap import Heatmap, signed_palette
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.table import Table, along, stacked, table
from mlanim.stage.text.texts import Colored, Content, Math, Text
from mlanim.words.numbers import format_number

Coordinate = Annotated[float, Field(ge=-3, le=3)]
Share = Annotated[float, Field(ge=0, le=1)]
Entry = Annotated[float, Field(ge=-2, le=2)]
Vector = tuple[Coordinate, Coordinate]

UNSEEN = 0.005  # a length that two decimals show as 0.00
SHORTEST = 0.25  # shorter vectors are hard to see beside one of length 3
PLANE, PANEL = layout.STAGE.columns(1.6, 1, gap=0.7)
BLEND = "weight(g) input(bold(x)_1) + (1 - weight(g)) input(bold(x)_2)"
APART, UNDER_GATES = 0.3, 0.6  # manim units between a still's parts, and for words below them
OFFSET = 2  # the diagonal of the scores that the lecture walks along


class Gating(LessonScene):
    """Gates as geometry"""

    order = 1
    after = ("dot_product",)

    class Params(SceneParams):
        """The vectors, the angle and the gates."""

        x1: Vector = Field((0.8, 1.6), description="The vector that is gated; also the query.")
        x2: Vector = Field(
            (0.9, -1.6), description="The line to project on, the other end of a blend, the key."
        )
        gate_scalar: Share = Field(0.4, description="Scalar gate, and the share of x1 in a blend.")
        gate_vector: tuple[Share, Share] = Field(
            (0.9, 0.3), description="A gate for each axis; also the inputs a and b of soft logic."
        )
        angle: float = Field(60.0, ge=-180, le=180, description="The rotation, in degrees.")
        gate_matrix: tuple[tuple[Entry, Entry], tuple[Entry, Entry]] | None = Field(
            None,
            description="Rows of the matrix gate; by default the vector gate on axes turned by "
            "the angle.",
        )

        @field_validator("x1", "x2")
        @classmethod
        def has_a_direction(cls, vector: Vector) -> Vector:
            """Refuse vectors too short to be seen."""
            if np.hypot(*vector) < SHORTEST:
                raise ValueError(f"a vector must be at least {SHORTEST} long to show a direction")
            return vector

    @staticmethod
    def compute(params: Params) -> Any:
        """Every gate on the given vectors."""
        from mlanim.core.gates.gating import gating_lecture

        return gating_lecture(
            params.x1,
            params.x2,
            params.gate_scalar,
            params.gate_vector,
            params.angle,
            gate_matrix=params.gate_matrix,
        )

    def construct(self) -> None:
        """Gates on a vector and its sheet, then rotary positions, blends and soft logic."""
        self.title = self.show_title("Gates as geometry")
        self._scalar()
        self._vector()
        self._mask()
        self._matrix()
        self._projection()
        self._rotation()
        self._rotary()
        self._blend()
        self._logic()

    # Maps that ease in on one sheet.

    def _scalar(self) -> None:
        path = self.data.shutting
        plane = self._gated_plane(PLANE, path, numbered=True)
        plane.remove(plane.sheet)
        self.gates = GateSequence(self, plane, PANEL, path)
        self.play(FadeIn(plane, plane.beyond(self.data.x1, "bold(x)_1", "input")))
        gate = Reading(("gate ", Math("weight(g)")), path.matrices[:, 0, 0], role="weight")
        formula = "output(bold(y)) = weight(g) input(bold(x)_1)"
        self.gates.part(path, "Scalar gate", formula, [gate, self._length(path)])
        self.gates.ease(1 - self.data.gate_scalar, theme.MOVE)
        self.say("One share for the whole vector: it moves along its own line")
        self.next_slide("One number for the whole signal: the vector slides along its own line.")

    def _vector(self) -> None:
        self.gates.leave()
        self.gates.plane.insert(1, self.gates.plane.sheet)
        self.play(FadeIn(self.gates.plane.sheet))
        path = self.data.vector
        formula = "output(bold(y)) = weight(bold(g)) dot.o input(bold(x)_1)"
        self.gates.part(path, "Vector gate", formula, [*self._axis_gates(path), self._length(path)])
        self.say("One share for each axis, and the same for every point of the sheet")
        self.next_slide("A vector gate has a share for each feature, as in an LSTM.")

    def _mask(self) -> None:
        path, mask = self.data.masking, self.data.masked
        formula = "output(bold(y)) = weight(bold(m)) dot.o input(bold(x)_1)"
        kept = [*self._axis_gates(path), self._rank(path), self._energy(path)]
        self.gates.part(path, "Mask", formula, kept)
        self.gates.show_lost(mask.kept, self.data.x1)
        self.say("A gate of only 0 and 1: one axis is lost, for every point of the sheet")
        self.next_slide("A mask is a gate of 0 and 1: what was on a shut axis is gone.")

    def _matrix(self) -> None:
        path = self.data.matrix
        (a, b), (c, d) = self.data.gate_matrix
        rows = f"{a:.2f}, {b:.2f}; {c:.2f}, {d:.2f}"
        formula = f'output(bold(y)) = weight(mat(delim: "[", {rows})) input(bold(x)_1)'
        plane, share = self.gates.plane, self.gates.share
        ring = Polyline(plane.ring(path, 0), "text", "thin", closed=True)
        ring.add_updater(
            path_independent(lambda line: line.set_path(plane.ring(path, share.get_value())))
        )
        largest = max(1.0, float(path.singular_values.max()))
        stretches = [
            Reading(("half-axis ", Math(f"sigma_{i + 1}")), path.singular_values[:, i], largest)
            for i in range(2)
        ]
        area = max(1.0, float(path.area_change.max()))
        stretches.append(Reading(("area ", Math("abs(det)")), path.area_change, area))
        self.gates.part(path, "Matrix gate", formula, stretches, ring)
        rank = int(np.linalg.matrix_rank(self.data.gate_matrix))
        shape = ("a point", "a piece of a line", "an ellipse")[rank]
        self.say(f"Any linear map: here the circle becomes {shape}, and the axes may mix")
        self.next_slide(
            "Every output draws on every feature. Attention does not: its weights mix positions."
        )

    def _projection(self) -> None:
        path, split = self.data.projection, self.data.projected
        formula = (
            "output(bold(y)) = frac(weight(bold(x)_2 bold(x)_2^top), "
            "weight(abs(bold(x)_2)^2)) input(bold(x)_1)"
        )
        axis = self.gates.plane.axis(self.data.x2)
        self.gates.part(path, "Projection", formula, [self._rank(path), self._energy(path)], axis)
        self.gates.show_lost(split.kept, self.data.x1)
        lost = format_number(float(split.lost_norm), 2)
        says = f": what stands at right angles, {lost} long, is lost"
        if split.lost_norm < UNSEEN:
            says = ", where the vector lies already: nothing of it is lost"
        self.say("Onto the line of ", Colored(Math("bold(x)_2"), "weight"), says)
        self.next_slide(
            "Projecting twice changes nothing more. The query and key maps of attention lack that."
        )

    def _rotation(self) -> None:
        path = self.data.rotation
        degrees = np.degrees(self.data.angle) * path.share
        start = float(np.arctan2(self.data.x1[1], self.data.x1[0]))
        arc = AngleArc(self.gates.plane.origin, start, start, 0.75)
        arc.add_updater(
            path_independent(
                lambda shown: shown.set_angles(
                    start, start + self.gates.share.get_value() * self.data.angle
                )
            )
        )
        turn = Reading(("angle ", Math("theta")), degrees, None, "weight", 0, "°")
        area = Reading(("area ", Math("abs(det)")), path.area_change)
        formula = "output(bold(y)) = weight(R(theta)) input(bold(x)_1)"
        self.gates.part(path, "Rotation", formula, [turn, self._length(path), area], arc)
        self.say("A rotation keeps every length: nothing is lost, and it can be undone")
        self.next_slide("Lengths, angles and areas stay, and turning back restores the input.")

    def _gated_plane(
        self, box: Box, path: Any, numbered: bool = False, bold: bool = True
    ) -> GatedPlane:
        """A plane that holds the sheet, its vector and their images under every gate."""
        x, half = self.data.x1, self._reach()
        size = float(np.abs(x).max())
        return GatedPlane(box, x, path, size, np.array([-half, half]), numbered, bold)

    def _reach(self) -> np.ndarray:
        """How far the sheet, its vector and their images go on each axis, (2,)."""
        data = self.data
        size = float(np.abs(data.x1).max())
        shown = [data.vector, data.matrix, data.masking, data.projection, data.rotation]
        sheets = np.concatenate([size * one.lattice.reshape(-1, 2) for one in shown])
        outputs = np.concatenate([one.output for one in shown])
        return np.asarray(np.abs(np.concatenate([sheets, outputs])).max(axis=0))

    # Readings along a path.

    def _length(self, path: Any) -> Reading:
        full = max(float(path.norm.max()), float(np.hypot(*self.data.x1)))
        return Reading(("length ", Math("abs(output(bold(y)))")), path.norm, full, "output")

    def _axis_gates(self, path: Any) -> list[Reading]:
        name = "m" if path is self.data.masking else "g"
        return [
            Reading(("axis ", Math(f"weight({name}_{i + 1})")), path.matrices[:, i, i], 1, "weight")
            for i in range(2)
        ]

    def _rank(self, path: Any) -> Reading:
        return Reading("rank", path.rank, float(path.rank.max()), places=0)

    def _energy(self, path: Any) -> Reading:
        energy = (path.norm / np.hypot(*self.data.x1)) ** 2
        return Reading("energy kept", energy, 1, "output", 0, " %", 100)

    # Rotary positions, blends and soft logic.

    def _rotary(self) -> None:
        rotary = self.data.rotary
        self.clear_stage(self.title)
        left, right = layout.STAGE.columns(1, 1.25, gap=0.5)
        dial = RotaryDial(left.below_heading(), rotary)
        names = [format_number(position, 0) for position in rotary.positions]
        box = right.below_heading().inset(left=0.4, top=0.35)
        palette = signed_palette(float(np.abs(rotary.scores).max()))
        scores = Heatmap(rotary.scores, palette, box.width, box.height, names, names)
        scores.shift(box.centre - scores.cells.get_center())
        headings = layout.heading(left, "Turned by position"), layout.heading(right, "Score")
        step = format_number(rotary.frequencies[0], 0)
        query, key = Colored(Math("m"), "input"), Colored(Math("n"), "weight")
        notes = (
            layout.subheading(headings[0], f"{step} rad a step"),
            layout.subheading(headings[1], "query at ", query, ", key at ", key),
        )
        dial.show(OFFSET, 0)
        self.play(FadeIn(dial, scores, *headings, *notes))
        self._walk(dial, scores)
        score = rotary.by_offset[list(rotary.offsets).index(OFFSET)]
        says = f" = {OFFSET} every score is {format_number(score)}"
        self.say("Both turn, the angle between them stays: at ", Math("m - n"), says)
        self.next_slide(
            "The score depends on the distance alone, so every diagonal has one colour."
        )

    def _walk(self, dial: RotaryDial, scores: Heatmap) -> None:
        """Query and key walk on together while their cell goes down the diagonal."""
        middles = scores.cells.middles
        half = (middles[1, 1] - middles[0, 0]) / 2 * 0.92
        rim = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * half
        steps = np.arange(len(middles) - OFFSET)
        way = middles[steps + OFFSET, steps]
        cell = Polyline(way[0] + rim, "highlight", "bold", closed=True)
        step = ValueTracker(0)
        dial.add_updater(
            path_independent(lambda d: d.show(step.get_value() + OFFSET, step.get_value()))
        )
        cell.add_updater(
            path_independent(lambda c: c.set_path(at_share(steps, way, step.get_value()) + rim))
        )
        self.play(FadeIn(cell), run_time=theme.BEAT)
        self.play(step.animate.set_value(steps[-1]), run_time=1.3 * theme.SLOW)
        dial.clear_updaters()
        cell.clear_updaters()

    def _blend(self) -> None:
        blend = self.data.interpolation
        self.clear_stage(self.title)
        left, right = layout.STAGE.columns(1.25, 1)
        plane = BlendPlane(left.below_heading(), self.data.x1, self.data.x2, blend, numbered=True)
        chart = NormChart(right.below_heading().inset(bottom=1.7), blend)
        full = float(max(blend.line_norm.max(), blend.arc_norm.max()))
        readings = [
            Reading("length on the line", blend.line_norm, full, LINE),
            Reading("length on the arc", blend.arc_norm, full, ARC),
        ]
        lengths = Meters(right.inset(top=right.height - 1.25), blend.gate, readings)
        heading = layout.heading(left, "Interpolation")
        mix = layout.subheading(heading, Math(BLEND))
        aside = layout.heading(right, "Length on the way")
        self.play(FadeIn(plane, chart, lengths, heading, mix, aside))
        gate = ValueTracker(1)
        for shown in (plane, chart, lengths):
            shown.add_updater(path_independent(lambda s: s.show(gate.get_value())))
        self.play(gate.animate.set_value(0), run_time=1.4 * theme.SLOW)
        self.play(gate.animate.set_value(self.data.gate_scalar))
        for shown in (plane, chart, lengths):
            shown.clear_updaters()
        self.say(self._dip())
        self.next_slide(
            f"A residual connection adds instead, here to a length of {blend.addition_norm:.2f}."
        )

    def _dip(self) -> str:
        blend = self.data.interpolation
        line, arc = float(blend.line_norm.min()), float(blend.arc_norm.min())
        if arc - line < 0.01 * arc:
            return f"Here neither way gets shorter than its shorter end, {format_number(line)} long"
        return (
            f"The line cuts the corner and dips to length {format_number(line)}; "
            f"the arc stays at {format_number(arc)} or more"
        )

    def _logic(self) -> None:
        self.clear_stage(self.title)
        boxes = layout.STAGE.columns(1, 1, 1, gap=0.4)
        logic = SoftLogic(self.data.logic)
        views, squares = logic.on_stage(boxes)
        texts, values = logic.names(boxes), logic.values(boxes)
        self.play(FadeIn(*squares, *texts))
        for square in squares:
            square.add_updater(path_independent(lambda shown: shown.follow()))
        turns = [view.turn.animate.set_value(TURNS[1]) for view in views]
        words = (
            "At the corners this is Boolean logic; between them it is smooth, so it can be trained"
        )
        self.play(*turns, *self.saying(words), run_time=1.2 * theme.SLOW)
        for square in squares:
            square.clear_updaters()
        self.play(FadeIn(*values))
        lowest = format_number(float(self.data.logic.excluded_middle.min()))
        self.say(
            f"Not every law survives: a OR NOT a is 1 in Boolean logic, and falls to {lowest} here"
        )
        self.next_slide(
            f"Some laws of Boolean logic bend in between: a or not a falls to {lowest}."
        )

    # The still.

    def figure(self) -> None:
        """Three gates on one sheet; two ways to blend and how long they are; soft logic."""
        self._gates_panel()
        self._ways_panel()
        self._logic_panel()
        self._length_panel()

    def _gates_panel(self) -> None:
        data = self.data
        share = _percent(data.projected.energy_share)
        self.panel(
            "gates",
            self._figure_gates,
            heading="Gates on one sheet",
            remark=(Colored("input", "input"), ", ", Colored("output", "output"), ", what is lost"),
            height=lambda width: (width - 2 * APART) / 3 * self._tallness() + UNDER_GATES,
            least=6.0,
            share=2.0,
            data=stacked(*(self._gate_table(name, path) for name, path, _ in self._gates())),
            says=f"The projection keeps {share} of the vector's energy; the rotation keeps all.",
        )

    def _gates(self) -> list[tuple[str, Any, tuple[Content, ...]]]:
        data = self.data
        gates = ", ".join(format_number(value) for value in data.gate_vector)
        angle = format_number(np.degrees(data.angle), 0)
        return [
            ("vector gate", data.vector, ("vector gate", f"({gates})")),
            ("projection", data.projection,
             ("projection", f"{_percent(data.projected.energy_share)} kept")),
            ("rotation", data.rotation, ("rotation", f"by {angle}°")),
        ]  # fmt: skip

    def _tallness(self) -> float:
        """Height over width of a plane that holds the sheet's images without waste."""
        half = self._reach()
        return float(np.clip(half[1] / half[0], 0.6, 1.1))

    def _gate_table(self, name: str, path: Any) -> Table:
        size = float(np.abs(self.data.x1).max())
        points = np.concatenate([[self.data.x1], size * path.lattice[0]])
        images = np.concatenate([[path.output[-1]], size * path.lattice[-1]])
        what = ["vector"] + ["sheet"] * (len(points) - 1)
        columns = {"gate": name, "what": what, "x": points[:, 0], "y": points[:, 1]}
        return table({**columns, "image_x": images[:, 0], "image_y": images[:, 1]})

    def _figure_gates(self, box: Box) -> list[Mobject]:
        parts: list[Mobject] = []
        for (_, path, says), place in zip(
            self._gates(), box.columns(1, 1, 1, gap=APART), strict=True
        ):
            room = place.inset(bottom=UNDER_GATES)
            plane = self._gated_plane(room, path, bold=False).show(path, 1)
            parts.append(plane)
            if path is self.data.projection:
                lost = lost_line(plane, self.data.projected.kept, self.data.x1)
                parts += [lost] if len(lost.points) else []
            for row, words in enumerate(says):
                text = Text(words, size="small", role="muted")
                y = room.bottom - 0.25 - 0.27 * row
                parts.append(text.baseline_at([place.centre[0] - text.advance / 2, y, 0]))
        return parts

    def _ways_panel(self) -> None:
        data, blend = self.data, self.data.interpolation
        ways = ("line", blend.line), ("arc", blend.arc)
        self.panel(
            "interpolation",
            lambda box: BlendPlane(box, data.x1, data.x2, blend).show(data.gate_scalar),
            heading="Interpolation",
            remark=(Colored("line", LINE), " and ", Colored("arc", ARC)),
            height=lambda width: min(width / 1.4, 3.6),
            least=3.6,
            data=stacked(
                *(along(way, before={"way": name, "gate": blend.gate}) for name, way in ways)
            ),
            says=f"{self._dip()}.",
        )

    def _length_panel(self) -> None:
        blend, gate = self.data.interpolation, self.data.gate_scalar
        self.panel(
            "length",
            lambda box: NormChart(box.inset(right=0.12), blend).show(gate),
            heading="Length on the way",
            remark=(Colored("line", LINE), " and ", Colored("arc", ARC)),
            height=lambda width: min(width / 1.4, 3.4),
            least=3.6,
            data=table({"gate": blend.gate, "line": blend.line_norm, "arc": blend.arc_norm}),
            says=f"At a gate of {format_number(gate)} the line is "
            f"{format_number(np.interp(gate, blend.gate, blend.line_norm))} long and the arc "
            f"{format_number(np.interp(gate, blend.gate, blend.arc_norm))}.",
        )

    def _logic_panel(self) -> None:
        logic = SoftLogic(self.data.logic)
        a, b = (format_number(value) for value in self.data.logic.chosen[:2])
        self.panel(
            "soft logic",
            lambda box: logic.on_page(box.columns(1, 1, 1, gap=APART)),
            heading="Soft logic",
            remark=("over all ", Math("a"), " and ", Math("b"), f"; the dot at {a} and {b}"),
            height=lambda width: (width - 2 * APART) / 3 * 1.02 + 0.4,
            least=6.0,
            share=2.0,
            data=logic.table(),
            says="NOT, AND and OR are "
            + ", ".join(format_number(value) for value in self.data.logic.chosen[2:])
            + f" at a = {a} and b = {b}.",
        )


def _percent(share: float) -> str:
    return format_number(100 * share, 0, suffix=" %")
