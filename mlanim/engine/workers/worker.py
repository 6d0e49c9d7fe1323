"""The process that makes one output, or draws one segment: it comes in on stdin, events go out.

It lives no longer than its parent: when stdin closes, it removes what it was writing and ends.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING, Any

from mlanim.engine.cache import cache, keys, store
from mlanim.engine.errors import RenderError, UsageError, ending, shortened
from mlanim.engine.files import write_beside
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.outputs import (
    prepare_folder,
    remove_leftovers,
    remove_piece,
    sha256_of,
    temporary_beside,
)
from mlanim.engine.playback import scratch
from mlanim.engine.workers.parent_watch import end_now, end_with_parent, undivided
from mlanim.engine.workers.processes import FORKS

if TYPE_CHECKING:
    from mlanim.engine.film.branches import Branches
    from mlanim.engine.film.segment import Segment


CHANGED = (
    "The file of {name}, or one that it uses, changed while it was drawn; "
    "render it again to see what is there now."
)


class Emit:
    """Tells the parent of a worker how it is going. This one has no parent to tell.

    Where segments are drawn `elsewhere`, by other machines, a single one is worth sending. Where
    this process `forks`, branches of its plan draw them.
    """

    elsewhere = False
    forks = False

    def __call__(self, event: str, **fields: Any) -> None:
        """Tell of one event."""

    def draws(self, segments: Sequence[Segment], branches: Branches) -> bool:
        """Have segments drawn by other processes; False if nobody does, or they do not fit."""
        return False

    def close(self) -> None:
        """Tell nothing more."""


Maker = Callable[[Job, Any, Any, Any, Path, Emit], "Made"]


@dataclass(frozen=True)
class Made:
    """What a maker leaves behind at the temporary path, and what is said about it."""

    poster: bytes | None
    details: dict[str, Any]
    beside: Mapping[str, bytes] = field(default_factory=dict)  # by what follows the output's stem


def serve(makers: Mapping[str, Maker]) -> int:
    """Read a job or a segment from stdin; make it with the maker for its kind, or draw it."""
    events = _take_stdout()
    line = sys.stdin.readline()
    if not line.endswith("\n"):  # whoever wanted something was killed before it was said
        return 3
    fields = json.loads(line)
    output = Path(fields.get("output") or fields["job"]["output"])
    cut_off = leaver(output, fields.get("piece"))
    emit = Pipe(events, end_with_parent(cut_off), cut_off)
    emit.elsewhere = fields.pop("elsewhere", False)
    emit.forks = FORKS and not emit.elsewhere
    cache.say_through(lambda message: emit("cache", message=message))
    try:
        if "piece" in fields:
            _draw(line, emit)
        else:
            job = Job.from_json(json.dumps(fields))
            _make(job, makers[job.kind], temporary_beside(output), emit)
            emit("made")
    except Exception as error:
        tell(emit, error, output)
        return 1
    finally:
        leaver(output)()
    return 0


def leaver(output: Path, piece: str | None = None) -> Callable[[], None]:
    """What removes all that this process has half-written, whoever calls it; `piece` as well."""
    process = os.getpid()

    def leave() -> None:
        if piece is not None:
            remove_piece(Path(piece))
        remove_leftovers(output.parent, process)
        scratch.remove(process)

    return leave


def tell(emit: Emit, error: Exception, output: Path) -> None:
    """Tell of what went wrong."""
    emit("error", usage=isinstance(error, UsageError), message=words(error, output))


class Pipe(Emit):
    """Tells the engine, as lines of JSON, and hears its answers."""

    def __init__(self, events: IO[str], answers: SimpleQueue[str], leave: Callable[[], None]):
        self.events, self.answers, self.leave = events, answers, leave
        self._one_at_a_time = threading.Lock()

    def __call__(self, event: str, **fields: Any) -> None:
        """Tell of one event; end if nobody is there any more."""
        try:
            with self._one_at_a_time:
                print(json.dumps({"event": event, **fields}), file=self.events, flush=True)
        except BrokenPipeError:
            end_now(self.leave)

    def draws(self, segments: Sequence[Segment], branches: Branches) -> bool:
        """Have the engine see to it that segments are drawn, and wait until they are there."""
        lines = [segment.to_json() for segment in segments]
        lengths = [segment.end - segment.first for segment in segments]
        self("segments", segments=lines, frames=lengths, branches=branches.assign(segments))
        while "fit" not in (answer := json.loads(self.answers.get())):
            branches.draw(answer["draw"], lines[answer["draw"]])
        branches.end()
        self("joining")
        return bool(answer["fit"])

    def close(self) -> None:
        """Tell nothing more."""
        self.events.close()


def _draw(line: str, emit: Emit) -> None:
    """Draw one segment, or find it drawn, and tell how it joins those beside it."""
    from mlanim.engine.film.kept_segments import kept_or_drawn
    from mlanim.engine.film.segment import Segment
    from mlanim.engine.playback.renderer import Unrepeatable

    segment = Segment.from_json(line)
    try:
        drawn = kept_or_drawn(segment, lambda done: emit("frame", done=done))
        emit("drawn", before=drawn.before, after=drawn.after)
    except Unrepeatable:
        emit("unrepeatable")


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
    from mlanim.engine.jobs.params import validated
    from mlanim.engine.jobs.sidecar import describe
    from mlanim.engine.playback.loading import as_set_by_file, faults_of, load, params_of

    prepare_folder(Path(job.output).parent)
    asked, made_from = job, keys.job_key(job)
    scene_class = load(job.scene)
    if job.kind != "figure":
        job = as_set_by_file(job, scene_class)
    params = validated(params_of(scene_class), job.settings, job.scene.name)
    data = stored_data(job, params, emit)
    with faults_of(job.scene):
        made = maker(job, scene_class, params, data, temporary, emit)
    if (now := keys.job_key(asked)) != made_from:  # then it is what no job would make
        emit("warning", message=CHANGED.format(name=job.scene.name))
        made_from = keys.mixed_key(made_from, now)
    digest = sha256_of(temporary)
    said = {"beside": made.beside, **made.details}
    about = describe(
        job, params, data, made_from, data_key(job, params), digest, made.poster, **said
    )
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
    with undivided:
        for target, source in [*ready.items(), (output, temporary), sidecar]:
            os.replace(source, target)


def stored_data(job: Job, params: Any, emit: Emit | None = None) -> Any:
    """The computation's result: stored, or computed by a process that may import torch.

    None for a scene that is not of LessonScene's contract.

    Raises:
        UsageError, RenderError: what the computation refused or failed with.
    """
    from mlanim.engine.playback.loading import computes

    if not computes(job.scene):
        return None
    entry = data_key(job, params)
    found = store.load(entry)
    if found is not None:
        return found
    if emit is not None:
        emit("compute")
    payload = _computed(job)
    store.save(entry, payload)
    return store.parse(payload)


def _computed(job: Job) -> bytes:
    """The stored form of a job's data, from a process of its own that dies when this one does."""
    from mlanim.engine.workers.compute import in_own_process

    payload, code = in_own_process(job)
    if code == 0:
        return payload
    message = payload.decode(errors="replace") or ending(f"computed {job.scene.name}", code)
    raise (UsageError if code == 2 else RenderError)(message)


def data_key(job: Job, params: Any) -> str:
    """The store's key of a job's data."""
    return keys.data_key(Path(job.scene.path), job.scene.class_name, params.model_dump_json())


def _take_stdout() -> IO[str]:
    """Keep stdout for events; whatever a scene prints goes to stderr."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return events
