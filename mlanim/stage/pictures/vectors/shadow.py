"""Two vectors from one origin: the angle between them and the shadow of one on the other's line."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from manim import VGroup, VMobject

from mlanim.stage import theme
from mlanim.stage.arrays.batch import as_3d
from mlanim.stage.marks.clearance import cut_around, ends_of
from mlanim.stage.marks.shapes import AngleArc, Arrow, Polyline, Segments, dashes
from mlanim.stage.plots.fixed_chart import Plane
from mlanim.stage.text.texts import Formula, polygon_curves

# Manim units, unless they say otherwise.
BAND = 0.36  # the shadow's width: wide enough to show on both sides of an arrow's head
LABEL_AWAY, LABEL_TURN = 0.44, np.radians(60)  # from an arrow's tip, and off its direction
ARC, ARC_SHARE = 0.85, 0.45  # the arc's radius, and its most as a share of the shorter arrow
THETA_BEYOND, THETA_CLEAR = 0.24, 0.3  # the angle's name off its arc, and off both arrows
THETA_FADES = np.radians([18, 28])  # where a narrowing wedge loses its name
CLEAR, THETA_CLEARS = 0.25, 0.18  # no line of the plane comes closer to the names' centres
CORNER = 0.2  # side of the right-angle mark


Holes = tuple[np.ndarray, np.ndarray]


class Band(VMobject):
    """A wide translucent strip along a straight line."""

    def __init__(self, role: str, width: float = BAND, opacity: float = 0.5):
        super().__init__(stroke_width=0, fill_color=theme.color(role), fill_opacity=opacity)
        self.breadth = width

    def set_ends(self, start: np.ndarray, end: np.ndarray) -> Self:
        """Lie from `start` to `end` (2,); where they coincide nothing is drawn."""
        length = float(np.linalg.norm(end - start))
        if length < 1e-6:
            self.points = np.zeros((0, 3))
            return self
        across = _left_of((end - start) / length) * self.breadth / 2
        corners = [start + across, end + across, end - across, start - across, start + across]
        self.points = as_3d(polygon_curves(np.array(corners)))
        return self


class ShadowPicture(VGroup):
    """w and x on a plane, the angle between them, and the shadow that x casts on the line of w.

    Args:
        plane: where they live.
        alignment: the first to show; see `show`.
        side: +1 if x turns anticlockwise from w, -1 if clockwise. x's name stays ahead of it and
            w's on the other side, so neither meets a line.
    """

    def __init__(self, plane: Plane, alignment: Any, side: int):
        super().__init__()
        self.plane, self.side = plane, side
        self.origin = plane.place(np.zeros(2))[:2]
        self.line = Segments(self._line_of(alignment.w)[None], "weight", "thin", 0.4)
        behind = plane.grid, plane.axes, self.line
        self._behind = [(lines, ends_of(lines)) for lines in behind]
        self.band = Band("highlight")
        self.drop = Segments(np.zeros((0, 2, 2)), "muted", "thin")
        self.corner = Polyline(np.zeros((0, 2)), "muted", "thin")
        self.arc = AngleArc(self.origin, 0, 0)
        # The head of w is the larger one, so that it shows around x where the two coincide.
        self.w = Arrow(self.origin, self.origin, "weight", width=0.11, head=0.38)
        self.x = Arrow(self.origin, self.origin, "input", width=0.06, head=0.28)
        self.w_name = Formula("bold(w)", role="weight")
        self.x_name = Formula("bold(x)", role="input")
        self.theta = Formula("theta", size="body")
        self.add(plane, self.line, self.drop, self.band, self.corner, self.arc)
        self.add(self.w, self.x, self.theta, self.w_name, self.x_name)
        # A name that is there at first is there whole: it fades only while x moves on.
        first = abs(float(alignment.angle))
        least, full = THETA_FADES
        self.fades = [least, min(first, full) if first > least else full]
        self.show(alignment)

    def show(
        self, alignment: Any, w: float = 1, x: float = 1, angle: float = 1, shadow: float = 1
    ) -> Self:
        """Show what has `w`, `x`, `shadow` (2,) and `angle` in radians from w to x, signed.

        The other arguments say how much of each part has appeared, from 0 to 1.
        """
        w_tip, x_tip, foot = (
            self.plane.place(np.asarray(vector))[:2]
            for vector in (alignment.w, alignment.x, alignment.shadow)
        )
        self._show_arrows(w_tip, x_tip, w, x)
        self._show_angle(w_tip, x_tip, float(alignment.angle), angle)
        holes = self._holes()
        self._show_shadow(x_tip, foot, _unit(w_tip - self.origin), shadow, holes)
        for lines, ends in self._behind:
            lines.set_segments(cut_around(ends, *holes))
        return self

    def _show_arrows(self, w_tip: np.ndarray, x_tip: np.ndarray, w: float, x: float) -> None:
        drawn = (
            (self.w, self.w_name, w_tip, w, -self.side),
            (self.x, self.x_name, x_tip, x, self.side),
        )
        for arrow, name, tip, share, side in drawn:
            arrow.set_ends(self.origin, self.origin + share * (tip - self.origin))
            along = _unit(tip - self.origin)
            aside = side * _left_of(along)
            off = np.cos(LABEL_TURN) * along + np.sin(LABEL_TURN) * aside
            _put(name, tip + LABEL_AWAY * off, share)

    def _show_angle(self, w_tip: np.ndarray, x_tip: np.ndarray, angle: float, share: float) -> None:
        shorter = min(np.linalg.norm(w_tip - self.origin), np.linalg.norm(x_tip - self.origin))
        start = np.arctan2(*(w_tip - self.origin)[::-1])
        self.arc.radius = min(ARC, ARC_SHARE * float(shorter))
        self.arc.set_angles(start, start + share * angle)
        opening = max(abs(angle), 1e-6)
        away = max(self.arc.radius + THETA_BEYOND, THETA_CLEAR / np.sin(opening / 2))
        middle = start + angle / 2
        place = self.origin + away * np.array([np.cos(middle), np.sin(middle)])
        room = np.interp(opening, self.fades, [0, 1])
        # Where the wedge cannot hold it, the name waits, unseen, at the arc.
        _put(self.theta, place if room > 0 else self.origin, float(room) * share)

    def _show_shadow(
        self, x_tip: np.ndarray, foot: np.ndarray, along: np.ndarray, share: float, holes: Holes
    ) -> None:
        fallen, cast = min(1.0, 2 * share), max(0.0, 2 * share - 1)
        drop = dashes(x_tip, x_tip + fallen * (foot - x_tip))
        self.drop.set_segments(cut_around(drop, *holes))
        self.band.set_ends(self.origin, self.origin + cast * (foot - self.origin))
        height = float(np.linalg.norm(x_tip - foot))
        side = min(CORNER, 0.35 * height) * cast
        up = (x_tip - foot) / max(height, 1e-9)
        square = foot + side * np.array([along, along + up, up])
        self.corner.set_path(square if side > 0.02 else np.zeros((0, 2)))

    def _holes(self) -> Holes:
        """Where the lines make way for a name that is seen: centres (N, 2) and radii (N,)."""
        names = (self.w_name, CLEAR), (self.x_name, CLEAR), (self.theta, THETA_CLEARS)
        seen = [(name.get_center()[:2], radius) for name, radius in names if _opacity(name) > 0]
        return np.array([centre for centre, _ in seen]), np.array([radius for _, radius in seen])

    def _line_of(self, w: np.ndarray) -> np.ndarray:
        """The ends (2, 2) of the line through the origin along w, cut off at the plane's edge."""
        along = _unit(np.asarray(w, dtype=float))
        low, high = self.plane.box
        with np.errstate(divide="ignore"):
            crossings = np.array([low - self.origin, high - self.origin]) / along
        far = np.sort(crossings, axis=0)
        return self.origin + np.outer([far[0].max(), far[1].min()], along)


def _put(name: Formula, place: np.ndarray, opacity: float) -> None:
    """Have a name's middle at a place (2,)."""
    name.move_to([*place, 0])
    if _opacity(name) != opacity:
        name.set_opacity(opacity)


def _opacity(name: Formula) -> float:
    return float(name.submobjects[0].fill_rgbas[0, 3])


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def _left_of(direction: np.ndarray) -> np.ndarray:
    """A direction (2,) turned a quarter anticlockwise."""
    return np.array([-direction[1], direction[0]])
