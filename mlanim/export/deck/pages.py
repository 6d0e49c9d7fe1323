"""Still pages of a deck, set by Typst: plain slides, figures, and the cover."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mlanim.engine.errors import RenderError
from mlanim.export.deck import typst_process
from mlanim.export.deck.model import Deck, FigurePart, Item, TextPart
from mlanim.export.deck.step import Cover, Page, Step
from mlanim.export.deck.syntax import syntax_theme
from mlanim.export.deck.typst_process import Format
from mlanim.stage.colors.palette import THEMES, Theme
from mlanim.stage.text.typesetting import FONTS, literal

TEMPLATE = Path(__file__).with_name("slides.typ")
PNG_WIDTH = 1920
WIDTH, HEIGHT = 960, 540
"""A page in points."""


def cover(deck: Deck) -> Step:
    """The slide with the lecture's title."""
    return Step("title", 1, 1, deck.title, "", "", Cover(deck.author))


def text(item: Item, part: TextPart, theme: Theme, root: Path) -> Iterator[Step]:
    """A plain slide, a step for each of its bullets.

    Raises:
        UsageError: if Typst cannot set its text, or if it is too long for a slide.
    """
    content = f"#prose[\n{part.text}\n]" if part.text else ""
    page = Page(part.heading, content, theme, root, part.bullets)
    _try(item, page, "bullets" if part.bullets else "text")
    yield from _steps(item, page, part.heading, _words(part.text, root), part.notes)


def figure(item: Item, part: FigurePart, file: Path, theme: Theme, folder: Path) -> Iterator[Step]:
    """A slide with a picture as large as it can be beside its bullets, a step for each of them.

    `folder` is a folder of its own.

    Raises:
        UsageError: if the file is not the picture that its name says, or bullets are too long.
    """
    inside = folder / f"figure{file.suffix.lower()}"
    shutil.copyfile(file, inside)
    headed, beside = (_truth(given) for given in (part.heading, part.bullets))
    place = f"/{folder.name}/{inside.name}"
    page = Page(
        part.heading or "",
        f'#picture("{place}", {headed}, {beside})',
        theme,
        folder.parent,
        part.bullets,
    )
    _try(item, replace(page, bullets=()), "figure", f"{file.name} cannot be shown")
    _try(item, page, "bullets")
    title = part.heading or (item.entry.title if item.entry else file.stem)
    alt = part.alt or (item.entry.description if item.entry else title)
    yield from _steps(item, page, title, alt, part.notes)


def _steps(item: Item, page: Page, title: str, alt: str, notes: str) -> Iterator[Step]:
    """The page, or as many as it has bullets, each with one more."""
    count = max(1, len(page.bullets))
    for number in range(1, count + 1):
        yield Step(item.name, number, count, title, alt, notes, replace(page, shown=number))


def _truth(given: object) -> str:
    return "true" if given else "false"


def whole(page: Page) -> str:
    """A page's content with its bullets, in Typst."""
    if not page.bullets:
        return page.content
    items = "".join(f"{literal(bullet)}, " for bullet in page.bullets)
    return f"#bullets(({items}), {page.shown}, {_truth(page.content)}){page.content}"


def _try(
    item: Item, page: Page, field: str, complaint: str = "the slide's text cannot be set"
) -> None:
    """Compile a page to see whether that can be done.

    Raises:
        UsageError, RenderError: with the part's place, if it cannot, or takes too long.
    """
    try:
        compiled(page, "svg")
    except ValueError as error:
        raise item.refuse(f"{complaint}: {error}", field) from error
    except RenderError as error:
        raise RenderError(str(item.refuse(f"{complaint}: {error}", field))) from error


def compiled(page: Page, format: Format) -> bytes:
    """A page without its heading as SVG or PNG, on a clear ground.

    Raises:
        ValueError: with Typst's reason, or if the content takes more than the page.
    """
    source = (
        f"{preamble(page.theme)}\n"
        f"#set page(width: {WIDTH}pt, height: {HEIGHT}pt, margin: 0pt, fill: none)\n"
        f"#slide[{whole(page)}]"
    )
    return compile_typst(source, page.root, format, page.theme.fonts.files)


def compile_typst(source: str, root: Path, format: Format, fonts: tuple[str, ...] = ()) -> bytes:
    """Typst's output for a source whose files are below `root`.

    Raises:
        ValueError: with Typst's reason.
        RenderError: if it takes too long.
    """
    folders = sorted({str(FONTS), *(str(Path(file).parent) for file in fonts)})
    ppi = 72 * PNG_WIDTH / WIDTH
    return typst_process.compile_typst(source, str(root), format, tuple(folders), ppi)


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
        f"#set raw(theme: bytes({literal(syntax_theme(theme))}))",
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
