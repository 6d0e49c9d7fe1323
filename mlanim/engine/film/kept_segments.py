"""Segments in the cache, so that a run that was interrupted goes on from what was drawn."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from pathlib import Path

from mlanim.engine.cache import cache, reads
from mlanim.engine.cache.keys import segment_key
from mlanim.engine.cache.sources import fingerprint
from mlanim.engine.film.segment import DrawnSegment, Segment, poster_path
from mlanim.engine.jobs.outputs import sha256_of

KIND = "segments"


def begun(film: str) -> bool:
    """Whether there may be segments of a film."""
    return cache.get(KIND, f"{film}.begun") is not None


def begin(film: str) -> None:
    """Take note that a film is drawn in segments."""
    cache.put(KIND, f"{film}.begun", b"yes")


def keep(segment: Segment, drawn: DrawnSegment) -> None:
    """Put a segment that was drawn into the cache."""
    scene = Path(segment.job.scene.path)
    if fingerprint(scene).hex() != segment.source:
        return  # somebody wrote the scene's file meanwhile: this may be of another
    if not reads.is_covered(segment.film, scene):
        return  # it depends on what the scene has just read for the first time
    name = _key(segment)
    hashes = {}
    for suffix, path in _files(segment).items():
        cache.put(KIND, f"{name}.{suffix}", path)
        hashes[suffix] = sha256_of(path)
    about = {**asdict(drawn), "sha256": hashes}
    cache.put(KIND, f"{name}.json", json.dumps(about).encode())  # last: vouches for the files


def fetch(segment: Segment) -> DrawnSegment | None:
    """Put a segment's file where it belongs from the cache, if it is there and fits."""
    name = _key(segment)
    found = _about(f"{name}.json")
    if found is None:
        return None
    drawn, hashes = found
    for suffix, target in _files(segment).items():
        digest = cache.fetch(KIND, f"{name}.{suffix}", target)
        if digest is None or digest != hashes.get(suffix):
            cache.remove(KIND, f"{name}.{suffix}")
            return None
    return drawn


def _files(segment: Segment) -> dict[str, Path]:
    """The files of a segment, by what tells their entries apart."""
    piece = Path(segment.piece)
    return {"video": piece, **({"poster": poster_path(piece)} if segment.is_last else {})}


def _about(key: str) -> tuple[DrawnSegment, dict[str, str]] | None:
    """How a segment was drawn, and its files' hashes; an entry that says neither is removed."""
    payload = cache.get(KIND, key)
    if payload is None:
        return None
    with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
        about = json.loads(payload)
        drawn = DrawnSegment(about["before"], about["after"])
        if type(drawn.before) is type(drawn.after) is str:
            return drawn, dict(about["sha256"])
    cache.remove(KIND, key)
    return None


def _key(segment: Segment) -> str:
    """What a segment's pictures depend on; of the film beyond it, only that there is one."""
    place = [segment.first, segment.end, segment.begin, segment.is_last]
    return segment_key(segment.film, place, [asdict(cue) for cue in segment.said])
