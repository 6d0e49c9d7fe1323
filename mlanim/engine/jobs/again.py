"""From a sidecar to the job that made its file. A sidecar is data: code that it names is not run.

Code that a parameter names runs only if whoever asks names it, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.jobs import catalog, settings
from mlanim.engine.jobs.encoder import HARMLESS, OWN, Encoder, each_option
from mlanim.engine.jobs.job import THEMES, Job
from mlanim.engine.jobs.kinds import KINDS
from mlanim.engine.jobs.outputs import PLAIN, read
from mlanim.engine.jobs.page import Page
from mlanim.engine.jobs.part import Part
from mlanim.engine.jobs.request import formats_for, place_of
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.engine.jobs.style import Style, theme_of
from mlanim.engine.jobs.voice import Voice

Value = TypeVar("Value")

_NAME = re.compile(r"[^/\\:\x00-\x1f]{1,200}")
_CODE = re.compile(r"\.py:\w+$")
_OPTION = re.compile(r"[\w.:,+-]{0,60}")


def again(
    sidecar: Path,
    entries: Sequence[SceneEntry],
    output: str | None,
    named: Mapping[str, Any] = MappingProxyType({}),
) -> Job:
    """The job that a sidecar's file was made by, to make the same file again.

    Of a voice it names the recordings; where they lie, it does not know.

    Args:
        named: parameters that name code, which may run since they are given here as well.

    Raises:
        UsageError: if the file is no sidecar, or asks for what only a command may ask for.
    """
    content = read(sidecar)
    scene = entries[0] if entries else _scene_of(content, sidecar)
    try:
        _refuse_code(content["params"], named)
        return _job(content, scene, sidecar, output)
    except UsageError as error:
        raise UsageError(f"{sidecar}: {error}") from error


def _refuse_code(params: Mapping[str, Any], named: Mapping[str, Any]) -> None:
    """Refuse parameters that name code and were not named by whoever asks, and the reverse."""
    code = {n: v for n, v in params.items() if isinstance(v, str) and _CODE.search(v)}
    for name, value in code.items():
        if named.get(name) != value:
            said = f"{name}={shortened(value)}"
            raise UsageError(f"it runs code, {said}. If that is wanted, add: --set {said}")
    for name in named:
        if name not in code:
            raise UsageError(
                f"beside --from, --set says which code may run, and {shortened(name)} names none "
                "here; everything else is as in the file."
            )


def _job(content: Mapping[str, Any], scene: SceneEntry, sidecar: Path, output: str | None) -> Job:
    if content["kind"] not in KINDS:
        raise UsageError(f"there is no kind of output {shortened(content['kind'])!r}.")
    width, height = content["resolution"]
    format = formats_for(content["kind"], content["format"], {}, output)[0]
    stem = Path(content["file"]).stem
    return Job(
        scene=scene,
        kind=content["kind"],
        output=str(place_of(output or str(sidecar.parent), stem, format, 1)),
        format=format,
        width=width,
        height=height,
        fps=content["fps"],
        theme=content["theme"],
        transparent=content["transparent"],
        params=content["params"],
        encoder=_encoder_of(content),
        page=_value(Page, content, "page"),
        style=_style_of(content, sidecar),
        part=_value(Part, content, "part"),
        voice=_value(Voice, content, "voice"),
        **{name: content[name] for name in PLAIN if name in content},
    )


def _value(kind: type[Value], content: Mapping[str, Any], name: str) -> Value | None:
    """What a sidecar says under a name, each field of its own type and none too much."""
    from pydantic import TypeAdapter, ValidationError

    if name not in content:
        return None
    found = content[name]
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    try:
        if set(found) <= known:
            return TypeAdapter(kind).validate_json(json.dumps(found), strict=True)
    except ValidationError:
        pass
    raise UsageError(f"{name} is {shortened(found)}; this version of mlanim writes none like it.")


def _encoder_of(content: Mapping[str, Any]) -> Encoder:
    """The encoder, whose options may change the picture and nothing else."""
    encoder = _value(Encoder, content, "encoder") or OWN
    for key, value in each_option(encoder.options):
        if key not in HARMLESS or not _OPTION.fullmatch(value):
            raise UsageError(
                f"it sets the encoder's {shortened(key)} to {shortened(value)!r}, which "
                "may read or write other files; give it to `mlanim render` with --encoder-option "
                "if that is wanted."
            )
    return encoder


def _style_of(content: Mapping[str, Any], sidecar: Path) -> Style | None:
    """A sidecar's style; the files of its fonts are looked for where the project's are."""
    if "style" not in content:
        return None
    project = settings.project_file(Path.cwd())
    folder = project.parent if project is not None else Path.cwd()
    placed = {**content["style"], "folder": str(folder), "place": "style"}
    style = _value(Style, {"style": placed}, "style")
    assert style is not None
    if style.base not in THEMES:
        raise UsageError(f"unknown theme {shortened(style.base)!r}; choose {', '.join(THEMES)}.")
    theme_of(style.base, style)
    return style


def _scene_of(content: Mapping[str, Any], sidecar: Path) -> SceneEntry:
    name = content["scene"]
    if not _NAME.fullmatch(name) or name.endswith(".py"):
        raise UsageError(
            f"{sidecar}: scene is {shortened(name)!r}, which is no scene's name. If the scene lies "
            f"in a file, name it: mlanim render path/to/file.py --from {sidecar}"
        )
    try:
        return catalog.select([name], catalog.scene_folders())[0]
    except UsageError as error:
        hint = f"If it lies elsewhere: mlanim render path/to/{shortened(name)}.py --from {sidecar}"
        raise UsageError(f"{error}\n{hint}") from error
