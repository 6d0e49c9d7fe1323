"""What was made before, kept by content: computations, finished files, segments of videos.

An entry is one file, `KIND/KEY` in the cache's folder: a line with a hash of kind, key and content,
then the content. Whoever reads it checks the hash, so an entry that is damaged, or lies in
another's place, is noticed, forgotten and made anew. Entries take their place by a rename, so any
number of processes may read and write at once. The folder stays under a size; what was used longest
ago goes first. A cache that cannot be read or written costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mlanim.engine.files import replacing
from mlanim.engine.sizes import size_of
from mlanim.engine.temporary import ABANDONED

DEFAULT_SIZE = "5 GB"

FILES = "files"
"""The kind of finished files, each under the hash of its bytes."""

_MAGIC = b"mlanim-cache-2 "
_OURS = _MAGIC[:13]  # of any version
_HEAD = len(_MAGIC) + 64 + 1
_KEY = re.compile(r"[0-9a-f]{64}(\.\w+)?$")
_WRITTEN = re.compile(r"\.mlanim-\d+-")
_PIECE = 1 << 20  # bytes held in memory at once while a file is copied
_WARNED = "MLANIM_CACHE_WARNED"
_PASSED_BY = "MLANIM_CACHE_PASSED_BY"
_WARNING = threading.Lock()


@dataclass(frozen=True)
class Entry:
    """One entry of the cache: what it is, its size in bytes, and when it was last used."""

    kind: str
    key: str
    size: int
    used: float


def folder() -> Path:
    """MLANIM_CACHE_DIR, or the user's cache folder."""
    chosen = os.environ.get("MLANIM_CACHE_DIR")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_cache_dir("mlanim", False))


def pass_by() -> None:
    """Have this process, and those that it starts, find nothing here; what they make is kept."""
    os.environ[_PASSED_BY] = "1"


def is_passed_by() -> bool:
    """Whether nothing is to be found here."""
    return _PASSED_BY in os.environ


def limit() -> int:
    """MLANIM_CACHE_SIZE in bytes, or 5 GB; 0 keeps nothing."""
    return size_of(os.environ.get("MLANIM_CACHE_SIZE") or DEFAULT_SIZE, "MLANIM_CACHE_SIZE")


def get(kind: str, key: str) -> bytes | None:
    """The bytes of an entry, or None if there is none that is whole."""
    if is_passed_by():
        return None
    buffer = io.BytesIO()
    try:
        return buffer.getvalue() if _read(kind, key, buffer) else None
    except OSError as error:
        _warn(error)
        return None


def holds(kind: str, key: str) -> bool:
    """Whether there is an entry of that name, whole or not."""
    return os.path.exists(_path(kind, key))  # unlike Path's, it never raises


def fetch(kind: str, key: str, target: Path) -> str | None:
    """Copy an entry to `target`; the SHA-256 of its bytes, or None if there is none that is whole.

    Raises:
        OSError: if `target` cannot be written; it is not left half-written.
    """
    if is_passed_by() or not holds(kind, key):
        return None
    with contextlib.suppress(_Damaged), replacing(target) as file:
        digest = _read(kind, key, file)
        if digest is None:
            raise _Damaged
        return digest
    return None


def put(kind: str, key: str, content: bytes | Path) -> None:
    """Keep bytes, or what a file holds; whoever reads sees all of it or none.

    `kind` is a word, `key` a SHA-256 in hexadecimal, with or without a suffix such as ".mp4".
    """
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    if size > limit():
        return
    path = _path(kind, key)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _opened(content) as source, replacing(path) as file:
            _write(f"{kind}/{key}", source, file)
        trim(limit())
    except OSError as error:
        _warn(error)


def entries() -> list[Entry]:
    """All entries, the one used longest ago first."""
    found = [
        Entry(path.parent.name, path.name, status.st_size, status.st_mtime)
        for path, status in _files(_KEY)
        if _is_ours(path)
    ]
    return sorted(found, key=lambda entry: (entry.used, entry.kind, entry.key))


def remove(kind: str, key: str) -> None:
    """Forget an entry, if nobody else has done so already."""
    with contextlib.suppress(OSError):
        _path(kind, key).unlink()


def trim(size: int) -> None:
    """Remove what was used longest ago until all entries together take at most `size` bytes."""
    total = sum(status.st_size for _, status in _files(_KEY))
    found = entries() if total > size else []
    excess = sum(entry.size for entry in found) - size
    for entry in found:
        if excess <= 0:
            break
        remove(entry.kind, entry.key)
        excess -= entry.size
    sweep()


def sweep() -> None:
    """Remove what writers that are no more left half-written. They may be of another machine."""
    for path, status in _files(_WRITTEN):
        if time.time() - status.st_mtime > ABANDONED:
            with contextlib.suppress(OSError):
                path.unlink()


def probe() -> bool:
    """Whether something can be kept; if not, a warning has said so, once for all processes."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder()) as file:
            file.write(bytes(4096))
    except OSError as error:
        _warn(error)
        return False
    return True


class _Damaged(Exception):
    """An entry is not what its first line says."""


def _path(kind: str, key: str) -> Path:
    assert _KEY.fullmatch(key), key
    return folder() / kind / key


def _files(name: re.Pattern[str]) -> Iterator[tuple[Path, os.stat_result]]:
    for path in folder().glob("*/*"):
        if name.match(path.name):
            with contextlib.suppress(OSError):
                yield path, path.stat()


def _is_ours(path: Path) -> bool:
    """Whether a file is an entry, and not somebody's that only bears such a name."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        return file.read(len(_OURS)) == _OURS
    return False


def _opened(content: bytes | Path) -> BinaryIO:
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def _write(name: str, source: BinaryIO, file: BinaryIO) -> None:
    """The bytes of `source` behind a line with the hash of the entry's name and of them."""
    file.write(bytes(_HEAD))
    digest = _copied(source, file)
    file.seek(0)
    file.write(_head(name, digest))


def _read(kind: str, key: str, target: BinaryIO) -> str | None:
    """Copy an entry's bytes and mark it as used; their hash, or None if they are not whole."""
    path = _path(kind, key)
    try:
        file = path.open("rb")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        _warn(error)
        return None
    with file:
        head = file.read(_HEAD)
        digest = _copied(file, target)
    whole = head == _head(f"{kind}/{key}", digest)
    with contextlib.suppress(OSError):  # a folder that is read-only
        os.utime(path) if whole else path.unlink()
    return digest if whole else None


def _head(name: str, digest: str) -> bytes:
    sealed = hashlib.sha256(f"{name} {digest}".encode()).hexdigest()
    return _MAGIC + sealed.encode() + b"\n"


def _copied(source: BinaryIO, target: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := source.read(_PIECE):
        digest.update(piece)
        target.write(piece)
    return digest.hexdigest()


def complain(message: str) -> None:
    """Say once that the cache is of no use; the processes started from here stay silent."""
    with _WARNING:
        said, os.environ[_WARNED] = os.environ.get(_WARNED), "1"
    if not said:
        _say(message)


def say_through(say: Callable[[str], None]) -> None:
    """Have what is to be complained of said by `say`: by a process that hears of all of them."""
    global _say
    _say = say


def _print(message: str) -> None:
    print(f"Warning: {message}", file=sys.stderr, flush=True)


_say: Callable[[str], None] = _print


def _warn(error: OSError) -> None:
    complain(
        f"the cache in {folder()} cannot be used ({error.strerror or error}), so nothing is kept; "
        "--cache-dir or MLANIM_CACHE_DIR takes another folder."
    )
