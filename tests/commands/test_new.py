"""`mlanim new` writes a scene that works, and the docs show the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlanim.commands.new import scene_named
from mlanim.export.deck.lecture.reading import from_file

DOCS = Path(__file__).parents[2] / "docs" / "writing-a-scene.md"


def mlanim(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlanim", *words]
    environment = {**os.environ, "MLANIM_CACHE_DIR": str(folder / "cache")}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_docs_show_what_is_written() -> None:
    assert scene_named("bias").rstrip() in DOCS.read_text(encoding="utf-8")
    assert scene_named("bias").count("\n") < 60


@pytest.mark.parametrize("name", ["overshoot", "learning/large_rate"])
def test_the_new_scene_is_listed_drawn_and_clean(tmp_path: Path, name: str) -> None:
    written = mlanim(tmp_path, "new", name)
    path = tmp_path / "scenes" / f"{name}.py"
    assert (written.returncode, written.stdout.strip()) == (0, str(path.relative_to(tmp_path)))
    stem = path.stem
    assert stem in mlanim(tmp_path, "list").stdout
    drawn = mlanim(tmp_path, "figure", stem, "-o", "it.svg")
    assert drawn.returncode == 0, drawn.stderr
    if name == "overshoot":
        checked = mlanim(tmp_path, "lint", stem, "--theme", "dark")
        assert checked.returncode == 0, checked.stdout


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "scenes").mkdir()
    mine = tmp_path / "scenes" / "mine.py"
    mine.write_text("# mine\n")
    done = mlanim(tmp_path, "new", "mine")
    assert (done.returncode, mine.read_text()) == (2, "# mine\n")
    assert "is there already" in done.stderr


@pytest.mark.parametrize("name", ["Big", "a-b", "../up", "a/b/c", "class", "", "3d"])
def test_a_name_that_cannot_be_is_refused(tmp_path: Path, name: str) -> None:
    done = mlanim(tmp_path, "new", name)
    assert done.returncode == 2
    assert "is no name for a scene" in done.stderr
    assert not (tmp_path / "scenes").exists()


def test_a_new_lecture_is_read_and_stays(tmp_path: Path) -> None:
    written = mlanim(tmp_path, "new", "lecture")
    assert (written.returncode, written.stdout.strip()) == (0, "lecture.toml")
    assert "deck lecture.toml --watch" in written.stderr
    deck = from_file(tmp_path / "lecture.toml")
    assert [len(item.columns) for item in deck.items] == [1, 0, 1, 1, 2, 1]
    again = mlanim(tmp_path, "new", "lecture")
    assert again.returncode == 2
    assert "is there already" in again.stderr
