"""What is kept of a mobject from frame to frame: its curves, while its points stay."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import cairo
import numpy as np
from manim import VMobject

from mlanim.render.paths import Subpath, boxes_of, subpaths_of, trace

Matrix = tuple[float, float, float, float, float, float]

_ANSWERS = (
    "consider_points_equals_2d",
    "get_background_image",
    "get_center",
    "get_critical_point",
    "get_fill_rgbas",
    "get_family",
    "get_gradient_start_and_end_points",
    "get_num_points",
    "get_stroke_rgbas",
    "get_stroke_width",
    "get_subpath_split_indices_from_points",
    "get_z_index_reference_point",
)
"""What manim's camera asks a mobject while it draws; a mobject with its own answer is stock's."""

_OWN_ANSWERS = frozenset(_ANSWERS)


class Ink:
    """One mobject's outline as it was last drawn.

    The bytes of the points say whether they are still the same: a mobject's array may be another
    one with equal numbers, or the same one with other numbers in it.
    """

    __slots__ = (
        "box",
        "frame",
        "kept",
        "mobject",
        "path",
        "path_matrix",
        "place",
        "raw",
        "stale",
        "subpaths",
        "usable",
    )

    def __init__(self, mobject: VMobject):
        self.mobject = mobject  # held, so that nobody else gets its id meanwhile
        self.raw = b""
        self.place: object = None
        self.usable = False
        self.stale = True
        self.subpaths: list[Subpath] = []
        self.box = (0.0, 0.0, 0.0, 0.0)
        self.path: cairo.Path | None = None
        self.path_matrix: Matrix | None = None
        self.kept: dict[str, object] = {}
        self.frame = -1

    def look(self, place: object) -> None:
        """See whether the points, or the place that the camera gives them, are other ones now."""
        raw = self.mobject.points.tobytes()
        if raw == self.raw:
            self.stale = self.stale or place != self.place
        else:
            self.raw, self.stale = raw, True
            self.usable = _drawable(self.mobject)
            self.kept = {}
        self.place = place

    def renew(self, subpaths: list[Subpath], box: list[float]) -> None:
        """Take another outline and the box around its points."""
        self.subpaths, self.box = subpaths, (box[0], box[1], box[2], box[3])
        self.path = self.path_matrix = None
        self.stale = False

    def trace(self, ctx: cairo.Context, matrix: Matrix) -> None:
        """Make the outline the context's path; from the second time on, from Cairo's own copy.

        Cairo rounds a path to fractions of the matrix's pixels, so a copy serves one matrix.
        """
        if self.path is not None and self.path_matrix == matrix:
            ctx.new_path()
            ctx.append_path(self.path)
            return
        trace(ctx, self.subpaths)
        if self.path_matrix == matrix:
            self.path = ctx.copy_path()
        else:
            self.path, self.path_matrix = None, matrix


class Inks:
    """The inks of the mobjects that were drawn lately."""

    FRAMES = 16
    """For so long an ink is kept that is not asked for."""

    def __init__(self) -> None:
        self._kept: dict[int, Ink] = {}
        self._frame = 0

    def next_frame(self) -> None:
        """Now and then, forget the mobjects that are not drawn any more."""
        self._frame += 1
        if self._frame % self.FRAMES == 0:
            recent = self._frame - self.FRAMES
            self._kept = {key: ink for key, ink in self._kept.items() if ink.frame >= recent}

    def of(self, vmobject: VMobject) -> Ink:
        """The ink of a mobject, as it was."""
        ink = self._kept.get(id(vmobject))
        if ink is None:
            ink = self._kept[id(vmobject)] = Ink(vmobject)
        ink.frame = self._frame
        return ink


def renew(inks: Sequence[Ink], placed: Sequence[np.ndarray]) -> None:
    """Give inks outlines through points (4 n, 2 or more) each, as they lie in the frame."""
    if not inks:
        return
    tolerances = np.array([ink.mobject.tolerance_for_point_equality for ink in inks], dtype=float)
    found = subpaths_of(placed, tolerances)
    for ink, subpaths, box in zip(inks, found, boxes_of(placed).tolist(), strict=True):
        ink.renew(subpaths, box)


@functools.cache
def is_plain(kind: type) -> bool:
    """Whether mobjects of a class answer the camera as `VMobject` does."""
    return not hasattr(kind, "points") and all(
        getattr(kind, name) is getattr(VMobject, name) for name in _ANSWERS
    )


def _drawable(mobject: VMobject) -> bool:
    """Whether the points are whole curves with finite coordinates; manim has ways with others."""
    points = mobject.points
    return (
        points.dtype == np.float64
        and points.ndim == 2
        and len(points) > 0
        and len(points) % 4 == 0
        and mobject.n_points_per_cubic_curve == 4
        and _OWN_ANSWERS.isdisjoint(vars(mobject))
        and bool(np.isfinite(points).all())
    )
