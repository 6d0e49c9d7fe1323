"""A process of ours lives no longer than the one that started it, however that one ended."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from queue import SimpleQueue

undivided = threading.Lock()
"""Held while files take their places that belong together; the end waits for it."""


def end_with_parent(leave: Callable[[], None]) -> SimpleQueue[str]:
    """Call `leave` and end at once when stdin closes; the parent holds it open while it lives.

    Lines that the parent writes meanwhile come into the queue.
    """
    lines: SimpleQueue[str] = SimpleQueue()

    def watch() -> None:
        rest = b""
        with contextlib.suppress(OSError):
            while piece := os.read(0, 4096):
                *whole, rest = (rest + piece).split(b"\n")
                for line in whole:
                    lines.put(line.decode())
        with undivided:
            leave()
            os._exit(3)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()
    return lines
