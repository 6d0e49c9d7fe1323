"""How a run is going: bars on a terminal, plain lines elsewhere, JSON lines when asked for."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlanim.engine.events import (
    Computing,
    Event,
    FramesDone,
    JobFailed,
    OutputCurrent,
    OutputMade,
    Planned,
    Warned,
    as_fields,
)
from mlanim.engine.jobs.job import Job
from mlanim.engine.workers.resources import Listener

WORDS = {"made": "done", "current": "unchanged", "failed": "failed"}  # of how a job ends
EVERY = 5.0  # seconds between plain lines about frames, however many scenes are drawn
SURE = 10  # frames from which on the time that is left is told


@contextmanager
def reporter(jobs: Sequence[Job], as_json: bool, quiet: bool) -> Iterator[Listener]:
    """A listener for an engine, alive for the length of a run."""
    if as_json:
        yield _json_line
    elif quiet:
        yield _warn
    elif sys.stderr.isatty():
        with bars(jobs) as listener:
            yield listener
    else:
        yield _PlainLines()


def _json_line(job: Job, event: Event) -> None:
    """One event a line on stdout; the last one of a job names its files."""
    found: dict[str, Any] = {"scene": job.scene.name, "kind": job.kind, **as_fields(event)}
    if isinstance(event, OutputMade | OutputCurrent):
        output = Path(job.output)
        found |= {"file": str(output), "sidecar": str(output.with_suffix(".json"))}
        if job.kind == "video":
            found["poster"] = str(output.with_suffix(".png"))
    print(json.dumps(found), flush=True)


def _warn(job: Job, event: Event) -> None:
    if isinstance(event, Warned):
        _say(f"Warning: {event.message}")


def _workers(event: FramesDone) -> str:
    """How many processes draw, in words; nothing before one does."""
    return f", {event.workers} process{'es' * (event.workers != 1)}" if event.workers else ""


def time_left(seconds: float, done: int, total: int) -> str:
    """About how long the frames that are left take; nothing while too few tell that."""
    if done < max(SURE, total / 50):
        return ""
    left = seconds / done * max(total - done, 0)
    if left < 99:
        return f", {left:.0f} s left"
    return f", {left / 60:.0f} min left" if left < 5400 else f", {left / 3600:.1f} h left"


class _PlainLines:
    """A line when something begins or ends, and now and then in between.

    How many frames a film has is known once it is planned, which a short one is not.
    """

    def __init__(self) -> None:
        self._frames: dict[str, int] = {}
        self._began: dict[str, float] = {}
        self._last = time.monotonic()

    def __call__(self, job: Job, event: Event) -> None:
        key, name = job.output, f"{job.scene.name} ({job.kind})"
        match event:
            case Computing():
                _say(f"{name}: computing")
            case Planned():
                self._frames[key] = frames = event.frames
                self._began[key] = time.monotonic()
                _say(f"{name}: drawing {frames} frame{'s' * (frames != 1)}")
            case FramesDone() if key not in self._began:
                self._began[key] = time.monotonic()
                _say(f"{name}: drawing")
            case FramesDone() if time.monotonic() - self._last > EVERY:
                self._last = time.monotonic()
                _say(f"{name}: {self._progress(key, event)}")
            case Warned():
                _warn(job, event)
            case OutputCurrent():
                _say(f"{name}: unchanged")
            case OutputMade():
                _say(f"{name}: done")

    def _progress(self, key: str, event: FramesDone) -> str:
        total, done = self._frames.get(key), event.done
        if total is None:
            return f"{done} frames{_workers(event)}"
        left = time_left(time.monotonic() - self._began[key], done, total)
        return f"{done} of {total} frames{_workers(event)}{left}"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@contextmanager
def bars(jobs: Sequence[Job]) -> Iterator[Listener]:
    """A bar for each job, on a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("frames"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks = {
            job.output: progress.add_task(f"{job.scene.name} {job.kind}", total=None, start=False)
            for job in jobs
        }

        def listen(job: Job, event: Event) -> None:
            task = tasks[job.output]
            label = f"{job.scene.name} {job.kind}"
            match event:
                case Computing():
                    progress.update(task, description=f"{label}: computing")
                case Planned():
                    progress.start_task(task)
                    progress.update(task, description=label, total=event.frames)
                case FramesDone():
                    progress.start_task(task)
                    words = f"{label}{_workers(event)}"
                    progress.update(task, description=words, completed=event.done)
                case Warned():
                    progress.console.print(f"Warning: {event.message}", markup=False)
                case OutputMade() | OutputCurrent() | JobFailed():
                    word = WORDS[event.event]
                    whole = progress.tasks[task].total or 1
                    failed = isinstance(event, JobFailed)
                    done = progress.tasks[task].completed if failed else whole
                    progress.update(
                        task, description=f"{label}: {word}", total=whole, completed=done
                    )

        yield listen
