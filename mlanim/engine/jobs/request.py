"""From what the command line was given to jobs: sizes, formats and where the files go."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.jobs import catalog, settings
from mlanim.engine.jobs.encoder import Encoder
from mlanim.engine.jobs.figures import formats_of, page_for, pixels, with_font
from mlanim.engine.jobs.job import FASTEST, QUALITIES, THEMES, Job
from mlanim.engine.jobs.kinds import KINDS, Kind
from mlanim.engine.jobs.options import FigureOptions, Options, VideoOptions
from mlanim.engine.jobs.outputs import described
from mlanim.engine.jobs.part import Part, seconds
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.engine.jobs.style import Style, theme_of

if TYPE_CHECKING:
    from mlanim.stage.colors.palette import Theme

DEFAULT_FOLDER = "renders"
RESOLVED = {"output", "params", "theme", "transparent", "format", "encoder", "voice"}
"""Options that a job has in another form, or that the project may say."""


def jobs(asked: Options, entries: Sequence[SceneEntry]) -> list[Job]:
    """A job for each scene, in each theme; where there are several, a file's name says its own.

    Raises:
        UsageError: for anything that contradicts itself or cannot be.
    """
    themes = themes_of(asked.theme)
    if len(themes) < 2:
        return _jobs(asked, entries)
    made = [
        replace(job, output=str(with_theme(Path(job.output), theme)))
        for theme in themes
        for job in _jobs(asked.model_copy(update={"theme": theme}), entries, themed=True)
    ]
    _refuse_clashes(made)
    return made


def job(asked: Options, entry: SceneEntry) -> Job:
    """The one job for a scene, where only one can be.

    Raises:
        UsageError: as `jobs` does, and for several themes.
    """
    if len(themes := themes_of(asked.theme)) > 1:
        raise UsageError(f"Give one theme here, not {', '.join(themes)}; call once for each.")
    return jobs(asked, [entry])[0]


def themes_of(asked: str | None) -> list[str]:
    """The themes that were asked for, with commas between.

    Raises:
        UsageError: if there is no such theme.
    """
    names = [name.strip() for name in (asked or "").split(",")]
    found = list(dict.fromkeys(names if asked else []))
    for name in found:
        if name not in THEMES:
            raise UsageError(f"Unknown theme {shortened(name)!r}; choose {', '.join(THEMES)}.")
    return found


def with_theme(path: Path, theme: str) -> Path:
    """A file's path with the theme in its name."""
    return path.with_name(f"{path.stem}-{theme}{path.suffix}")


def _jobs(asked: Options, entries: Sequence[SceneEntry], themed: bool = False) -> list[Job]:
    """The jobs in one theme; `themed` files get it into their names in any case."""
    base = settings.defaults(Path.cwd())
    output = asked.output or base.get("output")
    theme, style = _theme(asked, base)
    shared = {**_carried(asked), **_shape(asked, base, output), "theme": theme, "style": style}
    transparent = bool(_first(asked.transparent, base.get("transparent")))
    part = shared.get("part")
    suffix = f"{'-figure' * (asked.kind == 'figure')}{part.suffix if part is not None else ''}"
    params = {entry.path: _params(asked, base, entry) for entry in entries}
    made = [
        Job(
            scene=catalog.made_with(entry, params[entry.path]),
            kind=asked.kind,
            output=str(_place(output, entry.name + suffix, shared, len(entries), themed)),
            transparent=transparent,
            params=params[entry.path],
            **shared,
        )
        for entry in entries
    ]
    _refuse_clashes(made)
    return made


def _carried(asked: Options) -> dict[str, Any]:
    """The options that go into a job as they are."""
    same = {field.name for field in fields(Job)} & set(type(asked).model_fields)
    return {name: getattr(asked, name) for name in same - RESOLVED}


def _shape(asked: Options, base: Mapping[str, Any], output: str | None) -> dict[str, Any]:
    """What is made: formats, size, rate, and what belongs to its kind."""
    formats = formats_for(asked.kind, getattr(asked, "format", None), base, output)
    fastest = FASTEST.get(formats[0], math.inf)
    if isinstance(asked, FigureOptions):
        page = page_for(asked, formats)
        width, height = pixels(page)
        fps = _first(base.get("fps"), min(QUALITIES[base.get("quality", "h")][2], fastest))
        own: dict[str, Any] = {"page": page}
    else:
        assert isinstance(asked, VideoOptions)
        width, height, usual = _size(asked, base)
        fps = _first(asked.fps, base.get("fps"), min(usual, fastest))
        encoder = Encoder(asked.encoder or "", asked.encoder_options)
        own = {"encoder": encoder, "part": _part(asked)}
    return {"format": formats[0], "width": width, "height": height, "fps": float(fps), **own}


