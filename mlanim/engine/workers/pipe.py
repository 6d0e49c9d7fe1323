"""What a process that draws tells its parent, and what it hears from it, as lines of JSON."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import IO

from mlanim.engine.errors import UsageError, words
from mlanim.engine.events import Event, OfSegment, SegmentsPlanned, WorkerFailed
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.outputs import remove_leftovers, remove_piece
from mlanim.engine.lines import as_line
from mlanim.engine.maker import Branches, Emit
from mlanim.engine.playback import scratch
from mlanim.engine.workers.orders import DrawBranch, read_answer
from mlanim.engine.workers.parent_watch import end_now


class Pipe(Emit):
    """Tells the engine, and hears its answers.

    Args:
        events: where what is told goes.
        answers: the lines that the engine writes.
        leave: what is to be done should the engine be gone.
        forks: makes the branches of a film, where there may be some.
    """

    def __init__(
        self,
        events: IO[str],
        answers: SimpleQueue[str],
        leave: Callable[[], None],
        forks: Callable[[Job, Emit], Branches] | None = None,
    ):
        self.events, self.answers, self.leave, self.forks = events, answers, leave, forks
        self._one_at_a_time = threading.Lock()

    def __call__(self, event: Event | OfSegment) -> None:
        """Tell of one event; end if nobody is there any more."""
        try:
            with self._one_at_a_time:
                print(as_line(event), file=self.events, flush=True)
        except BrokenPipeError:
            end_now(self.leave)

    def branches(self, job: Job) -> Branches:
        """Those of the plan of a job's film; none where other machines draw."""
        if self.forks is None or self.elsewhere:
            return Branches()
        return self.forks(job, self)

    def draws(self, planned: SegmentsPlanned, draw: Callable[[int], None]) -> bool:
        """Have the engine see to it that segments are drawn, and wait until they are there."""
        self(planned)
        while isinstance(answer := read_answer(self.answers.get()), DrawBranch):
            draw(answer.segment)
        return answer.fit

    def close(self) -> None:
        """Tell nothing more."""
        self.events.close()


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
