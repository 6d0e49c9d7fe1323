"""A deck as PowerPoint slides: each step a slide, its film filling it and playing by itself."""

from __future__ import annotations

import datetime
import importlib.util
import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from string import Template
from typing import Any, BinaryIO

from mlanim.engine.errors import RenderError
from mlanim.engine.files import replacing
from mlanim.export.deck import pages
from mlanim.export.deck.model import Deck
from mlanim.export.deck.step import Cover, Film, Page, Step
from mlanim.export.seal import UNSEALED, sealed
from mlanim.stage.colors.palette import Theme
from mlanim.words.printable import printable

TIMING = Path(__file__).with_name("timing.xml")
NO_DATE = datetime.datetime(2000, 1, 1)  # a deck's file is the same whenever it is made

_SLIDE = "{http://schemas.openxmlformats.org/presentationml/2006/main}"


def check() -> None:
    """Look for what writes PowerPoint files.

    Raises:
        RenderError: if it is not installed.
    """
    if importlib.util.find_spec("pptx") is None:
        raise RenderError("PowerPoint decks need python-pptx: pip install 'mlanim[deck]'.")


def write(deck: Deck, steps: Sequence[Step], theme: Theme, path: Path) -> None:
    """Write the file.

    Raises:
        OSError: if it cannot be written.
    """
    from mlanim.export.deck import office

    file = office.blank(theme)
    about = file.core_properties
    about.title, about.author = printable(deck.title), printable(deck.author)
    about.created = about.modified = NO_DATE
    about.last_modified_by = ""
    about.identifier = UNSEALED
    layouts = {layout.name: layout for layout in file.slide_layouts}
    for step in steps:
        slide = file.slides.add_slide(layouts[_layout(step)])
        _fill(slide, step, file.slide_width, file.slide_height)
    buffer = io.BytesIO()
    file.save(buffer)
    with replacing(path) as target:
        target.write(sealed(_without_dates(buffer), ".pptx"))


def _layout(step: Step) -> str:
    from mlanim.export.deck import office

    match step.shown:
        case Cover():
            return office.COVER
        case Page(bullets=bullets, content=content) if bullets:
            return office.BESIDE if content else office.BULLETS
    return office.TITLE_ONLY


def _fill(slide: Any, step: Step, width: int, height: int) -> None:
    heading = step.shown.heading if isinstance(step.shown, Page) else ""
    slide.shapes.title.text = printable(heading or step.called)
    match step.shown:
        case Film():
            _show_film(slide, step, step.shown, width, height)
        case Page():
            _show_page(slide, step, step.shown, width, height)
        case Cover(author=author):
            slide.placeholders[1].text = printable(author)
    if step.notes:
        slide.notes_slide.notes_text_frame.text = printable(step.notes)


def _show_page(slide: Any, step: Step, page: Page, width: int, height: int) -> None:
    """The content as a picture, and before it the bullets, as text."""
    if page.content:
        drawn = io.BytesIO(pages.compiled(replace(page, bullets=()), "png"))
        picture = slide.shapes.add_picture(drawn, 0, 0, width, height)
        _describe(picture, "Content", step)
        if page.bullets:  # behind the text, which a click would not reach otherwise
            slide.shapes._spTree.insert(2, picture._element)
    if page.bullets:
        shown = page.bullets[: page.shown]
        slide.placeholders[1].text = "\n".join(printable(line) for line in shown)


def _show_film(slide: Any, step: Step, film: Film, width: int, height: int) -> None:
    """The film over the title, and over the film its last frame, which appears when it has run.

    A still that appears is hidden from the moment when the slide is shown, and there wherever
    nothing plays: in print, in the overview, in other programs. A film's own poster would be seen
    for a moment before it plays, so that is the frame from which it starts.
    """
    assert film.clip is not None
    before, after = str(film.clip.before), str(film.clip.after)
    place = fitted(film.clip.after, width, height)
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


def _set_timing(slide: Any, film: Film, movie: Any, still: Any) -> None:
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
