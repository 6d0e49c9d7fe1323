"""Outputs on disk: whether one is what a job would make, and how one was made.

Nothing here imports manim or torch, so that an unchanged file is there at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

from mlanim.render.errors import RenderError, UsageError
from mlanim.render.job import Job

_TEMPORARY = re.compile(r"\.mlanim-(\d+)-")


def read(path: Path) -> dict[str, Any]:
    """A sidecar, checked.

    Raises:
        UsageError: if the file cannot be read or is not one of ours.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"Cannot read {path} as a render's .json file: {error}") from error
    if not isinstance(content, dict) or not {"scene", "kind", "parameters"} <= content.keys():
        raise UsageError(f"{path} is not the .json file that mlanim writes beside its output.")
    return content


def is_current(job: Job) -> bool:
    """Whether the output on disk is already what this job would make, byte for byte."""
    output = Path(job.output)
    try:
        content = json.loads(output.with_suffix(".json").read_bytes())
        if content["job"] != job.digest() or content["file"] != output.name:
            return False
        return bool(content["sha256"] == hashlib.sha256(output.read_bytes()).hexdigest())
    except (OSError, ValueError, KeyError, TypeError):
        return False


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
    except OSError as error:
        raise RenderError(f"Cannot make the folder {folder}: {error.strerror}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise RenderError(f"The folder {folder} is not writable; choose another with -o.")
    for path in folder.glob(".mlanim-*"):
        owner = _TEMPORARY.match(path.name)
        if owner and not _alive(int(owner.group(1))):
            with contextlib.suppress(OSError):
                path.unlink()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
