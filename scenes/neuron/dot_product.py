"""What the dot product of a weight vector w and an input x measures. x casts a shadow on the line
of w; the product is the length of w times that shadow, |w| |x| cos θ. While x turns from along w to
against it, the product falls from its largest value through 0, where the two are perpendicular, to
its most negative one. Shorter vectors at the same angle bring it closer to 0: it measures alignment
and length together. The figure shows the three landmarks: same direction, perpendicular, opposite.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field, model_validator

from mlanim.stage.data import fields_of
from mlanim.stage.panels import Panel
from mlanim.stage.parameters import of_length
from mlanim.stage.picture import Rows
from mlanim.stage.pictures.lines import Lines
from mlanim.stage.pictures.vectors.product import Product, places_of_products
from mlanim.stage.pictures.vectors.shadow import ShadowPlane
from mlanim.stage.plots.meters import Meter, Meters
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.table import Table, table
from mlanim.stage.track import Track
from mlanim.words.sentence import Sentence, sentence

if TYPE_CHECKING:
    from mlanim.core.vectors.alignment import Alignment
    from mlanim.core.vectors.dot_product import DotProduct as Data

Coordinate = Annotated[float, Field(ge=-10, le=10)]
SHORTEST = 0.1  # a shorter vector would be read as 0.00 with two decimals
Vector = Annotated[tuple[Coordinate, Coordinate], of_length(SHORTEST)]

POLAR = {"angle": 45.0, "w_length": 2.5, "x_length": 2.0}  # what one of them alone leaves open
HALF_TURN, LEAST = 6.0, 1.5  # seconds that x takes to turn by 180°, and for any motion
SHORT = 0.1  # of the other vector's length: a shorter arrow is hardly seen beside it
ROOM = 1.45  # how much further than the vectors the plane goes


class DotProductParams(SceneParams):
    """Either the two vectors, or the angle between them and their lengths."""

    w: Vector | None = Field((2.4, 0.8), description="Weight vector: two coordinates.")
    x: Vector | None = Field((1.0, 1.8), description="Input vector: two coordinates.")
    angle: float | None = Field(
        None, ge=0, le=180, description="Degrees from w to x, in place of w and x."
    )
    w_length: float | None = Field(
        None, ge=SHORTEST, le=10, description="Length of w, in place of w and x."
    )
    x_length: float | None = Field(
        None, ge=SHORTEST, le=10, description="Length of x, in place of w and x."
    )

    @model_validator(mode="before")
    @classmethod
    def _one_way(cls, given: dict[str, Any]) -> dict[str, Any]:
        stated = {name: value for name, value in given.items() if value is not None}
        vectors, polar = stated.keys() & {"w", "x"}, stated.keys() & POLAR.keys()
        if vectors and polar:
            raise ValueError(
                f"{' and '.join(sorted(vectors))} cannot go together with "
                f"{' and '.join(sorted(polar))}; give the vectors w and x, or angle, "
                "w_length and x_length."
            )
        return {"w": None, "x": None, **POLAR, **stated} if polar else stated


class DotProduct(LessonScene[DotProductParams, "Data"]):
    """The dot product measures alignment"""

    order = 1
    explore = "angle=0:180:5"

    @staticmethod
    def compute(params: DotProductParams) -> Data:
        from mlanim.core.vectors.dot_product import dot_product_lesson, from_angle

        if params.w is not None and params.x is not None:
            return dot_product_lesson(params.w, params.x)
        polar = (getattr(params, name) or 0.0 for name in POLAR)
        return dot_product_lesson(*from_angle(*polar))

    @cached_property
    def course(self) -> Track:
        """x turns around w, then both shrink; landmarks lie at whole numbers."""
        return Track.along(self.data.place, self.data.course)

    def reach(self) -> np.ndarray:
        """Corners (2, 2) of a plane that holds all vectors and their names."""
        tips = np.concatenate([self.data.course.w, self.data.course.x, np.zeros((1, 2))])
        low, high = tips.min(axis=0), tips.max(axis=0)
        middle, half = (low + high) / 2, np.maximum(high - low, 0.3 * np.ptp(tips)) / 2
        return np.array([middle - ROOM * half, middle + ROOM * half])

    def places(self) -> str:
        """How products are shown."""
        return str(places_of_products(self.data.limit))

    def plane(self) -> Panel:
        """Both vectors, the angle and the shadow."""
        self.picture = ShadowPlane(self.course, self.data.side, self.reach(), later=True)
        return Panel("plane", self.picture, remark=self.shortness(), share=1.15)

    def shortness(self) -> Sentence | None:
        """That one vector is too short to be seen beside the other, if it is."""
        lengths = {"[w](weight)": self.data.given.w_norm, "[x](input)": self.data.given.x_norm}
        (short, least), (long, most) = sorted(lengths.items(), key=lambda named: named[1])
        if least >= SHORT * most:
            return None
        return sentence(
            f"{short} is hardly seen: {{share:g}} of the length of {long}", share=least / most
        )

    def numbers(self) -> Panel:
        """What is read off while x moves."""
        now, limit = self.course, self.data.limit
        degrees = now["angle"].map(lambda angle: abs(np.degrees(angle)))
        shadow = "[shadow](highlight) of [x](input) on [w](weight)"
        meters = Meters(
            Meter("angle $theta$", degrees, 180, shown="1", suffix="°"),
            Meter(shadow, now["shadow_length"], None, "highlight"),
            Meter("product", now["dot"], (-limit, limit), "highlight", self.places()),
        )
        return Panel("numbers", Rows(Product(now, limit), meters, gap=0.5))

    def construct(self) -> None:
        says, plane = self.data.says, self.plane()
        self.enter(plane, say="A neuron holds weights [w](weight): a direction, and a length")
        self.reveal(self.picture.x, say="It meets an input [x](input): how far do the two agree?")
        self.step(notes="The weights w stay; the input x can be anything.")
        self.reveal(self.picture.angle_mark)
        self.reveal(self.picture.shadow)
        self.step(says.shadow, notes="A perpendicular from the tip of x cuts it off.")
        self.enter(plane, self.numbers())
        self.step(says.product, notes="The bar runs from the least to the greatest product.")
        self.turn(1, says.aligned, "At angle 0 the product is that of the two lengths.")
        self.ask("And where will the product be 0?", notes="Let them point before x moves on.")
        self.turn(2, says.perpendicular, "At a right angle nothing of x lies along w.")
        self.turn(3, says.opposite, "The sign of the product says on which side x lies.")
        self.turn(4, None, "")
        self.turn(5, says.short_x, "The shadow has the length of x times the cosine.")
        self.turn(6, says.short_w, "The shadow stays, but it is multiplied by less.")

    def turn(self, landmark: int, said: Sentence | None, notes: str) -> None:
        """Go on to a landmark at the pace of the angle, and say what is seen there."""
        angle = self.data.angles[landmark] - self.data.angles[landmark - 1]
        seconds = max(LEAST, float(abs(angle)) / np.pi * HALF_TURN)
        back = "" if said else "Alignment is not all: hold an angle, and shorten the vectors"
        self.sweep(self.course.to(landmark), say=back, seconds=seconds)
        if said is not None:
            self.step(said, notes=notes)

    def figure(self) -> list[Panel]:
        return [self.still(name, still) for name, still in self.data.stills]

    def live(self) -> list[Panel]:
        plane, given = self.plane(), self.data.given
        self.picture.handles = {"angle": lambda picture: picture.frame.place(given.x)}
        says, data = self.told(given)
        return [replace(plane, says=says, data=data), replace(self.numbers(), data={})]

    def still(self, name: str, still: Alignment) -> Panel:
        """One landmark: its plane, and its numbers below."""
        now = fields_of(still)
        degrees = abs(float(np.degrees(still.angle)))
        lines = Lines(
            f"$weight(bold(w)) dot input(bold(x))$ = [{{dot:{self.places()}}}](highlight)",
            "$theta$ = {angle:0}°, $cos theta$ = {cosine:2}, [shadow](highlight) {shadow:2}",
            dot=still.dot, angle=degrees, cosine=still.cosine, shadow=still.shadow_length,
        )  # fmt: skip
        plane = ShadowPlane(now, self.data.side, self.reach(), ticks=4)
        says, data = self.told(still)
        rows = Rows(plane, lines, gap=0.2)
        return Panel(name, rows, name.capitalize(), self.shortness(), says=says, data=data)

    def told(self, still: Alignment) -> tuple[Sentence, Table]:
        """What is measured at one angle, in a sentence and as a table."""
        degrees = abs(float(np.degrees(still.angle)))
        said = f"The dot product is {{dot:{self.places()}}}, at {{angle:0}}°."
        says = sentence(said, dot=still.dot, angle=degrees)
        measured = ("dot", "cosine", "w_norm", "x_norm", "shadow_length")
        numbers = {field: getattr(still, field) for field in measured}
        return says, table({"angle": degrees, **numbers}, {"angle": "°"})
