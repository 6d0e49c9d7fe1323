"""The gallery in a browser: it plays, filters, dresses, and asks nobody else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from live_pages import payload
from PIL import Image

from mlanim.engine.encoding.video import FrameEncoder
from mlanim.engine.errors import UsageError
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.export.live.page.document import document
from mlanim.export.making import RunOptions
from mlanim.export.web import gallery
from mlanim.export.web.site import Site
from mlanim.stage import theme

SCENES = Path(__file__).parent.parent / "demo_scenes"
HOSTILE = """<script>alert("t")</script> & 'quotes' {{ 7 * 7 }}"""
THEMES = ("dark", "light")


def publish(folder: Path, entry: SceneEntry) -> None:
    """What a film and its figures leave in the site, from a film of two plain seconds."""
    for shade, name in enumerate(THEMES):
        film = folder / f"films/{entry.name}-{name}.mp4"
        film.parent.mkdir(parents=True, exist_ok=True)
        encoder = FrameEncoder(film, "mp4", (160, 90), 5, False)
        encoder.write(np.full((90, 160, 4), 200 * shade, np.uint8), 10)
        encoder.finish()
        Image.new("RGB", (160, 90), (200 * shade,) * 3).save(film.with_suffix(".png"))
        film.with_suffix(".vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nSaid.\n")
        slides = [{"time": time, "notes": notes} for time, notes in ((1, "One."), (2, HOSTILE))]
        about = {
            "scene": entry.name, "kind": "video", "file": film.name, "params": {},
            "format": "mp4", "resolution": [160, 90], "fps": 5, "theme": name,
            "transparent": False, "duration": 2.0, "slides": slides,
        }  # fmt: skip
        film.with_suffix(".json").write_text(json.dumps(about))
        for format in gallery.FIGURES:
            figure = folder / f"figures/{format}/{entry.name}-{name}.{format}"
            figure.parent.mkdir(parents=True, exist_ok=True)
            figure.write_bytes(b"figure")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of two scenes; one has hostile text."""
    folder = tmp_path_factory.mktemp("site")
    demo, untidy = catalog.select([str(SCENES / "demo.py"), str(SCENES / "untidy.py")])
    entries = [demo, replace(untidy, title=HOSTILE, chapter="a & <b>", description=HOSTILE)]
    for entry in entries:
        publish(folder, entry)
    (folder / "live").mkdir()
    (folder / "live" / "untidy.html").write_bytes(document(payload()))
    live = {"untidy": "live/untidy.html"}
    gallery.write(Site(folder, "docs/index.html"), entries, THEMES, "Scenes", live)
    return folder


@pytest.fixture
def tab(built: Path, open_tab: Callable[..., Any]) -> Any:
    opened = open_tab((built / "index.html").as_uri(), color_scheme="dark")
    yield opened
    assert opened.complaints == []
    assert all(address.startswith("file:") for address in opened.requests)


PLAYING = "video => !video.paused && video.currentTime > 0"


def test_plays_what_is_pointed_at_or_focused(tab: Any) -> None:
    page = tab.page
    video = page.locator("#demo video")
    assert video.evaluate("video => video.controls || !video.paused") is False
    page.hover("#demo .film")
    page.wait_for_function(f"({PLAYING})(document.querySelector('#demo video'))")
    page.hover("h1")
    page.wait_for_function("document.querySelector('#demo video').paused")
    page.focus("#untidy .play")
    page.wait_for_function(f"({PLAYING})(document.querySelector('#untidy video'))")
    page.focus("#demo .play")
    page.wait_for_function("document.querySelector('#untidy video').paused")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#demo video').controls")
    page.wait_for_function(f"({PLAYING})(document.querySelector('#demo video'))")


def test_keeps_still_for_those_who_ask_for_it(built: Path, open_tab: Callable[..., Any]) -> None:
    page = open_tab((built / "index.html").as_uri(), reduced_motion="reduce").page
    page.evaluate(
        "window.order = [];"
        "document.addEventListener('keydown', () => order.push('asked for'), true);"
        "document.querySelector('#demo video').addEventListener('play', () => order.push('plays'))"
    )
    page.hover("#demo .film")
    page.focus("#demo .play")
    page.keyboard.press("Enter")
    page.wait_for_function("order.includes('plays')")
    assert page.evaluate("order") == ["asked for", "plays"]


