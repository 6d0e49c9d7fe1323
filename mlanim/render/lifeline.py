"""A process of ours lives no longer than the one that started it, however that one ended."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable


def end_with_parent(leave: Callable[[], None]) -> None:
    """Call `leave` and end at once when stdin closes; the parent holds it open while it lives."""

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        leave()
        os._exit(3)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()
