"""A page's blocks on a PowerPoint slide: text that can be edited, tables, and pictures."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from lxml import etree
from pptx.util import Pt

from mlanim.export.deck.lecture.blocks import Block, Bullets, Code, Prose, Quote, Table
from mlanim.export.deck.powerpoint import runs
from mlanim.export.deck.powerpoint.runs import FormattedRun, Paragraph
from mlanim.export.deck.step import TextSlide
from mlanim.export.deck.typst import areas, pages
from mlanim.export.deck.typst.areas import Area, emu
from mlanim.stage.colors.palette import Theme
from mlanim.stage.text.typesetting import literal
from mlanim.words.printable import printable

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
MONO = "DejaVu Sans Mono"
HANG = areas.TEXT
"""Points by which an item's words stand right of its dash."""

Written = list[list[Paragraph] | None]
"""For each block of a page its paragraphs; None where it is no text."""


def written(page: TextSlide) -> Written:
    """The text of each block as at a step."""
    return [_paragraphs(block, page, page.shown_of(at)) for at, block in enumerate(page.columns)]


def fill(slide: Any, page: TextSlide, texts: Written, alt: str) -> None:
    """Put the blocks where they stand; the slide's placeholders take the texts."""
    places = areas.areas(page.columns, page.heading_lines)
    bodies = iter([p for p in slide.placeholders if p.placeholder_format.idx in (1, 2)])
    for at, (block, area) in enumerate(zip(page.columns, places, strict=True)):
        text = texts[at]
        if isinstance(block, Table):
            _add_table(slide, block, area, page.theme)
        elif text is None:
            _add_picture(slide, page, at, alt)
        else:
            _write(next(bodies), text, block, area, page.theme)


def _paragraphs(block: Block, page: TextSlide, shown: int) -> list[Paragraph] | None:
    match block:
        case Prose(markup):
            return runs.paragraphs(markup, page.theme, page.root)
        case Bullets(lines):
            return [Paragraph(0, "–", [FormattedRun(line)]) for line in lines[:shown]]
        case Code():
            return _lines(block, page, block.marked(shown))
        case Quote(text, by):
            attributed = [Paragraph(runs=[FormattedRun(f"— {by}", role="muted")])] if by else []
            return [Paragraph(runs=[FormattedRun(text)]), *attributed]
    return None


def _lines(code: Code, page: TextSlide, marked: frozenset[int]) -> list[Paragraph]:
    """A paragraph for each line; those that do not stand out are muted."""
    markup = f"#raw({literal(code.source + chr(10))}, block: true, lang: {literal(code.language)})"
    found = runs.paragraphs(markup, page.theme, page.root) or [Paragraph()]
    lines = [Paragraph()]
    for run in found[0].runs:
        first, *others = run.text.split("\n")
        lines[-1].runs.append(replace(run, text=first))
        lines += [Paragraph(runs=[replace(run, text=piece)]) for piece in others]
    muted = [
        Paragraph(runs=[replace(run, color="", role="muted") for run in line.runs])
        if marked and number not in marked
        else line
        for number, line in enumerate(lines, 1)
    ]
    return muted[: code.source.count("\n") + 1]


def _write(body: Any, text: list[Paragraph], block: Block, area: Area, theme: Theme) -> None:
    place(body, area)
    size = areas.TEXT
    spacing = ""
    if isinstance(block, Code):
        size = areas.code_size(block, area)
        spacing = (
            f'<a:lnSpc><a:spcPts val="{round(100 * size * areas.CODE_PITCH)}"/></a:lnSpc>'
            '<a:spcBef><a:spcPts val="0"/></a:spcBef>'
        )
    if isinstance(block, Quote):
        body._element.txBody.find(f"{{{DRAWING}}}bodyPr").set("anchor", "ctr")
    frame = body._element.txBody
    for old in frame.findall(f"{{{DRAWING}}}p"):
        frame.remove(old)
    for number, paragraph in enumerate(text):
        large = isinstance(block, Quote) and number == 0
        points = 42 * areas.EM if large else size
        frame.append(_paragraph(paragraph, points, spacing, theme))


def _paragraph(paragraph: Paragraph, size: float, spacing: str, theme: Theme) -> Any:
    left = round(Pt(HANG) * (paragraph.level + 1))
    indent = -Pt(HANG) if paragraph.bullet else 0
    bullet = "<a:buNone/>"
    if paragraph.bullet:
        bullet = '<a:buFont typeface="Arial"/><a:buChar char="–"/>'
        if paragraph.bullet[0].isdigit():
            bullet = f'<a:buAutoNum type="arabicPeriod" startAt="{paragraph.bullet[:-1]}"/>'
    element = etree.fromstring(
        f'<a:p xmlns:a="{DRAWING}"><a:pPr marL="{left}" indent="{indent}">{spacing}{bullet}'
        "</a:pPr></a:p>"
    )
    for run in paragraph.runs or [FormattedRun("")]:
        for number, piece in enumerate(run.text.split("\n")):
            if number:
                etree.SubElement(element, f"{{{DRAWING}}}br")
            element.append(_run(replace(run, text=piece), size, theme))
    return element


