"""Processes that draw: forked from one that has imported manim, where the system can do that.

Elsewhere each is started by itself, and imports manim itself.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from typing import IO, Any, Protocol

from mlanim.engine.events import Event, read_event
from mlanim.engine.playback import scratch
from mlanim.engine.workers.fork_client import FORKS, REPEATABLE, ForkServer, command_of, started

GRACE = 2.0  # seconds that a process has for cleaning up


class Process(Protocol):
    """What the engine needs of a process."""

    pid: int
    stdin: IO[str] | None
    stdout: IO[str] | None

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code; negative for the signal that ended it.

        Raises:
            subprocess.TimeoutExpired: if it has not ended by then.
        """


class Processes:
    """Starts workers of one kind, the module `worker`, with a session of their own each.

    Those that are forked find the modules `preloaded` imported.
    """

    def __init__(self, worker: str, preloaded: Sequence[str] = (), **environment: str):
        self._environment = {**REPEATABLE, **environment}
        self._preloaded = preloaded
        self.command = command_of(worker)
        self._fork_server: ForkServer | None = None
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Have what others are forked from get ready, as one will be wanted soon."""
        if FORKS:
            with self._lock:
                self._server().prepare()

    def start(self) -> Process:
        """Start one."""
        if not FORKS:
            pipe = subprocess.PIPE
            text: dict[str, Any] = {"text": True, "encoding": "utf-8"}
            return started(self.command, self._environment, stdin=pipe, stdout=pipe, **text)
        with self._lock:
            return self._server().fork()

    def _server(self) -> ForkServer:
        """What forks; another if it was killed."""
        if self._fork_server is None or not self._fork_server.lives:
            self._fork_server = ForkServer.of(self.command, self._preloaded, self._environment)
        return self._fork_server

    def close(self) -> None:
        """Start no more; those that run go on."""
        with self._lock:
            if self._fork_server is not None:
                self._fork_server.close()
                self._fork_server = None


def is_alone() -> bool:
    """Whether no library has threads in this process: a fork would lack them."""
    with contextlib.suppress(OSError):
        return len(os.listdir("/proc/self/task")) == threading.active_count()
    return False


def end(process: Process) -> None:
    """Let a process end by itself, then make sure of its group, and that its folder goes."""
    let_go(process)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=GRACE)
    if process.pid:  # it was born
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.pid:
        scratch.remove(process.pid)


def let_go(process: Process) -> None:
    """Close the process's stdin, at which it cleans up and ends."""
    with contextlib.suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()


def lines_of(process: Process) -> Iterator[str]:
    """What a process writes, until its end."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.endswith("\n"):  # else it was killed while it wrote
            yield line


def events_of(process: Process) -> Iterator[Event]:
    """What a process tells, until its end."""
    return map(read_event, lines_of(process))


def say(process: Process, line: str) -> None:
    """Write a line to a process, if it still listens."""
    try:
        if process.stdin is not None:
            process.stdin.write(line + "\n")
            process.stdin.flush()
    except (OSError, ValueError):  # it has ended, or was let go
        return
