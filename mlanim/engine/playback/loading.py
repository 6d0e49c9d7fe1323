"""Imports a scene's file; what goes wrong in it is shown with the user's own lines only."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from manim import Scene, config

from mlanim.engine.cache.sources import fingerprint
from mlanim.engine.errors import OutputError, RenderError, UsageError, shortened
from mlanim.engine.jobs.catalog import SceneEntry
from mlanim.engine.jobs.job import Job
from mlanim.engine.playback import scratch
from mlanim.engine.playback.scene_errors import sentence_of
from mlanim.stage.scene import LessonScene, SceneParams

SET_BY_FILES = (
    "assets_dir", "background_color", "background_opacity", "frame_height", "frame_rate",
    "frame_width", "pixel_height", "pixel_width", "seed", "tex_template",
)  # fmt: skip
"""What a scene's file may set in manim's `config`; what goes where is not its business."""

SET_IN_JOB = {"pixel_width": "width", "pixel_height": "height", "frame_rate": "fps"}
"""Those of them that a job has as well, by their names there."""

_settings: dict[str, dict[str, Any]] = {}  # by the name of the module that set them
_sources: dict[str, str] = {}  # what its file held as a module was imported, by its name


def load(entry: SceneEntry) -> type[Scene]:
    """The scene's class: any scene of manim's, ours among them.

    Raises:
        RenderError: if the file cannot be imported, with place and reason.
    """
    path = Path(entry.path)
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))  # a scene may import what lies beside it
    name = _module_name(entry)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    _sources[name] = fingerprint(path).hex()
    with faults_of(entry), _noting_settings(name):
        try:
            spec.loader.exec_module(module)
        except SyntaxError as error:
            raise RenderError(_syntax(error, path)) from None
    scene_class = getattr(module, entry.class_name, None)
    if not (isinstance(scene_class, type) and issubclass(scene_class, Scene)):
        raise UsageError(f"{path} has no scene class {entry.class_name!r}.")
    return scene_class


def params_of(scene_class: type[Scene]) -> type[SceneParams]:
    """A scene's parameters; one that is not of LessonScene's contract has its seed alone."""
    return getattr(scene_class, "Params", SceneParams)


def source_of(scene_class: type[Scene]) -> str:
    """The fingerprint of a scene's file as it was imported."""
    return _sources.get(scene_class.__module__, "")


def computes(entry: SceneEntry) -> bool:
    """Whether a scene, once it is loaded, has the computation of LessonScene's contract."""
    loaded = getattr(sys.modules.get(_module_name(entry)), entry.class_name, LessonScene)
    return issubclass(loaded, LessonScene)


def as_set_by_file(job: Job, scene_class: type[Scene]) -> Job:
    """The job with the size and the rate that a scene's file sets: as with manim, they win."""
    own = set_by_file(scene_class)
    return replace(job, **{SET_IN_JOB[name]: own[name] for name in own if name in SET_IN_JOB})


def _module_name(entry: SceneEntry) -> str:
    return f"mlanim_scene_{Path(entry.path).stem}"


def set_by_file(scene_class: type[Scene]) -> dict[str, Any]:
    """What a scene's file set in manim's `config` while it was imported."""
    return _settings.get(scene_class.__module__, {})


@contextmanager
def _noting_settings(name: str) -> Iterator[None]:
    """Note what a module sets in manim's `config`, and set it back; it may set text meanwhile."""
    before = {key: config[key] for key in SET_BY_FILES}
    place, config.media_dir = config.media_dir, str(scratch.folder())
    try:
        yield
    finally:
        config.media_dir = place
    after = {key: config[key] for key in SET_BY_FILES}
    _settings[name] = {key: value for key, value in after.items() if value != before[key]}
    config.update({key: before[key] for key in _settings[name]})


@contextmanager
def faults_of(entry: SceneEntry) -> Iterator[None]:
    """Turn what a scene's code raises into a RenderError that shows the scene's own lines."""
    try:
        yield
    except (UsageError, RenderError, OutputError):
        raise
    except (Exception, SystemExit) as error:
        if isinstance(error, (OSError, ImportError)) and not _own_frames(error, entry):
            raise
        raise RenderError(own_traceback(error, entry)) from error


def own_traceback(error: BaseException, entry: SceneEntry) -> str:
    """An error of a scene as its own lines and the error itself, at most three of them."""
    own = _own_frames(error, entry)[-2:]
    lines = [f"{Path(f.filename).name}, line {f.lineno}: {f.line}" for f in own]
    place = "\n".join(lines) if lines else _class_line(entry)
    return f"{place}\n{shortened(sentence_of(error), 500)}"


def _class_line(entry: SceneEntry) -> str:
    """The line at which a scene's class begins, for what none of its own lines did."""
    path = Path(entry.path)
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        if line.lstrip().startswith(f"class {entry.class_name}"):
            return f"{path.name}, line {number}: {line.strip()}"
    return path.name


def is_refusal(error: ValueError, entry: SceneEntry) -> bool:
    """Whether a `raise` in the scene or in core said no, rather than code that went wrong."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    file, core = Path(last.filename), Path(__file__).parents[2] / "core"
    ours = file.parent == Path(entry.path).parent or file.is_relative_to(core)
    return ours and (last.line or "").startswith("raise ")


def _own_frames(error: BaseException, entry: SceneEntry) -> list[traceback.FrameSummary]:
    frames = traceback.extract_tb(error.__traceback__)
    folder = Path(entry.path).parent
    return [frame for frame in frames if Path(frame.filename).parent == folder]


def _syntax(error: SyntaxError, path: Path) -> str:
    line = (error.text or "").strip()
    at = f", line {error.lineno}" if error.lineno else ""
    place = f"{error.filename or path}{at}: {error.msg}"
    return f"{place}\n    {shortened(line, 120)}" if line else place
