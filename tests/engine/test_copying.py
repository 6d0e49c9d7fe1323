# ruff: noqa: F403, F405 - the mobjects are written as manim scenes are
"""A quick copy is what manim's own copy is: equal, and as independent."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from described import described
from manim import *

from mlanim.engine.mobjects.copying import quick_copies


def parts() -> Mobject:
    """A family with a target, a saved state, tips and shared arrays."""
    arrow = Arrow(LEFT, UP, color=YELLOW)
    group = VGroup(Square().set_sheen(0.3, UP), Circle(), arrow, Dot(color=[RED, BLUE]))
    group.save_state()
    group.generate_target()
    shared = np.arange(3.0)
    group.one = group.other = shared
    group.notes = {"twin": arrow, "list": [arrow, [shared]], "text": "a"}
    return group


def text() -> Mobject:
    return Text("a b", t2c={"a": RED}).add_updater(lambda m: m)


def axes() -> Mobject:
    return VGroup(Axes(), NumberPlane())


def own() -> Mobject:
    class Own(Square):
        def __setattr__(self, name: str, value: Any) -> None:
            super().__setattr__(name, value)

    return VGroup(Own(), Dot())


def mutable(value: Mobject) -> set[int]:
    """What of a family may be changed in place."""
    family = value.get_family()
    return {id(v) for m in family for v in vars(m).values() if isinstance(v, (np.ndarray, list))}


@pytest.mark.parametrize("make", [parts, text, axes, own])
def test_a_copy_is_what_manims_is(make: Callable[[], Mobject]) -> None:
    mobject = make()
    expected = mobject.copy()
    with quick_copies():
        found = mobject.copy()
    assert described(found, {}) == described(expected, {})
    assert not mutable(found) & mutable(mobject)
    assert not {id(m) for m in found.get_family()} & {id(m) for m in mobject.get_family()}


def test_a_class_with_a_copy_of_its_own_keeps_it() -> None:
    class Single(Dot):
        def __deepcopy__(self, memo: Any) -> Single:
            return self

    group = VGroup(Single(), Dot())
    with quick_copies():
        twin = copy.deepcopy(group)
    assert twin[0] is group[0]
    assert twin[1] is not group[1]


@pytest.mark.parametrize("other", [parts, lambda: VGroup(Dot(), Dot(color=[RED, BLUE]))])
def test_mobjects_are_aligned_as_manim_aligns_them(other: Callable[[], Mobject]) -> None:
    expected, found = (parts(), other()), (parts(), other())
    expected[0].align_data(expected[1])
    with quick_copies():
        found[0].align_data(found[1])
    for side, twin in zip(found, expected, strict=True):
        for member, like in zip(side.get_family(), twin.get_family(), strict=True):
            np.testing.assert_array_equal(member.points, like.points)
            np.testing.assert_array_equal(member.fill_rgbas, like.fill_rgbas)


def test_manim_is_as_before_afterwards() -> None:
    method, color = Mobject.__deepcopy__, ManimColor("#123456")
    with quick_copies():
        assert copy.deepcopy(color) is color
    assert Mobject.__deepcopy__ is method
    assert copy.deepcopy(color) is not color
