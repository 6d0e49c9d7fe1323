"""Segments that branches of the planning process draw, beside those of processes of their own."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlanim.engine.events import Event, SegmentsPlanned, as_fields
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import Job
from mlanim.engine.workers import processes
from mlanim.engine.workers.engine import Engine
from mlanim.engine.workers.task import Task

HERE = Path(__file__).parent
SCENES = HERE.parent / "manim_scenes" / "long.py"

pytestmark = pytest.mark.skipif(not processes.FORKS, reason="nothing is forked here")


@pytest.fixture(autouse=True)
def _short_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{HERE}:{HERE.parents[1]}")


@pytest.fixture
def shared_out(monkeypatch: pytest.MonkeyPatch) -> list[list[bool]]:
    """Which segments had a branch, of each job that was divided."""
    found: list[list[bool]] = []
    share_out = Task._share_out

    def note(task: Task, planned: SegmentsPlanned) -> None:
        found.append(list(planned.branches))
        share_out(task, planned)

    monkeypatch.setattr(Task, "_share_out", note)
    return found


def made(
    name: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    hear: Callable[[Engine, dict[str, Any]], None] = lambda *_: None,
) -> tuple[dict[str, bytes], str]:
    """The files of a film that nobody has drawn before, and what was warned of."""
    monkeypatch.setenv("MLANIM_CACHE_DIR", str(folder / "cache"))
    (entry,) = catalog.select([f"{SCENES}:{name}"])
    job = Job(entry, "video", str(folder / "out" / "a.mp4"), "mp4", 64, 36, 10.0, "dark")
    said: list[Any] = []

    def listen(_: Job, event: Event) -> None:
        fields = as_fields(event)
        said.append(fields.get("message", ""))
        hear(engine, fields)

    engine = Engine(2, listen, "short_worker")
    (outcome,) = engine.run([job])
    assert (outcome.code, outcome.message) == (0, "")
    return {path.name: path.read_bytes() for path in (folder / "out").iterdir()}, "".join(said)


@pytest.mark.parametrize("name", ["Long", "Many", "Worded"])
def test_branches_draw_what_processes_of_their_own_draw(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_out: list[list[bool]]
) -> None:
    here = made(name, tmp_path / "branches", monkeypatch)
    monkeypatch.setenv("NO_BRANCHES", "1")
    there = made(name, tmp_path / "processes", monkeypatch)
    assert here == there
    assert here[1] == ""
    by_branch, by_process = shared_out
    assert len(by_branch) > 5
    assert by_branch == [False] + [True] * (len(by_branch) - 1)  # the first one is the check
    assert not any(by_process)


def test_a_killed_branch_has_its_segment_drawn_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm, _ = made("Long", tmp_path / "calm", monkeypatch)
    mark = tmp_path / "mark"
    monkeypatch.setenv("KILLED_ONCE", str(mark))
    monkeypatch.setenv("KILLED_FROM", "20")
    again, _ = made("Long", tmp_path / "killed", monkeypatch)
    assert int(mark.read_text().split()[0]) >= 20
    assert again == calm


def test_the_planning_process_may_be_killed_while_its_branches_draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm, _ = made("Long", tmp_path / "calm", monkeypatch)
    killed: list[int] = []

    def kill(engine: Engine, event: dict[str, Any]) -> None:
        main = engine._tasks[0]._main
        if event["event"] == "frame" and event["done"] > 20 and main is not None and not killed:
            killed.append(main.pid)
            os.kill(main.pid, signal.SIGKILL)

    again, _ = made("Long", tmp_path / "killed", monkeypatch, kill)
    assert killed
    assert again == calm


def test_a_branch_that_finds_less_than_was_planned_is_no_part_of_the_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a file that is open is read on: its place in it is everybody's."""
    lines = tmp_path / "lines.txt"
    lines.write_text("1\n" * 4)
    monkeypatch.setenv("LINES", str(lines))
    _, warned = made("Reading", tmp_path / "film", monkeypatch)
    assert "does not come out the same twice" in warned
