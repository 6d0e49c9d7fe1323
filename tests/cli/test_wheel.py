"""The wheel by itself: installed in a fresh environment, it works from an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]


def quiet(*words: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, TOP)
    quiet(*build, cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; what it depends on is reached in the one of the tests."""
    folder = tmp_path_factory.mktemp("environment")
    quiet(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index")
    quiet(*pip, "--quiet", wheel, cwd=folder)
    place = sysconfig.get_path("purelib", vars={"base": str(folder)})
    Path(place, "others.pth").write_text(sysconfig.get_path("purelib"))
    return folder


def test_holds_all_of_the_package_and_nothing_else_on_top(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"mlanim"}
    assert {"mlanim/cli.py", "mlanim/scenes/transformer/attention.py"} <= names
    for path in (TOP / "mlanim").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert path.relative_to(TOP).as_posix() in names
    assert not [name for name in names if "test" in Path(name).name.lower()]


def test_a_figure_and_a_video_are_made_from_an_empty_folder(
    installed: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    environment.pop("PYTHONPATH", None)
    command = installed / "bin" / "mlanim"
    found = json.loads(quiet(command, "list", "--json", cwd=tmp_path, env=environment))
    assert Path(found[0]["path"]).is_relative_to(installed)
    small = ("--resolution", "96x54", "--fps", "1")
    for made in (
        quiet(command, "figure", "dot_product", "-o", "a.pdf", cwd=tmp_path, env=environment),
        quiet(command, "render", "dot_product", *small, "-o", ".", cwd=tmp_path, env=environment),
    ):
        assert os.path.getsize(made.strip()) > 1000
    health = json.loads(quiet(command, "check", "--json", cwd=tmp_path, env=environment))
    assert {item["name"] for item in health if not item["ok"]} <= {"latex"}  # which few need
