"""The PowerPoint deck, read back by python-pptx and shown by LibreOffice."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from lectures import LINKS
from PIL import Image

from mlanim.export.deck.lecture.model import Deck
from mlanim.export.deck.lecture.parts import Head
from mlanim.export.deck.powerpoint import to_pptx
from mlanim.export.deck.step import FilmPiece, FilmSlide, Step
from mlanim.stage.colors.palette import DARK, LIGHT

pptx = pytest.importorskip("pptx", reason="python-pptx is not installed")
NAMES = {"p": "http://schemas.openxmlformats.org/presentationml/2006/main"}
FILMS = [index for index, link in enumerate(LINKS) if "/" in link]
LOOP = LINKS.index("again/1")


@pytest.fixture(scope="module")
def slides(deck: Path) -> list[Any]:
    return list(pptx.Presentation(str(deck / "lecture.pptx")).slides)


def shape(slide: Any, name: str) -> Any:
    return next((shape for shape in slide.shapes if shape.name == name), None)


def test_each_step_is_a_slide_with_a_title_and_notes(slides: list[Any]) -> None:
    assert [slide.shapes.title.text for slide in slides] == [
        "Arrows & <b>angles</b>", "What an arrow says",
        "A small demonstration, 1 of 2", "A small demonstration, 2 of 2",
        "A small demonstration, 1 of 2", "A small demonstration, 2 of 2",
        "The arrow alone",
    ]  # fmt: skip
    assert slides[0].placeholders[1].text == "Ada Example"
    notes = [s.notes_slide.notes_text_frame.text if s.has_notes_slide else "" for s in slides]
    assert notes == [
        "", "Ask first. </script><script>alert(1)</script>",
        "There is an arrow.", "It went to the right & stayed. </script>",
        "There is an arrow.", "It has moved.", "Done.",
    ]  # fmt: skip


def test_a_film_fills_its_slide_and_plays_when_the_slide_appears(slides: list[Any]) -> None:
    for index in FILMS:
        movie = shape(slides[index], "Film")
        assert (movie.left, movie.top) == (0, 0)
        assert (movie.width, movie.height) == (pptx.util.Pt(960), pptx.util.Pt(540))
        tree = slides[index]._element
        (command,) = tree.xpath(".//p:timing//p:seq//p:cmd[@cmd='playFrom(0.0)']")
        assert command.xpath(".//p:spTgt/@spid", namespaces=NAMES) == [str(movie.shape_id)]
        begin = "ancestor::p:cTn/p:stCondLst/p:cond[@evt='onBegin']"
        assert len(command.xpath(begin, namespaces=NAMES)) == 1  # without a click
        assert tree.xpath(".//p:cNvPr[@name='Film']/@descr")[0].startswith("A small demonstration")


def test_only_a_loop_repeats_and_what_goes_on_by_itself_says_when(slides: list[Any]) -> None:
    for index in FILMS:
        repeats = slides[index]._element.xpath(".//p:video//p:cTn/@repeatCount")
        assert repeats == (["indefinite"] if index == LOOP else ["1000"])
    waits = [slide._element.xpath("./p:transition/@advTm") for slide in slides]
    assert waits == [["1600"] if index == LOOP else [] for index in range(len(LINKS))]


def test_the_last_frame_appears_when_the_film_has_run(slides: list[Any]) -> None:
    for index in FILMS:
        still = shape(slides[index], "Last frame")
        assert (still is None) == (index == LOOP)
        if still is not None:
            effect = f".//p:set//p:spTgt[@spid='{still.shape_id}']"
            (wait,) = slides[index]._element.xpath(
                f"{effect}/ancestor::p:cTn[@id='7']/p:stCondLst/p:cond/@delay"
            )
            assert int(wait) == _milliseconds(slides[index])
    assert bytes(shape(slides[2], "Last frame").image.blob) == _poster(slides[3])


def _milliseconds(slide: Any) -> int:
    """How long a slide's film is, as its decoder says."""
    (name,) = slide._element.xpath(".//p:pic//a:videoFile/@r:link")
    with av.open(io.BytesIO(slide.part.related_part(name).blob)) as film:
        (stream,) = film.streams.video
        assert stream.average_rate is not None
        return round(1000 * sum(1 for _ in film.decode(stream)) / stream.average_rate)


