"""Metadata and an invisible layer of text in a PDF.

The text is set in fonts without a mark in any glyph (Type 3), whose tables say which character
each code stands for: readers select, copy and search it, and none shows it.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Sequence
from typing import cast

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from mlanim.export.figures.about import About
from mlanim.export.figures.metadata import xmp
from mlanim.export.figures.words import Words

WIDTH = 500  # thousandths of an em that each glyph takes; text is stretched to its own length
CODES = 255  # characters of a font


def into_pdf(pdf: bytes, about: About, words: Sequence[Words] = ()) -> bytes:
    """The document with a title, a description, parameters (Info and XMP), and the text."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.pdf_header = pdf[:8].decode()
    if words:
        _add_text(writer, words)
    writer.metadata = {
        "/Title": about.title,
        "/Subject": about.description,
        "/Creator": about.creator,
        "/Producer": about.creator,
        "/Parameters": about.parameters,
    }
    packet = _stream(xmp(about))
    packet[NameObject("/Type")] = NameObject("/Metadata")
    packet[NameObject("/Subtype")] = NameObject("/XML")
    root = writer.root_object
    root[NameObject("/Metadata")] = writer._add_object(packet)
    root[NameObject("/Lang")] = TextStringObject("en")
    shown = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(True)})
    root[NameObject("/ViewerPreferences")] = shown
    name = hashlib.sha256(pdf + xmp(about)).digest()[:16]
    writer._ID = ArrayObject([ByteStringObject(name), ByteStringObject(name)])
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _add_text(writer: PdfWriter, words: Sequence[Words]) -> None:
    """Append the words to the first page, in mode 3: neither filled nor stroked."""
    page = writer.pages[0]
    height = float(page.mediabox.height)
    characters = sorted({character for one in words for character in one.says})
    fonts = [characters[i : i + CODES] for i in range(0, len(characters), CODES)]
    table = DictionaryObject(
        {
            NameObject(f"/Words{number}"): writer._add_object(_font(writer, held))
            for number, held in enumerate(fonts)
        }
    )
    resources = cast(DictionaryObject, page["/Resources"])  # of outlines alone, so without fonts
    resources[NameObject("/Font")] = table
    lines = [line for one in words for line in _shown(one, characters, height)]
    drawn = cast(StreamObject, page["/Contents"].get_object())
    text = "\n".join(lines).encode()
    drawn.set_data(b"q\n" + drawn.get_data() + b"\nQ\nBT 3 Tr\n" + text + b"\nET\n")


def _shown(one: Words, characters: list[str], height: float) -> list[str]:
    """Operators that show a piece of text, stretched to its length."""
    natural = len(one.says) * WIDTH / 1000 * one.size
    cos, sin = math.cos(one.turn), math.sin(one.turn)
    wide = one.length / natural
    matrix = (cos * wide, sin * wide, -sin, cos, one.x, height - one.y)
    lines = [" ".join(f"{value:.4f}" for value in matrix) + " Tm"]
    runs: list[tuple[int, str]] = []
    for character in one.says:
        font, code = divmod(characters.index(character), CODES)
        if runs and runs[-1][0] == font:
            runs[-1] = (font, runs[-1][1] + f"{code + 1:02x}")
        else:
            runs.append((font, f"{code + 1:02x}"))
    return lines + [f"/Words{font} {one.size:.3f} Tf <{codes}> Tj" for font, codes in runs]


def _font(writer: PdfWriter, characters: list[str]) -> DictionaryObject:
    last = len(characters)
    empty = writer._add_object(_stream(f"{WIDTH} 0 d0".encode()))
    differences = [NumberObject(1), *(NameObject(f"/c{i + 1}") for i in range(last))]
    glyphs = {NameObject(f"/c{i + 1}"): empty for i in range(last)}
    encoding = {
        NameObject("/Type"): NameObject("/Encoding"),
        NameObject("/Differences"): ArrayObject(differences),
    }
    numbers = {"/FirstChar": NumberObject(1), "/LastChar": NumberObject(last)}
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type3"),
            NameObject("/FontBBox"): ArrayObject([NumberObject(n) for n in (0, -200, WIDTH, 800)]),
            NameObject("/FontMatrix"): ArrayObject(
                [FloatObject(n) for n in (0.001, 0, 0, 0.001, 0, 0)]
            ),
            NameObject("/CharProcs"): DictionaryObject(glyphs),
            NameObject("/Encoding"): DictionaryObject(encoding),
            **{NameObject(name): value for name, value in numbers.items()},
            NameObject("/Widths"): ArrayObject([NumberObject(WIDTH)] * last),
            NameObject("/Resources"): DictionaryObject(),
            NameObject("/ToUnicode"): writer._add_object(_stream(_to_unicode(characters))),
        }
    )


def _to_unicode(characters: list[str]) -> bytes:
    """The table from codes to characters; at most a hundred stand in one block."""
    rows = [
        f"<{code + 1:02x}> <{character.encode('utf-16-be').hex()}>"
        for code, character in enumerate(characters)
    ]
    blocks = [rows[i : i + 100] for i in range(0, len(rows), 100)]
    body = "\n".join(
        f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CMapName /words def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<00> <ff>\nendcodespacerange\n"
        f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()


def _stream(content: bytes) -> StreamObject:
    stream = DecodedStreamObject()
    stream.set_data(content)
    return stream
