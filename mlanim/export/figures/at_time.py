"""The state of a scene at one time: it runs up to there without drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from manim import Scene, config
from manim.utils.exceptions import EndSceneEarlyException

from mlanim.engine.errors import UsageError
from mlanim.engine.playback.draw import built, ignore
from mlanim.engine.playback.renderer import NONE, Span
from mlanim.stage.scene import LessonScene
from mlanim.words.numbers import counted


@dataclass(frozen=True)
class TimePoint:
    """Where in a scene: `at` seconds, or the pause with the number `slide`, or else the end."""

    at: float | None = None
    slide: int | None = None


def run_to(
    scene_class: type[Scene],
    params: Any,
    data: Any,
    time_point: TimePoint,
    name: str,
    is_watched: bool = False,
) -> Any:
    """A scene of ours or of plain manim as it stands at a time.

    Call it within `draw.configured`. `name` is what messages call the scene. With `is_watched`, it
    may look at its own film.

    Raises:
        UsageError: if the scene has no such time.
    """
    frame = None if time_point.at is None else int(time_point.at * config.frame_rate + 1e-6)
    wanted = NONE if frame is None else Span(frame, frame)  # ends as that frame begins
    scene, renderer = built(scene_class, params, data, ignore, wanted, is_watched=is_watched)
    pauses = _Pauses(scene, time_point.slide)
    scene.render()
    if frame is not None and frame > renderer.frames:
        seconds = renderer.frames / config.frame_rate
        raise UsageError(
            f"--at {time_point.at:g}s is past the end of {name}, which lasts {seconds:.1f} s."
        )
    if not pauses.found(scene):
        raise no_such_slide(pauses.count, time_point.slide, name)
    return scene


class _Pauses:
    """Counts a lecture's pauses, or the sections of a plain manim scene, and stops at one."""

    def __init__(self, scene: Any, stop: int | None):
        self.stop, self.count = stop, 0
        self.lesson = isinstance(scene, LessonScene)
        if self.lesson:
            scene.at_pause = lambda _: self._one()
        else:
            scene.renderer.at_section = self._one

    def _one(self) -> None:
        self.count += 1
        if self.count == self.stop:
            raise EndSceneEarlyException

    def found(self, scene: Any) -> bool:
        """Whether the wanted pause was there; the end is the pause of the last section."""
        if self.stop is None or self.count == self.stop:
            return True
        begun = scene.renderer.file_writer.begun
        if not self.lesson and (self.count or begun[0].name != "autocreated"):
            self.count += 1
        return self.count == self.stop


def no_such_slide(count: int, slide: int | None, name: str) -> UsageError:
    """What to raise where a scene with `count` pauses is asked for one that it does not have."""
    if not count:
        return UsageError(f"{name} has no slides; leave --slide out.")
    return UsageError(f"--slide {slide}: {name} has {counted(count, 'slide')}, from 1 to {count}.")
