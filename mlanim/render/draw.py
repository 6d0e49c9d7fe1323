"""Runs a scene: through without drawing to plan it, or drawing every frame into one encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from manim import BLACK, CairoRenderer, config, tempconfig
from manim._config.utils import ManimConfig, config_file_paths
from manim.scene.scene_file_writer import SceneFileWriter

from mlanim.render.camera import fast
from mlanim.render.job import Job
from mlanim.render.video import FrameEncoder
from mlanim.stage import theme
from mlanim.stage.camera import StageCamera
from mlanim.stage.scene import LessonScene, SceneParams, Slide

FrameListener = Callable[[int], None]


@dataclass(frozen=True)
class Plan:
    """What a scene will be: how many frames, and where it pauses."""

    frames: int
    slides: tuple[Slide, ...]


class _NoFiles(SceneFileWriter):
    """Manim's writer without its files: one encoder takes all frames of all plays."""

    def __init__(self, settings: Any, take: Callable[[np.ndarray, int], None] | None = None):
        super().__init__(settings)
        self.take = take

    def begin_animation(self, allow_write: bool = False, **play: Any) -> None:
        """Nothing to open: the encoder runs on from play to play."""

    def end_animation(self, allow_write: bool = False) -> None:
        """Nothing to close."""

    def write_frame(self, pixels: np.ndarray, *, repeat: int = 1) -> None:
        """Hand a frame on."""
        if self.take is not None:
            self.take(pixels, repeat)

    def finish(self) -> None:
        """Nothing to join."""

    def save_image(self, pixels: np.ndarray) -> None:
        """Nothing to save."""


class _Renderer(CairoRenderer):
    """Manim's, with two faults of it mended.

    A still wait takes the nearest number of frames: Manim cuts the number off, and 0.6 s at 5
    frames a second, by the arithmetic of floats, to two. And a clear background is black as well,
    since pixels are premultiplied: else its colour shines through every soft edge.
    """

    def __init__(self, **settings: Any):
        super().__init__(camera_class=fast(StageCamera), **settings)
        if self.camera.background_opacity == 0:
            self.camera.background_color = BLACK

    def freeze_current_frame(self, duration: float) -> None:
        """Hold the frame for `duration` seconds."""
        self.add_frame(self.get_frame(), self.held(duration))

    def held(self, duration: float) -> int:
        """How many frames a still wait takes."""
        return max(1, round(duration * self.camera.frame_rate))


class _DryRenderer(_Renderer):
    """Goes through the plays, counts the frames that they would have, and draws none."""

    def __init__(self) -> None:
        super().__init__(file_writer_class=_NoFiles, skip_animations=True)
        self.frames = 0

    def update_frame(self, *args: Any, **kwargs: Any) -> None:
        """Draw nothing."""

    def save_static_frame_data(self, *args: Any, **kwargs: Any) -> None:
        """Keep nothing."""

    def play(self, scene: Any, *args: Any, **kwargs: Any) -> None:
        """Run a play to its end at once."""
        super().play(scene, *args, **kwargs)
        rate = self.camera.frame_rate
        if scene.is_current_animation_frozen_frame():
            self.frames += self.held(scene.duration)
        else:
            self.frames += len(np.arange(0, scene.duration, 1 / rate))
        self.time = self.frames / rate


@contextmanager
def configured(job: Job) -> Iterator[None]:
    """Manim's configuration for a job, without its caches, its bars and its folders.

    It starts from what Manim ships: a user's manim.cfg is about that user's own films.
    """
    theme.use(job.theme)
    units = max(theme.FRAME_WIDTH / job.width, theme.FRAME_HEIGHT / job.height)  # a pixel's size
    settings = {
        "pixel_width": job.width,
        "pixel_height": job.height,
        "frame_width": units * job.width,
        "frame_height": units * job.height,
        "frame_rate": job.fps,
        "background_color": theme.color("background"),
        "background_opacity": 0.0 if job.transparent else 1.0,
        "format": "auto",  # mov if transparent, else mp4; and a scene may be without a play
        "disable_caching": True,
        "progress_bar": "none",
        "verbosity": "ERROR",
    }
    with tempconfig({}):
        config.update(_as_shipped())
        config.update(settings)
        yield


def _as_shipped() -> ManimConfig:
    parser = ConfigParser()
    parser.read(config_file_paths()[0])
    return ManimConfig().digest_parser(parser)


def plan(scene_class: type[LessonScene], params: SceneParams, data: Any) -> Plan:
    """A dry pass over the lecture; call it within `configured`."""
    scene, frames = run_dry(scene_class, params, data)
    return Plan(frames, tuple(scene.slides))


def run_dry(
    scene_class: type[LessonScene],
    params: SceneParams,
    data: Any,
    at_pause: Callable[[LessonScene], None] | None = None,
) -> tuple[LessonScene, int]:
    """Run the lecture without drawing; `at_pause` is called at each pause and at the end."""
    renderer = _DryRenderer()
    scene = scene_class(params=params, data=data, renderer=renderer, random_seed=params.seed)
    scene.at_pause = at_pause
    scene.render()
    return scene, renderer.frames


def run_figure(scene_class: type[LessonScene], params: SceneParams, data: Any) -> LessonScene:
    """A scene with its figure composed on it; call it within `configured`."""
    scene = scene_class(params=params, data=data, skip_animations=True, random_seed=params.seed)
    scene.setup()
    scene.figure()
    return scene


def draw(
    scene_class: type[LessonScene],
    params: SceneParams,
    data: Any,
    encoder: FrameEncoder,
    listener: FrameListener,
) -> tuple[Plan, np.ndarray]:
    """Draw every frame into the encoder; the plan as drawn, and the last frame as the poster."""
    last: list[np.ndarray] = []

    def take(pixels: np.ndarray, repeat: int) -> None:
        encoder.write(pixels, repeat)
        last[:] = [pixels]
        listener(encoder.frames)

    renderer = _Renderer(file_writer_class=partial(_NoFiles, take=take))
    scene = scene_class(params=params, data=data, renderer=renderer, random_seed=params.seed)
    scene.render()
    if not last:  # no play at all: one frame of what stands
        renderer.update_frame(scene)
        take(renderer.get_frame(), 1)
    return Plan(encoder.frames, tuple(scene.slides)), last[0]
