"""Metadata and a layer of text, put into the files that Cairo and Pillow have written."""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Sequence
from math import degrees
from xml.sax.saxutils import escape

from mlanim.export.figures.about import About
from mlanim.export.figures.words import Words

SPACE = "urn:mlanim:figure"
"""The name of our own XML namespace."""

_SVG_HEAD = re.compile(rb"<svg ([^>]*)>\n?")


def into_svg(svg: bytes, about: About, words: Sequence[Words] = ()) -> bytes:
    """A title, a description, metadata, and the text as an invisible layer."""
    mark = hashlib.sha256(svg).hexdigest()[:8]  # ids stay apart where pages hold many figures
    head = (
        f'<title id="title-{mark}">{escape(about.title)}</title>\n'
        f'<desc id="desc-{mark}">{escape(about.description)}</desc>\n'
        f"<metadata>{_rdf(about)}</metadata>\n"
    ).encode()
    named = f'role="img" aria-labelledby="title-{mark} desc-{mark}"'.encode()
    svg = _SVG_HEAD.sub(
        lambda match: b"<svg " + match.group(1) + b" " + named + b">\n" + head, svg, count=1
    )
    layer = _svg_layer(words)
    return svg.replace(b"</svg>", layer + b"</svg>") if layer else svg


def _svg_layer(words: Sequence[Words]) -> bytes:
    if not words:
        return b""
    lines = [_svg_text(one) for one in words]
    style = 'font-family="sans-serif" fill-opacity="0" stroke="none" xml:space="preserve"'
    return "\n".join([f"<g {style}>", *lines, "</g>\n"]).encode()


def _svg_text(one: Words) -> str:
    turn = f' transform="rotate({-degrees(one.turn):.2f} {one.x:.2f} {one.y:.2f})"'
    return (
        f'<text x="{one.x:.2f}" y="{one.y:.2f}" font-size="{one.size:.2f}" '
        f'textLength="{one.length:.2f}" lengthAdjust="spacingAndGlyphs"'
        f"{turn if one.turn else ''}>{escape(one.says)}</text>"
    )


def _rdf(about: About) -> str:
    """The same as XMP says it, without the packet around it."""
    alternatives = "".join(
        f'<dc:{name}><rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt>'
        f"</dc:{name}>"
        for name, text in (("title", about.title), ("description", about.description))
    )
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:mlanim="{SPACE}">'
        f"{alternatives}<xmp:CreatorTool>{escape(about.creator)}</xmp:CreatorTool>"
        f"<mlanim:parameters>{escape(about.parameters)}</mlanim:parameters>"
        "</rdf:Description></rdf:RDF>"
    )


def xmp(about: About) -> bytes:
    """An XMP packet."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{_rdf(about)}</x:xmpmeta>\n'
        '<?xpacket end="r"?>'
    ).encode()


def into_png(png: bytes, about: About, dpi: float | None = None) -> bytes:
    """Text chunks (iTXt, so in UTF-8), and the size of a pixel."""
    head = 8 + 25  # the signature and the IHDR chunk
    texts = {
        "Title": about.title,
        "Description": about.description,
        "Software": about.creator,
        "Parameters": about.parameters,
    }
    chunks = [_itxt(keyword, text) for keyword, text in texts.items()]
    if dpi is not None:
        per_metre = round(dpi / 0.0254)
        chunks.insert(0, _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)))
    return png[:head] + b"".join(chunks) + png[head:]


def _itxt(keyword: str, text: str) -> bytes:
    return _chunk(b"iTXt", keyword.encode() + b"\0\0\0\0\0" + text.encode())


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def into_eps(eps: bytes, about: About) -> bytes:
    """Structuring comments, in ASCII and in lines as short as they have to be."""
    comments = [
        *_comment("%%Title:", about.title),
        *_comment("%%Creator:", about.creator),
        *_comment("%Description:", about.description),
        *_comment("%Parameters:", about.parameters),
    ]
    eps = re.sub(rb"%%Creator:[^\n]*\n", b"", eps, count=1)
    first, rest = eps.split(b"\n", 1)
    return b"\n".join([first, *comments, rest])


def _comment(name: str, text: str, longest: int = 200) -> list[bytes]:
    line = " ".join(text.split()).encode("ascii", "backslashreplace")
    pieces = [line[i : i + longest] for i in range(0, len(line), longest)] or [b""]
    more = b"%%+" if name.startswith("%%") else b"%+"
    return [name.encode() + b" " + pieces[0], *(more + b" " + piece for piece in pieces[1:])]
