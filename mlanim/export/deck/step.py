"""One stop of a lecture, as every format takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlanim.stage.colors.palette import Theme


@dataclass(frozen=True)
class Clip:
    """A film's piece of the video, and the frames between which it lies: `before` and its last."""

    video: Path
    before: Path
    after: Path


@dataclass(frozen=True)
class Still:
    """How a film ends, in vectors: a PDF's path below the deck's folder, and the words on it.

    A word is a text with the place of its baseline's start and its size, in widths of the frame.
    """

    file: str
    words: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Film:
    """A step of a scene, as pixels that move, as vectors that stand, or both."""

    seconds: float
    loop: bool
    auto: bool
    captions: str
    clip: Clip | None
    still: Still | None


@dataclass(frozen=True)
class Page:
    """A slide that stands still, in Typst, without the heading that the format sets itself.

    Files that `content` names are below `root`. Of the bullets, which `content` lies beside, as
    many as `shown` are seen; the others have their room.
    """

    heading: str
    content: str
    theme: Theme
    root: Path
    bullets: tuple[str, ...] = ()
    shown: int = 0


@dataclass(frozen=True)
class Cover:
    """The first slide: the lecture's title and who gives it."""

    author: str


@dataclass(frozen=True)
class Step:
    """What is shown, what it is called, and what is said to it."""

    name: str
    number: int
    count: int
    title: str
    alt: str
    notes: str
    shown: Film | Page | Cover

    @property
    def link(self) -> str:
        """What a link to this step ends with."""
        return self.name if self.count == 1 else f"{self.name}/{self.number}"

    @property
    def called(self) -> str:
        """Its title, with its number where there are several of that title."""
        return self.title if self.count == 1 else f"{self.title}, {self.number} of {self.count}"
