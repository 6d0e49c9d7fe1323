"""Rooms of the package import in one direction, and none grows beyond what one can look over."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
MOST_FILES = 20


def drawing() -> ModuleType:
    """The script that draws the packages: it has no package of its own."""
    spec = importlib.util.spec_from_file_location("packages", ROOT / "docs" / "packages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


packages = drawing()


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    found: dict[str, set[str]] = packages.modules()
    return found


def circle(graph: dict[str, set[str]]) -> list[str]:
    """A circle in a graph; empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_imports_itself_through_others(imports: dict[str, set[str]]) -> None:
    assert circle(imports) == []


def test_no_room_imports_itself_through_others(imports: dict[str, set[str]]) -> None:
    assert circle(packages.rooms(imports)) == []


@pytest.mark.parametrize(
    "back",
    [
        "from mlanim import b",
        "def f():\n    from mlanim import b",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from mlanim import b",
    ],
    ids=["plain", "in a function", "for type checkers"],
)
def test_a_circle_is_seen_wherever_it_is_imported(tmp_path: Path, back: str) -> None:
    package = tmp_path / "mlanim"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "a.py").write_text(back)
    (package / "b.py").write_text("import mlanim.a")
    program = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT / 'docs')!r}]\n"
        "import packages; print(sorted(packages.modules()['mlanim.a']))"
    )
    seen = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert seen.stdout.strip() == "['mlanim.b']", seen.stderr
    assert circle({"a": {"b"}, "b": {"a"}})


def test_every_room_has_its_place_in_the_layers(imports: dict[str, set[str]]) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = (each["layers"] for each in contracts if each["type"] == "layers")
    placed = [room.strip() for layer in layers for room in layer.replace(":", "|").split("|")]
    assert sorted(placed) == sorted(packages.rooms(imports))


def test_no_folder_has_more_files_than_one_can_look_over() -> None:
    folders = {path.parent for path in (ROOT / "mlanim").rglob("*.py")}
    crowded = {
        str(folder.relative_to(ROOT)): count
        for folder in folders
        if (count := len(list(folder.glob("*.py")))) > MOST_FILES
    }
    assert crowded == {}


def test_the_picture_of_the_packages_is_as_they_are() -> None:
    text = packages.PAGE.read_text(encoding="utf-8")
    assert packages.page(text) == text, "run: python docs/packages.py"
