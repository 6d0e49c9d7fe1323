"""The page of live figures in a browser that is off the network."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from live_pages import HOSTILE, ORDERS, REFUSED, payload
from offline import Window, opened
from PIL import Image

from mlanim.export.live.page.document import colored, document, framed
from mlanim.export.live.payload import as_json, picture
from mlanim.export.live.states import numbers_of

PLAIN = "body { margin: 0 } svg { display: block; width: 1000px; height: 500px }"
ALONE = """
document.querySelector(".handle").hidden = true;
document.querySelector(".picture").style = "position: fixed; inset: 0; width: 1000px; z-index: 1";
"""
READY = ".controls:not([hidden])"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("live") / "shapes.html"
    path.write_bytes(document(payload()))
    return path


@pytest.fixture(scope="module")
def window(chromium: Any, file: Path) -> Iterator[Window]:
    """One window for most tests."""
    with opened(chromium, file.as_uri(), accept_downloads=True) as found:
        yield found


@pytest.fixture
def tab(window: Window, file: Path) -> Iterator[Window]:
    """The window with the page as it is at first."""
    window.page.set_viewport_size({"width": 1200, "height": 900})
    window.page.emulate_media(media="screen", color_scheme="dark")
    window.page.goto("about:blank")
    window.page.goto(file.as_uri())
    window.page.wait_for_selector(READY, state="attached")
    yield window
    assert window.complaints == []
    asked = [one for one in window.requests if not one.startswith(("file:", "data:", "about:"))]
    assert asked == []


def says(page: Any) -> str:
    return str(page.inner_text(".says >> nth=0")).split(".")[0]


def value_of(page: Any) -> str:
    return str(page.get_attribute("[type=range]", "aria-valuetext"))


def test_a_slider_goes_by_keys_and_passes_over_what_is_refused(tab: Any) -> None:
    page = tab.page
    assert (says(page), value_of(page)) == ("The square is 20 wide", "20")
    page.focus("[type=range]")
    page.keyboard.press("ArrowRight")
    assert (says(page), page.input_value("[type=range]")) == ("The square is 40 wide", "3")
    assert page.inner_text(".refusal >> nth=0") == f"size 30: {REFUSED}"
    page.keyboard.press("ArrowLeft")
    assert says(page) == "The square is 20 wide"
    page.keyboard.press("End")
    assert (says(page), value_of(page)) == ("The square is 50 wide", "50")
    assert page.inner_text(".refusal >> nth=0") == ""
    page.keyboard.press("Home")
    assert says(page) == "The square is 10 wide"


def test_buttons_and_menus_change_their_own_part_and_shut_out_what_is_refused(tab: Any) -> None:
    page = tab.page
    page.focus("[type=radio] >> nth=0")
    page.keyboard.press("ArrowRight")
    assert says(page) == "The disc is 20 wide"
    page.focus("[type=range]")
    page.keyboard.press("ArrowRight")
    assert says(page) == "The disc is 30 wide"
    assert page.is_disabled("[type=radio] >> nth=0")
    assert page.inner_text(".refusal >> nth=0") == f"{HOSTILE} square: {REFUSED}"
    page.focus("select")
    page.keyboard.press("ArrowDown")
    assert page.inner_text(".says >> nth=1") == "Mark 1."
    assert says(page) == "The disc is 30 wide"


def test_a_slider_and_a_handle_follow_the_pointer(tab: Any) -> None:
    page = tab.page
    box = page.locator("[type=range]").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 14, box["y"] + box["height"] / 2)
    assert says(page) == "The square is 50 wide"
    picture = page.locator(".picture").bounding_box()
    scale = picture["width"] / 200

    def place(units: float) -> tuple[float, float]:
        return picture["x"] + units * scale, picture["y"] + units * scale

    page.mouse.move(*place(70))
    page.mouse.down()
    page.mouse.move(*place(51))
    assert says(page) == "The square is 40 wide"  # that of 30 is nearer, and refused
    page.mouse.move(*place(31))
    page.mouse.up()
    page.mouse.move(*place(70))
    assert says(page) == "The square is 10 wide"
    assert page.input_value("[type=range]") == "0"


def test_the_address_names_the_state_and_brings_it_back(tab: Any) -> None:
    page = tab.page
    page.focus("[type=range]")
    page.keyboard.press("End")
    page.select_option("select", "1")
    page.wait_for_url("**size=50**")
    named = parse_qs(urlsplit(page.url).fragment)
    assert named == {"size": ["50"], "shape": ["square"], "mark": [HOSTILE]}
    page.reload()
    page.wait_for_selector(READY, state="attached")
    assert says(page) == "The square is 50 wide"
    assert page.inner_text(".says >> nth=1") == "Mark 1."
    page.evaluate("location.hash = 'size=5e1&shape=disc'")  # the same number, written otherwise
    page.wait_for_timeout(50)
    assert says(page) == "The disc is 50 wide"
    page.evaluate("location.hash = 'shape=square'")
    page.evaluate("location.hash = 'size=30&mark=nothing'")  # which is refused, and not there
    page.wait_for_timeout(50)
    assert says(page) == "The square is 50 wide"


def test_play_runs_to_the_end_and_says_nothing_on_the_way(tab: Any) -> None:
    page = tab.page
    page.click(".play")
    assert page.get_attribute(".play", "aria-label") == "Pause"
    assert page.get_attribute(".status >> nth=0", "aria-live") == "off"
    page.wait_for_selector(".play[aria-label=Play]")
    assert says(page) == "The square is 50 wide"
    assert page.get_attribute(".status >> nth=0", "aria-live") == "polite"


def test_each_picture_is_the_one_that_was_drawn_in_both_themes(tab: Any, tmp_path: Path) -> None:
    page, given = tab.page, payload()
    beside = tmp_path / "beside.html"
    for theme, state, mark in (("dark", 1, 0), ("light", 9, 2), ("light", 2, 0)):
        page.emulate_media(color_scheme=theme)
        page.evaluate(f"location.hash = '{_words(state, mark)}'")
        page.wait_for_timeout(50)
        page.evaluate(ALONE)
        seen = _pixels(page.locator(".picture svg").screenshot())
        svg = colored(picture(given, [state, mark]), given, theme)
        beside.write_text(f"<!doctype html><style>{PLAIN}</style>{svg}")
        other = page.context.new_page()
        other.set_viewport_size({"width": 1200, "height": 900})
        other.goto(beside.as_uri())
        expected = _pixels(other.locator("svg").screenshot())
        other.close()
        assert seen.shape == expected.shape
        assert np.abs(seen - expected).max() <= 2


def _words(state: int, mark: int) -> str:
    size, shape = ("10", "20", "30", "40", "50")[state // 2], ("square", "disc")[state % 2]
    return f"size={size}&shape={shape}&mark={('first', '', 'third')[mark]}"


def _pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), int)


def test_pieces_stand_in_the_order_in_which_they_were_drawn(tab: Any) -> None:
    read = "all => all.map(path => path.getAttribute('d').slice(1, 4)).slice(1)"
    for number in (1, 2, 0, 2, 1):
        tab.page.select_option("select", str(number))
        places = [f"1{5 + mark}0" for mark in ORDERS[number]]
        assert tab.page.eval_on_selector_all(".picture path", read) == places


def test_words_stay_words(tab: Any) -> None:
    page = tab.page
    assert page.title() == HOSTILE
    assert page.inner_text("h1") == HOSTILE
    assert page.inner_text("legend") == HOSTILE
    assert page.text_content(".picture text") == HOSTILE
    page.focus("[type=range]")
    page.keyboard.press("End")
    assert HOSTILE in page.inner_text(".says >> nth=0")
    assert page.evaluate("document.scripts.length + document.images.length") == 3
    page.locator(".picture text").select_text()
    assert page.evaluate("getSelection().toString()") == HOSTILE


def test_the_numbers_of_a_state_can_be_taken_away(tab: Any) -> None:
    with tab.page.expect_download() as waiting:
        tab.page.click(".numbers button")
    assert waiting.value.suggested_filename == "shapes-size-20-shape-square-sides.csv"
    assert Path(waiting.value.path()).read_text() == 'width (pt),"a ""b"""\n1.5,"x,y"\n2,\n'
    tab.page.focus("[type=range]")
    tab.page.keyboard.press("End")
    assert tab.page.is_hidden(".numbers >> nth=0")


