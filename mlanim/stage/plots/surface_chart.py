"""Values over a plane as a surface that fills its box, with axes, and paths and points on it.

    surface = SurfaceChart(xs, ys, losses, "first", "second", "loss", log=True, turn=turn)
    surface.path(places, heights, "gradient", name="SGD")

Numbers and arrays may be readings of tracks; then the view, or what lies on it, follows them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from manim import Mobject, VGroup, VMobject

from mlanim.stage import theme
from mlanim.stage.arrays.surface import Surface, View, floor_rectangle, in_pieces
from mlanim.stage.layout import Box, keep_within
from mlanim.stage.marks.shapes import Dot
from mlanim.stage.picture import Picture
from mlanim.stage.plots.marks.lines import part
from mlanim.stage.plots.marks.mark import HALO
from mlanim.stage.plots.scale import Scale
from mlanim.stage.plots.values import numbers, row
from mlanim.stage.table import Table, table
from mlanim.stage.text.fitting import widest
from mlanim.stage.text.texts import Content, Text, body_height
from mlanim.stage.track import Track, follow, now

FLOOR = -0.03  # world units; the surface spans 2 along x and y
RISES = (0.5, 1.7)  # world units, between which the height is chosen so that the box is filled
AWAY = 0.12  # manim units between the height axis and its numbers
OUTSIDE = 0.14  # world units from the floor's edge to the numbers along it
FLAT = 75.0  # degrees of elevation from which heights cannot be told
RIM = 4.0  # hundredths of a manim unit, by which a path's rim is wider than the path
CORNERS = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=float)
Place = Callable[[float, float], tuple[float, float]]


class SurfaceChart(Picture):
    """A surface with numbers along its edges, seen from a side and from above.

    Args:
        xs, ys, values: (C,), (R,) and (R, C), in data units, xs and ys evenly spaced.
        x_label, y_label, label: along the floor's two front edges, and over the upper left corner.
        log: whether heights are logarithms of the values.
        turn: degrees around the vertical; a number, or a track.
        elevation: degrees over the horizon, up to 90; a number, or a track.
    """

    def __init__(
        self, xs: Any, ys: Any, values: Any, x_label: Content, y_label: Content, label: Content, *,
        log: bool = False, turn: float | Track = 40.0, elevation: float | Track = 34.0,
        least: float = 4.0, aspect: float = 1.3,
    ):  # fmt: skip
        super().__init__(least, aspect)
        self.xs, self.ys = row(xs, "the x values"), row(ys, "the y values")
        self.values = numbers(values, "the values")
        if self.values.shape != (len(self.ys), len(self.xs)):
            raise ValueError(
                f"A surface over {len(self.xs)} x and {len(self.ys)} y values needs an array "
                f"({len(self.ys)}, {len(self.xs)}), not {self.values.shape}."
            )
        self.labels, self.look = (x_label, y_label, label), (turn, elevation)
        self.upright = Scale(float(self.values.min()), float(self.values.max()), log)
        self.marks: list[SurfaceMark] = []

    def path(
        self, places: Any, values: Any, role: str = "text", *, name: Content | None = None,
        width: str = "bold", later: bool = False,
    ) -> SurfaceMark:  # fmt: skip
        """A line through places (N, 2) at values (N,), a dot and its name at its end.

        It is hidden where the surface hides it, and what leaves the floor is left out.
        """
        return self._with(SurfaceMark(self, places, values, role, name, width), later)

    def dot(
        self, place: Any, value: Any, role: str = "highlight", *, name: Content | None = None,
        later: bool = False,
    ) -> SurfaceMark:  # fmt: skip
        """A disc with a rim at a place (2,) and a value, which nothing hides."""
        places = place if isinstance(place, np.ndarray) else np.asarray(place, dtype=float)
        return self._with(SurfaceMark(self, places[None], np.array([value]), role, name, ""), later)

    def _with(self, mark: SurfaceMark, later: bool) -> SurfaceMark:
        mark.is_later = later
        self.marks.append(mark)
        return mark

    def compose(self, box: Box) -> None:
        """Surface, floor, height axis, numbers and names, as large as the box allows."""
        line = body_height("small")
        left = 0.2 + widest(*self.upright.texts(self.upright.ticks(3)))
        self.box = box
        self.room = box.inset(left=left, bottom=3.6 * line, right=0.3, top=1.3 * line)
        self.rise = self._fitting_rise()
        self.view = View()
        self._look_from(*map(now, self.look))
        self.surface = Surface(self.rise * self._shares(self.values), self.view).clear_updaters()
        self.surface.set_line("floor", floor_rectangle(FLOOR), "muted", "thin", bias=-0.12)
        ticks = self.upright.ticks(3)
        self.heights = self.rise * self.upright.share(ticks)
        self.words = [VGroup(*map(_small, self.upright.texts(ticks)), _small(self.labels[2]))]
        for axis, name in zip((self.xs, self.ys), self.labels, strict=False):
            scale = Scale(axis[0], axis[-1])
            self.words.append(VGroup(*map(_small, scale.texts(scale.ticks(3))), _small(name)))
        self.lettering = VGroup(*self.words)
        self.add(self.surface, self.lettering)
        for mark in self.marks:
            mark.settle()
        self.add(*(mark for mark in self.marks if not mark.is_later))
        follow(self.surface, self._turned, *self.look)
        follow(self.lettering, self._lettered, *self.look)

    def world(self, places: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Places (N, 2) with values (N,), in data units, in space (N, 3)."""
        flat = np.asarray(places, dtype=float).reshape(-1, 2)
        across = [Scale(axis[0], axis[-1]).share(flat[:, i]) for i, axis in enumerate(self.axes)]
        return np.column_stack(
            [*(2 * share - 1 for share in across), self.rise * self._shares(values)]
        )

    @property
    def axes(self) -> tuple[np.ndarray, np.ndarray]:
        """That of x and that of y."""
        return self.xs, self.ys

    def parts(self) -> list[Any]:
        """Its paths and points."""
        return list(self.marks)

    def tables(self) -> dict[str, Table]:
        """The surface, and each path that has a name."""
        x, y = np.meshgrid(self.xs, self.ys)
        columns = {"x": x.ravel(), "y": y.ravel(), "value": self.values.ravel()}
        paths = {str(m.name): m.table() for m in self.marks if m.name is not None}
        return {"surface": table(columns), **paths}

    def _shares(self, values: np.ndarray) -> np.ndarray:
        return self.upright.share(np.asarray(values, dtype=float))

    def _fitting_rise(self) -> float:
        """The height in world units at which the surface fills its room both ways."""
        turn, elevation = self.look
        lift = np.radians(elevation.at.min() if isinstance(elevation, Track) else elevation)
        span = self._span(now(turn))
        rise = (span * self.room.height / self.room.width - span * np.sin(lift)) / np.cos(lift)
        return float(np.clip(rise, *RISES))

    def _span(self, turn: float) -> float:
        """How far the floor reaches across; for a view that turns, at most."""
        if isinstance(self.look[0], Track):
            return float(2 * np.sqrt(2))
        return float(2 * (abs(np.cos(np.radians(turn))) + abs(np.sin(np.radians(turn)))))

    def _look_from(self, turn: float, elevation: float) -> None:
        """Look from there, so near that all of it is just seen."""
        lift, span = np.radians(elevation), self._span(turn)
        high = np.sin(lift) * span + np.cos(lift) * self.rise
        zoom = min(self.room.width / span, self.room.height / high)
        self.view.turn.set_value(np.radians(turn))
        self.view.elevation.set_value(lift)
        self.view.zoom.set_value(zoom)
        self.view.centre = self.room.centre - np.array([0, zoom * np.cos(lift) * self.rise / 2, 0])

    def _turned(self, surface: Surface, turn: float, elevation: float) -> None:
        self._look_from(turn, elevation)
        left, _ = self._corners()
        edge = np.array([[*left, 0.0], [*left, self.rise]])
        surface.set_line("height axis", in_pieces(edge), "muted", "thin").follow()

    def _corners(self) -> tuple[np.ndarray, np.ndarray]:
        """The floor's corner furthest to the left, and the one nearest to the viewer, (2,) each."""
        seen = self.view.project(np.column_stack([CORNERS, np.zeros(4)]))
        return CORNERS[seen[:, 0].argmin()], CORNERS[seen[:, 2].argmin()]

    def _lettered(self, lettering: VGroup, turn: float, elevation: float) -> None:
        """Place numbers along the height axis and the floor's front edges, and the axes' names."""
        self._look_from(turn, elevation)
        left, (x, y) = self._corners()
        upright, along_x, along_y = self.words
        seen = float(np.clip((FLAT - elevation) / 15, 0, 1))
        ticks = upright[:-1]
        if len(ticks) and ticks[0][0].get_fill_opacity() != seen:
            ticks.set_opacity(seen)
        for text, z in zip(ticks, self.heights, strict=True):
            _put(text, self._seen(left[0], left[1], z) - np.array([AWAY, 0, 0]), "right")
        _put(upright[-1], np.array([self.box.left, self.room.top + AWAY, 0]), "left")
        self._edge(along_x, self.xs, lambda at, out: (at, y * out))
        self._edge(along_y, self.ys, lambda at, out: (x * out, at))
        for text in (word for group in self.words for word in group):
            keep_within(text, self.box, up_and_down=False)

    def _edge(self, words: VGroup, axis: np.ndarray, place: Place) -> None:
        """Place numbers along an edge of the floor, and its name beyond them."""
        scale = Scale(axis[0], axis[-1])
        for text, share in zip(words[:-1], scale.share(scale.ticks(3)), strict=True):
            _put(text, self._seen(*place(2 * share - 1, 1 + OUTSIDE), FLOOR), "center")
        middle, centre = self._seen(*place(0.0, 1 + OUTSIDE), FLOOR), self._seen(0.0, 0.0, FLOOR)
        down = np.array([0, -1.8 * body_height("small"), 0])
        _put(words[-1], middle + down, "left" if middle[0] > centre[0] else "right")

    def _seen(self, x: float, y: float, z: float) -> np.ndarray:
        flat = self.view.project(np.array([x, y, z]))
        return np.array([flat[0], flat[1], 0.0])


