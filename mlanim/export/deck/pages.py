"""Still pages of a deck, set by Typst: plain slides, figures, and the cover."""

from __future__ import annotations

import functools
import html
import re
import shutil
from pathlib import Path
from typing import Any, Literal

import typst

from mlanim.engine.errors import shortened
from mlanim.export.deck.model import Deck, FigurePart, Item, TextPart
from mlanim.export.deck.step import Cover, Page, Step
from mlanim.stage.colors.palette import THEMES, Theme
from mlanim.stage.text.typesetting import FONTS, literal

Format = Literal["svg", "png", "pdf", "html"]

TEMPLATE = Path(__file__).with_name("slides.typ")
PNG_WIDTH = 1920
WIDTH, HEIGHT = 960, 540
"""A page in points."""


def cover(deck: Deck) -> Step:
    """The slide with the lecture's title."""
    return Step("title", 1, 1, deck.title, "", "", Cover(deck.author))


def text(item: Item, part: TextPart, theme: Theme, root: Path) -> Step:
    """A plain slide.

    Raises:
        UsageError: if Typst cannot set its text, or if it is too long for a slide.
    """
    page = Page(part.heading, f"#prose[\n{part.text}\n]" if part.text else "", theme, root)
    try:
        compiled(page, "svg")
    except ValueError as error:
        raise item.refuse(f"the slide's text cannot be set: {error}") from error
    return Step(item.name, 1, 1, part.heading, _words(part.text, root), part.notes, page)


def figure(item: Item, part: FigurePart, file: Path, theme: Theme, folder: Path) -> Step:
    """A slide with a picture, as large as it can be; `folder` is a folder of its own.

    Raises:
        UsageError: if the file is not the picture that its name says.
    """
    inside = folder / f"figure{file.suffix.lower()}"
    shutil.copyfile(file, inside)
    headed = "true" if part.heading else "false"
    place = f"/{folder.name}/{inside.name}"
    page = Page(part.heading or "", f'#picture("{place}", {headed})', theme, folder.parent)
    try:
        compiled(page, "svg")
    except ValueError as error:
        raise item.refuse(f"{file.name} cannot be shown: {error}") from error
    title = part.heading or (item.entry.title if item.entry else file.stem)
    alt = part.alt or (item.entry.description if item.entry else title)
    return Step(item.name, 1, 1, title, alt, part.notes, page)


def compiled(page: Page, format: Format) -> bytes:
    """A page without its heading as SVG or PNG, on a clear ground.

    Raises:
        ValueError: with Typst's reason, or if the content takes more than the page.
    """
    source = (
        f"{preamble(page.theme)}\n"
        f"#set page(width: {WIDTH}pt, height: {HEIGHT}pt, margin: 0pt, fill: none)\n"
        f"#slide[{page.content}]"
    )
    return compile_typst(source, page.root, format, page.theme.fonts.files)


def compile_typst(source: str, root: Path, format: Format, fonts: tuple[str, ...] = ()) -> bytes:
    """Typst's output for a source whose files are below `root`.

    Raises:
        ValueError: with Typst's reason.
    """
    compiler = typst.Compiler(root=str(root), font_paths=_fonts(fonts), ignore_system_fonts=True)
    try:
        found = compiler.compile(source.encode(), format=format, ppi=72 * PNG_WIDTH / WIDTH)
    except RuntimeError as error:
        raise ValueError(shortened(str(error).replace(str(root), ""), 300)) from error
    assert isinstance(found, bytes)
    return found


@functools.lru_cache(maxsize=4)
def _fonts(files: tuple[str, ...]) -> Any:
    """The fonts that ship, and those in the folders of a house style's files."""
    folders = sorted({str(FONTS), *(str(Path(file).parent) for file in files)})
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


def preamble(theme: Theme) -> str:
    """Typst functions and colours named as the theme's roles, and the pages' template."""
    roles = theme.roles
    named = {"ink": "text", "ground": "background", "faint": "muted", "line-color": "rule",
             "accent": "input"}  # fmt: skip
    colors = [f'#let {name} = rgb("{roles[role]}")' for name, role in named.items()]
    functions = [
        f'#let {role}(body) = text(fill: rgb("{value}"), body)'
        for role, value in roles.items()
        if role not in ("text", "background")
    ]
    fonts = [
        f"#let text-font = {literal(theme.fonts.text)}",
        f"#let math-font = {literal(theme.fonts.math)}",
    ]
    return "\n".join([*colors, *functions, *fonts, TEMPLATE.read_text(encoding="utf-8")])


def _words(markup: str, root: Path) -> str:
    """What a text in Typst's markup says, for those who do not see it."""
    roles = "\n".join(f"#let {role}(body) = body" for role in THEMES["dark"].roles)
    try:
        page = compile_typst(f"{roles}\n{markup}", root, "html")
    except ValueError:  # what has no HTML is still there to be seen
        return markup
    body = page.decode().partition("<body>")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())
