"""Every scene of ours looks the same through the fast camera as through the stage's own."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest

from mlanim.engine.camera.damage import PaintedFrame
from mlanim.engine.camera.fast import fast
from mlanim.engine.encoding.planes import Rectangle
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import Job
from mlanim.engine.playback import draw
from mlanim.engine.playback.loading import load
from mlanim.engine.playback.renderer import ALL
from mlanim.engine.workers import worker
from mlanim.stage.arrays.camera import StageCamera

ENTRIES = {entry.name: entry for entry in catalog.find()}


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_every_pause_looks_the_same(name: str) -> None:
    job = Job(ENTRIES[name], "video", f"{name}.mp4", "mp4", 160, 90, 5, "dark")
    scene_class = load(ENTRIES[name])
    params = scene_class.Params()
    data = worker.stored_data(job, params)
    apart: list[int] = []
    with draw.configured(job):
        stock, ours = StageCamera(), fast(StageCamera)()

        def compare(scene: Any) -> None:
            # Twice: the second time a path comes from where it was kept.
            for camera in (stock, ours, ours):
                camera.reset()
                camera.capture_mobjects(scene.mobjects)
                assert len(np.unique(camera.pixel_array)) > 10
            apart.append(int(np.abs(stock.pixel_array.astype(int) - ours.pixel_array).max()))

        draw.run_dry(scene_class, params, data, at_pause=compare)
    assert len(apart) >= 4
    assert max(apart) <= 1


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_every_frame_painted_in_parts_is_the_frame_painted_whole(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(ENTRIES[name], "video", f"{name}.mp4", "mp4", 320, 180, 2, "dark")
    scene_class = load(ENTRIES[name])
    params = scene_class.Params()
    data = worker.stored_data(job, params)

    def film() -> tuple[list[bytes], int]:
        frames: list[bytes] = []
        in_parts: list[bool] = []

        def take(pixels: np.ndarray, repeat: int, parts: list[Rectangle] | None) -> None:
            frames.append(hashlib.blake2b(pixels.tobytes()).digest())
            in_parts.append(parts is not None)

        with draw.configured(job, scene_class):
            draw.built(scene_class, params, data, take, ALL)[0].render()
        return frames, sum(in_parts)

    in_parts, count = film()
    monkeypatch.setattr(PaintedFrame, "differs", lambda self, before: None)
    assert in_parts == film()[0]
    assert count > len(in_parts) / 6  # the others fade all of the stage, or zoom
