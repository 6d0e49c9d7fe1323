"""Still pages of a deck, set by Typst: plain slides, figures, and the cover."""

from __future__ import annotations

import html
import re
import shutil
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


def text(item: Item, part: TextPart, theme: Theme, root: Path) -> Step:
    """A plain slide.

    Raises:
        UsageError: if Typst cannot set its text, or if it is too long for a slide.
    """
    page = Page(part.heading, f"#prose[\n{part.text}\n]" if part.text else "", theme, root)
    _try(item, page, "the slide's text cannot be set")
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
    _try(item, page, f"{file.name} cannot be shown")
    title = part.heading or (item.entry.title if item.entry else file.stem)
    alt = part.alt or (item.entry.description if item.entry else title)
    return Step(item.name, 1, 1, title, alt, part.notes, page)


def _try(item: Item, page: Page, complaint: str) -> None:
    """Compile a page to see whether that can be done.

    Raises:
        UsageError, RenderError: with the part's place, if it cannot, or takes too long.
    """
    try:
        compiled(page, "svg")
    except ValueError as error:
        raise item.refuse(f"{complaint}: {error}") from error
    except RenderError as error:
        raise RenderError(str(item.refuse(f"{complaint}: {error}"))) from error


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
