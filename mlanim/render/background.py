"""Work that goes on behind the one who hands it out, in order, with a few pieces waiting."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

WAITING = 2
"""Pieces that may wait: enough to keep both sides busy, and no more memory than that."""


class Background(Generic[T]):
    """Calls `work` on each piece, in a thread of its own; what it raises comes out here."""

    def __init__(self, work: Callable[[T], None]):
        self._work = work
        self._pieces: queue.Queue[T | None] = queue.Queue(WAITING)
        self._failure: BaseException | None = None
        self._dropped = False
        self._thread = threading.Thread(target=self._run, daemon=True, name="background")
        self._thread.start()

    def put(self, piece: T) -> None:
        """Hand out a piece, when there is room for it.

        Raises:
            Exception: what `work` raised on an earlier one.
        """
        self._complain()
        self._pieces.put(piece)

    def finish(self) -> None:
        """Wait until all is done.

        Raises:
            Exception: what `work` raised.
        """
        self._end()
        self._complain()

    def drop(self) -> None:
        """Wait for the piece under way, and leave out the others."""
        self._dropped = True
        self._end()

    def _end(self) -> None:
        if self._thread.is_alive():
            self._pieces.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (piece := self._pieces.get()) is not None:
            if self._failure is None and not self._dropped:
                try:
                    self._work(piece)
                except BaseException as error:
                    self._failure = error

    def _complain(self) -> None:
        if self._failure is not None:
            raise self._failure
