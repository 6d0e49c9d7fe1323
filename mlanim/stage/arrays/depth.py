"""Faces and pieces of lines painted from back to front, as one drawing.

On pixels every face is filled without antialiasing: neighbours share their edges exactly, so no
background shows between them, and it takes half the time. Faces at the rim, and those at a fold
where the surface turns away from the viewer, get a soft edge on top, since they stand before
something else. On a page, where the reader's program antialiases each face by itself, all overlap
a little.
"""

from __future__ import annotations

from dataclasses import dataclass

import cairo
import numpy as np

from mlanim.stage.arrays.mesh import SEAM, grown


@dataclass(frozen=True)
class Pieces:
    """Straight pieces of lines, all of one look."""

    ends: np.ndarray  # (N, 2, 2), manim units
    depths: np.ndarray  # (N,), away from the viewer
    rgba: tuple[float, float, float, float]
    width: float  # manim units


def paint_grid(
    ctx: cairo.Context,
    vertices: np.ndarray,
    faces: np.ndarray,
    rgbas: np.ndarray,
    lines: list[Pieces],
    pixel: float,
) -> None:
    """Paint a grid of faces with lines on it.

    Args:
        vertices: the grid's points in rows and columns (R, C, 3): x and y in manim units, depth.
        faces: its quads (F, 4) from `grid_faces`, with a colour each (F, 4).
        pixel: a pixel's side in manim units.
    """
    corners = vertices.reshape(-1, 3)[faces]
    flat = corners[..., :2]
    depths = [corners[..., 2].mean(axis=1), *(line.depths for line in lines)]
    order = np.argsort(-np.concatenate(depths), kind="stable").tolist()
    sharp = isinstance(ctx.get_target(), cairo.ImageSurface)
    soft = np.ones(len(faces), dtype=bool)
    if sharp:
        soft = _stands_out(flat, vertices.shape[0] - 1, vertices.shape[1] - 1)
    rims = dict(
        zip(np.flatnonzero(soft).tolist(), _rows(grown(flat[soft], SEAM * pixel)), strict=True)
    )
    strokes = [(ends, line) for line in lines for ends in _rows(line.ends)]
    _paint(ctx, order, _rows(flat) if sharp else [], rims, rgbas, strokes)


def _rows(polygons: np.ndarray) -> list[list[float]]:
    """Polygons (N, k, 2) as flat lists of numbers."""
    rows: list[list[float]] = polygons.reshape(len(polygons), -1).tolist()
    return rows


def _paint(
    ctx: cairo.Context,
    order: list[int],
    faces: list[list[float]],
    rims: dict[int, list[float]],
    rgbas: np.ndarray,
    strokes: list[tuple[list[float], Pieces]],
) -> None:
    """Fill the faces' sharp shapes and soft rims, and stroke what is numbered after them."""
    set_antialias, set_source = ctx.set_antialias, ctx.set_source_rgba
    paints = rgbas[:, [2, 1, 0, 3]].tolist()  # blue first, as manim's pixel arrays want it
    ctx.new_path()
    set_antialias(cairo.ANTIALIAS_NONE)
    for item in order:
        if item < len(paints):
            set_source(*paints[item])
            has_rim = item in rims
            if faces and not (has_rim and paints[item][3] < 1):  # nothing is painted thin twice
                _fill(ctx, faces[item])
            if not has_rim:
                continue
            set_antialias(cairo.ANTIALIAS_DEFAULT)
            _fill(ctx, rims[item])
        else:
            set_antialias(cairo.ANTIALIAS_DEFAULT)
            _stroke(ctx, *strokes[item - len(paints)])
        set_antialias(cairo.ANTIALIAS_NONE)
    set_antialias(cairo.ANTIALIAS_DEFAULT)


def _fill(ctx: cairo.Context, corners: list[float]) -> None:
    a, b, c, d, e, f, g, h = corners
    ctx.move_to(a, b)
    ctx.line_to(c, d)
    ctx.line_to(e, f)
    ctx.line_to(g, h)
    ctx.fill()


def _stroke(ctx: cairo.Context, ends: list[float], line: Pieces) -> None:
    red, green, blue, alpha = line.rgba
    # Where round ends of thin paint overlap, there would be a dot.
    ctx.set_line_cap(cairo.LINE_CAP_ROUND if alpha >= 1 else cairo.LINE_CAP_BUTT)
    ctx.move_to(ends[0], ends[1])
    ctx.line_to(ends[2], ends[3])
    ctx.set_source_rgba(blue, green, red, alpha)
    ctx.set_line_width(line.width)
    ctx.stroke()


def _stands_out(corners: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Which faces (F, 4, 2) of a grid are at its rim or turn another way than a neighbour, (F,)."""
    across, along = corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]
    front = (across[:, 0] * along[:, 1] - across[:, 1] * along[:, 0] > 0).reshape(rows, columns)
    out = np.zeros((rows, columns), dtype=bool)
    out[[0, -1]] = out[:, [0, -1]] = True
    down, right = front[1:] != front[:-1], front[:, 1:] != front[:, :-1]
    out[1:] |= down
    out[:-1] |= down
    out[:, 1:] |= right
    out[:, :-1] |= right
    return out.ravel()
