"""The state of a scene at one moment: it runs up to there without drawing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from manim import Scene

from mlanim.render.errors import UsageError, shortened
from mlanim.stage.scene import LessonScene

END = "end"


@dataclass(frozen=True)
class Moment:
    """Where in a scene: `at` seconds, or the pause with the number `slide`, or else the end."""

    at: float | None = None
    slide: int | None = None

    @classmethod
    def parse(cls, text: str) -> Moment:
        """`3.2s`, `3.2`, `1:05` or `end`.

        Raises:
            UsageError: for anything else.
        """
        if text.strip() == END:
            return cls()
        match = re.fullmatch(r"(?:(\d+):)?(\d+(?:\.\d*)?)\s*s?", text.strip())
        if match is None:
            raise UsageError(
                f"--at {shortened(text)!r} is no moment; give seconds, as 3.2s or 1:05, or end."
            )
        return cls(at=60 * int(match.group(1) or 0) + float(match.group(2)))


class _Reached(BaseException):
    """Ends `construct` where it stands; a scene's own `except Exception` does not catch it."""


class _Clock:
    """Stands in for a renderer's `play`: counts frames, draws none, and stops at one of them."""

    def __init__(self, scene: Scene, stop: int | None):
        self.renderer: Any = scene.renderer
        self.stop, self.frames = stop, 0
        self.rate = float(self.renderer.camera.frame_rate)
        self.renderer.play = self.play

    def play(self, scene: Scene, *animations: Any, **options: Any) -> None:
        """Run a play to its end, or to the frame at which the scene is to stop."""
        self.renderer.skip_animations = True
        scene.compile_animation_data(*animations, **options)
        scene.begin_animations()
        if scene.is_current_animation_frozen_frame():
            self._pass(max(1, round(scene.duration * self.rate)))
        elif scene.stop_condition is not None or _has_own_pace(scene):
            self._step_through(scene)
        else:
            count = len(np.arange(0, scene.duration, 1 / self.rate))
            if self.stop is not None and self.stop < self.frames + count:
                scene.update_to_time((self.stop - self.frames) / self.rate)
                raise _Reached
            scene.play_internal(skip_rendering=True)
            self._pass(count)
        self.renderer.num_plays += 1

    def _step_through(self, scene: Scene) -> None:
        """Frame by frame, because what moves by time steps would arrive elsewhere in one leap."""
        for at in np.arange(0, scene.duration, 1 / self.rate):
            scene.update_to_time(at)
            self._pass(1)
            if scene.stop_condition is not None and scene.stop_condition():
                break
        for animation in scene.animations or []:
            animation.finish()
            animation.clean_up_from_scene(scene)
        scene.update_mobjects(0)

    def _pass(self, frames: int) -> None:
        self.frames += frames
        self.renderer.time = self.frames / self.rate
        if self.stop is not None and self.stop < self.frames:
            raise _Reached


def _has_own_pace(scene: Scene) -> bool:
    """Whether anything moves by time steps of its own."""
    members = (member for mobject in scene.mobjects for member in mobject.get_family())
    return bool(scene.updaters) or any(member.has_time_based_updater() for member in members)


def scene_at(make: Callable[..., Scene], moment: Moment, name: str) -> Scene:
    """The scene as it stands at a moment; call it within `draw.configured`.

    Args:
        make: the scene's class, or a partial of it with parameters and data; it gets manim's
            own options.
        name: what messages call the scene.

    Raises:
        UsageError: if the scene ends before the moment.
    """
    scene = make(skip_animations=True)
    clock = _Clock(scene, _frame(moment, scene))
    pauses = _Pauses(scene, moment.slide)
    try:
        scene.setup()
        scene.construct()
        pauses.end()
    except _Reached:
        return scene
    if moment.at is not None and _frame(moment, scene) != clock.frames:
        seconds = clock.frames / clock.rate
        raise UsageError(
            f"--at {moment.at:g}s is past the end of {name}, which lasts {seconds:.1f} s."
        )
    if moment.slide is not None:
        raise UsageError(_no_such_slide(moment.slide, pauses.count, name))
    return scene


def _frame(moment: Moment, scene: Scene) -> int | None:
    rate = float(scene.renderer.camera.frame_rate)
    return None if moment.at is None else int(moment.at * rate + 1e-6)


class _Pauses:
    """Counts a lecture's pauses, or the sections of a plain manim scene, and stops at one."""

    def __init__(self, scene: Any, stop: int | None):
        self.stop, self.count = stop, 0
        if isinstance(scene, LessonScene):
            scene.at_pause = lambda _: self._one()
        else:
            scene.next_section = lambda *_, **__: self._one() if scene.renderer.num_plays else None
        self._lesson = isinstance(scene, LessonScene)

    def _one(self) -> None:
        self.count += 1
        if self.count == self.stop:
            raise _Reached

    def end(self) -> None:
        """A section that was begun ends with its scene."""
        if self.count and not self._lesson:
            self._one()


def _no_such_slide(slide: int, count: int, name: str) -> str:
    if not count:
        return f"{name} has no slides; give --at with a time, or --at end."
    return f"--slide {slide}: {name} has {count} slide{'s' * (count > 1)}, from 1 to {count}."
