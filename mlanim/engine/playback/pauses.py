"""Where a scene pauses: the slides of a lecture, or the ends of a scene's sections."""

from __future__ import annotations

from typing import Any

from mlanim.stage.scene import LessonScene, Slide


def slides_of(scene: Any) -> tuple[Slide, ...]:
    """The pauses of a scene that has run."""
    if isinstance(scene, LessonScene) and scene.slides:
        return tuple(scene.slides)
    sections, frames = scene.renderer.file_writer.begun, scene.renderer.frames
    if not sections or (len(sections) == 1 and sections[0].name == "autocreated"):
        return ()
    ends = [section.frame for section in sections[1:]] + [frames]
    return tuple(
        Slide(
            round(end / scene.renderer.camera.frame_rate, 6),
            loop=section.kind.endswith("loop"),
            auto=section.kind.endswith("skip"),
        )
        for section, end in zip(sections, ends, strict=True)
        if end > section.frame
    )


def pauses_at(scene: Any, frame: int) -> bool:
    """Whether a scene that runs has paused just before a frame."""
    if isinstance(scene, LessonScene) and scene.slides:
        return round(scene.slides[-1].time * scene.renderer.camera.frame_rate) == frame
    begun = scene.renderer.file_writer.begun
    return bool(begun) and begun[-1].frame == frame
