"""A segment on its way to another machine, with all that drawing it needs, and what comes back.

The other machine has this package and what it depends on; the scene's file, what that imports of
the project, the files that it names and the data that it computed go along. Nothing else is
shared, and nothing stays there but what is in the cache.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlanim.engine import temporary
from mlanim.engine.cache import keys, sources
from mlanim.engine.events import Event, Final, SegmentDrawn, WorkerFailed, read_event
from mlanim.engine.lines import as_line, from_line
from mlanim.engine.versions import versions_line
from mlanim.engine.workers.orders import NOTHING

if TYPE_CHECKING:
    from mlanim.engine.film.segment import Segment

Listener = Callable[[Event], None]

_SCENE, _HERE = "scene", "here"


class LostWorker(Exception):
    """The process that drew was killed: worth another try elsewhere."""


@dataclass(frozen=True)
class Bundle:
    """A segment as its line of JSON, the worker's module, and files by their places over there."""

    line: str
    worker: str
    files: dict[str, bytes]
    versions: str

    @property
    def name(self) -> str:
        """What tells it from all others."""
        return keys.text_key(self.line)


@dataclass(frozen=True)
class Reply:
    """The exit code and the last event of the process that drew, and the files that it left."""

    code: int
    last: Event
    files: dict[str, bytes]  # by what follows the piece's name


def pack(line: str, worker: str) -> Bundle:
    """Put together what a segment needs.

    Raises:
        OSError: if one of the files cannot be read.
    """
    segment = _read(line)
    scene = Path(segment.job.scene.path)
    files = {f"{_SCENE}/{scene.name}": scene.read_bytes()}
    for path in sources.closure([scene], scene.parent):
        if sources.PACKAGE not in path.parents:
            files |= _placed(path, [scene.parent, *_python_path()], _SCENE)
    texts = list(sources.texts_in(segment.job.params))
    named = sources.named_files([*texts, *sources.texts_of(scene)], scene.parent)
    for path in [*named, *sources.given_files(texts, scene.parent)]:
        files |= _placed(path, [scene.parent], _SCENE) | _placed(path, [Path.cwd()], _HERE)
    if segment.data:
        files["data"] = Path(segment.data).read_bytes()
    return Bundle(line, worker, files, versions_line())


def draw(bundle: Bundle, listener: Listener) -> Reply:
    """Draw a segment here, in a process of its own that has no more than the bundle holds.

    Raises:
        LostWorker: if that process is killed.
    """
    if bundle.versions != versions_line():
        return _refused(f"A worker has {versions_line()}, where here it is {bundle.versions}.")
    with temporary.folder() as folder:
        line = _unpacked(bundle, folder)
        code, last = _run(line, bundle.worker, folder / _HERE, listener)
        if last is None or (code < 0 and not isinstance(last, Final)):
            raise LostWorker(f"The process that drew was ended by signal {-code}.")
        pieces = folder.glob("piece*")
        return Reply(code, last, {p.name.removeprefix("piece"): p.read_bytes() for p in pieces})


def unpack(reply: Reply, line: str) -> None:
    """Put the files of a reply where the segment wants them.

    Raises:
        OSError: if they cannot be written.
    """
    piece = _read(line).piece
    for suffix, content in reply.files.items():
        Path(piece + suffix).write_bytes(content)


def _placed(path: Path, bases: list[Path], place: str) -> dict[str, bytes]:
    """A file by its place below the first of the folders that it is in; elsewhere it stays."""
    for base in bases:
        if path.is_relative_to(base):
            return {f"{place}/{path.relative_to(base).as_posix()}": path.read_bytes()}
    return {}


def _python_path() -> list[Path]:
    return [Path(place) for place in os.environ.get("PYTHONPATH", "").split(os.pathsep) if place]


def _unpacked(bundle: Bundle, folder: Path) -> str:
    """Write a bundle's files into a folder; the segment's line with its places there."""
    (folder / _HERE).mkdir()
    for name, content in bundle.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    segment = _read(bundle.line)
    job = segment.job
    there = replace(
        segment,
        job=replace(
            job,
            scene=replace(job.scene, path=str(folder / _SCENE / Path(job.scene.path).name)),
            output=str(folder / Path(job.output).name),
        ),
        data=str(folder / "data") if segment.data else "",
        piece=str(folder / "piece"),
    )
    return as_line(there)


def _read(line: str) -> Segment:
    from mlanim.engine.film.segment import Segment  # it imports manim

    return from_line(Segment, line)


def _run(line: str, worker: str, here: Path, listener: Listener) -> tuple[int, Event | None]:
    """The exit code and the last event of the process that draws."""
    from mlanim.engine.workers.fork_client import REPEATABLE

    last: Event | None = None
    with subprocess.Popen(
        [sys.executable, "-P", "-m", worker],
        env={**os.environ, **REPEATABLE},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=here,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # it was killed at once
            process.stdin.write(line + "\n")
            process.stdin.flush()
        for text in process.stdout:
            if text.endswith("\n"):  # else it was killed while it wrote
                last = read_event(text)
                listener(last)
                if isinstance(last, SegmentDrawn):
                    with contextlib.suppress(BrokenPipeError):  # it has ended since
                        os.write(process.stdin.fileno(), f"{NOTHING}\n".encode())
        return process.wait(), last


def _refused(message: str) -> Reply:
    return Reply(1, WorkerFailed(message), {})
