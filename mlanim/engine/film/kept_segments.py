"""Segments in the cache, so that a run that was interrupted goes on from what was drawn."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from pathlib import Path

from mlanim.engine.cache import cache
from mlanim.engine.cache.keys import segment_key
from mlanim.engine.cache.sources import fingerprint
from mlanim.engine.film.segment import Drawn, Listener, Segment, draw_segment, poster_path

KIND = "segments"


def kept_or_drawn(segment: Segment, listener: Listener) -> Drawn:
    """Put a segment's file where it belongs, from the cache or drawn anew, and keep it there."""
    found = kept(segment, listener)
    if found is None:
        found = draw_segment(segment, listener)
        keep(segment, found)
    return found


def kept(segment: Segment, listener: Listener) -> Drawn | None:
    """Put a segment's file where it belongs from the cache, if it is there."""
    found = _kept(segment, _key(segment))
    if found is not None:
        listener(segment.end - segment.first)
    return found


def keep(segment: Segment, drawn: Drawn) -> None:
    """Put a segment that was drawn into the cache."""
    if fingerprint(Path(segment.job.scene.path)).hex() != segment.source:
        return  # somebody wrote the scene's file meanwhile: this may be of another
    name = _key(segment)
    cache.put(KIND, f"{name}.video", Path(segment.piece))
    if segment.is_last:
        cache.put(KIND, f"{name}.poster", poster_path(segment))
    cache.put(KIND, f"{name}.json", json.dumps(asdict(drawn)).encode())  # last: vouches for it


def _kept(segment: Segment, name: str) -> Drawn | None:
    payload = cache.get(KIND, f"{name}.json")
    if payload is None:
        return None
    files = {"video": Path(segment.piece)}
    if segment.is_last:
        files["poster"] = poster_path(segment)
    for suffix, target in files.items():
        if cache.fetch(KIND, f"{name}.{suffix}", target) is None:
            return None
    with contextlib.suppress(ValueError, TypeError):
        return Drawn(**json.loads(payload))
    return None


def _key(segment: Segment) -> str:
    """What a segment's pictures depend on; of the film beyond it, only that there is one."""
    place = [segment.first, segment.end, segment.begin, segment.is_last, *segment.expected]
    keyframes = sorted(segment.keyframes)
    said = [asdict(cue) for cue in segment.cues]
    return segment_key(segment.name, place, keyframes, said)
