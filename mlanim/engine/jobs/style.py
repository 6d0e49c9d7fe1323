"""A custom theme on its way through a job: the table as written, and where its paths start."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlanim.engine.errors import UsageError, shortened

if TYPE_CHECKING:
    from mlanim.stage.colors.palette import Theme


@dataclass(frozen=True)
class Style:
    """`table` has `colors`, `lines` and `fonts` as in `[theme]`; `folder` is where its files are.

    `base` is the theme that its colours were chosen for, and `place` says in a message where it
    was written. `files` holds a hash of each font's file.
    """

    base: str
    table: Mapping[str, Any]
    folder: str
    place: str
    files: Mapping[str, str]

    @classmethod
    def read(cls, base: str, table: Mapping[str, Any], folder: Path, place: str) -> Style:
        """A style with the hashes of the font files that it names and that are there."""
        fonts = table.get("fonts", {})
        named = fonts.values() if isinstance(fonts, Mapping) else ()
        paths = {name: folder / name for name in named if isinstance(name, str)}
        files = {
            name: hashlib.sha256(path.read_bytes()).hexdigest()
            for name, path in sorted(paths.items())
            if path.is_file()
        }
        return cls(base, table, str(folder), place, files)

    def on(self, theme: str) -> Style:
        """The style on a theme: on another than its own it leaves the colours as they are there."""
        if theme == self.base:
            return self
        return replace(self, table={k: v for k, v in self.table.items() if k != "colors"})

    def anywhere(self) -> Style:
        """The same without what depends on where it lies."""
        return replace(self, folder="", place="")


def theme_of(base: str, style: Style | None) -> Theme:
    """The theme of that name, in the style's colours, strokes and fonts.

    Raises:
        UsageError: if the style cannot be used, with its place.
    """
    from mlanim.stage.colors.custom_theme import themed  # imports Typst, for its fonts
    from mlanim.stage.colors.palette import THEMES

    if style is None:
        return THEMES[base]
    try:
        return themed(base, style.table, Path(style.folder))
    except ValueError as error:
        raise UsageError(f"{style.place}: {shortened(str(error), 500)}") from error
