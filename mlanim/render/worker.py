"""The process that makes one output: a job comes in on stdin, events go out as JSON lines.

It lives no longer than its parent: when stdin closes, it removes what it was writing and ends.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mlanim.render import store
from mlanim.render.errors import RenderError, UsageError
from mlanim.render.job import Job
from mlanim.render.outputs import prepare_folder, temporary_beside

Emit = Callable[..., None]
Maker = Callable[[Job, Any, Any, Any, Path, Emit], "Made"]


@dataclass(frozen=True)
class Made:
    """What a maker leaves behind at the temporary path, and what is said about it."""

    poster: bytes | None
    details: dict[str, Any]


def serve(makers: Mapping[str, Maker]) -> int:
    """Read one job from stdin and make it with the maker for its kind."""
    events = _take_stdout()
    line = sys.stdin.readline()
    job = Job.from_json(line)
    temporary = temporary_beside(Path(job.output))
    _end_with_parent(temporary)

    def emit(event: str, **fields: Any) -> None:
        print(json.dumps({"event": event, **fields}), file=events, flush=True)

    try:
        _make(job, makers[job.kind], temporary, emit)
    except UsageError as error:
        emit("error", usage=True, message=str(error))
        return 2
    except RenderError as error:
        emit("error", usage=False, message=str(error))
        return 1
    except OSError as error:
        emit("error", usage=False, message=os_error_words(error, Path(job.output)))
        return 1
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    return 0


def os_error_words(error: OSError, output: Path) -> str:
    """A failed write in a sentence."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full: {output} could not be written. Free some space or use -o."
    return f"Cannot write {output}: {error.strerror or error}."


def _make(job: Job, maker: Maker, temporary: Path, emit: Emit) -> None:
    from mlanim.render.loading import load, own_traceback
    from mlanim.render.params import validated
    from mlanim.render.sidecar import describe

    prepare_folder(Path(job.output).parent)
    scene_class = load(job.scene)
    params = validated(scene_class.Params, job.settings, job.scene.name)
    data = stored_data(job, params, emit)
    try:
        made = maker(job, scene_class, params, data, temporary, emit)
    except (UsageError, RenderError, OSError):
        raise
    except Exception as error:
        raise RenderError(own_traceback(error, Path(job.scene.path))) from error
    digest = hashlib.sha256(temporary.read_bytes()).hexdigest()
    about = describe(job, params, data, data_key(job, params), digest, **made.details)
    _publish(Path(job.output), temporary, made.poster, about)


def _publish(output: Path, temporary: Path, poster: bytes | None, about: bytes) -> None:
    """Put the parts in place, each whole; the sidecar last, since it vouches for the rest."""
    if poster is not None:
        store.write_whole(output.with_suffix(".png"), poster)
    os.replace(temporary, output)
    store.write_whole(output.with_suffix(".json"), about)


def stored_data(job: Job, params: Any, emit: Emit = lambda *_, **__: None) -> Any:
    """The computation's result: stored, or computed by a process that may import torch.

    Raises:
        UsageError, RenderError: what the computation refused or failed with.
    """
    entry = data_key(job, params)
    found = store.load(entry)
    if found is not None:
        return found
    emit("compute")
    child = subprocess.run(
        [sys.executable, "-m", "mlanim.render.compute"],
        input=job.to_json().encode(),
        stdout=subprocess.PIPE,
        check=False,
    )
    if child.returncode == 0:
        with contextlib.suppress(OSError):  # a store that cannot be written to only costs time
            store.save(entry, child.stdout)
        return store.parse(child.stdout)
    message = child.stdout.decode(errors="replace") or "The computation's process was killed."
    raise (UsageError if child.returncode == 2 else RenderError)(message)


def data_key(job: Job, params: Any) -> str:
    """The store's key of a job's data."""
    return store.key(Path(job.scene.path), job.scene.class_name, params.model_dump_json())


def _take_stdout() -> IO[str]:
    """Keep stdout for events; whatever a scene prints goes to stderr."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return events


def _end_with_parent(temporary: Path) -> None:
    def watch() -> None:
        with contextlib.suppress(OSError, ValueError):
            while os.read(0, 4096):
                pass
        with contextlib.suppress(OSError):
            temporary.unlink()
        os._exit(3)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


def make_video(
    job: Job, scene_class: Any, params: Any, data: Any, temporary: Path, emit: Emit
) -> Made:
    """Plan, then draw every frame into the video; the poster is its last frame."""
    from mlanim.render import draw
    from mlanim.render.video import FrameEncoder

    with draw.configured(job):
        emit("plan", frames=draw.plan(scene_class, params, data).frames)
        size = job.width, job.height
        encoder = FrameEncoder(temporary, job.format, size, job.fps, job.transparent)
        try:
            plan, last = draw.draw(
                scene_class, params, data, encoder, lambda done: emit("frame", done=done)
            )
            encoder.finish()
        except BaseException:
            encoder.abort()
            raise
    from mlanim.render.pixels import png_bytes

    details = {"slides": plan.slides, "duration": plan.frames / job.fps}
    return Made(png_bytes(last, job.transparent), details)


if __name__ == "__main__":
    sys.exit(serve({"video": make_video}))
