"""A job refuses what cannot be made, and its digest names what it makes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlanim.engine.cache import keys
from mlanim.engine.cache.keys import job_key
from mlanim.engine.errors import UsageError
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import Job
from mlanim.engine.lines import as_line, from_line


@pytest.fixture
def base(demo: Path) -> Job:
    entry = catalog.select([str(demo)])[0]
    return Job(entry, "video", "/a/demo.mp4", "mp4", 160, 90, 5.0, "dark", False, {"angle": "3"})


CHANGES: list[dict[str, Any]] = [
    {"format": "mov"},
    {"width": 162},
    {"height": 92},
    {"fps": 6.0},
    {"theme": "light"},
    {"params": {"angle": "4"}},
    {"params": {"angle": "3", "seed": 1}},
    {"params": {}},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_the_digest_follows_what_shapes_the_file(base: Job, change: dict[str, Any]) -> None:
    assert job_key(replace(base, **change)) != job_key(base)


def test_the_digest_tells_transparent_from_opaque_and_figures_from_videos(base: Job) -> None:
    opaque = replace(base, format="webm")
    assert job_key(opaque) != job_key(replace(opaque, transparent=True))
    png = replace(base, kind="figure", format="png")
    assert len({job_key(png), job_key(replace(png, format="svg")), job_key(base)}) == 3


def test_the_digest_ignores_where_things_are(base: Job, tmp_path: Path) -> None:
    assert job_key(replace(base, output="/elsewhere/other.mp4")) == job_key(base)
    copied = tmp_path / "copy"
    shutil.copytree(Path(base.scene.path).parent, copied)
    moved = replace(base.scene, path=str(copied / "demo.py"))
    assert job_key(replace(base, scene=moved)) == job_key(base)


@pytest.mark.parametrize("edited", ["demo.py", "beside.py"])
def test_the_digest_follows_the_code(base: Job, tmp_path: Path, edited: str) -> None:
    copied = tmp_path / "demo.py"
    shutil.copy(base.scene.path, copied)
    with copied.open("a") as file:
        file.write("import beside\n")
    (tmp_path / "beside.py").touch()
    here = replace(base, scene=replace(base.scene, path=str(copied)))
    before = job_key(here)
    with (tmp_path / edited).open("a") as file:
        file.write("\n# another line\n")
    assert job_key(here) != before


def test_the_digest_follows_a_file_that_a_parameter_names(base: Job, tmp_path: Path) -> None:
    weights = tmp_path / "weights.pt"
    told = replace(base, params={"model": {"weights": [str(weights)]}})
    digests = {job_key(told)}
    for content in (b"first", b"second"):
        weights.write_bytes(content)
        digests.add(job_key(told))
    assert len(digests) == 3


def test_the_digest_follows_the_versions(base: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    before = job_key(base)
    monkeypatch.setattr(keys, "versions_line", lambda: "manim=99")
    assert job_key(base) != before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "mkv"}, "choose mp4, webm, mov, gif, apng, webp"),
        ({"kind": "figure", "format": "mp4"}, "choose png, svg, pdf"),
        ({"kind": "sound"}, "choose video, figure"),
        ({"transparent": True}, "mp4 has no transparency"),
        ({"transparent": True, "format": "gif"}, "gif has no transparency"),
        ({"width": 14}, "14x90 is out of bounds; each side is 16 to 7680"),
        ({"height": 7682}, "out of bounds"),
        ({"width": 161}, "odd side"),
        ({"height": 91}, "odd side"),
        ({"fps": 0.5}, "--fps 0.5 is out of bounds; for mp4 it is 1 to 240"),
        ({"fps": 241}, "out of bounds"),
        ({"fps": float("nan")}, "out of bounds"),
        ({"fps": float("inf")}, "out of bounds"),
        ({"format": "gif", "fps": 60.0}, "for gif it is 1 to 50"),
        ({"theme": "blue"}, "Unknown theme 'blue'; choose dark, light, print"),
    ],
    ids=str,
)
def test_refuses_what_cannot_be_made(base: Job, change: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words.replace("(", r"\(")):
        replace(base, **change)


def test_takes_what_lies_on_the_bounds(base: Job) -> None:
    for width, height, fps in [(16, 16, 1), (7680, 7680, 240)]:
        replace(base, width=width, height=height, fps=fps)
    replace(base, kind="figure", format="png", width=161, height=91)
    for format in ("webm", "mov"):
        replace(base, format=format, transparent=True)
    for format in ("png", "svg", "pdf"):
        replace(base, kind="figure", format=format, transparent=True)


def test_goes_to_another_process_and_comes_back(base: Job) -> None:
    told = replace(base, params={"words": 'a "quote"\n☃\udcff', "v": [1, 2]})
    line = as_line(told)
    assert "\n" not in line
    assert from_line(Job, line) == told
    assert job_key(from_line(Job, line)) == job_key(told)
