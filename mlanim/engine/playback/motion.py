"""One step of a play, as `Scene.update_to_time` takes it, with less asking on the way."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from manim import Animation, Mobject, Scene

from mlanim.engine.playback.tween import Tweens, is_plain

_STEPS = ("update_to_time", "update_mobjects")


class Motion:
    """The animations of the play that a scene has just begun.

    Animations are stepped in their order, and mobjects updated after them, as manim does it; a
    scene with a step of its own keeps it.
    """

    def __init__(self, scene: Scene):
        self.scene = scene
        self.own = any(
            getattr(type(scene), name) is not getattr(Scene, name) or name in vars(scene)
            for name in _STEPS
        )
        self.runs = [] if self.own else list(_runs(scene.animations or []))

    def to(self, time: float) -> None:
        """Bring the scene to a time of the play, seconds."""
        scene = self.scene
        if self.own:
            scene.update_to_time(time)
            return
        passed = time - scene.last_t
        scene.last_t = time
        for run in self.runs:
            if isinstance(run, Tweens) and run.holds():
                run.interpolate(time)
                continue
            for animation in run.animations if isinstance(run, Tweens) else run:
                animation.update_mobjects(passed)
                animation.interpolate(time / animation.run_time)
        for mobject in scene.mobjects:
            update(mobject, passed)
        scene.update_meshes(passed)
        scene.update_self(passed)


def _runs(animations: list[Animation]) -> Iterator[Tweens | list[Animation]]:
    """The animations in their order, neighbours that are plain transforms together."""
    for plain, group in groupby(animations, is_plain):
        run: list[Any] = list(group)
        yield Tweens(run) if plain else run


def update(mobject: Mobject, passed: float) -> None:
    """Call the updaters of a family after `passed` seconds, as `Mobject.update` does."""
    if mobject.__class__.update is not Mobject.update or "update" in vars(mobject):
        mobject.update(passed)
        return
    if mobject.updating_suspended:
        return
    for updater in mobject.updaters:
        call: Callable[..., object] = updater
        if takes_time(updater):
            call(mobject, passed)
        else:
            call(mobject)
    for part in mobject.submobjects:
        update(part, passed)


def takes_time(updater: Callable[..., object]) -> bool:
    """Whether an updater wants to know how much time has passed."""
    try:
        return _takes_time(updater)
    except TypeError:  # there are updaters without a hash
        return "dt" in inspect.signature(updater).parameters


@functools.lru_cache(maxsize=4096)
def _takes_time(updater: Callable[..., object]) -> bool:
    return "dt" in inspect.signature(updater).parameters
