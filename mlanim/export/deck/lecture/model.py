"""What a deck is, before anything of it is drawn: a frozen value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlanim.engine.errors import UsageError
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.export.deck.lecture.blocks import Block, Figure
from mlanim.export.deck.lecture.parts import AnyPart, DeckStyle, Head, PagePart, ScenePart


@dataclass(frozen=True)
class Item:
    """A part in its place: its name in links, where it was asked for, and what it is made from.

    Attributes:
        entry: a scene's.
        columns: what stands on a page, from left to right.
        files: what the lecture has beside it for this part.
        fields: where the value of each of its fields stands.
    """

    part: AnyPart
    name: str
    place: str = ""
    entry: SceneEntry | None = None
    columns: tuple[Block, ...] = ()
    files: tuple[Path, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def named_by_its_heading(self) -> bool:
        """Whether nobody gave it a name, and no scene or file has one for it."""
        return (
            isinstance(self.part, PagePart)
            and not self.part.name
            and not (self.part.figure or self.part.live)
        )

    @property
    def scenes(self) -> list[tuple[SceneEntry, Mapping[str, Any]]]:
        """The scenes that it shows, with the parameters that were given for them."""
        figures = [block for block in self.columns if isinstance(block, Figure)]
        found = [(block.entry, block.params) for block in figures if block.entry]
        if self.entry and isinstance(self.part, ScenePart):
            found.append((self.entry, self.part.params))
        return found

    def refuse(self, reason: str, field: str = "") -> UsageError:
        """The error that says so, with the place of the field or the part if it is from a file."""
        place = self.fields.get(field, self.place)
        return UsageError(f"{place}: {reason}" if place else reason)


@dataclass(frozen=True)
class Deck:
    """A lecture: what its title says, and its parts in order; with `cover` the title has a slide.

    `logo` is the picture's file.
    """

    head: Head
    items: tuple[Item, ...]
    cover: bool = False
    logo: Path | None = None

    @property
    def title(self) -> str:
        """What it is called."""
        return self.head.title

    @property
    def scenes(self) -> dict[str, tuple[SceneEntry, Mapping[str, Any]]]:
        """The scene of each slide that shows one, by the slide's name, with its parameters."""
        return {item.name: item.scenes[-1] for item in self.items if item.scenes}

    @property
    def style(self) -> DeckStyle:
        """How all its slides look besides their theme."""
        return self.head.style


def slug(text: str) -> str:
    """A heading as a name for links: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-") or "slide"
