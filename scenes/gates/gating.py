"""What a gate does to a signal, seen as geometry. One vector and a sheet of points around it go
through a scalar gate, a vector gate, a mask, a matrix gate, a projection and a rotation, with what
each keeps and loses measured on the way; rotary positions turn a query and a key so that their
score depends on the signed offset between them; a blend of two vectors runs along the line and
along the arc; and soft NOT, AND and OR colour the unit square, with Boolean logic at its corners.
"""

from __future__ import annotations

from functools import cached_property, reduce
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from mlanim.stage.parameters import of_length
from mlanim.stage.pictures.gates.blend import BlendPlane, LengthChart
from mlanim.stage.pictures.gates.gated_plane import GatedPlane
from mlanim.stage.pictures.gates.readout import QUANTITIES, GateReadout
from mlanim.stage.pictures.gates.rotary import KEY, QUERY, RotaryDial
from mlanim.stage.pictures.gates.soft_logic import OPERATIONS, ExcludedMiddle, LogicSquare
from mlanim.stage.plots.marks.mark import Mark
from mlanim.stage.track import combined
from mlanim.stage.vocabulary import Columns, LessonScene, Matrix, Panel, Rows, SceneParams, Track
from mlanim.words.sentence import plain, sentence

if TYPE_CHECKING:
    from mlanim.core.gates.gating import Gating as Data

Coordinate = Annotated[float, Field(ge=-3, le=3)]
Share = Annotated[float, Field(ge=0, le=1)]
Entry = Annotated[float, Field(ge=-2, le=2)]
SHORTEST = 0.25  # shorter vectors are hard to see beside one of length 3
Vector = Annotated[tuple[Coordinate, Coordinate], of_length(SHORTEST)]


class GatingParams(SceneParams):
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
        None, description="Rows of the matrix gate; by default the vector gate on axes turned by "
        "the angle.",
    )  # fmt: skip


