"""One stop of a lecture, as every format takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlanim.export.deck.lecture.blocks import Block
from mlanim.export.deck.lecture.parts import Head
from mlanim.stage.colors.palette import Theme


@dataclass(frozen=True)
class FilmPiece:
    """A film's piece of the video, and the frames between which it lies: `before` and its last."""

    video: Path
    before: Path
    after: Path


@dataclass(frozen=True)
class Still:
    """How a film ends: a picture's path below the deck's folder, and the words on it.

    A word is a text with the place of its baseline's start and its size, in widths of the frame.
    """

    file: str
    words: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class FilmSlide:
    """A step of a scene or a video, as pixels that move, as a picture that stands, or both.

    Its heading takes so many lines; a film that is the lecturer's `own` leaves no margin. `said` is
    what a scene says in it.
    """

    seconds: float
    loop: bool
    auto: bool
    captions: str
    clip: FilmPiece | None
    still: Still | None
    heading: str = ""
    heading_lines: int = 0
    sound: bool = False
    own: bool = False
    said: str = ""


@dataclass(frozen=True)
class TextSlide:
    """A slide that stands still; the heading is set by each format itself.

    The pictures of its blocks are below `root`. At its first step one stop of the first block that
    makes any is `shown`.
    """

    heading: str
    columns: tuple[Block, ...]
    theme: Theme
    root: Path
    heading_lines: int = 0
    shown: int = 1

    @property
    def steps(self) -> int:
        """How many steps it makes."""
        return max(1, sum(block.steps for block in self.columns))

    def shown_of(self, index: int) -> int:
        """How many stops of a block are past; the blocks before it come first."""
        before = sum(block.steps for block in self.columns[:index])
        return min(max(self.shown - before, 0), self.columns[index].steps)


@dataclass(frozen=True)
class CoverSlide:
    """The first slide: what the lecture says of itself, and its logo as a picture's file."""

    head: Head
    logo: Path | None = None

    @property
    def lines(self) -> list[tuple[str, str]]:
        """What stands below the title: what each line is, and its words."""
        said = [(name, getattr(self.head, name)) for name in ("subtitle", "author", "institute")]
        return [(name, words) for name, words in [*said, ("date", self.head.date)] if words]


@dataclass(frozen=True)
class Spoken:
    """The recording of a step, as an MP3 file, and for how many seconds the step is about it."""

    file: Path
    seconds: float


@dataclass(frozen=True)
class Step:
    """What is shown, what it is called, what is said to it, and for how long: minutes."""

    name: str
    number: int
    count: int
    title: str
    alt: str
    notes: str
    shown: FilmSlide | TextSlide | CoverSlide
    minutes: float | None = None
    voice: Spoken | None = None

    @property
    def link(self) -> str:
        """What a link to this step ends with."""
        return self.name if self.count == 1 else f"{self.name}/{self.number}"

    @property
    def called(self) -> str:
        """Its title, with its number where there are several of that title."""
        return self.title if self.count == 1 else f"{self.title}, {self.number} of {self.count}"

    @property
    def footed(self) -> bool:
        """Whether there is room at its foot."""
        film = isinstance(self.shown, FilmSlide) and self.shown.own and not self.shown.heading
        return not isinstance(self.shown, CoverSlide) and not film

    @property
    def heading(self) -> str:
        """What stands over it; nothing on a scene's film, which has its title in itself."""
        return "" if isinstance(self.shown, CoverSlide) else self.shown.heading
