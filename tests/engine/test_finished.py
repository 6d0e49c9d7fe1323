"""What was made once is there again at once, wherever it is wanted, or is made anew."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlanim.engine.cache import cache, finished
from mlanim.engine.cache.keys import job_key
from mlanim.engine.jobs import outputs
from mlanim.engine.jobs.job import Job


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLANIM_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("MLANIM_CACHE_WARNED", "")
    return tmp_path / "cache"


@pytest.fixture
def made(demo_job: Job) -> Job:
    """A job whose files are there, as a worker leaves them."""
    output = Path(demo_job.output)
    parts = {".mp4": b"frames", ".png": b"poster", ".srt": b"words", ".vtt": b"WORDS"}
    for suffix, content in parts.items():
        output.with_suffix(suffix).write_bytes(content)
    hashes = {suffix: outputs.sha256_of(output.with_suffix(suffix)) for suffix in parts}
    content = {
        "scene": "demo", "file": output.name, "job": job_key(demo_job), "sha256": hashes[".mp4"],
        "poster_sha256": hashes[".png"],
        "beside_sha256": {"demo.srt": hashes[".srt"], "demo.vtt": hashes[".vtt"]},
        "title": "ü",
    }  # fmt: skip
    output.with_suffix(".json").write_bytes(outputs.as_bytes(content))
    assert outputs.is_current(demo_job, job_key(demo_job))
    return demo_job


def contents(folder: Path, stem: str) -> dict[str, bytes]:
    return {path.suffix: path.read_bytes() for path in folder.glob(f"{stem}.*")}


def forget(job: Job) -> None:
    for path in Path(job.output).parent.glob(f"{job.name}.*"):
        path.unlink()


def test_comes_back_where_it_was(made: Job, tmp_path: Path) -> None:
    before = contents(tmp_path, "demo")
    assert len(before) == 5
    finished.keep(made)
    forget(made)
    assert finished.restore(made)
    assert contents(tmp_path, "demo") == before
    assert outputs.is_current(made, job_key(made))
    assert not list(tmp_path.glob(".mlanim-*"))


def test_comes_back_under_another_name(made: Job, tmp_path: Path) -> None:
    finished.keep(made)
    forget(made)
    other = replace(made, output=str(tmp_path / "talk" / "two.parts.mp4"))
    assert finished.restore(other)
    assert outputs.is_current(other, job_key(other))
    names = sorted(path.name for path in (tmp_path / "talk").iterdir())
    assert names == [f"two.parts.{suffix}" for suffix in ("json", "mp4", "png", "srt", "vtt")]
    sidecar = json.loads((tmp_path / "talk" / "two.parts.json").read_text())
    assert sidecar["file"] == "two.parts.mp4"
    assert set(sidecar["beside_sha256"]) == {"two.parts.srt", "two.parts.vtt"}


def test_another_job_finds_nothing(made: Job) -> None:
    finished.keep(made)
    assert not finished.restore(replace(made, theme="light"))


@pytest.mark.parametrize("kind", [finished.FILES, finished.SIDECARS])
def test_a_damaged_entry_leaves_nothing_behind(
    made: Job, place: Path, tmp_path: Path, kind: str
) -> None:
    finished.keep(made)
    forget(made)
    entry = sorted((place / kind).iterdir())[-1]
    entry.write_bytes(entry.read_bytes()[:-1] + b"!")
    assert not finished.restore(made)
    assert contents(tmp_path, "demo") == {}
    assert not list(tmp_path.glob(".mlanim-*"))


def changed(content: dict[str, Any]) -> list[Any]:
    """Things that are whole, and are not what was kept of the job."""
    return [
        [], None, 3, "text", {}, {**content, "job": "0" * 64}, {**content, "file": 3},
        {**content, "file": "demo.webm"}, {**content, "sha256": "../../secret"},
        {**content, "sha256": 3}, {**content, "beside_sha256": []},
        {**content, "beside_sha256": {"demo/../../x": content["sha256"]}},
        {**content, "beside_sha256": {"/etc/demo": content["sha256"]}},
        {**content, "beside_sha256": {"notes.txt": content["sha256"]}},
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(14))
def test_a_whole_entry_that_does_not_fit_is_a_miss_and_is_removed(
    made: Job, tmp_path: Path, number: int
) -> None:
    finished.keep(made)
    content = json.loads(Path(made.output).with_suffix(".json").read_text())
    forget(made)
    wrong = json.dumps(changed(content)[number]).encode()
    cache.put(finished.SIDECARS, job_key(made), wrong)
    assert not finished.restore(made)
    assert cache.get(finished.SIDECARS, job_key(made)) is None
    assert contents(tmp_path, "demo") == {}


def test_nesting_beyond_measure_in_an_entry_is_a_miss(made: Job) -> None:
    cache.put(finished.SIDECARS, job_key(made), b"[" * 100_000)
    assert not finished.restore(made)
    assert cache.get(finished.SIDECARS, job_key(made)) is None


def test_an_entry_that_was_removed(made: Job, tmp_path: Path) -> None:
    finished.keep(made)
    forget(made)
    entry = next(entry for entry in cache.entries() if entry.kind == finished.FILES)
    cache.remove(entry.kind, entry.key)
    assert not finished.restore(made)
    assert contents(tmp_path, "demo") == {}


def test_what_was_replaced_before_it_was_kept_does_not_come_back(made: Job) -> None:
    Path(made.output).write_bytes(b"another film")
    finished.keep(made)
    forget(made)
    assert not finished.restore(made)


def test_a_folder_that_cannot_be_made_is_left_to_the_one_who_draws(
    made: Job, tmp_path: Path
) -> None:
    finished.keep(made)
    (tmp_path / "file").touch()
    assert not finished.restore(replace(made, output=str(tmp_path / "file" / "demo.mp4")))


def test_the_command_line_needs_neither_manim_nor_torch(made: Job, tmp_path: Path) -> None:
    words = ["render", made.scene.path, "--resolution", "160x90", "--fps", "5", "-o", "new.mp4"]
    program = (
        "import sys; from mlanim.__main__ import main\n"
        f"sys.argv = {['mlanim', *words]!r}\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "heavy = {'manim', 'torch', 'numpy', 'av'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    finished.keep(made)
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert "unchanged" in ran.stderr
    assert (tmp_path / "new.mp4").read_bytes() == b"frames"


def events(ran: Any) -> list[str]:
    assert ran.code == 0, ran.err
    return [json.loads(line)["event"] for line in ran.out.splitlines()]


def test_a_change_of_the_drawing_does_not_compute_again(
    mlanim: Callable[..., Any], demo: Path, tmp_path: Path
) -> None:
    scene = tmp_path / "mine.py"
    shutil.copy(demo, scene)
    words = ("figure", scene, "--dpi", "30", "--json", "-o", tmp_path / "mine.png")
    assert "compute" in events(mlanim(*words))
    first = (tmp_path / "mine.png").read_bytes()
    os.unlink(tmp_path / "mine.png")
    assert events(mlanim(*words)) == ["current"]
    assert (tmp_path / "mine.png").read_bytes() == first
    scene.write_text(scene.read_text().replace('"weight"', '"input"'))
    drawn = events(mlanim(*words))
    assert "made" in drawn
    assert "compute" not in drawn
    assert (tmp_path / "mine.png").read_bytes() != first
