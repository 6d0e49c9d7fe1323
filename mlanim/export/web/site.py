"""The pages of a site: templates, what they all use, and the documents written in Markdown."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.token import Token

from mlanim.engine.errors import RenderError, UsageError
from mlanim.engine.files import replacing
from mlanim.stage.colors import palette

PAGES = Path(__file__).parent / "pages"
FONTS = Path(palette.__file__).parents[1] / "fonts"
COMMON = ("site.css", "colors.css", "theme.js", "icon.svg")
COLORED = ("colors.css", "icon.svg")
GENERATOR = '<meta name="generator" content="mlanim">'


TEMPLATES = Environment(
    loader=FileSystemLoader(PAGES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Document:
    """A page of documentation: where it is in the site, its title and its body as HTML."""

    address: str
    title: str
    body: str


class Site:
    """A folder of pages that need nothing from elsewhere.

    Raises:
        UsageError: if the folder holds somebody else's index.html, or is a file.
    """

    def __init__(self, folder: Path, documents: Sequence[Document] = ()):
        self.folder = folder
        self.documents = documents
        _refuse_foreign(folder)

    def write_assets(self) -> None:
        """Styles, scripts and the font."""
        for name in (*COMMON, "gallery.js"):
            self._write(f"assets/{name}", asset(name))
        for font in FONTS.iterdir():
            self._write(f"assets/{font.name}", font.read_bytes())

    def write_page(self, template: str, address: str, **content: Any) -> Path:
        """Fill a template and write it; `address` is relative to the site's root."""
        root = "../" * address.count("/")
        common = {"root": root, "here": address, "documents": self.documents}
        page = TEMPLATES.get_template(template).render(common | content)
        return self._write(address, page.encode(errors="replace"))

    def write_documents(self) -> list[Path]:
        """A page for each document."""
        return [
            self.write_page("document.html", document.address, title=document.title,
                            body=_trusted(document.body))
            for document in self.documents
        ]  # fmt: skip

    def _write(self, address: str, payload: bytes) -> Path:
        path = self.folder / address
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as file:
                file.write(payload)
        except OSError as error:
            raise RenderError(f"Cannot write {path}: {error.strerror}.") from error
        return path


def asset(name: str) -> bytes:
    """A file that pages use, with the theme's colours filled in."""
    if name not in COLORED:
        return (PAGES / name).read_bytes()
    colors = {name: dict(look.roles) for name, look in palette.THEMES.items()}
    return TEMPLATES.get_template(name).render(colors).encode()


def assets(page: str, **content: Any) -> dict[str, Callable[[], bytes]]:
    """A page that is served, and all that it uses, by address; its style and script as it is."""
    stem = Path(page).stem
    names = (*COMMON, f"{stem}.css", f"{stem}.js")
    return {
        "/": TEMPLATES.get_template(page).render(content).encode,
        **{f"/assets/{name}": partial(asset, name) for name in names},
        **{f"/assets/{font.name}": font.read_bytes for font in FONTS.iterdir()},
    }


def _trusted(body: str) -> Any:
    """HTML of our Markdown renderer, which has escaped its text already."""
    from markupsafe import Markup

    return Markup(body)


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; a site needs a folder.")
    index = folder / "index.html"
    if index.is_file() and GENERATOR not in index.read_text(encoding="utf-8", errors="replace"):
        raise UsageError(f"{index} was not made by mlanim; choose another folder with -o.")


def documents(folder: Path) -> list[Document]:
    """The Markdown files of a folder as pages, in the order of their titles.

    Raises:
        UsageError: if there are none.
    """
    files = sorted(folder.glob("*.md"))
    if not files:
        raise UsageError(f"There are no .md files in {folder}.")
    return sorted(map(_document, files), key=lambda document: document.title.lower())


def _document(file: Path) -> Document:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    tokens = parser.parse(file.read_text(encoding="utf-8"))
    _name_headings(tokens)
    neighbours = {path.name for path in file.parent.glob("*.md")}
    for token in _within(tokens):
        if token.type == "link_open":
            token.attrs["href"] = _address(str(token.attrs["href"]), neighbours)
    title = next((_plain(tokens[i + 1]) for i, t in enumerate(tokens) if t.tag == "h1"), file.stem)
    body = parser.renderer.render(tokens, parser.options, {})
    return Document(f"docs/{file.stem}.html", title, _reachable(_unlinked(body)))


def _within(tokens: Iterable[Token]) -> Iterable[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


def _name_headings(tokens: Sequence[Token]) -> None:
    """Give each heading the id that forges give it, so that links to sections work here too."""
    seen: dict[str, int] = {}
    for token, inline in itertools.pairwise(tokens):
        if token.type == "heading_open":
            slug = re.sub(r"[^\w\- ]", "", _plain(inline).lower()).replace(" ", "-")
            seen[slug] = seen.get(slug, -1) + 1
            token.attrs["id"] = f"{slug}-{seen[slug]}" if seen[slug] else slug


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or ())


def _address(link: str, neighbours: set[str]) -> str:
    """A link between Markdown files as one between pages; empty for what is not in the site."""
    path, hash, anchor = link.partition("#")
    if not path or re.match(r"[a-z]+:", path):
        return link
    name = PurePosixPath(os.path.normpath(path)).as_posix()
    return f"{name.removesuffix('.md')}.html{hash}{anchor}" if name in neighbours else ""


def _unlinked(body: str) -> str:
    """Text in place of links that lead out of the site's folder."""
    return re.sub(r'<a href="">(.*?)</a>', r"\1", body, flags=re.DOTALL)


def _reachable(body: str) -> str:
    """What may be wider than a phone can be scrolled by keyboard too."""
    tables = body.replace("<table>", '<div class="scrolling" tabindex="0"><table>')
    return tables.replace("</table>", "</table></div>").replace("<pre>", '<pre tabindex="0">')
