"""What the dot product of a weight vector w and an input x measures. x casts a shadow on the line
of w; the product is the length of w times that shadow, |w| |x| cos θ. While x turns from along w to
against it, the product falls from its largest value through 0, where the two are perpendicular, to
its most negative one. Shorter vectors at the same angle give a smaller product: it measures
alignment and length together. The figure shows the three landmarks: same direction, perpendicular
and opposite.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Self

import numpy as np
from manim import FadeIn, Mobject, VGroup
from pydantic import Field, model_validator

from mlanim.stage import layout, theme
from mlanim.stage.data import Record
from mlanim.stage.layout import Box
from mlanim.stage.marks.gauge import Gauge
from mlanim.stage.marks.meter import Meter
from mlanim.stage.path_independent import ByShare
from mlanim.stage.pictures.vectors.dot_product_equation import DotProductEquation
from mlanim.stage.pictures.vectors.shadow import ShadowPicture
from mlanim.stage.plots.plane import fitted_height, fitted_plane
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.steps import exchange
from mlanim.stage.table import Table, table
from mlanim.stage.text.texts import Colored, Content, Formula, Math, Text, Typeset
from mlanim.words.numbers import format_number

Coordinate = Annotated[float, Field(ge=-10, le=10)]
Vector = tuple[Coordinate, Coordinate]

SHORTEST = 0.1  # a shorter vector would be read as 0.00 with two decimals
DIRECTION = (3.0, 1.0)  # where w points if only its length is given
POLAR = {"angle": 45.0, "w_length": 2.5, "x_length": 2.0}  # what one of them alone leaves open

UPRIGHT = 1e-9  # a cosine below this is rounding: the vectors are perpendicular
HALF_TURN = 6.0  # seconds that x takes to turn by 180°
ROOM = 0.62  # manim units around the vectors for their names
PANEL_HEIGHTS = 2.6, 4.4  # manim units: the least and the most that a still's plane takes
WIDE, VALUES_BESIDE = 6.0, 2.65  # a still as wide has its numbers beside the plane, which take that
VALUES_BELOW = 1.05  # what they take below it

W, X = Colored("w", "weight", weight="semibold"), Colored("x", "input", weight="semibold")
SHADOW = Colored("shadow", "highlight")


class DotProduct(LessonScene):
    """The dot product measures alignment"""

    category = "vectors"

    class Params(SceneParams):
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

        @model_validator(mode="after")
        def _directed(self) -> Self:
            for name, vector in (("w", self.w), ("x", self.x)):
                if vector is not None and np.hypot(*vector) < SHORTEST:
                    raise ValueError(
                        f"{name} = {vector} is too short to have a direction that one could see; "
                        f"give it a length of at least {SHORTEST}."
                    )
            return self

    @staticmethod
    def compute(params: Params) -> Any:
        from mlanim.core.vectors.dot_product import dot_product_lecture
        from mlanim.core.vectors.vectors import from_polar

        if params.w is not None and params.x is not None:
            return dot_product_lecture(params.w, params.x)
        towards = np.arctan2(DIRECTION[1], DIRECTION[0])
        turned = towards + np.radians([0.0, params.angle or 0.0])
        lengths = np.array([params.w_length, params.x_length], dtype=float)
        w, x = from_polar(lengths, turned).tolist()
        return dot_product_lecture(w, x)

    def construct(self) -> None:
        self._set_stage()
        self._vectors()
        self._shadow()
        self._product()
        self._alignment()
        self._magnitude()

    def figure(self) -> None:
        data = self.data
        stills = {
            "same direction": data.same_direction,
            "perpendicular": data.perpendicular,
            "opposite": data.opposite,
        }
        tips = np.array([[0, 0]] + [v for still in stills.values() for v in (still.w, still.x)])

        def plane_height(width: float) -> float:
            return float(np.clip(fitted_height(tips, width, ROOM), *PANEL_HEIGHTS))

        def height(width: float) -> float:
            beside = plane_height(width - VALUES_BESIDE)
            return beside if width > WIDE else plane_height(width) + VALUES_BELOW

        for name, still in stills.items():
            self.panel(
                name,
                partial(self._figure_still, tips, still),
                heading=name.capitalize(),
                height=height,
                least=4.1,
                data=_still_table(still),
                says=f"{name.capitalize()}: the dot product is {format_number(still.dot)}, at "
                f"{format_number(_degrees(still), 0)}°.",
            )

    def _figure_still(self, tips: np.ndarray, still: Any, box: Box) -> list[Mobject]:
        """The vectors on a plane, and their numbers below it or, on a wide place, beside it."""
        wide = box.width > WIDE
        area = box.inset(right=VALUES_BESIDE) if wide else box.inset(bottom=VALUES_BELOW)
        picture = ShadowPicture(fitted_plane(tips, area, ROOM, square=0.5), still, self._side())
        left = area.right + 0.35 if wide else box.left
        top = float(area.centre[1]) + 0.6 if wide else area.bottom - 0.5
        return [picture, *_values(still, left, top, stacked=wide)]

    def _side(self) -> int:
        return -1 if self.data.turn.angle[-1] < 0 else 1

    def _set_stage(self) -> None:
        """Build the parts; nothing is shown yet."""
        start, turn = self.data.start, self.data.turn
        plane_box, side_box = layout.STAGE.columns(7.2, 5.3)
        tips = np.concatenate([[[0, 0], start.w], turn.x, self.data.approach.x])
        plane = fitted_plane(tips, plane_box, ROOM)
        self.picture = ShadowPicture(plane, start, self._side())
        left, right = side_box.left, side_box.left + 3.9
        self.theta = Meter(
            ("angle ", Math("theta"), " from ", W, " to ", X), None, left, right,
            side_box.top - 0.4, places=1, suffix="°",
        )  # fmt: skip
        self.cast = Meter(
            (SHADOW, " of ", X, " on ", W), None, left, right, side_box.top - 0.9, "highlight"
        )
        limit = float(start.w_norm * start.x_norm)
        self.table = DotProductEquation(left, side_box.top - 2.0, limit)
        below = Box(left, side_box.bottom, side_box.right, side_box.bottom + 1.0)
        self.gauge = Gauge(limit, ("opposite", "perpendicular", "aligned"), below, "highlight")
        self._show(start)

    def _show(self, now: Any) -> None:
        """Set every part to one alignment."""
        self.picture.show(now)
        self.theta.set_value(float(np.degrees(abs(now.angle))))
        self.cast.set_value(float(now.shadow_length))
        self.table.show(now)
        self.gauge.set_value(float(now.dot), float(now.w_norm * now.x_norm))

    def _appearing(self, part: str) -> ByShare:
        """One more part of the picture comes in: "w", "x", "angle" or "shadow"."""
        before = dict(self.seen)
        self.seen[part] = 1.0
        return ByShare(
            self.picture,
            lambda picture, share: picture.show(self.data.start, **{**before, part: share}),
        )

    def _follow(self, sweep: Any, first: float = 0.0, last: float = 1.0) -> None:
        """Lead everything from one share of a sweep to another, at the pace of its angle."""
        angles = _moment(sweep, first).angle, _moment(sweep, last).angle
        seconds = abs(angles[1] - angles[0]) / np.pi * HALF_TURN
        self.play(
            ByShare(
                VGroup(self.picture, self.theta, self.cast, self.table, self.gauge),
                lambda _, share: self._show(_moment(sweep, first + share * (last - first))),
                run_time=max(seconds, 1.5 * theme.MOVE),
            ),
            *self.saying(),
        )

    def _vectors(self) -> None:
        self.seen = {"w": 0.0, "x": 0.0, "angle": 0.0, "shadow": 0.0}
        self.picture.show(self.data.start, **self.seen)
        self.show_title("The dot product measures alignment")
        self.play(FadeIn(self.picture), *self.saying(
            "A neuron holds weights ", W, " and meets an input ", X,
            ": how far do the two agree?",
        ))  # fmt: skip
        w_length, x_length, _ = self.table.factors
        self.play(self._appearing("w"), FadeIn(w_length), run_time=theme.MOVE)
        self.play(self._appearing("x"), FadeIn(x_length), run_time=theme.MOVE)
        self.next_slide(
            notes="Two vectors: the weights w, which stay, and an input x, which can be anything."
        )

    def _shadow(self) -> None:
        self.play(
            self._appearing("angle"),
            FadeIn(self.theta), FadeIn(self.table.factors[2]), *self.saying(),
        )  # fmt: skip
        fall = self._appearing("shadow")
        self.play(fall, FadeIn(self.cast), run_time=1.5 * theme.MOVE)
        upright = abs(self.data.start.cosine) < UPRIGHT
        self._conclude(
            X, " casts ", "no " if upright else "a ", SHADOW, " on the line of ", W, ": ",
            Math("|input(bold(x))| cos theta"), ", the part of ", X, " that lies along ", W,
            *[", is 0"] * upright,
            notes="A perpendicular from the tip of x to the line of w cuts off the shadow.",
        )  # fmt: skip

    def _product(self) -> None:
        self.play(FadeIn(self.table.product), FadeIn(self.gauge), *self.saying())
        self._conclude(
            "The dot product is the length of ", W, " times that ", SHADOW,
            notes="The gauge runs from the least to the greatest product that these lengths allow.",
        )  # fmt: skip

    def _alignment(self) -> None:
        approach, turn = self.data.approach, self.data.turn
        if approach.angle[0] != approach.angle[-1]:
            self._follow(approach)
        self._conclude(
            "Aligned: all of ", X, " lies along ", W, ", the most that these lengths allow",
            notes="At angle 0 the cosine is 1, and the product is that of the two lengths.",
        )  # fmt: skip
        self._follow(turn, 0.0, 0.5)
        self._conclude(
            "Perpendicular: no ", SHADOW, ", so the product is 0, whatever the lengths",
            notes="At a right angle nothing of x lies along w: the neuron is blind to it.",
        )  # fmt: skip
        self._follow(turn, 0.5, 1.0)
        self._conclude(
            "Opposite: the ", SHADOW,
            " falls behind the origin and the product is negative; its sign tells the side",
            notes="The sign of the product says on which side x lies: with w or against it.",
        )  # fmt: skip

    def _magnitude(self) -> None:
        if self.data.back.angle[0] != self.data.back.angle[-1]:
            self._follow(self.data.back)
        words, allowed = self.gauge.words, Text(
            "grey: all that the two lengths allow", size="small", role="muted"
        )  # fmt: skip
        allowed.move_to(words).level_with(words[0])
        self.gauge.remove(words).add(allowed)
        self.play(*exchange(words, allowed), *self.saying(
            "Alignment is not all: hold the angle, and make the vectors shorter"
        ))  # fmt: skip
        self.wait(theme.MOVE)
        self._shorten(
            self.data.shrink_x, X,
            "The angle and its cosine stay; the shadow shrinks, and with it the product.",
        )  # fmt: skip
        self._shorten(
            self.data.shrink_w, W,
            "The shadow stays, but it is multiplied by less: both lengths count.",
        )  # fmt: skip

    def _shorten(self, sweep: Any, name: Colored, notes: str) -> None:
        self._follow(sweep)
        start, last = self.data.start, _moment(sweep, 1.0)
        if abs(start.cosine) < UPRIGHT:
            outcome = f"the product stays {format_number(last.dot, 0)}"
        else:
            left = format_number(100 * last.dot / start.dot, 0, suffix=" %")
            outcome = f"{left} of the product is left"
        self._conclude("Same angle, shorter ", name, f": {outcome}", notes=notes)

    def _conclude(self, *content: Content, notes: str) -> None:
        """Say what was seen, leave time to read it, and pause."""
        self.say(*content)
        self.wait(theme.MOVE)
        self.next_slide(notes=notes)


def _moment(sweep: Any, share: float) -> Record:
    """A sweep's alignment at a share of its way, 0 to 1, between its two nearest moments."""
    last = len(sweep.dot) - 1
    before = min(int(share * last), last - 1)
    part = share * last - before
    mixed = {
        name: (1 - part) * getattr(sweep, name)[before] + part * getattr(sweep, name)[before + 1]
        for name in sweep
    }
    return Record("Moment", mixed)


