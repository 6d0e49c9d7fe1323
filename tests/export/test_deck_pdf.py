"""The deck on paper: vectors, one page a step, words that can be found, notes, handouts."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lectures import LINKS
from PIL import Image

from mlanim.export.deck.lecture.blocks import Prose
from mlanim.export.deck.lecture.model import Deck
from mlanim.export.deck.lecture.parts import Head
from mlanim.export.deck.step import CoverSlide, FilmSlide, Step, Still, TextSlide
from mlanim.export.deck.typst import to_pdf
from mlanim.export.deck.typst.to_pdf import Paper
from mlanim.stage.colors.palette import LIGHT

pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")

HEAD = Head(title="T #emph[x]", author="A $ B")


@pytest.fixture(scope="module")
def pages(deck: Path) -> Any:
    return pypdf.PdfReader(deck / "lecture.pdf")


def words_of(file: Path, *options: str) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    done = subprocess.run(
        ["pdftotext", *options, str(file), "-"], check=True, capture_output=True, text=True
    )
    return done.stdout


def test_a_page_of_vectors_for_each_step(pages: Any) -> None:
    assert len(pages.pages) == len(LINKS)
    for page in pages.pages:
        assert tuple(page.mediabox) == (0, 0, 960, 540)
        assert not page.images


def test_bookmarks_title_and_author(pages: Any) -> None:
    assert pages.metadata.title == "Arrows & <b>angles</b>"
    assert pages.metadata.author == "Ada Example"
    assert pages.metadata.creation_date is None
    step = "A small demonstration"
    found = [
        [entry.title for entry in item] if isinstance(item, list) else item.title
        for item in pages.outline
    ]
    steps = [f"{step}, 1 of 2", f"{step}, 2 of 2"]
    head = ["Arrows & <b>angles</b>", "What an arrow says"]
    assert found == [*head, step, steps, step, steps, "The arrow alone"]
    inner = pages.outline[3][1]
    assert pages.get_destination_page_number(inner) == LINKS.index("demo/2")


def test_words_are_found_where_they_are_seen(deck: Path) -> None:
    page = str(1 + LINKS.index("demo/2"))
    found = words_of(deck / "lecture.pdf", "-bbox", "-f", page, "-l", page)
    box = re.search(r'<word xMin="([\d.]+)" yMin="([\d.]+)"[^>]*yMax="([\d.]+)">plain', found)
    assert box is not None
    left, top, bottom = map(float, box.groups())
    assert left == pytest.approx(37, abs=3)  # the caption begins at the margin
    assert 470 < top < bottom < 530
    assert "What an arrow says" in words_of(deck / "lecture.pdf", "-f", "2", "-l", "2")


def test_a_page_shows_what_the_film_ends_with(deck: Path, tmp_path: Path) -> None:
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is not installed")
    number = 1 + LINKS.index("demo/2")
    command = ["pdftoppm", "-png", "-r", "24", "-f", str(number), "-l", str(number)]
    subprocess.run([*command, str(deck / "lecture.pdf"), str(tmp_path / "page")], check=True)
    (page,) = (Image.open(path) for path in tmp_path.glob("page-*.png"))
    seen = np.asarray(page.convert("RGB").resize((320, 180))).astype(int)
    html = (deck / "lecture.html").read_text(encoding="utf-8")
    section = html.partition('data-link="demo/2"')[2]
    file = re.search(r'class="after"[^>]*data-media="([^"]+)"', section)
    assert file is not None
    film = np.asarray(Image.open(deck / file.group(1)).convert("RGB")).astype(int)
    assert np.abs(seen - film).mean() < 4


def still_of(root: Path) -> Still:
    """A page of vectors below `root`, as a scene's worker leaves it."""
    cairo = pytest.importorskip("cairo")
    buffer = io.BytesIO()
    surface = cairo.PDFSurface(buffer, 504, 283.5)
    surface.finish()
    (root / "0.pdf").write_bytes(buffer.getvalue())
    word = {"text": 'an "arrow" #panic(1)', "x": 0.1, "y": 0.2, "em": 0.03}
    return Still("/0.pdf", (word,))


def written(root: Path, paper: Paper, notes: str = "what is said") -> Path:
    """Five steps laid out on paper."""
    film = FilmSlide(1.0, False, False, "", None, still_of(root))
    steps = [
        Step("title", 1, 1, "T #emph[x]", "", "", CoverSlide(HEAD)),
        *(Step("scene", n, 3, "S", 'alt "x"', f"{notes} {n}", film) for n in (1, 2, 3)),
        Step("text", 1, 1, "H", "", notes, TextSlide("H ]", (Prose("words"),), LIGHT, root, 1)),
    ]
    path = root / "paper.pdf"
    to_pdf.write(Deck(HEAD, ()), steps, LIGHT, path, root, paper)
    return path


@pytest.mark.parametrize(
    ("paper", "count", "noted"),
    [
        (Paper(), 5, False),
        (Paper(notes=True), 5, True),
        (Paper(handout=1), 5, False),
        (Paper(handout=2), 3, False),
        (Paper(handout=2, notes=True), 3, True),
        (Paper(handout=4), 2, False),
        (Paper(handout=4, notes=True), 2, True),
    ],
)
def test_how_many_pages_and_whether_notes_are_on_them(
    paper: Paper, count: int, noted: bool, tmp_path: Path
) -> None:
    path = written(tmp_path, paper)
    assert len(pypdf.PdfReader(path).pages) == count
    words = words_of(path)
    assert ("what is said 2" in words) == noted
    assert 'an "arrow" #panic(1)' in words  # data, not markup
    assert "T #emph[x]" in words


def test_long_notes_are_all_there(tmp_path: Path) -> None:
    long = " ".join(f"word{number}" for number in range(1200))
    for paper in (Paper(notes=True), Paper(handout=4, notes=True)):
        words = words_of(written(tmp_path, paper, long))
        assert words.count("word1199") == 4
