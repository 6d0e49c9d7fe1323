"""Live figures on the slides of a lecture."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lectures import DEMO, run_deck
from offline import Window, opened
from pptx import Presentation
from pypdf import PdfReader

from mlanim.engine.errors import UsageError
from mlanim.export.deck.lecture.reading import from_file
from mlanim.export.deck.make import DeckRequest, make_deck

PAIR = DEMO.with_name("pair.py")
LECTURE = f"""\
title = "Live"
theme = "light"

[[slide]]
heading = "Turn it"
live = "{PAIR}"
bullets = ["One", "Two"]

[[slide]]
text = "The end."
"""
FRAME = "section.present iframe"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("live")
    (folder / "lecture.toml").write_text(LECTURE, encoding="utf-8")
    run_deck(folder, "-o", "one.html", "-o", "lecture.pptx", "-o", "lecture.pdf", "--one-file")
    return folder


@pytest.fixture(scope="module")
def window(chromium: Any, made: Path) -> Iterator[Window]:
    with opened(chromium, (made / "one.html").as_uri()) as window:
        window.page.wait_for_selector(".reveal.ready")
        yield window
        assert window.complaints == []


def here(window: Window) -> str:
    return str(window.page.evaluate("Reveal.getCurrentSlide().dataset.link"))


def inside(window: Window) -> Any:
    frame = window.page.query_selector(FRAME).content_frame()
    frame.wait_for_selector(".controls:not([hidden])")
    return frame


def test_it_is_live_and_keys_are_the_decks_unless_a_control_has_the_focus(window: Window) -> None:
    page = window.page
    page.keyboard.press("ArrowRight")
    assert here(window) == "pair-live/1"
    frame = inside(window)
    frame.focus("[type=range]")
    before = frame.inner_html(".picture")
    page.evaluate("addEventListener('message', ({ data }) => window.told = data.mlanim.state)")
    page.keyboard.press("ArrowRight")
    assert frame.get_attribute("[type=range]", "aria-valuetext") == "2"
    assert frame.inner_html(".picture") != before
    window.until("window.told !== undefined")
    page.keyboard.press("Escape")
    window.until("document.activeElement.tagName !== 'IFRAME'")
    page.keyboard.press("ArrowRight")
    assert here(window) == "pair-live/2"
    again = inside(window)
    again.wait_for_selector("[type=range][aria-valuetext='2']")
    again.click(".picture")  # which has no use for arrows
    page.keyboard.press("ArrowRight")
    window.until("Reveal.getCurrentSlide().dataset.link === 'slide'")
    page.keyboard.press("ArrowRight")


def test_it_fills_its_place_and_looks_like_the_slide(window: Window) -> None:
    window.page.evaluate("location.hash = '#/pair-live/1'")
    frame = inside(window)
    assert frame.evaluate("document.documentElement.scrollHeight <= innerHeight")
    grounds = [
        window.page.evaluate("getComputedStyle(document.body).backgroundColor"),
        frame.evaluate("getComputedStyle(document.body).backgroundColor"),
    ]
    assert grounds[0] == grounds[1]


def test_elsewhere_it_stands_as_at_its_start(made: Path) -> None:
    slides = Presentation(made / "lecture.pptx").slides
    assert len(slides) == 4
    assert any(shape.shape_type == 13 for shape in slides[1].shapes)  # a picture
    assert len(PdfReader(made / "lecture.pdf").pages) == 4
    page = (made / "one.html").read_text(encoding="utf-8")
    carried = re.findall(r'data-type="text/html">([^<]*)<', page)
    assert len(carried) == 1  # once for both steps
    assert b'data-place="slide"' in base64.b64decode(carried[0])


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('live = "nowhere"', "line 3, column 8: .*nowhere"),
        (f'live = "{DEMO}"\nfigure = "{DEMO}"', "figure and live stand together"),
        ('text = "x"\nsweep = ["angle"]', "sweep is for live, which is not there"),
    ],
)
def test_what_cannot_be_is_said_with_its_place(tmp_path: Path, lines: str, said: str) -> None:
    (tmp_path / "lecture.toml").write_text(f'title = "x"\n[[slide]]\n{lines}\n', encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        from_file(tmp_path / "lecture.toml")


def test_a_sweep_that_cannot_be_is_said_with_its_place(tmp_path: Path) -> None:
    lecture = f'title = "x"\n[[slide]]\nlive = "{DEMO}"\nsweep = ["angel=0:180:5"]\n'
    (tmp_path / "lecture.toml").write_text(lecture, encoding="utf-8")
    said = "line 3, column 8: --sweep angel: demo has no parameter of that name"
    with pytest.raises(UsageError, match=said):
        make_deck(
            [str(tmp_path / "lecture.toml")], DeckRequest((str(tmp_path / "x.html"),), quiet=True)
        )
