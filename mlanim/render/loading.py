"""Imports a scene's file; what goes wrong in it is shown with the user's own lines only."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from pathlib import Path

from mlanim.render.catalog import SceneEntry
from mlanim.render.errors import RenderError, UsageError
from mlanim.stage.scene import LessonScene


def load(entry: SceneEntry) -> type[LessonScene]:
    """The scene's class.

    Raises:
        RenderError: if the file cannot be imported, with place and reason.
    """
    path = Path(entry.path)
    name = f"mlanim_scene_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        place = f"{error.filename}, line {error.lineno}"
        raise RenderError(f"{place}: {error.msg}\n    {(error.text or '').strip()}") from None
    except Exception as error:
        raise RenderError(own_traceback(error, path)) from None
    scene_class = getattr(module, entry.class_name, None)
    if not (isinstance(scene_class, type) and issubclass(scene_class, LessonScene)):
        raise UsageError(f"{path} has no scene class {entry.class_name!r}.")
    return scene_class


def own_traceback(error: BaseException, scene: Path) -> str:
    """An error of a scene as its own lines and the error itself, at most three of them."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).parent == scene.parent]
    lines = [f"{Path(f.filename).name}, line {f.lineno}: {f.line}" for f in own[-2:]]
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return "\n".join([*lines, reason if len(reason) < 600 else reason[:600] + "…"])
