"""What jobs would make, from where, and how long that took before. Nothing is made or written."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mlanim.engine.cache import cache, finished, reads, store, times
from mlanim.engine.cache.ownership import refuse_for
from mlanim.engine.cache.reads import current_key
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.outputs import is_current
from mlanim.words.duration import duration_words

Source = Literal["there", "cache", "drawn"]
SOURCES: dict[Source, str] = {
    "there": "is there already, and is left as it is",
    "cache": "would be copied from the cache",
    "drawn": "would be drawn",
}


@dataclass(frozen=True)
class Foreseen:
    """What would become of a job.

    `source` is where its file comes from. `computes` is whether the scene's numbers would be
    computed, and not found in the cache. `seconds` is how long it took the last time.
    """

    job: Job
    source: Source
    computes: bool = False
    seconds: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "scene": self.job.scene.name,
            "kind": self.job.kind,
            "event": "foreseen",
            "file": self.job.output,
            "resolution": [self.job.width, self.job.height],
            "fps": self.job.fps,
            "theme": self.job.theme,
            "source": self.source,
            "computes": self.computes,
            "seconds": self.seconds,
        }

    def __str__(self) -> str:
        size = f"{self.job.width}x{self.job.height}, {self.job.theme}"
        if self.job.kind == "video":
            size += f", {self.job.fps:g} frames a second"
        said = SOURCES[self.source]
        if self.source == "drawn":
            data = "once its numbers are computed" if self.computes else "from what is computed"
            known = "how long it takes is not known yet"
            if self.seconds is not None:
                known = f"it took {duration_words(self.seconds)} the last time"
            said += f", {data}; {known}"
        return f"{self.job.output} ({self.job.kind} of {self.job.scene.name}, {size}) {said}."


def foreseen(job: Job) -> Foreseen:
    """What would become of a job if it were made now.

    Raises:
        UsageError: if it would be refused.
        RenderError: if its scene's file cannot be imported.
    """
    key = current_key(job)
    if not cache.is_passed_by() and is_current(job, key):
        return Foreseen(job, "there")
    refuse_for(job)
    if not cache.is_passed_by() and finished.is_kept(job):
        return Foreseen(job, "cache")
    return Foreseen(job, "drawn", _computes(job), times.last(job))


def _computes(job: Job) -> bool:
    """Whether a job's numbers are still to be computed; its parameters are checked for it."""
    sys.dont_write_bytecode = True  # of what the scene imports
    from mlanim.engine.jobs.params import validated  # these import manim
    from mlanim.engine.playback.loading import computes, load, params_of
    from mlanim.engine.workers.worker import data_key

    model = params_of(load(job.scene))
    params = validated(model, job.params, job.scene.name)
    if not computes(job.scene):
        return False
    key = reads.settled(data_key(job, params), Path(job.scene.path))
    return cache.is_passed_by() or not cache.holds(store.KIND, key)
