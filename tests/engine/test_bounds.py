"""A mobject's quick answers about its family and its box are the ones that manim gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from manim import (
    DL,
    DOWN,
    ORIGIN,
    UP,
    UR,
    Axes,
    Circle,
    Dot,
    Group,
    Line,
    Mobject,
    PointCloudDot,
    Square,
    Text,
    ValueTracker,
    VGroup,
    VMobject,
)

from mlanim.engine.mobjects.bounds import quick_bounds
from mlanim.engine.mobjects.curves import quick_curves
from mlanim.stage.arrays.batch import role_rgbas
from mlanim.stage.arrays.cloud import PointCloud


def twice() -> Mobject:
    """One mobject at two places, the second of which counts."""
    dot, other = Dot(), VGroup(Square(), Circle())
    return VGroup(dot, other, VGroup(Line(), other), dot)


def circle_of_groups() -> Mobject:
    first, second = VGroup(Dot(UP)), VGroup(Square())
    first.add(second)
    second.submobjects.append(first)
    return first


class Own(Square):
    """Says itself what its anchors are."""

    def get_anchors(self) -> list[Any]:
        return [np.array([9.0, 0, 0])]


class Childless(VGroup):
    """Says itself what its family is."""

    def _iter_family(self, active_path: Any) -> Any:
        yield self


class Wide(Square):
    """Says itself how far it goes."""

    def get_extremum_along_dim(self, points: Any = None, dim: int = 0, key: Any = 0) -> float:
        return 7.0


def single() -> Mobject:
    tracker = VMobject()
    tracker.points = np.array([[1.0, 2, 3]])
    return VGroup(tracker, Square())


KINDS: dict[str, Callable[[], Mobject]] = {
    "square": Square,
    "nothing": VMobject,
    "nothing within": lambda: VGroup(VGroup(), VMobject()),
    "text": lambda: Text("abc"),
    "axes": Axes,
    "twice": twice,
    "in a circle": circle_of_groups,
    "own": lambda: VGroup(Own(), Square()),
    "childless": lambda: VGroup(Childless(Square()), Dot(UP)),
    "wide": Wide,
    "single": single,
    "cloud": lambda: VGroup(PointCloud(np.eye(5, 2), role_rgbas("input", 5)), Square()),
    "points": lambda: Group(PointCloudDot(), Square()),
    "tracker": lambda: Group(ValueTracker(3), Square()),
    "of an instance": lambda: VGroup(with_anchors(), Square()),
    "numbers that are none": lambda: VGroup(broken(), Dot()),
}


def with_anchors() -> Mobject:
    square = Square()
    square.get_anchors = lambda: [np.array([0.0, 8, 0])]  # type: ignore[method-assign]
    return square


def broken() -> Mobject:
    square = Square()
    square.points[0] = np.nan
    return square


def asked(mobject: Any) -> list[Any]:
    """What manim's own methods ask of a mobject, arrays as bytes, and errors as themselves."""
    members = mobject.get_family()
    questions: list[Callable[[], Any]] = [
        lambda: [members.index(member) for member in mobject.family_members_with_points()],
        lambda: mobject.get_points_defining_boundary().tobytes(),
        lambda: mobject.get_points_defining_boundary().shape,
        lambda: mobject.copy().move_to([1, 2, 0]).points.tobytes(),
        lambda: mobject.copy().next_to(DOWN, UR).get_corner(DL).tobytes(),
        *(lambda d=d: mobject.get_critical_point(d).tobytes() for d in (ORIGIN, UR, DL, DOWN)),
        lambda: mobject.get_center().dtype,
    ]
    return [[type(member).__name__ for member in members], *map(answer, questions)]


def answer(question: Callable[[], Any]) -> Any:
    try:
        return question()
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize("kind", KINDS)
def test_the_answers_are_manims(kind: str) -> None:
    mobject = KINDS[kind]()
    theirs = asked(mobject)
    with quick_bounds():
        ours = asked(mobject)
    assert ours == theirs


def test_what_is_answered_quickly_is_not_asked_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(self: Any) -> Any:
        raise AssertionError(self)

    group = VGroup(Square(), Text("abc"))
    with quick_bounds():
        monkeypatch.setattr(VMobject, "get_start_anchors", never)
        assert group.get_center().shape == (3,)


def test_manims_own_methods_are_back_afterwards() -> None:
    before = vars(VMobject)["get_points_defining_boundary"], vars(Mobject)["get_family"]
    with pytest.raises(ZeroDivisionError), quick_bounds():
        raise ZeroDivisionError
    assert before == (vars(VMobject)["get_points_defining_boundary"], vars(Mobject)["get_family"])


def test_subpaths_are_those_that_manim_finds() -> None:
    pieces = [Square(), VMobject().append_points(Circle().points), *Text("Bi%8")]
    joined = VMobject().set_points(np.concatenate([piece.points for piece in pieces]))
    near = Square()
    near.points[3] += 9e-7  # within what counts as the same
    far = Square()
    far.points[3] += 1e-4
    begun = Square().start_new_path(UP)
    for mobject in (
        joined,
        near,
        far,
        begun,
        VMobject(),
        Dot().set_points(np.full((8, 3), np.inf)),
    ):
        expected = mobject.get_subpaths()
        with quick_curves():
            found = mobject.get_subpaths()
        assert [path.tolist() for path in found] == [path.tolist() for path in expected]
    assert len(joined.get_subpaths()) > 6
