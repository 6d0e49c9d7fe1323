"""The .json beside each output: what it shows, how it was made, and how to make it again."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from pydantic_core import to_jsonable_python

from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.outputs import as_bytes
from mlanim.engine.versions import versions
from mlanim.stage.data import Record
from mlanim.stage.scene import SceneParams, Slide
from mlanim.words.sentence import Sentence

SAID_OTHERWISE = {"scene", "output", "width", "height", "params", "style", "voice", "force"}
"""What a sidecar says of a job in another form than the job has it, or not at all."""

INLINE = 64
"""Arrays of up to this many values are written out; larger ones are described."""


def describe(
    job: Job,
    params: SceneParams,
    data: Any,
    key: str,
    data_key: str,
    payload_hash: str,
    poster: bytes | None = None,
    slides: tuple[Slide, ...] = (),
    duration: float | None = None,
    panels: tuple[str, ...] = (),
    says: Mapping[str, str] = MappingProxyType({}),
    handles: Mapping[str, list[float]] = MappingProxyType({}),
    beside: Mapping[str, bytes] = MappingProxyType({}),
) -> bytes:
    """The sidecar's bytes; the same job gives the same bytes.

    `key` is the job's as it was before anything was made. On a live page, `says` holds what each
    panel says, and `handles` the places of what can be dragged, in points.
    """
    scene = job.scene
    content: dict[str, Any] = {
        "scene": scene.name,
        "title": scene.title,
        "description": scene.description,
        "chapter": scene.chapter,
        "file": Path(job.output).name,
        "params": params.model_dump(mode="json"),
        "seed": params.seed,
        "resolution": [job.width, job.height],
        **_options(job),
        "results": results(data),
        "results_key": data_key,
        "versions": versions(),
        "job": key,
        "sha256": payload_hash,
    }
    if poster is not None:
        content["poster_sha256"] = hashlib.sha256(poster).hexdigest()
    if beside:
        content["beside_sha256"] = {
            Path(job.output).stem + rest: hashlib.sha256(payload).hexdigest()
            for rest, payload in beside.items()
        }
    if job.style is not None:
        content["style"] = asdict(job.style.anywhere())
    if job.voice is not None:
        content["voice"] = asdict(job.voice.anywhere())
    if job.kind != "figure":
        content |= {"duration": duration, "slides": [asdict(slide) for slide in slides]}
    else:
        content["panels"] = list(panels)
        content |= {"says": dict(says)} if says else {}
        content |= {"handles": dict(handles)} if handles else {}
    return as_bytes(content)


def _options(job: Job) -> dict[str, Any]:
    """All that was asked for, by the names that the job has for it."""
    told = {field.name: getattr(job, field.name) for field in fields(Job)}
    return {
        name: to_jsonable_python(value, fallback=str)
        for name, value in told.items()
        if name not in SAID_OTHERWISE and value is not None
    }


def results(value: Any) -> Any:
    """What was computed, readable: small arrays as lists, large ones as shape, range and hash.

    JSON has no word for a number that is not finite; it is null.
    """
    if isinstance(value, Record):
        return {name: results(getattr(value, name)) for name in value}
    if isinstance(value, Mapping):
        return {str(name): results(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [results(item) for item in value]
    if isinstance(value, np.ndarray):
        return results(value.tolist()) if value.size <= INLINE else _summary(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Sentence) else value


def _summary(array: np.ndarray) -> dict[str, Any]:
    found: dict[str, Any] = {"shape": list(array.shape), "dtype": str(array.dtype)}
    if array.dtype.kind in "fiu":
        found |= {"min": results(float(array.min())), "max": results(float(array.max()))}
    found["sha256"] = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
    return found
