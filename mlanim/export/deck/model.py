"""What a deck is, before anything of it is drawn: a frozen value, checked field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from mlanim.engine.errors import UsageError
from mlanim.engine.jobs.scene_entry import SceneEntry

Steps = bool | tuple[int, ...]
"""Which steps of a scene: all, none, or those of these numbers, counted from 1."""

Name = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=60)]
Heading = Annotated[str, Field(min_length=1, max_length=300)]
Line = Annotated[
    str, AfterValidator(lambda text: " ".join(text.split())), Field(min_length=1, max_length=1000)
]
"""Plain text, in which line breaks are spaces, as in a paragraph."""


class Part(BaseModel):
    """What all parts of a lecture have: a name, which links to them contain."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name | None = None


class ScenePart(Part):
    """A scene: one step for each of its pauses."""

    scene: str
    params: Mapping[str, Any] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    loop: Steps = False
    auto: Steps = False

    @field_validator("notes", mode="before")
    @classmethod
    def _one_or_many(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given

    @field_validator("loop", "auto", mode="before")
    @classmethod
    def _all_or_listed(cls, given: Any) -> Any:
        listed = isinstance(given, (list, tuple)) and all(
            type(number) is int and number >= 1 for number in given
        )
        if not isinstance(given, bool) and not listed:
            raise ValueError("give true for all steps, or a list of steps as [1, 3]")
        return given

    def notes_of(self, number: int, own: str) -> str:
        """What is said to a step: the lecture's words, or the scene's `own` where it has none."""
        return (self.notes[number - 1] if number <= len(self.notes) else "") or own

    def highest_step(self) -> int:
        """The highest number of a step that this part speaks of."""
        listed = [n for steps in (self.loop, self.auto) if isinstance(steps, tuple) for n in steps]
        return max([len(self.notes), *listed])


class FigurePart(Part):
    """A scene's figure, or a picture's file, with a heading over it and bullets beside it if given.

    Bullets are plain text, and come one by one.
    """

    figure: str
    heading: Heading | None = None
    bullets: tuple[Line, ...] = ()
    alt: str = ""
    params: Mapping[str, Any] = Field(default_factory=dict)
    notes: str = ""


class TextPart(Part):
    """A plain slide: a heading, and text in Typst's markup or bullets that come one by one."""

    heading: Heading
    text: str = ""
    bullets: tuple[Line, ...] = ()
    notes: str = ""

    @field_validator("bullets")
    @classmethod
    def _one_of_both(cls, given: tuple[str, ...], read: ValidationInfo) -> tuple[str, ...]:
        if given and read.data.get("text"):
            raise ValueError("a plain slide has text or bullets, not both")
        return given


AnyPart = ScenePart | FigurePart | TextPart


class Head(BaseModel):
    """What a lecture's file says at its top."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Heading
    author: str = ""
    theme: str | None = None


@dataclass(frozen=True)
class Item:
    """A part in its place: its name in links, where it was asked for, and what it is made from."""

    part: AnyPart
    name: str
    place: str = ""
    entry: SceneEntry | None = None
    file: Path | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    """Where the value of each of its fields stands."""

    @property
    def params(self) -> Mapping[str, Any]:
        """The parameters that were given for its scene."""
        return {} if isinstance(self.part, TextPart) else self.part.params

    def refuse(self, reason: str, field: str = "") -> UsageError:
        """The error that says so, with the place of the field or the part if it is from a file."""
        place = self.fields.get(field, self.place)
        return UsageError(f"{place}: {reason}" if place else reason)


@dataclass(frozen=True)
class Deck:
    """A lecture: its title, and its parts in order; with `cover` the title has a slide."""

    title: str
    items: tuple[Item, ...]
    author: str = ""
    theme: str | None = None
    cover: bool = False


def includes(steps: Steps, number: int) -> bool:
    """Whether a step is one of those."""
    return steps if isinstance(steps, bool) else number in steps


def slug(text: str) -> str:
    """A heading as a name for links: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-") or "slide"
