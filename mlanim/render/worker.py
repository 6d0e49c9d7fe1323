"""The process that makes one output: a job comes in on stdin, events go out as JSON lines.

It lives no longer than its parent: when stdin closes, it removes what it was writing and ends.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from mlanim.render import store
from mlanim.render.errors import RenderError, UsageError, ending, shortened
from mlanim.render.job import Job
from mlanim.render.lifeline import end_with_parent
from mlanim.render.outputs import prepare_folder, remove_leftovers, sha256_of, temporary_beside
from mlanim.render.whole import write_beside

Emit = Callable[..., None]
Maker = Callable[[Job, Any, Any, Any, Path, Emit], "Made"]


@dataclass(frozen=True)
class Made:
    """What a maker leaves behind at the temporary path, and what is said about it."""

    poster: bytes | None
    details: dict[str, Any]
    beside: Mapping[str, bytes] = field(default_factory=dict)  # by what follows the output's stem


def serve(makers: Mapping[str, Maker]) -> int:
    """Read one job from stdin and make it with the maker for its kind."""
    events = _take_stdout()
    job = Job.from_json(sys.stdin.readline())
    output = Path(job.output)

    def leave() -> None:
        remove_leftovers(output.parent, os.getpid())

    def emit(event: str, **fields: Any) -> None:
        try:
            print(json.dumps({"event": event, **fields}), file=events, flush=True)
        except BrokenPipeError:  # nobody is there any more
            leave()
            os._exit(3)

    end_with_parent(leave)
    try:
        _make(job, makers[job.kind], temporary_beside(output), emit)
    except Exception as error:
        message = words(error, output)
        emit("error", usage=isinstance(error, UsageError), message=message)
        return 1
    finally:
        leave()
    emit("made")
    return 0


def words(error: Exception, output: Path) -> str:
    """Whatever went wrong, in a sentence or in a scene's own lines."""
    if isinstance(error, (UsageError, RenderError)):
        return str(error)
    if isinstance(error, ImportError):
        missing = shortened(str(error), 300)
        return f"{missing}. `mlanim check` says what is missing and how to get it."
    if isinstance(error, OSError):
        return os_error_words(error, output)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    reason = shortened(f"{type(error).__name__}: {error}", 300)
    return f"mlanim itself failed ({Path(frame.filename).name}, line {frame.lineno}): {reason}"


def os_error_words(error: OSError, output: Path) -> str:
    """A failed write in a sentence."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full: {output} could not be written. Free some space or use -o."
    return f"Cannot write {output}: {error.strerror or error}."


def _make(job: Job, maker: Maker, temporary: Path, emit: Emit) -> None:
    from mlanim.render.loading import as_set_by_file, faults_of, load, params_of
    from mlanim.render.params import validated
    from mlanim.render.sidecar import describe

    prepare_folder(Path(job.output).parent)
    scene_class, asked = load(job.scene), job
    if job.kind != "figure":
        job = as_set_by_file(job, scene_class)
    params = validated(params_of(scene_class), job.settings, job.scene.name)
    data = stored_data(job, params, emit)
    with faults_of(job.scene):
        made = maker(job, scene_class, params, data, temporary, emit)
    digest = sha256_of(temporary)
    key = data_key(job, params)
    said = {"beside": made.beside, **made.details}
    about = describe(job, params, data, key, digest, made.poster, asked=asked, **said)
    _publish(Path(job.output), temporary, made, about)


def _publish(output: Path, temporary: Path, made: Made, about: bytes) -> None:
    """Put the parts in place, each whole; the sidecar last, since it vouches for the rest."""
    beside = {".png": made.poster, **made.beside, ".json": about}
    ready = {
        output.with_name(output.stem + rest): write_beside(output, payload)
        for rest, payload in beside.items()
        if payload is not None
    }
    sidecar = ready.popitem()
    for target, source in [*ready.items(), (output, temporary), sidecar]:
        os.replace(source, target)


def stored_data(job: Job, params: Any, emit: Emit = lambda *_, **__: None) -> Any:
    """The computation's result: stored, or computed by a process that may import torch.

    None for a scene that is not of LessonScene's contract.

    Raises:
        UsageError, RenderError: what the computation refused or failed with.
    """
    from mlanim.render.loading import computes

    if not computes(job.scene):
        return None
    entry = data_key(job, params)
    found = store.load(entry)
    if found is not None:
        return found
    emit("compute")
    payload = _computed(job)
    store.save(entry, payload)
    return store.parse(payload)


def _computed(job: Job) -> bytes:
    """The stored form of a job's data, from a process of its own that dies when this one does."""
    from mlanim.render.compute import REPEATABLE

    command = [sys.executable, "-P", "-m", "mlanim.render.compute"]
    settings, pipe = {**os.environ, **REPEATABLE}, subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=settings) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(job.to_json().encode() + b"\n")
            child.stdin.flush()
        payload = child.stdout.read()
        code = child.wait()  # with its stdin still open: losing that would end it
    if code == 0:
        return payload
    message = payload.decode(errors="replace") or ending(f"computed {job.scene.name}", code)
    raise (UsageError if code == 2 else RenderError)(message)


def data_key(job: Job, params: Any) -> str:
    """The store's key of a job's data."""
    return store.key(Path(job.scene.path), job.scene.class_name, params.model_dump_json())


def _take_stdout() -> IO[str]:
    """Keep stdout for events; whatever a scene prints goes to stderr."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return events


def make_video(
    job: Job, scene_class: Any, params: Any, data: Any, temporary: Path, emit: Emit
) -> Made:
    """Plan, then draw every frame into the video; the poster is its last frame."""
    from mlanim.render import burn_in, captions, draw
    from mlanim.render.encoder import codec_of
    from mlanim.render.join import join
    from mlanim.render.sound import SILENT
    from mlanim.render.video import FrameEncoder

    with draw.configured(burn_in.picture_of(job), scene_class):
        planned = draw.plan(scene_class, params, data)
        emit("plan", frames=planned.frames)
        size = job.width, job.height
        starts = {round(slide.time * job.fps) for slide in planned.slides}
        sound = planned.sound if job.format not in SILENT else None
        pictures = temporary.with_name(temporary.name + ".silent") if sound else temporary
        encoder: Any = FrameEncoder(
            pictures, job.format, size, job.fps, job.transparent, job.plays, starts, job.encoder
        )
        if job.burn_in:
            encoder = burn_in.CaptionedEncoder(encoder, job, captions.narration(planned.slides))
        try:
            plan, last = draw.draw(
                scene_class, params, data, encoder, lambda done: emit("frame", done=done)
            )
            encoder.finish()
        except BaseException:
            encoder.abort()
            raise
    if sound:
        join([pictures], temporary, codec_of(job.format, job.transparent)[0], sound)
        pictures.unlink()
    from mlanim.render.pixels import png_bytes

    details = {"slides": plan.slides, "duration": plan.frames / job.fps}
    poster = png_bytes(burn_in.framed(job, last), job.transparent)
    return Made(poster, details, captions.files(plan.slides, job.format))


if __name__ == "__main__":
    sys.exit(serve({"video": make_video}))
