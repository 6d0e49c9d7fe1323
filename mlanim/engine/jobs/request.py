"""From what the command line was given to jobs: sizes, formats and where the files go."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.jobs import catalog, settings
from mlanim.engine.jobs.catalog import SceneEntry
from mlanim.engine.jobs.encoder import OWN, Encoder
from mlanim.engine.jobs.figures import PageRequest, formats_of, page_for, pixels, with_font
from mlanim.engine.jobs.job import FASTEST, QUALITIES, THEMES, Job
from mlanim.engine.jobs.kinds import FIGURE_FORMATS, VIDEO_FORMATS, Kind
from mlanim.engine.jobs.outputs import read
from mlanim.engine.jobs.page import Page
from mlanim.engine.jobs.part import Part
from mlanim.engine.jobs.style import Style, theme_of
from mlanim.engine.lines import from_fields

if TYPE_CHECKING:
    from mlanim.stage.colors.palette import Theme

DEFAULT_FOLDER = "renders"


@dataclass(frozen=True)
class Request:
    """What to make of the scenes, as asked for; None is for what was not said."""

    kind: Kind
    quality: str | None = None
    fps: float | None = None
    resolution: str | None = None
    theme: str | None = None
    format: str | None = None
    transparent: bool | None = None
    burn_in: bool = False
    plays: int = 0
    encoder: Encoder = OWN
    part: Part | None = None
    output: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    page: PageRequest | None = None
    font: str | None = None


def scene_folders() -> list[Path]:
    """Where a user's own scenes are found by name: `scenes/` in the current folder."""
    folder = Path.cwd() / "scenes"
    return [folder] if folder.is_dir() and folder != catalog.builtin_folder() else []


def jobs(request: Request, entries: Sequence[SceneEntry]) -> list[Job]:
    """A job for each scene.

    Raises:
        UsageError: for anything that contradicts itself or cannot be.
    """
    base = settings.defaults(Path.cwd())
    output = request.output or base.get("output")
    formats = _formats(request, base, output)
    formatted, page = formats[0], None
    if request.kind == "figure":
        page = page_for(request.page or PageRequest(), formats)
    suffix = "-figure" if request.kind == "figure" else ""
    suffix += request.part.suffix if request.part is not None else ""
    width, height, usual = _size(request, base)
    if page is not None:
        width, height = pixels(page)
    theme, style = _theme(request, base)
    fastest = FASTEST.get(formatted, math.inf)
    fps = float(_first(request.fps, base.get("fps"), min(usual, fastest)))
    made = [
        Job(
            scene=entry,
            kind=request.kind,
            output=str(_path(output, entry.name + suffix, formatted, len(entries))),
            format=formatted,
            width=width,
            height=height,
            fps=fps,
            theme=theme,
            transparent=bool(_first(request.transparent, base.get("transparent"))),
            params=_params(request, base, entry),
            burn_in=request.burn_in,
            plays=request.plays,
            encoder=request.encoder,
            page=page,
            style=style,
            part=request.part,
        )
        for entry in entries
    ]
    _refuse_clashes(made)
    return made


def again(sidecar: Path, entries: Sequence[SceneEntry], output: str | None) -> Job:
    """The job that a sidecar's file was made by, to make the same file again."""
    content = read(sidecar)
    scene = entries[0] if entries else _scene_of(content, sidecar)
    width, height = content["resolution"]
    format = _formats(Request(content["kind"], format=content["format"]), {}, output)[0]
    stem = Path(content["file"]).stem
    return Job(
        scene=scene,
        kind=content["kind"],
        output=str(_path(output or str(sidecar.parent), stem, format, 1)),
        format=format,
        width=width,
        height=height,
        fps=content["fps"],
        theme=content["theme"],
        transparent=content["transparent"],
        params=content["params"],
        burn_in=content.get("burn_in", False),
        plays=content.get("plays", 0),
        encoder=_encoder_of(content, sidecar),
        page=_page_of(content, sidecar),
        style=_style_of(content, sidecar),
        part=_part_of(content, sidecar),
    )


def _part_of(content: Mapping[str, Any], sidecar: Path) -> Part | None:
    found = content.get("part")
    try:
        return None if found is None else Part(**found)
    except TypeError as error:
        raise UsageError(
            f"{sidecar}: part is {shortened(found)}; it must have slide, start and end."
        ) from error


def _encoder_of(content: Mapping[str, Any], sidecar: Path) -> Encoder:
    found = content.get("encoder", {})
    options = found.get("options", {}) if isinstance(found, dict) else None
    if not (isinstance(options, dict) and all(isinstance(v, str) for v in options.values())):
        raise UsageError(
            f"{sidecar}: encoder is {shortened(found)}; it must have name and options."
        )
    return Encoder(str(found.get("name", "")), options)


