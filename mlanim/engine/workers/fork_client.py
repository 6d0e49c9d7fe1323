"""Has processes forked from one that has imported manim, see `fork_server.py`.

This imports next to nothing, so that such a process can be begun before all else.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from queue import SimpleQueue
from typing import IO, Any

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


def command_of(worker: str) -> list[str]:
    """What runs a worker's module in a process."""
    return [sys.executable, "-P", "-m", worker]


def started(
    command: list[str], environment: dict[str, str], **options: Any
) -> subprocess.Popen[Any]:
    """Start a command with a session of its own and these additions to the environment."""
    environment = {**os.environ, **environment}
    return subprocess.Popen(command, env=environment, start_new_session=True, **options)


class Child:
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


class ForkServer:
    """The process that forks others, see `fork_server.py`, and what it says of them."""

    @classmethod
    def of(
        cls, command: list[str], preloaded: Sequence[str], environment: dict[str, str]
    ) -> ForkServer:
        """One that imports these modules; the one that was begun, if it is that one."""
        command = [*command, "fork-server", *preloaded]
        for server in _begun:
            if (server.command, server.environment) == (command, environment):
                _begun.remove(server)
                return server
        return cls(command, environment)

    def __init__(self, command: list[str], environment: dict[str, str]):
        self.command, self.environment = command, environment
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = started(command, environment, stdin=theirs, stdout=subprocess.DEVNULL)
        self._forking: SimpleQueue[Child] = SimpleQueue()
        self._children: dict[int, Child] = {}
        self.lives, self._has_borne = True, False
        threading.Thread(target=self._listen, daemon=True, name="fork-server").start()

    def prepare(self) -> None:
        """Have it import what its processes need, as some will be wanted soon."""
        with suppress(OSError):
            self._socket.send(b"!")

    def fork(self) -> Child:
        """Have a process forked."""
        self._has_borne = True
        (theirs_in, ours_in), (ours_out, theirs_out) = os.pipe(), os.pipe()
        child = Child(os.fdopen(ours_in, "w"), os.fdopen(ours_out, encoding="utf-8"))
        self._forking.put(child)
        try:
            socket.send_fds(self._socket, [b"+"], [theirs_in, theirs_out])
            child.born.wait()
            assert child.stdin is not None
            child.stdin.write(json.dumps({**os.environ, **self.environment}) + "\n")
            child.stdin.flush()
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
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._process.wait()
        self._socket.close()

    def _listen(self) -> None:
        with self._socket.makefile() as lines, suppress(OSError):
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


_begun: list[ForkServer] = []


def begin(worker: str) -> None:
    """Begin what others are forked from beside the command's own imports.

    Whoever wants one of the same kind gets it; if nobody does, it ends with this process.
    """
    if FORKS:
        _begun.append(ForkServer.of(command_of(worker), (), REPEATABLE))
        atexit.register(_end_unwanted)


def _end_unwanted() -> None:
    while _begun:
        _begun.pop().close()
