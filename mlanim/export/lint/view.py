"""What stands on a stage or a page at one moment, measured once for all rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from manim import Mobject, ThreeDCamera

from mlanim.stage import theme
from mlanim.stage.arrays.camera import StageCamera
from mlanim.stage.extent import bounding_box, leaves_a_mark, visible_members
from mlanim.stage.layout import Box
from mlanim.stage.panels import Panel
from mlanim.stage.plots.marks.mark import Mark
from mlanim.stage.text.labels import Label, glyphs, labels, words_of
from mlanim.stage.text.number import NumberGrid
from mlanim.stage.text.texts import EM_PER_FONT_UNIT

EDGE = 0.04
"""Nothing comes closer to the frame's edge than this share of its height."""

SMALLEST = 0.026
"""The least size of a text, as a share of the frame's height."""

ROWS = 540  # pixels that a film's frame is high where contrast is measured


@dataclass(frozen=True)
class Ground:
    """What mobjects stand on: a box, the room to its edge, the least text size in font units."""

    box: Box
    edge: float
    smallest: float

    @classmethod
    def of_frame(cls, box: Box) -> Self:
        """The frame of a film."""
        return cls(box, EDGE * box.height, SMALLEST * box.height / EM_PER_FONT_UNIT)


FRAME = Ground.of_frame(
    Box(
        -theme.FRAME_WIDTH / 2, -theme.FRAME_HEIGHT / 2, theme.FRAME_WIDTH / 2,
        theme.FRAME_HEIGHT / 2,
    )
)  # fmt: skip
"""The frame of a film whose camera stands still."""


class View:
    """Mobjects as a camera sees them; without one, a camera that looks at all of the ground.

    `panels` are those whose pictures are among them.
    """

    def __init__(
        self,
        mobjects: Iterable[Mobject],
        ground: Ground = FRAME,
        camera: Any = None,
        panels: Iterable[Panel] = (),
    ):
        self.mobjects, self.ground, self.panels = list(mobjects), ground, list(panels)
        self.camera = camera or _camera_on(ground.box)
        if isinstance(self.camera, ThreeDCamera):
            self.camera.reset_rotation_matrix()

    def project(self, mobject: Mobject) -> np.ndarray:
        """A mobject's points (N, 3) where they are seen."""
        points: np.ndarray = self.camera.transform_points_pre_display(mobject, mobject.points)
        return points

    def box(self, mobject: Mobject) -> Box | None:
        """The box around what can be seen of a mobject's family, or None."""
        members = visible_members(mobject)
        return bounding_box(members, self.project) if members else None

    def box_of_one(self, member: Mobject) -> Box:
        """The box around one visible member."""
        return bounding_box([member], self.project)

    def name(self, mobject: Mobject) -> str:
        """What an object is called: its words or name, with the panel or the chart it is in."""
        own, around = name_of(mobject), self._named.get(id(mobject), "")
        return f"{own} in {around}" if around and around != own else own

    @cached_property
    def _named(self) -> dict[int, str]:
        """The panel or the named mark that each member is in, by the member's identity."""
        found: dict[int, str] = {}
        for panel in self.panels:
            found |= dict.fromkeys(
                map(id, panel.picture.get_family()), f"the panel {quoted(panel.name)}"
            )
        for mobject in self.mobjects:
            for mark in mobject.get_family():
                if isinstance(mark, Mark) and mark.name is not None:
                    found |= dict.fromkeys(map(id, mark.get_family()[1:]), name_of(mark))
        return found

    @cached_property
    def labels(self) -> list[Label]:
        """The texts."""
        return list(labels(self.mobjects, self.project))

    @cached_property
    def drawn(self) -> list[Mobject]:
        """Each visible member once, in the order in which they are drawn."""
        shown = self.camera.get_mobjects_to_display(self.mobjects)
        return [member for member in shown if leaves_a_mark(member)]

    @cached_property
    def letters(self) -> frozenset[int]:
        """The identities of all members that are letters of a text."""
        roots = {id(label.mobject): label.mobject for label in self.labels}
        return frozenset(
            id(member)
            for text in roots.values()
            for member in ([text] if isinstance(text, NumberGrid) else glyphs(text))
        )

    @cached_property
    def marks(self) -> list[Mobject]:
        """What is drawn and is no letter."""
        return [member for member in self.drawn if id(member) not in self.letters]

    @cached_property
    def backdrop(self) -> Raster:
        """All that is no text, drawn once."""
        return self.picture(self.marks)

    def picture(self, members: list[Mobject], transparent: bool = False) -> Raster:
        """Some members alone, as the camera draws them."""
        return Raster(self.camera, self.ground.box, members, transparent)


class Raster:
    """Pixels of a ground, looked at by boxes in manim units."""

    def __init__(self, camera: Any, box: Box, members: list[Mobject], transparent: bool):
        if transparent:
            camera.set_pixel_array(np.zeros_like(camera.pixel_array))
        else:
            camera.reset()
        camera.capture_mobjects(members, include_submobjects=False)
        self.pixels = np.asarray(camera.pixel_array, dtype=np.uint8).copy()
        self.box, (self.rows, self.columns) = box, self.pixels.shape[:2]
        self.scale = np.array([self.columns / box.width, self.rows / box.height])

    def under(self, box: Box) -> np.ndarray:
        """The pixels (N, 3) within a box, floats in 0..1; at least one."""
        left, top = self.at(np.array([[box.left, box.top]]))[0]
        right = int((box.right - self.box.left) * self.scale[0] + 1)
        bottom = int((self.box.top - box.bottom) * self.scale[1] + 1)
        end = int(np.clip(bottom, top + 1, self.rows)), int(np.clip(right, left + 1, self.columns))
        return self.pixels[top : end[0], left : end[1], :3].reshape(-1, 3) / 255

    def opacity_at(self, points: np.ndarray) -> np.ndarray:
        """The opacity, 0..1, of what is drawn at each of the points (N, 2)."""
        columns, rows = self.at(points).T
        return self.pixels[rows, columns, 3] / 255

    def at(self, points: np.ndarray) -> np.ndarray:
        """Columns and rows (N, 2) of points (N, 2), moved into the picture where they are not."""
        from_corner = (points - [self.box.left, self.box.top]) * [1, -1]
        places = (from_corner * self.scale).astype(int)
        return np.clip(places, 0, [self.columns - 1, self.rows - 1])


def _camera_on(box: Box) -> StageCamera:
    scale = ROWS / theme.FRAME_HEIGHT
    return StageCamera(
        pixel_width=round(box.width * scale),
        pixel_height=round(box.height * scale),
        frame_width=box.width,
        frame_height=box.height,
        frame_center=box.centre,
        background_color=theme.color("background"),
    )


def name_of(mobject: Mobject) -> str:
    """What an object is called: its words, its own name, the words in it, or its kind and role."""
    says = words_of(mobject)
    if says is not None:
        return quoted(says)
    kind = type(mobject).__name__
    own = getattr(mobject, "name", None)
    if own is not None and str(own) not in ("", kind):
        return f"{kind} {quoted(str(own))}"
    inside = next((words_of(m) for m in mobject.get_family() if words_of(m)), None)
    if inside:
        return f"{kind} with {quoted(inside)}"
    return f"{kind} ({mobject.role})" if isinstance(mobject, Mark) else kind


def quoted(words: str, longest: int = 60) -> str:
    """Words in quotation marks, on one line, cut to what fits in a sentence."""
    line = " ".join(words.split())
    return f"“{line[:longest]}…”" if len(line) > longest else f"“{line}”"
