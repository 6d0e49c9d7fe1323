"""The folder in which Manim sets text: one for each process, since it rewrites what it reads."""

from __future__ import annotations

import atexit
import os
from pathlib import Path

from mlanim.engine import temporary

_folders: dict[int, Path] = {}  # by process, since a fork inherits what was here


def folder() -> Path:
    """This process's folder, made when it is first asked for."""
    process = os.getpid()
    if process not in _folders:
        _folders.clear()
        _folders[process] = temporary.make()
        atexit.register(remove)
    return _folders[process]


def remove(process: int | None = None) -> None:
    """Remove the folder of a process that has ended; by default, this one's."""
    _folders.pop(process or os.getpid(), None)
    temporary.remove(process or os.getpid())
