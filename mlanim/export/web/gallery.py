"""A page of scenes: each with its film, its text, its parameters, its command and its figures."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mlanim.engine.errors import UsageError
from mlanim.engine.jobs import catalog, outputs, request
from mlanim.engine.jobs.chapters import chapter_title
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.options import FigureOptions, VideoOptions, options
from mlanim.engine.jobs.params import parameter_rows
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.engine.playback.loading import load
from mlanim.export.live.explore import LiveRequest, explored
from mlanim.export.making import RunOptions
from mlanim.export.web.site import Site

FIGURES = ("svg", "pdf", "png")


@dataclass(frozen=True)
class VideoFiles:
    """Addresses within the site."""

    video: str
    poster: str


@dataclass(frozen=True)
class NotedStep:
    """What is said from one pause to the next: seconds, the same for reading, and the notes."""

    start: float
    clock: str
    notes: str


@dataclass(frozen=True)
class Exhibit:
    """What the page shows of one scene; addresses are relative to the site's root."""

    name: str
    title: str
    chapter: str
    paragraphs: Sequence[str]
    command: str
    width: int
    height: int
    length: str
    films: Mapping[str, VideoFiles]
    captions: str | None
    figures: Mapping[str, Mapping[str, str]]
    parameters: Sequence[tuple[str, str, str, str]]
    steps: Sequence[NotedStep]
    live: str | None = None

    @property
    def first(self) -> VideoFiles:
        """The film that is shown where no script chooses one by theme."""
        return next(iter(self.films.values()))


def jobs(
    entries: Sequence[SceneEntry],
    folder: Path,
    themes: Sequence[str],
    sizes: Mapping[str, Any],
    force: bool = False,
) -> list[Job]:
    """A film and a figure in each format, in each theme, of each scene.

    `sizes` are the films' quality, fps and resolution, where they were asked for; with `force`,
    they replace any file.

    Raises:
        UsageError: if two scenes have one name.
    """
    _refuse_clashes(entries)
    made: list[Job] = []
    for entry in entries:
        for theme in themes:
            film = options(
                VideoOptions, theme=theme, format="mp4", transparent=False, force=force,
                output=str(folder / _film(entry, theme)), **sizes,
            )  # fmt: skip
            made += request.jobs(film, [entry])
            for format in FIGURES:
                figure = options(
                    FigureOptions, theme=theme, format=format, transparent=False, force=force,
                    output=str(folder / _figure(entry, theme, format)),
                )  # fmt: skip
                made += request.jobs(figure, [entry])
    return made


def explore(
    entries: Sequence[SceneEntry], folder: Path, themes: Sequence[str], run: RunOptions, force: bool
) -> dict[str, str]:
    """Make the pages of live figures, of the scenes that say what is worth a slider.

    Returns:
        The address of each within the site, by the scene's name.
    """
    addresses = {entry.name: f"live/{entry.name}.html" for entry in entries if entry.explore}
    sweeps = f"theme={','.join(themes)}"
    wanted = [
        LiveRequest(entry, sweeps, output=folder / addresses[entry.name], force=force)
        for entry in entries
        if entry.explore
    ]
    if wanted:
        explored(wanted, run, lambda line: None if run.quiet else print(line, file=sys.stderr))
    return addresses


def _refuse_clashes(entries: Sequence[SceneEntry]) -> None:
    seen: dict[str, SceneEntry] = {}
    for entry in entries:
        other = seen.setdefault(entry.name, entry)
        if other is not entry:
            raise UsageError(
                f"Two scenes are called {entry.name}: {other.path} and {entry.path}; rename one."
            )


def write(
    site: Site,
    entries: Sequence[SceneEntry],
    themes: Sequence[str],
    title: str,
    live: Mapping[str, str] = MappingProxyType({}),
) -> Path:
    """The page, once all that it shows is there; `live` has the addresses of live figures."""
    exhibits = [
        replace(_exhibit(entry, site.folder, themes), live=live.get(entry.name))
        for entry in entries
    ]
    chapters = [name for name in dict.fromkeys(e.chapter for e in exhibits) if name]
    return site.write("gallery.html", title=title, scenes=exhibits, chapters=chapters)


def _film(entry: SceneEntry, theme: str) -> str:
    return f"films/{entry.name}-{theme}.mp4"


def _figure(entry: SceneEntry, theme: str, format: str) -> str:
    return f"figures/{format}/{entry.name}-{theme}.{format}"


def _exhibit(entry: SceneEntry, folder: Path, themes: Sequence[str]) -> Exhibit:
    film = Path(_film(entry, themes[0]))
    about = outputs.read((folder / film).with_suffix(".json"))
    width, height = about["resolution"]
    captions = film.with_suffix(".vtt")
    model = getattr(load(entry), "Params", None)
    return Exhibit(
        entry.name,
        entry.title,
        chapter_title(entry.chapter),
        _paragraphs(entry.description),
        _command(entry),
        width,
        height,
        _clock(about["duration"]),
        {
            theme: VideoFiles(name, name.removesuffix(".mp4") + ".png")
            for theme, name in ((theme, _film(entry, theme)) for theme in themes)
        },
        captions.as_posix() if (folder / captions).is_file() else None,
        {format: {theme: _figure(entry, theme, format) for theme in themes} for format in FIGURES},
        parameter_rows(model) if model is not None else (),
        _steps(about["slides"]),
    )


def _paragraphs(text: str) -> list[str]:
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n") if paragraph.strip()]


def _command(entry: SceneEntry) -> str:
    """The command by the scene's name, or by its file where the name alone does not find it."""
    known = {found.name: found for found in catalog.find(catalog.scene_folders())}
    named = known.get(entry.name) == entry
    return shlex.join(["mlanim", "render", entry.name if named else os.path.relpath(entry.path)])


def _steps(slides: Sequence[Mapping[str, Any]]) -> list[NotedStep]:
    starts = [0.0, *(float(slide["time"]) for slide in slides)]
    return [
        NotedStep(start, _clock(start), slide["notes"])
        for start, slide in zip(starts, slides, strict=False)
        if slide["notes"]
    ]


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
