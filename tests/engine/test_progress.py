"""What a run says of itself: how far it is, how many draw, and what is odd."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mlanim.engine.events import FramesDone, OutputMade, Planned, Warned
from mlanim.engine.workers import progress

EVENTS = [Planned(40), FramesDone(10, 2), Warned("something is [odd]"), OutputMade()]


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
        assert lines[1].startswith("demo (video): 10 of 40 frames, 2 processes, ")


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