class SurfaceMark(VGroup):
    """A path on a surface, or a point, with its name at its end."""

    def __init__(
        self, chart: SurfaceChart, places: Any, values: Any, role: str, name: Content | None,
        width: str,
    ):  # fmt: skip
        super().__init__()
        self.chart, self.data, self.role, self.name, self.stroke = (
            chart, (places, values), role, name, width
        )  # fmt: skip

    def settle(self) -> None:
        """Lie on the surface, which has its box now, and follow view and data."""
        self.disc = Dot(np.zeros(2), self.role, 0.1, rim=True)
        parts: Sequence[Mobject] = [self.disc]
        if self.name is not None:
            self.halo = VMobject(stroke_color=theme.color("background"), stroke_width=HALO)
            self.label = Text(self.name, size="small", role=self.role)
            parts = [self.disc, self.halo, self.label]
        self.submobjects = list(parts)
        follow(self, _lie, *self.chart.look, *self.data)

    def show(self, turn: float, elevation: float, places: Any, values: Any) -> None:
        """Lie at other places, seen from elsewhere."""
        self.chart._look_from(turn, elevation)
        world = self.chart.world(places, values)
        inside = world[np.all(np.abs(world[:, :2]) <= 1 + 1e-9, axis=1)]
        if self.stroke and len(inside) > 1:
            key, surface = f"path {self.chart.marks.index(self)}", self.chart.surface
            surface.set_line(f"{key} rim", inside, "background", self.stroke, 0.12, wider=RIM)
            surface.set_line(key, inside, self.role, self.stroke, 0.18)
        at = self.chart.view.project(inside[-1] if len(inside) else np.zeros(3))
        self.disc.move_to([at[0], at[1], 0])
        if self.name is not None:
            drop = body_height("small") * 0.36
            self.label.baseline_at([at[0] + 0.2, at[1] - drop, 0])
            self.name_height = float(at[1]) - drop
            self.clear_behind_name()
            part([mark for mark in self.chart.marks if mark.name is not None and mark.submobjects])

    def clear_behind_name(self) -> None:
        """Lay the halo where the name is."""
        self.halo.points = np.concatenate([piece.points for piece in self.label])

    def table(self) -> Table:
        """Its points."""
        places, values = (np.asarray(now(value), dtype=float) for value in self.data)
        return table({"x": places[:, 0], "y": places[:, 1], "value": values})


def _lie(mark: SurfaceMark, *values: Any) -> None:
    mark.show(*values)


def _small(content: Content) -> Text:
    return Text(content, size="small", role="muted")


def _put(text: Text, at: np.ndarray, align: str) -> None:
    drop = np.array([0, body_height("small") * 0.36, 0])
    text.baseline_at(at - drop, align)  # type: ignore[arg-type]
