"""From what the command line was given to a deck's files: everything is checked before drawing."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from mlanim.engine import temporary
from mlanim.engine.cache import ownership
from mlanim.engine.errors import RenderError, UsageError, os_error_words, shortened
from mlanim.engine.jobs.outputs import leaving_no_empty_folder, prepare_folder, sha256_of
from mlanim.engine.jobs.request import DEFAULT_FOLDER, theme_in_use, themes_of, with_theme
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.engine.jobs.settings import DEFAULT_THEME, defaults
from mlanim.export import seal
from mlanim.export.deck import voice
from mlanim.export.deck.html import to_html
from mlanim.export.deck.lecture import reading
from mlanim.export.deck.lecture.model import Deck
from mlanim.export.deck.powerpoint import to_pptx
from mlanim.export.deck.step import Step
from mlanim.export.deck.steps import DrawingOptions, make_steps
from mlanim.export.deck.typst import to_pdf, typst_process
from mlanim.export.making import RunOptions, computed
from mlanim.export.voice.script import Script
from mlanim.export.voice.speaking import Speaker
from mlanim.stage.colors.palette import Theme

FORMATS = (".html", ".pptx", ".pdf")
"""What a deck's file may end in."""

HANDOUTS = "print"
"""The theme of what is printed, where none is asked for."""

VOICE = "voice"
"""The folder beside a lecture that has its recordings, unless it names another."""


@dataclass(frozen=True)
class DeckRequest:
    """What was asked for besides the scenes; None is for what was not said."""

    outputs: tuple[str, ...] = ()
    title: str | None = None
    quality: str | None = None
    fps: float | None = None
    resolution: str | None = None
    theme: str | None = None
    one_file: bool = False
    notes: bool = False
    handout: int | None = None
    jobs: int | None = None
    timeout: float | None = None
    voice: str | None = None
    tts: str | None = None
    force: bool | None = None
    as_json: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class DeckFiles:
    """A deck that was made: its files, in the order in which they were asked for.

    `scenes` are those that it shows, by the names of their slides, with their parameters.
    """

    paths: tuple[Path, ...]
    title: str = ""
    scenes: Mapping[str, tuple[SceneEntry, Mapping[str, Any]]] = field(default_factory=dict)

    @cached_property
    def data(self) -> dict[str, Any]:
        """What each scene computed, as it sees it, by the name of its slide."""
        return {name: computed(entry, params) for name, (entry, params) in self.scenes.items()}


def make_deck(sources: Sequence[str], wanted: DeckRequest) -> DeckFiles:
    """Make a deck's files.

    Raises:
        UsageError, RenderError: with one clear message; no file is left half-written.
    """
    deck = _titled(_deck(sources), wanted.title)
    plan = _plan(_outputs(wanted, sources), wanted, deck)
    paths = [path for path, _ in plan]
    if not wanted.force:
        _refuse_to_replace(paths, deck, sources)
    with (
        leaving_no_empty_folder(path.parent for path in paths),
        temporary.folder() as folder,
        typst_process.within(wanted.timeout),
    ):
        for path in paths:
            prepare_folder(path.parent)
        for theme in dict.fromkeys(theme for _, theme in plan):
            root = folder / theme
            root.mkdir()
            files = [path for path, asked in plan if asked == theme]
            _make(deck, sources, files, theme, wanted, root)
    return DeckFiles(tuple(paths), deck.title, deck.scenes)


def _make(
    deck: Deck, sources: Sequence[str], paths: Sequence[Path], theme: str, wanted: DeckRequest,
    root: Path,
) -> None:  # fmt: skip
    """Make the files that are in one theme."""
    kinds = {path.suffix.lower() for path in paths}
    asked = ("quality", "fps", "resolution", "jobs", "timeout", "as_json", "quiet")
    drawing = DrawingOptions(
        theme,
        theme_in_use(theme),
        videos=bool(kinds - {".pdf"}),
        vectors=".pdf" in kinds,
        pages=".html" in kinds,
        **{name: getattr(wanted, name) for name in asked},
    )
    steps = _spoken_steps(deck, drawing, sources, wanted, root)
    for path in paths:
        if not (wanted.quiet or wanted.as_json):
            print(f"Writing {path.name}", file=sys.stderr, flush=True)
        _write(path, deck, steps, drawing.palette, wanted, root)


def _plan(outputs: Sequence[Path], wanted: DeckRequest, deck: Deck) -> list[tuple[Path, str]]:
    """Each file with its theme: one as it is named, or one for each theme, with that in its name.

    What is printed with notes or in small is light unless a theme is asked for.
    """
    themes = themes_of(wanted.theme)
    if len(themes) > 1:
        return [(with_theme(path, theme), theme) for path in outputs for theme in themes]
    printed = (wanted.notes or wanted.handout is not None) and not themes
    slides = theme_of_slides(themes[0] if themes else None, deck)
    return [
        (path, HANDOUTS if printed and path.suffix.lower() == ".pdf" else slides)
        for path in outputs
    ]


def theme_of_slides(asked: str | None, deck: Deck) -> str:
    """The theme that was asked for, the lecture's, or the project's."""
    theme = asked or deck.head.theme or defaults(Path.cwd()).get("theme", DEFAULT_THEME)
    theme_in_use(theme)
    return str(theme)


