"""The fast camera in three dimensions: projection, depth and light of many faces at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from manim import Mobject, ThreeDCamera, VMobject
from manim.mobject.three_d.three_d_utils import (
    get_3d_vmob_end_corner_index,
    get_3d_vmob_end_corner_unit_normal,
    get_3d_vmob_start_corner_unit_normal,
)
from manim.utils.color import get_shaded_rgb

from mlanim.engine.camera.camera import FastCamera
from mlanim.engine.camera.outlines import Outline
from mlanim.engine.camera.painting import Colors, Look, Stroke, look_of, merged, said_by

IN_FRAME = "in frame"


class FastSpaceCamera(FastCamera, ThreeDCamera):
    """Keeps what follows from a mobject's points alone while the camera moves."""

    def get_mobjects_to_display(
        self,
        mobjects: Iterable[Mobject],
        include_submobjects: bool = True,
        excluded_mobjects: list[Mobject] | None = None,
    ) -> list[Mobject]:
        """Every mobject that is to be drawn: those in space from back to front, then the others."""
        found = super().get_mobjects_to_display(mobjects, include_submobjects, excluded_mobjects)
        solid = [m for m in found if isinstance(m, VMobject) and m.shade_in_3d]
        if not solid:
            return found
        flat = [m for m in found if not (isinstance(m, VMobject) and m.shade_in_3d)]
        turn = self.get_rotation_matrix().T
        return [*sorted(solid, key=lambda m: float(np.dot(self._middle(m), turn)[2])), *flat]

    def _middle(self, vmobject: VMobject) -> np.ndarray:
        """The point whose depth is the mobject's."""
        group = vars(vmobject).get("z_index_group", vmobject)
        outline = self._outlines.of(vmobject)
        outline.look(outline.place)
        if group is not vmobject or vmobject.submobjects or not outline.usable:
            return np.asarray(vmobject.get_z_index_reference_point())
        if "middle" not in outline.kept:
            ends = vmobject.points.reshape(-1, 4, 3)[:, [0, 3]].reshape(-1, 3)
            outline.kept["middle"] = (ends.min(axis=0) + ends.max(axis=0)) / 2
        return outline.kept["middle"]

    def _inspect(self, outlines: Sequence[Outline]) -> None:
        view = (
            self.get_rotation_matrix().tobytes(),
            self.frame_center.tobytes(),
            self.get_focal_distance(),
            self.get_zoom(),
            self.exponential_projection,
        )
        fixed = self.fixed_in_frame_mobjects or self.fixed_orientation_mobjects
        for outline in outlines:
            outline.look(self._place(outline.mobject, view) if fixed else view)

    def _place(self, vmobject: VMobject, view: object) -> object:
        """All that decides where a mobject's points come to lie in the frame."""
        if vmobject in self.fixed_in_frame_mobjects:
            return IN_FRAME
        if vmobject in self.fixed_orientation_mobjects:
            return tuple(self._carried(vmobject).tolist())
        return view

    def _carried(self, vmobject: VMobject) -> np.ndarray:
        """By how much a mobject that always faces the camera is shifted, (3,)."""
        centre = self.fixed_orientation_mobjects[vmobject]()
        return np.asarray(self.project_point(centre) - centre)

    def _placed(self, outlines: Sequence[Outline]) -> np.ndarray:
        counts = np.array([len(outline.mobject.points) for outline in outlines])
        starts = np.cumsum(counts) - counts
        points = np.concatenate([outline.mobject.points for outline in outlines])
        placed = self.project_points(points)
        if self.fixed_in_frame_mobjects or self.fixed_orientation_mobjects:
            for outline, start, count in zip(outlines, starts, counts, strict=True):
                part = slice(start, start + count)
                if outline.place == IN_FRAME:
                    placed[part] = points[part]
                elif outline.mobject in self.fixed_orientation_mobjects:
                    placed[part] = points[part] + self._carried(outline.mobject)
        corners = starts + (counts - 1) // 6 * 3  # as `get_3d_vmob_end_corner_index` has it
        lines = np.hstack([placed[starts, :2], placed[corners, :2]])
        for outline, line in zip(outlines, lines, strict=True):
            outline.kept["line"] = line
        return placed

    def _gradient_line(self, outline: Outline) -> Any:
        if outline.mobject.shade_in_3d:
            return outline.kept["line"].tolist()
        ends = outline.mobject.get_gradient_start_and_end_points()
        start, end = self.transform_points_pre_display(outline.mobject, np.array(ends))
        return (*start[:2].tolist(), *end[:2].tolist())

    def _look(self, outline: Outline) -> Look:
        """What a mobject is painted with; in the light, as before while it says the same."""
        if not (self.should_apply_shading and outline.mobject.shade_in_3d):
            return look_of(outline.mobject)
        light = self.light_source.points[0].tobytes()
        said = said_by(outline.mobject), outline.raw, light
        if said != outline.said:
            outline.said, outline.painted_with = said, self._shaded_look(outline)
        look: Look = outline.painted_with
        return look

    def _shaded_look(self, outline: Outline) -> Look:
        behind, fill, front = look_of(outline.mobject)
        lights = self._lights(outline)
        return (
            _shaded_stroke(behind, lights),
            fill and _shaded(fill, lights),
            _shaded_stroke(front, lights),
        )

    def _lights(self, outline: Outline) -> list[float]:
        """How much brighter a mobject is at the two ends of its gradient."""
        source = self.light_source.points[0]
        known = outline.kept.get("light source")
        if known is None or known.tobytes() != source.tobytes():
            outline.kept["light source"] = source.copy()
            outline.kept["lights"] = np.array(
                [
                    get_shaded_rgb(np.zeros(3), corner, normal, source)[0]
                    for corner, normal in zip(*_corners(outline), strict=True)
                ]
            )
        return outline.kept["lights"].tolist()


def _corners(outline: Outline) -> tuple[np.ndarray, np.ndarray]:
    """Where a mobject's gradient starts and ends, and the normals there, (2, 3) each."""
    mobject = outline.mobject
    if "normals" not in outline.kept:
        outline.kept["normals"] = np.array(
            [
                get_3d_vmob_start_corner_unit_normal(mobject),
                get_3d_vmob_end_corner_unit_normal(mobject),
            ]
        )
    return mobject.points[[0, get_3d_vmob_end_corner_index(mobject)]], outline.kept["normals"]


def _shaded(colors: Colors, lights: list[float]) -> Colors:
    pair = (colors[0], colors[1] if len(colors) > 1 else colors[0])
    return merged(
        [
            [red + light, green + light, blue + light, alpha]
            for (red, green, blue, alpha), light in zip(pair, lights, strict=True)
        ]
    )


def _shaded_stroke(stroke: Stroke | None, lights: list[float]) -> Stroke | None:
    return None if stroke is None else (_shaded(stroke[0], lights), *stroke[1:])
