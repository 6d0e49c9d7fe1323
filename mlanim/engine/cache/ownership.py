"""Which files a run may replace: those that mlanim made and nobody has changed since.

A sidecar vouches for the files beside it by their hashes, and so does the cache for what was made
by a run whose sidecar was replaced since, as by the same scene in another format. A video's poster
takes the place of no figure, though: nobody asked for it by that name.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mlanim.engine.cache import cache, sources
from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.files import replacing
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.kinds import WITH_CAPTIONS
from mlanim.engine.jobs.outputs import described, sha256_of, vouched

Made = Mapping[Path, str | None]
"""Files to be written, each with the hash of what it will hold, as far as that is known."""

LONGEST_TEXT = 2**20  # bytes of what a figure says of itself, before its pixels


def refuse_for(job: Job, made: Made | None = None) -> None:
    """Refuse a job whose files would take the place of an input or of a stranger's file.

    `made` is what has been made; by default, what will be, as far as that can be foreseen.

    Raises:
        UsageError: naming the file.
    """
    if job.force:
        return
    targets = dict.fromkeys(foreseen(job)) if made is None else made
    _refuse_posters_over_figures(job, targets)
    _refuse_beside(Path(job.output), targets, inputs(job))


def refuse(made: Made, known: Mapping[str, str], inputs: Iterable[Path] = ()) -> None:
    """Refuse to replace an input, or a file that is not as one of that name is `known` to be.

    `known` holds hashes by the files' names.

    Raises:
        UsageError: naming the file.
    """
    places = {os.path.realpath(path) for path in inputs}
    for path, digest in made.items():
        if os.path.realpath(path) in places:
            raise UsageError(_sentence(path, "is one of the files that this is made from"))
        if os.path.lexists(path) and not _is_ours(path, digest, known.get(path.name)):
            raise UsageError(_sentence(path, "is there already, and is not as mlanim made it"))


def outdated(job: Job, made: Iterable[Path]) -> list[Path]:
    """The captions of the video that a job's output was, where it has none any more.

    A player shows them with whatever video has that name. Those that somebody has changed since
    are not among them.
    """
    output, now = Path(job.output), set(made)
    content = described(output) or {}
    if job.kind != "video" or content.get("file") != output.name:
        return []
    before = {output.with_name(n): digest for n, digest in content.get("beside_sha256", {}).items()}
    return [
        path
        for path, digest in before.items()
        if path not in now and path.is_file() and sha256_of(path) == digest
    ]


def save(path: Path, payload: bytes, force: bool = False) -> None:
    """Write a file of ours, whole or not at all; it counts as ours from now on.

    With `force`, it may take the place of any file.

    Raises:
        UsageError: if it would take the place of a stranger's file.
        OSError: if it cannot be written.
    """
    digest = hash_of(payload)
    if not force:
        _refuse_beside(path, {path: digest})
    with replacing(path) as file:
        file.write(payload)
    cache.put(cache.FILES, digest, payload)


def hash_of(payload: bytes) -> str:
    """The hash by which a file of these bytes is known."""
    return hashlib.sha256(payload).hexdigest()


def foreseen(job: Job) -> list[Path]:
    """What a job writes, or may write, as far as its name is known before it is drawn."""
    output = Path(job.output)
    beside = [".json"]
    if job.kind == "video":
        beside += [".png", *((".srt", ".vtt") if job.format in WITH_CAPTIONS else ())]
    if job.page is not None:
        beside += [f".{format}" for format in job.page.formats]
    return list(dict.fromkeys([output, *(output.with_suffix(suffix) for suffix in beside)]))


def inputs(job: Job) -> list[Path]:
    """The user's files that a job is made from."""
    return files_of(Path(job.scene.path), job.params)


def files_of(scene: Path, params: Mapping[str, Any]) -> list[Path]:
    """A scene's file, what it imports of the project, and the files that are named in it."""
    code = sources.closure([scene], scene.parent)
    own = [path for path in code if sources.PACKAGE not in path.parents]
    texts = list(sources.texts_in(params))
    words = [*texts, *(text for path in own for text in sources.texts_of(path))]
    names = {os.path.basename(word) for word in words}
    named = sources.named_files(words, scene.parent)
    given = sources.given_files(texts, scene.parent)
    return [*own, *(path for path in named if path.name in names), *given]


def _refuse_beside(output: Path, made: Made, inputs: Iterable[Path] = ()) -> None:
    """Refuse by the sidecar of an output, as another run may be putting it in place just now."""
    known = _vouched_beside(output)
    while True:
        try:
            return refuse(made, known, inputs)
        except UsageError:
            before, known = known, _vouched_beside(output)
            if known == before:
                raise


def _refuse_posters_over_figures(job: Job, made: Made) -> None:
    """Refuse to have a video's poster take the place of a figure, whoever vouches for that."""
    poster = Path(job.output).with_suffix(".png")
    if job.kind != "video" or poster not in made or not _is_another(poster, made[poster]):
        return
    if _is_figure(poster):
        reason = "is a figure, and the video brings a file of that name"
        raise UsageError(_sentence(poster, reason))


def _is_figure(picture: Path) -> bool:
    """Whether a PNG says what it was made by: our figures do, our posters do not."""
    with picture.open("rb") as file:
        return b"Software" in file.read(LONGEST_TEXT).partition(b"IDAT")[0]


def _is_another(path: Path, digest: str | None) -> bool:
    return path.is_file() and sha256_of(path) != digest


def _vouched_beside(output: Path) -> dict[str, str]:
    """The hashes that an output's sidecar vouches for, and its own; none if it is not ours."""
    path, content = output.with_suffix(".json"), described(output) or {}
    with contextlib.suppress(OSError, KeyError, TypeError, AttributeError):
        if Path(content["file"]).stem == output.stem:
            return {**vouched(content), path.name: sha256_of(path)}
    return {}


def _is_ours(path: Path, digest: str | None, known: str | None) -> bool:
    if not path.is_file():  # a folder, a device, a link that leads nowhere
        return False
    found = sha256_of(path)
    return found in (digest, known) or cache.holds(cache.FILES, found)


def _sentence(path: Path, reason: str) -> str:
    return f"{shortened(str(path), 300)} {reason}: give another name with -o, or --force."
