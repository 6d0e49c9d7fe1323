"""What a run says of itself: how far it is, how many draw, and what is odd."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from mlanim.engine.events import FramesDone, OutputMade, Planned, Warned
from mlanim.engine.workers import progress

EVENTS = [Planned(40), FramesDone(10, 2), Warned("something is [odd]"), OutputMade()]


def test_lines_about_frames_are_seconds_apart_however_many_scenes_are_drawn(
    demo_job: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(progress, "EVERY", 5.0)
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    jobs = [replace(demo_job, output=f"{n}.mp4") for n in range(4)]
    with progress.reporter(jobs, as_json=False, quiet=False) as report:
        for job in jobs:
            report(job, Planned(1000))
        for frame in range(200):
            now[0] += 0.1
            for job in jobs:
                report(job, FramesDone(frame, 2))
    about_frames = [line for line in capsys.readouterr().err.splitlines() if " of " in line]
    assert len(about_frames) == 3


@pytest.fixture(autouse=True)
def _every_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY", -1.0)


@pytest.mark.parametrize("quiet", [False, True])
def test_plain_lines(demo_job: Any, quiet: bool, capsys: pytest.CaptureFixture[str]) -> None:
    with progress.reporter([demo_job], as_json=False, quiet=quiet) as report:
        for event in EVENTS:
            report(demo_job, event)
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert "Warning: something is [odd]" in lines
    if quiet:
        assert len(lines) == 1
    else:
        assert lines[1].startswith("demo (video): 10 of 40 frames, 2 processes, 0 s left")


def test_json_lines(demo_job: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with progress.reporter([demo_job], as_json=True, quiet=False) as report:
        for event in EVENTS:
            report(demo_job, event)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["event"] for row in rows] == ["plan", "frame", "warning", "made"]
    told = {"event": "frame", "done": 10, "workers": 2}
    assert rows[1] == {"scene": "demo", "kind": "video", **told}
    assert rows[-1]["file"] == demo_job.output


def test_bars(demo_job: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with progress.bars([demo_job]) as report:
        for event in EVENTS:
            report(demo_job, event)
    said = " ".join(capsys.readouterr().err.split())
    assert "Warning: something is [odd]" in said
    assert "demo video: done" in said


@pytest.mark.parametrize(
    ("seconds", "done", "total", "words"),
    [
        (60.0, 1, 3000, ""),  # the first frame, which waited for everything
        (60.0, 40, 3000, ""),
        (60.0, 100, 3000, ", 29 min left"),
        (10.0, 100, 300, ", 20 s left"),
        (900.0, 100, 3000, ", 7.2 h left"),
        (0.0, 0, 0, ""),
    ],
)
def test_the_time_that_is_left_is_told_once_it_is_known(
    seconds: float, done: int, total: int, words: str
) -> None:
    assert progress.time_left(seconds, done, total) == words


def test_nobody_draws_before_anybody_does(
    demo_job: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress.reporter([demo_job], as_json=False, quiet=False) as report:
        for event in (Planned(40), FramesDone(0, 0), FramesDone(0, 0)):
            report(demo_job, event)
    assert "process" not in capsys.readouterr().err
