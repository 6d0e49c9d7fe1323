"""The process that makes one output, or draws one segment: it comes in on stdin, events go out.

It lives no longer than its parent: when stdin closes, it removes what it was writing and ends.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from mlanim.engine.cache import cache, keys, reads, store
from mlanim.engine.cache.ownership import outdated, refuse_for
from mlanim.engine.errors import NotPainted, RenderError, Unrepeatable, UsageError, ending
from mlanim.engine.events import (
    CacheUnusable,
    Computing,
    Event,
    KeyWanted,
    NotRepeatable,
    OutputMade,
    Warned,
)
from mlanim.engine.files import write_beside
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.outputs import (
    prepare_folder,
    sha256_of,
    temporary_beside,
)
from mlanim.engine.lines import from_fields
from mlanim.engine.maker import Emit, Made, Maker
from mlanim.engine.workers.orders import MakeOutput, PlanFilm
from mlanim.engine.workers.parent_watch import end_with_parent, undivided
from mlanim.engine.workers.pipe import Pipe, leaver, tell

if TYPE_CHECKING:
    from mlanim.engine.film.segment import Segment

CHANGED = (
    "The file of {name}, or one that it uses, changed while it was drawn; "
    "render it again to see what is there now."
)


def serve(makers: Mapping[str, Maker]) -> int:
    """Read from stdin what is wanted: an output, the plan of a film, or some of its segments."""
    line = sys.stdin.readline()
    if not line.endswith("\n"):  # whoever wanted something was killed before it was said
        return 3
    asked = _order(line)
    output = Path(asked.job.output)
    is_helper = not isinstance(asked, MakeOutput)  # it runs a scene that another one runs as well
    cut_off = leaver(output, getattr(asked, "piece", None))
    emit = Pipe(_take_stdout(is_helper), end_with_parent(cut_off), cut_off)
    cache.say_through(lambda message: emit(CacheUnusable(message)))
    try:
        if isinstance(asked, MakeOutput):
            _make(asked, makers[asked.job.kind], temporary_beside(output), emit)
            emit(OutputMade())
        elif isinstance(asked, PlanFilm):
            _plan(asked, emit)
        else:
            _draw(asked, emit)
    except Unrepeatable as found:
        emit(NotRepeatable(looks=isinstance(found, NotPainted)))
    except Exception as error:
        tell(emit, error, output)
        return 1
    finally:
        leaver(output)()
    return 0


def _order(line: str) -> MakeOutput | PlanFilm | Segment:
    """What a line asks for."""
    fields = json.loads(line)
    if fields["order"] == "make":
        return from_fields(MakeOutput, fields)
    if fields["order"] == "plan":
        return from_fields(PlanFilm, fields)
    from mlanim.engine.film.segment import Segment  # it imports manim

    return from_fields(Segment, fields)


def _draw(segment: Segment, emit: Emit) -> None:
    """Draw segments, and tell of each how it joins those beside it."""
    from mlanim.engine.film.in_turn import draw_in_turn
    from mlanim.engine.playback.loading import unheard

    with unheard(), reads.noted({}):
        draw_in_turn(segment, emit)


def _plan(asked: PlanFilm, emit: Emit) -> None:
    """Plan a film that another process draws, and tell of its segments."""
    from mlanim.engine.film.film import plan_video
    from mlanim.engine.playback.loading import faults_of, unheard

    emit.film, emit.data = asked.film, asked.data
    try:
        data = store.parse(Path(asked.data).read_bytes()) if asked.data else None
    except FileNotFoundError:  # the film is there by now, and who drew it took its data away
        return
    with unheard(), faults_of(asked.job.scene):
        job, scene_class, params = loaded(asked.job)
        plan_video(job, scene_class, params, data, Path(asked.temporary), emit)


def loaded(job: Job) -> tuple[Job, Any, Any]:
    """A job with what its scene's file sets and with all numbers, the scene's class, parameters."""
    from mlanim.engine.jobs.params import validated, with_numbers
    from mlanim.engine.playback.loading import as_set_by_file, load, params_of

    scene_class = load(job.scene, job)
    job = as_set_by_file(job, scene_class)
    params = validated(params_of(scene_class), job.params, job.scene.name)
    return replace(job, params=with_numbers(job.params, params)), scene_class, params


def _make(order: MakeOutput, maker: Maker, temporary: Path, emit: Emit) -> None:
    from mlanim.engine.jobs.sidecar import describe
    from mlanim.engine.playback.loading import faults_of

    emit.elsewhere, emit.alone = order.elsewhere, order.alone
    job, known = order.job, order.key
    prepare_folder(Path(job.output).parent)
    scene, found = Path(job.scene.path), reads.Reads()
    with reads.noted(found):
        job, scene_class, params = loaded(job)
        payload, data = _stored(job, params, emit)
        emit.film = keys.film_key(reads.remembered(known, scene, found), payload)
        reads.cover(emit.film, known, scene)
        if payload and job.kind == "video":
            stored = temporary.with_name(f"{temporary.name}.data")
            stored.write_bytes(payload)
            emit.data = str(stored)
        with faults_of(job.scene):
            made = maker(job, scene_class, params, data, temporary, emit)
    made_from = reads.remembered(known, scene, found)
    if (now := emit.ask(KeyWanted())) != known:  # then it is what no job would make
        emit(Warned(CHANGED.format(name=job.scene.name)))
        made_from = keys.mixed_key(made_from, now)
    digest = sha256_of(temporary)
    said = {"beside": made.beside, **made.details}
    about = describe(
        job, params, data, made_from, data_key(job, params), digest, made.poster, **said
    )
    refuse_for(job, _hashes(Path(job.output), digest, made))
    _publish(job, temporary, made, about)


def _hashes(output: Path, digest: str, made: Made) -> dict[Path, str | None]:
    """The files that are to take their places, each with its hash; of the sidecar it is unknown."""
    beside = {".png": made.poster, **made.beside}
    return {
        output: digest,
        output.with_suffix(".json"): None,
        **{
            output.with_name(output.stem + rest): hashlib.sha256(payload).hexdigest()
            for rest, payload in beside.items()
            if payload is not None
        },
    }


def _publish(job: Job, temporary: Path, made: Made, about: bytes) -> None:
    """Put the parts in place, each whole; the sidecar last, since it vouches for the rest.

    What was there of an earlier film, and is of this one no more, goes.
    """
    output = Path(job.output)
    beside = {".png": made.poster, **made.beside, ".json": about}
    ready = {
        output.with_name(output.stem + rest): write_beside(output, payload)
        for rest, payload in beside.items()
        if payload is not None
    }
    sidecar = ready.popitem()
    leftover = outdated(job, ready)
    with undivided:
        for target, source in [*ready.items(), (output, temporary), sidecar]:
            os.replace(source, target)
        for path in leftover:
            path.unlink(missing_ok=True)


def stored_data(job: Job, params: Any, emit: Callable[[Event], None] | None = None) -> Any:
    """The computation's result: stored, or computed by a process that may import torch.

    None for a scene that is not of LessonScene's contract.

    Raises:
        UsageError, RenderError: what the computation refused or failed with.
    """
    return _stored(job, params, emit or Emit())[1]


def _stored(job: Job, params: Any, emit: Callable[[Event], None]) -> tuple[bytes, Any]:
    """The same, and before it the form in which it is stored."""
    from mlanim.engine.playback.loading import computes

    if not computes(job.scene):
        return b"", None
    entry, scene = data_key(job, params), Path(job.scene.path)
    found = store.load(reads.settled(entry, scene))
    if found is None:
        emit(Computing())
        payload = _computed(job, emit)
        store.save(reads.settled(entry, scene), payload)
        found = payload, store.parse(payload)
    reads.include(entry, scene)
    return found


def _computed(job: Job, emit: Callable[[Event], None]) -> bytes:
    """The stored form of a job's data, from a process of its own that dies when this one does."""
    from mlanim.engine.workers.compute import in_own_process

    payload, code = in_own_process(job, emit)
    if code == 0:
        return payload
    message = payload.decode(errors="replace") or ending(f"computed {job.scene.name}", code)
    raise (UsageError if code == 2 else RenderError)(message)


def data_key(job: Job, params: Any) -> str:
    """The store's key of a job's data."""
    return keys.data_key(Path(job.scene.path), job.scene.class_name, params.model_dump_json())


def _take_stdout(is_silent: bool) -> IO[str]:
    """Keep stdout for events; what a scene prints goes to stderr, or nowhere if it is silent."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    if is_silent:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
    os.dup2(2, 1)
    return events