def _values(still: Any, left: float, top: float, stacked: bool) -> list[Typeset]:
    """A still's product, and what that is made of, from a first baseline at `top` on."""
    name = Formula("weight(bold(w)) dot input(bold(x)) =")
    product = Text(format_number(still.dot), size="display", role="highlight", weight="semibold")
    angle = format_number(_degrees(still), 0, suffix="°")
    parts = [
        Text(Math("theta"), f" = {angle}"),
        Text(Math("cos theta"), f" = {format_number(still.cosine)}"),
        Text(SHADOW, f" {format_number(still.shadow_length)}"),
    ]
    name.baseline_at([left, top, 0])
    product.baseline_at([left + name.advance + 0.1, top, 0])
    x, y = left, top - 0.42
    for part in parts:
        part.baseline_at([x, y, 0])
        x, y = (x, y - 0.38) if stacked else (x + part.advance + 0.25, y)
    return [name, product, *parts]


def _degrees(still: Any) -> float:
    """The angle between a still's vectors, without its sense."""
    return float(np.degrees(abs(still.angle)))


def _still_table(still: Any) -> Table:
    """The vectors, a row each, and what is measured between them."""
    columns = {
        "vector": ["w", "x", "shadow"],
        "first": [still.w[0], still.x[0], still.shadow[0]],
        "second": [still.w[1], still.x[1], still.shadow[1]],
        "angle": _degrees(still),
        "cosine": still.cosine,
        "dot": still.dot,
    }
    return table(columns, {"angle": "°"})
