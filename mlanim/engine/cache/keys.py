"""Every key under which a result is kept: what it depends on, hashed.

Which files a result is made from is found in `sources`, and what a computation reaches in
`slicing`; what goes into a key is said here alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlanim.engine.cache import sources
from mlanim.engine.cache.slicing import compute_digest
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.kinds import KINDS
from mlanim.engine.lines import as_line
from mlanim.engine.versions import versions_line

WORKERS = ("mlanim.engine.workers.worker", "mlanim.engine.workers.compute")
"""The modules that every output is made through."""


def job_key(job: Job) -> str:
    """The key of a job's files: it changes whenever anything that shapes them changes."""
    style = job.style and job.style.anywhere()
    voice = job.voice and job.voice.anywhere()
    scene = replace(job.scene, path="")
    asked = replace(job, output="", force=False, scene=scene, style=style, voice=voice)
    texts = sources.texts_in(job.params)
    made_from = source_key(Path(job.scene.path), job.kind, texts)
    return _hashed(as_line(asked), made_from, versions_line())


def source_key(scene: Path, kind: str = "video", texts: Iterable[str] = ()) -> str:
    """The key of all files that an output of that kind is made from.

    Args:
        scene: the scene's file.
        texts: words of the user's that may name files, too.
    """
    found = sources.used_by(scene, makers(kind, scene), texts)
    digest = hashlib.sha256()
    for path in found.files:
        digest.update(sources.fingerprint(path))
    for name in found.packages:
        digest.update(f"{name} {sources.version_of(name)}".encode())
    return digest.hexdigest()


def makers(kind: str, scene: Path) -> list[Path]:
    """The files of ours that an output of that kind is made by, without what they import."""
    names = (*WORKERS, KINDS[kind].module)
    return [file for name in names for file in sources.modules(name, scene, scene.parent)]


def mixed_key(before: str, after: str) -> str:
    """The key of what was made while its sources changed: that of no job."""
    return hashlib.sha256(f"{before} {after}".encode()).hexdigest()


def data_key(scene: Path, class_name: str, params: str) -> str:
    """The key of a computation: the code that it reaches, its parameters (JSON), the versions."""
    code = compute_digest(scene, class_name, sources.texts_in(json.loads(params)))
    return _hashed(code, class_name, params)


def film_key(job: str, data: bytes) -> str:
    """What all segments of a film depend on: the key of its job, and what the scene computed."""
    return _hashed(job, hashlib.sha256(data).hexdigest())


def segment_key(film: str, place: Sequence[Any], said: Any) -> str:
    """The key of a segment's frames.

    Args:
        film: the film's key.
        place: which of its frames they are.
        said: the captions that are drawn into them.
    """
    return hashlib.sha256(json.dumps([film, place, said]).encode()).hexdigest()


def clip_key(frames: int, states: Sequence[str]) -> str:
    """The key of one play of a watched scene: its length and the states that it goes through."""
    return hashlib.sha256(" ".join([str(frames), *states]).encode()).hexdigest()


def key_with_reads(key: str, reads: Mapping[str, str]) -> str:
    """A key that also covers what was read from outside of the code, each with how it reads."""
    if not reads:
        return key
    return hashlib.sha256(f"{key} {json.dumps(reads, sort_keys=True)}".encode()).hexdigest()


def reads_key(key: str, scene: Path) -> str:
    """The key of the list of what was read for a key.

    What a scene reads has paths in it: it holds where the scene lies, and in this folder.
    """
    return hashlib.sha256(f"{key} {scene.parent} {Path.cwd()}".encode()).hexdigest()


def formula_key(source: Path) -> str:
    """The key of the picture that LaTeX makes of a file."""
    return f"{hashlib.sha256(source.read_bytes()).hexdigest()}.svg"


def text_key(text: str) -> str:
    """The key of a text, such as the description of a segment."""
    return hashlib.sha256(text.encode()).hexdigest()


def _hashed(*lines: str) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
