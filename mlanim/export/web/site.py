"""The pages of a site: templates, and what they all use."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mlanim.engine.cache.ownership import refuse
from mlanim.engine.errors import RenderError, UsageError
from mlanim.engine.files import replacing
from mlanim.engine.jobs.outputs import as_bytes, sha256_of
from mlanim.engine.jobs.reading import json_of
from mlanim.export import page_theme
from mlanim.stage.colors import palette

PAGES = Path(__file__).parent / "pages"
FONTS = Path(palette.__file__).parents[1] / "fonts"
COMMON = ("site.css", "colors.css", "theme.js", "icon.svg")
COLORED = ("colors.css", "icon.svg")
RECORD = "mlanim-site.json"
"""The file that vouches for a site's others by their hashes."""


TEMPLATES = Environment(
    loader=FileSystemLoader([PAGES, page_theme.FOLDER]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Site:
    """A folder of pages that need nothing from elsewhere.

    Args:
        docs: the address of a documentation that they link to.
        force: replace files that mlanim did not make, too.

    Raises:
        UsageError: if a file of the site would take the place of a stranger's, or the folder is a
            file.
    """

    def __init__(self, folder: Path, docs: str | None = None, force: bool = False):
        self.folder, self.docs = folder, docs
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder} is a file; a site needs a folder.")
        self._files: dict[str, bytes] = {
            **{f"assets/{name}": asset(name) for name in (*COMMON, "gallery.js")},
            **{f"assets/{font.name}": font.read_bytes() for font in FONTS.iterdir()},
        }
        if not force:
            known = self._known()
            places = (*self._files, "index.html", RECORD)
            refuse({folder / place: None for place in places}, known)

    def write(self, template: str, **content: Any) -> Path:
        """Fill a template; write it, as index.html, and all that it uses."""
        page = TEMPLATES.get_template(template).render(content | {"docs": self.docs})
        self._files["index.html"] = page.encode(errors="replace")
        for address, payload in self._files.items():
            self._write(address, payload)
        hashes = {
            Path(address).name: hashlib.sha256(payload).hexdigest()
            for address, payload in self._files.items()
        }
        self._write(RECORD, as_bytes({"sha256": hashes}))
        return self.folder / "index.html"

    def _known(self) -> dict[str, str]:
        """The hashes of the site's files, as they were written last, by name."""
        path = self.folder / RECORD
        with contextlib.suppress(OSError, UsageError, KeyError, TypeError, ValueError):
            return {**json_of(path)["sha256"], RECORD: sha256_of(path)}
        return {}

    def _write(self, address: str, payload: bytes) -> None:
        path = self.folder / address
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as file:
                file.write(payload)
        except OSError as error:
            raise RenderError(f"Cannot write {path}: {error.strerror}.") from error


def asset(name: str) -> bytes:
    """A file that pages use, with the theme's colours filled in."""
    if name not in COLORED:
        folder = page_theme.FOLDER if (page_theme.FOLDER / name).is_file() else PAGES
        return (folder / name).read_bytes()
    colors = {name: dict(look.roles) for name, look in palette.THEMES.items()}
    return TEMPLATES.get_template(name).render(colors).encode()


def assets(page: str, **content: Any) -> dict[str, Callable[[], bytes]]:
    """A page that is served, and all that it uses, by address; its style and script as it is."""
    stem = Path(page).stem
    names = (*COMMON, f"{stem}.css", f"{stem}.js")
    return {
        "/": TEMPLATES.get_template(page).render(kind=stem, **content).encode,
        **{f"/assets/{name}": partial(asset, name) for name in names},
        **{f"/assets/{font.name}": font.read_bytes for font in FONTS.iterdir()},
    }
