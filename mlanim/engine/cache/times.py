"""How long a scene took the last time that it was drawn in a size, kept in the cache."""

from __future__ import annotations

import contextlib
import json

from mlanim.engine.cache import cache
from mlanim.engine.cache.keys import text_key
from mlanim.engine.jobs.job import Job

KIND = "times"


def note(job: Job, seconds: float) -> None:
    """Keep how long a job took."""
    cache.put(KIND, _key(job), json.dumps({"seconds": round(seconds, 1)}).encode())


def last(job: Job) -> float | None:
    """Seconds that the last such job took, if one is known."""
    payload = cache.get(KIND, _key(job))
    with contextlib.suppress(ValueError, KeyError, TypeError):
        return None if payload is None else float(json.loads(payload)["seconds"])
    return None


def _key(job: Job) -> str:
    """The same for a scene that was edited or has other parameters: about as much is drawn."""
    size = [job.kind, job.format, job.width, job.height, job.fps, job.burn_in]
    page = job.page and [job.page.formats, job.page.panels]
    part = str(job.part)
    return text_key(json.dumps([job.scene.path, job.scene.class_name, *size, page, part]))