def _page_of(content: Mapping[str, Any], sidecar: Path) -> Page | None:
    try:
        return from_fields(Page, content["page"]) if "page" in content else None
    except ValueError as error:
        raise UsageError(f"{sidecar} describes a page that this version cannot read.") from error


def _style_of(content: Mapping[str, Any], sidecar: Path) -> Style | None:
    """A sidecar's style; the files of its fonts are looked for where the project's are."""
    if "style" not in content:
        return None
    project = settings.project_file(Path.cwd())
    folder = project.parent if project is not None else Path.cwd()
    try:
        return Style(**{**content["style"], "folder": str(folder), "place": str(sidecar)})
    except TypeError as error:
        raise UsageError(f"{sidecar} describes a style that this version cannot read.") from error


def _scene_of(content: Mapping[str, Any], sidecar: Path) -> SceneEntry:
    name = content["scene"]
    try:
        return catalog.select([name], scene_folders())[0]
    except UsageError as error:
        hint = f"If it lies elsewhere: mlanim render path/to/{name}.py --from {sidecar}"
        raise UsageError(f"{error}\n{hint}") from error


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
    if name not in THEMES:
        raise UsageError(f"Unknown theme {shortened(name)!r}; choose {', '.join(THEMES)}.")
    style = settings.project_style(Path.cwd())
    return theme_of(name, style.on(name) if style else None)


def _theme(request: Request, base: Mapping[str, Any]) -> tuple[str, Style | None]:
    """The theme's name, and the project's style on it with the font that was asked for."""
    name = request.theme or base.get("theme", settings.DEFAULT_THEME)
    style = settings.project_style(Path.cwd())
    if style is not None:
        theme_of(style.base, style)
        style = style.on(name)
    if request.font is not None:
        folder = Path(style.folder) if style else Path.cwd()
        table = with_font(style.table if style else {}, request.font, folder)
        style = Style.read(name, table, folder, "--font")
        theme_of(name, style)
    return name, style


def _params(request: Request, base: Mapping[str, Any], entry: SceneEntry) -> dict[str, Any]:
    seed = {"seed": base["seed"]} if "seed" in base else {}
    return {**seed, **settings.project_params(Path.cwd(), entry.name), **request.params}


def _size(request: Request, base: Mapping[str, Any]) -> tuple[int, int, float]:
    width, height, fps = QUALITIES[request.quality or base.get("quality", "h")]
    wanted = request.resolution or base.get("resolution")
    if wanted is not None:
        match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", wanted)
        if match is None:
            raise UsageError(
                f"--resolution {shortened(wanted)!r} is not WIDTHxHEIGHT, as 1920x1080."
            )
        width, height = int(match.group(1)), int(match.group(2))
    return width, height, fps


def _formats(request: Request, base: Mapping[str, Any], output: str | None) -> tuple[str, ...]:
    """What to write, first the format that `-o` names; a video has only one."""
    allowed = VIDEO_FORMATS if request.kind == "video" else FIGURE_FORMATS
    asked = formats_of(request.format) if request.kind == "figure" else (request.format or "",)
    named = tuple(filter(None, asked))
    suffix = Path(output).suffix.lstrip(".").lower() if output else ""
    if (output and output.endswith(("/", "\\"))) or (output and Path(output).is_dir()):
        suffix = ""
    if named and suffix and suffix not in named:
        raise UsageError(f"--format {request.format} and -o {output} disagree; give one of them.")
    if suffix and suffix not in allowed:
        raise UsageError(
            f"-o {output}: {suffix!r} is no format for a {request.kind}; "
            f"choose {', '.join(allowed)}, or a folder."
        )
    if suffix:
        return (suffix, *(name for name in named if name != suffix))
    from_project = base.get("format") if base.get("format") in allowed else None
    return named or (from_project or allowed[0],)


def _path(output: str | None, stem: str, format: str, count: int) -> Path:
    """Where a file goes: to `-o` as a file for one scene, or under its name into that folder."""
    target = Path(output or DEFAULT_FOLDER)
    if target.suffix.lstrip(".").lower() == format and not target.is_dir():
        if count > 1:
            raise UsageError(f"-o {output} is one file for {count} scenes; give a folder.")
        return target.absolute()
    if target.exists() and not target.is_dir():
        raise UsageError(f"-o {output} is a file that is not a .{format}; give a folder.")
    return (target / f"{stem}.{format}").absolute()


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
