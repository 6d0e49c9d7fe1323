"""A process of ours lives no longer than the one that started it, however that one ended."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import NoReturn

undivided = threading.Lock()
"""Held while files take their places that belong together; the end waits for it."""


def end_with_parent(leave: Callable[[], None] | None = None) -> SimpleQueue[str]:
    """End at once when stdin closes, and then `leave`; the parent holds it open while it lives.

    Lines that the parent writes meanwhile come into the queue. Whoever else reads stdin, such as a
    scene with an `input()`, finds that it has ended.
    """
    tempfile.gettempdir()  # which takes a lock at first, and `leave` might find it taken for ever
    lines: SimpleQueue[str] = SimpleQueue()
    parent, nothing = os.dup(0), os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def watch() -> None:
        rest = b""
        with contextlib.suppress(OSError):
            while piece := os.read(parent, 4096):
                *whole, rest = (rest + piece).split(b"\n")
                for line in whole:
                    lines.put(line.decode())
        with undivided:
            end_now(leave)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()
    return lines


def end_now(leave: Callable[[], None] | None) -> NoReturn:
    """End this process; `leave` is then called by a fork of it.

    While its other threads run, they may write one more file just after the last was removed.
    """
    process = os.getpid()
    if leave is None or os.fork():
        os._exit(3)
    try:
        while os.getppid() == process:
            time.sleep(0.001)
        leave()
    finally:
        os._exit(0)
