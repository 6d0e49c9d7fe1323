"""The web deck in a real browser, from a file and without a network."""

from __future__ import annotations

import io
import itertools
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lectures import DEMO, LINKS, SMALL, run_deck
from offline import Window, opened
from PIL import Image

VIEW = {"viewport": {"width": 320, "height": 180}}


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory, decoded: Callable[..., Any]) -> dict[str, Any]:
    """How each step of a scene ends: frames of the whole video that `mlanim render` makes."""
    folder = tmp_path_factory.mktemp("video")
    video = folder / "demo.mp4"
    asked = ["render", str(DEMO), *SMALL, "--set", "angle=60", "-o", str(video)]
    subprocess.run([sys.executable, "-m", "mlanim", *asked], check=True, capture_output=True)
    slides = json.loads(video.with_suffix(".json").read_bytes())["slides"]
    frames = decoded(video).frames
    shown = [frames[round(slide["time"] * 10) - 1] for slide in slides]
    return {f"{name}/{n}": frame for name in ("demo", "again") for n, frame in enumerate(shown, 1)}


def here(window: Window) -> str:
    """The link of the step that is shown."""
    return str(window.page.evaluate("Reveal.getCurrentSlide().dataset.link"))


def picture(window: Window) -> np.ndarray:
    """What is to be seen, but for the bar of progress at the lower edge."""
    image = Image.open(io.BytesIO(window.page.screenshot())).convert("RGB")
    return np.asarray(image).astype(int)[:170]


def wait_until_played(window: Window) -> dict[str, Any]:
    """Let the step's film run to its end, eight times as fast; what the browser says of it."""
    found: dict[str, Any] = window.page.evaluate(
        """async () => {
            const video = Reveal.getCurrentSlide().querySelector("video");
            if (!video) return null;
            video.playbackRate = 8;
            if (!video.ended) await new Promise((done) => video.addEventListener("ended", done));
            await new Promise(requestAnimationFrame);
            const seen = video.getVideoPlaybackQuality().totalVideoFrames;
            return { seen, at: video.currentTime, long: video.duration, muted: video.muted };
        }"""
    )
    return found


def assert_looks_like(window: Window, expected: np.ndarray) -> None:
    difference = np.abs(picture(window) - expected[:170].astype(int))
    assert difference.mean() < 1.5
    assert np.percentile(difference, 99.5) < 40


@pytest.fixture(scope="module")
def shown(chromium: Any, deck: Path) -> Iterator[Window]:
    with opened(chromium, (deck / "one.html").as_uri(), **VIEW) as window:
        window.page.wait_for_selector(".reveal.ready")
        yield window


def test_forward_and_back_through_all_steps(shown: Window, ends: dict[str, Any]) -> None:
    page, path = shown.page, []
    for link in LINKS:
        path.append(here(shown))
        assert page.evaluate("location.hash") == f"#/{link}"
        if link == "again/1":  # it loops, so it never ends
            page.evaluate("new Promise((done) => setTimeout(done, 200))")
            looping = page.evaluate("Reveal.getCurrentSlide().querySelector('video').loop")
            assert looping
        else:
            played = wait_until_played(shown)
            assert (played is not None) == ("/" in link)
        if link in ends and link != "again/1":
            assert played["at"] == pytest.approx(played["long"], abs=0.2)
            assert played["seen"] > 0
            assert played["muted"]
            assert_looks_like(shown, ends[link])
        page.keyboard.press("PageDown")  # as a clicker does
    assert path == LINKS
    for link in reversed(LINKS[:-1]):
        page.keyboard.press("ArrowLeft")
        assert here(shown) == link
        if link in ends:  # at once, and not only when the film has run again
            assert_looks_like(shown, ends[link])
    assert shown.complaints == []


def test_nothing_is_asked_for_but_the_file_itself(shown: Window, deck: Path) -> None:
    asked = [url for url in shown.requests if not url.startswith(("blob:", "data:"))]
    assert asked == [(deck / "one.html").as_uri()]


def test_a_picture_under_a_film_is_how_the_step_before_ended(
    shown: Window, ends: dict[str, Any]
) -> None:
    shown.page.evaluate("location.hash = '#/demo/2'")
    shown.page.wait_for_selector("section.present[data-link='demo/2']")
    shown.page.evaluate(
        """() => {
            const step = Reveal.getCurrentSlide();
            step.classList.remove("ended");
            step.querySelector("video").style.visibility = "hidden"; // as if not yet decoded
        }"""
    )
    assert_looks_like(shown, ends["demo/1"])
    shown.page.evaluate("document.querySelectorAll('video').forEach((v) => v.style = '')")


