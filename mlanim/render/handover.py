"""Frames to a taker in a thread of its own, so that the next is drawn while one is encoded."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import numpy as np

WAITING = 2
"""Frames that may wait; more would cost memory and save no time."""

Take = Callable[[np.ndarray, int], None]


class Handover:
    """Calls `take(pixels, repeat)` for every frame handed over, in order, in another thread.

    The pixels are copied, so the drawing may go on over them; the taker has its copy for the
    length of the call. What the taker raises is raised from the next call, or at the end.
    """

    def __init__(self, take: Take):
        self._take = take
        self._frames: queue.Queue[tuple[np.ndarray, int] | None] = queue.Queue(WAITING)
        self._spare: queue.SimpleQueue[np.ndarray] = queue.SimpleQueue()
        self.last: np.ndarray | None = None  # the frame handed over last
        self._error: BaseException | None = None
        self._dropping = False
        self._thread = threading.Thread(target=self._run, name="frames", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __call__(self, pixels: np.ndarray, repeat: int = 1) -> None:
        """Hand over a frame to be shown `repeat` times."""
        self._raise()
        copy = self._buffer(pixels)
        np.copyto(copy, pixels)
        self.last = copy
        self._frames.put((copy, repeat))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for the taker; after an error here, it gets nothing more."""
        self._dropping = error is not None
        self._frames.put(None)
        self._thread.join()
        if error is None:
            self._raise()

    def _run(self) -> None:
        while (handed := self._frames.get()) is not None:
            pixels, repeat = handed
            if not self._dropping:
                try:
                    self._take(pixels, repeat)
                except BaseException as error:  # it belongs to whoever hands over
                    self._error, self._dropping = error, True
            self._spare.put(pixels)

    def _buffer(self, pixels: np.ndarray) -> np.ndarray:
        """An array of the pixels' shape that nobody reads: fresh memory costs more than a copy."""
        while True:
            try:
                spare = self._spare.get_nowait()
            except queue.Empty:
                return np.empty_like(pixels)
            if spare.shape == pixels.shape and spare.dtype == pixels.dtype:
                return spare

    def _raise(self) -> None:
        if self._error is not None:
            error, self._error = self._error, None
            raise error
