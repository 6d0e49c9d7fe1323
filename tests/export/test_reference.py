"""The documentation's site: every word of the vocabulary is in it, with its picture."""

from __future__ import annotations

import importlib
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from mlanim.stage import vocabulary

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs"))
import examples  # noqa: E402
import reference  # noqa: E402


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as MkDocs builds it; a link that leads nowhere fails."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_word_has_an_example_and_a_docstring() -> None:
    shown = [word for section in examples.SECTIONS.values() for word in section]
    assert sorted(shown) == sorted(reference.words())
    for word in shown:
        assert inspect.getdoc(attrgetter(word)(vocabulary)), word


def test_the_page_that_stands_in_the_repository_names_every_word() -> None:
    listed = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "vocabulary.md").read_text()))
    assert set(vocabulary.__all__) <= listed


def test_every_page_that_a_page_links_to_is_in_the_repository() -> None:
    for page in (ROOT / "docs").glob("*.md"):
        for link in re.findall(r"\]\(([\w-]+\.md)[)#]", page.read_text()):
            assert (ROOT / "docs" / link).is_file(), (page.name, link)


def test_marks_and_steps_count_as_words() -> None:
    assert {"Chart.curve", "Chart.angle", "LessonScene.sweep", "Track"} < set(reference.words())
    assert "Chart.zoom" not in reference.words()


def test_what_core_gives_to_scenes_is_there_and_says_what_it_is(built: Path) -> None:
    named = re.findall(r"^::: ([\w.]+)$", (ROOT / "docs" / "core.md").read_text(), re.M)
    page = (built / "core.html").read_text()
    assert len(named) > 20
    for name in named:
        module, _, word = name.rpartition(".")
        assert inspect.getdoc(getattr(importlib.import_module(module), word)), name
        assert f'id="{name}"' in page, name


def test_each_word_stands_in_the_site_with_a_picture_in_each_theme(built: Path) -> None:
    page = (built / "vocabulary.html").read_text()
    for word in reference.words():
        meant = attrgetter(word)(vocabulary)
        assert f'id="{meant.__module__}.{meant.__qualname__}"' in page, word
        dark, light = ((built / reference.address(word, name)) for name in ("dark", "light"))
        assert dark.read_text() != light.read_text()
        assert dark.read_text().count("<path") > 1, f"{word}: nothing but a background"


def test_the_lines_that_are_printed_are_those_of_the_example() -> None:
    printed = reference.lines(examples.SECTIONS["Marks of a chart"]["Chart.dot"])
    assert printed.splitlines()[0] == "chart = Chart((-3, 3), (-2, 2))"
    assert printed.splitlines()[-1] == 'chart.dot((0, 0), "highlight", name="start")'
    for section in examples.SECTIONS.values():
        for word, example in section.items():
            compile(reference.lines(example), word, "exec")


def test_the_site_finds_words_and_asks_nobody_else(
    built: Path, open_tab: Callable[..., Any], serve_folder: Callable[[Path], str]
) -> None:
    address = serve_folder(built)
    tab = open_tab(f"{address}/vocabulary.html")
    tab.page.click("input.md-search__input")
    tab.page.keyboard.type("triangle")
    hit = '.md-search-result__item a[href*="simplex.Simplex"]'
    tab.page.wait_for_selector(hit, state="attached")
    assert tab.complaints == []
    assert all(asked.startswith(address) for asked in tab.requests)
    for page in built.glob("*.html"):
        assert not re.search(r'<(?:script|img|link)[^>]+(?:src|href)="https?:', page.read_text())
