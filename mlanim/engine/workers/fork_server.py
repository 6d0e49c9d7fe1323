"""The process that others are forked from: it imports manim, and does nothing else.

A request is one byte with two open files, which become the new process's stdin and stdout. The
answer is a line with its number, and once it has ended, another with its exit code. The first byte
that comes, with files or without, has manim imported; until then nothing costly is. Nothing here
starts a thread or touches torch, so that a fork is safe; each child has a session of its own.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn


def tend(run: Callable[[], int], preloaded: Sequence[str]) -> NoReturn:
    """Fork a process that runs `run` for each request on stdin, a socket, until it closes."""
    requests = socket.socket(fileno=0)
    select.select([requests], [], [])
    with importing(), _without_ipython(), contextlib.suppress(Exception):  # it is said where needed
        for name in preloaded:
            importlib.import_module(name)
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    sources: list[Any] = [requests, woken]
    while True:
        ready, _, _ = select.select(sources, [], [])
        if woken in ready:
            os.read(woken, 4096)
            _tell_of_the_dead(requests)
        if requests in ready:
            files = _request(requests)
            if files is None:
                os._exit(0)  # to take down what manim has made takes its time
            if not files:
                continue
            process = os.fork()
            if process == 0:
                _become(requests, (woken, wakes), *files)
                os._exit(ended(run))
            _say(requests, f"born {process}")
            for file in files:
                os.close(file)


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Leave what is imported within it to itself: nothing in it is to be collected, then or later.

    So what forks share of it stays shared.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextlib.contextmanager
def _without_ipython() -> Iterator[None]:
    """Have manim imported as where IPython is not installed, which takes a fifth off its time.

    A process that draws has no notebook; a scene that asks for IPython later gets it.
    """
    is_absent = "IPython" not in sys.modules
    if is_absent:
        sys.modules["IPython"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if is_absent:
            del sys.modules["IPython"]


def _request(requests: socket.socket) -> list[int] | None:
    """The files of the next request, if it has any; None once whoever asks is gone, or killed."""
    try:
        message, files, _, _ = socket.recv_fds(requests, 1, 2)
    except ConnectionResetError:
        return None
    return files if message else None


def _say(requests: socket.socket, line: str) -> None:
    with contextlib.suppress(OSError):  # nobody hears it any more
        requests.sendall(f"{line}\n".encode())


def _tell_of_the_dead(requests: socket.socket) -> None:
    while True:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if process == 0:
            return
        code = os.waitstatus_to_exitcode(status)
        _say(requests, f"dead {process} {code}")


def _become(requests: socket.socket, alarm: tuple[int, int], stdin: int, stdout: int) -> None:
    """Leave the fork server: a session, signals, stdin and stdout of one's own.

    The first line on stdin is the environment as it is now where the process was asked for.
    """
    os.setsid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    requests.detach()
    for source, target in ((stdin, 0), (stdout, 1)):
        os.dup2(source, target)
    for file in (stdin, stdout, *alarm):
        os.close(file)
    os.environ.update(json.loads(sys.stdin.readline() or "{}"))


def ended(run: Callable[[], int]) -> int:
    """The exit code of a fork that runs `run`, whatever happens: it must not run on as another."""
    try:
        return run()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    finally:
        sys.stderr.flush()
