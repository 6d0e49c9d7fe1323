"""Runs jobs and their segments, each in a process of its own, a few at a time.

A job's process plans it and says what its segments are; processes as they get free draw those; then
the job's process joins them. What concerns one job is in `task.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.outputs import has_sidecar
from mlanim.engine.workers.cluster import AT_ONCE, Cluster
from mlanim.engine.workers.pool import Pool
from mlanim.engine.workers.processes import Process, Processes, end, let_go

if TYPE_CHECKING:
    from mlanim.engine.workers.task import Task

Listener = Callable[[Job, dict[str, Any]], None]


@dataclass(frozen=True)
class Outcome:
    """How a job ended: with its file, or with a message and the exit code that it asks for."""

    job: Job
    code: int
    message: str = ""
    fresh: bool = True


class Engine:
    """Makes files from jobs. `stop` ends every process that it started.

    `workers` is how many draw at once, `worker` the module that is run in each, and `timeout`
    after how many seconds a job is given up. `cluster` draws the segments, if there is one.
    """

    def __init__(
        self,
        workers: int,
        listener: Listener,
        worker: str,
        timeout: float | None = None,
        cluster: Cluster | None = None,
    ):
        self.workers, self.timeout, self.cluster = workers, timeout, cluster
        self.listener = listener
        self.pool: Pool
        self.drawing: Pool
        self._processes = Processes(worker)
        self._tasks: list[Task] = []
        self._fault: BaseException | None = None
        self._running: set[Process] = set()
        self._lock = threading.RLock()
        self._stopped = False

    def run(self, jobs: Iterable[Job]) -> list[Outcome]:
        """Make all jobs; outcomes in the jobs' order.

        An interrupt ends what is under way, and so does whatever the listener raises: it comes out
        here.
        """
        from mlanim.engine.workers.task import PLAN, Task

        self._tasks = [Task(job, self, number) for number, job in enumerate(jobs)]
        if not all(has_sidecar(task.job) for task in self._tasks):
            self._processes.prepare()
        self.pool = Pool(self.workers, self._fail)
        self.drawing = Pool(AT_ONCE, self._fail) if self.cluster is not None else self.pool
        try:
            for task in self._tasks:
                self.pool.submit((PLAN, task.number), task.begin)
            outcomes = [task.outcome() for task in self._tasks]
            if self._fault is not None:
                raise self._fault
            return outcomes
        except BaseException:
            self.stop()
            raise
        finally:
            self.pool.close()
            self.drawing.close()
            self._processes.close()

    def stop(self) -> None:
        """End all processes; each removes what it was writing."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        if self.cluster is not None:
            self.cluster.give_up()
        for process in running:
            let_go(process)
        for task in self._tasks:
            task.give_up()
        for process in running:
            end(process)

    def start(self, line: str) -> Process | None:
        """A process with a line to begin with; None once all is to end."""
        if self._stopped:
            return None
        process = self._processes.start()
        with self._lock:
            self._running.add(process)
            stopped = self._stopped
        if stopped:
            let_go(process)
        say(process, line)
        return process

    def ended(self, process: Process) -> None:
        """Take note that a process is to be no more."""
        end(process)
        with self._lock:
            self._running.discard(process)

    def tell(self, job: Job, event: dict[str, Any]) -> None:
        """Tell the listener, one event at a time, and nothing more once it has failed."""
        try:
            with self._lock:
                if self._fault is None:
                    self.listener(job, event)
        except BaseException as error:  # whoever listened may be gone, as behind `| head`
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        """Give up all jobs because of an error that is nobody's: `run` raises it."""
        with self._lock:
            self._fault = self._fault or error
        for task in self._tasks:
            task.give_up()


def say(process: Process, line: str) -> None:
    """Write a line to a process, if it still listens."""
    try:
        if process.stdin is not None:
            process.stdin.write(line + "\n")
            process.stdin.flush()
    except (OSError, ValueError):  # it has ended, or was let go
        return
