"""From scenes' names, or a lecture.toml, to a Deck; every error says where in the file it is."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mlanim.engine.errors import UsageError, reason, shortened
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.catalog import scene_folders
from mlanim.engine.jobs.reading import sane, text_of
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.export.deck.model import (
    Deck,
    FigurePart,
    Head,
    Item,
    Part,
    ScenePart,
    TextPart,
    slug,
)
from mlanim.export.deck.places import Places, find_places
from mlanim.words.nearest import nearest

Model = TypeVar("Model", bound=BaseModel)

PICTURES = (".svg", ".png", ".jpg", ".jpeg", ".pdf")
KINDS: dict[str, type[Part]] = {"scene": ScenePart, "figure": FigurePart, "heading": TextPart}
"""The field by which a slide shows what it is, in the order in which they are looked for."""


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
    return Deck(items[0].entry.title, tuple(items))


def from_file(path: Path) -> Deck:
    """The deck that a lecture.toml asks for.

    Raises:
        UsageError: with line and column, for whatever is wrong with it.
    """
    return _Lecture(path).deck()


class _Lecture:
    """A lecture.toml while it is being read."""

    def __init__(self, path: Path):
        self.path = path
        try:
            text = text_of(path)
        except (OSError, ValueError) as error:
            raise UsageError(f"Cannot read {path}: {reason(error)}.") from error
        try:
            self.content = sane(tomllib.loads(text))
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{path}: {shortened(str(error), 300)}.") from error
        self.places: Places = find_places(text)

    def deck(self) -> Deck:
        """The checked deck."""
        tables = self.content.pop("slide", [])
        head = self._checked(Head, self.content, (), "A lecture")
        if not isinstance(tables, list) or not tables:
            raise UsageError(f"{self.path} has no slides; begin each with a line [[slide]].")
        items = [
            replace(self._item(index, table), fields=self._fields(index, table))
            for index, table in enumerate(tables)
        ]
        _refuse_clashes(items)
        return Deck(head.title, tuple(_numbered(items)), head.author, head.theme, cover=True)

    def _item(self, index: int, table: Any) -> Item:
        path = ("slide", index)
        kind = next((kind for kind in KINDS if isinstance(table, dict) and kind in table), None)
        if kind is None:
            raise self._error(path, "a slide needs a scene, a figure or a heading")
        words = {"scene": "A scene's slide", "figure": "A figure's slide"}
        part = self._checked(KINDS[kind], table, path, words.get(kind, "A plain slide"))
        place = self._place(path, of_key=True)
        if isinstance(part, ScenePart):
            entry = self._entry(part.scene, (*path, "scene"))
            return Item(part, part.name or entry.name, place, entry)
        if isinstance(part, FigurePart):
            return self._figure(part, path, place)
        assert isinstance(part, TextPart)
        return Item(part, part.name or slug(part.heading), place)

    def _fields(self, index: int, table: Any) -> dict[str, str]:
        return {key: self._place(("slide", index, key), of_key=False) for key in table}

    def _figure(self, part: FigurePart, path: tuple[str | int, ...], place: str) -> Item:
        file = self.path.parent / part.figure
        if file.suffix.lower() not in PICTURES:
            entry = self._entry(part.figure, (*path, "figure"))
            return Item(part, part.name or f"{entry.name}-figure", place, entry)
        if not file.is_file():
            raise self._error((*path, "figure"), f"there is no figure {shortened(str(file), 200)}")
        if part.params:
            raise self._error((*path, "params"), "a picture's file takes no parameters")
        return Item(part, part.name or slug(file.stem), place, file=file)

    def _entry(self, name: str, path: tuple[str | int, ...]) -> SceneEntry:
        beside = self.path.parent / name.partition(":")[0]
        is_file = beside.suffix == ".py" and beside.is_file()
        folders = [*scene_folders(), self.path.parent / "scenes"]
        try:
            return catalog.select([str(self.path.parent / name) if is_file else name], folders)[0]
        except UsageError as error:
            raise self._error(path, str(error)) from error

    def _checked(
        self, model: type[Model], table: dict[str, Any], path: tuple[str | int, ...], what: str
    ) -> Model:
        try:
            return model.model_validate(table)
        except ValidationError as error:
            problem = error.errors()[0]
        place = (*path, *problem["loc"])
        field = str(problem["loc"][0])
        if problem["type"] == "extra_forbidden":
            known = [*model.model_fields, *(["[[slide]]"] if model is Head else [])]
            raise self._error(place, _unknown(field, known, what), of_key=True)
        if problem["type"] == "missing":
            raise self._error(path, f"{what} needs {field}", of_key=True)
        reason = problem["msg"].removeprefix("Value error, ")
        raise self._error(place, f"{field} is {shortened(problem['input'])}: {reason}")

    def _error(self, path: tuple[Any, ...], reason: str, of_key: bool = False) -> UsageError:
        return UsageError(f"{self._place(path, of_key)}: {reason.rstrip('.')}.")

    def _place(self, path: tuple[Any, ...], of_key: bool) -> str:
        words = self.places.of_key(path) if of_key else self.places.of_value(path)
        return f"{self.path}, {words}"


def _unknown(field: str, known: list[str], what: str) -> str:
    hint = nearest(field, known)
    return f"{what} has no field {shortened(field)!r}.{hint} It has {', '.join(known)}"


def _refuse_clashes(items: Iterable[Item]) -> None:
    """Names of scenes, of figures and those that were given must differ; links contain them."""
    seen: dict[str, Item] = {}
    for item in items:
        if _from_heading(item):
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
    taken = {item.name for item in items if not _from_heading(item)}
    numbered: list[Item] = []
    for item in items:
        name, number = item.name, 2
        while _from_heading(item) and name in taken:
            name, number = f"{item.name}-{number}", number + 1
        taken.add(name)
        numbered.append(replace(item, name=name))
    return numbered


def _from_heading(item: Item) -> bool:
    return isinstance(item.part, TextPart) and item.part.name is None