def test_a_step_of_the_narration_is_a_place_in_the_film(tab: Any) -> None:
    tab.page.click("#demo summary:has-text('Narration')")
    tab.page.click("#demo .seek >> nth=1")
    tab.page.wait_for_function("document.querySelector('#demo video').currentTime >= 1")


def test_filters_by_word_and_by_chapter(tab: Any) -> None:
    page = tab.page

    def shown() -> list[str]:
        return list(page.eval_on_selector_all(".scene:not([hidden])", "all => all.map(s => s.id)"))

    assert (shown(), page.inner_text(".count")) == (["demo", "untidy"], "2 scenes")
    page.fill("input[type=search]", "ARROW small")
    assert (shown(), page.inner_text(".count")) == (["demo"], "1 scene")
    page.fill("input[type=search]", "nowhere")
    assert (shown(), page.inner_text(".count")) == ([], "No scenes")
    page.fill("input[type=search]", "")
    page.check("input[value='A & <b>']", force=True)
    assert shown() == ["untidy"]


def test_any_text_is_shown_as_it_is(tab: Any) -> None:
    assert tab.page.inner_text("#untidy h2") == HOSTILE
    assert HOSTILE in tab.page.text_content("#untidy .steps")
    assert tab.page.evaluate("document.scripts.length") == 2


def test_the_switch_dresses_page_films_and_figures_and_is_remembered(tab: Any) -> None:
    page = tab.page

    def worn() -> tuple[str, ...]:
        script = """() => [getComputedStyle(document.body).backgroundColor,
            document.querySelector("#demo video").getAttribute("src"),
            document.querySelector("#demo .poster").getAttribute("src"),
            document.querySelector("#demo .downloads a").getAttribute("href")]"""
        return tuple(page.evaluate(script))

    def expected(name: str) -> tuple[str, ...]:
        red, green, blue = (theme.hex_to_rgb(theme.THEMES[name].roles["background"]) * 255).round()
        return (
            f"rgb({red:.0f}, {green:.0f}, {blue:.0f})", f"films/demo-{name}.mp4",
            f"films/demo-{name}.png", f"figures/svg/demo-{name}.svg",
        )  # fmt: skip

    assert worn() == expected("dark")
    page.click(".theme-switch")
    assert worn() == expected("light")
    page.reload()
    assert worn() == expected("light")


def test_a_live_figure_is_loaded_once_it_is_asked_for_and_wears_the_theme(tab: Any) -> None:
    assert not any(address.endswith("live/untidy.html") for address in tab.requests)
    tab.page.click("#untidy summary:has-text('Try it')")
    inside = tab.page.wait_for_selector("#untidy iframe[src]").content_frame()
    inside.wait_for_selector(".controls:not([hidden])")
    inside.press("[type=range]", "End")
    assert inside.inner_text(".says >> nth=0").startswith("The square is 50 wide.")
    tab.page.click(".theme-switch")
    inside.wait_for_selector("[data-theme=light]", state="attached")
    assert tab.page.query_selector("#demo .live") is None


def test_copies_the_command(
    built: Path, open_tab: Callable[..., Any], serve_folder: Callable[[Path], str]
) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    page = open_tab(f"{serve_folder(built)}/index.html", permissions=permissions).page
    page.click("#demo .copy")
    page.wait_for_function("document.querySelector('#demo .copy').textContent === 'Copied'")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.inner_text("#demo .command code")
    assert re.fullmatch(r"mlanim render \S*demo\.py", copied)


def test_fits_a_phone(built: Path, open_tab: Callable[..., Any]) -> None:
    page = open_tab((built / "index.html").as_uri(), viewport={"width": 360, "height": 740}).page
    for summary in page.query_selector_all("summary"):
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for box in [b.bounding_box() for b in page.query_selector_all("button:visible, label:visible")]:
        assert min(box["width"], box["height"]) >= 24


@pytest.mark.parametrize("scheme", THEMES)
def test_axe_finds_nothing_serious(built: Path, open_tab: Callable[..., Any], scheme: str) -> None:
    page = open_tab((built / "index.html").as_uri(), color_scheme=scheme).page
    for summary in page.query_selector_all("summary"):
        summary.click()
    rules = {"label-content-name-mismatch": {"enabled": True}}  # which axe leaves out by itself
    found = Axe().run(page, options={"rules": rules}).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []


