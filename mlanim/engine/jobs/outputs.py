"""Outputs on disk: whether one is what a job would make, and how one was made.

Nothing here imports manim or torch, so that an unchanged file is there at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from mlanim.engine.errors import RenderError, UsageError, shortened
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.reading import is_finite, json_of
from mlanim.engine.temporary import alive

_TEMPORARY = re.compile(r"\.mlanim-(\d+)-")
_SIDECAR: dict[str, tuple[type, ...]] = {
    "scene": (str,), "kind": (str,), "file": (str,), "params": (dict,), "format": (str,),
    "resolution": (list,), "fps": (int, float), "theme": (str,), "transparent": (bool,),
}  # fmt: skip
PLAIN: Mapping[str, type] = {
    field.name: type(field.default)
    for field in fields(Job)
    if isinstance(field.default, bool | int) and field.name not in (*_SIDECAR, "force")
}
"""The fields of a job that a sidecar says as they are, if they are not as usual."""
_OPTIONAL: dict[str, tuple[type, ...]] = {
    "encoder": (dict,), "part": (dict,), "page": (dict,), "style": (dict,), "voice": (dict,),
    "poster_sha256": (str,), "beside_sha256": (dict,),
    **{name: (kind,) for name, kind in PLAIN.items()},
}  # fmt: skip
_LARGEST = 10**9  # beyond any size or count that a job has


def read(path: Path) -> dict[str, Any]:
    """A sidecar, checked.

    Raises:
        UsageError: if the file cannot be read or is not one of ours.
    """
    content = json_of(path)
    if not (isinstance(content, dict) and _is_sidecar(content)):
        raise UsageError(f"{path} is not the .json file that mlanim writes beside its output.")
    return content


def described(output: Path) -> dict[str, Any] | None:
    """What the sidecar says of what is there under a name; None if nothing of ours is."""
    try:
        return read(output.with_suffix(".json"))
    except UsageError:
        return None


def unlike(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> str:
    """What a file that was there was, and the one in its place is not; "" if they are alike.

    Args:
        before, now: what their sidecars say.
    """
    if not (before and now) or before["file"] != now["file"]:
        return ""
    if any(before.get(name) != now.get(name) for name in ("scene", "title", "kind")):
        return shortened(str(before.get("title") or before["scene"]))
    size, found = before["resolution"], []
    if now["kind"] == "video" and size != now["resolution"]:
        found = ["{}x{}".format(*size)]
    params = before["params"]
    changed = [n for n in params if n in now["params"] and params[n] != now["params"][n]]
    return ", ".join([*found, *(f"{name}={shortened(params[name])}" for name in changed)])


def _is_sidecar(content: dict[str, Any]) -> bool:
    """Whether each field is there and is what it has to be; true is no number here."""
    needed = all(type(content.get(name)) in kinds for name, kinds in _SIDECAR.items())
    others = all(type(content[n]) in kinds for n, kinds in _OPTIONAL.items() if n in content)
    if not (needed and others and is_finite(content) and _is_name(content["file"])):
        return False
    numbers = [*content["resolution"], content["fps"], content.get("plays", 0)]
    sizes = [type(side) for side in content["resolution"]] == [int, int]
    return sizes and all(abs(number) < _LARGEST for number in numbers)


def _is_name(name: str) -> bool:
    """Whether a file in a folder can have that name."""
    try:
        length = len(os.fsencode(name))
    except UnicodeEncodeError:
        return False
    plain = Path(name).name == name and name not in ("", "..") and "\0" not in name
    return plain and length <= 255


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_current(job: Job, key: str) -> bool:
    """Whether the files on disk are already what the job of that key makes, byte for byte."""
    output = Path(job.output)
    try:
        content = json_of(output.with_suffix(".json"))
        if content["job"] != key or content["file"] != output.name:
            return False
        return all(
            sha256_of(output.with_name(name)) == digest for name, digest in vouched(content).items()
        )
    except (UsageError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def has_sidecar(job: Job) -> bool:
    """Whether a file is there that may say that the output is made already."""
    return Path(job.output).with_suffix(".json").exists()


def vouched(content: Mapping[str, Any]) -> dict[str, str]:
    """The files that a sidecar vouches for, each with its SHA-256."""
    output = Path(content["file"])
    hashes = {output.name: content["sha256"], **content.get("beside_sha256", {})}
    if "poster_sha256" in content:
        hashes[output.with_suffix(".png").name] = content["poster_sha256"]
    return hashes


def beside(job: Job) -> list[str]:
    """The paths of what lies beside a job's output and was made with it, sidecar and poster apart.

    Raises:
        UsageError: if its sidecar cannot be read.
    """
    output = Path(job.output)
    names = read(output.with_suffix(".json")).get("beside_sha256", {})
    return [str(output.with_name(name)) for name in names]


def written(output: Path) -> tuple[Path, ...]:
    """All the files that an output is of: itself, what was made with it, and its sidecar.

    Raises:
        UsageError: if its sidecar cannot be read.
    """
    about = output.with_suffix(".json")
    return (*map(output.with_name, vouched(read(about))), about)


def as_bytes(content: dict[str, Any]) -> bytes:
    """A sidecar as it stands in its file."""
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    return text.encode(errors="backslashreplace")  # half a character is escaped as JSON does it


def temporary_beside(output: Path) -> Path:
    """Where this process writes before the result takes its final place; the name says whose."""
    return output.with_name(f".mlanim-{os.getpid()}-{output.name}")


def prepare_folder(folder: Path) -> None:
    """Make the output's folder and sweep what killed runs of ours left in it.

    Raises:
        RenderError: if it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        above = next(path for path in (folder, *folder.parents) if path.exists())
        raise RenderError(f"{above} is a file; choose a folder with -o.") from error
    except OSError as error:
        raise RenderError(f"Cannot make the folder {folder}: {error.strerror}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise RenderError(f"The folder {folder} is not writable; choose another with -o.")
    sweep(folder)


@contextlib.contextmanager
def leaving_no_empty_folder(folders: Iterable[Path]) -> Iterator[None]:
    """Remove again, after the block, what of these folders was made in it and holds nothing."""
    missing = {
        path: None
        for folder in folders
        for path in (folder, *folder.parents)
        if not os.path.lexists(path)
    }
    try:
        yield
    finally:
        for path in sorted(missing, key=lambda path: len(path.parts), reverse=True):
            with contextlib.suppress(OSError):  # it holds something, or was not made
                path.rmdir()


def sweep(folder: Path) -> None:
    """Remove what processes that are no more left half-written in a folder."""
    for path in folder.glob(".mlanim-*"):
        owner = _TEMPORARY.match(path.name)
        if owner and not alive(int(owner.group(1))):
            with contextlib.suppress(OSError):
                path.unlink()


def remove_leftovers(folder: Path, process: int) -> None:
    """Remove whatever the process of that number has half-written in a folder."""
    _remove(folder, f".mlanim-{process}-")


def remove_piece(piece: Path) -> None:
    """Remove a segment's file and what lies beside it."""
    _remove(piece.parent, piece.name)


def _remove(folder: Path, beginning: str) -> None:
    with contextlib.suppress(OSError):
        for path in [path for path in folder.iterdir() if path.name.startswith(beginning)]:
            with contextlib.suppress(OSError):
                path.unlink()
