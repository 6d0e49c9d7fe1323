"""Temporary folders: each carries its process's number, and those of killed ones are swept."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import platform
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ABANDONED = 3600.0  # seconds after which what a process of elsewhere half-wrote is nobody's

_OURS = re.compile(r"mlanim-(\d+)-(?:([0-9a-f]{6})-)?")


def make() -> Path:
    """A new folder of this process, after those of killed ones are swept."""
    sweep()
    return Path(tempfile.mkdtemp(prefix=f"mlanim-{os.getpid()}-{_here()}-"))


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder that goes with the block."""
    made = make()
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def remove(process: int) -> None:
    """Remove the folders of a process that has ended."""
    for path in Path(tempfile.gettempdir()).glob(f"mlanim-{process}-*"):
        shutil.rmtree(path, ignore_errors=True)


def sweep() -> None:
    """Remove the folders of processes that are no more.

    A folder of another machine, or of a container, says nothing about which processes live there:
    it is removed once it is old.
    """
    for path in Path(tempfile.gettempdir()).glob("mlanim-*-*"):
        owner = _OURS.match(path.name)
        if owner and not alive(int(owner.group(1))):
            with contextlib.suppress(OSError):
                old = time.time() - path.stat().st_mtime > ABANDONED
                if owner.group(2) == _here() or old:
                    shutil.rmtree(path, ignore_errors=True)


def alive(process: int) -> bool:
    """Whether a process of that number is there."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


@functools.lru_cache(maxsize=1)
def _here() -> str:
    """What tells the processes that can be seen here from those of elsewhere."""
    names = ""
    with contextlib.suppress(OSError):
        names = os.readlink("/proc/self/ns/pid")
    return hashlib.sha256(f"{platform.node()} {names}".encode()).hexdigest()[:6]
