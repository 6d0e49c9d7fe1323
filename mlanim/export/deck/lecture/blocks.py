"""What stands on a page, each kind of content as a value, before it is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlanim.engine.jobs.scene_entry import SceneEntry


@dataclass(frozen=True)
class Location:
    """Where content was asked for: the field that gives it, and that field's line and column."""

    field: str = ""
    words: str = ""


@dataclass(frozen=True)
class Block:
    """Content of a page; `place` is no part of what it is."""

    place: Location = field(default_factory=Location, compare=False, kw_only=True)

    @property
    def steps(self) -> int:
        """How many stops it makes: 0 where it stands whole from the beginning."""
        return 0


@dataclass(frozen=True)
class Prose(Block):
    """A text in Typst's markup."""

    markup: str


@dataclass(frozen=True)
class Bullets(Block):
    """Lines of plain text that come one by one."""

    lines: tuple[str, ...]

    @property
    def steps(self) -> int:
        """One for each line."""
        return len(self.lines)


@dataclass(frozen=True)
class Figure(Block):
    """A picture: the figure of a scene, or a file."""

    alt: str
    entry: SceneEntry | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    file: Path | None = None

    @property
    def name(self) -> str:
        """What it is called where nobody named it."""
        return self.entry.name if self.entry else (self.file or Path()).stem

    @property
    def title(self) -> str:
        """What it is called in words."""
        return self.entry.title if self.entry else self.name

    @property
    def words(self) -> str:
        """What it shows, for those who do not see it."""
        return self.alt or (self.entry.description if self.entry else self.name)


@dataclass(frozen=True)
class Live(Figure):
    """A live figure: where slides are pages, with sliders; elsewhere as it stands at first.

    `sweep` says which parameters run, `page` holds its page once that is made.
    """

    sweep: tuple[str, ...] = ()
    page: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Code(Block):
    """Source code, of which some lines stand out, step by step."""

    source: str
    language: str
    marks: tuple[frozenset[int], ...] = ()

    @property
    def steps(self) -> int:
        """One for each mark."""
        return len(self.marks)

    def marked(self, shown: int) -> frozenset[int]:
        """The lines that stand out at a step; none where all do."""
        return self.marks[shown - 1] if 0 < shown <= len(self.marks) else frozenset()


@dataclass(frozen=True)
class Table(Block):
    """Rows of cells; the first one names the columns."""

    rows: tuple[tuple[str, ...], ...]

    def is_number(self, column: int) -> bool:
        """Whether all that stands in a column, its name aside, are numbers."""
        return all(_is_number(row[column]) for row in self.rows[1:])


@dataclass(frozen=True)
class Quote(Block):
    """Words of somebody else."""

    text: str
    by: str


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace("−", "-").rstrip("%").strip() or "0")
    except ValueError:
        return False
    return True
