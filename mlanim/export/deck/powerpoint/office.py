"""An empty PowerPoint file in one of our themes: colours, type and places of its master slide."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.util import Emu, Pt

from mlanim.export.deck.lecture.blocks import Prose
from mlanim.export.deck.lecture.parts import DeckStyle
from mlanim.export.deck.powerpoint.slide_text import place
from mlanim.export.deck.typst.areas import (
    EM,
    HEADING,
    HEADING_PITCH,
    HEIGHT,
    INNER,
    MARGIN,
    TEXT,
    UNIT,
    WIDTH,
    Area,
    areas,
)
from mlanim.stage.colors.palette import Theme
from mlanim.words.printable import printable

COVER = "Title Slide"
BY_TEXTS = ("Title Only", "Title and Content", "Two Content")
"""Layouts by the number of their texts."""

TITLE = Area(MARGIN, 0.3 * UNIT, INNER, 0.9 * UNIT)
FOOTER, NUMBER = 11, 12
"""Placeholders' numbers in PowerPoint's own layouts."""

_DRAWING = {"a": "http://schemas.openxmlformats.org/drawingml/2006/main"}
_ACCENTS = ("input", "weight", "output", "gradient", "highlight", "positive")


def blank(theme: Theme) -> Any:
    """A presentation without slides: 16:9, with layouts for all kinds of them."""
    deck = Presentation()
    stretch = Pt(WIDTH) / deck.slide_width
    deck.slide_width, deck.slide_height = Pt(WIDTH), Pt(HEIGHT)
    for layout in list(deck.slide_layouts):
        if layout.name not in (COVER, *BY_TEXTS):
            deck.slide_layouts.remove(layout)
    master = deck.slide_master
    for slide in (master, *deck.slide_layouts):
        _stretch(slide, stretch)
    _recolour(master, theme)
    _set_type(master)
    layouts = {layout.name: layout for layout in deck.slide_layouts}
    _set_cover(layouts[COVER])
    for name, columns in zip(BY_TEXTS[1:], ((Prose(""),), (Prose(""), Prose(""))), strict=True):
        for number, area in enumerate(areas(columns, 1), 1):
            _set_body(layouts[name].placeholders[number], area)
    for slide in (master, *deck.slide_layouts):
        _set_foot(slide)
    return deck


def set_heading(title: Any, lines: int) -> None:
    """Room for a heading of so many lines; where there is none, the title is beside the slide."""
    if lines > 1:
        place(title, replace(TITLE, height=TITLE.height + (lines - 1) * HEADING_PITCH))
    if not lines:
        place(title, replace(TITLE, top=-TITLE.height - MARGIN))


def add_foot(slide: Any, style: DeckStyle, number: int, count: int) -> None:
    """The footer and the number, as PowerPoint has them, and a line as long as the way so far."""
    wanted = {FOOTER: bool(style.footer), NUMBER: style.numbers}
    for shape in slide.slide_layout.placeholders:
        if not wanted.get(shape.placeholder_format.idx):
            continue
        copied = deepcopy(shape._element)
        copied.spPr[:] = []  # where the layout has it
        slide.shapes._spTree.append(copied)
        (paragraph,) = copied.txBody.findall("a:p", _DRAWING)
        paragraph[:] = _foot(shape.placeholder_format.idx == NUMBER, style.footer, number, count)
    if style.progress:
        line = slide.shapes.add_shape(1, 0, Pt(HEIGHT - 2), Pt(WIDTH * number / count), Pt(2))
        line.name = "Progress"
        line.fill.solid()
        line.fill.fore_color.theme_color = MSO_THEME_COLOR.TEXT_2
        line.line.fill.background()
        line.shadow.inherit = False


def _foot(numbered: bool, words: str, number: int, count: int) -> list[Any]:
    xmlns = f'xmlns:a="{_DRAWING["a"]}"'
    if not numbered:
        run = etree.fromstring(f"<a:r {xmlns}><a:rPr/><a:t/></a:r>")
        run[1].text = printable(words)
        return [run]
    field = (
        f'<a:fld {xmlns} id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum"><a:rPr/>'
        f"<a:t>{number}</a:t></a:fld>"
    )
    rest = f"<a:r {xmlns}><a:rPr/><a:t> / {count}</a:t></a:r>"
    return [etree.fromstring(field), etree.fromstring(rest)]


def _set_foot(slide: Any) -> None:
    """Footer and number in the lower margin, small and muted."""
    for shape in slide.placeholders:
        number = shape.placeholder_format.idx == NUMBER
        if number or shape.placeholder_format.idx == FOOTER:
            left = WIDTH - MARGIN - 120 if number else MARGIN
            place(shape, Area(left, HEIGHT - 26, 120 if number else INNER - 130, 20))
            _restyle(shape, round(100 * 18 * EM), "ctr", "tx2", align="r" if number else "l")


def _stretch(slide: Any, factor: float) -> None:
    """Widen what was laid out for 4:3."""
    for shape in slide.placeholders:
        if shape._element.spPr.xfrm is not None:
            shape.left, shape.width = Emu(int(shape.left * factor)), Emu(int(shape.width * factor))


def _recolour(master: Any, theme: Theme) -> None:
    """Put a theme's colours and our typeface into the theme part that the master refers to."""
    part = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    tree = etree.fromstring(part.blob)
    ink, ground = ("lt", "dk") if theme.is_dark else ("dk", "lt")
    colors = {
        f"{ink}1": "text", f"{ground}1": "background", f"{ink}2": "muted", f"{ground}2": "rule",
        "hlink": "input", "folHlink": "gradient",
    }  # fmt: skip
    colors |= {f"accent{number}": role for number, role in enumerate(_ACCENTS, 1)}
    for name, role in colors.items():
        (slot,) = tree.iterfind(f".//a:clrScheme/a:{name}", _DRAWING)
        slot[:] = [etree.Element(f"{{{_DRAWING['a']}}}srgbClr", val=theme.roles[role][1:].upper())]
    for latin in tree.iterfind(".//a:fontScheme/*/a:latin", _DRAWING):
        latin.set("typeface", theme.fonts.text)
    tree.find("a:themeElements/a:clrScheme", _DRAWING).set("name", "mlanim")
    part._blob = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
    mapping = master._element.find("{*}clrMap")
    for slot, name in {"bg1": ground, "tx1": ink, "bg2": ground, "tx2": ink}.items():
        mapping.set(slot, f"{name}{slot[-1]}")


