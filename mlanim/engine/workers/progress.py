"""How a run is going: bars on a terminal, plain lines elsewhere, JSON lines when asked for."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
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
from mlanim.engine.workers.pace import Pace
from mlanim.engine.workers.resources import Listener
from mlanim.words.duration import duration_words

WORDS = {"made": "done", "current": "unchanged", "failed": "failed"}  # of how a job ends
EVERY = 5.0  # seconds between plain lines about frames


@contextmanager
def reporter(
    jobs: Sequence[Job],
    as_json: bool,
    quiet: bool,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[Listener]:
    """A listener for an engine, alive for the length of a run; `now` tells the time in seconds."""
    if as_json:
        yield _json_line
    elif quiet:
        yield _warn
    elif sys.stderr.isatty():
        with bars(jobs, now) as listener:
            yield listener
    else:
        yield _PlainLines(now)


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
    """How many processes draw, in words; "" where none does at this moment."""
    return f", {event.workers} process{'es' * (event.workers != 1)}" if event.workers else ""


def _left(pace: Pace, total: int | None) -> str:
    """The time that is left, in words; "" while that cannot be told."""
    seconds = None if total is None else pace.left(total)
    return "" if seconds is None else f", {duration_words(seconds)} left"


class _PlainLines:
    """A line when a job begins or ends, and one of all jobs' frames every few seconds.

    How many frames a film has is known once it is planned, which a short one is not.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._frames: dict[str, int] = {}
        self._paces: dict[str, Pace] = {}
        self._last = now()

    def __call__(self, job: Job, event: Event) -> None:
        key, name = job.output, f"{job.scene.name} ({job.kind})"
        match event:
            case Computing():
                self._tell_computing(name, event)
            case Planned():
                self._frames[key] = event.frames
                self._paces.setdefault(key, Pace())
                frames = event.frames
                _say(f"{name}: drawing {frames} frame{'s' * (frames != 1)}")
            case FramesDone():
                if key not in self._paces:
                    self._paces[key] = Pace()
                    _say(f"{name}: drawing")
                self._tell(key, name, event)
            case Warned():
                _warn(job, event)
            case OutputCurrent():
                _say(f"{name}: unchanged")
            case OutputMade():
                _say(f"{name}: done")

    def _tell_computing(self, name: str, event: Computing) -> None:
        """Say that a computation begins, and now and then how far it is."""
        now = self._now()
        if not event.done or now - self._last >= EVERY:
            self._last = now
            _say(f"{name}: {event.words}")

    def _tell(self, key: str, name: str, event: FramesDone) -> None:
        """Say how far a job is, unless something was said of the frames of any a moment ago."""
        now, total = self._now(), self._frames.get(key)
        self._paces[key].note(now, event.done)
        if now - self._last >= EVERY:
            self._last = now
            done = f"{event.done} frames" if total is None else f"{event.done} of {total} frames"
            _say(f"{name}: {done}{_workers(event)}{_left(self._paces[key], total)}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@contextmanager
def bars(jobs: Sequence[Job], now: Callable[[], float] = time.monotonic) -> Iterator[Listener]:
    """A bar for each job, on a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("frames{task.fields[left]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks = {
            job.output: progress.add_task(
                f"{job.scene.name} {job.kind}", total=None, start=False, left=""
            )
            for job in jobs
        }

        paces = {job.output: Pace() for job in jobs}

        def listen(job: Job, event: Event) -> None:
            task = tasks[job.output]
            label = f"{job.scene.name} {job.kind}"
            match event:
                case Computing():
                    progress.update(task, description=f"{label}: {event.words}")
                case Planned():
                    progress.start_task(task)
                    progress.update(task, description=label, total=event.frames)
                case FramesDone():
                    progress.start_task(task)
                    pace, whole = paces[job.output], progress.tasks[task].total
                    pace.note(now(), event.done)
                    left = _left(pace, None if whole is None else int(whole))
                    words = label + _workers(event)
                    progress.update(task, description=words, completed=event.done, left=left)
                case Warned():
                    progress.console.print(f"Warning: {event.message}", markup=False)
                case OutputMade() | OutputCurrent() | JobFailed():
                    word = WORDS[event.event]
                    whole = progress.tasks[task].total or 1
                    failed = isinstance(event, JobFailed)
                    done = progress.tasks[task].completed if failed else whole
                    words = f"{label}: {word}"
                    progress.update(task, description=words, total=whole, completed=done, left="")

        yield listen
