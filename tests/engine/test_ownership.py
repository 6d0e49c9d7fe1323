"""No file of the user's is lost to an output: inputs and strangers' files stay as they are."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlanim.engine.cache import cache, finished, ownership
from mlanim.engine.cache.keys import job_key
from mlanim.engine.errors import UsageError
from mlanim.engine.jobs import sidecar
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.page import Page
from mlanim.stage.scene import SceneParams

TINY = ("--resolution", "32x18", "--fps", "5", "--quiet")
STRANGER = "is there already, and is not as mlanim made it: give another name with -o, or --force."


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLANIM_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def job(demo_job: Job, out: Path) -> Job:
    return replace(demo_job, output=str(out / "demo.mp4"))


def publish(job: Job, files: Mapping[str, bytes]) -> None:
    """Lay files down as if the job had made them, with their sidecar."""
    output = Path(job.output)
    for suffix, content in files.items():
        output.with_name(output.stem + suffix).write_bytes(content)
    beside = {s: c for s, c in files.items() if s not in (f".{job.format}", ".png")}
    digest = hashlib.sha256(files[f".{job.format}"]).hexdigest()
    about = sidecar.describe(
        job, SceneParams(), {}, job_key(job), "", digest, files.get(".png"), beside=beside
    )
    output.with_suffix(".json").write_bytes(about)


FILM = {".mp4": b"film", ".png": b"poster", ".srt": b"words", ".vtt": b"WORDS"}


@pytest.mark.parametrize("suffix", [".mp4", ".png", ".json", ".srt", ".vtt"])
@pytest.mark.parametrize("kind", ["a file", "a folder", "a link to nowhere", "a link"])
def test_a_stranger_s_file_is_refused(job: Job, out: Path, suffix: str, kind: str) -> None:
    place = out / f"demo{suffix}"
    match kind:
        case "a file":
            place.write_bytes(b"mine")
        case "a folder":
            place.mkdir()
        case "a link to nowhere":
            place.symlink_to(out / "nowhere")
        case "a link":
            (out / "mine").write_bytes(b"mine")
            place.symlink_to(out / "mine")
    with pytest.raises(UsageError, match=f"demo{suffix} {STRANGER[:40]}"):
        ownership.refuse_for(job)
    ownership.refuse_for(replace(job, force=True))


def test_what_a_sidecar_vouches_for_may_be_replaced(job: Job) -> None:
    publish(job, FILM)
    ownership.refuse_for(replace(job, theme="light"))


def test_what_another_run_puts_in_place_meanwhile_may_be_replaced(job: Job, out: Path) -> None:
    class Made(dict[Path, None]):
        def items(self) -> Any:
            publish(job, FILM)
            return super().items()

    ownership.refuse_for(job, Made.fromkeys(ownership.foreseen(job)))
    assert (out / "demo.mp4").read_bytes() == FILM[".mp4"]


@pytest.mark.parametrize("suffix", list(FILM))
def test_what_was_changed_since_is_the_user_s(job: Job, out: Path, suffix: str) -> None:
    publish(job, FILM)
    (out / f"demo{suffix}").write_bytes(b"edited by hand")
    with pytest.raises(UsageError, match=f"demo{suffix} is there already"):
        ownership.refuse_for(job)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "null", '{"angle": 3}', '{"scene": "demo", "file": "demo.mp4"}']
)
def test_only_a_sidecar_vouches(job: Job, out: Path, content: str) -> None:
    publish(job, FILM)
    (out / "demo.json").write_text(content)
    with pytest.raises(UsageError, match="is there already"):
        ownership.refuse_for(job)


def test_a_sidecar_of_another_output_vouches_for_nothing(job: Job, out: Path) -> None:
    publish(replace(job, output=str(out / "other.mp4")), FILM)
    (out / "other.json").rename(out / "demo.json")
    with pytest.raises(UsageError, match=r"demo\.json is there already"):
        ownership.refuse_for(job)


def test_another_format_of_the_same_name_does_not_make_a_stranger_of_the_first(job: Job) -> None:
    publish(job, FILM)
    cache.put(cache.FILES, hashlib.sha256(FILM[".mp4"]).hexdigest(), FILM[".mp4"])
    publish(replace(job, format="gif", output=job.output[:-3] + "gif"), {".gif": b"picture"})
    for suffix in (".srt", ".vtt", ".png"):
        Path(job.output).with_suffix(suffix).unlink()
    ownership.refuse_for(job)


def test_a_figure_does_not_become_a_film_s_poster(job: Job, out: Path) -> None:
    place, picture = out / "demo.png", b"\x89PNG tEXt Software\0mlanim IDAT"
    digest = hashlib.sha256(picture).hexdigest()
    figure = replace(job, kind="figure", format="png", page=Page(), output=str(place))
    vector = Page(formats=("pdf", "png"))  # which asks for the picture by its name
    both = replace(figure, format="pdf", page=vector, output=str(out / "demo.pdf"))
    cache.put(cache.FILES, digest, picture)
    place.write_bytes(picture)
    for made, files in (
        (figure, {".png": picture}),
        (both, {".pdf": b"both", ".png": picture}),
        (both, {".pdf": b"only the vectors"}),
        (replace(job, format="gif", output=str(out / "demo.gif")), {".gif": b"film"}),
    ):
        publish(made, files)
        with pytest.raises(UsageError, match=r"png is a figure, and the video brings a file of"):
            ownership.refuse_for(job)
        for harmless in (replace(job, force=True), replace(figure, theme="light")):
            ownership.refuse_for(harmless)
        ownership.refuse_for(job, {place: digest})


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".json"])
def test_a_figure_s_other_formats_are_foreseen(job: Job, out: Path, suffix: str) -> None:
    page = Page(formats=("svg", "pdf"))
    figure = replace(job, kind="figure", format="svg", page=page, output=str(out / "demo.svg"))
    ownership.refuse_for(figure)
    (out / f"demo{suffix}").write_bytes(b"mine")
    with pytest.raises(UsageError, match=f"demo{suffix} is there already"):
        ownership.refuse_for(figure)


@pytest.mark.parametrize("name", ["demo.mp4", "demo.png", "./out/demo.png", "demo.srt"])
def test_what_a_scene_reads_is_refused_even_if_it_was_made_here(
    job: Job, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    publish(job, FILM)
    scene = (out if "/" not in name else tmp_path) / "scene.py"
    scene.write_text(f"# the file is {name!r}\n")
    monkeypatch.chdir(tmp_path)
    reading = replace(job, scene=replace(job.scene, path=str(scene)))
    with pytest.raises(UsageError, match="is one of the files that this is made from"):
        ownership.refuse_for(reading)


def test_what_comes_back_from_the_cache_destroys_nothing_either(job: Job, out: Path) -> None:
    publish(job, {**FILM, "-part.csv": b"1,2"})
    finished.keep(job)
    for path in out.iterdir():
        path.unlink()
    (out / "demo-part.csv").write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"demo-part\.csv is there already"):
        finished.restore(job)
    assert [path.read_bytes() for path in out.iterdir()] == [b"mine"]
    (out / "demo-part.csv").write_bytes(b"1,2")
    assert finished.restore(job)


Run = Callable[..., Any]


def test_parameters_beside_a_film_of_their_name_are_not_overwritten(
    mlanim: Run, demo: Path, tmp_path: Path
) -> None:
    (tmp_path / "talk.json").write_text('{"angle": 60}')
    words = ("render", demo, *TINY, "--params", "talk.json", "-o", "talk.mp4")
    done = mlanim(*words)
    assert (done.code, done.err) == (2, f"Error: {tmp_path / 'talk.json'} {STRANGER}\n")
    assert (tmp_path / "talk.json").read_text() == '{"angle": 60}'
    assert not (tmp_path / "talk.mp4").exists()
    assert mlanim(*words, "--force").code == 0


def test_a_file_that_only_the_drawing_names_is_not_overwritten(
    mlanim: Run, demo: Path, tmp_path: Path
) -> None:
    words = ("figure", demo, "--dpi", "30", "--panels", "-o", "a.png", "--quiet")
    done = mlanim(*words)
    assert done.code == 0, done.err
    panels = [path for path in done.paths if path.name != "a.png"]
    assert panels
    panels[0].write_bytes(b"mine")
    done = mlanim(*words, "--theme", "light")
    assert (done.code, done.err) == (2, f"Error: {panels[0]} {STRANGER}\n")
    assert panels[0].read_bytes() == b"mine"
    assert mlanim(*words, "--theme", "light", "--force").code == 0


def test_the_same_name_is_rendered_again_and_again_in_any_format(
    mlanim: Run, demo: Path, tmp_path: Path
) -> None:
    scene = tmp_path / "mine.py"
    shutil.copy(demo, scene)
    for suffix, theme in [("mp4", "dark"), ("gif", "dark"), ("mp4", "light"), ("gif", "light")]:
        done = mlanim("render", scene, *TINY, "--theme", theme, "-o", f"a.{suffix}")
        assert (done.code, done.err) == (0, "")
    os.unlink(tmp_path / "a.json")
    assert mlanim("render", scene, *TINY, "-o", "a.mp4", "--set", "angle=3").code == 0


@pytest.mark.parametrize("cached", [False, True])
def test_captions_do_not_outlast_the_film_that_they_are_of(
    mlanim: Run, tmp_path: Path, cached: bool
) -> None:
    scenes = {"told": 'self.add_subcaption("Look.", duration=1)', "silent": "self.wait(0.2)"}
    for name, line in scenes.items():
        code = f"        {line}\n        self.add(Dot())\n        self.wait(1)"
        body = f"class {name.title()}(Scene):\n    def construct(self):\n{code}\n"
        (tmp_path / f"{name}.py").write_text(f"from manim import *\n\n\n{body}")

    def beside(name: str, output: str = "a.mp4") -> set[str]:
        done = mlanim("render", f"{name}.py", *TINY, "-o", output)
        assert (done.code, done.err) == (0, "")
        return {path.suffix for path in tmp_path.glob("a.*")}

    if cached:
        assert beside("silent", "b.mp4") == set()
    assert beside("told") == {".mp4", ".png", ".json", ".srt", ".vtt"}
    assert beside("silent") == {".mp4", ".png", ".json"}
    assert beside("told") == {".mp4", ".png", ".json", ".srt", ".vtt"}
    (tmp_path / "a.srt").write_text("corrected")
    assert mlanim("render", "silent.py", *TINY, "-o", "a.mp4").code == 2, "the user's own"
