"""What a run would make and from where, found out without writing a file."""

from __future__ import annotations

from mlanim.engine.cache import cache
from mlanim.engine.cache.finished import is_kept
from mlanim.engine.cache.keys import current_key
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.outputs import is_current

THERE, KEPT, DRAWN = "there already, unchanged", "from the cache", "to be drawn"


def foretold(job: Job) -> str:
    """One line on a job: its file, its size and theme, and whether it has to be drawn.

    Of a film that has to, how long it is; its scene is run without drawing for that, and what it
    computes is kept in the cache.

    Raises:
        UsageError: for what cannot be done as asked.
        RenderError: for what goes wrong in the scene's code, with its own lines.
    """
    source = _source(job)
    words = [f"{job.width}x{job.height}", job.theme, source]
    if job.kind == "video":
        words.insert(1, f"{job.fps:g} frames a second")
        if source == DRAWN:
            words.append(_length(job))
    return f"{job.output}: {', '.join(words)}"


def _source(job: Job) -> str:
    if cache.is_passed_by():
        return DRAWN
    if is_current(job, current_key(job)):
        return THERE
    return KEPT if is_kept(job) else DRAWN


def _length(job: Job) -> str:
    from mlanim.engine.jobs.params import validated  # these import manim
    from mlanim.engine.playback import draw
    from mlanim.engine.playback.loading import (
        as_set_by_file,
        faults_of,
        load,
        params_of,
        unheard,
    )
    from mlanim.engine.workers.worker import stored_data

    with unheard(), faults_of(job.scene):
        scene_class = load(job.scene, job)
        job = as_set_by_file(job, scene_class)
        params = validated(params_of(scene_class), job.params, job.scene.name)
        data = stored_data(job, params)
        with draw.configured(job, scene_class):
            frames = draw.plan(scene_class, params, data).frames
    part = " before it is cut to the part that is asked for" if job.part is not None else ""
    return f"{frames} frames, {frames / job.fps:.1f} s{part}"
