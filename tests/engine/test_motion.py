# ruff: noqa: F403, F405 - the plays are written as manim scenes are
"""A step of ours leaves every mobject as manim's own step does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from manim import *
from manim.utils.paths import path_along_circles, spiral_path
from pictures import small_pictures

from mlanim.engine.playback.motion import Motion
from mlanim.engine.playback.tween import Tweens

KEPT = (
    "points",
    "fill_rgbas",
    "stroke_rgbas",
    "background_stroke_rgbas",
    "stroke_width",
    "background_stroke_width",
    "sheen_direction",
    "sheen_factor",
)

Play = Callable[[Scene], list[Any]]


def dots(scene: Scene) -> list[Any]:
    marks = VGroup(*(Dot([x, 0, 0], color=RED) for x in range(-4, 5)))
    scene.add(marks)
    return [mark.animate.shift(UP * i).set_color(BLUE) for i, mark in enumerate(marks)]


def group(scene: Scene) -> list[Any]:
    start = VGroup(Square(color=BLUE), VGroup(Circle(stroke_width=8), Dot()), Text("a b"))
    end = VGroup(
        Star(fill_opacity=1), Line().set_sheen(0.4, UP), Text("word", gradient=(RED, BLUE))
    )
    scene.add(start)
    return [Transform(start, end, lag_ratio=0.3, rate_func=there_and_back)]


def mixed(scene: Scene) -> list[Any]:
    """Different lengths, arcs, groups of animations, and two animations of one mobject."""
    square, circle, text = Square(), Circle().shift(UP), Text("abc")
    scene.add(square, circle)
    return [
        square.animate(run_time=2).shift(RIGHT),
        Create(Triangle()),
        Rotate(square, 1.0),
        circle.animate(path_arc=1).shift(3 * DOWN),
        FadeIn(text, shift=UP, scale=0.2),
        LaggedStart(*(letter.animate.shift(DOWN) for letter in text), lag_ratio=0.5),
        square.animate.set_opacity(0.2),
    ]


def arcs(scene: Scene) -> list[Any]:
    """Turns and arcs, about one centre, about one each, and with parts that lag behind."""
    row = VGroup(*(Square(0.5).shift(i * RIGHT) for i in range(4)))
    boxes = [row.copy().shift(i * UP) for i in range(-3, 3)]
    scene.add(*boxes)
    about = path_along_circles(2.0, np.array([1.0, 2.0, 0.5]), np.array([1.0, 1.0, 0.0]))
    apart = path_along_circles(1.0, np.linspace(0, 1, 48).reshape(16, 3))
    lone = Square()
    return [
        Rotate(boxes[0], 2.0, axis=np.array([1.0, 0.0, 1.0])),
        boxes[1].animate(path_arc=1).shift(3 * DOWN),
        Transform(boxes[2], row.copy().set_color(RED), path_func=about, rate_func=linear),
        boxes[3].animate(path_arc=2, lag_ratio=0.3).shift(LEFT),
        Transform(lone, Square().scale(2), path_func=apart),
        CounterclockwiseTransform(boxes[4], row.copy().scale(2)),
        Transform(boxes[5], row.copy(), path_func=spiral_path(TAU)),
    ]


def followed(scene: Scene) -> list[Any]:
    """An animation that reads what the next one moves, and updaters with and without a time."""
    leader, follower, spinner = Dot(), Square(), Triangle()
    trail = Dot().add_updater(lambda d: d.move_to(leader))
    spinner.add_updater(lambda m, dt: m.rotate(dt))
    scene.add(leader, follower, spinner, VGroup(trail))
    follow = UpdateFromFunc(follower, lambda m: m.next_to(leader))
    return [follow, leader.animate.shift(4 * RIGHT), spinner.animate.shift(UP)]


def growing(scene: Scene) -> list[Any]:
    """A family that gains a member, in both of its animation's ends' stead, during the play."""
    pair = VGroup(Dot(), Dot(UP))
    scene.add(pair)
    mover = Dot().add_updater(lambda m, dt: pair.set_color(RED) if dt else None)
    scene.add(mover)
    return [pair.animate.shift(RIGHT)]


def state(scene: Scene) -> list[Any]:
    family = [member for mobject in scene.mobjects for member in mobject.get_family()]
    return [
        [np.array(getattr(member, name)) for name in KEPT]
        for member in family
        if isinstance(member, VMobject)
    ]


@pytest.mark.parametrize("play", [dots, group, mixed, arcs, followed, growing])
def test_every_step_leaves_what_manims_leaves(play: Play) -> None:
    with small_pictures():
        theirs, ours = Scene(), Scene()
        for scene in (theirs, ours):
            scene.compile_animation_data(*play(scene))
            scene.begin_animations()
        motion = Motion(ours)
        for time in np.arange(0, ours.duration, 0.2):
            theirs.update_to_time(time)
            motion.to(time)
            before, after = state(theirs), state(ours)
            assert len(before) == len(after)
            for one, other in zip(before, after, strict=True):
                for name, expected, found in zip(KEPT, one, other, strict=True):
                    np.testing.assert_allclose(found, expected, atol=1e-12, err_msg=name)


def runs(*plays: Play) -> list[Any]:
    with small_pictures():
        scene = Scene()
        scene.compile_animation_data(*(a for play in plays for a in play(scene)))
        scene.begin_animations()
        return Motion(scene).runs


def test_neighbouring_plain_transforms_are_taken_together() -> None:
    (run,) = runs(dots, group)
    assert isinstance(run, Tweens)
    assert len(run.animations) == 10


def test_arcs_on_which_each_point_goes_by_itself_are_taken_together() -> None:
    taken = [len(run.animations) if isinstance(run, Tweens) else None for run in runs(arcs)]
    assert taken == [3, None, 1, None]


def test_the_order_of_animations_is_kept() -> None:
    kinds = [isinstance(run, Tweens) for run in runs(mixed)]
    assert kinds == [True, False, True, False, True]


def test_a_family_that_changed_is_left_to_manim() -> None:
    with small_pictures():
        scene = Scene()
        scene.compile_animation_data(*dots(scene))
        scene.begin_animations()
        (run,) = Motion(scene).runs
        assert run.holds()
        scene.mobjects[0][0].add(Dot())
        assert not run.holds()


def test_a_scene_with_a_step_of_its_own_keeps_it() -> None:
    class Own(Scene):
        steps: int = 0

        def update_to_time(self, t: float) -> None:
            self.steps += 1
            super().update_to_time(t)

    with small_pictures():
        scene = Own()
        scene.compile_animation_data(*dots(scene))
        scene.begin_animations()
        Motion(scene).to(0.5)
        assert scene.steps == 1


def test_an_updater_without_a_hash_is_called() -> None:
    class Shift:
        __hash__ = None  # type: ignore[assignment]

        def __call__(self, mobject: Mobject, dt: float) -> None:
            mobject.shift(dt * RIGHT)

    with small_pictures():
        scene = Scene()
        scene.add(Dot().add_updater(Shift()))
        scene.compile_animation_data(Wait())
        scene.begin_animations()
        Motion(scene).to(0.5)
        np.testing.assert_allclose(scene.mobjects[0].get_center(), [0.5, 0, 0])
