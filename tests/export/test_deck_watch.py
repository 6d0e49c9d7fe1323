"""A lecture that is shown while it is written, in a real browser."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lectures import DEMO

LECTURE = """\
title = "T"

[[slide]]
heading = "First"

[[slide]]
heading = "Sceond"
text = "A typo."

[[slide]]
scene = "demo.py"
"""


@pytest.fixture(scope="module")
def watched(
    tmp_path_factory: pytest.TempPathFactory, chromium: Any
) -> Iterator[tuple[Path, Any, subprocess.Popen[str]]]:
    folder = tmp_path_factory.mktemp("lecture")
    shutil.copy(DEMO, folder / "demo.py")
    (folder / "lecture.toml").write_text(LECTURE)
    (folder / "temporary").mkdir()
    words = ["deck", "lecture.toml", "--watch", "--port", "0", "--resolution", "160x90"]
    process = subprocess.Popen(
        [sys.executable, "-m", "mlanim", *words, "--fps", "5", "--jobs", "1"],
        cwd=folder, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(folder / "temporary")},
    )  # fmt: skip
    assert process.stdout is not None
    page = chromium.new_page(viewport={"width": 640, "height": 360})
    page.set_default_timeout(120_000)
    page.goto(process.stdout.readline().strip())
    page.frame_locator("iframe").locator(".reveal.ready").wait_for()
    yield folder, page, process
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    assert list((folder / "temporary").glob("mlanim*")) == []


def test_an_edit_is_shown_at_the_step_that_was_shown(watched: tuple[Path, Any, Any]) -> None:
    folder, page, _ = watched
    deck = page.frame_locator("iframe")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    heading = deck.locator("section.present h2")
    heading.filter(has_text="Sceond").wait_for()
    (folder / "lecture.toml").write_text(LECTURE.replace("Sceond", "Second"))
    heading.filter(has_text="Second").wait_for()


def test_what_is_wrong_is_said_over_the_last_good_deck(watched: tuple[Path, Any, Any]) -> None:
    folder, page, _ = watched
    (folder / "lecture.toml").write_text(LECTURE.replace('"First"', "1"))
    page.locator(".error:visible").wait_for()
    assert "line 4, column 11: heading is 1" in page.locator(".error").inner_text()
    assert page.frame_locator("iframe").locator("section.present").first.is_visible()
    (folder / "lecture.toml").write_text(LECTURE)
    page.locator(".error").wait_for(state="hidden")


def test_an_edit_of_a_scene_is_shown_too(watched: tuple[Path, Any, Any]) -> None:
    folder, page, _ = watched
    deck = page.frame_locator("iframe")
    notes = deck.locator("section[data-link='demo/1'] aside.notes")
    assert notes.text_content() == "There is an arrow."
    source = (folder / "demo.py").read_text()
    (folder / "demo.py").write_text(source.replace("There is an arrow.", "An arrow is there."))
    deck.locator("aside.notes", has_text="An arrow is there.").wait_for(state="attached")


def test_other_files_of_this_machine_are_not_served(watched: tuple[Path, Any, Any]) -> None:
    _, page, _ = watched
    for path in ("films/../lecture.toml", "films/%2e%2e/lecture.toml", "films//etc/passwd"):
        assert page.request.get(f"{page.url}{path}").status == 404
