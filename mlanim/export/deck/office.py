"""An empty PowerPoint file in one of our themes: colours, type and places of its master slide."""

from __future__ import annotations

from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.util import Emu, Pt

from mlanim.export.deck.pages import HEIGHT, WIDTH
from mlanim.stage import theme as look
from mlanim.stage.colors.palette import Theme

COVER, TITLE_ONLY = "Title Slide", "Title Only"
BULLETS, BESIDE = "Title and Content", "Two Content"
POINTS_PER_UNIT = WIDTH / look.FRAME_WIDTH
MARGIN = look.MARGIN * POINTS_PER_UNIT
EM = POINTS_PER_UNIT / 96
"""Points that an em takes for each of manim's font units."""

_DRAWING = {"a": "http://schemas.openxmlformats.org/drawingml/2006/main"}
_ACCENTS = ("input", "weight", "output", "gradient", "highlight", "positive")


def blank(theme: Theme) -> Any:
    """A presentation without slides: 16:9, with layouts for all kinds of them."""
    deck = Presentation()
    stretch = Pt(WIDTH) / deck.slide_width
    deck.slide_width, deck.slide_height = Pt(WIDTH), Pt(HEIGHT)
    for layout in list(deck.slide_layouts):
        if layout.name not in (COVER, TITLE_ONLY, BULLETS, BESIDE):
            deck.slide_layouts.remove(layout)
    master = deck.slide_master
    for slide in (master, *deck.slide_layouts):
        _stretch(slide, stretch)
    _recolour(master, theme)
    _set_type(master)
    layouts = {layout.name: layout for layout in deck.slide_layouts}
    _set_cover(layouts[COVER])
    _set_bullets(layouts[BULLETS], 1)
    _set_bullets(layouts[BESIDE], 0.41)
    return deck


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
    _place(title, MARGIN, 0.3 * POINTS_PER_UNIT, WIDTH - 2 * MARGIN, 0.9 * POINTS_PER_UNIT)
    body = title._element.txBody.find("a:bodyPr", _DRAWING)
    body.attrib.update({"lIns": "0", "rIns": "0", "anchor": "ctr"})
    level = master._element.find(".//{*}titleStyle/a:lvl1pPr", _DRAWING)
    level.set("algn", "l")
    style = level.find("a:defRPr", _DRAWING)
    style.attrib.update({"sz": str(round(100 * EM * look.FILM.sizes["title"])), "b": "1"})


def _set_cover(layout: Any) -> None:
    """The title a little above the middle, at the left, and who gives the lecture below it."""
    title, author = layout.placeholders[0], layout.placeholders[1]
    width = WIDTH - 3 * MARGIN
    _place(title, 1.5 * MARGIN, 0.22 * HEIGHT, width, 0.3 * HEIGHT)
    _place(author, 1.5 * MARGIN, 0.55 * HEIGHT, width, 0.2 * HEIGHT)
    _restyle(title, round(100 * EM * 76), "b", "tx1")
    _restyle(author, round(100 * EM * 34), "t", "tx2")


def _set_bullets(layout: Any, share: float) -> None:
    """Bullets below the title, over a share of the width; a picture stands beside them freely."""
    body = layout.placeholders[1]
    for other in list(layout.placeholders):
        if other.placeholder_format.idx == 2:
            other._element.getparent().remove(other._element)
    top = 1.75 * POINTS_PER_UNIT
    _place(body, MARGIN, top, share * (WIDTH - 2 * MARGIN), HEIGHT - top - MARGIN)
    size = EM * 34
    hang, gap = Pt(size), round(60 * size)
    bullet = (
        f'<a:spcBef><a:spcPts val="{gap}"/></a:spcBef><a:buClr><a:schemeClr val="tx2"/></a:buClr>'
        '<a:buFont typeface="Arial"/><a:buChar char="–"/>'
    )
    _restyle(body, round(100 * size), "t", "tx1", bullet, hang)


def _restyle(
    placeholder: Any, size: int, anchor: str, color: str, bullet: str = "<a:buNone/>", hang: int = 0
) -> None:
    """Give a layout's placeholder its type, in hundredths of a point, and its bullet."""
    body = placeholder._element.txBody
    body.find("a:bodyPr", _DRAWING).attrib.update(
        {"anchor": anchor, "lIns": "0", "rIns": "0", "tIns": "0"}
    )
    style = body.find("a:lstStyle", _DRAWING)
    level = etree.fromstring(
        f'<a:lvl1pPr xmlns:a="{_DRAWING["a"]}" marL="{hang}" indent="{-hang}" algn="l">{bullet}'
        f'<a:defRPr sz="{size}"><a:solidFill><a:schemeClr val="{color}"/></a:solidFill></a:defRPr>'
        "</a:lvl1pPr>"
    )
    style[:] = [level]


def _place(shape: Any, left: float, top: float, width: float, height: float) -> None:
    """Place a shape, in points."""
    shape.left, shape.top, shape.width, shape.height = map(Pt, (left, top, width, height))
