"""A process that has imported manim and waits: each line on stdin has it draw a film at once.

It forks for each, so that a scene's modules are always imported afresh, and what they leave behind
is gone with the fork. A new line ends the drawing that is under way. It starts no thread and never
touches torch, so that a fork is safe. Where forking is not, it draws one film and ends.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mlanim.engine.jobs.job import Job
from mlanim.engine.lines import from_line
from mlanim.engine.playback import scratch
from mlanim.engine.workers.processes import FORKS

PRELOADED = (
    "mlanim.export.watch.clips",
    "mlanim.engine.jobs.params",
    "mlanim.engine.workers.worker",
)
"""What takes its time to import, and what a drawing then finds there."""


@dataclass(frozen=True)
class Order:
    """What is to be drawn, where its clips are kept, and where the film goes."""

    number: int
    job: Job
    shelf: str
    film: str


def main() -> int:
    """Wait for orders until stdin closes."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a scene prints
    for name in PRELOADED:
        importlib.import_module(name)
    if not FORKS:
        line = sys.stdin.readline()
        if line.endswith("\n"):
            _draw(from_line(Order, line), events)
        return 0
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    child, waiting = 0, b""
    while True:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            child = _reaped(child, events)
        if 0 in ready:
            received = os.read(0, 65536)
            if child:
                _end(child)
                child = 0
            if not received:
                return 0
            *lines, waiting = (waiting + received).split(b"\n")
            if lines:
                child = _fork(from_line(Order, lines[-1]), events, (woken, wakes))


def _fork(order: Order, events: IO[str], alarm: tuple[int, int]) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.setsid()  # so that what it starts ends with it
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        for file in (nothing, *alarm):
            os.close(file)
        code = _draw(order, events)
    finally:
        scratch.remove()
        os._exit(code)  # it must not run on as the one that waits


def _reaped(child: int, events: IO[str]) -> int:
    """Take note of a child's end; one that could not say itself why it ended is spoken for."""
    if not child:
        return 0
    process, status = os.waitpid(child, os.WNOHANG)
    if process == 0:
        return child
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        name = signal.Signals(-code).name
        _emit(events, event="failed", message=f"The process that drew was ended by {name}.")
    return 0


def _end(child: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it was born just now, and has no group yet
        os.killpg(child, signal.SIGKILL)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    scratch.remove(child)


def _draw(order: Order, events: IO[str]) -> int:
    """Draw one film, or say why not."""
    from mlanim.engine.errors import words

    def emit(event: str, **fields: Any) -> None:
        _emit(events, event=event, number=order.number, **fields)

    try:
        _make(order, emit)
    except Exception as error:
        emit("failed", message=words(error, Path(order.film)))
        return 1
    return 0


def _make(order: Order, emit: Any) -> None:
    from mlanim.engine.jobs.params import validated
    from mlanim.engine.playback.loading import as_set_by_file, faults_of, load, params_of
    from mlanim.engine.workers.worker import stored_data
    from mlanim.export.watch.clips import make_film

    scene_class = load(order.job.scene)
    job = as_set_by_file(order.job, scene_class)
    params = validated(params_of(scene_class), job.params, job.scene.name)
    data = stored_data(job, params, emit)
    shelf, film = Path(order.shelf), Path(order.film)

    def listen(done: int, total: int) -> None:
        emit("frame", done=done, total=total)

    with faults_of(job.scene):
        made = make_film(job, scene_class, params, data, shelf, film, listen)
    emit(
        "made",
        duration=made.frames / job.fps,
        fps=job.fps,
        slides=[{"time": slide.time, "notes": slide.notes} for slide in made.slides],
        drawn=[[span.first / job.fps, span.end / job.fps] for span in made.drawn],
    )


def _emit(events: IO[str], **fields: Any) -> None:
    print(json.dumps(fields), file=events, flush=True)


if __name__ == "__main__":
    sys.exit(main())