def test_nothing_is_loaded_before_it_is_near(tmp_path: Path, open_tab: Callable[..., Any]) -> None:
    films = [{"dark": gallery.VideoFiles(f"films/{n}.mp4", f"films/{n}.png")} for n in range(43)]
    scenes = [
        gallery.Exhibit(
            f"scene{number}", "A title", "learning", ["Words."], "mlanim render a", 1600, 900,
            "0:10", films[number], None, {}, [], [],
        )
        for number in range(43)
    ]  # fmt: skip
    Site(tmp_path).write("gallery.html", title="Scenes", scenes=scenes, chapters=[])
    (tmp_path / "films").mkdir()
    for number in range(43):
        Image.new("RGB", (16, 9)).save(tmp_path / "films" / f"{number}.png")
    tab = open_tab((tmp_path / "index.html").as_uri(), viewport={"width": 1200, "height": 800})
    assert 1 <= sum(request.endswith(".png") for request in tab.requests) < 20
    assert not any(request.endswith(".mp4") for request in tab.requests)


def test_every_link_leads_into_the_site_or_to_the_documentation(built: Path) -> None:
    page = (built / "index.html").read_text()
    links = re.findall(r'(?:href|src|poster)="([^"]+)"', page)
    elsewhere = [link for link in links if not (built / unquote(link).partition("#")[0]).exists()]
    assert elsewhere == ["docs/index.html"]


@pytest.mark.parametrize("name", ["index.html", "assets/site.css", "mlanim-site.json"])
def test_leaves_what_is_not_its_own(tmp_path: Path, name: str) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / name).write_text("mine")
    with pytest.raises(
        UsageError, match=r"is there already, and is not as mlanim made it: .*force"
    ):
        Site(tmp_path)
    Site(tmp_path, force=True).write("gallery.html", title="Scenes", scenes=[], chapters=[])
    Site(tmp_path)  # which vouches for its files now
    (tmp_path / name).write_text("mine")
    with pytest.raises(UsageError, match="is not as mlanim made it"):
        Site(tmp_path)


def test_a_site_needs_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is a file; a site needs a folder"):
        Site(tmp_path / "file")


def test_two_scenes_of_one_name_are_refused(built: Path, tmp_path: Path) -> None:
    demo = catalog.select([str(SCENES / "demo.py")])[0]
    with pytest.raises(UsageError, match=r"Two scenes are called demo: .* and /elsewhere; rename"):
        gallery.jobs([demo, replace(demo, path="/elsewhere")], tmp_path, THEMES, {})


def test_the_command_builds_it_once_and_not_again(
    mlanim: Callable[..., Any], demo: Path, tmp_path: Path
) -> None:
    words = ("gallery", demo, "--theme", "light", "--resolution", "64x36", "--fps", "5")
    ran = mlanim(*words, "--quiet")
    assert (ran.code, ran.err) == (0, "")
    assert ran.paths == [Path("site/index.html")]
    page = (tmp_path / "site" / "index.html").read_text()
    assert "A small demonstration" in page
    assert str(tmp_path) not in page
    again = mlanim(*words)
    assert again.err.count("unchanged") == 4
    assert (tmp_path / "site" / "index.html").read_text() == page


def test_a_scene_that_fails_leaves_no_page(mlanim: Callable[..., Any], tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text(
        "from mlanim.stage.scene import LessonScene\n"
        "class Broken(LessonScene):\n    '''Broken'''\n"
        "    def compute(params): return {}\n    def construct(self): nothing\n"
    )
    ran = mlanim("gallery", broken, "--theme", "dark", "--resolution", "64x36", "--fps", "5")
    assert ran.code == 1
    assert "name 'nothing' is not defined" in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "site" / "index.html").exists()


def test_scenes_that_say_what_is_worth_a_slider_get_a_live_figure(tmp_path: Path) -> None:
    pair, demo = catalog.select([str(SCENES / "pair.py"), str(SCENES / "demo.py")])
    made = gallery.explore([pair, demo], tmp_path, ("light",), RunOptions(quiet=True), False)
    assert made == {"pair": "live/pair.html"}
    assert [path.name for path in (tmp_path / "live").iterdir()] == ["pair.html"]
    assert b"A pair of numbers" in (tmp_path / "live" / "pair.html").read_bytes()
