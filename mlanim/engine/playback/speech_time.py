"""Time for somebody to speak: what stands at a step's end is held until the voice has ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mlanim.stage.scene import LessonScene


def hold_for(scene: Any, seconds: Mapping[int, float]) -> None:
    """Have each step of a scene take at least as many seconds as it has for its number.

    A lecture waits as it pauses; in any other scene, a step ends as the next section begins. What
    comes after the last pause is a step, too.
    """
    if isinstance(scene, LessonScene):
        scene.speech_seconds = seconds
    begin_section, construct = scene.next_section, scene.construct

    def next_section(*given: Any, **named: Any) -> None:
        if not _slides(scene):
            _hold(scene, seconds)
        begin_section(*given, **named)

    scene.next_section = next_section
    scene.construct = _followed_by(construct, lambda: _hold(scene, seconds))


def _followed_by(construct: Callable[[], None], end: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        construct()
        end()

    return run


def _hold(scene: Any, seconds: Mapping[int, float]) -> None:
    """Wait at the end of the present step, if it has begun to show anything."""
    rate = scene.renderer.camera.frame_rate
    slides, begun = _slides(scene), scene.renderer.file_writer.begun
    number = len(slides) + 1 if slides else max(1, len(begun))
    start = round(slides[-1].time * rate) if slides else begun[-1].frame if begun else 0
    shown = (scene.renderer.frames - start) / rate
    if shown and seconds.get(number, 0.0) > shown:
        scene.wait(seconds[number] - shown)


def _slides(scene: Any) -> list[Any]:
    return scene.slides if isinstance(scene, LessonScene) else []
