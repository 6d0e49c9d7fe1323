"""Scenes are found and read, and never run, by the catalog."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlanim.engine.errors import RenderError, UsageError
from mlanim.engine.jobs import catalog, request
from mlanim.engine.jobs.options import VideoOptions
from mlanim.engine.playback import loading

RAISES = '''"""What it is about.

More of it.
"""
raise RuntimeError("this file was run")

class Good(LessonScene):
    """The title
    goes on"""
    order: float = 2
    after = ("first", "second")
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    scenes = tmp_path / "scenes"
    scenes.mkdir()
    return scenes


def test_reads_text_without_running_the_file(folder: Path) -> None:
    (folder / "good.py").write_text(RAISES)
    entry = {e.name: e for e in catalog.find([folder])}["good"]
    assert (entry.title, entry.order, entry.class_name) == ("The title", 2, "Good")
    assert entry.after == ("first", "second")
    assert entry.description == "What it is about.\n\nMore of it."
    assert entry.path == str(folder / "good.py")
    assert set(entry.summary()) == {"name", "title", "chapter", "order", "after", "path"}


@pytest.mark.parametrize(
    ("source", "title", "order"),
    [
        ("class A(LessonScene): order = 3", "A", 3),
        ("class A(scene.LessonScene):\n  '''T'''", "T", 0),
        ("class Helper: pass\nclass A(MyLessonScene):\n  '''T'''\n  order = some()", "T", 0),
    ],
)
def test_reads_all_ways_of_writing_a_class(
    folder: Path, source: str, title: str, order: float
) -> None:
    (folder / "a.py").write_text(source)
    entry = catalog.read(folder / "a.py")
    assert entry is not None
    assert (entry.title, entry.order) == (title, order)


@pytest.mark.parametrize(
    "content",
    [b"def broken(:", b"\xff\xfe", b"x = '\0'", b"x = " + b"-" * 20_000 + b"1", b"(" * 300],
    ids=["syntax", "not utf-8", "null", "deep", "brackets"],
)
def test_a_broken_file_hides_no_other(folder: Path, content: bytes) -> None:
    (folder / "broken.py").write_bytes(content)
    (folder / "good.py").write_text(RAISES)
    names = {entry.name for entry in catalog.find([folder])}
    assert "good" in names
    assert "broken" not in names


def test_a_file_without_a_scene_is_none(folder: Path) -> None:
    (folder / "helpers.py").write_text("class Helper: pass")
    assert "helpers" not in {entry.name for entry in catalog.find([folder])}


def test_naming_a_broken_file_tells_place_and_reason(folder: Path) -> None:
    (folder / "broken.py").write_text("x = 1\ndef broken(:\n    pass\n")
    entry = catalog.select(["broken"], [folder])[0]
    with pytest.raises(RenderError) as caught:
        loading.load(entry)
    assert str(caught.value).startswith(f"{folder / 'broken.py'}, line 2: invalid syntax")
    assert "def broken(:" in str(caught.value)


def test_a_scene_of_plain_manim_goes_by_the_name_of_its_file_too(folder: Path) -> None:
    (folder / "plain.py").write_text("from manim import *\nclass Only(Scene): pass\n")
    (entry,) = catalog.select(["plain"], [folder])
    assert (entry.name, entry.class_name) == ("Only", "Only")
    (folder / "two.py").write_text("from manim import *\nclass A(Scene): pass\nclass B(A): pass\n"
                                   "class C(Scene): pass\n")  # fmt: skip
    with pytest.raises(UsageError, match=r"has several scenes, B, C; choose as .*two.py:B"):
        catalog.select(["two"], [folder])
    (folder / "none.py").write_text("x = 1\n")
    with pytest.raises(UsageError, match=r"none\.py has no class that derives from a Scene"):
        catalog.select(["none"], [folder])


def test_a_users_scene_wins_over_a_built_in_one(folder: Path) -> None:
    name = catalog.find()[0].name
    (folder / f"{name}.py").write_text(RAISES)
    assert catalog.select([name], [folder])[0].path == str(folder / f"{name}.py")


def test_selects_in_the_order_given_and_once(folder: Path) -> None:
    for name in "cab":
        (folder / f"{name}.py").write_text(RAISES)
    chosen = catalog.select(["c", "a", "c", str(folder / "a.py")], [folder])
    assert [entry.name for entry in chosen] == ["c", "a"]


def test_selects_a_class_of_a_file(folder: Path) -> None:
    path = folder / "two.py"
    source = "from mlanim.stage.scene import LessonScene\n"
    path.write_text(f"{source}class A(LessonScene): pass\nclass B(LessonScene): pass")
    assert catalog.select([f"{path}:B"])[0].class_name == "B"
    with pytest.raises(UsageError, match=r"several scenes, A, B; choose as .*two\.py:A"):
        catalog.select([str(path)])
    with pytest.raises(UsageError, match="no class 'C'; it has A, B"):
        catalog.select([f"{path}:C"])


SHOWS = "def construct(self): self.add(Square())"
MADE = {
    "under a condition": f"if True:\n  class A(Scene):\n    {SHOWS}",
    "in a block": f"try:\n  class A(Scene):\n    {SHOWS}\nfinally:\n  pass",
    "in a loop": f"for n in 'A':\n  class A(Scene):\n    {SHOWS}",
    "by a function": f"def make():\n  class A(Scene):\n    {SHOWS}\n  return A\nA = make()",
    "by a decorator": "def of(kind): return type('A', (Scene,), {})\n@of\nclass A: pass",
    "by type": "A = type('A', (Scene,), {})",
    "from elsewhere": "from common import Common\nclass A(Common): pass",
    "from a module": "import common\nclass A(common.Common): pass",
    "by another name": f"class A(Scene):\n  {SHOWS}\nB = A",
    "as a part of a name": f"Mine = Scene\nclass A(Mine):\n  {SHOWS}",
}


@pytest.mark.parametrize("made", MADE)
def test_finds_a_scene_however_it_is_made(folder: Path, made: str) -> None:
    (folder / "common.py").write_text("from manim import *\nclass Common(Scene): pass")
    path = folder / "one.py"
    path.write_text(f"print('is heard')\nfrom manim import *\n{MADE[made]}\n")
    (entry,) = catalog.select([str(path)])
    assert (entry.name, entry.class_name, entry.title) == ("A", "A", "A")
    assert loading.load(entry).__name__ == "A"


def test_a_class_that_is_not_there_is_answered_with_those_that_are(folder: Path) -> None:
    path = folder / "one.py"
    path.write_text(f"from manim import *\n{MADE['by a function']}\n")
    assert catalog.select([f"{path}:A"])[0].class_name == "A"
    with pytest.raises(UsageError, match=r"has no class 'C'; it has A\."):
        catalog.select([f"{path}:C"])


@pytest.mark.parametrize("made", ["from elsewhere", "under a condition"])
def test_a_scene_that_is_hard_to_see_is_one_of_several(folder: Path, made: str) -> None:
    (folder / "common.py").write_text("from manim import *\nclass Common(Scene): pass")
    path = folder / "two.py"
    path.write_text(f"from manim import *\nclass Plain(Scene): pass\n{MADE[made]}\n")
    with pytest.raises(UsageError, match=r"several scenes, Plain, A; choose as .*two\.py:Plain"):
        catalog.select([str(path)])


def test_a_path_may_have_colons(folder: Path) -> None:
    path = folder / "a:b.py"
    path.write_text("from manim import *\nclass A(Scene): pass\nclass B(Scene): pass")
    assert catalog.select([f"{path}:B"])[0].class_name == "B"
    with pytest.raises(UsageError, match=r"several scenes, A, B; choose as .*a:b\.py:A"):
        catalog.select([str(path)])
    with pytest.raises(UsageError, match=r"There is no file c:d\.py\."):
        catalog.select(["c:d.py:A"])


def test_what_cannot_be_imported_says_why_once_it_is_rendered(folder: Path) -> None:
    path = folder / "wrong.py"
    path.write_text("from missing_module import Base\nclass A(Base): pass\n")
    (entry,) = catalog.select([str(path)])
    with pytest.raises(RenderError, match=r"wrong\.py, line 1: from missing_module"):
        loading.load(entry)


def test_an_unknown_name_gets_the_nearest(folder: Path) -> None:
    (folder / "pendulum.py").write_text(RAISES)
    with pytest.raises(UsageError, match=r"Unknown scene 'pendulm'\. Did you mean pendulum"):
        catalog.select(["pendulm"], [folder])
    with pytest.raises(UsageError, match=r"There are .*pendulum"):
        catalog.select(["zzzzzz"], [folder])
    with pytest.raises(UsageError) as caught:
        catalog.select(["x" * 10_000], [folder])
    assert len(str(caught.value)) < 1000


def test_list_imports_neither_manim_nor_torch(tmp_path: Path, folder: Path, mlanim: Any) -> None:
    (folder / "good.py").write_text(RAISES)
    poison = tmp_path / "poison"
    poison.mkdir()
    for module in ("manim", "torch", "numpy", "pydantic", "av", "rich"):
        (poison / f"{module}.py").write_text("raise SystemExit('imported ' + __name__)")
    listed = mlanim("list", "--json", env={"PYTHONPATH": str(poison)})
    assert (listed.code, listed.err) == (0, "")
    rows = {row["name"]: row for row in json.loads(listed.out)}
    assert rows["good"] == {
        "name": "good", "title": "The title", "chapter": "", "order": 2,
        "after": ["first", "second"], "path": str(folder / "good.py")
    }  # fmt: skip
    plain = mlanim("list", env={"PYTHONPATH": str(poison)})
    assert "  The title" in plain.out


def test_the_poison_works(tmp_path: Path, mlanim: Callable[..., Any]) -> None:
    (tmp_path / "manim.py").write_text("raise SystemExit('imported ' + __name__)")
    name = catalog.find()[0].name
    assert "imported manim" in mlanim("info", name, env={"PYTHONPATH": str(tmp_path)}).err
    assert sys.version_info >= (3, 11)


@pytest.mark.parametrize(("given", "made"), [(["seed", "model"], "b"), (["seed"], "a"), ([], "a")])
def test_a_scene_may_leave_a_parameter_to_another(
    folder: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], made: str
) -> None:
    instead = 'class A(LessonScene):\n    """Has none."""\n    instead: ClassVar = {"model": "b"}\n'
    (folder / "a.py").write_text(instead)
    (folder / "b.py").write_text('class B(LessonScene):\n    """Has a model."""\n')
    monkeypatch.chdir(folder.parent)
    params = dict.fromkeys(given, "1")
    job = request.job(VideoOptions(params=params), catalog.the_scene("a"))
    assert job.scene.name == made
    assert Path(job.output).stem == "a"


def test_attention_takes_any_model_through_the_scene_of_all_heads() -> None:
    entry = catalog.made_with(catalog.the_scene("attention"), ["model"])
    assert entry.name == "attention_heads"