def test_the_speaker_view_has_notes_a_clock_the_plan_and_both_slides(
    chromium: Any, deck: Path
) -> None:
    size = {"viewport": {"width": 640, "height": 360}}
    with opened(chromium, (deck / "one.html").as_uri(), **size) as window:
        window.page.wait_for_selector(".reveal.ready")
        window.page.keyboard.press("ArrowRight")
        with window.page.expect_popup() as popup:
            window.page.keyboard.press("s")
        speaker = popup.value
        texts = lambda: {  # noqa: E731
            name: speaker.locator(f".{name}").inner_text()
            for name in ("count", "clock", "notes", "plan", "which")
        }
        said = texts()
        assert said["count"] == f"2 of {len(LINKS)}"
        assert said["notes"] == "Ask first. </script><script>alert(1)</script>"
        assert re.match(r"\d\d?:\d\d", said["clock"])
        # 3 minutes, of which the second slide takes 1 and the six others share the rest.
        assert said["plan"] == "1:20"
        assert said["which"] == "ahead of the plan"
        names = [speaker.locator(f".{name} > h2 b").inner_text() for name in ("now", "next")]
        assert names == ["What an arrow says", "A small demonstration, 1 of 2"]
        loaded = "[...document.images].map((image) => image.complete && image.naturalWidth > 0)"
        assert speaker.evaluate("Promise.all([...document.images].map((i) => i.decode()))")
        assert all(speaker.evaluate(loaded))
        boxes = [speaker.locator(part).bounding_box() for part in (".now", ".next", ".said")]
        assert_apart([*boxes, speaker.locator("footer").bounding_box()])
        speaker.keyboard.press("ArrowRight")
        assert here(window) == "demo/1"
        assert texts()["notes"] == "There is an arrow."
        assert window.complaints == []
        allowed = ((deck / "one.html").as_uri(), "blob:", "data:", "about:")
        assert [url for url in window.requests if not url.startswith(allowed)] == []


def assert_apart(boxes: list[Any]) -> None:
    """No two of these boxes overlap."""
    for one, other in itertools.combinations(boxes, 2):
        across = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
        down = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
        assert across or down, (one, other)


def test_all_steps_at_a_glance_and_a_way_to_each(shown: Window) -> None:
    page = shown.page
    page.evaluate("location.hash = '#/demo/1'")
    page.wait_for_selector("section.present[data-link='demo/1']")
    page.keyboard.press("o")
    buttons = page.locator(".overview button")
    assert buttons.all_inner_texts()[2:4] == [f"A small demonstration, {n} of 2" for n in (1, 2)]
    assert buttons.count() == len(LINKS)
    drawn = (
        "[...document.querySelectorAll('.overview img')].every((i) => i.complete && i.naturalWidth)"
    )
    page.evaluate(
        "Promise.all([...document.querySelectorAll('.overview img')].map((i) => i.decode()))"
    )
    assert page.evaluate(drawn)
    assert page.evaluate("document.activeElement.getAttribute('aria-current')") == "step"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector("section.present[data-link='demo/2']")
    assert not page.locator(".overview").is_visible()
    for shown_now in (True, False):  # the key that opens it also closes it
        page.keyboard.press("o")
        assert page.locator(".overview").is_visible() == shown_now


def test_the_keys_are_listed_and_a_number_leads_to_its_step(shown: Window) -> None:
    page = shown.page
    page.keyboard.press("?")
    listed = page.locator(".keys").inner_text()
    assert not page.evaluate("Reveal.isPaused()")
    assert "the speaker's view" in listed
    assert "captions" in listed
    before = here(shown)
    page.keyboard.press("ArrowRight")  # the deck behind stays where it is
    assert here(shown) == before
    page.keyboard.press("?")
    assert not page.locator(".keys").is_visible()
    for number, link in ((len(LINKS), LINKS[-1]), (2, LINKS[1])):
        page.keyboard.press("g")
        page.keyboard.type(str(number))
        page.keyboard.press("Enter")
        page.wait_for_selector(f"section.present[data-link='{link}']")
        assert not page.locator(".number").is_visible()
    page.keyboard.press("g")
    page.keyboard.type(str(len(LINKS) + 1))
    page.keyboard.press("Enter")
    assert page.locator(".number").is_visible()  # the browser says what is allowed
    page.keyboard.press("Escape")
    assert here(shown) == LINKS[1]


def test_a_link_leads_to_its_step(chromium: Any, deck: Path) -> None:
    for hash, link in {"#/demo/2": "demo/2", "#/again": "again/1", "#/nowhere": "title"}.items():
        with opened(chromium, f"{(deck / 'one.html').as_uri()}{hash}", **VIEW) as window:
            window.page.wait_for_selector(".reveal.ready")
            assert here(window) == link


