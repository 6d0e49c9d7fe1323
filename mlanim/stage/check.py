"""The layout check: what a viewer could not read or should not see, found by measuring."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from manim import Mobject, VMobject

from mlanim.stage import theme
from mlanim.stage.arrays.batch import Batch
from mlanim.stage.arrays.camera import StageCamera
from mlanim.stage.layout import Box
from mlanim.stage.text.number import NumberGrid
from mlanim.stage.text.texts import EM_PER_FONT_UNIT, Typeset

EDGE = 0.04 * theme.FRAME_HEIGHT
"""Nothing comes closer to the frame's edge than this, manim units."""

SMALLEST = 0.026 * theme.FRAME_HEIGHT / EM_PER_FONT_UNIT
"""The least size of a text, in font units."""

LEAST_CONTRAST = 4.5
MOST_CROSSED = 0.03
"""The share of a text's area that may lie over something else than the rest: a hairline may."""

STANDS_OUT = 2.0  # the contrast from which a pixel counts as something else
TOUCH = 0.02  # manim units by which boxes may overlap: the side bearings of glyphs
ROWS = 540  # pixels that a frame's height takes where contrast is measured


@dataclass(frozen=True)
class Finding:
    """One fault: which rule, on what, the value measured and the value allowed."""

    rule: str
    objects: tuple[str, ...]
    measured: float
    allowed: float

    def __str__(self) -> str:
        what = " and ".join(f"“{name}”" for name in self.objects)
        return f"{self.rule}: {what} measures {self.measured:.2f}, allowed {self.allowed:.2f}"


@dataclass(frozen=True)
class _Label:
    """A piece of text on stage: what it says, where it is, how large, its pieces' ink (4,)."""

    says: str
    box: Box
    size: float
    inks: tuple[tuple[Box, np.ndarray], ...]


@dataclass(frozen=True)
class Ground:
    """What mobjects stand on: a box, the room to its edge, the least text size in font units."""

    box: Box
    edge: float
    smallest: float


STAGE = Ground(
    Box(
        -theme.FRAME_WIDTH / 2, -theme.FRAME_HEIGHT / 2, theme.FRAME_WIDTH / 2,
        theme.FRAME_HEIGHT / 2,
    ),
    EDGE,
    SMALLEST,
)  # fmt: skip
"""The frame of a film."""


def check(mobjects: Iterable[Mobject], ground: Ground = STAGE) -> list[Finding]:
    """All faults of what stands on the stage, or on a figure's page, worst rules first."""
    mobjects = list(mobjects)
    labels = list(_labels(mobjects))
    backdrop = _Backdrop(mobjects, ground.box)
    return [
        *_outside(mobjects, ground),
        *_overlapping(labels),
        *_too_small(labels, ground.smallest),
        *_too_faint(labels, backdrop),
        *_crossed(labels, backdrop),
        *_invisible(mobjects),
    ]


def leaves_a_mark(vmobject: VMobject) -> bool:
    """Whether drawing a mobject would change a picture."""
    if isinstance(vmobject, Batch):
        return vmobject.visible
    filled = np.any(vmobject.get_fill_rgbas()[:, 3] > 0)
    stroked = vmobject.get_stroke_width() > 0 and np.any(vmobject.get_stroke_rgbas()[:, 3] > 0)
    return bool(len(vmobject.points)) and bool(filled or stroked)


def visible_members(mobject: Mobject) -> list[VMobject]:
    """The members of a mobject's family that leave a mark."""
    family = mobject.get_family()
    return [m for m in family if isinstance(m, VMobject) and leaves_a_mark(m)]


def bounding_box(members: Iterable[VMobject]) -> Box:
    """The smallest box around visible members: points, half a stroke's width, a disc's radius."""
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for member in members:
        half = member.reach if isinstance(member, Batch) else member.get_stroke_width() / 200
        low = np.minimum(low, member.points[:, :2].min(axis=0) - half)
        high = np.maximum(high, member.points[:, :2].max(axis=0) + half)
    return Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def text_sizes(mobjects: Iterable[Mobject]) -> list[float]:
    """The size of each piece of text that can be seen, font units."""
    return [label.size for label in _labels(mobjects)]


def _labels(mobjects: Iterable[Mobject]) -> Iterable[_Label]:
    for member in itertools.chain.from_iterable(m.get_family() for m in mobjects):
        if isinstance(member, Typeset):
            pieces = visible_members(member)
            inks = tuple((bounding_box([piece]), piece.get_fill_rgbas()[0]) for piece in pieces)
            if inks:
                yield _Label(member.plain, bounding_box(pieces), member.size, inks)
        elif isinstance(member, NumberGrid) and leaves_a_mark(member):
            yield from _grid_labels(member)


