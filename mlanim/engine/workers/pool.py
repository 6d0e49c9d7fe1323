"""A few threads that do the most urgent of what is to be done."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable

Urgency = tuple[float, ...]
"""What is less goes first."""


class Pool:
    """Runs tasks on so many threads, the most urgent first, and equals in their order.

    What a task raises is handed to `failed`; the thread goes on with the next.
    """

    def __init__(self, threads: int, failed: Callable[[BaseException], None]):
        self._failed = failed
        self._waiting: list[tuple[Urgency, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._change = threading.Condition()
        self._closed = False
        # An interrupt may come before anybody knows the pool; nothing waits for it then.
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def submit(self, urgency: Urgency, task: Callable[[], None]) -> None:
        """Have a task run."""
        with self._change:
            heapq.heappush(self._waiting, (urgency, next(self._numbers), task))
            self._change.notify()

    def close(self) -> None:
        """Let what runs end, and start nothing more."""
        with self._change:
            self._closed = True
            self._change.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                _, _, task = heapq.heappop(self._waiting)
            try:
                task()
            except BaseException as error:
                self._failed(error)
