"""The key of a computation follows what it reaches, and stays when the drawing changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlanim.engine.cache import slicing
from mlanim.engine.jobs import catalog

SCENE = '''
"""A scene."""
import numpy as np
from manim import Circle
from mlanim.stage.scene import LessonScene, SceneParams
from shapes import Ring
from numbers_of_mine import half, unused
import tables

STEPS = 5
COLOUR = "red"

def steps(scale):
    return STEPS * scale

def draw(scene):
    return Ring(COLOUR)

class Lesson(LessonScene):
    """A lesson"""
    class Params(SceneParams):
        count: int = 3
    @staticmethod
    def compute(params):
        from beside import load
        return {"x": half(steps(params.count)), "t": tables.TABLE, "l": load("numbers.csv")}
    def construct(self):
        draw(self)
'''
FILES = {
    "scene.py": SCENE,
    "shapes.py": "class Ring:\n    pass\n",
    "numbers_of_mine.py": "TWO = 2\ndef half(x):\n    return x / TWO\ndef unused():\n    pass\n",
    "tables.py": "TABLE = [1]\n",
    "beside.py": "from deeper import *\n\ndef load(name):\n    return read(name)\n",
    "deeper.py": "def read(name):\n    return name\n",
    "numbers.csv": "1,2",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def digest(project: Path) -> str:
    return slicing.compute_digest(project / "scene.py", "Lesson")


def changed(project: Path, name: str, old: str, new: str) -> bool:
    before = digest(project)
    text = (project / name).read_text()
    assert old in text
    (project / name).write_text(text.replace(old, new))
    return digest(project) != before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("scene.py", "params.count", "params.count + 1"),
        ("scene.py", "count: int = 3", "count: int = 4"),
        ("scene.py", "STEPS = 5", "STEPS = 6"),
        ("scene.py", "STEPS * scale", "STEPS + scale"),
        ("scene.py", "import tables\n", "import tables\ntables.TABLE.append(2)\n"),
        ("scene.py", "import tables\n", "import tables\nnp.random.seed(1)\n"),
        ("numbers_of_mine.py", "x / TWO", "x // TWO"),
        ("numbers_of_mine.py", "TWO = 2", "TWO = 3"),
        ("numbers_of_mine.py", "TWO = 2", "TWO = 2\nprint('on import')"),
        ("tables.py", "[1]", "[2]"),
        ("beside.py", "read(name)", "read(name + name)"),
        ("deeper.py", "return name", "return [name]"),
        ("numbers.csv", "1,2", "1,3"),
    ],
)
def test_follows_what_compute_reaches(project: Path, name: str, old: str, new: str) -> None:
    assert changed(project, name, old, new)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("scene.py", "draw(self)", "draw(self); self.wait()"),
        ("scene.py", "return Ring(COLOUR)", "return Circle()"),
        ("scene.py", "STEPS = 5", "STEPS = 5  # a comment"),
        ("scene.py", '"""A lesson"""', '"""Another title"""'),
        ("shapes.py", "pass", "sides = 3"),
    ],
)
def test_stays_when_the_drawing_changes(project: Path, name: str, old: str, new: str) -> None:
    assert not changed(project, name, old, new)


def test_stays_when_the_drawing_code_of_ours_changes(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    from mlanim.engine.cache import sources

    copied = tmp_path_factory.mktemp("copy") / "mlanim"
    shutil.copytree(sources.PACKAGE, copied, ignore=shutil.ignore_patterns("__pycache__", "fonts"))
    for module in (sources, slicing):
        monkeypatch.setattr(module, "PACKAGE", copied)
    before = digest(project)
    for name in ("stage/marks/shapes.py", "stage/scene.py", "engine/playback/draw.py"):
        (copied / name).write_text((copied / name).read_text() + "\nraise SystemExit\n")
    assert digest(project) == before
    seeds = copied / "engine" / "workers" / "compute.py"
    seeds.write_text(seeds.read_text().replace("manual_seed(seed)", "manual_seed(0)"))
    assert digest(project) != before


def test_follows_core_where_a_scene_of_ours_uses_it(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    from mlanim.engine.cache import sources

    entry = next(e for e in catalog.find() if e.name == "dot_product")
    copied = tmp_path_factory.mktemp("copy") / "mlanim"
    shutil.copytree(sources.PACKAGE, copied, ignore=shutil.ignore_patterns("__pycache__", "fonts"))
    for module in (sources, slicing):
        monkeypatch.setattr(module, "PACKAGE", copied)
    before = slicing.compute_digest(Path(entry.path), entry.class_name)
    vectors = copied / "core" / "vectors" / "alignment.py"  # which its own module imports
    vectors.write_text(vectors.read_text() + "\nTHREE = 3\n")
    assert slicing.compute_digest(Path(entry.path), entry.class_name) != before


@pytest.mark.parametrize("base", ["class Common(LessonScene):", "from common import Common"])
def test_follows_what_is_inherited(tmp_path: Path, base: str) -> None:
    common = (
        "from mlanim.stage.scene import LessonScene\n"
        "class Common(LessonScene):\n"
        "    @staticmethod\n    def compute(params):\n        return {'x': 1}\n"
        "    def construct(self):\n        pass\n"
    )
    here = base.startswith("class")
    (tmp_path / "common.py").write_text(common)
    scene = (common if here else base) + "\nclass Lesson(Common):\n    '''A lesson'''\n"
    (tmp_path / "scene.py").write_text(scene)
    place = "scene.py" if here else "common.py"
    assert changed(tmp_path, place, "{'x': 1}", "{'x': 2}")
    if here:
        assert not changed(tmp_path, place, "        pass", "        self.wait()")


def test_a_class_method_reaches_its_class(project: Path) -> None:
    text = SCENE.replace("@staticmethod", "@classmethod").replace("(params)", "(cls, params)")
    (project / "scene.py").write_text(text + "    number = 3\n")
    assert changed(project, "scene.py", "number = 3", "number = 4")


def test_code_loaded_by_name_makes_everything_count(project: Path) -> None:
    (project / "scene.py").write_text(SCENE.replace("half(", "eval('half')("))
    assert changed(project, "scene.py", "draw(self)", "draw(self); self.wait()")
    assert changed(project, "numbers_of_mine.py", "x / TWO", "x // TWO")


def test_the_key_follows_versions(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest(project)
    real = slicing.version_of
    monkeypatch.setattr(slicing, "version_of", lambda n: "99" if n == "torch" else real(n))
    assert digest(project) != before
