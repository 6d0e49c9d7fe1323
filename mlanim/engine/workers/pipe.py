"""What a process that draws tells its parent, and what it hears from it, as lines of JSON."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import IO

from mlanim.engine.errors import UsageError, words
from mlanim.engine.events import Event, WorkerFailed
from mlanim.engine.jobs.outputs import remove_leftovers, remove_piece
from mlanim.engine.lines import as_line
from mlanim.engine.maker import Emit
from mlanim.engine.playback import scratch
from mlanim.engine.workers.parent_watch import end_now


class Pipe(Emit):
    """Tells the engine, and hears its answers.

    Args:
        events: where what is told goes.
        answers: the lines that the engine writes.
        leave: what is to be done should the engine be gone.
    """

    shares = True

    def __init__(self, events: IO[str], answers: SimpleQueue[str], leave: Callable[[], None]):
        self.events, self.answers, self.leave = events, answers, leave
        self._one_at_a_time = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Tell of one event; end if nobody is there any more."""
        try:
            with self._one_at_a_time:
                print(as_line(event), file=self.events, flush=True)
        except BrokenPipeError:
            end_now(self.leave)

    def ask(self, event: Event) -> str:
        """Tell of one event, and wait for the line that answers it."""
        self(event)
        return self.answers.get()


def leaver(output: Path, piece: str | None = None) -> Callable[[], None]:
    """What removes all that this process has half-written, whoever calls it; `piece` as well."""
    process = os.getpid()

    def leave() -> None:
        if piece is not None:
            remove_piece(Path(piece))
        remove_leftovers(output.parent, process)
        scratch.remove(process)

    return leave


def tell(emit: Emit, error: Exception, output: Path) -> None:
    """Tell of what went wrong."""
    emit(WorkerFailed(words(error, output), isinstance(error, UsageError)))
