"""A segment in the cache is given back as it was drawn, or drawn anew; never another's."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from mlanim.engine.cache import cache
from mlanim.engine.cache.sources import fingerprint
from mlanim.engine.film import kept_segments as segments
from mlanim.engine.film.segment import DrawnSegment, Segment, poster_path
from mlanim.engine.jobs.job import Job

DRAWN = DrawnSegment("before", "after")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLANIM_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def segment(demo_job: Job, tmp_path: Path) -> Segment:
    source = fingerprint(Path(demo_job.scene.path)).hex()
    return Segment(demo_job, 5, 10, 0, True, (0, ""), "", str(tmp_path / "piece"), "film", source)


def drawn(segment: Segment, content: bytes) -> Segment:
    """As if it had been drawn and kept."""
    Path(segment.piece).write_bytes(content)
    poster_path(Path(segment.piece)).write_bytes(content + b" poster")
    segments.keep(segment, DRAWN)
    return segment


def found(segment: Segment) -> bytes | None:
    Path(segment.piece).unlink(missing_ok=True)
    kept = segments.fetch(segment)
    assert kept in (None, DRAWN)
    return None if kept is None else Path(segment.piece).read_bytes()


def entries(suffix: str) -> list[Path]:
    return sorted((cache.folder() / segments.KIND).glob(f"*.{suffix}"))


def test_comes_back(segment: Segment) -> None:
    assert found(segment) is None
    assert found(drawn(segment, b"film")) == b"film"
    assert poster_path(Path(segment.piece)).read_bytes() == b"film poster"


@pytest.mark.parametrize("suffix", ["video", "poster", "json"])
def test_two_whose_entries_were_exchanged_are_both_drawn_anew(
    segment: Segment, suffix: str
) -> None:
    pair = [drawn(segment, b"one"), drawn(replace(segment, film="another"), b"two")]
    one, two = entries(suffix)
    content = one.read_bytes(), two.read_bytes()
    one.write_bytes(content[1])
    two.write_bytes(content[0])
    assert [found(each) for each in pair] == [None, None]
    assert entries(suffix) == []


@pytest.mark.parametrize("suffix", ["video", "poster"])
def test_a_file_that_its_description_does_not_name_is_a_miss_and_is_removed(
    segment: Segment, suffix: str
) -> None:
    drawn(segment, b"film")
    (entry,) = entries(suffix)
    cache.put(segments.KIND, entry.name, b"another, and whole")
    assert found(segment) is None
    assert entries(suffix) == []


@pytest.mark.parametrize(
    "about",
    [[], None, 3, "text", {}, asdict(DRAWN), {"before": "", "after": 3, "sha256": {}},
     {"before": [], "after": [], "sha256": {}}, {**asdict(DRAWN), "sha256": 3},
     {**asdict(DRAWN), "sha256": ["x"]}],
    ids=str,
)  # fmt: skip
def test_a_description_that_is_whole_and_none_is_a_miss_and_is_removed(
    segment: Segment, about: Any
) -> None:
    drawn(segment, b"film")
    (entry,) = entries("json")
    cache.put(segments.KIND, entry.name, json.dumps(about).encode())
    assert found(segment) is None
    assert entries("json") == []
