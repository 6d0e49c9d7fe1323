"""A scene's narration as subtitles: the notes of each slide, spread over the slide's time."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlanim.engine.jobs.kinds import WITH_CAPTIONS
from mlanim.stage.scene import Slide
from mlanim.words.printable import printable

LINE = 42
"""Characters that a line takes at most, as broadcasters have it; a caption has two lines."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])[”\"’)]*\s+")
_CLAUSE_END = (",", ";", ":", ".", "!", "?", "…", "–", "—")
_JOINER = "\u2060"  # takes no room, and breaks what a player would read as a command


@dataclass(frozen=True)
class Cue:
    """One caption: when it stands, in whole milliseconds, and its one or two lines."""

    start: int
    end: int
    lines: tuple[str, ...]


def narration(slides: Iterable[Slide]) -> tuple[Cue, ...]:
    """The captions of a lecture; a slide's notes are heard from the pause before it to its own."""
    found: list[Cue] = []
    start = 0.0
    for slide in slides:
        found += cues(slide.notes, start, slide.time)
        start = slide.time
    return tuple(found)


def subcaptions(added: Iterable[Any]) -> tuple[Cue, ...]:
    """What a scene says by manim's own means, `add_subcaption` and `play(…, subcaption=…)`.

    Args:
        added: manim's, with `content`, `start` and `end`.
    """
    found = [
        cue
        for one in added
        for cue in cues(one.content, max(0.0, one.start.total_seconds()), one.end.total_seconds())
    ]
    return tuple(sorted(found, key=lambda cue: (cue.start, cue.end)))


def between(said: Iterable[Cue], start: float, end: float) -> tuple[Cue, ...]:
    """What is said between two times in seconds, in times from the first of them on."""
    first, last = round(1000 * start), round(1000 * end)
    return tuple(
        replace(cue, start=max(cue.start, first) - first, end=min(cue.end, last) - first)
        for cue in said
        if cue.start < last and cue.end > first
    )


def files(said: Sequence[Cue], format: str) -> dict[str, bytes]:
    """The caption files of a video by suffix; none where nothing is said or nothing plays them."""
    if not said or format not in WITH_CAPTIONS:
        return {}
    return {".srt": as_srt(said), ".vtt": as_vtt(said)}


def cues(notes: str, start: float, end: float) -> list[Cue]:
    """What is said between two times in seconds, each caption for as long as its length asks."""
    pieces = _pieces(notes)
    total = sum(map(len, pieces))
    first, room = round(1000 * start), round(1000 * end) - round(1000 * start)
    if room < len(pieces):  # less than a millisecond for each
        return []
    found, said, began = [], 0, first
    for piece in pieces:
        said += len(piece)
        ended = first + room * said // total
        found.append(Cue(began, ended, lines(piece)))
        began = ended
    return found


def lines(text: str) -> tuple[str, ...]:
    """A caption's text as one line, or as two of nearly the same length."""
    if len(text) <= LINE:
        return (text,)
    break_at = _middle_space(text)
    if break_at is None:
        return text[:LINE], text[LINE:].lstrip()
    return text[:break_at], text[break_at + 1 :]


def _pieces(notes: str) -> list[str]:
    """Notes cut into captions: short sentences together, long ones at their clauses."""
    words = " ".join(notes.split())
    found: list[str] = []
    for sentence in filter(None, _SENTENCE_END.split(words)):
        if found and _fits(f"{found[-1]} {sentence}"):
            found[-1] += f" {sentence}"
        else:
            found += _halves(sentence)
    return found


def _halves(text: str) -> list[str]:
    """A sentence cut in two, and its halves likewise, until each piece fits."""
    if _fits(text):
        return [text]
    spaces = [match.start() for match in re.finditer(" ", text)]
    if not spaces:
        return [text[at : at + LINE] for at in range(0, len(text), LINE)]

    def badness(at: int) -> float:
        off_centre = abs(at - len(text) / 2) / len(text)
        return off_centre + (0.0 if text[:at].endswith(_CLAUSE_END) else 0.25)

    at = min(spaces, key=badness)
    return _halves(text[:at]) + _halves(text[at + 1 :])


def _fits(text: str) -> bool:
    return len(text) <= LINE or _middle_space(text) is not None


def _middle_space(text: str) -> int | None:
    """The space nearest to the middle that leaves both lines short enough."""
    spaces = [match.start() for match in re.finditer(" ", text)]
    good = [at for at in spaces if at <= LINE and len(text) - at - 1 <= LINE]
    return min(good, key=lambda at: abs(at - len(text) / 2), default=None)


def as_srt(captions: Sequence[Cue]) -> bytes:
    """SubRip, which has no escapes: what a player would act upon is broken or replaced."""
    blocks = [
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n"
        + "\n".join(_unmarked(line) for line in cue.lines)
        for number, cue in enumerate(captions, 1)
    ]
    return _encoded("\n\n".join(blocks) + "\n")


def as_vtt(captions: Sequence[Cue]) -> bytes:
    """WebVTT, as a `<track>` of a page takes it."""
    blocks = [
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n"
        + "\n".join(html.escape(line, quote=False) for line in cue.lines)
        for cue in captions
    ]
    return _encoded("\n\n".join(["WEBVTT", *blocks]) + "\n")


def _unmarked(line: str) -> str:
    """Without the tags, escapes and arrows that players know; they hide whatever braces hold."""
    broken = re.sub(r"<|\\|--(?=>)", lambda match: match.group() + _JOINER, line)
    return broken.replace("{", "\uff5b").replace("}", "\uff5d")


def _clock(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def _encoded(text: str) -> bytes:
    return printable(text).encode()
