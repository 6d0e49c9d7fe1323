"""What the jobs of a run share: the processes, the threads that hear them, and the listener."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from mlanim.engine.events import Event
from mlanim.engine.jobs.job import Job
from mlanim.engine.workers.pool import Pool
from mlanim.engine.workers.processes import Process, Processes, end, let_go, say

if TYPE_CHECKING:
    from mlanim.engine.workers.cluster import Cluster

Listener = Callable[[Job, Event], None]


class Resources:
    """Starts processes and takes note of them, until `stop`.

    Args:
        workers: how many draw at once.
        listener: hears of each event of a job.
        worker: the module that is run in each process.
        timeout: seconds after which a job is given up.
        cluster: draws the segments, if there is one.
        failed: is told of an error that is no job's, such as one that the listener raises.
        processes: starts them, and is closed by whoever made it.
    """

    def __init__(
        self,
        workers: int,
        listener: Listener,
        worker: str,
        timeout: float | None,
        cluster: Cluster | None,
        failed: Callable[[BaseException], None],
        processes: Processes | None = None,
    ):
        self.timeout, self.cluster = timeout, cluster
        self.pool = Pool(workers, failed)
        self.drawing = Pool(cluster.at_once, failed) if cluster is not None else self.pool
        self._listener, self._failed = listener, failed
        self._processes = processes or Processes(worker)
        self._are_own = processes is None
        self.running: set[Process] = set()
        self._lock = threading.RLock()
        self._stopped = self._silent = False

    def prepare(self) -> None:
        """Get ready for processes, as some will be wanted soon."""
        self._processes.prepare()

    def start(self, line: str) -> Process | None:
        """A process with a line to begin with; None once all is to end."""
        if self._stopped:
            return None
        process = self._processes.start()
        with self._lock:
            self.running.add(process)
            stopped = self._stopped
        if stopped:
            let_go(process)
        say(process, line)
        return process

    def ended(self, process: Process) -> None:
        """Take note that a process is to be no more."""
        end(process)
        with self._lock:
            self.running.discard(process)

    def tell(self, job: Job, event: Event) -> None:
        """Tell the listener, one event at a time, and nothing more once it has failed."""
        try:
            with self._lock:
                if not self._silent:
                    self._listener(job, event)
        except BaseException as error:  # whoever listened may be gone, as behind `| head`
            self._silent = True
            self._failed(error)

    def let_go(self) -> list[Process]:
        """Start nothing more, and have all processes end; those that still run."""
        with self._lock:
            self._stopped = True
            running = list(self.running)
        if self.cluster is not None:
            self.cluster.give_up()
        for process in running:
            let_go(process)
        return running

    def close(self) -> None:
        """End the threads, once what they do is done."""
        self.pool.close()
        self.drawing.close()
        if self._are_own:
            self._processes.close()