def _set_type(master: Any) -> None:
    """Titles where and as the scenes have theirs."""
    title = master.placeholders[0]
    place(title, TITLE)
    body = title._element.txBody.find("a:bodyPr", _DRAWING)
    body.attrib.update({"lIns": "0", "rIns": "0", "anchor": "ctr"})
    level = master._element.find(".//{*}titleStyle/a:lvl1pPr", _DRAWING)
    level.set("algn", "l")
    style = level.find("a:defRPr", _DRAWING)
    style.attrib.update({"sz": str(round(100 * HEADING)), "b": "1"})


def _set_cover(layout: Any) -> None:
    """The title a little above the middle, at the left, and who gives the lecture below it."""
    title, author = layout.placeholders[0], layout.placeholders[1]
    width = WIDTH - 3 * MARGIN
    place(title, Area(1.5 * MARGIN, 0.18 * HEIGHT, width, 0.34 * HEIGHT))
    place(author, Area(1.5 * MARGIN, 0.56 * HEIGHT, width, 0.36 * HEIGHT))
    _restyle(title, round(100 * EM * 76), "b", "tx1")
    _restyle(author, round(100 * EM * 34), "t", "tx2")


def _set_body(body: Any, area: Area) -> None:
    """Text below the title; a line of it is a bullet unless it says otherwise."""
    place(body, area)
    bullet = (
        f'<a:spcBef><a:spcPts val="{round(60 * TEXT)}"/></a:spcBef><a:buClr>'
        '<a:schemeClr val="tx2"/></a:buClr><a:buFont typeface="Arial"/><a:buChar char="–"/>'
    )
    _restyle(body, round(100 * TEXT), "t", "tx1", bullet, Pt(TEXT))


def _restyle(
    placeholder: Any,
    size: int,
    anchor: str,
    color: str,
    bullet: str = "<a:buNone/>",
    hang: int = 0,
    align: str = "l",
) -> None:
    """Give a layout's placeholder its type, in hundredths of a point, and its bullet."""
    body = placeholder._element.txBody
    body.find("a:bodyPr", _DRAWING).attrib.update(
        {"anchor": anchor, "lIns": "0", "rIns": "0", "tIns": "0"}
    )
    style = body.find("a:lstStyle", _DRAWING)
    level = etree.fromstring(
        f'<a:lvl1pPr xmlns:a="{_DRAWING["a"]}" marL="{hang}" indent="{-hang}" algn="{align}">'
        f"{bullet}"
        f'<a:defRPr sz="{size}"><a:solidFill><a:schemeClr val="{color}"/></a:solidFill></a:defRPr>'
        "</a:lvl1pPr>"
    )
    style[:] = [level]
