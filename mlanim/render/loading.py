"""Imports a scene's file; what goes wrong in it is shown with the user's own lines only."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlanim.render.catalog import SceneEntry
from mlanim.render.errors import OutputError, RenderError, UsageError, shortened
from mlanim.stage.scene import LessonScene


def load(entry: SceneEntry) -> type[LessonScene]:
    """The scene's class.

    Raises:
        RenderError: if the file cannot be imported, with place and reason.
    """
    path = Path(entry.path)
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))  # a scene may import what lies beside it
    name = f"mlanim_scene_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with faults_of(entry):
        try:
            spec.loader.exec_module(module)
        except SyntaxError as error:
            raise RenderError(_syntax(error)) from None
    scene_class = getattr(module, entry.class_name, None)
    if not (isinstance(scene_class, type) and issubclass(scene_class, LessonScene)):
        raise UsageError(f"{path} has no scene class {entry.class_name!r}.")
    return scene_class


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
    reason = type(error).__name__ + (f": {error}" if str(error) else "")
    return "\n".join(lines or [Path(entry.path).name]) + "\n" + shortened(reason, 300)


def is_refusal(error: ValueError, entry: SceneEntry) -> bool:
    """Whether a `raise` in the scene or in core said no, rather than code that went wrong."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    folders = (Path(entry.path).parent, Path(__file__).parent.parent / "core")
    return Path(last.filename).parent in folders and (last.line or "").startswith("raise ")


def _own_frames(error: BaseException, entry: SceneEntry) -> list[traceback.FrameSummary]:
    frames = traceback.extract_tb(error.__traceback__)
    folder = Path(entry.path).parent
    return [frame for frame in frames if Path(frame.filename).parent == folder]


def _syntax(error: SyntaxError) -> str:
    line = (error.text or "").strip()
    place = f"{error.filename}, line {error.lineno}: {error.msg}"
    return f"{place}\n    {shortened(line, 120)}" if line else place
