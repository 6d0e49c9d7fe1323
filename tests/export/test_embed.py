"""Each snippet in the program it is for: a browser, LaTeX, Typst, a Markdown parser."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mlanim.engine.errors import UsageError
from mlanim.export.web import embed, embed_live
from mlanim.export.web.embed import Rendered

NASTY = (
    r"""</figure><script>alert("x")</script> & \"q\" 100 % _a_ *b* [c](d) $e$ #f {g} ~ ^ `h` <!--"""
)
NAME = "a b & c"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, video: Path) -> Path:
    """A folder with a page's folder and a folder of renders, with hostile names and text."""
    folder = tmp_path_factory.mktemp("site")
    renders = folder / "my renders"
    renders.mkdir()
    shutil.copy(video, renders / f"{NAME}.mp4")
    Image.new("RGB", (160, 90), "teal").save(renders / f"{NAME}.png")
    Image.new("RGB", (160, 90), "teal").save(renders / f"{NAME}-figure.pdf")
    (renders / f"{NAME}.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nSaid.\n")
    about = {
        "scene": NAME, "kind": "video", "file": f"{NAME}.mp4", "params": {}, "format": "mp4",
        "resolution": [160, 90], "fps": 5, "theme": "dark", "transparent": False,
        "title": NASTY, "description": f"{NASTY}\n  again",
    }  # fmt: skip
    (renders / f"{NAME}.json").write_text(json.dumps(about))
    (folder / "pages").mkdir()
    return folder


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import numpy as np

    from mlanim.engine.encoding.video import FrameEncoder

    encoder = FrameEncoder(tmp_path_factory.mktemp("v") / "x.mp4", "mp4", (160, 90), 5, False)
    encoder.write(np.full((90, 160, 4), 128, np.uint8), 5)
    encoder.finish()
    return encoder.path


@pytest.fixture
def found(site: Path) -> Rendered:
    return embed.find(NAME, site / "my renders", site / "pages")


def test_paths_lead_from_the_page_to_the_files(found: Rendered) -> None:
    assert found.video == f"../my renders/{NAME}.mp4"
    assert found.figures == (f"../my renders/{NAME}-figure.pdf",)
    assert "\n" not in found.description


def test_a_browser_plays_it_with_poster_captions_and_name(
    site: Path, found: Rendered, open_tab: Callable[..., Any], serve_folder: Callable[[Path], str]
) -> None:
    lines = embed.as_html(found)
    (site / "pages" / "x.html").write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title>'
        f'<link rel="icon" href="data:,">{lines}'
    )
    tab = open_tab(f"{serve_folder(site)}/pages/x.html")
    seen = tab.page.evaluate(
        """async () => {
            const video = document.querySelector("video");
            video.muted = true;
            await video.play();
            const poster = new Image();
            poster.src = video.poster;
            await poster.decode();
            const cues = [...video.textTracks[0].cues].map(cue => cue.text);
            return [video.videoWidth, poster.width, cues, video.getAttribute("aria-label"),
                    document.querySelector("figcaption").textContent, document.scripts.length];
        }"""
    )
    assert seen == [160, 160, ["Said."], f"{NASTY} again", NASTY, 0]
    assert tab.complaints == []
    assert all("127.0.0.1" in address for address in tab.requests)


def test_markdown_is_a_poster_that_links_to_the_video(found: Rendered) -> None:
    from markdown_it import MarkdownIt

    (paragraph,) = [t for t in MarkdownIt().parse(embed.as_markdown(found)) if t.type == "inline"]
    link, image, _ = paragraph.children or []
    assert (
        link.attrs["href"] == f"../my%20renders/{NAME.replace(' ', '%20').replace('&', '%26')}.mp4"
    )
    assert str(image.attrs["src"]).endswith(".png")
    assert "".join(child.content for child in image.children or []) == f"{NASTY} again"


def test_typst_sets_it(site: Path, found: Rendered) -> None:
    import typst

    source = site / "pages" / "x.typ"
    source.write_text(embed.as_typst(found))
    pdf = typst.compile(str(source), root=str(site))
    text = _pdf_text(pdf, site / "typst.pdf")
    assert "<script>alert" in text.replace(" ", "").replace("“", '"')
    assert b".mp4" in pdf


def test_latex_sets_it(site: Path, found: Rendered) -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("there is no pdflatex here, and it is too large for the set-up")
    for name in (".png", ".pdf", ".mp4"):
        stem = "-figure" if name == ".pdf" else ""
        shutil.copy(
            site / "my renders" / f"{NAME}{stem}{name}", site / "my renders" / f"x{stem}{name}"
        )
    plain = replace(found, video="../my renders/x.mp4", figures=("../my renders/x-figure.pdf",))
    source = site / "pages" / "x.tex"
    source.write_text(
        "\\documentclass{article}\\usepackage{graphicx}\\usepackage{hyperref}\\begin{document}\n"
        + embed.as_latex(plain) + "\n\\end{document}\n"
    )  # fmt: skip
    ran = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", source.name],
        cwd=source.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-2000:]
    text = _pdf_text(source.with_suffix(".pdf").read_bytes(), site / "latex.pdf")
    for piece in ("100 %", "</figure>", "#f", "{g}", "*b*"):
        assert piece in text
    with pytest.raises(UsageError, match="LaTeX cannot take"):
        embed.as_latex(found)


