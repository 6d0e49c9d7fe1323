"""A neuron of two inputs parts their plane along a line. Its weights are at right angles to the
line, its bias slides the line, and its value z, over the length of the weights, is the distance
from it. Longer weights make it steeper, and an activation clamps one side. Then gradient descent
moves the line between two classes of points; where no line parts them it shows what a neuron
cannot do.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from mlanim.stage.parameters import Points, of_length
from mlanim.stage.pictures.neuron.plane import NeuronPlane
from mlanim.stage.scene import Said
from mlanim.stage.vocabulary import Chart, LessonScene, Panel, SceneParams, Track, table
from mlanim.words.sentence import sentence

if TYPE_CHECKING:
    from mlanim.core.neuron.neuron import Neuron as Data

SMALL = 0.05  # a smaller bias is not told by two places
LEARNING_REACH = 2.1  # how far up the plane of the points goes
SIDES = "$z$: [negative](negative), 0, [positive](positive)"
MIXING = (
    "Now $f$ comes in: the picture goes from $z$ to $f(z)$ through mixtures of the two, to end "
    "with [{f}](output) alone"
)
DISTANCE = "signed distance from the boundary"


class NeuronParams(SceneParams):
    """The neuron, its activation, and what it is to learn."""

    w: Annotated[tuple[float, float], of_length(0.5, 2.0)] = Field(
        (1.2, 0.9), description="Weights: two numbers."
    )
    b: float = Field(-0.9, ge=-3, le=3, description="Bias.")
    activation: Literal["relu", "leaky_relu", "gelu", "sigmoid", "tanh"] = Field(
        "relu", description="What is made of z."
    )
    data: Literal["clouds", "moons", "circles", "xor"] | Points = Field(
        "clouds",
        description="Two classes of points that it learns to part, with a sigmoid; also your own.",
    )


class Neuron(LessonScene[NeuronParams, "Data"]):
    """What a neuron detects"""

    order = 2
    explore = "b=-1.5:1.5:0.25"

    @staticmethod
    def compute(params: NeuronParams) -> Data:
        from mlanim.core.neuron.neuron import neuron_lesson

        return neuron_lesson(params.w, params.b, params.activation, params.data, params.seed)

    def course(self, start: float = 0.0) -> Track:
        """The neuron and an input; landmarks lie at whole numbers."""
        return Track.along(self.data.course.place, self.data.course, start=start)

    @cached_property
    def descent(self) -> Track:
        """The neuron that learns, along its steps."""
        return Track.along(np.arange(len(self.data.learned.loss)), self.data.learned)

    def plane(self, now: Track, heading: Said | None = None, said: Said = "") -> Panel:
        """The answers over the plane, the weights, and an input with its distance."""
        d = self.data
        plane = NeuronPlane(now, d.edges, now["shades"], d.reach)
        plane.answers(d.lines, now["at_lines"])
        if self.params.b and not said:
            turning = d.course.root[(d.course.place >= 3) & (d.course.place <= 4)]
            self.circle = [plane.path(turning, "weight", dash="dash", later=True)]
        plane.weights()
        self.case = plane.input(later=True)
        return Panel(f"plane-{now.value:.0f}", plane, heading, said, share=1.9, says=said)

    def side(self, now: Track, heading: Said | None = None) -> Panel:
        """The answer against the distance from the boundary, and z as a number."""
        d, top = self.data, self.data.largest
        reach = float(d.distances[-1])
        chart = Chart((-reach, reach), (-top, top), DISTANCE, "answer", axes=True)
        chart.curve(d.distances, now["profile"], "output", width="bold")
        chart.dot((now["distance"], now["answer"]), "input", radius=0.12)
        numbers = table({"distance": d.distances, "answer": now["profile"]()})
        places = "2" if self.params.b == 0 or abs(self.params.b) >= SMALL else "g"
        picture = chart.under(
            "$z = weight(bold(w)) dot input(bold(x)) + b$ = [{z:2}](highlight)",
            f"$abs(weight(bold(w)))$ = [{{length:2}}](weight), $b$ = {{b:{places}}}",
            z=now["z"], length=now["w"].map(np.linalg.norm), b=now["b"],
        )  # fmt: skip
        return Panel("side", picture, heading, says=d.says["steeper"], data=numbers)

    def learning(self) -> Panel:
        """The probability of one class, and the points."""
        d, points, labels = self.data, self.data.points.train_points, self.data.points.train_labels
        plane = NeuronPlane(self.descent, d.edges, d.shades, LEARNING_REACH)
        for label, role in enumerate(("negative", "positive")):
            plane.scatter(points[labels == label], role, radius=0.08, ring=label == 1)
        plane.answers(d.logits, d.probabilities)
        heading = "Is it of class [1](positive), not [0](negative)?"
        said = "Each axis is moved and stretched to fit" if d.points.is_scaled else None
        numbers = table({"x": points[:, 0], "y": points[:, 1], "class": labels})
        return Panel("learning", plane, heading, said, 1.9, d.says["learned"], numbers)

    def progress(self) -> Panel:
        """The loss, step by step."""
        d, now, unseen = self.data, self.descent, len(self.data.points.test_labels)
        chart = Chart((0, now.at[-1]), (0, 1.05 * d.learned.loss.max()), "step", "loss, nats")
        chart.curve(now.history(), now.history("loss"), "gradient", width="bold", tip=True)
        lines = "{right} of {unseen} right", "step {step:0}"
        picture = chart.under(*lines, right=now["right"], unseen=unseen, step=now)
        return Panel("loss", picture, says=d.says["moved"])

    def construct(self) -> None:
        says, run, self.circle = self.data.says, self.course(), []
        plane, side = self.plane(run), self.side(run)
        self.enter(plane, say="A neuron gives each input a number; numbers on a line are the same")
        self.reveal(*self.case, say="How far is an input [x](input) from the boundary?")
        self.enter(plane, side)
        self.step(says["side"], notes="Seen from the side, the neuron is a straight slope.")
        self.step(says["crossed"], run.to(1), notes="Its sign is the side, z over |w| how far.")
        self.ask("And if only the bias $b$ grows?", notes="The boundary: does it turn or slide?")
        self.step(says["slid"], run.to(2), notes="The input has not moved.")
        self.sweep(run.to(3), say="And if [w](weight) turns, with its length and $b$ as they are?")
        self.reveal(*self.circle, seconds=0.5)
        self.sweep(run.to(4), seconds=5)
        self.step(says["turned"], notes="The boundary rolls around a circle about the origin.")
        self.step(says["steeper"], run.to(5), notes="The slope is |w|; z alone is no distance.")
        self.sweep(run.to(6), say=sentence(MIXING, f=self.data.title), seconds=3.5)
        self.step(says["clamped"], notes="This is all that the activation does: it acts on z.")
        self.enter(self.learning(), self.progress(), say="Nobody sets them by hand: it learns")
        self.sweep(self.descent.to(20), seconds=3)
        self.sweep(self.descent.to_end(), seconds=2)
        self.step(says["moved"], notes="Full-batch gradient descent on the cross-entropy.")
        self.step(says["learned"], notes="Counted on points that took no part in learning.")

    def figure(self) -> list[Panel]:
        d, end = self.data, self.course(6)
        self.descent.put(self.descent.at[-1])
        acts = sentence("{name} of $2 z$", name=d.title)
        return [
            self.plane(self.course(), SIDES, d.says["side"]),
            self.plane(end, acts, d.says["clamped"]),
            self.side(end, "The same from the side"),
            self.learning(),
        ]
