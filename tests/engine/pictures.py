"""Frames of a scene as a camera class draws them, and how far two films are apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from manim import CairoRenderer, Camera, Scene, tempconfig
from manim.mobject.svg import svg_mobject

SIZE = {"pixel_width": 320, "pixel_height": 180, "frame_rate": 5}


class FrameKeeper(CairoRenderer):
    """Manim's own renderer, which keeps the frames instead of writing a file."""

    def __init__(self, camera_class: type[Camera]):
        super().__init__(camera_class=camera_class)
        self.frames: list[np.ndarray] = []

    def add_frame(self, frame: np.ndarray, num_frames: int = 1) -> None:
        """Keep one copy of a frame, however long it stands."""
        self.frames.append(np.array(frame))
        self.time += num_frames / self.camera.frame_rate


@contextmanager
def small_pictures(**settings: Any) -> Iterator[None]:
    """Manim's configuration for frames that nobody looks at."""
    quiet = {"dry_run": True, "disable_caching": True, "progress_bar": "none", "seed": 0}
    with tempconfig({**SIZE, **quiet, "verbosity": "ERROR", **settings}):
        yield


def film(scene_class: type[Scene], camera_class: type[Camera], **scene: Any) -> list[np.ndarray]:
    """Every frame of a scene, (rows, columns, 4); its last state too, if nothing is played."""
    svg_mobject.SVG_HASH_TO_MOB_MAP.clear()  # what comes from there differs from what went in
    renderer = FrameKeeper(camera_class)
    scene_class(renderer=renderer, **scene).render()
    if not renderer.frames:
        renderer.frames.append(renderer.get_frame())
    return renderer.frames


def apart(first: list[np.ndarray], second: list[np.ndarray]) -> int:
    """The largest difference of any channel of any pixel of any frame, of 255."""
    assert len(first) == len(second)
    return max(int(np.abs(a.astype(int) - b).max()) for a, b in zip(first, second, strict=True))
