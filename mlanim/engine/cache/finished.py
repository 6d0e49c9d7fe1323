"""Finished files in the cache: what a job made once is there again, wherever it is wanted.

Each file is kept under its own hash, and the sidecar, which names them all, under the job's digest.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from pathlib import Path
from typing import Any

from mlanim.engine.cache import cache
from mlanim.engine.cache.cache import FILES
from mlanim.engine.cache.ownership import outdated, refuse_for
from mlanim.engine.cache.reads import current_key
from mlanim.engine.errors import RenderError
from mlanim.engine.files import write_beside
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.outputs import as_bytes, prepare_folder, temporary_beside, vouched

SIDECARS = "sidecars"
_DIGEST = re.compile("[0-9a-f]{64}")


def keep(job: Job) -> None:
    """Keep what a job has just made."""
    output = Path(job.output)
    with contextlib.suppress(OSError, ValueError, KeyError):  # somebody replaced it meanwhile
        sidecar = output.with_suffix(".json").read_bytes()
        content = json.loads(sidecar)
        for name, digest in vouched(content).items():
            cache.put(FILES, digest, output.with_name(name))
        cache.put(SIDECARS, content["job"], sidecar)


def is_kept(job: Job) -> bool:
    """Whether all that this job would make is in the cache."""
    found = _sidecar(job)
    return found is not None and all(
        cache.holds(FILES, digest) for digest in vouched(found).values()
    )


def restore(job: Job) -> bool:
    """Put what this job would make in its place, if it was made before; whether that was so.

    Raises:
        UsageError: if it would take the place of a file that is not ours.
    """
    found = _sidecar(job)
    if found is None:
        return False
    output = Path(job.output)
    content = renamed(found, output)
    hashes = vouched(content)
    refuse_for(job, {output.with_name(name): digest for name, digest in hashes.items()})
    ready: dict[Path, Path] = {}
    try:
        prepare_folder(output.parent)
        for name, digest in hashes.items():
            temporary = ready[output.with_name(name)] = temporary_beside(output.with_name(name))
            if cache.fetch(FILES, digest, temporary) != digest:
                return False
        sidecar = output.with_suffix(".json")
        ready[sidecar] = write_beside(sidecar, as_bytes(content))
        leftover = outdated(job, ready)
        for target, source in ready.items():
            os.replace(source, target)
        for path in leftover:
            path.unlink(missing_ok=True)
    except (OSError, RenderError):
        return False  # making it anew will say what is wrong there
    finally:
        for source in ready.values():
            with contextlib.suppress(OSError):
                os.unlink(source)
    return True


def _sidecar(job: Job) -> dict[str, Any] | None:
    """The kept sidecar of what this job makes; one that is of something else is removed."""
    key = current_key(job)
    payload = cache.get(SIDECARS, key)
    if payload is None:
        return None
    with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
        content: dict[str, Any] = json.loads(payload)
        stem, names = Path(content["file"]).stem, vouched(content)
        own = all(name.startswith(stem) and Path(name).name == name for name in names)
        digests = all(_DIGEST.fullmatch(digest) for digest in names.values())
        same = content["job"] == key and Path(content["file"]).suffix == f".{job.format}"
        if same and own and digests:
            return content
    cache.remove(SIDECARS, key)
    return None


def renamed(content: dict[str, Any], output: Path) -> dict[str, Any]:
    """A sidecar's content for the same files under the name of `output`."""
    stem = Path(content["file"]).stem
    found = content | {"file": output.name}
    if "beside_sha256" in content:
        found["beside_sha256"] = {
            output.stem + name.removeprefix(stem): digest
            for name, digest in content["beside_sha256"].items()
        }
    return found
