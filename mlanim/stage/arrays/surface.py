"""A surface in space: one object that projects, shades and sorts its faces with arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import cairo
import numpy as np
from manim import ORIGIN, Mobject, ValueTracker, VMobject

from mlanim.stage import theme
from mlanim.stage.arrays.batch import Batch, Extent, as_3d, extent_of
from mlanim.stage.arrays.depth import Pieces, paint_grid
from mlanim.stage.arrays.mesh import grid_faces
from mlanim.stage.colors import colormap
from mlanim.stage.path_independent import path_independent

LIGHT = np.array([-0.45, -0.35, 0.82])


class View(Mobject):
    """An orthographic look at space: a turn around the vertical, an elevation, a scale, a centre.

    `turn` and `elevation` are trackers in radians, so a scene plays
    `view.turn.animate.set_value(…)` and whatever follows the view moves.
    """

    def __init__(
        self,
        turn: float = 0.6,
        elevation: float = 0.6,
        scale: float = 2.6,
        centre: np.ndarray = ORIGIN,
    ):
        super().__init__()
        self.turn, self.elevation = ValueTracker(turn), ValueTracker(elevation)
        self.zoom = ValueTracker(scale)
        self.centre = np.asarray(centre, dtype=float)

    def placed(self) -> bytes:
        """Where this view stands, as bytes: equal for views that show the same."""
        trackers = self.turn, self.elevation, self.zoom
        return np.array([*(tracker.get_value() for tracker in trackers), *self.centre]).tobytes()

    def project(self, world: np.ndarray) -> np.ndarray:
        """World (..., 3) to the frame: x, y in manim units, and depth away from the viewer."""
        turn, lift = self.turn.get_value(), self.elevation.get_value()
        x = np.cos(turn) * world[..., 0] - np.sin(turn) * world[..., 1]
        away = np.sin(turn) * world[..., 0] + np.cos(turn) * world[..., 1]
        y = np.sin(lift) * away + np.cos(lift) * world[..., 2]
        depth = np.cos(lift) * away - np.sin(lift) * world[..., 2]
        flat = np.stack([x, y], axis=-1) * self.zoom.get_value() + self.centre[:2]
        return np.concatenate([flat, depth[..., None]], axis=-1)


@dataclass(frozen=True)
class _Line:
    world: np.ndarray  # (N, 3)
    rgba: list[float]
    width: float  # manim units
    bias: float  # how much nearer to the viewer it counts than it is


class Surface(Batch):
    """Heights over a grid, seen through a `View`; lines on it are hidden where it hides them.

    Args:
        heights: (R, C) in world units, over x (columns) and y (rows) spanning [-1, 1] each.
        view: how it is seen; the surface follows it in every frame.
        colors: face colours from mean heights (F,) to (F, 3); the terrain map without one.
        wire: every how many rows and columns a mesh line is drawn; 0 for none.
    """

    mixed = ("rgbas", "heights")

    def __init__(
        self, heights: np.ndarray, view: View, colors: np.ndarray | None = None, wire: int = 5
    ):
        self.heights = np.asarray(heights, dtype=float)
        rows, columns = self.heights.shape
        self.faces = grid_faces(rows, columns)
        self.view, self.wire = view, wire
        self.lines: dict[str, _Line] = {}
        self.drawn = 1.0  # how much there is of each line
        super().__init__(view.project(self.world), np.ones((len(self.faces), 4)))
        self._paint(colors)
        self._add_wires()
        self.add_updater(path_independent(lambda surface: surface.follow()))

    @property
    def world(self) -> np.ndarray:
        """The vertices in space, (R C, 3)."""
        rows, columns = self.heights.shape
        y, x = np.meshgrid(np.linspace(-1, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
        return np.stack([x, y, self.heights], axis=-1).reshape(-1, 3)

    def interpolate_color(self, mobject1: VMobject, mobject2: VMobject, alpha: float) -> Self:
        """Mix paint and heights of two surfaces; the mesh lines go along."""
        super().interpolate_color(mobject1, mobject2, alpha)
        self._add_wires()
        return self

    def pointwise_become_partial(self, vmobject: VMobject, a: float, b: float) -> Self:
        """Show the faces between fractions `a` and `b`, and the lines as far as `b`."""
        self.drawn = b
        return super().pointwise_become_partial(vmobject, a, b)

    def follow(self) -> Self:
        """Project again with the view as it is now."""
        self.points = self.view.project(self.world)
        return self

    def set_line(
        self,
        name: str,
        world: np.ndarray,
        role: str,
        width: str = "line",
        bias: float = 0.06,
        opacity: float = 1.0,
        wider: float = 0.0,
    ) -> Self:
        """Draw a line through `world` (N, 3) on the surface, in place of the one of that name.

        It is as wide as a stroke of the theme, and by `wider` hundredths of a manim unit more.
        """
        self.lines[name] = _Line(
            np.asarray(world, dtype=float),
            [*theme.rgb(role).tolist(), opacity],
            (theme.STROKES[width] + wider) / 100,
            bias,
        )
        return self

    def height_at(self, xy: np.ndarray) -> np.ndarray:
        """Heights (N,) at places (N, 2) of [-1, 1]², bilinear between the grid's vertices."""
        return bilinear(self.heights, (xy + 1) / 2)

    def lift(self, xy: np.ndarray) -> np.ndarray:
        """Places (N, 2) of [-1, 1]² onto the surface, (N, 3) in space."""
        return np.column_stack([xy, self.height_at(xy)])

    def _paint(self, colors: np.ndarray | None) -> None:
        corners = self.world[self.faces]
        if colors is None:
            mean = corners[:, :, 2].mean(axis=1)
            colors = colormap.terrain(mean, float(mean.min()), float(mean.max()))
        normal = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        shade = 0.72 + 0.34 * np.clip(normal @ (LIGHT / np.linalg.norm(LIGHT)), 0, 1)
        self.set_rgbas(np.clip(colors * shade[:, None], 0, 1))

    def _add_wires(self) -> None:
        rows, columns = self.heights.shape
        grid = self.world.reshape(rows, columns, 3)
        if not self.wire:
            return
        for i in range(0, rows, self.wire):
            self.set_line(f"row {i}", grid[i], "background", "hair", 0.03, opacity=0.35)
        for j in range(0, columns, self.wire):
            self.set_line(f"column {j}", grid[:, j], "background", "hair", 0.03, opacity=0.35)

    def extent(self, pixel: float) -> Extent:
        """What its faces and its lines are painted within."""
        lines = self.lines.values()
        seen = [self.points, *(self.view.project(line.world) for line in lines)]
        width = max((line.width for line in lines), default=0.0)
        return extent_of(np.concatenate(seen)[:, :2], width + 2 * pixel)

    def seen(self) -> tuple[Any, ...]:
        """The faces, the lines as far as they are drawn, and the view that these are seen in."""
        lines = [
            (name, line.world.tobytes(), line.rgba, line.width, line.bias)
            for name, line in self.lines.items()
        ]
        shape = self.heights.shape
        return *super().seen(), shape, self.view.placed(), self.drawn, lines

    def paint(self, ctx: cairo.Context, pixel: float, rgbas: np.ndarray) -> None:
        """Paint faces and line pieces from back to front."""
        vertices = self.points.reshape(*self.heights.shape, 3)
        lines = [pieces for pieces in map(self._pieces, self.lines.values()) if len(pieces.ends)]
        paint_grid(ctx, vertices, self.faces, rgbas, lines, pixel)

    def _pieces(self, line: _Line) -> Pieces:
        seen = self.view.project(line.world)[: 1 + round(self.drawn * (len(line.world) - 1))]
        ends = np.stack([seen[:-1], seen[1:]], axis=1)
        depths = ends[:, :, 2].mean(axis=1) - line.bias
        red, green, blue, alpha = line.rgba
        return Pieces(ends[:, :, :2], depths, (red, green, blue, alpha), line.width)