def test_a_step_goes_on_by_itself_where_it_was_asked_to(
    chromium: Any, deck: Path, tmp_path: Path
) -> None:
    text = (deck / "lecture.toml").read_text().replace("loop = [1]\n", "")
    (tmp_path / "lecture.toml").write_text(text)
    run_deck(tmp_path, "-o", "auto.html", "--one-file")
    with opened(chromium, (tmp_path / "auto.html").as_uri(), **VIEW) as window:
        window.page.wait_for_selector(".reveal.ready")
        window.page.evaluate("location.hash = '#/again/1'")
        window.page.wait_for_selector("section.present[data-link='again/2']", timeout=20_000)


def test_no_motion_for_those_who_asked_for_none(
    chromium: Any, deck: Path, ends: dict[str, Any]
) -> None:
    with opened(chromium, (deck / "one.html").as_uri(), **VIEW, reduced_motion="reduce") as window:
        window.page.wait_for_selector(".reveal.ready")
        for _ in range(2):
            window.page.keyboard.press("ArrowRight")
        assert here(window) == "demo/1"
        assert_looks_like(window, ends["demo/1"])
        assert not window.page.locator("video[src]").count()


def test_printing_gives_a_still_of_each_step(chromium: Any, deck: Path) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    with opened(chromium, f"{(deck / 'one.html').as_uri()}?print-pdf", **VIEW) as window:
        window.page.wait_for_selector(".pdf-page >> nth=6", state="attached")
        window.page.evaluate("Promise.all([...document.images].map((i) => i.decode()))")
        pages = pypdf.PdfReader(io.BytesIO(window.page.pdf(prefer_css_page_size=True))).pages
    assert len(pages) == len(LINKS)
    for page, link in zip(pages, LINKS, strict=True):
        assert bool(page.images) == ("/" in link), link  # figures and text are vectors


def test_swipes_lead_on_and_back(chromium: Any, deck: Path) -> None:
    def swipe(by: int) -> None:
        for kind, x in (("touchStart", 160), ("touchMove", 160 + by), ("touchEnd", None)):
            points = [] if x is None else [{"x": x, "y": 90}]
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    with opened(chromium, (deck / "one.html").as_uri(), **VIEW, has_touch=True) as window:
        window.page.wait_for_selector(".reveal.ready")
        finger = window.page.context.new_cdp_session(window.page)
        seen = []
        for by in (-90, -90, -90, 90):
            swipe(by)
            seen.append(here(window))
        assert seen == [*LINKS[1:4], LINKS[2]]


def test_captions_come_and_go_with_a_key(shown: Window) -> None:
    page = shown.page
    page.evaluate("location.hash = '#/demo/2'")
    page.wait_for_selector("section.present[data-link='demo/2']")
    strip = page.locator(".captions")
    assert not strip.is_visible()
    page.keyboard.press("c")
    wait_until_played(shown)
    said = "It went to the right & stayed. </script>"
    assert strip.inner_text() == said  # over the last frame as well
    film = page.locator("section.present[data-link='demo/2'] .picture").bounding_box()
    assert film["y"] + film["height"] <= strip.bounding_box()["y"] + 1
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert strip.inner_text() == said  # where one comes back to it
    page.keyboard.press("c")
    assert not strip.is_visible()


def test_axe_finds_nothing_serious(shown: Window) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    for link in ("title", "what-an-arrow-says", "demo/2"):
        shown.page.evaluate(f"location.hash = '#/{link}'")
        shown.page.wait_for_selector(f"section.present[data-link='{link}']")
        violations = axe.Axe().run(shown.page).response["violations"]
        assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == []


def test_a_folder_holds_what_the_page_needs_and_nothing_else(chromium: Any, deck: Path) -> None:
    page = (deck / "lecture.html").read_text(encoding="utf-8")
    files = {f"lecture_files/{path.name}" for path in (deck / "lecture_files").iterdir()}
    assert set(re.findall(r'data-media="([^"]+)"', page)) == files
    with opened(chromium, (deck / "lecture.html").as_uri(), **VIEW) as window:
        window.page.wait_for_selector(".reveal.ready")
        for _ in range(3):
            window.page.keyboard.press("ArrowRight")
        assert wait_until_played(window)["seen"] > 0
        assert window.complaints == []
        assert all(url.startswith((deck.as_uri(), "data:")) for url in window.requests)


def test_the_same_deck_is_the_same_bytes_and_files_of_others_stay(deck: Path) -> None:
    before = {p: p.read_bytes() for p in deck.rglob("*") if p.is_file()}
    others = [deck / "lecture_files" / name for name in ("0123456789abcdef.mp4", "mine.mp4")]
    for other in others:
        other.write_bytes(b"not ours")
    run_deck(deck, "-o", "one.html", "--one-file")
    run_deck(deck, "-o", "lecture.html", "-o", "lecture.pptx", "-o", "lecture.pdf")
    for other in others:
        assert other.read_bytes() == b"not ours"
        other.unlink()
    assert {p: p.read_bytes() for p in deck.rglob("*") if p.is_file()} == before