def _grid_labels(grid: NumberGrid) -> Iterable[_Label]:
    for text, points, size in grid.numbers():
        box = Box(*points[:, :2].min(axis=0).tolist(), *points[:, :2].max(axis=0).tolist())
        yield _Label(text, box, size, ((box, grid.get_fill_rgbas()[0]),))


def _outside(mobjects: Iterable[Mobject], ground: Ground) -> Iterable[Finding]:
    frame = ground.box
    for mobject in mobjects:
        members = visible_members(mobject)
        if not members:
            continue
        box = bounding_box(members)
        room = min(
            box.left - frame.left, frame.right - box.right,
            box.bottom - frame.bottom, frame.top - box.top,
        )  # fmt: skip
        if room < ground.edge - TOUCH:
            yield Finding("too close to the edge", (_name(mobject),), room, ground.edge)


def _overlapping(labels: list[_Label]) -> Iterable[Finding]:
    for first, second in itertools.combinations(labels, 2):
        a, b = first.box, second.box
        width = min(a.right, b.right) - max(a.left, b.left)
        height = min(a.top, b.top) - max(a.bottom, b.bottom)
        overlap = min(width, height)
        if overlap > TOUCH:
            yield Finding("texts overlap", (first.says, second.says), overlap, TOUCH)


def _too_small(labels: list[_Label], smallest: float) -> Iterable[Finding]:
    for label in labels:
        if label.size < smallest - 0.01:
            yield Finding("text too small", (label.says,), label.size, smallest)


def _too_faint(labels: list[_Label], backdrop: _Backdrop) -> Iterable[Finding]:
    for label in labels:
        worst = min(_contrast(rgba, backdrop.under(box)) for box, rgba in label.inks)
        if worst < LEAST_CONTRAST - 0.05:
            yield Finding("contrast too low", (label.says,), worst, LEAST_CONTRAST)


def _contrast(rgba: np.ndarray, below: np.ndarray) -> float:
    """The contrast of an ink (4,) with the pixels (N, 3) under it."""
    ink = rgba[:3] * rgba[3] + below * (1 - rgba[3])
    # A hairline that runs under a word does not make it unreadable; a tenth of its area does.
    return float(np.quantile(theme.contrast(ink, below), 0.1))


def _crossed(labels: list[_Label], backdrop: _Backdrop) -> Iterable[Finding]:
    for label in labels:
        share = max(_unlike(backdrop.under(box)) for box, _ in label.inks)
        if share > MOST_CROSSED:
            yield Finding("text runs over an edge", (label.says,), share, MOST_CROSSED)


def _unlike(below: np.ndarray) -> float:
    """The share of pixels (N, 3) that stand out from most of those under the same text."""
    usual = np.median(below, axis=0)
    return float(np.mean(theme.contrast(below, usual) > STANDS_OUT))


class _Backdrop:
    """What stands behind the texts, drawn once."""

    def __init__(self, mobjects: list[Mobject], frame: Box):
        self.frame = frame
        self.scale = ROWS / theme.FRAME_HEIGHT  # pixels that a manim unit takes
        self.columns, self.rows = round(frame.width * self.scale), round(frame.height * self.scale)
        texts = {
            id(member)
            for mobject in mobjects
            for text in mobject.get_family()
            if isinstance(text, (Typeset, NumberGrid))
            for member in text.get_family()
        }
        camera = StageCamera(
            pixel_width=self.columns,
            pixel_height=self.rows,
            frame_width=frame.width,
            frame_height=frame.height,
            frame_center=frame.centre,
            background_color=theme.color("background"),
        )
        shown = [m for m in camera.get_mobjects_to_display(mobjects) if id(m) not in texts]
        camera.capture_mobjects(shown, include_submobjects=False)
        self.pixels = np.asarray(camera.pixel_array[..., :3], dtype=float) / 255

    def under(self, box: Box) -> np.ndarray:
        """The pixels (N, 3) within a box; at least one."""
        left = int(np.clip((box.left - self.frame.left) * self.scale, 0, self.columns - 1))
        right = (box.right - self.frame.left) * self.scale + 1
        top = int(np.clip((self.frame.top - box.top) * self.scale, 0, self.rows - 1))
        bottom = (self.frame.top - box.bottom) * self.scale + 1
        end = int(np.clip(bottom, top + 1, self.rows)), int(np.clip(right, left + 1, self.columns))
        return self.pixels[top : end[0], left : end[1]].reshape(-1, 3)


def _invisible(mobjects: Iterable[Mobject]) -> Iterable[Finding]:
    for mobject in mobjects:
        drawable = [m for m in mobject.get_family() if isinstance(m, VMobject)]
        if drawable and not visible_members(mobject):
            yield Finding("invisible object left on stage", (_name(mobject),), 0, 1)


def _name(mobject: Mobject) -> str:
    return mobject.plain if isinstance(mobject, Typeset) else type(mobject).__name__