def _spoken_steps(
    deck: Deck, drawing: DrawingOptions, sources: Sequence[str], wanted: DeckRequest, folder: Path
) -> tuple[Step, ...]:
    """The deck's steps, with a voice if one is asked for: here, or by the lecture."""
    recorded = _recordings(deck, sources, wanted)
    if (recorded is None and wanted.tts is None) or not drawing.videos:
        return make_steps(deck, drawing, folder)
    speaker = Speaker(wanted.tts) if wanted.tts is not None else None
    rooms = folder / "script", folder / "speech"
    for room in rooms:
        room.mkdir()
    plain = make_steps(deck, replace(drawing, videos=False, vectors=False, quiet=True), rooms[0])
    found = voice.deck_voice(plain, recorded, speaker, rooms[1], wanted.quiet or wanted.as_json)
    steps = make_steps(deck, replace(drawing, voices=found.of_scenes), folder)
    return voice.voiced(steps, found, folder / "voice")


def _recordings(deck: Deck, sources: Sequence[str], wanted: DeckRequest) -> Path | None:
    """The folder of recordings: the one that was asked for, or the lecture's, beside it."""
    if wanted.voice is not None:
        return Path(wanted.voice)
    said = deck.head.voice
    if said is False or (wanted.tts is not None and said is True):
        beside = Path(sources[0]).parent / VOICE
        return beside if said and beside.is_dir() else None
    return Path(sources[0]).parent / (VOICE if said is True else said)


def script_of_lecture(source: str, run: RunOptions) -> Script:
    """What is said in a lecture.toml, step by step.

    Raises:
        UsageError, RenderError: for what is wrong with it, and for a scene that fails.
    """
    deck = _deck([source])
    theme = theme_of_slides(None, deck)
    drawing = DrawingOptions(
        theme, theme_in_use(theme), False, timeout=run.timeout, quiet=run.quiet
    )
    with temporary.folder() as folder, typst_process.within(run.timeout):
        return Script(deck.title, voice.script(make_steps(deck, drawing, folder)))


def _titled(deck: Deck, title: str | None) -> Deck:
    """The deck under a title of its own, if one was asked for."""
    return replace(deck, head=deck.head.model_copy(update={"title": title or deck.title}))


def _deck(sources: Sequence[str]) -> Deck:
    lectures = [source for source in sources if source.endswith(".toml")]
    if not sources:
        raise UsageError("Which scenes? Name one or more, or a lecture.toml.")
    if lectures and len(sources) > 1:
        raise UsageError(
            f"Give scenes or one lecture, not {lectures[0]} with {len(sources) - 1} more."
        )
    return reading.from_file(Path(lectures[0])) if lectures else reading.from_scenes(sources)


def _outputs(wanted: DeckRequest, sources: Sequence[str]) -> list[Path]:
    """Where the files go; the programs and folders that they need are there."""
    stem = Path(sources[0].partition(":")[0]).stem if len(sources) == 1 else wanted.title or "deck"
    outputs = wanted.outputs or (f"{DEFAULT_FOLDER}/{stem}.html",)
    paths = [Path(output).absolute() for output in outputs]
    for output, path in zip(outputs, paths, strict=True):
        if path.suffix.lower() not in FORMATS:
            raise UsageError(
                f"-o {shortened(output)} is no deck; its name must end in {', '.join(FORMATS)}."
            )
        if path.is_dir():
            raise UsageError(f"-o {shortened(output)} is a folder; name a file.")
    if len(set(paths)) < len(paths):
        raise UsageError("Two -o name the same file.")
    _refuse_idle(wanted, {path.suffix.lower() for path in paths})
    return paths


def _refuse_to_replace(paths: Sequence[Path], deck: Deck, sources: Sequence[str]) -> None:
    """Refuse to write over what the deck is made from, and over what is not a deck of ours."""
    made_from = [Path(source) for source in sources if source.endswith(".toml")]
    made_from += [deck.logo] if deck.logo else []
    for item in deck.items:
        made_from += item.files
        for entry, params in item.scenes:
            made_from += ownership.files_of(Path(entry.path), params)
    known = {path.name: sha256_of(path) for path in paths if seal.is_unbroken(path)}
    for path in paths:
        ownership.refuse({path: None}, known, made_from)


def _refuse_idle(wanted: DeckRequest, kinds: set[str]) -> None:
    """An option for a format that is not made says something else than what is asked for."""
    for given, flag, kind in (
        (wanted.one_file, "--one-file", ".html"),
        (wanted.notes, "--notes", ".pdf"),
        (wanted.handout is not None, "--handout", ".pdf"),
    ):
        if given and kind not in kinds:
            raise UsageError(f"{flag} is for {kind} files; add -o NAME{kind}.")


def _write(
    path: Path, deck: Deck, steps: Sequence[Step], theme: Theme, wanted: DeckRequest, root: Path
) -> None:
    try:
        match path.suffix.lower():
            case ".html":
                to_html.write(deck, steps, theme, path, wanted.one_file)
            case ".pptx":
                to_pptx.write(deck, steps, theme, path)
            case ".pdf":
                paper = to_pdf.Paper(wanted.handout, wanted.notes)
                to_pdf.write(deck, steps, theme, path, root, paper)
    except OSError as error:
        raise RenderError(os_error_words(error, path)) from error
