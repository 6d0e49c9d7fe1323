"""What a run says of itself: how far it is, how many draw, and what is odd."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from mlanim.engine.events import FramesDone, OutputMade, Planned, Warned
from mlanim.engine.workers import progress
from mlanim.engine.workers.pace import Pace

EVENTS = [Planned(40), FramesDone(10, 2), Warned("something is [odd]"), OutputMade()]


class Clock:
    """A time in seconds that goes on when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def lines(demo_job: Any, capsys: pytest.CaptureFixture[str]) -> Any:
    """What plain lines say of events, each so many seconds after the one before."""

    def told(events: list[tuple[float, Any]], outputs: int = 1) -> list[str]:
        clock = Clock()
        jobs = [replace(demo_job, output=f"{number}.mp4") for number in range(outputs)]
        with progress.reporter(jobs, as_json=False, quiet=False, now=clock) as report:
            for later, event in events:
                clock.now += later
                for job in jobs:
                    report(job, event)
        return capsys.readouterr().err.splitlines()

    return told


def test_no_time_is_told_before_it_is_known(lines: Any) -> None:
    """A film whose first frame comes late: by that one, the whole would take days."""
    slow = [(0, Planned(1800)), (102, FramesDone(1)), (6, FramesDone(3, 0)), (6, FramesDone(9, 2))]
    said = lines([*slow, (6, FramesDone(15, 2)), (6, FramesDone(1799, 2))])
    assert said[1:4] == [
        "demo (video): 1 of 1800 frames, 1 process",
        "demo (video): 3 of 1800 frames",
        "demo (video): 9 of 1800 frames, 2 processes, 44 min 46 s left",
    ]
    assert said[-1].endswith("1799 of 1800 frames, 2 processes, 0.0 s left")


@pytest.mark.parametrize("outputs", [1, 7])
def test_a_pipe_gets_a_line_of_frames_every_few_seconds(lines: Any, outputs: int) -> None:
    said = lines([(0, Planned(500)), *((0.1, FramesDone(n)) for n in range(1, 500))], outputs)
    frames = [line for line in said if " of 500 frames" in line]
    assert 8 <= len(frames) <= 50 / progress.EVERY
    assert len(said) == len(frames) + outputs


def test_a_pace_is_of_the_latest_frames_and_forgets_a_first_attempt() -> None:
    pace = Pace()
    assert pace.left(10) is None
    for second in range(100):
        pace.note(second, second)
    for second in range(100, 200):
        pace.note(second, 100 + 10 * (second - 100))
    assert pace.left(2000) == pytest.approx((2000 - 1090) / 10)
    pace.note(200, 0)
    assert pace.left(2000) is None


@pytest.mark.parametrize("quiet", [False, True])
def test_plain_lines(demo_job: Any, quiet: bool, capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with progress.reporter([demo_job], as_json=False, quiet=quiet, now=clock) as report:
        for event in EVENTS:
            clock.now += 6
            report(demo_job, event)
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert "Warning: something is [odd]" in lines
    if quiet:
        assert len(lines) == 1
    else:
        assert lines[1].startswith("demo (video): 10 of 40 frames, 2 processes")


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
