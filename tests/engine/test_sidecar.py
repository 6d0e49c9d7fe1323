"""The .json beside an output says what is in it, and is enough to make it again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlanim.engine.cache.keys import job_key
from mlanim.engine.errors import RenderError, UsageError
from mlanim.engine.jobs import outputs, sidecar
from mlanim.engine.jobs.again import again
from mlanim.engine.jobs.job import Job
from mlanim.stage.data import as_record
from mlanim.stage.scene import SceneParams, Slide


@pytest.fixture
def described(demo_job: Job) -> dict[str, Any]:
    data = as_record({"few": np.arange(3.0), "many": np.arange(100)})
    slides = (Slide(1.5, "notes", True),)
    payload = sidecar.describe(
        demo_job,
        SceneParams(seed=3),
        data,
        job_key(demo_job),
        "key",
        "hash",
        b"poster",
        slides=slides,
        duration=2.0,
    )
    return dict(json.loads(payload))


def test_says_all_that_is_asked_of_it(described: dict[str, Any], demo_job: Job) -> None:
    scene = demo_job.scene
    for name in ("title", "description", "chapter"):
        assert described[name] == asdict(scene)[name]
    assert described["scene"] == "demo"
    assert described["file"] == "demo.mp4"
    assert described["params"] == {"seed": 3}
    assert described["seed"] == 3
    assert (described["resolution"], described["fps"]) == ([160, 90], 5)
    assert described["versions"].keys() >= {"mlanim", "python", "manim", "torch", "numpy", "typst"}
    assert described["slides"] == [
        {"time": 1.5, "notes": "notes", "loop": True, "auto": False, "said": ""}
    ]
    assert described["duration"] == 2
    assert described["poster_sha256"] == hashlib.sha256(b"poster").hexdigest()
    assert (described["job"], described["sha256"]) == (job_key(demo_job), "hash")
    assert described["results_key"] == "key"


def test_the_leave_to_replace_files_is_no_part_of_it(demo_job: Job) -> None:
    told = [
        sidecar.describe(replace(demo_job, force=force), SceneParams(), None, "job", "key", "hash")
        for force in (False, True)
    ]
    assert told[0] == told[1]


def test_small_results_are_written_out_and_large_ones_described(
    described: dict[str, Any],
) -> None:
    assert described["results"]["few"] == [0, 1, 2]
    many = described["results"]["many"]
    assert (many["shape"], many["dtype"], many["min"], many["max"]) == ([100], "int64", 0, 99)
    assert many["sha256"] == hashlib.sha256(np.arange(100).tobytes()).hexdigest()


def test_a_number_that_is_not_finite_leaves_a_sidecar_that_can_be_read(
    demo_job: Job, tmp_path: Path
) -> None:
    data = as_record(
        {
            "none": float("nan"), "few": np.array([1.0, np.inf]), "rows": [{"deep": -np.inf}],
            "many": np.append(np.arange(99.0), np.nan),
        }
    )  # fmt: skip
    job = replace(demo_job, output=str(tmp_path / "film.mp4"))
    payload = sidecar.describe(
        job, SceneParams(), data, job_key(job), "key", "hash", b"poster", duration=2.0
    )
    (tmp_path / "film.json").write_bytes(payload)
    found = outputs.read(tmp_path / "film.json")["results"]
    assert (found["none"], found["few"], found["rows"]) == (None, [1.0, None], [{"deep": None}])
    assert found["many"]["max"] is None


@pytest.mark.parametrize("text", ['"quotes"', "</script>", "\u2028 שלום 🙂", "half \udcff", "\\"])
def test_any_text_is_data(demo_job: Job, text: str) -> None:
    job = replace(demo_job, scene=replace(demo_job.scene, title=text))
    payload = sidecar.describe(job, SceneParams(), {"said": text}, "", "", "")
    content = json.loads(payload.decode("utf-8"))
    assert content["title"] == content["results"]["said"] == text


def test_a_figure_names_its_panels(demo_job: Job) -> None:
    job = replace(demo_job, kind="figure", format="png")
    content = json.loads(sidecar.describe(job, SceneParams(), {}, "", "", "", panels=("a", "b")))
    assert content["panels"] == ["a", "b"]
    assert not content.keys() & {"slides", "duration", "poster_sha256"}


def written(described: dict[str, Any], folder: Path) -> Path:
    path = folder / "demo.json"
    path.write_text(json.dumps(described))
    return path


def test_is_enough_to_make_the_job_again(
    described: dict[str, Any], demo_job: Job, tmp_path: Path
) -> None:
    entries = [demo_job.scene]
    made = again(written(described, tmp_path), entries, None)
    assert made == replace(demo_job, params={"seed": 3})
    elsewhere = again(written(described, tmp_path), entries, str(tmp_path / "new.mp4"))
    assert elsewhere == replace(made, output=str(tmp_path / "new.mp4"))
    folder = again(written(described, tmp_path), entries, str(tmp_path / "folder"))
    assert folder.output == str(tmp_path / "folder" / "demo.mp4")
    with pytest.raises(UsageError, match="disagree"):
        again(written(described, tmp_path), entries, "x.webm")


def test_keeps_the_name_of_the_file(
    described: dict[str, Any], demo_job: Job, tmp_path: Path
) -> None:
    entries = [demo_job.scene]
    named = written({**described, "file": "other.mp4"}, tmp_path)
    assert again(named, entries, None).output == str(tmp_path / "other.mp4")


def test_a_scene_that_is_not_found_by_name_is_asked_for(
    described: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"mlanim render path/to/demo\.py --from .*demo\.json"):
        again(written(described, tmp_path), [], None)


@pytest.mark.parametrize(
    "change",
    [{"scene": 3}, {"resolution": "big"}, {"resolution": [1]}, {"resolution": [1.5, 2]},
     {"fps": "x"}, {"params": []}, {"file": None}, {"transparent": 1}],
    ids=str,
)  # fmt: skip
def test_refuses_what_it_did_not_write(
    described: dict[str, Any], tmp_path: Path, change: dict[str, Any]
) -> None:
    with pytest.raises(UsageError, match=r"is not the \.json file that mlanim writes"):
        outputs.read(written({**described, **change}, tmp_path))


@pytest.mark.parametrize("change", [{"kind": "x"}, {"format": "avi"}, {"theme": "x"}, {"fps": 0}])
def test_refuses_values_that_no_job_has(
    described: dict[str, Any], demo_job: Job, tmp_path: Path, change: dict[str, Any]
) -> None:
    changed = written({**described, **change}, tmp_path)
    with pytest.raises(UsageError):
        again(changed, [demo_job.scene], None)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 20_000, None])
def test_refuses_what_is_no_sidecar(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"x\.json"):
        outputs.read(path)


@pytest.fixture
def published(demo_job: Job) -> Job:
    """A job whose output stands, as far as bytes can tell."""
    output = Path(demo_job.output)
    output.write_bytes(b"video")
    output.with_suffix(".png").write_bytes(b"poster")
    digest = hashlib.sha256(b"video").hexdigest()
    about = sidecar.describe(demo_job, SceneParams(), {}, job_key(demo_job), "", digest, b"poster")
    output.with_suffix(".json").write_bytes(about)
    return demo_job


def test_what_stands_is_current(published: Job) -> None:
    assert outputs.is_current(published, job_key(published))


@pytest.mark.parametrize("suffix", [".mp4", ".png", ".json"])
@pytest.mark.parametrize("content", [b"else", b"", None])
def test_what_was_touched_is_not_current(
    published: Job, suffix: str, content: bytes | None
) -> None:
    path = Path(published.output).with_suffix(suffix)
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert not outputs.is_current(published, job_key(published))


def test_what_another_job_made_is_not_current(published: Job) -> None:
    light = replace(published, theme="light")
    assert not outputs.is_current(light, job_key(light))
    Path(published.output).rename(Path(published.output).with_suffix(".mov"))
    other = replace(published, output=published.output[:-3] + "mov")
    assert not outputs.is_current(other, job_key(other))


def test_sweeps_what_the_dead_left_and_nothing_else(tmp_path: Path, dead_process: int) -> None:
    keep = [".mlanim-1-init", "demo.mp4", ".mlanim-notes", f"{dead_process}"]
    for name in [*keep, f".mlanim-{dead_process}-x.mp4", f".mlanim-{dead_process}-x.gif.raw"]:
        (tmp_path / name).touch()
    outputs.prepare_folder(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(keep)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RenderError, match=r"/file is a file; choose a folder"):
        outputs.prepare_folder(tmp_path / "file" / "below")
    outputs.prepare_folder(tmp_path / "new" / "deep")
    assert (tmp_path / "new" / "deep").is_dir()
