"""The voice of a deck: what is said to each step, and the recordings that play with them.

Steps are numbered through the whole deck, as its own numbers count them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mlanim.engine.encoding.captions import as_vtt, cues
from mlanim.engine.encoding.voice import write_mp3
from mlanim.engine.errors import UsageError
from mlanim.engine.film.speech import missing, refuse_surplus
from mlanim.engine.jobs.voice import LEAD, REST, Recording, Voice
from mlanim.export.deck.lecture.blocks import Bullets, Prose, Quote
from mlanim.export.deck.step import FilmSlide, Spoken, Step, TextSlide
from mlanim.export.deck.typst.pages import words
from mlanim.export.voice.recordings import texts_of
from mlanim.export.voice.script import ScriptStep
from mlanim.export.voice.speaking import Speaker
from mlanim.export.voice.voicing import recordings


@dataclass(frozen=True)
class DeckVoice:
    """The recordings of a deck: by the steps of each scene, and by the numbers of all steps."""

    of_scenes: Mapping[str, Voice]
    of_steps: Mapping[int, Recording]
    texts: Mapping[int, str]


def script(steps: Sequence[Step]) -> tuple[ScriptStep, ...]:
    """What is said to each step of a deck; a film's times are those from its beginning."""
    return tuple(
        ScriptStep(number, step.called, text_of(step), *_times(step))
        for number, step in enumerate(steps, 1)
    )


def text_of(step: Step) -> str:
    """What is said to a step: its notes, else the sentences that it shows.

    Notes of a page are said at its first step; its others go on while they are heard.
    """
    match step.shown:
        case FilmSlide() as film if film.own and film.sound:
            return ""  # it is heard itself
        case FilmSlide(said=said):
            text = step.notes or said
        case TextSlide() as page if step.notes:
            text = step.notes if page.shown == 1 else ""
        case TextSlide() as page:
            text = _new_words(page)
        case _:
            text = step.notes
    return " ".join(text.split())


def _new_words(page: TextSlide) -> str:
    """The sentences of a page that come with its present step."""
    found: list[str] = []
    for index, block in enumerate(page.columns):
        shown = page.shown_of(index)
        before = replace(page, shown=page.shown - 1).shown_of(index) if page.shown > 1 else 0
        if isinstance(block, Bullets):
            found += block.lines[before:shown]
        elif isinstance(block, Prose | Quote) and page.shown == 1:
            found.append(words(block, page.root))
    return " ".join(found)


def _times(step: Step) -> tuple[float, float] | tuple[()]:
    return (0.0, step.shown.seconds) if isinstance(step.shown, FilmSlide) else ()


def deck_voice(
    steps: Sequence[Step], folder: Path | None, speaker: Speaker | None, room: Path, quiet: bool
) -> DeckVoice:
    """The recordings for a deck's steps, from a folder or made by a speaker.

    Raises:
        UsageError: for a step that lacks its recording, one of no step, or one of no use.
        RenderError: if the speaker fails.
    """
    texts = {number: text_of(step) for number, step in enumerate(steps, 1)}
    written = texts_of(folder) if folder is not None and folder.is_dir() else {}
    found = recordings(texts, folder, speaker, room, quiet)
    refuse_surplus(found, len(steps))
    given = {one.step: one for one in found}
    for number, text in texts.items():
        if text and number not in given:
            raise UsageError(missing(number, len(steps), text))
    of_scenes: dict[str, list[Recording]] = {}
    for number, step in enumerate(steps, 1):
        if number in given and isinstance(step.shown, FilmSlide) and not step.shown.own:
            own = replace(given[number], step=step.number)
            of_scenes.setdefault(step.name, []).append(own)
    paces = {name: Voice(tuple(own), heard=False) for name, own in of_scenes.items()}
    return DeckVoice(paces, given, {**texts, **written})


def voiced(steps: Sequence[Step], voice: DeckVoice, folder: Path) -> tuple[Step, ...]:
    """The steps with their recordings as files that browsers and PowerPoint play, in a folder."""
    folder.mkdir()
    found = []
    for number, step in enumerate(steps, 1):
        recording = voice.of_steps.get(number)
        found.append(step if recording is None else _with(step, recording, voice, folder))
    return tuple(found)


def _with(step: Step, recording: Recording, voice: DeckVoice, folder: Path) -> Step:
    file = folder / f"{recording.step}.mp3"
    write_mp3(Path(recording.file), LEAD, file)
    spoken = replace(step, voice=Spoken(file, LEAD + recording.seconds + REST))
    if not isinstance(step.shown, FilmSlide) or step.shown.own:
        return spoken
    text = voice.texts.get(recording.step, "")
    said = cues(text, LEAD, LEAD + recording.seconds)
    captions = as_vtt(said).decode() if said else ""
    return replace(spoken, shown=replace(step.shown, captions=captions))