def _run(run: FormattedRun, size: float, theme: Theme) -> Any:
    element = etree.fromstring(f'<a:r xmlns:a="{DRAWING}"><a:rPr/><a:t/></a:r>')
    look, words = element
    words.text = printable(run.text)
    look.set("sz", str(round(100 * size)))
    for name, value in (("b", run.bold), ("i", run.italic)):
        if value:
            look.set(name, "1")
    if run.shift:
        look.set("baseline", "30000" if run.shift > 0 else "-25000")
    color = run.color or theme.roles.get(run.role, "")
    if color:
        fill = etree.SubElement(look, f"{{{DRAWING}}}solidFill")
        etree.SubElement(fill, f"{{{DRAWING}}}srgbClr", val=color[1:].upper())
    if run.mono:
        etree.SubElement(look, f"{{{DRAWING}}}latin", typeface=MONO)
    return element


def _add_picture(slide: Any, page: TextSlide, index: int, alt: str) -> None:
    """The block drawn, as large as it is, behind the texts."""
    from PIL import Image

    drawn = pages.compiled(page, "png", only=index)
    with Image.open(io.BytesIO(drawn)) as whole:
        box = whole.getbbox() or (0, 0, 1, 1)
        scale = Pt(areas.WIDTH) / whole.width
        cut = io.BytesIO()
        whole.crop(box).save(cut, "PNG")
    left, top, right, bottom = (round(edge * scale) for edge in box)
    cut.seek(0)
    picture = slide.shapes.add_picture(cut, left, top, right - left, bottom - top)
    picture.name = "Content"
    picture._element.xpath(".//p:cNvPr")[0].set("descr", printable(alt))
    slide.shapes._spTree.remove(picture._element)
    slide.shapes._spTree.insert(2, picture._element)


def _add_table(slide: Any, table: Table, area: Area, theme: Theme) -> None:
    """A table that can be edited, in the manner of our pages."""
    size = areas.TEXT
    longest = [max(len(row[n]) for row in table.rows) for n in range(len(table.rows[0]))]
    widths = [(0.54 * count + 1.4) * size for count in longest]
    shrink = min(1.0, area.width / sum(widths))
    frame = slide.shapes.add_table(
        len(table.rows), len(widths), Pt(area.left), Pt(area.top),
        Pt(shrink * sum(widths)), Pt(1.75 * size * len(table.rows)),
    )  # fmt: skip
    frame.name = "Table"
    properties = frame.table._tbl.tblPr
    for child in list(properties):  # the style that PowerPoint would give it
        properties.remove(child)
    for number, width in enumerate(widths):
        frame.table.columns[number].width = Pt(shrink * width)
    for y, row in enumerate(table.rows):
        for x, words in enumerate(row):
            cell = frame.table.cell(y, x)
            text = cell._tc.txBody
            text.remove(text.findall(f"{{{DRAWING}}}p")[0])
            paragraph = _paragraph(
                Paragraph(runs=[FormattedRun(words, bold=y == 0)]), size, "", theme
            )
            paragraph[0].set("algn", "r" if table.is_number(x) else "l")
            text.append(paragraph)
            _rule(cell._tc.get_or_add_tcPr(), theme.roles["muted" if y == 0 else "rule"], y == 0)


def _rule(properties: Any, color: str, strong: bool) -> None:
    """A line below a cell, and none on its other sides; no ground."""
    for side in ("lnL", "lnR", "lnT"):
        line = etree.SubElement(properties, f"{{{DRAWING}}}{side}", w="0")
        etree.SubElement(line, f"{{{DRAWING}}}noFill")
    line = etree.SubElement(properties, f"{{{DRAWING}}}lnB", w=str(Pt(1.25 if strong else 0.75)))
    fill = etree.SubElement(line, f"{{{DRAWING}}}solidFill")
    etree.SubElement(fill, f"{{{DRAWING}}}srgbClr", val=color[1:].upper())
    etree.SubElement(properties, f"{{{DRAWING}}}noFill")


def place(shape: Any, area: Area) -> None:
    """Place a shape."""
    measures = (area.left, area.top, area.width, area.height)
    shape.left, shape.top, shape.width, shape.height = (emu(points) for points in measures)