def _pdf_text(pdf: bytes, path: Path) -> str:
    from pypdf import PdfReader

    path.write_bytes(pdf)
    return " ".join((PdfReader(path).pages[0].extract_text() or "").split())


def test_quarto_has_a_player_for_pages_and_a_still_for_paper(found: Rendered) -> None:
    lines = embed.as_quarto(found)
    page, paper = lines.split('::: {.content-visible unless-format="html"}')
    assert embed.as_html(found) in page
    assert "-figure.pdf)" in paper
    assert lines.count(":::") == 4


def test_a_picture_is_an_image(found: Rendered) -> None:
    picture = replace(found, video="x/y.gif")
    assert "<img" in embed.as_html(picture)
    assert "<video" not in embed.as_html(picture)
    assert embed.as_markdown(picture).startswith("![")


def test_a_name_that_looks_like_a_scheme_stays_a_path(found: Rendered) -> None:
    assert 'src="a%3Ab.mp4"' in embed.as_html(replace(found, video="a:b.mp4"))


def test_what_is_not_rendered_is_asked_for(
    mlanim: Callable[..., Any], demo: Path, tmp_path: Path
) -> None:
    ran = mlanim("embed", demo)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        f"Error: There is no video of demo in renders/; run: mlanim render {demo} -o renders/\n"
    )
    assert mlanim("embed", "nothing_like_it").code == 2
    (tmp_path / "strange.mp4").write_bytes(b"")
    for file, missing in (("none.mp4", "none.mp4"), ("strange.mp4", "strange.json")):
        ran = mlanim("embed", file)
        assert ran.code == 2
        assert f"There is no file {missing}; give a scene, or a film of `mlanim render`" in ran.err
    ran = mlanim("embed", demo, "--page", "x.odd")
    assert ran.code == 2
    assert "give --format html, markdown, quarto, myst, latex, typst" in ran.err


def test_the_command_prints_for_the_page_it_is_given(
    mlanim: Callable[..., Any], site: Path
) -> None:
    video = site / "my renders" / f"{NAME}.mp4"
    ran = mlanim("embed", video, "--page", site / "pages" / "x.md")
    assert ran.code == 0
    assert ran.out.startswith("[![")
    assert "(../my%20renders/a%20b%20%26%20c.mp4)" in ran.out


@pytest.fixture
def live(site: Path) -> Path:
    """The page of a live figure beside what was rendered."""
    from live_pages import payload

    from mlanim.export.live.page.document import document

    path = site / "my renders" / f"{NAME}-live.html"
    path.write_bytes(document({**payload(), "title": NASTY}))
    return path


def test_a_live_figure_stands_in_a_frame_as_high_as_it_needs(
    site: Path, live: Path, open_tab: Callable[..., Any], serve_folder: Callable[[Path], str]
) -> None:
    page = embed_live.find(live, NAME, site / "pages", NAME)
    assert page.still == f"../my renders/{NAME}-figure.pdf"
    (site / "pages" / "x.html").write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title>'
        f'<link rel="icon" href="data:,">{embed_live.as_html(page)}'
    )
    tab = open_tab(f"{serve_folder(site)}/pages/x.html", viewport={"width": 360, "height": 640})
    frame = tab.page.query_selector("iframe")
    inside = frame.content_frame()
    inside.wait_for_selector(".controls:not([hidden])")
    inside.press("[type=range]", "End")
    assert inside.inner_text(".says >> nth=0").startswith("The square is 50 wide.")
    assert frame.get_attribute("title") == NASTY
    assert frame.bounding_box()["height"] >= inside.evaluate("document.body.scrollHeight")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert tab.complaints == []


def test_a_live_figure_in_quarto_and_jupyter_book(
    site: Path, live: Path, mlanim: Callable[..., Any]
) -> None:
    page = embed_live.find(live, NAME, site / "pages", NAME)
    in_pages, on_paper = embed_live.as_quarto(page).split('unless-format="html"}')
    assert embed_live.as_html(page) in in_pages
    assert "-figure.pdf)](" in on_paper
    assert "-live.html)" in on_paper
    printed = mlanim("embed", live, "--live", "--page", site / "pages" / "x.md", "--format", "myst")
    assert printed.out == f"```{{raw}} html\n{embed_live.as_html(page)}\n```\n"


def test_a_live_figure_that_cannot_be_put_there_is_refused(
    mlanim: Callable[..., Any], demo: Path, tmp_path: Path
) -> None:
    ran = mlanim("embed", demo, "--live")
    assert (ran.code, ran.out) == (1, "")
    file = Path("renders/demo-live.html")
    assert ran.err == (
        f"Error: There is no live figure of demo at {file}; run: mlanim explore {demo} -o {file}\n"
    )
    (tmp_path / "x.html").write_text("<title>x</title>")
    with pytest.raises(UsageError, match="is no page that `mlanim explore` made"):
        embed_live.find(tmp_path / "x.html", "x", tmp_path, "x")
