"""The fast cameras draw what manim's draw, to one part in 255."""

from __future__ import annotations

import inspect

import manim_scenes
import numpy as np
import pytest
from manim import Camera, MovingCamera, Scene
from pictures import apart, film, small_pictures

from mlanim.engine.camera.fast import fast
from mlanim.stage.arrays.batch import role_rgbas
from mlanim.stage.arrays.camera import StageCamera
from mlanim.stage.arrays.cloud import PointCloud

SCENES: dict[str, type[Scene]] = {
    name: kind
    for name, kind in vars(manim_scenes).items()
    if inspect.isclass(kind) and issubclass(kind, Scene) and kind.__module__ == "manim_scenes"
}


def camera_of(scene_class: type[Scene]) -> type[Camera]:
    for kind in scene_class.__mro__:
        asked = inspect.signature(kind.__init__).parameters.get("camera_class")
        if asked is not None:
            found: type[Camera] = asked.default
            return found
    raise AssertionError(scene_class)


@pytest.mark.parametrize("name", SCENES)
def test_draws_what_manim_draws(name: str) -> None:
    scene_class = SCENES[name]
    camera_class = camera_of(scene_class)
    with small_pictures():
        stock, ours = film(scene_class, camera_class), film(scene_class, fast(camera_class))
    assert any(len(np.unique(frame)) > 3 for frame in stock)
    assert apart(stock, ours) <= 1


def test_a_batch_paints_itself() -> None:
    """It has points, no fill and no stroke, and yet it must be seen."""
    cloud = PointCloud(np.eye(4, 2), role_rgbas("input", 4), radius=1.0)  # as many as a curve has
    pictures = []
    for camera_class in (StageCamera, fast(StageCamera), fast(MovingCamera)):
        with small_pictures():
            camera = camera_class()
        camera.capture_mobjects([cloud])
        pictures.append(camera.pixel_array.astype(int))
    assert len(np.unique(pictures[0])) > 3
    assert all(np.abs(other - pictures[0]).max() <= 1 for other in pictures[1:])
