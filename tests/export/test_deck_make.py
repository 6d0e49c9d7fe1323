"""What is asked of `mlanim deck`: wrong words are answered before anything is drawn or written."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lectures import DEMO, LECTURE, SMALL

from mlanim.engine.errors import RenderError, UsageError
from mlanim.export.deck.make import DeckRequest, make_deck
from mlanim.stage.colors.palette import THEMES


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def refused(words: str, *sources: str, **asked: Any) -> None:
    """Expect a refusal, and an empty folder after it."""
    before = sorted(os.listdir())
    with pytest.raises((UsageError, RenderError), match=words) as caught:
        make_deck(sources, DeckRequest(**asked))
    assert "\n" not in str(caught.value)
    assert sorted(os.listdir()) == before


def test_what_is_made_must_be_a_deck_and_one_of_each() -> None:
    refused(r"Which scenes\?")
    refused(r"x\.odp is no deck.*\.html, \.pptx, \.pdf", "attention", outputs=("x.odp",))
    refused("Two -o name the same file", "attention", outputs=("x.pdf", "./x.pdf"))
    refused("one-file is for .html", "attention", outputs=("x.pdf",), one_file=True)
    refused("notes is for .pdf", "attention", outputs=("x.html",), notes=True)
    refused("handout is for .pdf", "attention", outputs=("x.html",), handout=2)
    refused("not a.toml with 1 more", "a.toml", "attention")
    refused("Unknown scene 'attentoin'. Did you mean attention", "attentoin")
    refused("Unknown theme 'pink'", "attention", theme="pink", outputs=("x.html",))
    Path("x.html").mkdir()
    refused(r"x\.html is a folder", "attention", outputs=("x.html",))


def test_a_typst_fault_has_its_place(tmp_path: Path) -> None:
    lecture = 'title = "T"\n[[slide]]\nheading = "H"\ntext = "%s"\n'
    for text, words in (("#nonsense", "unknown variable: nonsense"), ("- a\\n" * 60, "too long")):
        Path("lecture.toml").write_text(lecture % text)
        refused(f"lecture.toml, line 4, column 8: .*{words}", "lecture.toml", outputs=("x.pdf",))


def test_a_picture_that_is_none(tmp_path: Path) -> None:
    Path("plot.png").write_bytes(b"not a picture")
    Path("lecture.toml").write_text('title = "T"\n[[slide]]\nfigure = "plot.png"\n')
    refused(r"line 3, column 10: plot.png cannot be shown", "lecture.toml", outputs=("x.pdf",))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to() -> None:
    Path("locked").mkdir(mode=0o500)
    refused("not writable", "attention", outputs=("locked/x.html",))


def test_a_parameter_that_a_scene_refuses_has_its_place_and_code_2(
    mlanim: Callable[..., Any], tmp_path: Path
) -> None:
    slide = f'title = "T"\n\n[[slide]]\nscene = "{DEMO}"\nparams = {{ angel = 3 }}\n'
    (tmp_path / "lecture.toml").write_text(slide)
    ran = mlanim("deck", "lecture.toml", *SMALL, "-o", "x.html", "--quiet")
    assert ran.code == 2
    assert ran.out == ""
    assert "lecture.toml, line 3, column 1: demo has no parameter 'angel'" in ran.err
    assert os.listdir(tmp_path) == ["lecture.toml"]


def test_a_step_that_is_not_there(mlanim: Callable[..., Any], tmp_path: Path) -> None:
    slide = f'title = "T"\n[[slide]]\nscene = "{DEMO}"\nloop = [7]\n'
    (tmp_path / "lecture.toml").write_text(slide)
    ran = mlanim("deck", "lecture.toml", *SMALL, "-o", "x.pdf", "--json")
    assert ran.code == 2
    assert "line 2, column 1: demo has 2 steps, but the lecture speaks of step 7" in ran.err
    assert not (tmp_path / "x.pdf").exists()
    assert [json.loads(line)["kind"] for line in ran.out.splitlines()][-1] == "stills"


def test_paths_are_relative_to_the_lecture(mlanim: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "talk"
    folder.mkdir()
    (folder / "demo.py").write_bytes(DEMO.read_bytes())
    (folder / "plot.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    )
    text = LECTURE.replace(str(DEMO), "demo.py") + '[[slide]]\nfigure = "plot.svg"\n'
    (tmp_path / "mlanim.toml").write_text('[theme.colors]\nbackground = "#000000"\n')
    (folder / "lecture.toml").write_text(text)
    ran = mlanim("deck", "talk/lecture.toml", *SMALL, "-o", "x.pdf", "--quiet", "--jobs", "1")
    assert ran.code == 0, ran.err
    assert ran.paths == [tmp_path / "x.pdf"]
    told = mlanim("deck", "talk/lecture.toml", *SMALL, "-o", "x.pdf", "--json")
    last = {"kind": "deck", "event": "made", "file": str(tmp_path / "x.pdf")}
    assert json.loads(told.out.splitlines()[-1]) == last
    assert _ground(tmp_path / "x.pdf") == (0, 0, 0)  # in the project's style


def _ground(file: Path) -> Any:
    """The colour of the first page's corner."""
    pdfium = pytest.importorskip("pypdfium2", reason="pypdfium2 is not installed")
    return pdfium.PdfDocument(file)[0].render(scale=0.1).to_pil().convert("RGB").getpixel((2, 2))


DARK_LECTURE = """\
title = "T"
theme = "dark"
[[slide]]
heading = "H"
"""


def ground(file: Path) -> tuple[int, ...]:
    """The colour of a PDF's first page at its upper left corner, or within the frame of a slide."""
    pdfium = pytest.importorskip("pypdfium2", reason="pypdfium2 is not installed")
    page = pdfium.PdfDocument(str(file))[0].render(scale=0.5).to_pil().convert("RGB")
    return tuple(page.getpixel((40, 40)))


def test_each_theme_has_a_file_and_handouts_are_for_paper() -> None:
    Path("lecture.toml").write_text(DARK_LECTURE)
    both = make_deck(
        ["lecture.toml"], DeckRequest(("a.pdf",), theme="dark,print", quiet=True)
    ).paths
    assert [path.name for path in both] == ["a-dark.pdf", "a-print.pdf"]
    slides, handout = make_deck(
        ["lecture.toml"], DeckRequest(("s.html", "h.pdf"), handout=1, quiet=True)
    ).paths
    dark = DeckRequest(("d.pdf",), handout=1, theme="dark", quiet=True)
    (asked,) = make_deck(["lecture.toml"], dark).paths
    is_light = [sum(ground(path)) > 700 for path in (*both, handout, asked)]
    assert is_light == [False, True, True, False]
    assert f"--background: {THEMES['dark'].roles['background']};" in slides.read_text()
    refused("Unknown theme 'pink'", "lecture.toml", theme="dark,pink", outputs=("x.html",))
