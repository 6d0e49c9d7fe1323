"""From what the command line was given to jobs: sizes, formats and where the files go."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlanim.render import catalog, settings
from mlanim.render.catalog import SceneEntry
from mlanim.render.errors import UsageError, shortened
from mlanim.render.job import FIGURE_FORMATS, QUALITIES, VIDEO_FORMATS, Job, Kind
from mlanim.render.outputs import read

DEFAULT_FOLDER = "renders"
FIGURE_WIDTH = 2400  # pixels that the frame's whole width takes in a PNG


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
    output: str | None = None
    seed: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


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
    formatted = _format(request, base, output)
    width, height, fps = _size(request, base)
    made = [
        Job(
            scene=entry,
            kind=request.kind,
            output=str(_path(output, entry, formatted, request.kind, len(entries))),
            format=formatted,
            width=width,
            height=height,
            fps=fps,
            theme=request.theme or base.get("theme", "dark"),
            transparent=bool(_first(request.transparent, base.get("transparent"))),
            settings=_settings(request, base, entry),
        )
        for entry in entries
    ]
    _refuse_clashes(made)
    return made


def again(sidecar: Path, entries: Sequence[SceneEntry], output: str | None) -> Job:
    """The job that a sidecar's file was made by, to make the same file again."""
    content = read(sidecar)
    found = entries or catalog.select([content["scene"]], scene_folders())
    width, height = content["resolution"]
    beside = sidecar.with_name(content["file"])
    target = _path(output, found[0], content["format"], content["kind"], 1) if output else beside
    return Job(
        scene=found[0],
        kind=content["kind"],
        output=str(target),
        format=content["format"],
        width=width,
        height=height,
        fps=content["fps"],
        theme=content["theme"],
        transparent=content["transparent"],
        settings=content["parameters"],
    )


def parse_setting(text: str) -> tuple[str, str]:
    """`name=value` as a pair."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"--set takes name=value, not {shortened(text)!r}; for example angle=45.")
    return name.strip(), value.strip()


def _settings(request: Request, base: Mapping[str, Any], entry: SceneEntry) -> dict[str, Any]:
    seed = _first(request.seed, base.get("seed"))
    return {
        **settings.project_params(Path.cwd(), entry.name),
        **({} if seed is None else {"seed": seed}),
        **request.params,
    }


def _size(request: Request, base: Mapping[str, Any]) -> tuple[int, int, float]:
    letter = request.quality or base.get("quality", "h")
    if letter not in QUALITIES:
        raise UsageError(f"Unknown quality {letter!r}; choose one of {', '.join(QUALITIES)}.")
    width, height, fps = QUALITIES[letter]
    wanted = request.resolution or base.get("resolution")
    if wanted is not None:
        match = re.fullmatch(r"(\d+)x(\d+)", wanted)
        if match is None:
            raise UsageError(
                f"--resolution {shortened(wanted)!r} is not WIDTHxHEIGHT, as 1920x1080."
            )
        width, height = int(match.group(1)), int(match.group(2))
    elif request.kind == "figure" and request.quality is None:
        width, height = FIGURE_WIDTH, FIGURE_WIDTH * 9 // 16
    return width, height, float(_first(request.fps, base.get("fps"), fps))


def _format(request: Request, base: Mapping[str, Any], output: str | None) -> str:
    allowed = VIDEO_FORMATS if request.kind == "video" else FIGURE_FORMATS
    suffix = Path(output).suffix.lstrip(".").lower() if output else ""
    if (output and output.endswith(("/", "\\"))) or (output and Path(output).is_dir()):
        suffix = ""
    if request.format and suffix and request.format != suffix:
        raise UsageError(f"--format {request.format} and -o {output} disagree; give one of them.")
    if suffix and suffix not in allowed:
        raise UsageError(
            f"-o {output}: {suffix!r} is no format for a {request.kind}; "
            f"choose {', '.join(allowed)}, or a folder."
        )
    from_project = base.get("format") if base.get("format") in allowed else None
    return request.format or suffix or from_project or allowed[0]


def _path(output: str | None, entry: SceneEntry, format: str, kind: Kind, count: int) -> Path:
    """Where a scene's file goes: `-o` as a file for one scene, as a folder for any number."""
    target = Path(output or DEFAULT_FOLDER)
    if target.suffix.lstrip(".").lower() == format and not target.is_dir():
        if count > 1:
            raise UsageError(f"-o {output} is one file for {count} scenes; give a folder.")
        return target.absolute()
    if target.exists() and not target.is_dir():
        raise UsageError(f"-o {output} is a file that is not a .{format}; give a folder.")
    suffix = "-figure" if kind == "figure" else ""
    return (target / f"{entry.name}{suffix}.{format}").absolute()


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
