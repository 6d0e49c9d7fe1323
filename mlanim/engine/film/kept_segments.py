"""Segments in the cache, so that a run that was interrupted goes on from what was drawn."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from pathlib import Path

from mlanim.engine.cache import cache
from mlanim.engine.cache.keys import segment_key
from mlanim.engine.cache.sources import fingerprint
from mlanim.engine.film.segment import Drawn, Segment, poster_path

KIND = "segments"


def begun(film: str) -> bool:
    """Whether there may be segments of a film."""
    return cache.get(KIND, f"{film}.begun") is not None


def begin(film: str) -> None:
    """Take note that a film is drawn in segments."""
    cache.put(KIND, f"{film}.begun", b"yes")


def keep(segment: Segment, drawn: Drawn) -> None:
    """Put a segment that was drawn into the cache."""
    if fingerprint(Path(segment.job.scene.path)).hex() != segment.source:
        return  # somebody wrote the scene's file meanwhile: this may be of another
    name, piece = _key(segment), Path(segment.piece)
    cache.put(KIND, f"{name}.video", piece)
    if segment.is_last:
        cache.put(KIND, f"{name}.poster", poster_path(piece))
    cache.put(KIND, f"{name}.json", json.dumps(asdict(drawn)).encode())  # last: vouches for it


def fetch(segment: Segment) -> Drawn | None:
    """Put a segment's file where it belongs from the cache, if it is there."""
    name, piece = _key(segment), Path(segment.piece)
    payload = cache.get(KIND, f"{name}.json")
    if payload is None:
        return None
    files = {"video": piece}
    if segment.is_last:
        files["poster"] = poster_path(piece)
    for suffix, target in files.items():
        if cache.fetch(KIND, f"{name}.{suffix}", target) is None:
            return None
    with contextlib.suppress(ValueError, TypeError):
        return Drawn(**json.loads(payload))
    return None


def _key(segment: Segment) -> str:
    """What a segment's pictures depend on; of the film beyond it, only that there is one."""
    place = [segment.first, segment.end, segment.begin, segment.is_last]
    return segment_key(segment.film, place, [asdict(cue) for cue in segment.said])
