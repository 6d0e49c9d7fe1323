"""Animated pictures as Pillow, which shares no code with FFmpeg's encoders, sees them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mlanim.engine.encoding.video import FrameEncoder
from mlanim.engine.errors import UsageError
from mlanim.engine.jobs import request
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.kinds import PICTURES
from mlanim.engine.jobs.options import VideoOptions
from mlanim.stage import theme

SIZE = (96, 64)


def encoded(path: Path, format: str, frames: list[np.ndarray], **options: Any) -> Path:
    settings = {"fps": 10.0, "transparent": False, "plays": 0, **options}
    encoder = FrameEncoder(path / f"x.{format}", format, SIZE, **settings)
    for frame in frames:
        encoder.write(frame, 2)
    encoder.finish()
    return encoder.path


def gradient(alpha: float = 1.0) -> np.ndarray:
    """A picture whose colours all differ a little, premultiplied, (rows, columns, 4)."""
    rows, columns = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    straight = np.stack([rows * 4, columns * 2, 255 - rows * 2, np.full_like(rows, 255)], axis=2)
    return np.rint(straight * alpha).astype(np.uint8)


def pages(path: Path) -> list[tuple[np.ndarray, float]]:
    """Each frame's pixels and how long it stands, in milliseconds."""
    with Image.open(path) as picture:
        found = []
        for index in range(getattr(picture, "n_frames", 1)):
            picture.seek(index)
            found.append((np.asarray(picture.convert("RGBA")), picture.info["duration"]))
        return found


@pytest.mark.parametrize("format", ["apng", "webp"])
def test_every_pixel_is_as_it_was_drawn(tmp_path: Path, format: str) -> None:
    frames = [gradient(), 255 - gradient(), gradient()]
    for frame in frames:
        frame[..., 3] = 255
    found = pages(encoded(tmp_path, format, frames))
    shown = [pixels for pixels, span in found for _ in range(round(span / 100))]
    assert len(shown) == 6
    for index, pixels in enumerate(shown):
        np.testing.assert_array_equal(pixels, frames[index // 2])


@pytest.mark.parametrize("format", ["apng", "webp"])
@pytest.mark.parametrize("alpha", [0.25, 0.5, 1.0])
def test_alpha_and_the_colours_under_it_arrive(tmp_path: Path, format: str, alpha: float) -> None:
    found = pages(encoded(tmp_path, format, [gradient(alpha), gradient(1.0)], transparent=True))
    first = found[0][0].astype(int)
    assert np.abs(first[..., 3] - alpha * 255).max() <= 1
    assert np.abs(first[..., :3] - gradient()[..., :3].astype(int)).max() <= 0.51 / alpha + 1


@pytest.mark.parametrize("format", PICTURES)
@pytest.mark.parametrize("plays", [0, 1, 3])
def test_plays_as_often_as_asked(tmp_path: Path, format: str, plays: int) -> None:
    path = encoded(tmp_path, format, [gradient(), 255 - gradient(), gradient()], plays=plays)
    with Image.open(path) as picture:
        found = picture.info.get("loop", -1)
    if format == "gif":  # counts repetitions, and has no field for none
        assert found == {0: 0, 1: -1, 3: 2}[plays]
    else:
        assert found == plays


def test_flat_colours_of_a_gif_are_exact_and_not_dithered(tmp_path: Path) -> None:
    roles = [theme.hex_to_rgb(value) for value in theme.DARK.roles.values()]
    frame = np.full((SIZE[1], SIZE[0], 4), 255, np.uint8)
    for index, color in enumerate(roles):
        frame[:, 6 * index : 6 * index + 6, :3] = np.rint(color * 255)
    shown = pages(encoded(tmp_path, "gif", [frame]))[0][0].astype(int)
    for index, color in enumerate(roles):
        block = shown[:, 6 * index : 6 * index + 6, :3]
        assert np.ptp(block, axis=(0, 1)).max() == 0
        np.testing.assert_allclose(block[0, 0], color * 255, atol=4)


def test_what_a_format_lacks_is_said(demo_job: Job) -> None:
    with pytest.raises(UsageError, match=r"gif has no transparency; use --format webm, mov, apng"):
        replace(demo_job, format="gif", transparent=True)
    with pytest.raises(UsageError, match=r"--plays is for gif, apng, webp; how often mp4 plays is"):
        replace(demo_job, plays=2)
    with pytest.raises(UsageError, match="--plays -1 is out of bounds; it is 0 to 1000"):
        replace(demo_job, format="apng", plays=-1)
    with pytest.raises(UsageError, match="for webp it is 1 to 60"):
        replace(demo_job, format="webp", fps=120.0)


@pytest.mark.parametrize(("format", "fps"), [("gif", 50), ("apng", 60), ("webp", 60), ("mov", 60)])
def test_the_usual_rate_is_one_that_browsers_play(demo_job: Job, format: str, fps: float) -> None:
    asked = VideoOptions(format=format, quality="h")
    assert request.jobs(asked, [demo_job.scene])[0].fps == fps
