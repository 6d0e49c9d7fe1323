"""A part of a film is the frames of that slide, or of that time, and has what belongs to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlanim.engine.cache.keys import job_key
from mlanim.engine.encoding.sound import Sound
from mlanim.engine.errors import UsageError
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.part import Part, seconds
from mlanim.engine.lines import as_line, from_line


@pytest.mark.parametrize(
    ("part", "frames"),
    [
        (Part(slide=1), (0, 20)),
        (Part(slide=2), (20, 50)),
        (Part(slide=3), (50, 60)),  # what follows the last pause
        (Part(start=1.0), (10, 60)),
        (Part(end=2.5), (0, 25)),
        (Part(start=1.0, end=1.01), (10, 11)),
        (Part(start=5, end=99), (50, 60)),
    ],
)
def test_which_frames(part: Part, frames: tuple[int, int]) -> None:
    assert part.frames([20, 50], 60, 10.0) == frames


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (Part(slide=4), "--slide 4: there are 3 slides, 1 to 3."),
        (Part(start=6.0), r"--from 6s is after the end; the video takes 6\.00 s."),
    ],
)
def test_what_is_not_there(part: Part, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        part.frames([20, 50], 60, 10.0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"slide": 1, "start": 2.0}, "Give --slide, or --from and --to, not both."),
        ({"start": 3.0, "end": 2.0}, "--to 2s is not after --from 3s."),
        ({"end": 0.0}, "--to 0s is not after --from 0s."),
    ],
)
def test_what_contradicts_itself(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Part(**settings)


@pytest.mark.parametrize(("text", "value"), [("2s", 2), ("2.5", 2.5), ("1:05", 65), ("0", 0)])
def test_reads_times(text: str, value: float) -> None:
    assert seconds(text, "--to") == value


@pytest.mark.parametrize("text", ["", "x", "-1", "1e9", "1:2:3", "∞"])
def test_refuses_what_is_no_time(text: str) -> None:
    with pytest.raises(UsageError, match=r"--to .* is no time"):
        seconds(text, "--to")


def test_is_part_of_the_job(demo_job: Job) -> None:
    job = replace(demo_job, part=Part(slide=2))
    assert from_line(Job, as_line(job)) == job
    assert job_key(job) != job_key(demo_job)
    with pytest.raises(UsageError, match="Only videos have parts"):
        replace(job, kind="figure", format="png")


def test_cuts_a_sound() -> None:
    sound = Sound(np.arange(100, dtype=np.int16).reshape(-1, 1), 10)
    middle = sound.between(2, 4)
    assert middle is not None
    assert middle.samples[:, 0].tolist() == list(range(20, 40))
    assert sound.between(20, 30) is None


def test_a_slide_is_that_stretch_of_the_whole(
    mlanim: Callable[..., Any], demo: Path, tmp_path: Path, decoded: Callable[..., Any]
) -> None:
    size = ("--resolution", "160x90", "--fps", "10")
    assert mlanim("render", demo, *size, "-o", "a/").code == 0
    part = mlanim("render", demo, *size, "--slide", "2", "-o", "a/")
    assert part.paths == [tmp_path / "a" / "demo-slide2.mp4"], part.err
    slides = json.loads((tmp_path / "a" / "demo.json").read_text())["slides"]
    whole, found = decoded(tmp_path / "a" / "demo.mp4"), decoded(part.paths[0])
    first, end = (round(slide["time"] * 10) for slide in slides)
    assert len(found.frames) == end - first
    for ours, theirs in zip(found.frames, whole.frames[first:end], strict=True):
        assert np.abs(ours.astype(int) - theirs).mean() < 1.5  # both are compressed
    about = json.loads((tmp_path / "a" / "demo-slide2.json").read_text())
    assert [s["time"] for s in about["slides"]] == [pytest.approx((end - first) / 10)]
    again = mlanim("render", demo, "--from", "a/demo-slide2.json", "-o", "b.mp4")
    assert again.code == 0, again.err
    assert (tmp_path / "b.mp4").read_bytes() == part.paths[0].read_bytes()


def test_one_slide_is_said_as_one() -> None:
    with pytest.raises(UsageError, match=r"--slide 2: there is 1 slide, 1 to 1\."):
        Part(slide=2).frames([60], 60, 10.0)