def test_the_page_fits_and_axe_finds_nothing(tab: Any) -> None:
    page = tab.page
    for theme, width in (("dark", 320), ("light", 768), ("light", 1920)):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for control in page.query_selector_all("button:visible, [type=range], select, label span"):
            box = control.bounding_box()
            assert min(box["width"], box["height"]) >= 24
    for theme, width in (("dark", 1920), ("light", 160)):  # there the picture is scrolled
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 800})
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_paper_has_the_state_at_hand_in_light_and_no_controls(tab: Any) -> None:
    page = tab.page
    page.focus("[type=range]")
    page.keyboard.press("End")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.is_hidden(".controls >> nth=0")
    assert page.inner_text(".value >> nth=0") == f"size 50, {HOSTILE} square"
    ground = page.evaluate("getComputedStyle(document.querySelector('.picture path')).fill")
    assert ground == "rgb(255, 255, 255)"


def test_who_asks_for_less_motion_has_no_button_that_plays(
    file: Path, open_tab: Callable[..., Any]
) -> None:
    page = open_tab(file.as_uri(), reduced_motion="reduce").page
    page.wait_for_selector(READY, state="attached")
    assert page.is_hidden(".play")


def test_without_scripts_the_first_picture_stands_there(
    file: Path, open_tab: Callable[..., Any]
) -> None:
    page = open_tab(file.as_uri(), java_script_enabled=False).page
    assert page.locator(".picture rect").bounding_box()["width"] > 20
    assert page.inner_text(".says >> nth=0").startswith("The square is 20 wide.")
    assert page.is_hidden(".controls >> nth=0")


