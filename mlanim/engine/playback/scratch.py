"""The folder in which Manim sets text: one for each process, since it rewrites what it reads."""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

from mlanim.engine.cache import cache
from mlanim.engine.jobs.outputs import alive

_OURS = re.compile(r"mlanim-(\d+)-")
_folders: dict[int, Path] = {}  # by process, since a fork inherits what was here


def folder() -> Path:
    """This process's folder, made when it is first asked for."""
    process = os.getpid()
    if process not in _folders:
        _sweep()
        _folders.clear()
        _folders[process] = Path(tempfile.mkdtemp(prefix=f"mlanim-{process}-"))
        atexit.register(remove)
    return _folders[process]


def remove(process: int | None = None) -> None:
    """Remove the folder of a process that has ended; by default, this one's."""
    _folders.pop(process or os.getpid(), None)
    for path in Path(tempfile.gettempdir()).glob(f"mlanim-{process or os.getpid()}-*"):
        shutil.rmtree(path, ignore_errors=True)


def _sweep() -> None:
    """Remove folders of processes that were killed, if they are old; they may be of elsewhere."""
    for path in Path(tempfile.gettempdir()).glob("mlanim-*-*"):
        owner = _OURS.match(path.name)
        with contextlib.suppress(OSError):
            old = time.time() - path.stat().st_mtime > cache.ABANDONED
            if owner and old and not alive(int(owner.group(1))):
                shutil.rmtree(path, ignore_errors=True)
