"""Runs jobs, each in a process of its own, a few at a time, and reports how they are doing."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlanim.render import cache
from mlanim.render.errors import ending
from mlanim.render.finished import keep, restore
from mlanim.render.job import Job
from mlanim.render.outputs import is_current, remove_leftovers

WORKER = "mlanim.render.worker"

Listener = Callable[[Job, dict[str, Any]], None]


@dataclass(frozen=True)
class Outcome:
    """How a job ended: with its file, or with a message and the exit code that it asks for."""

    job: Job
    code: int
    message: str = ""
    fresh: bool = True


class Engine:
    """Makes files from jobs. `stop` ends every process that it started."""

    def __init__(self, workers: int, listener: Listener, worker: str = WORKER):
        self.workers = workers
        self.listener = listener
        self.worker = worker
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(self, jobs: Iterable[Job]) -> list[Outcome]:
        """Make all jobs; outcomes in the jobs' order. An interrupt ends what is under way."""
        pool = ThreadPoolExecutor(self.workers)
        try:
            futures = [pool.submit(self._one, job) for job in jobs]
            return [future.result() for future in futures]
        except BaseException:
            self.stop()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def stop(self) -> None:
        """End all processes; each removes what it was writing."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for process in running:
            _close(process)
        for process in running:
            _end(process)

    def _one(self, job: Job) -> Outcome:
        if is_current(job) or restore(job):
            self.listener(job, {"event": "current"})
            return Outcome(job, 0, fresh=False)
        cache.probe()
        process = self._start(job)
        if process is None:
            return Outcome(job, 130, "interrupted")
        last: dict[str, Any] = {}
        try:
            assert process.stdout is not None
            for line in process.stdout:
                last = json.loads(line)
                if last["event"] not in ("made", "error"):
                    self.listener(job, last)
            code = process.wait()
        finally:
            _end(process)
            remove_leftovers(Path(job.output).parent, process.pid)
            with self._lock:
                self._running.discard(process)
        outcome = _outcome(job, code, last)
        if not outcome.code:
            keep(job)
        self.listener(job, {"event": "made"} if not outcome.code else _failed(outcome))
        return outcome

    def _start(self, job: Job) -> subprocess.Popen[str] | None:
        with self._lock:
            if self._stopped:
                return None
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", self.worker],
                env={**os.environ, "PYTHONHASHSEED": "0"},  # no set's order may show
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                start_new_session=True,  # a Ctrl-C reaches us alone, and we end the group
            )
            self._running.add(process)
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(job.to_json() + "\n")
            process.stdin.flush()
        return process


def _outcome(job: Job, code: int, last: dict[str, Any]) -> Outcome:
    """What a process's exit code and its last event amount to."""
    match last.get("event"):
        case "made":
            return Outcome(job, 0)
        case "error":
            return Outcome(job, 2 if last["usage"] else 1, last["message"])
    return Outcome(job, 1, ending(f"drew {job.scene.name}", code))


def _failed(outcome: Outcome) -> dict[str, Any]:
    return {"event": "failed", "code": outcome.code, "message": outcome.message}


def _close(process: subprocess.Popen[str]) -> None:
    """Close the process's stdin, at which it cleans up and ends."""
    with contextlib.suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()


def _end(process: subprocess.Popen[str]) -> None:
    """Let the process end by itself, then make sure of its group."""
    _close(process)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=2)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
