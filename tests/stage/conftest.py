"""A theme that no test leaves changed, a camera for stills, and a small projector for scenes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest
from manim import CairoRenderer, Camera, Mobject, tempconfig
from manim.scene.scene_file_writer import SceneFileWriter

from mlanim.stage import theme
from mlanim.stage.arrays.camera import StageCamera
from mlanim.stage.layout import Box
from mlanim.stage.panels import extent_of
from mlanim.stage.scene import LessonScene

WIDTH, HEIGHT = 320, 180  # pixels of a still


@pytest.fixture(autouse=True)
def _dark_theme() -> Iterator[None]:
    theme.use("dark")
    yield
    theme.use("dark")


@pytest.fixture(params=["dark", "light"])
def each_theme(request: pytest.FixtureRequest) -> theme.Theme:
    return theme.use(request.param)


@pytest.fixture
def fits() -> Callable[..., None]:
    """Asserts that a composed picture, brought up to date, stays within its box."""

    def check(picture: Mobject, box: Box, air: float = 0.03) -> None:
        picture.update(0)
        around = extent_of([picture])
        assert around.left >= box.left - air
        assert around.right <= box.right + air
        assert around.bottom >= box.bottom - air
        assert around.top <= box.top + air

    return check


@dataclass
class Still:
    """A picture in 0..255, and where places of the frame are in it."""

    pixels: np.ndarray  # (H, W, 3), int

    def at(self, x: float, y: float) -> np.ndarray:
        height, width = self.pixels.shape[:2]
        scale = height / theme.FRAME_HEIGHT
        return self.pixels[int(height / 2 - y * scale), int(width / 2 + x * scale)]

    def within(self, low: tuple[float, float], high: tuple[float, float]) -> np.ndarray:
        """The pixels (h, w, 3) that lie wholly between two corners."""
        height, width = self.pixels.shape[:2]
        scale = height / theme.FRAME_HEIGHT
        columns = np.ceil(width / 2 + low[0] * scale), np.floor(width / 2 + high[0] * scale)
        rows = np.ceil(height / 2 - high[1] * scale), np.floor(height / 2 - low[1] * scale)
        (a, b), (c, d) = (np.array(pair, dtype=int) for pair in (rows, columns))
        return self.pixels[a:b, c:d]


@pytest.fixture
def still() -> Callable[..., Still]:
    """Draws mobjects on the theme's background, with the stage's camera or manim's own."""

    def take(*mobjects: Mobject, camera_class: type[Camera] = StageCamera) -> Still:
        camera = camera_class(
            pixel_width=WIDTH,
            pixel_height=HEIGHT,
            frame_width=theme.FRAME_WIDTH,
            frame_height=theme.FRAME_HEIGHT,
            background_color=theme.color("background"),
        )
        camera.capture_mobjects(mobjects)
        return Still(camera.pixel_array[..., :3].astype(int))

    return take


class _Reel(SceneFileWriter):
    """Takes frames into a list and writes no file."""

    def __init__(self, settings: Any, frames: list[np.ndarray]):
        super().__init__(settings)
        self.frames = frames

    def begin_animation(self, allow_write: bool = False, **play: Any) -> None: ...

    def end_animation(self, allow_write: bool = False) -> None: ...

    def write_frame(self, pixels: np.ndarray, *, repeat: int = 1) -> None:
        self.frames += [pixels[..., :3].astype(int)] * repeat

    def finish(self) -> None: ...


@pytest.fixture
def film() -> Callable[..., tuple[LessonScene, list[np.ndarray]]]:
    """Plays `construct` in a real scene, drawing each frame; the scene and its frames."""

    def play(
        construct: Callable[[Any], None], fps: int = 10, size: tuple[int, int] = (160, 90)
    ) -> tuple[LessonScene, list[np.ndarray]]:
        frames: list[np.ndarray] = []
        settings = {
            "pixel_width": size[0],
            "pixel_height": size[1],
            "frame_width": theme.FRAME_WIDTH,
            "frame_height": theme.FRAME_HEIGHT,
            "frame_rate": fps,
            "background_color": theme.color("background"),
            "disable_caching": True,
            "progress_bar": "none",
            "verbosity": "ERROR",
        }
        with tempconfig(settings):
            renderer = CairoRenderer(
                file_writer_class=partial(_Reel, frames=frames), camera_class=StageCamera
            )
            kind = type("Tiny", (LessonScene,), {"construct": construct})
            scene = kind(params=kind.Params(), data=None, renderer=renderer)
            scene.render()
        return scene, frames

    return play
