"""Captions in the frames: the same picture, smaller, and under it what is said at that time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlanim.engine.encoding import burn_in
from mlanim.engine.encoding.captions import Cue
from mlanim.engine.errors import UsageError
from mlanim.engine.jobs.job import Job
from mlanim.stage import theme

HALVES = (Cue(0, 1000, ("one line",)), Cue(1000, 2000, ("two lines", "of a caption")))


class Reel:
    def __init__(self) -> None:
        self.pictures: list[np.ndarray] = []
        self.repeats: list[int] = []

    @property
    def frames(self) -> int:
        return sum(self.repeats)

    def write(self, pixels: np.ndarray, repeat: int = 1) -> None:
        self.pictures.append(pixels)
        self.repeats.append(repeat)


@pytest.fixture
def job(demo_job: Job) -> Job:
    return replace(demo_job, width=640, height=360, fps=10, burn_in=True)


@pytest.fixture
def captioned(job: Job) -> tuple[burn_in.CaptionedEncoder, Reel, np.ndarray]:
    reel: Any = Reel()
    picture = burn_in.picture_of(job)
    pixels = np.full((picture.height, picture.width, 4), 200, np.uint8)
    return burn_in.CaptionedEncoder(reel, job, HALVES), reel, pixels


def test_a_frame_that_stands_is_split_where_the_caption_changes(captioned: Any) -> None:
    encoder, reel, pixels = captioned
    encoder.write(pixels, 4)
    encoder.write(pixels, 20)
    assert (reel.repeats, encoder.frames) == ([4, 6, 10, 4], 24)
    first, again, second, silent = [_ink(frame, pixels) for frame in reel.pictures]
    assert first == again
    assert 0 < first < second
    assert silent == 0


def _ink(frame: np.ndarray, picture: np.ndarray) -> int:
    """How many pixels below the picture are not plain background."""
    band = frame[picture.shape[0] :, :, :3].astype(int)
    return int((np.abs(band - 255 * theme.rgb("background")).max(axis=2) > 8).sum())


def test_the_picture_is_whole_and_the_text_keeps_clear_of_it_and_of_the_edge(
    captioned: Any,
) -> None:
    encoder, reel, pixels = captioned
    encoder.write(pixels, 20)
    frame = reel.pictures[-1]
    assert frame.shape == (360, 640, 4)
    rows, columns = pixels.shape[:2]
    assert columns / rows == pytest.approx(16 / 9, rel=0.01)
    left = (640 - columns) // 2
    np.testing.assert_array_equal(frame[:rows, left : left + columns], pixels)
    lit = np.abs(frame[rows:, :, :3].astype(int) - 255 * theme.rgb("background")).max(axis=2) > 8
    inked = np.flatnonzero(lit.any(axis=1)) + rows
    assert rows < inked[0]
    assert inked[-1] < 360 * 0.97
    middle = np.flatnonzero(lit.any(axis=0)).mean()
    assert middle == pytest.approx(320, abs=12)


def test_the_longest_line_of_the_widest_letters_fits(job: Job) -> None:
    line = "W" * 42
    for width, height in ((640, 360), (360, 640)):
        narrow = replace(job, width=width, height=height)
        picture = burn_in.picture_of(narrow)
        blank = np.zeros((picture.height, picture.width, 4), np.uint8)
        frame = burn_in.framed(narrow, blank, (line,))
        band = frame[picture.height :, :, :3].astype(int)
        lit = np.abs(band - band[0, 0]).max(axis=2).max(axis=0) > 8
        columns = np.flatnonzero(lit)
        assert columns[0] > 0
        assert columns[-1] < width - 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"height": 90, "width": 160}, "at least 180 pixels, not 90"),
        ({"format": "webm", "transparent": True}, "leave --transparent out"),
    ],
)
def test_refuses_what_could_not_be_read(job: Job, change: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        replace(job, **change)


def test_a_video_is_made_and_made_again(
    mlanim: Callable[..., Any], demo: Path, tmp_path: Path, decoded: Callable[..., Any]
) -> None:
    words = ("--resolution", "320x180", "--fps", "5", "--burn-in", "-o", "x.mp4", "--quiet")
    assert mlanim("render", demo, *words).code == 0
    film = decoded(tmp_path / "x.mp4")
    assert film.size == (320, 180)
    band = np.array(film.frames[2])[156:].astype(int)
    assert (band.max(axis=2) > 90).sum() > 20  # "There is an arrow.", small and light
    first = (tmp_path / "x.mp4").read_bytes()
    again = mlanim("render", demo, "--from", "x.json", "-o", "y.mp4", "--quiet")
    assert again.code == 0
    assert (tmp_path / "y.mp4").read_bytes() == first
