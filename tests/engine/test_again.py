"""A sidecar is data: it runs no code, writes nowhere else, and is refused in a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlanim.engine.errors import UsageError
from mlanim.engine.jobs import sidecar
from mlanim.engine.jobs.again import again
from mlanim.engine.jobs.encoder import Encoder
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.page import Page
from mlanim.engine.jobs.part import Part
from mlanim.engine.jobs.style import Style
from mlanim.stage.scene import SceneParams

LONG = "x" * 5000
ENCODER = Encoder("libx264", {"crf": "30", "x264-params": "aq-mode=3:ref=2"})


@pytest.fixture
def film(demo_job: Job) -> Job:
    return replace(demo_job, encoder=ENCODER, part=Part(start=1.0, end=2.5))


@pytest.fixture
def figure(demo_job: Job) -> Job:
    page = Page(formats=("png", "svg"), layout="row", letters=True)
    style = Style("dark", {"lines": {"thin": 2.0}}, "", "", {})
    output = demo_job.output[:-3] + "png"
    return replace(demo_job, kind="figure", format="png", page=page, style=style, output=output)


def content_of(job: Job) -> dict[str, Any]:
    return dict(json.loads(sidecar.describe(job, SceneParams(), {}, "", "", "hash", duration=1.0)))


def changed(content: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    name, _, inner = path.partition(".")
    found = {**content}
    found[name] = {**content[name], inner: value} if inner else value
    return found


def refusal(content: Any, folder: Path, entries: list[Any]) -> str:
    path = folder / "demo.json"
    path.write_text(json.dumps(content))
    with pytest.raises(UsageError) as caught:
        again(path, entries, None)
    said = str(caught.value)
    assert len(said) < 900 + 2 * len(str(path))
    assert len(said.splitlines()) <= 2
    return said


def test_what_was_written_makes_the_same_job(film: Job, figure: Job, tmp_path: Path) -> None:
    for job in (film, figure):
        path = tmp_path / "demo.json"
        path.write_text(json.dumps(content_of(job)))
        made = again(path, [job.scene], None)
        assert replace(made, style=None) == replace(
            job, style=None, params={"seed": 0}, output=made.output
        )
        assert (made.style and made.style.table) == (job.style and job.style.table)


WRONG: list[tuple[str, Any]] = [
    *((name, value) for name in ("fps", "plays") for value in (True, "3", None, [1], 10**12)),
    *(("resolution", value) for value in ([True, 90], [160.0, 90], [160], [160, 90, 3], LONG)),
    ("resolution", [10**300, 10**300]),
    ("kind", LONG), ("kind", "stills"), ("kind", True), ("format", LONG), ("theme", LONG),
    ("transparent", 1), ("burn_in", "yes"), ("params", [1]), ("params", None),
    *(("file", value) for value in (LONG, "", ".", "..", "a/b.mp4", "../x.mp4", "/tmp/x.mp4",
                                    "a\0.mp4", "\ud800.mp4", True)),
    *(("fps", float(value)) for value in ("nan", "inf", "-inf")),
    ("params.angle", float("nan")), ("params.v", [1, float("inf")]),
    ("part.start", True), ("part.start", "1"), ("part.slide", 1.5), ("part.more", 1),
    ("part.start", -1.0), ("part", []), ("part", {"slide": LONG}),
    ("encoder.name", LONG), ("encoder.name", True), ("encoder.more", 1), ("encoder", 3),
    ("encoder.options", {"crf": 3}), ("encoder.options", {LONG: "1"}),
    ("encoder.options", {"crf": LONG}), ("encoder.options", {"crf": "../x"}),
    *(("encoder.options", {key: value}) for key, value in (
        ("stats", "x.log"), ("passlogfile", "x"), ("flags", "+pass1"), ("x264-params", "stats=x"),
        ("x264-params", "aq-mode=1:dump-yuv=x"), ("x264opts", "pass=1:stats=x"),
        ("x264opts", "qpfile=/etc/passwd"), ("x264-params", "opencl-clbin=x"))),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), WRONG, ids=lambda value: str(value)[:20])
def test_what_no_film_s_sidecar_says_is_refused(
    film: Job, tmp_path: Path, path: str, value: Any
) -> None:
    content = changed(content_of(film), path, value)
    assert "demo.json" in refusal(content, tmp_path, [film.scene])


OF_A_FIGURE: list[tuple[str, Any]] = [
    ("page.width", True), ("page.width", "8cm"), ("page.width", 1e12), ("page.height", -3.0),
    ("page.size", 1e6), ("page.dpi", 1e9), ("page.slide", 1.5), ("page.at", -1.0),
    ("page.panels", 1), ("page.data", LONG), ("page.layout", LONG), ("page.more", 1), ("page", []),
    *(("page.formats", value) for value in (["png", "../../x"], ["svg"], [], "png", [3], [LONG])),
    ("style.base", "blue"), ("style.base", 3), ("style.table", []), ("style.more", 1),
    ("style.files", {"a": 1}), ("style.table", {LONG: 1}), ("style.table", {"lines": {"x": True}}),
    ("style.table", {"fonts": {"text": LONG}}), ("style.table", {"colors": {"text": LONG}}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), OF_A_FIGURE, ids=lambda value: str(value)[:20])
def test_what_no_figure_s_sidecar_says_is_refused(
    figure: Job, tmp_path: Path, path: str, value: Any
) -> None:
    content = changed(content_of(figure), path, value)
    assert "demo.json" in refusal(content, tmp_path, [figure.scene])


@pytest.mark.parametrize(
    "name",
    ["evil.py", "./evil.py", "{}/evil.py", "evil.py:Evil", "{}/evil", "", LONG, "a\0b", "\n"],
)
def test_a_scene_s_name_is_not_a_path(
    film: Job, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evil.py").write_text("class Evil(Scene): pass")
    content = changed(content_of(film), "scene", name.format(tmp_path))
    said = refusal(content, tmp_path, [])
    assert "no scene's name" in said or "Unknown scene" in said


def test_code_that_a_parameter_names_runs_only_if_it_is_named_again(
    film: Job, tmp_path: Path
) -> None:
    content = changed(content_of(film), "params", {"model": "own/net.py:make", "text": "a.py: b"})
    said = refusal(content, tmp_path, [film.scene])
    assert "it runs code, model=own/net.py:make. If that is wanted, add: --set model=own" in said
    path = tmp_path / "demo.json"
    made = again(path, [film.scene], None, {"model": "own/net.py:make"})
    assert made.params == content["params"]
    for named, said in (("model", "other.py:make"), "it runs code"), (("text", "c"), "names none"):
        with pytest.raises(UsageError, match=said):
            again(path, [film.scene], None, dict([("model", "own/net.py:make"), named]))


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize("levels", [100, 500, 900, 2000, 100_000])
def test_nesting_is_refused_in_a_sentence(film: Job, tmp_path: Path, levels: int) -> None:
    text = json.dumps(changed(content_of(film), "params", "HERE"))
    path = tmp_path / "demo.json"
    path.write_text(text.replace('"HERE"', f'{{"v": {nested(levels)}}}'))
    with pytest.raises(UsageError, match="nested more than 64 levels deep"):
        again(path, [film.scene], None)


def test_a_parameter_s_name_of_any_length_is_shortened(
    mlanim: Callable[..., Any], film: Job, tmp_path: Path
) -> None:
    content = changed(content_of(replace(film, part=None)), f"params.{LONG}", 3)
    (tmp_path / "demo.json").write_text(json.dumps(content))
    done = mlanim("render", film.scene.path, "--from", "demo.json", "--quiet")
    assert done.code == 2
    assert "(5000 characters)" in done.err
    assert len(done.err) < 600
    assert "Traceback" not in done.err
