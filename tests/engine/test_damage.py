"""A frame of which only a part is painted again is the frame that is painted whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import cairo
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manim import (
    BLUE,
    DOWN,
    LEFT,
    ORIGIN,
    RED,
    RIGHT,
    UP,
    WHITE,
    YELLOW,
    Camera,
    Circle,
    DashedLine,
    Dot,
    ImageMobject,
    Line,
    MovingCamera,
    MultiCamera,
    PointCloudDot,
    Square,
    ThreeDCamera,
    Triangle,
    ValueTracker,
    VGroup,
    VMobject,
)
from pictures import small_pictures

from mlanim.engine.camera import damage
from mlanim.engine.camera.fast import fast
from mlanim.engine.encoding.planes import COLUMNS, ROWS
from mlanim.stage.arrays.batch import Batch, role_rgbas
from mlanim.stage.arrays.cloud import PointCloud
from mlanim.stage.arrays.surface import Surface, View

SIZE = {"pixel_width": 640, "pixel_height": 360}  # of which a block is a small part


def stage() -> list[Any]:
    """Mobjects of many kinds that lie apart, and two that overlap."""
    view = View(scale=0.8, centre=np.array([4.0, -2.0, 0]))
    ripple = Surface(np.outer(np.sin(range(7)), np.cos(range(7))) / 3, view, wire=2)
    return [
        Square(1.0, fill_opacity=0.5, color=BLUE).shift(5 * LEFT + 2 * UP),
        Circle(0.6, color=RED, stroke_width=9).shift(4.6 * LEFT + 1.6 * UP),
        Triangle(color=WHITE).set_background_stroke(color=YELLOW, width=8).shift(2 * UP),
        DashedLine(4 * RIGHT, 6 * RIGHT + UP),
        VGroup(Dot(3 * LEFT), Line(2 * LEFT, RIGHT + 3 * DOWN, color=[RED, BLUE])),
        PointCloud(np.add(np.eye(3, 2), [3, 2]), role_rgbas("input", 3), radius=0.2, ring=0.05),
        ripple.set_line("rim", ripple.lift(np.eye(3, 2)) * 1.4, "highlight", "line"),
    ]


def is_drawn(mobject: Any) -> bool:
    return isinstance(mobject, VMobject) and not isinstance(mobject, Batch)


CHANGES: list[tuple[Callable[[Any], bool], Callable[[Any, int, list[Any]], Any]]] = [
    (lambda one: True, lambda one, n, all_: one.shift(0.3 * RIGHT + 0.1 * n * DOWN)),
    (lambda one: True, lambda one, n, all_: one.scale(50)),
    (lambda one: True, lambda one, n, all_: (all_.remove(one), all_.append(one))),
    (lambda one: True, lambda one, n, all_: all_.remove(one)),
    (lambda one: True, lambda one, n, all_: all_.insert(n % 3, Square(color=RED))),
    (lambda one: True, lambda one, n, all_: all_.append(ValueTracker(n))),
    (is_drawn, lambda one, n, all_: one.set_color([YELLOW, RED, WHITE][n % 3])),
    (is_drawn, lambda one, n, all_: one.set_stroke(width=n)),
    (is_drawn, lambda one, n, all_: one.set_sheen(0.5, [UP, RIGHT][n % 2])),
    (lambda one: isinstance(one, VMobject), lambda one, n, all_: one.set_opacity(0.2 + 0.1 * n)),
    (lambda one: isinstance(one, PointCloud), lambda one, n, all_: setattr(one, "radius", n / 20)),
    (lambda one: isinstance(one, PointCloud), lambda one, n, all_: setattr(one, "ring", n / 40)),
    (lambda one: isinstance(one, Surface), lambda one, n, all_: one.view.turn.set_value(n)),
    (lambda one: isinstance(one, Surface), lambda one, n, all_: setattr(one, "drawn", n / 8)),
    (
        lambda one: isinstance(one, Surface),
        lambda one, n, all_: one.set_line("rim", one.world[: n + 2], "output"),
    ),
]


def camera_of(kind: type[Camera]) -> Any:
    with small_pictures():
        return fast(kind)(**SIZE)


def base() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (360, 640, 4), np.uint8)


def whole(mobjects: list[Any], over: np.ndarray, kind: type[Camera] = Camera) -> np.ndarray:
    camera = camera_of(kind)
    camera.set_pixel_array(over)
    camera.capture_mobjects(mobjects)
    return np.array(camera.pixel_array)


def steps() -> st.SearchStrategy[list[Any]]:
    step = st.tuples(st.sampled_from(CHANGES), st.integers(0, 8), st.integers(0, 8))
    return st.lists(st.lists(step, max_size=3), min_size=1, max_size=4)


def check(frames: list[Any]) -> list[bool]:
    """Compare each frame with itself painted whole; whether each was painted in parts."""
    camera, mobjects, over = camera_of(Camera), stage(), base()
    before, in_parts = over, []
    for changes in [[], *frames]:
        for (fits, change), number, which in changes:
            fitting = [mobject for mobject in mobjects if fits(mobject)]
            if fitting:
                change(fitting[which % len(fitting)], number, mobjects)
        parts = camera.redraw(over, mobjects)
        expected = whole(mobjects, over)
        assert np.array_equal(camera.pixel_array, expected)
        if parts is not None:
            patched = before.copy()
            for part in parts:
                patched[part] = expected[part]
            assert np.array_equal(patched, expected)
        before = expected
        in_parts.append(parts is not None)
    return in_parts


@settings(max_examples=30)
@given(steps())
def test_it_is_the_frame_that_is_painted_whole(frames: list[Any]) -> None:
    check(frames)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("which", range(7))
def test_no_change_goes_unseen(change: Any, which: int) -> None:
    in_parts = check([[(change, number, which)] for number in (1, 5, 3)])
    assert any(in_parts) or change in CHANGES[1:3]  # these concern nearly all, or the order


class Noted(PointCloud):
    """A point that says when it is painted."""

    painted: ClassVar[list[Any]] = []
    seen = PointCloud.seen
    extent = PointCloud.extent

    def paint(self, *given: Any) -> None:
        """Note it."""
        self.painted.append(self)
        super().paint(*given)


def test_what_stays_far_from_a_change_is_not_painted() -> None:
    camera, mobjects, over = camera_of(Camera), stage(), base()
    places = mobjects[1].get_center()[:2], (-6, -3)  # the square's circle, and a corner
    near, far = (Noted(np.array([place]), role_rgbas("input", 1), radius=0.1) for place in places)
    mobjects += [near, far]
    assert camera.redraw(over, mobjects) is None
    assert Noted.painted == [near, far]
    Noted.painted.clear()
    assert camera.redraw(over, mobjects) == []
    assert not Noted.painted
    mobjects[0].shift(0.1 * RIGHT)
    parts = camera.redraw(over, mobjects)
    assert Noted.painted == [near]
    assert sum((r.stop - r.start) * (c.stop - c.start) for r, c in parts) < 640 * 360 / 8


OTHERS: dict[str, Callable[[Any, list[Any], np.ndarray], tuple[list[Any], np.ndarray]]] = {
    "turned round": lambda camera, mobjects, over: (mobjects[::-1], over),
    "over another picture": lambda camera, mobjects, over: (mobjects, over.copy()),
    "cleared": lambda camera, mobjects, over: (camera.reset() and mobjects, over),
    "painted over": lambda camera, mobjects, over: (
        camera.capture_mobjects([Square()]) or mobjects,
        over,
    ),
    "nearly all": lambda camera, mobjects, over: (
        [*mobjects, Square(7, fill_opacity=1).stretch(2, 0)],
        over,
    ),
    "points": lambda camera, mobjects, over: ([*mobjects, PointCloudDot()], over),
    "a picture": lambda camera, mobjects, over: ([*mobjects, ImageMobject(over[:9, :9])], over),
    "many": lambda camera, mobjects, over: (
        mobjects + [Dot() for _ in range(damage.MANY + 1)],
        over,
    ),
}


@pytest.mark.parametrize("other", OTHERS)
def test_where_it_is_not_known_what_stands_there_all_is_painted(other: str) -> None:
    camera, mobjects, over = camera_of(Camera), stage(), base()
    camera.redraw(over, mobjects)
    mobjects, over = OTHERS[other](camera, mobjects, over)
    assert camera.redraw(over, mobjects) is None
    assert np.array_equal(camera.pixel_array, whole(mobjects, over))


def test_a_camera_that_has_moved_paints_all() -> None:
    camera, mobjects, over = camera_of(MovingCamera), stage(), base()
    camera.redraw(over, mobjects)
    mobjects[0].shift(RIGHT)
    assert camera.redraw(over, mobjects) is not None
    camera.frame.shift(0.2 * RIGHT)
    assert camera.redraw(over, mobjects) is None
    still = camera_of(MovingCamera)
    still.frame.shift(0.2 * RIGHT)
    still.set_pixel_array(over)
    still.capture_mobjects(mobjects)
    assert np.array_equal(camera.pixel_array, still.pixel_array)


class Flicker(Batch):
    """Paints itself in a way of its own, and does not say what it reads."""

    grey = 0.0

    def paint(self, ctx: cairo.Context, pixel: float, rgbas: np.ndarray) -> None:
        ctx.set_source_rgba(self.grey, self.grey, self.grey, 1)
        ctx.rectangle(-6, -3, 0.5, 0.5)
        ctx.fill()


def test_a_batch_that_does_not_say_what_it_paints_is_painted_each_time() -> None:
    camera, over = camera_of(Camera), base()
    flicker = Flicker(np.zeros((1, 3)), np.ones((1, 4)))
    for grey in (0.2, 0.8):
        flicker.grey = grey
        assert camera.redraw(over, [flicker]) is None
        assert np.array_equal(camera.pixel_array, whole([flicker], over))


def test_what_is_not_a_number_may_be_anywhere() -> None:
    camera, over = camera_of(Camera), base()
    cloud = PointCloud(np.eye(3, 2), role_rgbas("input", 3), radius=0.2)
    cloud.points[0] = np.nan
    assert camera.redraw(over, [cloud]) is None
    cloud.radius = 0.3
    assert camera.redraw(over, [cloud]) is None


@pytest.mark.parametrize(
    "kind", [ThreeDCamera, MultiCamera, type("Own", (Camera,), {"reset": lambda self: self})]
)
def test_other_cameras_paint_their_frames_whole(kind: type[Camera]) -> None:
    assert not fast(kind).paints_parts
    assert fast(Camera).paints_parts
    assert fast(MovingCamera).paints_parts


def test_a_mobject_that_manim_paints_is_painted_each_time() -> None:
    class Own(VMobject):
        def get_anchors(self) -> list[Any]:
            return super().get_anchors()

    camera, over = camera_of(Camera), base()
    own = Own(color=RED).set_points_as_corners([LEFT, UP, RIGHT])
    assert camera.redraw(over, [own]) is None
    own.shift(RIGHT)
    assert camera.redraw(over, [own]) is None
    assert np.array_equal(camera.pixel_array, whole([own], over))


def test_a_gradient_that_turns_is_painted_again() -> None:
    camera, over = camera_of(Camera), base()
    circle = Circle(fill_opacity=1).set_fill([RED, BLUE]).shift(3 * LEFT)
    for direction in (UP, RIGHT):
        circle.sheen_direction = direction
        parts = camera.redraw(over, [circle])
        assert np.array_equal(camera.pixel_array, whole([circle], over))
    assert parts


def test_no_mobject_leaves_a_mark_outside_of_its_blocks() -> None:
    sharp = VMobject(stroke_width=30, color=RED).set_points_as_corners(
        [3 * LEFT, ORIGIN, 3 * LEFT + 0.5 * UP]
    )
    far = Surface(np.zeros((3, 3)), View(scale=0.5))
    far.set_line("far", np.array([[0, 0, 0], [5, 0, 0]]), "output")
    ringed = PointCloud(np.zeros((1, 2)), role_rgbas("input", 1), radius=0.3, ring=0.8)
    nothing = np.zeros((360, 640, 4), np.uint8)
    for mobject in [*stage(), sharp, far, ringed, Line(LEFT, RIGHT, stroke_width=90)]:
        camera = camera_of(Camera)
        camera.redraw(nothing, [mobject])
        marks = np.zeros((360, 640), dtype=bool)
        for one in camera._shown.painted.values():
            rows, columns = one.blocks
            marks[
                rows.start * ROWS : rows.stop * ROWS,
                columns.start * COLUMNS : columns.stop * COLUMNS,
            ] = True
        assert camera.pixel_array.any()
        assert not camera.pixel_array[~marks].any()
