"""A mesh of coloured faces that deforms: a sheet, a grid, the cells of a partition."""

from __future__ import annotations

from typing import Any

import cairo
import numpy as np

from mlanim.stage.arrays.batch import Batch, as_3d

SEAM = 0.75
"""Pixels that a corner moves out: a square's sides then move by half a pixel, and neighbours
overlap by one, so that no pixel between them is only partly covered by both."""


class Mesh(Batch):
    """Faces over shared vertices.

    Args:
        vertices: (V, 2 or 3), manim units.
        faces: vertex indices (F, k); a face with fewer than k corners repeats its last one.
        rgbas: a colour each face, (F, 3 or 4).
        seam: pixels by which corners are pushed out, so that no hairline shows between faces.
    """

    def __init__(
        self, vertices: np.ndarray, faces: np.ndarray, rgbas: np.ndarray, seam: float = SEAM
    ):
        super().__init__(vertices, rgbas)
        self.faces = np.asarray(faces, dtype=np.int64)
        self.seam = seam

    def set_vertices(self, vertices: np.ndarray) -> Mesh:
        """Move the vertices to (V, 2 or 3)."""
        self.points = as_3d(vertices)
        return self

    def seen(self) -> tuple[Any, ...]:
        """The faces, and how much they overlap."""
        return *super().seen(), self.faces.tobytes(), self.seam

    def paint(self, ctx: cairo.Context, pixel: float, rgbas: np.ndarray) -> None:
        """Paint the faces in their order, later ones over earlier ones."""
        corners = self.points[self.faces, :2]
        paint_faces(ctx, grown(corners, self.seam * pixel), rgbas)


def paint_faces(ctx: cairo.Context, corners: np.ndarray, rgbas: np.ndarray) -> None:
    """Fill polygons (F, k, 2), each in its colour (F, 4); neighbours of one colour go together."""
    changes = np.any(np.diff(rgbas, axis=0) != 0, axis=1)
    starts = [0, *(np.flatnonzero(changes) + 1).tolist()]
    ends = [*starts[1:], len(rgbas)]
    paint = rgbas.tolist()
    flat = _anticlockwise(corners).tolist()
    move_to, line_to = ctx.move_to, ctx.line_to
    for start, end in zip(starts, ends, strict=True):
        red, green, blue, alpha = paint[start]
        if alpha <= 0:
            continue
        ctx.new_path()
        for polygon in flat[start:end]:
            move_to(*polygon[0])
            for corner in polygon[1:]:
                line_to(*corner)
            ctx.close_path()
        ctx.set_source_rgba(blue, green, red, alpha)
        ctx.fill()


def _anticlockwise(corners: np.ndarray) -> np.ndarray:
    """Polygons (F, k, 2) all turning one way: on one path, opposite ones would cut holes."""
    following = np.roll(corners, -1, axis=1)
    cross = corners[..., 0] * following[..., 1] - corners[..., 1] * following[..., 0]
    return np.where((cross.sum(axis=1) < 0)[:, None, None], corners[:, ::-1], corners)


def grown(corners: np.ndarray, by: float) -> np.ndarray:
    """Polygons (F, k, 2) with every corner pushed out from the centre by `by` manim units."""
    centre = corners.mean(axis=1, keepdims=True)
    outward = corners - centre
    length = np.linalg.norm(outward, axis=2, keepdims=True)
    # A corner already at the centre has no outside, and a collapsed face stays collapsed.
    return corners + outward / np.where(length > 0, length, 1) * by


def grid_faces(rows: int, columns: int) -> np.ndarray:
    """The quads of a grid of `rows` × `columns` vertices in row-major order, (F, 4)."""
    index = np.arange(rows * columns).reshape(rows, columns)
    quads = [index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]]
    return np.stack(quads, axis=-1).reshape(-1, 4)
