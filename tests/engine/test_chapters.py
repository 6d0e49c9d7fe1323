"""Scenes as a course: by chapter, by their place in it, each after those that it names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlanim.engine.errors import UsageError
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.chapters import CHAPTERS, chapter_of, in_order, of_chapter
from mlanim.engine.jobs.scene_entry import SceneEntry

Run = Callable[..., Any]


def entry(name: str, chapter: str, order: float = 0, after: tuple[str, ...] = ()) -> SceneEntry:
    return SceneEntry(name, name, chapter, f"/{name}.py", "A", "", order, after)


def names(entries: list[SceneEntry]) -> list[str]:
    return [each.name for each in entries]


def test_chapters_come_in_the_order_of_the_course_and_flat_scenes_last() -> None:
    found = in_order(
        [entry("x", ""), entry("y", "mine"), *(entry(name, name) for name in sorted(CHAPTERS))]
    )
    assert names(found) == [*CHAPTERS, "y", "x"]


def test_a_scene_has_its_place_and_comes_after_those_that_it_names() -> None:
    scenes = [
        entry("late", "gates", 2),
        entry("early", "gates", 1, after=("late",)),
        entry("other", "gates", 1),
    ]
    assert names(in_order(scenes)) == ["other", "late", "early"]


def test_scenes_that_name_each_other_are_all_there() -> None:
    scenes = [entry("a", "gates", 0, ("b",)), entry("b", "gates", 1, ("a",))]
    assert sorted(names(in_order(scenes))) == ["a", "b"]


def test_a_scene_of_a_chapter_to_come_does_not_hold_one_up() -> None:
    scenes = [entry("a", "neuron", 0, ("b",)), entry("b", "gates")]
    assert names(in_order(scenes)) == ["a", "b"]


def test_the_folder_is_the_chapter() -> None:
    assert chapter_of(Path("/home/scenes/learning/a.py")) == "learning"
    assert chapter_of(Path("/home/scenes/a.py")) == ""
    assert chapter_of(Path("/home/films/learning/a.py")) == ""
    for built_in in catalog.find():
        assert Path(built_in.path).parent.name == built_in.chapter


def test_an_unknown_chapter_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="no scenes in the chapter 'neurons'; choose neuron, "):
        of_chapter("neurons", catalog.find())


def test_commands_take_a_chapter_whole(mlanim: Run, demo: Path, tmp_path: Path) -> None:
    for number, name in enumerate(("second", "first")):
        place = tmp_path / "scenes" / "mine" / f"{name}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        text = demo.read_text().replace(
            "    class Params", f"    order = {-number}\n\n    class Params"
        )
        place.write_text(text)
    small = ("--resolution", "64x36", "--fps", "2")
    made = mlanim("render", "--chapter", "mine", *small, "-o", "films/")
    assert made.code == 0, made.err
    assert [path.name for path in made.paths] == ["first.mp4", "second.mp4"]
    figures = mlanim("figure", "--chapter", "mine", "--dpi", "30", "-o", "figures/")
    assert [path.name for path in figures.paths] == ["first-figure.png", "second-figure.png"]
    wrong = mlanim("render", "--chapter", "mine", "--all")
    assert (wrong.code, "Give one of: scenes, --chapter, --all." in wrong.err) == (2, True)
