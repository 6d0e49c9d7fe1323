"""What is kept of a mobject from frame to frame: its curves, while its points stay."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any

import cairo
import numpy as np
from manim import VMobject

from mlanim.engine.camera.paths import Subpath, boxes_of, subpaths_of, trace
from mlanim.stage.arrays.batch import Batch, Extent

Matrix = tuple[float, float, float, float, float, float]

_ANSWERS = (
    "consider_points_equals_2d",
    "get_anchors",
    "get_background_image",
    "get_center",
    "get_critical_point",
    "get_family",
    "get_fill_rgbas",
    "get_gradient_start_and_end_points",
    "get_num_points",
    "get_points_defining_boundary",
    "get_stroke_rgbas",
    "get_stroke_width",
    "get_subpath_split_indices_from_points",
    "get_z_index_reference_point",
)
"""What manim's camera asks a mobject while it draws; a mobject with its own answer is stock's."""

_OWN_ANSWERS = frozenset(_ANSWERS)

_VALUES = (
    "background_stroke_rgbas",
    "background_stroke_width",
    "fill_rgbas",
    "points",
    "stroke_rgbas",
    "stroke_width",
)
"""What is read of a mobject without asking; a class that computes one of them is stock's too."""


class Outline:
    """One mobject's outline as it was last drawn.

    The bytes of the points say whether they are still the same: a mobject's array may be another
    one with equal numbers, or the same one with other numbers in it.
    """

    __slots__ = (
        "_ordinary",
        "box",
        "frame",
        "kept",
        "mobject",
        "painted_with",
        "path",
        "path_matrix",
        "place",
        "raw",
        "said",
        "stale",
        "subpaths",
        "usable",
        "version",
    )

    def __init__(self, mobject: VMobject):
        self.mobject = mobject  # held, so that nobody else gets its id meanwhile
        self._ordinary = _is_ordinary(mobject)
        self.raw = b""
        self.place: object = None
        self.usable = False
        self.stale = True
        self.subpaths: list[Subpath] = []
        self.box: Extent = (0.0, 0.0, 0.0, 0.0)
        self.path: cairo.Path | None = None
        self.path_matrix: Matrix | None = None
        self.kept: dict[str, np.ndarray] = {}
        """What was computed from these very points, by name."""
        self.said: object = None
        self.painted_with: Any = None
        """What the camera made of what the mobject said of its colours and strokes."""
        self.frame = -1
        self.version = 0  # another one for each outline

    def look(self, place: object = None) -> None:
        """See whether the points, or the place that the camera gives them, are other ones now."""
        points = self.mobject.points
        raw = points.tobytes() if type(points) is np.ndarray else b""
        if raw != self.raw:
            self.raw, self.stale, self.kept = raw, True, {}
            self.usable = self._ordinary and _drawable(points)
        if place != self.place:
            self.place, self.stale = place, True

    def renew(self, subpaths: list[Subpath], box: Extent) -> None:
        """Take another outline and the box around its points."""
        self.subpaths, self.box = subpaths, box
        self.path = self.path_matrix = None
        self.stale = False
        self.version += 1

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


class Outlines:
    """The outlines of the mobjects that were drawn lately."""

    FRAMES = 16
    """For so long an outline is kept that is not asked for."""

    def __init__(self) -> None:
        self._kept: dict[int, Outline] = {}
        self._frame = 0

    def next_frame(self) -> None:
        """Now and then, forget the mobjects that are not drawn any more."""
        self._frame += 1
        if self._frame % self.FRAMES == 0:
            recent = self._frame - self.FRAMES
            self._kept = {
                key: outline for key, outline in self._kept.items() if outline.frame >= recent
            }

    def of(self, vmobject: VMobject) -> Outline:
        """The outline of a mobject, as it was."""
        outline = self._kept.get(id(vmobject))
        if outline is None:
            outline = self._kept[id(vmobject)] = Outline(vmobject)
        outline.frame = self._frame
        return outline


def renew(outlines: Sequence[Outline], placed: np.ndarray) -> None:
    """Give outlines their points in a row (N, 2 or 3), each as many as its mobject has.

    An outline with a point that is not a number becomes unusable: manim has ways with those.
    """
    counts = np.array([len(outline.mobject.points) // 4 for outline in outlines])
    finite = np.isfinite(placed)
    if not finite.all():
        whole = np.logical_and.reduceat(finite.all(axis=1), 4 * (np.cumsum(counts) - counts))
        for outline, good in zip(outlines, whole.tolist(), strict=True):
            outline.usable = good
        placed, counts = placed[np.repeat(whole, 4 * counts)], counts[whole]
        outlines = [outline for outline in outlines if outline.usable]
    if not outlines:
        return
    flat = np.ascontiguousarray(placed[:, :2])
    tolerances = np.array(
        [outline.mobject.tolerance_for_point_equality for outline in outlines], dtype=float
    )
    found = subpaths_of(flat, counts, tolerances)
    boxes: Iterable[Extent] = map(tuple, boxes_of(flat, counts).tolist())
    for outline, subpaths, box in zip(outlines, found, boxes, strict=True):
        outline.renew(subpaths, box)


@functools.cache
def is_plain(kind: type) -> bool:
    """Whether mobjects of a class answer the camera as `VMobject` does."""
    return (
        not issubclass(kind, Batch)
        and not any(hasattr(kind, name) for name in _VALUES)
        and all(getattr(kind, name) is getattr(VMobject, name) for name in _ANSWERS)
    )


def _is_ordinary(mobject: VMobject) -> bool:
    """Whether a mobject has all that is read of it, and nothing of its own put over its class."""
    own = vars(mobject)
    return (
        is_plain(mobject.__class__)
        and all(name in own for name in _VALUES)
        and _OWN_ANSWERS.isdisjoint(own)
        and mobject.n_points_per_cubic_curve == 4
    )


def _drawable(points: np.ndarray) -> bool:
    """Whether these are whole curves."""
    return (
        points.dtype == np.float64 and points.ndim == 2 and len(points) > 0 and len(points) % 4 == 0
    )
