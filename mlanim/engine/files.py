"""Files that are whole at their final path, or not there: written beside it, then renamed."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write into, which takes its place at `path` when the block ends well.

    Raises:
        OSError: if it cannot be written; nothing is left behind.
    """
    with _written_beside(path) as (file, name):
        yield file
        file.close()
        os.replace(name, path)


def write_beside(path: Path, payload: bytes) -> Path:
    """Write a file into the folder of `path`, under a name that says which process it is of.

    Raises:
        OSError: if it cannot be written; nothing is left behind.
    """
    with _written_beside(path) as (file, name):
        file.write(payload)
    return Path(name)


@contextlib.contextmanager
def _written_beside(path: Path) -> Iterator[tuple[BinaryIO, str]]:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".mlanim-{os.getpid()}-")
    try:
        with os.fdopen(handle, "wb") as file:
            os.chmod(name, 0o666 & ~_umask())
            yield file, name
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
