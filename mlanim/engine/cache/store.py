"""What scenes computed, kept by content: one .npz a result, read without pickling."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np

from mlanim.engine.cache import cache
from mlanim.stage.data import from_tree, to_tree

KIND = "data"
TREE = "tree.json"


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
        Exception: of many kinds, if the bytes are not such a file.
    """
    with np.load(io.BytesIO(payload), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    tree = json.loads(arrays.pop(TREE).tobytes())
    return from_tree(tree, arrays)


def load(entry: str) -> tuple[bytes, Any] | None:
    """The stored result of that key, as it is stored and parsed; None if none is whole."""
    payload = cache.get(KIND, entry)
    if payload is None:
        return None
    try:
        return payload, parse(payload)
    except Exception:  # whole, but not what `dump` writes: numpy and zipfile raise what they like
        cache.remove(KIND, entry)
        return None


def save(entry: str, payload: bytes) -> None:
    """Store the bytes of a result."""
    cache.put(KIND, entry, payload)
