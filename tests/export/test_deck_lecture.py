"""What a lecture.toml may say, and what is said about one that is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlanim.engine.errors import UsageError
from mlanim.export.deck.lecture.model import ScenePart
from mlanim.export.deck.lecture.reading import from_file, from_scenes

HEAD = 'title = "T"\n\n'
SLIDE = HEAD + "[[slide]]\n"


def read(folder: Path, text: str) -> object:
    path = folder / "lecture.toml"
    path.write_text(text, encoding="utf-8")
    return from_file(path)


WRONG = {
    "unknown scene": (SLIDE + 'scene = "dot_prodct"\n', 4, 9, "Did you mean dot_product"),
    "unknown field": (SLIDE + 'heading = "H"\nnoets = "x"\n', 5, 1, "noets.*Did you mean notes"),
    "unknown field on top": ('title = "T"\ntheem = "x"\n[[slide]]\nheading="H"', 2, 1, "theme"),
    "missing figure": (SLIDE + 'figure = "plots/loss.pdf"\n', 4, 10, r"no figure .*loss\.pdf"),
    "neither": (SLIDE + 'notes = "x"\n', 3, 1, "a scene, a video, a heading or one of text"),
    "wrong type": (SLIDE + "heading = 3\n", 4, 11, "heading is 3"),
    "empty heading": (SLIDE + 'heading = ""\n', 4, 11, "heading"),
    "step zero": (SLIDE + 'scene = "dot_product"\nloop = [0]\n', 5, 8, "loop .*list of steps"),
    "bad name": (SLIDE + 'heading = "H"\nname = "a/b"\n', 5, 8, "name is a/b"),
    "parameters of a file": (SLIDE + 'figure = "x.png"\nparams = { a = 1 }\n', 5, 10, "no p"),
    "taken name": (
        SLIDE + 'scene = "dot_product"\n\n[[slide]]\nscene = "dot_product"\n', 6, 1,
        "'dot_product' is taken by the slide of line 3.*name = ",
    ),
    "no such table": (HEAD + '[[slides]]\nheading = "H"\n', 3, 1, r"Did you mean \[\[slide\]\]\?"),
    "no list": (SLIDE + 'bullets = "a"\n', 4, 11, r'bullets is a; allowed: a list in brackets'),
    "no text": (SLIDE + "bullets = [1]\n", 4, 12, r"bullets is 1; allowed: text in quotes\."),
    "no bullet": (SLIDE + 'bullets = [""]\n', 4, 12, "bullets is empty; allowed: text that is not"),
    "no number": (HEAD + 'minutes = "x"\n[[slide]]\n', 3, 11, r"minutes is x; allowed: a number\."),
    "no length": (HEAD + "minutes = 0\n[[slide]]\n", 3, 11, "minutes is 0; allowed: a number over"),
    "no choice": (HEAD + "voice = 3\n[[slide]]\n", 3, 9, "voice is 3; allowed: true or false or"),
    "no table": (SLIDE + 'scene = "dot_product"\nparams = 3\n', 5, 10, "params is 3; allowed"),
    "name of words": (SLIDE + 'name = "a b"\nheading = "H"\n', 4, 8, "name is a b; allowed"),
    "empty bullets": (SLIDE + 'heading = "H"\nbullets = []\n', 5, 11, "bullets is empty; give it"),
    "empty text": (SLIDE + 'text = ""\n', 4, 8, "text is empty; give it something to show"),
    "no language": (
        SLIDE + 'code = "x"\nlanguage = "pyhton"\n', 5, 12, "no colours. Did you mean python",
    ),
    "not TOML": (HEAD + "[[slide]\n", 3, 8, ""),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_fault_is_named_with_its_line_and_column(case: str, tmp_path: Path) -> None:
    text, line, column, words = WRONG[case]
    (tmp_path / "x.png").write_bytes(b"")
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    message = str(caught.value)
    assert f"line {line}, column {column}" in message
    assert "lecture.toml" in message
    assert re.search(words, message)
    assert "\n" not in message


def test_code_is_in_any_language_of_typsts_or_in_none(tmp_path: Path) -> None:
    for language in ("python", "c++", "Rust", "sh", "text", ""):
        read(tmp_path, SLIDE + f'code = "x = 1"\nlanguage = "{language}"\n')


@pytest.mark.parametrize("text", [HEAD, HEAD + "slide = []\n", HEAD + "slide = 3\n"])
def test_an_empty_deck_says_how_to_begin_one(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has no slides; .*\[\[slide\]\]"):
        read(tmp_path, text)


def test_a_title_is_needed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"line 1, column 1: A lecture needs title\."):
        read(tmp_path, '[[slide]]\nheading = "H"\n')


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Cannot read .*none\.toml"):
        from_file(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="UTF-8"):
        from_file(tmp_path / "bytes.toml")


def test_names_made_from_headings_are_told_apart_and_others_are_kept(tmp_path: Path) -> None:
    slides = '[[slide]]\nheading = "Any questions?"\n' * 3
    deck = read(tmp_path, HEAD + slides + '[[slide]]\nheading = "B"\nname = "any-questions-2"\n')
    names = [item.name for item in deck.items]  # type: ignore[attr-defined]
    assert names == ["any-questions", "any-questions-3", "any-questions-4", "any-questions-2"]


def test_what_windows_writes_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "lecture.toml"
    path.write_bytes(("\ufeff" + SLIDE + 'scene = "nosuch"\n').replace("\n", "\r\n").encode())
    with pytest.raises(UsageError, match="line 4, column 9"):
        from_file(path)


def test_scenes_without_a_lecture(tmp_path: Path) -> None:
    deck = from_scenes(["dot_product", "attention"])
    assert [item.name for item in deck.items] == ["dot_product", "attention"]
    assert deck.title == "The dot product measures alignment"
    assert not deck.cover
    with pytest.raises(UsageError, match=r"Two scenes .* 'attention'"):
        from_scenes(["attention", "attention"])


def test_notes_of_the_lecture_come_before_those_of_the_scene() -> None:
    part = ScenePart(scene="x", notes=("", "mine"))
    assert [part.notes_of(number, "own") for number in (1, 2, 3)] == ["own", "mine", "own"]
    assert ScenePart.model_validate({"scene": "x", "notes": "one"}).notes == ("one",)


def test_the_lecture_in_the_documentation_is_one(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "decks.md"
    example = re.search(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    deck = read(tmp_path, example.group(1))
    names = [item.name for item in deck.items]  # type: ignore[attr-defined]
    assert names == ["why-a-product-measures-alignment", "dot_product", "loss_landscape-figure"]


def test_a_deck_knows_the_scenes_of_its_slides_and_figures(tmp_path: Path) -> None:
    (tmp_path / "w.npy").touch()
    text = SLIDE + 'scene = "dot_product"\nparams = { angle = 9, w = "w.npy" }\n'
    text += '[[slide]]\nheading = "H"\n'
    text += '[[slide]]\nfigure = "neuron"\nname = "one"\n'
    (tmp_path / "lecture.toml").write_text(text)
    found = from_file(tmp_path / "lecture.toml").scenes
    told = {name: (entry.name, dict(params)) for name, (entry, params) in found.items()}
    assert told == {
        "dot_product": ("dot_product", {"angle": 9, "w": str(tmp_path / "w.npy")}),
        "one": ("neuron", {}),
    }
