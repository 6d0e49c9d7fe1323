"""What a slide of a lecture.toml may say: fields of plain values, each checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

Steps = bool | tuple[int, ...]
"""Which steps of a scene: all, none, or those of these numbers, counted from 1."""

Name = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=60)]
Heading = Annotated[str, Field(min_length=1, max_length=300)]
Line = Annotated[
    str, AfterValidator(lambda text: " ".join(text.split())), Field(min_length=1, max_length=1000)
]
"""Plain text, in which line breaks are spaces, as in a paragraph."""

Minutes = Annotated[float, Field(gt=0, le=600)]


def _line_numbers(given: Any) -> frozenset[int]:
    """ "3", "3-5" or "1, 4-6" as numbers of lines, counted from 1; "" is none."""
    found: set[int] = set()
    for piece in filter(None, str(given).replace(" ", "").split(",")):
        first, _, last = piece.partition("-")
        if not (first.isdecimal() and (last or first).isdecimal()) or int(first) < 1:
            raise ValueError('give lines as "3", as "3-5" or as "1, 4-6"')
        if int(last or first) < int(first) or int(last or first) > 10_000:
            raise ValueError(f"lines {piece} end before they begin, or after 10000")
        found.update(range(int(first), int(last or first) + 1))
    return frozenset(found)


Lines = Annotated[frozenset[int], BeforeValidator(_line_numbers, json_schema_input_type=str | int)]

KINDS = ("text", "bullets", "figure", "live", "code", "code_file", "table", "quote")
"""The fields by which content shows what it is."""

DRAWN = ("figure", "live")
"""Those that may stand at the right of any other."""

_BELONGING = {
    "params": DRAWN, "alt": DRAWN, "sweep": ("live",), "by": ("quote",),
    "language": ("code", "code_file"), "mark": ("code", "code_file"), "lines": ("code_file",),
}  # fmt: skip


class _Checked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Content(_Checked):
    """What a slide or a column of one shows."""

    text: Annotated[str, Field(description="Typst's markup.")] = ""
    bullets: Annotated[
        tuple[Line, ...], Field(description="Lines of plain text that come one by one.")
    ] = ()
    figure: Annotated[
        str | None,
        Field(description="A scene's name for its figure, or a .svg, .pdf, .png or .jpg."),
    ] = None
    live: Annotated[
        str | None, Field(description="A scene's name for its live figure, with sliders.")
    ] = None
    sweep: Annotated[
        tuple[Line, ...],
        Field(description="The live figure's sliders: [\"angle=0:180:5\"]; else the scene's own."),
    ] = ()
    params: Annotated[Mapping[str, Any], Field(description="Parameters of the figure's scene.")] = (
        Field(default_factory=dict)
    )
    alt: Annotated[str, Field(description="What the figure shows, in words.")] = ""
    code: Annotated[str, Field(description="Source code.")] = ""
    code_file: Annotated[
        str | None, Field(description="A file of source code, beside the lecture.")
    ] = None
    lines: Annotated[
        Lines, Field(description='The lines of the file that are shown, as "3-9".')
    ] = frozenset()
    language: Annotated[
        str, Field(description="Of the code, such as python; a file's name says its own.")
    ] = ""
    mark: Annotated[
        tuple[Lines, ...],
        Field(description='Lines that stand out, step by step: ["1", "3-4"]; "" for none.'),
    ] = ()
    table: Annotated[str | None, Field(description="A .csv file, its first row the names.")] = None
    quote: Annotated[str, Field(description="Words of somebody else.")] = ""
    by: Annotated[str, Field(description="Whose words they are.")] = ""

    @property
    def kinds(self) -> list[str]:
        """Which of the kinds of content are there."""
        return [kind for kind in KINDS if getattr(self, kind)]

    @model_validator(mode="after")
    def _one_kind(self) -> Content:
        for kind in KINDS:
            if kind in self.model_fields_set and not getattr(self, kind):
                raise ValueError(f"{kind} is empty; give it something to show, or leave it out")
        others = [kind for kind in self.kinds if kind not in DRAWN]
        others = others if len(others) > 1 else [kind for kind in self.kinds if kind in DRAWN]
        if len(others) > 1:
            raise ValueError(
                f"{others[0]} and {others[1]} stand together; put one into left and one into right"
            )
        for name, kinds in _BELONGING.items():
            if getattr(self, name) and not set(kinds) & set(self.kinds):
                raise ValueError(f"{name} is for {' or '.join(kinds)}, which is not there")
        return self


class Column(Content):
    """The left or the right half of a slide."""

    @model_validator(mode="after")
    def _one(self) -> Column:
        if len(self.kinds) != 1:
            raise ValueError(f"a column has one of {', '.join(KINDS)}")
        return self


class LecturePart(_Checked):
    """What all parts of a lecture have: a name, which links to them contain, and their time."""

    name: Annotated[Name | None, Field(description="What links to the slide contain.")] = None
    minutes: Annotated[
        Minutes | None, Field(description="How long it is planned to take, with all its steps.")
    ] = None


class ScenePart(LecturePart):
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


class VideoPart(LecturePart):
    """A film of one's own, as a step that plays."""

    video: Annotated[str, Field(description="An .mp4 beside the lecture.")]
    heading: Heading | None = None
    alt: str = ""
    notes: str = ""
    loop: bool = False
    auto: bool = False


class PagePart(LecturePart, Content):
    """A slide that stands still: a heading and content, or two columns."""

    heading: Heading | None = None
    left: Column | None = None
    right: Column | None = None
    notes: str = ""

    @model_validator(mode="after")
    def _content_or_columns(self) -> PagePart:
        if (self.left is None) != (self.right is None):
            raise ValueError("left and right come together; give both, or neither")
        if self.left and self.kinds:
            raise ValueError(f"{self.kinds[0]} stands beside left and right; put it into one")
        return self


AnyPart = ScenePart | VideoPart | PagePart


class DeckStyle(_Checked):
    """How all slides of a lecture look besides their theme."""

    numbers: Annotated[bool, Field(description="The number of the step on each slide.")] = False
    footer: Annotated[str, Field(description="Words at the foot of each slide.")] = ""
    progress: Annotated[bool, Field(description="A line at the edge that grows.")] = True
    logo: Annotated[
        str | None, Field(description="A picture beside the lecture, on the title's slide.")
    ] = None


class Head(_Checked):
    """What a lecture's file says at its top."""

    title: Heading
    subtitle: str = ""
    author: str = ""
    institute: str = ""
    date: str = ""
    theme: str | None = None
    minutes: Annotated[Minutes | None, Field(description="How long the lecture may take.")] = None
    voice: Annotated[
        bool | str,
        Field(description="Recordings play with the steps: those in voice/, or in that folder."),
    ] = False
    style: DeckStyle = DeckStyle()

    @field_validator("date", mode="before")
    @classmethod
    def _as_words(cls, given: Any) -> Any:
        return given.isoformat() if hasattr(given, "isoformat") else given


class _Lecture(Head):
    """A whole lecture.toml."""

    slide: tuple[AnyPart, ...]


def schema() -> dict[str, Any]:
    """The JSON schema of a lecture.toml, by which an editor completes and checks it."""
    found = _Lecture.model_json_schema(mode="validation")
    found["title"] = "A lecture of mlanim"
    return found


def includes(steps: Steps, number: int) -> bool:
    """Whether a step is one of those."""
    return steps if isinstance(steps, bool) else number in steps
