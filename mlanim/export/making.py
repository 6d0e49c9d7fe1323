"""Runs jobs and says how they went: what every command and every function for notebooks calls."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlanim.engine.errors import RenderError, UsageError
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.kinds import WORKER
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.engine.jobs.settings import defaults
from mlanim.engine.workers.engine import Engine
from mlanim.engine.workers.job_run import Outcome
from mlanim.engine.workers.processes import Processes
from mlanim.engine.workers.progress import reporter
from mlanim.engine.workers.resources import Listener

if TYPE_CHECKING:
    from mlanim.engine.workers.cluster import Cluster


@dataclass(frozen=True)
class RunOptions:
    """How jobs are run: by how many processes, for how long, where, and what is said meanwhile.

    Args:
        jobs: processes at once; None for as many as the project says, or as there are cores.
        timeout: seconds after which a scene is given up.
        cluster: a Dask scheduler's address, or local:N.
        as_json: events on stdout, one JSON a line.
        quiet: no progress.
        processes: starts processes for several calls of `make`, as `warm` has them.
    """

    jobs: int | None = None
    timeout: float | None = None
    cluster: str | None = None
    as_json: bool = False
    quiet: bool = False
    processes: Processes | None = None


def make(jobs: Sequence[Job], run: RunOptions, listener: Listener | None = None) -> list[Outcome]:
    """Make all jobs; how each ended, in their order.

    `listener` hears of every event, instead of the terminal.
    """
    workers = run.jobs or int(defaults(Path.cwd()).get("jobs") or os.cpu_count() or 1)
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(_cluster(run.cluster))
        told = listener or stack.enter_context(reporter(jobs, run.as_json, run.quiet))
        return Engine(workers, told, WORKER, run.timeout, cluster, run.processes).run(jobs)


def make_one(job: Job, run: RunOptions, listener: Listener | None = None) -> None:
    """Make one job.

    Raises:
        UsageError: for what cannot be done as asked.
        RenderError: for what was tried and failed.
    """
    (outcome,) = make([job], run, listener)
    if outcome.code:
        raise (UsageError if outcome.code == 2 else RenderError)(outcome.message)


@contextlib.contextmanager
def warm(preloaded: Sequence[str]) -> Iterator[Processes]:
    """Processes for several calls of `make`, which find these modules imported."""
    with contextlib.closing(Processes(WORKER, preloaded)) as processes:
        yield processes


@contextlib.contextmanager
def _cluster(address: str | None) -> Iterator[Cluster | None]:
    """The cluster at an address, for as long as the block lasts; None without one."""
    if address is None:
        yield None
        return
    from mlanim.engine.workers.cluster import Cluster

    with contextlib.closing(Cluster(address, WORKER)) as cluster:
        yield cluster


def computed(entry: SceneEntry, params: Mapping[str, Any]) -> Any:
    """What a scene computes with these parameters: from the cache, or computed and kept there.

    Raises:
        UsageError: for parameters that the scene refuses.
        RenderError: for what goes wrong in its code, with its own lines.
    """
    from mlanim.engine.jobs.params import validated  # these import manim
    from mlanim.engine.playback.loading import load, params_of
    from mlanim.engine.workers.worker import stored_data

    entry = catalog.made_with(entry, params)
    model = params_of(load(entry))
    job = Job(entry, "video", f"{entry.name}.mp4", "mp4", 854, 480, 15, "dark", params=params)
    return stored_data(job, validated(model, job.params, entry.name))
