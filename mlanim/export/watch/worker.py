"""The process that looks at a scene under watch, or draws some of its clips.

Both run the scene, so each does it in a process of its own, which imports the scene's file anew.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from mlanim.engine.jobs.job import Job
from mlanim.engine.lines import from_line
from mlanim.engine.playback import scratch
from mlanim.engine.workers.fork_server import tend
from mlanim.engine.workers.parent_watch import end_with_parent

PRELOADED = (
    "mlanim.export.watch.clips",
    "mlanim.engine.jobs.params",
    "mlanim.engine.workers.worker",
)
"""What takes its time to import."""


@dataclass(frozen=True)
class Order:
    """What is to be drawn, where its clips are kept, and where the film goes.

    `clips` are those to be drawn, (first frame, frames, key) each; None to find that out, and to
    put the film together once they are drawn.
    """

    number: int
    job: Job
    shelf: str
    film: str
    clips: tuple[tuple[int, int, str], ...] | None = None


def main() -> int:
    """Carry out one order, or fork processes that do."""
    return tend(_serve, PRELOADED) if sys.argv[1:] == ["nursery"] else _serve()


def _serve() -> int:
    from mlanim.engine.errors import words

    line = sys.stdin.readline()
    if not line.endswith("\n"):
        return 3
    order = from_line(Order, line)
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a scene prints
    process = os.getpid()

    def leave() -> None:
        scratch.remove(process)

    answers = end_with_parent(leave)

    def tell(event: str, **fields: Any) -> None:
        print(json.dumps({"event": event, **fields}), file=events, flush=True)

    try:
        _carry_out(order, tell, answers)
    except Exception as error:
        tell("failed", message=words(error, Path(order.film)))
        return 1
    finally:
        leave()
    return 0


def _carry_out(order: Order, emit: Callable[..., None], answers: SimpleQueue[str]) -> None:
    from mlanim.engine.jobs.params import validated
    from mlanim.engine.playback.loading import as_set_by_file, faults_of, load, params_of
    from mlanim.engine.workers.worker import stored_data
    from mlanim.export.watch.clips import Clip, draw_clips, lacking, looked_at, put_together

    scene_class = load(order.job.scene, order.job)
    job = as_set_by_file(order.job, scene_class)
    params = validated(params_of(scene_class), job.params, job.scene.name)
    data = stored_data(job, params, lambda _: emit("compute"))
    shelf = Path(order.shelf)
    with faults_of(job.scene):
        if order.clips is not None:
            wanted = [Clip(*clip) for clip in order.clips]
            total = sum(clip.frames for clip in wanted)
            listen = partial(emit, "frame", total=total)
            draw_clips(job, scene_class, params, data, wanted, shelf, lambda n: listen(done=n))
            return
        planned, clips = looked_at(job, scene_class, params, data)
    absent = lacking(clips, shelf)
    if absent:
        emit("lacking", clips=[(clip.first, clip.frames, clip.key) for clip in absent])
        answers.get()
    put_together(planned, clips, shelf, Path(order.film))
    keys = {clip.key for clip in absent}
    drawn = [clip.span for clip in clips if clip.key in keys]
    emit(
        "made",
        duration=planned.frames / job.fps,
        fps=job.fps,
        slides=[{"time": slide.time, "notes": slide.notes} for slide in planned.slides],
        drawn=[[span.first / job.fps, span.end / job.fps] for span in drawn],
    )


if __name__ == "__main__":
    sys.exit(main())
