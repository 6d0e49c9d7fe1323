"""A step's recording on its slide: an audio part that plays by itself when the slide appears."""

from __future__ import annotations

import copy
import io
from pathlib import Path
from string import Template
from typing import Any

from lxml import etree
from PIL import Image, ImageDraw
from pptx.media import Video
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml

from mlanim.export.deck.step import Spoken
from mlanim.export.deck.typst.areas import emu

NAME = "Voice"
SIDE = 36.0  # points of the mark, which lies beside the slide

_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_MEDIA = (
    f'<p:nvPr {_SPACES}><a:audioFile r:link="$link"/><p:extLst>'
    '<p:ext uri="{DAA4B4D4-6D71-4841-9C94-3DE7FCFB9230}">'
    '<p14:media xmlns:p14="http://schemas.microsoft.com/office/powerpoint/2010/main" '
    'r:embed="$embed"/></p:ext></p:extLst></p:nvPr>'
)
_CLICK = f'<a:hlinkClick {_SPACES} r:id="" action="ppaction://media"/>'
_PLAYER = (
    f'<p:audio {_SPACES}><p:cMediaNode vol="80000" showWhenStopped="0">'
    '<p:cTn id="$id" fill="hold" display="0"><p:stCondLst><p:cond delay="indefinite"/>'
    '</p:stCondLst></p:cTn><p:tgtEl><p:spTgt spid="$sound"/></p:tgtEl></p:cMediaNode></p:audio>'
)


def add_voice(slide: Any, spoken: Spoken, timing: Path, auto: bool) -> None:
    """Embed a recording, and have it play with what the slide plays already."""
    sound = _embedded(slide, spoken)
    root = slide._element
    known = root.find(f"{_P}timing")
    milliseconds = round(1000 * spoken.seconds)
    if known is None:
        root.append(_alone(timing, sound, milliseconds))
    else:
        _play_along(known, sound, milliseconds)
    if auto and (transition := root.find(f"{_P}transition")) is not None:
        longest = max(milliseconds, int(transition.get("advTm", "0")))
        transition.set("advTm", str(longest))


def _embedded(slide: Any, spoken: Spoken) -> int:
    """A picture beside the slide that stands for the sound; its number."""
    mark = slide.shapes.add_picture(_mark(), -emu(1.5 * SIDE), 0, emu(SIDE), emu(SIDE))
    mark.name = NAME
    media = Video.from_path_or_file_like(str(spoken.file), "audio/mpeg")
    part = slide.part.package.get_or_add_media_part(media)
    link = slide.part.relate_to(part, RELATIONSHIP_TYPE.AUDIO)
    embed = slide.part.relate_to(part, RELATIONSHIP_TYPE.MEDIA)
    about = mark._element.find(f"{_P}nvPicPr")
    about.replace(
        about.find(f"{_P}nvPr"), parse_xml(Template(_MEDIA).substitute(link=link, embed=embed))
    )
    named = about.find(f"{_P}cNvPr")
    named.set("descr", "What is said to this slide")
    named.append(parse_xml(_CLICK))
    return int(mark.shape_id)


def _mark() -> io.BytesIO:
    """A loudspeaker."""
    picture = Image.new("RGBA", (72, 72))
    pen = ImageDraw.Draw(picture)
    pen.polygon([(10, 26), (24, 26), (42, 10), (42, 62), (24, 46), (10, 46)], fill="#8a8f98")
    pen.arc([38, 22, 60, 50], -60, 60, fill="#8a8f98", width=5)
    payload = io.BytesIO()
    picture.save(payload, "PNG")
    payload.seek(0)
    return payload


def _alone(timing: Path, sound: int, milliseconds: int) -> Any:
    """The timing of a slide on which nothing else plays."""
    source = Template(timing.read_text(encoding="utf-8")).substitute(
        milliseconds=milliseconds, movie=sound, still="", repeats="1000"
    )
    found = etree.fromstring(source, etree.XMLParser(remove_blank_text=True))
    appear = _by_id(found, "7").getparent()
    appear.getparent().remove(appear)
    player = found.find(f".//{_P}video")
    player.getparent().replace(player, _player("10", sound))
    return found


def _play_along(timing: Any, sound: int, milliseconds: int) -> None:
    """Have the sound begin together with the film."""
    film = _by_id(timing, "5").getparent()
    along = copy.deepcopy(film)
    along[0].set("id", "11")
    along[0].set("nodeType", "withEffect")
    inner = _by_id(along, "6")
    inner.set("id", "12")
    inner.set("dur", str(milliseconds))
    next(along.iter(f"{_P}spTgt")).set("spid", str(sound))
    film.addnext(along)
    timing.find(f".//{_P}video").addnext(_player("13", sound))


def _player(id: str, sound: int) -> Any:
    return parse_xml(Template(_PLAYER).substitute(id=id, sound=sound))


def _by_id(tree: Any, id: str) -> Any:
    return next(node for node in tree.iter(f"{_P}cTn") if node.get("id") == id)
