"""What scenes computed, kept by content: one .npz a result, read without pickling."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from mlanim.render.job import source_digest, versions_line
from mlanim.render.outputs import sweep
from mlanim.stage.data import from_tree, to_tree

TREE = "tree.json"


def cache_folder() -> Path:
    """MLANIM_CACHE_DIR, or the user's cache folder."""
    chosen = os.environ.get("MLANIM_CACHE_DIR")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("mlanim", False))


def key(scene: Path, class_name: str, params: str) -> str:
    """What a computation depends on: the code, the parameters and the versions."""
    parts = [source_digest(scene), class_name, params, versions_line()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def dump(value: Any) -> bytes:
    """A result of `compute` as the bytes of an .npz file, the same for the same value."""
    arrays: dict[str, np.ndarray] = {}
    tree = json.dumps(to_tree(value, arrays), sort_keys=True)
    arrays[TREE] = np.frombuffer(tree.encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **dict(sorted(arrays.items())))
    return buffer.getvalue()


def parse(payload: bytes) -> Any:
    """The reverse of `dump`.

    Raises:
        ValueError, KeyError, OSError, zipfile.BadZipFile: if the bytes are damaged.
    """
    with np.load(io.BytesIO(payload), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    tree = json.loads(arrays.pop(TREE).tobytes())
    return from_tree(tree, arrays)


def load(entry: str) -> Any | None:
    """The stored result of that key, or None if there is none that is whole."""
    path = _path(entry)
    try:
        return parse(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile):
        with contextlib.suppress(OSError):
            path.unlink()
        return None


def save(entry: str, payload: bytes) -> None:
    """Store the bytes of a result; a reader sees all of them or none."""
    path = _path(entry)
    write_whole(path, payload)
    sweep(path.parent)


def _path(entry: str) -> Path:
    return cache_folder() / "data" / f"{entry}.npz"


def write_whole(path: Path, payload: bytes) -> None:
    """Write a file so that at its final path it is whole or not there.

    Raises:
        OSError: if the folder cannot be written to; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    written = write_beside(path, payload)
    try:
        os.replace(written, path)
    except OSError:
        written.unlink()
        raise


def write_beside(path: Path, payload: bytes) -> Path:
    """Write a file into the folder of `path`, under a name that says which process it is of.

    Raises:
        OSError: if it cannot be written; nothing is left behind.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".mlanim-{os.getpid()}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(payload)
        os.chmod(name, 0o666 & ~_umask())
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    return Path(name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
