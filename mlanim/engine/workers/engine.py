"""Runs jobs and their segments, each in a process of its own, a few at a time.

A job's process plans it and says what its segments are; processes as they get free draw those; then
the job's process joins them. What concerns one job is in `task.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from mlanim.engine import temporary
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.outputs import has_sidecar, leaving_no_empty_folder
from mlanim.engine.workers.cluster import Cluster
from mlanim.engine.workers.processes import end
from mlanim.engine.workers.resources import Listener, Resources
from mlanim.engine.workers.task import BEGIN, Outcome, Task


class Engine:
    """Makes files from jobs.

    Args:
        workers: how many draw at once.
        listener: hears of each event of a job.
        worker: the module that is run in each process.
        timeout: seconds after which a job is given up.
        cluster: draws the segments, if there is one.
        preloaded: what processes find imported, beside what all of them need.
    """

    def __init__(
        self,
        workers: int,
        listener: Listener,
        worker: str,
        timeout: float | None = None,
        cluster: Cluster | None = None,
        preloaded: Sequence[str] = (),
    ):
        self._asked = workers, listener, worker, timeout, cluster
        self._preloaded = preloaded
        self._tasks: list[Task] = []
        self._fault: BaseException | None = None
        self._lock = threading.RLock()
        self.resources: Resources

    def run(self, jobs: Iterable[Job]) -> list[Outcome]:
        """Make all jobs; outcomes in the jobs' order.

        An interrupt ends what is under way, and so does whatever the listener raises: it comes out
        here.
        """
        resources = self.resources = Resources(*self._asked, self._fail, self._preloaded)
        self._tasks = [Task(job, resources, number) for number, job in enumerate(jobs)]
        temporary.sweep()
        with leaving_no_empty_folder(Path(task.job.output).parent for task in self._tasks):
            return self._outcomes(resources)

    def _outcomes(self, resources: Resources) -> list[Outcome]:
        """Have all tasks begin, and wait for their ends."""
        try:
            if not all(has_sidecar(task.job) for task in self._tasks):
                resources.prepare()
            for task in self._tasks:
                resources.pool.submit((BEGIN, task.number), task.begin)
            outcomes = [task.outcome() for task in self._tasks]
            if self._fault is not None:
                raise self._fault
            return outcomes
        except BaseException:
            self._stop(resources)
            raise
        finally:
            resources.close()

    def _stop(self, resources: Resources) -> None:
        """End all processes; each removes what it was writing."""
        running = resources.let_go()
        self._give_up()
        for process in running:
            end(process)

    def _fail(self, error: BaseException) -> None:
        """Give up all jobs because of an error that is nobody's: `run` raises it."""
        with self._lock:
            self._fault = self._fault or error
        self._give_up()

    def _give_up(self) -> None:
        for task in self._tasks:
            task.give_up()
