"""What computations have so far, so that one that was interrupted goes on where it stopped."""

from __future__ import annotations

import numpy as np

from mlanim.engine.cache import cache, store
from mlanim.engine.cache.keys import text_key

KIND = "unfinished"


class Unfinished:
    """The place of one computation, which has a key: see `mlanim.long_run`."""

    def __init__(self, key: str):
        self._key, self._names = key, set[str]()

    def load(self, name: str) -> dict[str, np.ndarray] | None:
        """What was kept under a name, if it is whole."""
        payload = cache.get(KIND, self._entry(name))
        return dict(store.parse(payload)) if payload is not None else None

    def save(self, name: str, arrays: dict[str, np.ndarray]) -> None:
        """Keep arrays under a name, in the place of what was there."""
        cache.put(KIND, self._entry(name), store.dump(arrays))

    def clear(self) -> None:
        """Forget all, as the computation has come to its end."""
        for name in self._names:
            cache.remove(KIND, self._entry(name))

    def _entry(self, name: str) -> str:
        self._names.add(name)
        return text_key(f"{self._key} {name}")
