"""A deck on paper: a page of vectors for each step, or handouts with what is said to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlanim.engine.errors import RenderError
from mlanim.engine.files import replacing
from mlanim.export.deck.lecture.model import Deck
from mlanim.export.deck.lecture.parts import DeckStyle
from mlanim.export.deck.step import CoverSlide, FilmSlide, Step, TextSlide
from mlanim.export.deck.typst import pages
from mlanim.export.deck.typst.areas import film_area
from mlanim.export.seal import sealed
from mlanim.stage.colors.palette import Theme
from mlanim.stage.text.typesetting import literal, warn_of_boxes

TEMPLATE = Path(__file__).with_name("paper.typ")
A_PAGE = (1, 2, 4)
"""How many slides a page of a handout may have."""


@dataclass(frozen=True)
class Paper:
    """How slides are laid out: as they are, or `handout` of them on a page; and with notes."""

    handout: int | None = None
    notes: bool = False


def write(
    deck: Deck, steps: Sequence[Step], theme: Theme, path: Path, root: Path, paper: Paper
) -> None:
    """Write the file; the steps' files are below `root`.

    Raises:
        RenderError: if it cannot be typeset.
        OSError: if it cannot be written.
    """
    notes = [step.notes for step in steps] if paper.notes or paper.handout else []
    warn_of_boxes("".join([*map(_content, steps), *notes]), theme.fonts)
    try:
        payload = pages.compile_typst(
            source(deck, steps, theme, paper), root, "pdf", theme.fonts.files
        )
    except ValueError as error:
        raise RenderError(f"The pages of {path.name} cannot be set: {error}") from error
    with replacing(path) as file:
        file.write(sealed(payload, ".pdf"))


def source(deck: Deck, steps: Sequence[Step], theme: Theme, paper: Paper) -> str:
    """The document in Typst; text from outside is in it as string literals."""
    return "\n".join(
        [
            pages.preamble(theme),
            f"#let title-text = {literal(deck.title)}",
            f"#let author-text = {literal(deck.head.author)}",
            "#set document(title: title-text, author: author-text, date: none)",
            f"#let slides = ({''.join(_slides(steps, deck.style))})",
            TEMPLATE.read_text(encoding="utf-8"),
            _layout(paper),
        ]
    )


def _layout(paper: Paper) -> str:
    if paper.handout is None and not paper.notes:
        return "#screens()"
    return f"#handout({paper.handout or 1}, {'true' if paper.notes else 'false'})"


def _slides(steps: Sequence[Step], style: DeckStyle) -> Iterator[str]:
    """Each slide's content, with its bookmark, and its notes."""
    for index, step in enumerate(steps, 1):
        marks = [_mark(1, step.title)] if step.number == 1 else []
        if step.count > 1:
            marks.append(_mark(2, step.called))
        foot = _foot(style, index, len(steps)) if step.footed else ""
        yield f"([{''.join(marks)}#slide(fill: ground)[{_content(step)}{foot}]], "
        yield f"{literal(step.notes)}),\n"


def _foot(style: DeckStyle, number: int, count: int) -> str:
    said = f"{number} / {count}" if style.numbers else ""
    share = number / count if style.progress else 0
    return f"#foot({literal(style.footer)}, {literal(said)}, {share:.4f})"


def _mark(level: int, words: str) -> str:
    """A bookmark: a heading that takes no room and is not seen."""
    return f"#place(hide(heading(level: {level}, bookmarked: true, {literal(words)})))"


def _content(step: Step) -> str:
    title = f"#titled({literal(step.heading)})" if step.heading else ""
    match step.shown:
        case FilmSlide(still=still):
            assert still is not None
            area = film_area(step.shown.heading_lines)
            words = "".join(f"{_dictionary(word)}, " for word in still.words)
            said = f"{literal(still.file)}, {literal(step.alt)}, ({words})"
            return f"{title}#area({area.points})[#film({said})]"
        case TextSlide():
            return title + pages.whole(step.shown)
        case CoverSlide(logo=logo):
            lines = "".join(
                f"({literal(name)}, {literal(words)}), " for name, words in step.shown.lines
            )
            file = f"/{logo.name}" if logo else ""
            return f"#cover({literal(step.title)}, ({lines}), {literal(file)})"


def _dictionary(word: Mapping[str, object]) -> str:
    said = {key: literal(str(value)) if key == "text" else value for key, value in word.items()}
    return "(" + ", ".join(f"{key}: {value}" for key, value in said.items()) + ")"