def _poster(slide: Any) -> bytes:
    """The picture of a slide's film before it plays."""
    (name,) = slide._element.xpath(".//p:pic[p:nvPicPr/p:nvPr/a:videoFile]//a:blip/@r:embed")
    return bytes(slide.part.related_part(name).blob)


def test_colours_and_type_are_in_the_theme_and_the_file_is_wide(deck: Path) -> None:
    file = pptx.Presentation(str(deck / "lecture.pptx"))
    assert file.slide_width * 9 == file.slide_height * 16
    with zipfile.ZipFile(deck / "lecture.pptx") as archive:
        theme = archive.read("ppt/theme/theme1.xml").decode()
        dates = {entry.date_time for entry in archive.infolist()}
    for role in ("background", "text", "input", "weight", "output", "gradient", "highlight"):
        assert DARK.roles[role][1:].upper() in theme
    assert theme.count('<a:latin typeface="Source Sans Pro"/>') == 2
    assert dates == {(1980, 1, 1, 0, 0, 0)}
    assert file.slide_master._element.find("{*}clrMap").get("bg1") == "dk1"


@pytest.fixture(scope="module")
def shown(deck: Path, tmp_path_factory: pytest.TempPathFactory) -> list[np.ndarray]:
    """The slides as LibreOffice shows them, each (90, 160, 3)."""
    for program in ("soffice", "pdftoppm"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    folder = tmp_path_factory.mktemp("office")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run(
        [*command, str(deck / "lecture.pptx")], check=True, capture_output=True, timeout=200
    )
    pages = ["pdftoppm", "-png", "-r", "48", str(folder / "lecture.pdf"), str(folder / "page")]
    subprocess.run(pages, check=True, capture_output=True)
    return [_small(path) for path in sorted(folder.glob("page-*.png"))]


def _small(picture: Any) -> np.ndarray:
    return np.asarray(Image.open(picture).convert("RGB").resize((160, 90))).astype(int)


def test_libreoffice_shows_every_slide_and_how_its_film_ends(
    shown: list[np.ndarray], slides: list[Any]
) -> None:
    assert len(shown) == len(LINKS)
    for index in FILMS:
        still = shape(slides[index], "Last frame")
        blob = _poster(slides[index]) if still is None else still.image.blob
        difference = np.abs(shown[index] - _small(io.BytesIO(blob)))
        assert difference.mean() < 4, LINKS[index]
    assert all(page.std() > 5 for page in (shown[0], shown[1], shown[-1]))  # none is blank


def test_a_hundred_steps(deck: Path, tmp_path: Path) -> None:
    media = deck / "lecture_files"
    video, picture = next(media.glob("*.mp4")), next(media.glob("*.png"))
    film = FilmSlide(2.2, False, False, "", FilmPiece(video, picture, picture), None)
    step = Step("scene", 1, 100, "A scene\x07", "alt\x00", "notes\x1b", film)
    steps = [replace(step, number=number) for number in range(1, 101)]
    to_pptx.write(Deck(Head(title="Long"), ()), steps, LIGHT, tmp_path / "long.pptx")
    slides = list(pptx.Presentation(str(tmp_path / "long.pptx")).slides)
    assert len(slides) == 100
    assert slides[99].shapes.title.text == "A scene\ufffd, 100 of 100"
    with zipfile.ZipFile(tmp_path / "long.pptx") as archive:
        assert len([n for n in archive.namelist() if n.startswith("ppt/media/")]) == 2


def test_a_film_of_another_shape_is_not_stretched() -> None:
    picture = Image.new("RGB", (100, 100))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    assert to_pptx.fitted(buffer, 1600, 900) == (350, 0, 900, 900)
