"""`mlanim themes` and `mlanim config` say what is in force here, and since where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mlanim.commands.setup import config, themes
from mlanim.engine.jobs import catalog, request
from mlanim.engine.jobs.options import VideoOptions
from mlanim.engine.jobs.settings import KEYS
from mlanim.stage.colors import palette


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(command: Any, *words: str) -> str:
    return CliRunner().invoke(command, words, catch_exceptions=False).output


def rows(command: Any) -> dict[str, Any]:
    return {row["name"]: row for row in json.loads(said(command, "--json"))}


def test_themes_are_those_that_can_be_drawn_in(project: Path) -> None:
    assert list(rows(themes)) == list(palette.THEMES)
    assert [name for name, row in rows(themes).items() if row["used"]] == ["dark"]
    (project / "mlanim.toml").write_text('[theme]\nbase = "print"\n[theme.colors]\ntext="#000001"')
    found = rows(themes)
    assert [name for name, row in found.items() if row["used"]] == ["print"]
    assert [name for name, row in found.items() if row["own_colors"]] == ["print"]
    assert f"{project / 'mlanim.toml'}, [theme]" in said(themes)


def test_every_setting_has_a_value_and_a_place(project: Path) -> None:
    found = rows(config)
    assert list(found) == list(KEYS)
    assert {row["from"] for row in found.values()} <= {"default", "quality h", "MLANIM_CACHE_DIR"}
    assert "no mlanim.toml" in said(config)


def test_places_are_the_file_and_the_variable(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "mlanim.toml").write_text(
        'quality = "l"\ntheme = "light"\n[params.demo]\nangle = 7\nv = [1, 2]'
    )
    monkeypatch.setenv("MLANIM_THEME", "print")
    found = {name: (row["value"], row["from"]) for name, row in rows(config).items()}
    file = str(project / "mlanim.toml")
    assert found["quality"] == ("l", file)
    assert found["theme"] == ("print", "MLANIM_THEME")
    assert found["resolution"] == ("854x480", "quality l")
    assert found["params.demo.v"] == ([1, 2], file)
    assert f"params.demo.angle  7  {file}".split() in [
        line.split() for line in said(config).splitlines()
    ]


@pytest.mark.parametrize("text", ["", 'quality = "m"', 'fps = 12\nresolution = "64x36"'])
def test_what_is_said_is_what_a_job_is_made_with(demo: Path, project: Path, text: str) -> None:
    (project / "mlanim.toml").write_text(text)
    job = request.jobs(VideoOptions(), catalog.select([str(demo)]))[0]
    found = {name: row["value"] for name, row in rows(config).items()}
    assert f"{job.width}x{job.height}" == found["resolution"]
    assert (job.fps, job.theme, job.transparent) == (
        found["fps"], found["theme"], found["transparent"],
    )  # fmt: skip
    assert Path(job.output).parent == (project / found["output"])
