"""Manim sets text in a folder of each process, which goes with it; LaTeX is asked once."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from manim import TexTemplate, tempconfig
from manim.utils import tex_file_writing

from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import Job
from mlanim.engine.mobjects.formulas import kept_formulas
from mlanim.engine.playback import draw, scratch
from mlanim.engine.playback.loading import load, params_of

TEXTS = "from manim import *\nTITLE = Text('here')\nclass Film(Scene):\n    def construct(self):\n"
TEXTS += "        self.add(TITLE, Text('there'))\n        self.wait(0.2)\n"


def test_text_is_set_in_a_folder_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "film.py").write_text(TEXTS)
    (entry,) = catalog.select(["film.py:Film"])
    job = Job(entry, "video", "a.mp4", "mp4", 64, 36, 10.0, "dark")
    scene_class = load(entry)
    with draw.configured(job, scene_class):
        draw.plan(scene_class, params_of(scene_class)(), None)
    assert len(list((scratch.folder() / "texts").glob("*.svg"))) >= 2
    assert {path.name for path in tmp_path.iterdir()} <= {"film.py", "__pycache__"}


def test_a_render_leaves_no_folder(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "film.py").write_text(TEXTS)
    (tmp_path / "tmp").mkdir()
    subprocess.run(
        [sys.executable, "-m", "mlanim", "render", "film.py", "--resolution", "64x36", "--quiet"],
        cwd=tmp_path, env={**environment, "TMPDIR": str(tmp_path / "tmp")}, check=True,
    )  # fmt: skip
    assert (tmp_path / "renders" / "Film.mp4").exists()
    assert not list((tmp_path / "tmp").glob("mlanim-*"))
    assert not (tmp_path / "media").exists()


def test_the_folder_of_a_killed_process_goes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("mlanim-12-a", "mlanim-123-a"):
        (tmp_path / name / "texts").mkdir(parents=True)
    scratch.remove(12)
    assert [path.name for path in tmp_path.iterdir()] == ["mlanim-123-a"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_has_a_folder_of_its_own() -> None:
    ours = scratch.folder()
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        os.write(write, str(scratch.folder()).encode())
        scratch.remove()
        os._exit(0)
    os.waitpid(process, 0)
    theirs = Path(os.read(read, 4096).decode())
    assert theirs != ours
    assert ours.exists()
    assert not theirs.exists()


def test_only_old_folders_of_the_dead_are_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    scratch.remove()  # the one that this process has elsewhere
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    names = {
        f"mlanim-{ended.pid}-old": 2,
        f"mlanim-{ended.pid}-new": 0,
        f"mlanim-{os.getpid()}-x": 2,
    }
    for name, hours in {**names, "mlanim-notes-old": 2}.items():
        (tmp_path / name).mkdir()
        then = time.time() - 3600 * hours
        os.utime(tmp_path / name, (then, then))
    made = scratch.folder().name
    left = {path.name for path in tmp_path.iterdir()}
    scratch.remove()
    assert left == {made, *names, "mlanim-notes-old"} - {f"mlanim-{ended.pid}-old"}


def test_the_folder_of_a_process_that_was_killed_is_swept_by_the_next_one(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    environment["TMPDIR"] = str(tmp_path)
    program = (
        "import os, signal; from mlanim.engine import temporary\n"
        "(temporary.make() / 'texts').mkdir(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", program], env=environment, check=False)
    assert killed.returncode == -9
    assert len(list(tmp_path.glob("mlanim-*-*"))) == 1
    program = "from mlanim.engine import temporary\nwith temporary.folder() as f: print(f)"
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    assert list(tmp_path.iterdir()) == []


def test_a_formula_is_compiled_once_for_all_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLANIM_CACHE_DIR", str(tmp_path / "cache"))
    for program in ("latex", "dvisvgm"):  # looked for before a formula is compiled
        (tmp_path / program).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    compiled = []

    def compile_tex(source: Path, *_: object) -> Path:
        compiled.append(source.read_text())
        return source.with_suffix(".dvi")

    def convert_to_svg(result: Path, *_: object) -> Path:
        picture = result.with_suffix(".svg")
        picture.write_text(f"<svg>{len(compiled)}</svg>")
        return picture

    monkeypatch.setattr(tex_file_writing, "compile_tex", compile_tex)
    monkeypatch.setattr(tex_file_writing, "convert_to_svg", convert_to_svg)
    found = []
    for place, formula in (("one", "x"), ("two", "x"), ("two", "y"), ("one", "x")):
        settings = {"media_dir": str(tmp_path / place), "tex_template": TexTemplate()}
        with tempconfig(settings), kept_formulas():
            found.append(tex_file_writing.tex_to_svg_file(formula).read_text())
    assert found == ["<svg>1</svg>", "<svg>1</svg>", "<svg>2</svg>", "<svg>1</svg>"]
    assert len(compiled) == 2
    assert tex_file_writing.convert_to_svg is convert_to_svg
