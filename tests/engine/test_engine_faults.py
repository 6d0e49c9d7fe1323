"""What can go wrong while segments are drawn: it costs one segment, or it is said once."""

from __future__ import annotations

import io
import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mlanim.engine.events import Event, Joining, as_fields
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import Job
from mlanim.engine.lines import as_line
from mlanim.engine.workers.engine import Engine
from mlanim.engine.workers.job_run import Outcome
from mlanim.engine.workers.orders import PlanFilm
from mlanim.engine.workers.processes import events_of

HERE = Path(__file__).parent
LONG = HERE.parent / "manim_scenes" / "long.py"
SMALL = ("--resolution", "64x36", "--fps", "10")
PROGRAM = (
    "import mlanim.export.making as making; making.WORKER = 'short_worker'\n"
    "from mlanim.__main__ import main; main()"
)


@pytest.fixture(autouse=True)
def _short_segments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Segments of a few frames, and a cache of the test's own."""
    monkeypatch.setenv("PYTHONPATH", f"{HERE}:{HERE.parents[1]}")
    monkeypatch.setenv("MLANIM_CACHE_DIR", str(tmp_path / "cache"))


def job_of(name: str, output: Path) -> Job:
    entry = catalog.select([f"{LONG}:{name}"])[0]
    return Job(entry, "video", str(output), "mp4", 64, 36, 10.0, "dark")


def run(
    job: Job, hear: Callable[[Engine, dict[str, Any]], None] = lambda *_: None, **options: Any
) -> tuple[Outcome, list[dict[str, Any]]]:
    events: list[dict[str, Any]] = []

    def listen(_: Job, event: Event) -> None:
        events.append(as_fields(event))
        hear(engine, events[-1])

    engine = Engine(2, listen, "short_worker", **options)
    return engine.run([job])[0], events


def payload(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def children() -> set[int]:
    """The processes that this one has started and that have not ended."""
    command = ["ps", "-o", "pid=", "--ppid", str(os.getpid())]
    listed = subprocess.run(command, capture_output=True, text=True)
    return {int(line) for line in listed.stdout.split() if Path(f"/proc/{line}").exists()}


def forget(tmp_path: Path) -> None:
    for path in (tmp_path / "cache").glob("*/*"):
        path.unlink()


def test_a_killed_segment_is_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calm, _ = run(job_of("Long", tmp_path / "calm" / "a.mp4"))
    assert calm.code == 0
    forget(tmp_path)
    mark = tmp_path / "mark"
    monkeypatch.setenv("KILLED_ONCE", str(mark))
    outcome, _ = run(job_of("Long", tmp_path / "killed" / "a.mp4"))
    assert (outcome.code, outcome.message) == (0, "")
    assert mark.exists()
    assert payload(tmp_path / "killed") == payload(tmp_path / "calm")


def test_an_error_in_one_segment_ends_those_beside_it(tmp_path: Path) -> None:
    before = children()
    outcome, events = run(job_of("Third", tmp_path / "a.mp4"))  # whose first play has no end
    assert outcome.code == 1
    assert outcome.message.count("ValueError: the third is closed") == 1
    assert [event["event"] for event in events].count("failed") == 1
    assert children() <= before  # Dask, for one, keeps a process for as long as this one lives
    assert list(tmp_path.glob("*")) == [tmp_path / "cache"]


def test_what_a_listener_raises_ends_all_and_comes_out(tmp_path: Path) -> None:
    def refuse(engine: Engine, event: dict[str, Any]) -> None:
        if event["event"] == "frame":
            raise BrokenPipeError("nobody reads it")

    before = children()
    with pytest.raises(BrokenPipeError, match="nobody reads it"):
        run(job_of("Long", tmp_path / "a.mp4"), refuse)
    assert children() <= before
    assert list(tmp_path.glob("*")) == [tmp_path / "cache"]


def test_half_a_line_of_a_process_that_was_killed_is_no_event() -> None:
    said = SimpleNamespace(stdout=io.StringIO('{"event": "joining"}\n{"event": "seg'))
    assert list(events_of(cast(Any, said))) == [Joining()]


def test_a_scene_without_an_end_is_given_up(tmp_path: Path) -> None:
    outcome, _ = run(job_of("Endless", tmp_path / "a.mp4"), timeout=3)
    assert outcome.code == 1
    assert outcome.message == "Endless was not ready after 3 s (--timeout)."
    assert list(tmp_path.glob(".*")) == []


def test_two_at_once_make_the_same_file(tmp_path: Path) -> None:
    job = job_of("Long", tmp_path / "out" / "a.mp4")
    found: list[Outcome] = []
    threads = [threading.Thread(target=lambda: found.append(run(job)[0])) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [outcome.code for outcome in found] == [0, 0]
    both = payload(tmp_path / "out")
    forget(tmp_path)
    alone, _ = run(replace(job, output=str(tmp_path / "alone" / "a.mp4")))
    assert alone.code == 0
    assert both == payload(tmp_path / "alone")


def test_who_plans_a_film_that_is_there_by_now_says_nothing(tmp_path: Path) -> None:
    late = PlanFilm(job_of("Long", tmp_path / "a.mp4"), f"{tmp_path}/a", "", f"{tmp_path}/a.data")
    command = [sys.executable, "-P", "-m", "short_worker"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(as_line(late) + "\n")
        process.stdin.flush()
        assert (process.stdout.read(), process.wait()) == ("", 0)


def start(folder: Path) -> subprocess.Popen[str]:
    words = ["render", f"{LONG}:Long", *SMALL, "--jobs", "2", "--json", "-o", f"{folder}/a.mp4"]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ.copy(), text=True,
    )  # fmt: skip


def heard(process: subprocess.Popen[str], count: int) -> int:
    """Hear that many events, or all that there are; how many there were."""
    assert process.stdout is not None
    return sum(1 for _ in itertools.islice(process.stdout, count))


def forget_the_film(tmp_path: Path, out: Path) -> None:
    """All but the segments, so that there is something to be done again."""
    for path in [*(tmp_path / "cache" / "files").glob("*"), *out.glob("*")]:
        path.unlink()


def test_ten_interrupts_and_a_run_that_goes_on_give_the_same_bytes(tmp_path: Path) -> None:
    calm = start(tmp_path / "calm")
    count = heard(calm, 10_000)
    assert calm.wait() == 0
    forget(tmp_path)
    out = tmp_path / "out"
    codes = []
    for number in range(10):
        forget_the_film(tmp_path, out)
        process = start(out)
        heard(process, 1 + number * count // 10)
        process.send_signal(signal.SIGINT)
        process.communicate()
        # A process that has all but ended knows no order in which to end.
        codes.append(process.returncode)
        assert codes[-1] in (0, 130, -signal.SIGINT)
        left = {path.name for path in out.iterdir()} if out.exists() else set()
        assert left in (set(), {"a.mp4", "a.png", "a.json"})
    assert 130 in codes
    forget_the_film(tmp_path, out)
    kept = {path.name for path in (tmp_path / "cache" / "segments").iterdir()}
    assert kept  # of which the last run makes the film
    last = start(out)
    last.communicate()
    assert last.returncode == 0
    assert payload(out) == payload(tmp_path / "calm")