class Gating(LessonScene[GatingParams, "Data"]):
    """Gates as geometry"""

    order = 1
    after = ("dot_product",)
    explore = "angle=-180:180:30"

    @staticmethod
    def compute(params: GatingParams) -> Data:
        from mlanim.core.gates.gating import gating_lesson

        return gating_lesson(
            params.x1, params.x2, params.gate_scalar, params.gate_vector, params.angle,
            params.gate_matrix,
        )  # fmt: skip

    @cached_property
    def eased(self) -> dict[str, Track]:
        """How far each gate on the sheet has eased in."""
        paths = {name: self.data.gates[name].path for name in QUANTITIES}
        return {name: Track.along(path.share, path) for name, path in paths.items()}

    @cached_property
    def walk(self) -> Track:
        """The query and the key, walking on together."""
        return Track.along(self.data.walk.step, self.data.walk)

    @cached_property
    def gate(self) -> Track:
        """The share of x₁ in the blend."""
        blends = self.data.interpolation.blends
        return Track.along(blends.gate, blends, start=1.0)

    @cached_property
    def pair(self) -> Track:
        """The a and b of soft logic."""
        return Track.along(self.data.logic_walk.step, self.data.logic_walk)

    def sheet(self) -> Panel:
        maps = [track["matrices"] for track in self.eased.values()]
        matrix = combined(lambda *eased: reduce(np.matmul, eased), *maps)
        plane = GatedPlane(self.data, matrix, bold=True)
        self.marks = {name: self._marks(plane, name) for name in QUANTITIES}
        heading = "One [vector](input), its [image](output), and a sheet of points"
        return Panel("sheet", plane, heading, share=1.4)

    def _marks(self, plane: GatedPlane, name: str) -> list[Mark]:
        track = self.eased[name]
        return plane.explain(name, self.data.x2, track.series["output"][-1], track["turn"])

    def readout(self, name: str) -> Panel:
        gate, track = self.data.gates[name], self.eased[name]
        return Panel(
            name, GateReadout(name, gate.formula, track), gate.heading, f"as in {gate.use}"
        )

    def gated(self, name: str) -> Panel:
        """A gate on a sheet of its own, for the figure."""
        gate = self.data.gates[name]
        plane = GatedPlane(self.data, self.eased[name].put(1)["matrices"]())
        self._marks(plane, name)
        use, data = f"as in {gate.use}", plane.images()
        return Panel(name, plane, gate.heading, use, says=gate.says, data=data)

    def dial(self) -> Panel:
        dial = RotaryDial(self.data.rotary, self.walk["query"], self.walk["key"], bold=True)
        return Panel("dial", dial, "A [query](input) and a [key](weight), turned by position")

    def scores(self, framed: bool = True) -> Panel:
        at = [f"{position:.0f}" for position in self.data.rotary.positions]
        matrix = Matrix(
            self.data.rotary.scores, at, at, palette="signed", roles=(QUERY, KEY),
            x_label=sentence("[key](weight) at $weight(n)$"),
            y_label=sentence("[query](input) at $input(m)$"),
        )  # fmt: skip
        if framed:
            matrix.mark(row=self.walk["m"], column=self.walk["n"])
        return Panel("scores", matrix, "Rotary score", share=1.2, says=self.data.says_sign)

    def ways(self, bold: bool = True) -> Panel:
        d = self.data
        plane = BlendPlane(d.x1, d.x2, d.interpolation.blends, self.gate, bold)
        remark = "$weight(g) input(bold(x)_1) + (1 - weight(g)) input(bold(x)_2)$, as in a GRU"
        return Panel("ways", plane, "Interpolation", remark, says=d.says_lengths)

    def lengths(self) -> Panel:
        chart = LengthChart(self.data.interpolation.blends, self.gate)
        return Panel("lengths", chart, "Length on the way", says=self.data.says_addition)

    def square(self, name: str) -> Panel:
        word, formula = OPERATIONS[name]
        return Panel(name, LogicSquare(name, self.data.logic, self.pair), word, formula)

    def middle(self) -> Panel:
        chart = ExcludedMiddle(self.data.logic, (self.pair["a"], self.pair["disjunction"]))
        return Panel("middle", chart, "The excluded middle")

    def logic(self) -> Panel:
        """Soft logic in one panel, for the figure."""
        logic, pair = self.data.logic, self.pair
        squares = Columns(*(LogicSquare(name, logic, pair, radius=0.08) for name in OPERATIONS))
        picture = Rows(squares, ExcludedMiddle(logic, self.data.lowest), shares=(1.3, 1), gap=0.25)
        says = self.data.says_chosen + plain(" ") + self.data.says_middle
        return Panel("logic", picture, "Soft logic", "as in networks of logic gates", says=says)

    def construct(self) -> None:
        data, sheet, marks = self.data, self.sheet(), list[Mark]()
        for name, track in self.eased.items():
            gate, back = data.gates[name], [one.to(0) for one in self.eased.values()]
            self.enter(sheet, self.readout(name), without=marks, along=back, say=gate.lead)
            self.sweep(track.to(1), seconds=1.5)
            marks = self.marks[name]
            self.reveal(*marks, say=gate.says, seconds=0.6)
            self.step(notes=gate.notes)
        self.enter(self.dial(), self.scores(), say="Each turns by a radian for every position")
        self.sweep(self.walk.to(1))
        self.step(data.says_offset, notes="The score depends on the signed offset m − n alone.")
        self.ask("And with the key ahead of the query by as much?", notes="Let them guess.")
        self.sweep(self.walk.to(3))
        self.step(data.says_sign, notes="Turning by m and by n is turning by m − n.")
        self.enter(self.ways(), self.lengths(), say="From one vector to another, by a share $g$")
        self.sweep(self.gate.to(0))
        self.sweep(self.gate.to(data.gate_scalar), seconds=1.2)
        self.step(data.says_lengths, notes=str(data.says_addition))
        squares = [self.square(name) for name in OPERATIONS]
        self.enter(*squares, say="Shares can be reckoned with as if they were true or false")
        self.sweep(self.pair.to(4))
        self.step(data.says_corners, notes=str(data.says_chosen))
        self.enter(squares[-1], self.middle(), say="Then how true is $a$ OR NOT $a$?")
        self.sweep(self.pair.to(5), seconds=1.8)
        self.step(data.says_middle, notes="De Morgan’s laws survive; the excluded middle does not.")

    def figure(self) -> list[Panel]:
        self.gate.put(self.data.gate_scalar)
        gates = [self.gated(name) for name in QUANTITIES if name != "scalar"]
        blends = self.ways(bold=False), self.lengths()
        return [*gates, self.scores(framed=False), *blends, self.logic()]