def floor_rectangle(z: float, pieces: int = 24) -> np.ndarray:
    """The closed outline of [-1, 1]² at height `z`, each side in pieces, (4 `pieces` + 1, 3).

    The pieces of a line are hidden or not each by its own depth.
    """
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]], dtype=float)
    return as_world(in_pieces(corners, pieces), z)


def in_pieces(corners: np.ndarray, pieces: int = 24) -> np.ndarray:
    """A polyline (N, d) with `pieces` straight pieces for each of its own."""
    at = np.linspace(0, len(corners) - 1, pieces * (len(corners) - 1) + 1)
    columns = [np.interp(at, np.arange(len(corners)), column) for column in corners.T]
    return np.stack(columns, axis=-1)


def as_world(xy: np.ndarray, z: float) -> np.ndarray:
    """Places (N, 2) at height `z`, (N, 3)."""
    world = as_3d(xy)
    world[:, 2] = z
    return world


def bilinear(values: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Values (R, C) of a grid, read at shares (N, 2) from 0 to 1 of its width and height: (N,)."""
    size = np.array(values.shape[::-1]) - 1
    at = np.clip(shares, 0, 1) * size
    j, i = np.minimum(at.astype(int), size - 1).T
    b, a = (at - np.column_stack([j, i])).T
    low = values[i, j] * (1 - b) + values[i, j + 1] * b
    high = values[i + 1, j] * (1 - b) + values[i + 1, j + 1] * b
    return np.asarray(low * (1 - a) + high * a)
