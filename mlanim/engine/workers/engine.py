"""Runs jobs and their segments, each in a process of its own, a few at a time.

A job's process plans it and says what its segments are; processes as they get free draw those; then
the job's process joins them. What concerns one job is in `job_run.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from mlanim.engine import temporary
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.outputs import has_sidecar, leaving_no_empty_folder
from mlanim.engine.workers.job_run import BEGIN, JobRun, Outcome
from mlanim.engine.workers.processes import Processes, end
from mlanim.engine.workers.resources import Listener, Resources

if TYPE_CHECKING:
    from mlanim.engine.workers.cluster import Cluster


class Engine:
    """Makes files from jobs.

    Args:
        workers: how many draw at once.
        listener: hears of each event of a job.
        worker: the module that is run in each process.
        timeout: seconds after which a job is given up.
        cluster: draws the segments, if there is one.
        processes: starts them, also for other engines; by default this one starts its own.
    """

    def __init__(
        self,
        workers: int,
        listener: Listener,
        worker: str,
        timeout: float | None = None,
        cluster: Cluster | None = None,
        processes: Processes | None = None,
    ):
        self._asked = workers, listener, worker, timeout, cluster
        self._processes = processes
        self._runs: list[JobRun] = []
        self._fault: BaseException | None = None
        self._lock = threading.RLock()
        self.resources: Resources

    def run(self, jobs: Iterable[Job]) -> list[Outcome]:
        """Make all jobs; outcomes in the jobs' order.

        An interrupt ends what is under way, and so does whatever the listener raises: it comes out
        here.
        """
        resources = self.resources = Resources(*self._asked, self._fail, self._processes)
        self._runs = [JobRun(job, resources, number) for number, job in enumerate(jobs)]
        temporary.sweep()
        with leaving_no_empty_folder(Path(run.job.output).parent for run in self._runs):
            return self._outcomes(resources)

    def _outcomes(self, resources: Resources) -> list[Outcome]:
        """Have all of them begin, and wait for their ends."""
        try:
            is_first = self._processes is None
            if is_first and not all(has_sidecar(run.job) for run in self._runs):
                resources.prepare()
            for run in self._runs:
                resources.pool.submit((BEGIN, run.number), run.begin)
            outcomes = [run.outcome() for run in self._runs]
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
        for run in self._runs:
            run.give_up()
