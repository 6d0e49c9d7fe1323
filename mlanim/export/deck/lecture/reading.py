"""From scenes' names, or a lecture.toml, to a Deck; every error says where in the file it is."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mlanim.engine.arrays import named_from
from mlanim.engine.errors import UsageError, reason, shortened
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.catalog import scene_folders
from mlanim.engine.jobs.reading import sane, text_of
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.export.deck.lecture.blocks import Block, Figure
from mlanim.export.deck.lecture.contents import PICTURES, ContentReader, Way
from mlanim.export.deck.lecture.model import Deck, Item, slug
from mlanim.export.deck.lecture.parts import (
    KINDS,
    AnyPart,
    Column,
    DeckStyle,
    Head,
    PagePart,
    ScenePart,
    VideoPart,
)
from mlanim.export.deck.lecture.places import Places, find_places
from mlanim.words.nearest import nearest
from mlanim.words.sentence import ended

Model = TypeVar("Model", bound=BaseModel)


def from_scenes(names: Sequence[str]) -> Deck:
    """A deck of scenes with their own parameters, one after another.

    Raises:
        UsageError: for a name that is no scene, and for two of the same name.
    """
    items: list[Item] = []
    for name in names:
        entry = catalog.select([name], scene_folders())[0]
        items.append(Item(ScenePart(scene=name), entry.name, "", entry))
    _refuse_clashes(items)
    assert items[0].entry is not None
    return Deck(Head(title=items[0].entry.title), tuple(items))


def from_file(path: Path) -> Deck:
    """The deck that a lecture.toml asks for.

    Raises:
        UsageError: with line and column, for whatever is wrong with it.
    """
    return _LectureReader(path).deck()


def _named_from(folder: Path, content: Any) -> Any:
    """A lecture whose parameters name files of numbers from here, and not from beside it."""
    if isinstance(content, list):
        return [_named_from(folder, item) for item in content]
    if not isinstance(content, dict):
        return content
    return {
        key: named_from(folder, value)
        if key == "params" and isinstance(value, dict)
        else _named_from(folder, value)
        for key, value in content.items()
    }


class _LectureReader:
    """A lecture.toml while it is being read."""

    def __init__(self, path: Path):
        self.path = path
        try:
            text = text_of(path)
        except (OSError, ValueError) as error:
            raise UsageError(f"Cannot read {path}: {reason(error)}.") from error
        try:
            self.content = _named_from(path.parent, sane(tomllib.loads(text)))
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{path}: {shortened(str(error), 300)}.") from error
        self.places: Places = find_places(text)
        self.contents = ContentReader(
            path.parent, self._entry, self._error, lambda way: self._place(way, of_key=False)
        )

    def deck(self) -> Deck:
        """The checked deck."""
        tables = self.content.pop("slide", [])
        head = self._checked(Head, self.content, (), "A lecture")
        if not isinstance(tables, list) or not tables:
            raise UsageError(f"{self.path} has no slides; begin each with a line [[slide]].")
        logo = head.style.logo and self.contents.file(head.style.logo, ("style", "logo"), PICTURES)
        items = [self._item(index, table) for index, table in enumerate(tables)]
        _refuse_clashes(items)
        return Deck(head, tuple(_numbered(items)), cover=True, logo=logo or None)

    def _item(self, index: int, table: Any) -> Item:
        path = ("slide", index)
        self.contents.files = []
        item = self._made(table if isinstance(table, dict) else {}, path)
        fields = {key: self._place((*path, key), of_key=False) for key in table}
        return replace(item, fields=fields, files=tuple(self.contents.files))

    def _made(self, table: dict[str, Any], path: Way) -> Item:
        kind, words = _kind(table)
        if kind is None:
            raise self._error(
                path, f"a slide needs a scene, a video, a heading or one of {', '.join(KINDS)}"
            )
        part: AnyPart = self._checked(kind, table, path, words)
        place = self._place(path, of_key=True)
        if isinstance(part, ScenePart):
            entry = self._entry(part.scene, (*path, "scene"))
            return Item(part, part.name or entry.name, place, entry)
        if isinstance(part, VideoPart):
            file = self.contents.file(part.video, (*path, "video"), (".mp4",), "video")
            return Item(part, part.name or slug(file.stem), place)
        columns = self.contents.columns(part, path)
        return Item(part, part.name or _name(part, columns), place, columns=columns)

    def _entry(self, name: str, path: Way) -> SceneEntry:
        beside = self.path.parent / name.partition(":")[0]
        is_file = beside.suffix == ".py" and beside.is_file()
        folders = [*scene_folders(), self.path.parent / "scenes"]
        try:
            return catalog.select([str(self.path.parent / name) if is_file else name], folders)[0]
        except UsageError as error:
            raise self._error(path, str(error)) from error

    def _checked(self, model: type[Model], table: dict[str, Any], path: Way, what: str) -> Model:
        try:
            return model.model_validate(table)
        except ValidationError as error:
            problems = error.errors()
        problem = problems[0]
        place = (*path, *problem["loc"])
        *within, field = problem["loc"] or ("",)
        inner = _COLUMNS.get(str(within[0])) if within else None
        what, known = (inner[0], inner[1]) if inner else (what, model)
        if problem["type"] == "extra_forbidden":
            names = [*known.model_fields, *(["[[slide]]"] if known is Head else [])]
            raise self._error(place, _unknown(str(field), names, what), of_key=True)
        if problem["type"] == "missing":
            raise self._error(path, f"{what} needs {field}", of_key=True)
        reason = problem["msg"].removeprefix("Value error, ")
        of_the_whole = "error" in problem.get("ctx", {}) and isinstance(problem["input"], dict)
        if of_the_whole:
            raise self._error(self._guilty(place, problem["input"], reason), reason)
        named = [at for at in problem["loc"] if isinstance(at, str) and at in _FIELDS][-1]
        given = shortened(problem["input"]) or "empty"
        if problem["type"] == "value_error":
            raise self._error(place, f"{named} is {given}: {reason}")
        allowed = dict.fromkeys(_allowed(one) for one in problems if named in one["loc"])
        raise self._error(place, f"{named} is {given}; allowed: {' or '.join(allowed)}")

    @staticmethod
    def _guilty(path: Way, table: dict[str, Any], reason: str) -> Way:
        """The field that a complaint about a whole slide begins with."""
        first = reason.partition(" ")[0]
        return (*path, first) if first in table else path

    def _error(self, path: Way, reason: str, of_key: bool = False) -> UsageError:
        return UsageError(ended(f"{self._place(path, of_key)}: {reason}"))

    def _place(self, path: Way, of_key: bool) -> str:
        words = self.places.of_key(path) if of_key else self.places.of_value(path)
        return f"{self.path}, {words}"


_COLUMNS: dict[str, tuple[str, type[BaseModel]]] = {
    "left": ("A column", Column), "right": ("A column", Column), "style": ("[style]", DeckStyle),
}  # fmt: skip


_FIELDS = {
    field
    for model in (Head, DeckStyle, ScenePart, VideoPart, PagePart, Column)
    for field in model.model_fields
}

_ALLOWED = {
    "string": "text in quotes", "tuple": 'a list in brackets, as ["…"]', "float": "a number",
    "int": "a whole number", "bool": "true or false", "dict": "a table of fields",
    "mapping": "a table of fields", "model": "a table of fields",
    "greater_than": "a number over {gt:g}", "less_than_equal": "a number up to {le:g}",
    "string_too_short": "text that is not empty", "too_short": "text that is not empty",
    "string_too_long": "text of up to {max_length} characters",
    "string_pattern_mismatch": "letters and digits, with - and _ between them",
}  # fmt: skip
"""What a field takes, by the fault that pydantic has found or by the kind with which it begins."""


def _allowed(problem: Any) -> str:
    """What would be right in the place of what is wrong."""
    fault = problem["type"]
    words = _ALLOWED.get(fault) or _ALLOWED.get(fault.partition("_")[0], problem["msg"])
    return words.format_map(problem.get("ctx", {}))


def _kind(table: dict[str, Any]) -> tuple[type[Any], str] | tuple[None, str]:
    """The kind of a slide, by the field that shows what it is, and its name in a sentence."""
    if "scene" in table:
        return ScenePart, "A scene's slide"
    if "video" in table:
        return VideoPart, "A video's slide"
    if {"heading", "left", "right", *KINDS} & set(table):
        return PagePart, "A figure's slide" if {"figure", "live"} & set(table) else "A plain slide"
    return None, ""


def _name(part: PagePart, columns: tuple[Block, ...]) -> str:
    """What links to a page contain where the lecture gives it no name."""
    if part.figure or part.live:
        (figure,) = [block for block in columns if isinstance(block, Figure)]
        kind = "live" if part.live else "figure"
        return f"{figure.name}-{kind}" if figure.entry else slug(figure.name)
    return slug(part.heading or "slide")


def _unknown(field: str, known: list[str], what: str) -> str:
    hint = nearest(field, known)
    return f"{what} has no field {shortened(field)!r}.{hint} It has {', '.join(known)}"


def _refuse_clashes(items: Iterable[Item]) -> None:
    """Names of scenes, of figures and those that were given must differ; links contain them."""
    seen: dict[str, Item] = {}
    for item in items:
        if item.named_by_its_heading:
            continue
        if item.name in seen:
            raise _clash(item, seen[item.name])
        seen[item.name] = item


def _clash(item: Item, first: Item) -> UsageError:
    if not item.place:
        return UsageError(
            f"Two scenes of this deck are called {item.name!r}; "
            "write a lecture.toml, in which each slide can have a name of its own."
        )
    other = first.place.rpartition(", line ")[2].partition(",")[0]
    return item.refuse(
        f"the name {item.name!r} is taken by the slide of line {other}; "
        f'give this one its own, as name = "{item.name}-2".'
    )


def _numbered(items: list[Item]) -> list[Item]:
    """Names made from headings, made different where two are alike."""
    taken = {item.name for item in items if not item.named_by_its_heading}
    numbered: list[Item] = []
    for item in items:
        name, number = item.name, 2
        while item.named_by_its_heading and name in taken:
            name, number = f"{item.name}-{number}", number + 1
        taken.add(name)
        numbered.append(replace(item, name=name))
    return numbered