def test_a_frame_is_as_high_as_the_page_and_a_sandbox_does_not_break_it(
    file: Path, tmp_path: Path, open_tab: Callable[..., Any]
) -> None:
    frame = framed(document(payload()), HOSTILE, 2)
    shut = frame.replace("data-fit", 'sandbox="allow-scripts"', 1)
    (tmp_path / "around.html").write_text(f"<!doctype html><title>x</title>{frame}{shut}")
    tab = open_tab((tmp_path / "around.html").as_uri(), offline=True)
    for number, at in enumerate(tab.page.query_selector_all("iframe")):
        inside = at.content_frame()
        inside.wait_for_selector(READY, state="attached")
        inside.focus("[type=range]")
        inside.press("[type=range]", "End")
        assert inside.inner_text(".says >> nth=0").startswith("The square is 50 wide.")
        inside.wait_for_timeout(250)  # the address would be set now
        if number == 0:
            assert at.bounding_box()["height"] >= inside.evaluate("document.body.scrollHeight")
            assert at.get_attribute("title") == HOSTILE
    assert tab.complaints == []


def test_the_same_states_give_the_same_page() -> None:
    assert document(payload()) == document(payload())


def test_what_is_no_number_is_a_text_in_the_tables() -> None:
    column = {"name": "loss", "unit": "nat", "values": [float("nan"), float("-inf"), 0.12345678, 3]}
    (table,) = numbers_of({"panel": {"losses": [column]}})["panel"]
    assert table == {"name": "losses", "columns": [("loss [nat]", ["nan", "-inf", 0.123457, 3])]}
    assert "NaN" not in as_json({**payload(), "numbers": [table]})


def test_a_page_of_one_theme_wears_it_and_has_no_switch(
    tmp_path: Path, open_tab: Callable[..., Any]
) -> None:
    one = {**payload(), "themes": ["print"], "colors": {"c0": ["#ffffff"], "c1": ["#000000"]}}
    (tmp_path / "one.html").write_bytes(document(one))  # type: ignore[arg-type]
    tab = open_tab((tmp_path / "one.html").as_uri(), color_scheme="dark")
    tab.page.wait_for_selector(READY, state="attached")
    assert tab.page.query_selector(".theme-switch") is None
    worn = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert worn == "rgb(255, 255, 255)"
    assert tab.complaints == []
