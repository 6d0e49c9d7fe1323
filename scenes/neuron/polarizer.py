"""A polarising filter does to light what a neuron's dot product does to its input: it keeps the
part along its axis. The amplitude that passes is cos θ, the dot product of two unit vectors; the
intensity that one sees is its square, Malus's law. Two crossed filters let nothing through, yet a
third between them does, since each leaves the light along its own axis. The likeness ends where
weights have a length and a sign, which a filter has not.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from manim import Animation
from pydantic import Field

from mlanim.stage.pictures.vectors.light_beam import LightBeam
from mlanim.stage.vocabulary import Chart, LessonScene, Panel, Rows, SceneParams, Track

if TYPE_CHECKING:
    from mlanim.core.vectors.polarizer import Polarizer as Data

AXIS, BETWEEN = "A filter's axis is [w](weight)", "A third between two crossed ones"
CROSSED = np.array([0.0, np.pi / 2])


class PolarizerParams(SceneParams):
    """The angles of the filters, and the length of the weights beside them."""

    angle: float = Field(30, ge=0, le=180, description="Of one filter to the light, degrees.")
    middle: float = Field(
        45, ge=0, le=90, description="Of a filter between two crossed ones, degrees."
    )
    length: float = Field(2, ge=0.25, le=4, description="Of a neuron's weight vector.")


class Polarizer(LessonScene[PolarizerParams, "Data"]):
    """A polarising filter takes a dot product"""

    order = 2
    explore = ("angle=0:180:10", "middle=0:90:15")

    @staticmethod
    def compute(params: PolarizerParams) -> Data:
        from mlanim.core.vectors.polarizer import polarizer_lesson

        return polarizer_lesson(params.angle, params.middle, params.length)

    @cached_property
    def phase(self) -> Track:
        """How many wavelengths the light has gone on."""
        return Track((0, 100))

    @cached_property
    def turn(self) -> Track:
        """The angle of the one filter."""
        return Track.along(self.data.turning.degrees, self.data.turning)

    @cached_property
    def third(self) -> Track:
        """The angle of the filter between two crossed ones."""
        return Track.along(self.data.between.degrees, self.data.between)

    def one(self) -> LightBeam:
        return LightBeam(self.turn["axes"], self.turn["fields"], self.phase)

    def law(self) -> Chart:
        d = self.data.turning
        chart = Chart((0, 180), (-1, 1), "angle [°]", "what passes")
        chart.curve(d.degrees, d.amplitude, "highlight", name="amplitude")
        self.squares = chart.curve(
            d.degrees, d.intensity, "attention", name="intensity", dash="dash", later=True
        )
        chart.dot((self.turn, self.turn["amplitude"]), "highlight")
        self.square = chart.dot((self.turn, self.turn["intensity"]), "attention", later=True)
        return chart

    def two(self) -> Panel:
        beam = LightBeam(CROSSED, self.data.crossed, self.phase)
        return Panel("crossed", beam, "Two crossed filters")

    def three(self) -> LightBeam:
        return LightBeam(self.third["axes"], self.third["fields"], self.phase)

    def passing(self) -> Chart:
        d = self.data.between
        chart = Chart((0, 90), (0, 0.3), "angle of the third [°]", "of the first one's light")
        chart.curve(d.degrees, d.intensity, "attention")
        chart.dot((self.third, self.third["intensity"]), "attention")
        return chart

    def limit(self) -> Panel:
        d, reach = self.data.turning, 1.1 * max(1.0, self.params.length)
        chart = Chart((0, 180), (-reach, reach), "angle [°]")
        chart.curve(d.degrees, d.neuron, "weight", name="neuron, w · x")
        chart.curve(d.degrees, np.sqrt(d.intensity), "highlight", name="filter", dash="dash")
        return Panel("limit", chart, "Where the likeness ends", says=self.data.says_limit)

    def shine(self, *runs: Animation, say: str = "", seconds: float = 4.0) -> None:
        """Let the light go on while something runs."""
        going = self.phase.to(self.phase.value + 0.6 * seconds)
        self.sweep(*runs, going, say=say, seconds=seconds)

    def construct(self) -> None:
        says = self.data
        one = Panel("one filter", self.one(), AXIS, share=2)
        self.enter(one, say="Light swings in one direction; a filter has an axis")
        self.shine(say="Along the axis all of it passes")
        self.enter(one, Panel("law", self.law(), share=1.3))
        self.shine(self.turn.to(self.params.angle))
        self.step(says.says_amplitude, notes="Both vectors have length 1, so it is the cosine.")
        self.reveal(self.squares, self.square)
        self.step(says.says_intensity, notes="Malus's law, found in 1809.")
        self.shine(self.turn.to(90))
        self.enter(self.two())
        self.shine()
        self.step(says.says_crossed, notes="The second axis is at a right angle to the light.")
        self.ask("What would a third filter between them do?", notes="Most will say: nothing.")
        three = Panel("three filters", self.three(), BETWEEN, share=2)
        self.enter(three)
        self.shine(self.third.to(self.params.middle), seconds=5)
        self.step(says.says_between, notes="Each filter leaves the light along its own axis.")
        self.enter(three, Panel("passing", self.passing()))
        self.shine(self.third.to(90))
        self.enter(self.limit())
        self.step(says.says_limit, notes="A bias is missing, too.")

    def figure(self) -> list[Panel]:
        self.turn.put(self.params.angle)
        self.third.put(self.params.middle)
        one = Panel(
            "one filter", Rows(self.one(), self.law(), shares=(1.4, 1)),
            AXIS, says=self.data.says_intensity,
        )  # fmt: skip
        three = Panel(
            "three filters", Rows(self.three(), self.passing(), shares=(1.4, 1)), BETWEEN,
            says=self.data.says_between,
        )  # fmt: skip
        return [one, three, self.limit()]
