"""A deck as PowerPoint slides: each step a slide, its film filling it and playing by itself."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any, BinaryIO

from mlanim.engine.files import replacing
from mlanim.export.deck.lecture.model import Deck
from mlanim.export.deck.step import CoverSlide, FilmSlide, Step, TextSlide
from mlanim.export.deck.typst import pages
from mlanim.export.deck.typst.areas import EM, LOGO_HEIGHT, MARGIN, WIDTH, emu, film_area
from mlanim.export.seal import UNSEALED, sealed
from mlanim.stage.colors.palette import Theme
from mlanim.words.printable import printable

TIMING = Path(__file__).with_name("timing.xml")
NO_DATE = datetime.datetime(2000, 1, 1)  # a deck's file is the same whenever it is made

_SLIDE = "{http://schemas.openxmlformats.org/presentationml/2006/main}"


def write(deck: Deck, steps: Sequence[Step], theme: Theme, path: Path) -> None:
    """Write the file.

    Raises:
        OSError: if it cannot be written.
    """
    from mlanim.export.deck.powerpoint import office

    file = office.blank(theme)
    about = file.core_properties
    about.title, about.author = printable(deck.title), printable(deck.head.author)
    about.created = about.modified = NO_DATE
    about.last_modified_by = ""
    about.identifier = UNSEALED
    for number, step in enumerate(steps, 1):
        slide = _add(file, step)
        if step.footed:
            office.add_foot(slide, deck.style, number, len(steps))
    buffer = io.BytesIO()
    file.save(buffer)
    with replacing(path) as target:
        target.write(sealed(_without_dates(buffer), ".pptx"))


def _add(file: Any, step: Step) -> Any:
    """A slide with what the step shows."""
    from mlanim.export.deck.powerpoint import office, slide_text
    from mlanim.export.deck.powerpoint.voice import add_voice

    shown = step.shown
    texts = slide_text.written(shown) if isinstance(shown, TextSlide) else []
    name = office.COVER if isinstance(shown, CoverSlide) else office.BY_TEXTS[_count(texts)]
    (layout,) = (layout for layout in file.slide_layouts if layout.name == name)
    slide = file.slides.add_slide(layout)
    slide.shapes.title.text = printable(step.heading or step.called)
    match shown:
        case FilmSlide():
            _show_film(slide, step, shown)
        case TextSlide():
            slide_text.fill(slide, shown, texts, step.alt or step.title)
        case CoverSlide():
            _show_cover(slide, shown)
    if not isinstance(shown, CoverSlide):
        office.set_heading(slide.shapes.title, shown.heading_lines)
    if step.voice is not None:
        auto = isinstance(shown, FilmSlide) and shown.auto
        add_voice(slide, step.voice, TIMING, auto)
    if step.notes:
        slide.notes_slide.notes_text_frame.text = printable(step.notes)
    return slide


def _count(texts: Sequence[object]) -> int:
    return sum(text is not None for text in texts)


def _show_cover(slide: Any, cover: CoverSlide) -> None:
    from pptx.enum.dml import MSO_THEME_COLOR

    body = slide.placeholders[1].text_frame
    body.text = "\n".join(printable(words) for _, words in cover.lines)
    if cover.head.subtitle:
        (run,) = body.paragraphs[0].runs
        run.font.size, run.font.color.theme_color = emu(44 * EM), MSO_THEME_COLOR.TEXT_1
    if cover.logo:
        drawn = io.BytesIO(pages.picture(cover.logo, "png", LOGO_HEIGHT))
        logo = slide.shapes.add_picture(drawn, 0, emu(MARGIN), height=emu(LOGO_HEIGHT))
        logo.left = emu(WIDTH - MARGIN) - logo.width
        logo.name = "Logo"


def _show_film(slide: Any, step: Step, film: FilmSlide) -> None:
    """The film over the title, and over the film its last frame, which appears when it has run.

    A still that appears is hidden from the moment when the slide is shown, and there wherever
    nothing plays: in print, in the overview, in other programs. A film's own poster would be seen
    for a moment before it plays, so that is the frame from which it starts.
    """
    assert film.clip is not None
    before, after = str(film.clip.before), str(film.clip.after)
    area = film_area(film.heading_lines)
    left, top, wide, high = fitted(film.clip.after, emu(area.width), emu(area.height))
    place = (emu(area.left) + left, emu(area.top) + top, wide, high)
    movie = slide.shapes.add_movie(
        str(film.clip.video), *place, poster_frame_image=before, mime_type="video/mp4"
    )
    _describe(movie, "Film", step)
    # Without an end there is no last frame: a loop's poster is what print shows.
    still = None if film.loop else slide.shapes.add_picture(after, *place)
    if still is not None:
        _describe(still, "Last frame", step)
    _set_timing(slide, film, movie, still)


def fitted(picture: Path | BinaryIO, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, width and height of a picture as large as the slide allows."""
    from PIL import Image

    with Image.open(picture) as opened:
        columns, rows = opened.size
    scale = min(width / columns, height / rows)
    wide, high = round(columns * scale), round(rows * scale)
    return (width - wide) // 2, (height - high) // 2, wide, high


def _describe(shape: Any, name: str, step: Step) -> None:
    shape.name = name
    shape._element.xpath(".//p:cNvPr")[0].set("descr", printable(step.alt or step.title))


def _set_timing(slide: Any, film: FilmSlide, movie: Any, still: Any) -> None:
    """Play the film when the slide appears; then show the still, or go on."""
    from lxml import etree

    milliseconds = round(1000 * film.seconds)
    source = Template(TIMING.read_text(encoding="utf-8")).substitute(
        milliseconds=milliseconds,
        movie=movie.shape_id,
        still="" if still is None else still.shape_id,
        repeats="indefinite" if film.loop else "1000",  # thousandths: once
    )
    timing = etree.fromstring(source, etree.XMLParser(remove_blank_text=True))
    if still is None:
        appear = timing.xpath("//*[@id='7']")[0].getparent()
        appear.getparent().remove(appear)
    root = slide._element
    for old in root.findall(f"{_SLIDE}timing"):
        root.remove(old)
    if film.auto:
        root.append(etree.Element(f"{_SLIDE}transition", advClick="1", advTm=str(milliseconds)))
    root.append(timing)


def _without_dates(buffer: io.BytesIO) -> bytes:
    """The same archive, its files as old as archives can say."""
    again = io.BytesIO()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(again, "w") as target:
        for entry in source.infolist():
            plain = zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0))
            plain.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(plain, source.read(entry))
    return again.getvalue()
