"""From the fields of a slide to its blocks; the files that they name are read here."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

from mlanim.engine.errors import UsageError, reason, shortened
from mlanim.engine.jobs.reading import text_of
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.export.deck.lecture.blocks import (
    Block,
    Bullets,
    Code,
    Figure,
    Live,
    Location,
    Prose,
    Quote,
    Table,
)
from mlanim.export.deck.lecture.languages import unknown_language
from mlanim.export.deck.lecture.parts import DRAWN, Content, PagePart

Way = tuple[str | int, ...]
"""A field's place in a lecture: the names and numbers that lead to it."""

PICTURES = (".svg", ".png", ".jpg", ".jpeg", ".pdf")
LARGEST = 1_000_000
"""Bytes of a file of code or of a table: more is not for a slide."""


class ContentReader:
    """Makes the blocks of a slide.

    Args:
        folder: where the lecture lies, and the files that it names.
        entry: the scene of a name; raises with the place of it.
        error: an error about a field, with its place.
        words: the line and column of a field.

    Attributes:
        files: those that were found so far.
    """

    def __init__(
        self,
        folder: Path,
        entry: Callable[[str, Way], SceneEntry],
        error: Callable[[Way, str], UsageError],
        words: Callable[[Way], str],
    ):
        self.folder, self.entry, self.error, self.words = folder, entry, error, words
        self.files: list[Path] = []

    def columns(self, part: PagePart, path: Way) -> tuple[Block, ...]:
        """The blocks of a slide from left to right: none, one or two."""
        if part.left is not None and part.right is not None:
            left = self._blocks(part.left, (*path, "left"))
            return (*left, *self._blocks(part.right, (*path, "right")))
        return self._blocks(part, path)

    def _blocks(self, content: Content, path: Way) -> tuple[Block, ...]:
        kinds = sorted(content.kinds, key=lambda kind: kind in DRAWN)  # they stand at the right
        return tuple(self._block(content, kind, (*path, kind)) for kind in kinds)

    def _block(self, content: Content, kind: str, path: Way) -> Block:
        place = Location(kind, self.words(path))
        match kind:
            case "text":
                return Prose(content.text, place=place)
            case "bullets":
                return Bullets(content.bullets, place=place)
            case "figure":
                return self._figure(content, path, place)
            case "live":
                entry = self.entry(str(content.live), path)
                shown = content.alt, entry, content.params
                return Live(*shown, sweep=content.sweep, place=place)
            case "quote":
                return Quote(content.quote.strip(), content.by, place=place)
            case "table":
                return self._table(str(content.table), path, place)
        return self._code(content, path, place)

    def _figure(self, content: Content, path: Way, place: Location) -> Figure:
        named = str(content.figure)
        if Path(named).suffix.lower() not in PICTURES:
            return Figure(content.alt, self.entry(named, path), content.params, place=place)
        file = self.file(named, path, PICTURES, "figure")
        if content.params:
            raise self.error((*path[:-1], "params"), "a picture's file takes no parameters")
        return Figure(content.alt, file=file, place=place)

    def _table(self, named: str, path: Way, place: Location) -> Table:
        text = self._text(named, path, (".csv",))
        try:
            rows = [row for row in csv.reader(io.StringIO(text), strict=True) if row]
        except csv.Error as error:
            raise self.error(path, f"{named} is no table: {error}") from error
        if len(rows) < 2:
            raise self.error(path, f"{named} needs a row of names and one of values")
        for number, row in enumerate(rows, 1):
            if len(row) != len(rows[0]):
                raise self.error(
                    path, f"row {number} of {named} has {len(row)} cells, the first {len(rows[0])}"
                )
        return Table(tuple(tuple(cell.strip() for cell in row) for row in rows), place=place)

    def _code(self, content: Content, path: Way, place: Location) -> Code:
        source, language = content.code, content.language
        if said := unknown_language(language):
            raise self.error((*path[:-1], "language"), said)
        if content.code_file:
            source = self._text(content.code_file, path)
            language = language or Path(content.code_file).suffix[1:]
        lines = source.strip("\n").expandtabs(4).splitlines()
        if content.lines and max(content.lines) > len(lines):
            reason = f"lines end with line {max(content.lines)}; the file has {len(lines)}"
            raise self.error((*path[:-1], "lines"), reason)
        lines, numbers = _part_of(lines, content.lines)
        for index, mark in enumerate(content.mark):
            if unknown := mark - set(numbers):
                reason = f"it marks line {min(unknown)}, which is not shown"
                raise self.error((*path[:-1], "mark", index), reason)
        marks = tuple(frozenset(numbers[n] for n in mark) for mark in content.mark)
        return Code("\n".join(lines), language, marks, place=place)

    def file(
        self, named: str, path: Way, endings: tuple[str, ...] = (), what: str = "file"
    ) -> Path:
        """A file beside the lecture, which is there and has one of these endings, if any."""
        file = self.folder / named
        if endings and file.suffix.lower() not in endings:
            raise self.error(path, f"{shortened(named)} must end in {', '.join(endings)}")
        if not file.is_file():
            raise self.error(path, f"there is no {what} {shortened(str(file), 200)}")
        self.files.append(file)
        return file

    def _text(self, named: str, path: Way, endings: tuple[str, ...] = ()) -> str:
        file = self.file(named, path, endings)
        try:
            if file.stat().st_size > LARGEST:
                raise ValueError(f"it is larger than {LARGEST} bytes")
            return text_of(file)
        except (OSError, ValueError) as error:
            raise self.error(path, f"cannot read {named}: {reason(error)}") from error


def _part_of(lines: list[str], shown: frozenset[int]) -> tuple[list[str], dict[int, int]]:
    """Some lines, and the numbers that they have among themselves by those that they had."""
    kept = sorted(shown or range(1, len(lines) + 1))
    return [lines[n - 1] for n in kept], {number: at for at, number in enumerate(kept, 1)}
