"""Imports a scene's file; what goes wrong in it is shown with the user's own lines only."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import linecache
import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
)
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from manim import Scene

from mlanim.engine.cache.sources import PACKAGE, fingerprint
from mlanim.engine.errors import OutputError, RenderError, UsageError, shortened
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.engine.mobjects.formulas import kept_formulas
from mlanim.engine.playback import configuration
from mlanim.engine.playback.scene_errors import answer_line, sentence_of
from mlanim.engine.playback.scene_lines import made_line, noting_lines
from mlanim.stage.answers import WrongAnswer
from mlanim.stage.scene import LessonScene, SceneParams

_settings: dict[str, dict[str, Any]] = {}  # by the name of the module that set them
_sources: dict[str, str] = {}  # what its file held as a module was imported, by its name


def load(entry: SceneEntry, job: Job | None = None) -> type[Scene]:
    """The scene's class: any scene of manim's, ours among them.

    While its file is imported, manim's configuration is as the job wants it.

    Raises:
        RenderError: if the file cannot be imported, with place and reason.
        UsageError: if it has no such class.
    """
    path = Path(entry.path)
    with faults_of(entry), configuration.asked(job), kept_formulas():
        try:
            module = imported(path)
        except SyntaxError as error:
            raise RenderError(_syntax(error, path)) from None
    scene_class = getattr(module, entry.class_name, None)
    if not (isinstance(scene_class, type) and issubclass(scene_class, Scene)):
        raise UsageError(f"{path} has no scene class {entry.class_name!r}.")
    return scene_class


def imported(path: Path) -> ModuleType:
    """A scene's file as a module; what it sets in manim's configuration is noted."""
    _put_first(path.parent)
    name = _module_name(path)
    loader = _FromSource(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    _sources[name] = fingerprint(path).hex()
    settings = _settings[name] = {}
    with configuration.noting(settings):
        spec.loader.exec_module(module)
    return module


def _put_first(folder: Path) -> None:
    """Have a scene import what lies beside it, as with manim, and of a checkout of ours nothing.

    A checkout has `cli`, `scenes` and `tests` beside the package, which would hide the user's own.
    """
    kept = [place for place in sys.path if place != str(folder) and not _is_checkout(Path(place))]
    sys.path[:] = [str(folder), *kept]
    loaders = (ExtensionFileLoader, EXTENSION_SUFFIXES), (_FromSource, SOURCE_SUFFIXES)
    sys.path_importer_cache[str(folder)] = FileFinder(str(folder), *loaders)


class _FromSource(SourceFileLoader):
    """Reads a module's source each time: bytecode is told from it by its length and the second.

    So an edit in the same second, of as many characters, would not be seen.
    """

    def get_code(self, fullname: str) -> CodeType:
        """The module's code, from its source as it is now."""
        return self.source_to_code(self.get_data(self.path), self.path)


def _is_checkout(place: Path) -> bool:
    return (place / "cli.py").is_file() and (place / PACKAGE.name / "__init__.py").is_file()


def params_of(scene_class: type[Scene]) -> type[SceneParams]:
    """A scene's parameters; one that is not of LessonScene's contract has its seed alone."""
    return getattr(scene_class, "Params", SceneParams)


def source_of(scene_class: type[Scene]) -> str:
    """The fingerprint of a scene's file as it was imported."""
    return _sources.get(scene_class.__module__, "")


def computes(entry: SceneEntry) -> bool:
    """Whether a scene, once it is loaded, has the computation of LessonScene's contract."""
    module = sys.modules.get(_module_name(Path(entry.path)))
    return issubclass(getattr(module, entry.class_name, LessonScene), LessonScene)


def as_set_by_file(job: Job, scene_class: type[Scene]) -> Job:
    """The job with the size, the rate and the transparency that a scene's file sets.

    Raises:
        UsageError: if they cannot be.
    """
    return configuration.as_set(job, set_by_file(scene_class), Path(job.scene.path))


def _module_name(path: Path) -> str:
    return f"mlanim_scene_{path.stem}"


def set_by_file(scene_class: type[Scene]) -> dict[str, Any]:
    """What a scene's file set in manim's `config` while it was imported."""
    return _settings.get(scene_class.__module__, {})


@contextmanager
def unheard() -> Iterator[None]:
    """Say nothing of what a scene prints and logs: another process has said it already."""
    logger = logging.getLogger("manim")
    was, logger.disabled = logger.disabled, True
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        logger.disabled = was


@contextmanager
def faults_of(entry: SceneEntry) -> Iterator[None]:
    """Turn what a scene's code raises into a RenderError that shows the scene's own lines."""
    try:
        with noting_lines(str(Path(entry.path))):
            yield
    except (UsageError, RenderError, OutputError):
        raise
    except (Exception, SystemExit) as error:
        if isinstance(error, (OSError, ImportError)) and not _own_frames(error, entry):
            raise
        raise RenderError(own_traceback(error, entry)) from error


def own_traceback(error: BaseException, entry: SceneEntry) -> str:
    """An error of a scene as its own lines and the error itself, at most three of them."""
    path = str(Path(entry.path))
    places = [(frame.filename, frame.lineno or 0) for frame in _own_frames(error, entry)]
    if made := made_line(error.__traceback__, path):
        places.append((path, made))
    if isinstance(error, WrongAnswer):
        places.append(answer_line(error))
    lines = [_shown_line(*place) for place in (places or [(path, _class_line(entry))])[-2:]]
    return "\n".join([*lines, shortened(sentence_of(error), 500)])


def _shown_line(path: str, number: int) -> str:
    if not number:
        return Path(path).name
    return f"{Path(path).name}, line {number}: {linecache.getline(path, number).strip()}"


def _class_line(entry: SceneEntry) -> int:
    """The line at which a scene's class begins, for what none of its own lines did; or 0."""
    begins = re.compile(rf"\s*class {entry.class_name}\b")
    lines = Path(entry.path).read_text(errors="replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if begins.match(line)), 0)


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