def _part(asked: VideoOptions) -> Part | None:
    """What of a video is asked for, if not all of it."""
    if asked.slide is None and asked.start is None and asked.end is None:
        return None
    start = None if asked.start is None else seconds(str(asked.start), "--from")
    end = None if asked.end is None else seconds(str(asked.end), "--to")
    return Part(asked.slide, start, end)


def parse_setting(text: str) -> tuple[str, str]:
    """`name=value` as a pair."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"--set takes name=value, not {shortened(text)!r}; for example angle=45.")
    return name.strip(), value.strip()


def theme_in_use(name: str) -> Theme:
    """The theme of that name as it is here: in the project's style, if it has one.

    Raises:
        UsageError: if there is no such theme, or the style cannot be used.
    """
    themes_of(name)
    style = settings.project_style(Path.cwd())
    return theme_of(name, style.on(name) if style else None)


def _theme(asked: Options, base: Mapping[str, Any]) -> tuple[str, Style | None]:
    """The theme's name, and the project's style on it with the font that was asked for."""
    name = asked.theme or base.get("theme", settings.DEFAULT_THEME)
    style = settings.project_style(Path.cwd())
    if style is not None:
        theme_of(style.base, style)
        style = style.on(name)
    font = asked.font if isinstance(asked, FigureOptions) else None
    if font is not None:
        folder = Path(style.folder) if style else Path.cwd()
        table = with_font(style.table if style else {}, font, folder)
        style = Style.read(name, table, folder, "--font")
        theme_of(name, style)
    return name, style


def _params(asked: Options, base: Mapping[str, Any], entry: SceneEntry) -> dict[str, Any]:
    seed = {"seed": base["seed"]} if "seed" in base else {}
    return {**seed, **settings.project_params(Path.cwd(), entry.name), **asked.params}


def _size(asked: VideoOptions, base: Mapping[str, Any]) -> tuple[int, int, float]:
    width, height, fps = QUALITIES[asked.quality or base.get("quality", "h")]
    wanted = asked.resolution or base.get("resolution")
    if wanted is not None:
        match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", wanted)
        if match is None:
            raise UsageError(
                f"--resolution {shortened(wanted)!r} is not WIDTHxHEIGHT, as 1920x1080."
            )
        width, height = int(match.group(1)), int(match.group(2))
    return width, height, fps


def formats_for(
    kind: Kind, format: str | None, base: Mapping[str, Any], output: str | None
) -> tuple[str, ...]:
    """What to write, first the format that `-o` names; a video has only one."""
    allowed = KINDS[kind].formats
    asked = formats_of(format) if kind == "figure" else (format or "",)
    named = tuple(filter(None, asked))
    suffix = Path(output).suffix.lstrip(".").lower() if output else ""
    if (output and output.endswith(("/", "\\"))) or (output and Path(output).is_dir()):
        suffix = ""
    if named and suffix and suffix not in named:
        raise UsageError(f"--format {format} and -o {output} disagree; give one of them.")
    if suffix and suffix not in allowed:
        raise UsageError(
            f"-o {output}: {suffix!r} is no format for a {kind}; "
            f"choose {', '.join(allowed)}, or a folder."
        )
    if suffix:
        return (suffix, *(name for name in named if name != suffix))
    from_project = base.get("format") if base.get("format") in allowed else None
    return named or (from_project or allowed[0],)


def place_of(output: str | None, stem: str, format: str, count: int) -> Path:
    """Where a file goes: to `-o` as a file for one scene, or under its name into that folder."""
    target = Path(output or DEFAULT_FOLDER)
    if target.suffix.lstrip(".").lower() == format and not target.is_dir():
        if count > 1:
            raise UsageError(f"-o {output} is one file for {count} scenes; give a folder.")
        return target.absolute()
    if target.exists() and not target.is_dir():
        raise UsageError(f"-o {output} is a file that is not a .{format}; give a folder.")
    return (target / f"{stem}.{format}").absolute()


def _place(
    output: str | None, stem: str, asked: Mapping[str, Any], count: int, themed: bool
) -> Path:
    """Where a file goes, with the theme in its name where a file in another theme has that name.

    A file that was named with `-o` is replaced, as asked.
    """
    path = place_of(output, stem, asked["format"], count)
    if themed or (output is not None and Path(output).absolute() == path):
        return path
    there = described(path)
    if there is None or there["theme"] == asked["theme"]:
        return path
    return path.with_name(f"{stem}-{asked['theme']}{path.suffix}")


def _refuse_clashes(made: list[Job]) -> None:
    seen: dict[str, Job] = {}
    for job in made:
        if job.output in seen:
            raise UsageError(
                f"Two scenes would write {job.output}: {seen[job.output].scene.path} "
                f"and {job.scene.path}."
            )
        seen[job.output] = job


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)
