"""Still pages of a deck, set by Typst."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mlanim.engine.errors import RenderError, UsageError
from mlanim.export.deck.lecture.blocks import Block, Code, Figure, Prose, Quote
from mlanim.export.deck.lecture.model import Item
from mlanim.export.deck.lecture.parts import PagePart
from mlanim.export.deck.step import Step, TextSlide
from mlanim.export.deck.typst import areas, typst_process
from mlanim.export.deck.typst.forms import placed
from mlanim.export.deck.typst.syntax import syntax_theme
from mlanim.export.deck.typst.typst_process import Format
from mlanim.stage.colors.palette import THEMES, Theme
from mlanim.stage.text.typesetting import FONTS, literal

TEMPLATE = Path(__file__).with_name("slides.typ")
PNG_WIDTH = 1920
MOST_HEADING_LINES = 2


def page(
    item: Item, part: PagePart, drawn: Iterator[Path], theme: Theme, folder: Path
) -> Iterator[Step]:
    """A slide's steps: one, or one for each bullet and each mark.

    Args:
        drawn: the files of its scenes' figures, in their order.
        folder: one of its own.

    Raises:
        UsageError: if Typst cannot set what stands on it, or if it is too long for a slide.
    """
    columns = tuple(_at_hand(block, drawn, folder, n) for n, block in enumerate(item.columns))
    heading = part.heading or ""
    lines = heading_lines(item, heading, theme, folder.parent)
    found = TextSlide(heading, columns, theme, folder.parent, lines)
    for number in range(len(columns)):
        _try(item, found, number)
    figures = [block for block in columns if isinstance(block, Figure)]
    title = heading or (figures[0].title if figures else part.name or "Slide")
    alt = " ".join(filter(None, (words(block, found.root) for block in columns)))
    for number in range(1, found.steps + 1):
        shown = replace(found, shown=number)
        yield Step(item.name, number, found.steps, title, alt, part.notes, shown, part.minutes)


def _at_hand(block: Block, drawn: Iterator[Path], folder: Path, number: int) -> Block:
    """The block, with its picture in the folder."""
    if not isinstance(block, Figure):
        return block
    if block.file is None:
        return replace(block, file=next(drawn))
    inside = folder / f"own-{number}" / block.file.name
    inside.parent.mkdir()
    shutil.copyfile(block.file, inside)
    return replace(block, file=inside)


def heading_lines(item: Item, heading: str, theme: Theme, root: Path) -> int:
    """How many lines a heading takes.

    Raises:
        UsageError: if it takes more than a slide has room for.
    """
    if not heading:
        return 0
    source = (
        f"{preamble(theme)}\n#set page(width: {areas.INNER:.2f}pt, height: auto, margin: 0pt)\n"
        f"#heading-of({literal(heading)})"
    )
    drawn = compile_typst(source, root, "svg", theme.fonts.files).decode()
    found = re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', drawn)
    assert found is not None
    lines = 1 + round(float(found.group(1)) / areas.HEADING_PITCH)
    if lines > MOST_HEADING_LINES:
        raise item.refuse(
            f"the heading takes {lines} lines; a slide has room for {MOST_HEADING_LINES}", "heading"
        )
    return lines


def whole(page: TextSlide, only: int | None = None) -> str:
    """A page's content without its heading, in Typst; `only` is the number of a block.

    Raises:
        ValueError: if something has no room.
    """
    places = areas.areas(page.columns, page.heading_lines)
    return "".join(
        placed(block, area, page.shown_of(index), page.root)
        for index, (block, area) in enumerate(zip(page.columns, places, strict=True))
        if only is None or index == only
    )


def _try(item: Item, page: TextSlide, number: int) -> None:
    """Compile a block of a page to see whether that can be done.

    Raises:
        UsageError, RenderError: with the block's place, if it cannot, or takes too long.
    """
    block, what = page.columns[number], "the slide's text"
    if isinstance(block, Figure):
        what = block.file.name if item.files and block.file else "the figure"
    try:
        compiled(page, "svg", number)
    except (ValueError, RenderError) as error:
        kind = "cannot be shown" if isinstance(block, Figure) else "cannot be set"
        message = f"{block.place.words or item.place}: {what} {kind}: {error}"
        refused = RenderError if isinstance(error, RenderError) else UsageError
        raise refused(message) from error


def compiled(page: TextSlide, format: Format, only: int | None = None) -> bytes:
    """A page without its heading as SVG or PNG, or one block of it, on a clear ground.

    Raises:
        ValueError: with Typst's reason, or if the content takes more than the page.
    """
    source = (
        f"{preamble(page.theme)}\n"
        f"#set page(width: {areas.WIDTH}pt, height: {areas.HEIGHT}pt, margin: 0pt, fill: none)\n"
        f"#slide[{whole(page, only)}]"
    )
    return compile_typst(source, page.root, format, page.theme.fonts.files)


def picture(file: Path, format: Format, height: float) -> bytes:
    """A picture's file of any kind as SVG or PNG, so many points high.

    Raises:
        ValueError: if it is not the picture that its name says.
    """
    source = (
        "#set page(width: auto, height: auto, margin: 0pt, fill: none)\n"
        f"#image({literal(f'/{file.name}')}, height: {height:.2f}pt)"
    )
    return compile_typst(source, file.parent, format)


def compile_typst(source: str, root: Path, format: Format, fonts: tuple[str, ...] = ()) -> bytes:
    """Typst's output for a source whose files are below `root`.

    Raises:
        ValueError: with Typst's reason.
        RenderError: if it takes too long.
    """
    folders = sorted({str(FONTS), *(str(Path(file).parent) for file in fonts)})
    ppi = 72 * PNG_WIDTH / areas.WIDTH
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


def words(block: Block, root: Path) -> str:
    """What a block says, for those who do not see it; bullets and tables are read as such."""
    match block:
        case Prose(markup):
            return _words(markup, root)
        case Figure():
            return block.words
        case Code(source):
            return source
        case Quote(text, by):
            return f"“{text}” {by}".strip()
    return ""


def _words(markup: str, root: Path) -> str:
    """What a text in Typst's markup says."""
    roles = "\n".join(f"#let {role}(body) = body" for role in THEMES["dark"].roles)
    try:
        page = compile_typst(f"{roles}\n{markup}", root, "html")
    except ValueError:  # what has no HTML is still there to be seen
        return markup
    body = page.decode().partition("<body>")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())
