"""Processes that draw: forked from one that has imported manim, where the system can do that.

Elsewhere each is started by itself, and imports manim itself.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from queue import SimpleQueue
from typing import IO, Any, Protocol

from mlanim.engine.events import Event, read_event
from mlanim.engine.playback import scratch

REPEATABLE = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_CBWR": "AUTO",  # else a product's last digits depend on where its arrays lie in memory
    "VECLIB_MAXIMUM_THREADS": "1",
}
"""What a process finds in its environment before it imports torch and numpy: no set's order may
show, and no sum depend on the number of cores; and forks want no threads."""

FORKS = hasattr(os, "fork") and sys.platform != "darwin"
"""Whether forking is sound: on macOS, its own libraries forbid it."""

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
        self.command = [sys.executable, "-P", "-m", worker]
        self._fork_server: _ForkServer | None = None
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Have what others are forked from get ready, as one will be wanted soon."""
        if FORKS:
            with self._lock:
                self._server()

    def start(self) -> Process:
        """Start one."""
        if not FORKS:
            pipe = subprocess.PIPE
            text: dict[str, Any] = {"text": True, "encoding": "utf-8"}
            return _started(self.command, self._environment, stdin=pipe, stdout=pipe, **text)
        with self._lock:
            return self._server().fork()

    def _server(self) -> _ForkServer:
        """What forks; another if it was killed."""
        if self._fork_server is None or not self._fork_server.lives:
            self._fork_server = _ForkServer(
                [*self.command, "fork-server", *self._preloaded], self._environment
            )
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


def _started(
    command: list[str], environment: dict[str, str], **options: Any
) -> subprocess.Popen[Any]:
    environment = {**os.environ, **environment}
    return subprocess.Popen(command, env=environment, start_new_session=True, **options)


class _Child:
    """A process that was forked for us: as a Popen, but somebody else is its parent."""

    def __init__(self, stdin: IO[str], stdout: IO[str]):
        self.pid = 0
        self.stdin: IO[str] | None = stdin
        self.stdout: IO[str] | None = stdout
        self.code = -signal.SIGKILL  # unless its parent, which may be killed as well, says more
        self.born, self.dead = threading.Event(), threading.Event()

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code."""
        if not self.dead.wait(timeout):
            raise subprocess.TimeoutExpired(f"worker {self.pid}", timeout or 0.0)
        return self.code


class _ForkServer:
    """The process that forks others, see `fork_server.py`, and what it says of them."""

    def __init__(self, command: list[str], environment: dict[str, str]):
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = _started(command, environment, stdin=theirs, stdout=subprocess.DEVNULL)
        self._forking: SimpleQueue[_Child] = SimpleQueue()
        self._children: dict[int, _Child] = {}
        self.lives, self._has_borne = True, False
        threading.Thread(target=self._listen, daemon=True, name="fork-server").start()

    def fork(self) -> _Child:
        """Have a process forked."""
        self._has_borne = True
        (theirs_in, ours_in), (ours_out, theirs_out) = os.pipe(), os.pipe()
        child = _Child(os.fdopen(ours_in, "w"), os.fdopen(ours_out, encoding="utf-8"))
        self._forking.put(child)
        try:
            socket.send_fds(self._socket, [b"+"], [theirs_in, theirs_out])
            child.born.wait()
        except OSError:
            child.dead.set()
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        return child

    def close(self) -> None:
        """Have it end; its children go on."""
        if not self._has_borne:  # it may be busy importing, for nobody
            self._process.kill()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._process.wait()
        self._socket.close()

    def _listen(self) -> None:
        with self._socket.makefile() as lines, contextlib.suppress(OSError):
            for line in lines:
                self._hear(*line.split())
        self.lives = False
        orphans = list(self._children.values())
        while not self._forking.empty():
            orphans.append(self._forking.get())
        for child in orphans:
            child.born.set()
            child.dead.set()

    def _hear(self, event: str, pid: str, code: str = "") -> None:
        if event == "born":
            child = self._children[int(pid)] = self._forking.get()
            child.pid = int(pid)
            child.born.set()
        else:
            child = self._children.pop(int(pid))
            child.code = int(code)
            child.dead.set()
