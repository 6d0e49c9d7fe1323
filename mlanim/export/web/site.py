"""The pages of a site: templates, and what they all use."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

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


class Site:
    """A folder of pages that need nothing from elsewhere.

    Args:
        docs: the address of a documentation that they link to.

    Raises:
        UsageError: if the folder holds somebody else's index.html, or is a file.
    """

    def __init__(self, folder: Path, docs: str | None = None):
        self.folder, self.docs = folder, docs
        _refuse_foreign(folder)

    def write_assets(self) -> None:
        """Styles, scripts and the font."""
        for name in (*COMMON, "gallery.js"):
            self._write(f"assets/{name}", asset(name))
        for font in FONTS.iterdir():
            self._write(f"assets/{font.name}", font.read_bytes())

    def write_page(self, template: str, address: str, **content: Any) -> Path:
        """Fill a template and write it; `address` is relative to the site's root."""
        page = TEMPLATES.get_template(template).render(content | {"docs": self.docs})
        return self._write(address, page.encode(errors="replace"))

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


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; a site needs a folder.")
    index = folder / "index.html"
    if index.is_file() and GENERATOR not in index.read_text(encoding="utf-8", errors="replace"):
        raise UsageError(f"{index} was not made by mlanim; choose another folder with -o.")
