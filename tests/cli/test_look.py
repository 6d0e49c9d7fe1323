"""`list`, `info`, `check` and `lint` through the real command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

Run = Callable[..., Any]
UNTIDY = Path(__file__).parents[1] / "demo_scenes" / "untidy.py"


def test_list_gives_each_scene_a_line_or_an_object(mlanim: Run) -> None:
    lines = [line for line in mlanim("list").out.splitlines() if line.startswith("  ")]
    found = json.loads(mlanim("list", "--json").out)
    assert [line.split()[0] for line in lines] == [scene["name"] for scene in found]
    assert {"attention", "dot_product"} <= {scene["name"] for scene in found}
    for scene in found:
        assert list(scene) == ["name", "title", "chapter", "order", "after", "path"]
        assert Path(scene["path"]).is_file()
        assert scene["title"]


def test_list_finds_the_scenes_of_the_folder_one_works_in(
    mlanim: Run, demo: Path, tmp_path: Path
) -> None:
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "mine.py").write_text(demo.read_text())
    (tmp_path / "scenes" / "broken.py").write_text("class Broken(LessonScene:")
    done = mlanim("list")
    names = [line.split()[0] for line in done.out.splitlines()]
    assert "Warning: scenes/broken.py is left out: line 1: invalid syntax." in done.err
    assert "mine" in names
    assert "attention" in names
    assert "broken" not in names


def test_list_says_which_scenes_to_be_seen_before_are_none(
    mlanim: Run, demo: Path, tmp_path: Path
) -> None:
    (tmp_path / "scenes").mkdir()
    scene = demo.read_text().replace(
        "    def construct", '    after = ("dot_prodct",)\n\n    def construct'
    )
    (tmp_path / "scenes" / "mine.py").write_text(scene)
    said = "Warning: mine is after 'dot_prodct', which is no scene. Did you mean dot_product?"
    assert said in mlanim("list").err


def test_info_shows_parameters_and_their_schema(mlanim: Run, demo: Path) -> None:
    text = mlanim("info", demo).out
    assert "angle = 45.0   [number, 0 to 180]" in text
    assert "It computes without torch" in text
    schema = json.loads(mlanim("info", demo, "--json").out)
    Draft202012Validator.check_schema(schema)
    judge = Draft202012Validator(schema)
    assert judge.is_valid({"angle": 10, "words": "x", "v": [1, 2], "seed": 1})
    assert not judge.is_valid({"angle": 181})


def test_check_finds_all_that_is_needed(mlanim: Run) -> None:
    done = mlanim("check", "--json")
    assert done.code == 0, done.out
    assert {"cairo", "torch", "encoder for mp4"} <= {item["name"] for item in json.loads(done.out)}


def test_check_says_how_to_get_a_missing_system_library(mlanim: Run, tmp_path: Path) -> None:
    (tmp_path / "broken" / "cairo").mkdir(parents=True)
    missing = "libcairo.so.2: cannot open shared object file: No such file or directory"
    (tmp_path / "broken" / "cairo" / "__init__.py").write_text(f"raise ImportError({missing!r})")
    path = {"PYTHONPATH": f"{tmp_path / 'broken'}:{Path(__file__).parents[2]}"}
    done = mlanim("check", env=path)
    assert done.code == 1
    line = next(line for line in done.out.splitlines() if line.startswith("missing cairo"))
    assert "libcairo.so.2" in line
    assert "apt-get install libcairo2-dev" in line
    assert "Traceback" not in done.err


def test_lint_reports_and_fails(mlanim: Run, demo: Path) -> None:
    done = mlanim("lint", UNTIDY, "--theme", "dark", "--json")
    assert done.code == 1
    findings = json.loads(done.out)
    assert {finding["scene"] for finding in findings} == {"untidy"}
    assert {seen["theme"] for finding in findings for seen in finding["seen"]} == {"dark"}
    assert "2 faults in the layout" in done.err
    clean = mlanim("lint", demo, "--theme", "light")
    assert clean.code == 0
    lines = clean.out.splitlines()
    assert [line for line in lines if "demo.py:" not in line or "warning" not in line] == []
