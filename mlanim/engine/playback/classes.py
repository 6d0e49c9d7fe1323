"""The scenes that a file has, found by importing it: printed as JSON, by a process of its own."""

from __future__ import annotations

import inspect
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

from manim import Scene

from mlanim.engine.jobs.catalog import names_in
from mlanim.engine.jobs.chapters import chapter_of
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.engine.playback.loading import imported
from mlanim.stage.scene import LessonScene


def scenes_of(module: ModuleType) -> list[SceneEntry]:
    """The scenes that a module has made itself; not those that others of them derive from."""
    names: dict[type[Scene], str] = {}
    for name, kind in vars(module).items():
        is_scene = isinstance(kind, type) and issubclass(kind, Scene)
        if is_scene and kind.__module__ == module.__name__ and names.get(kind) != kind.__name__:
            names[kind] = name  # of several names for it, its own
    bases = {base for kind in names for base in kind.__mro__[1:]}
    shown = {name: kind for kind, name in names.items() if kind not in bases}
    return [_entry(module, name, kind, len(shown) == 1) for name, kind in shown.items()]


def _entry(module: ModuleType, name: str, kind: type[Scene], alone: bool) -> SceneEntry:
    path = Path(str(module.__file__))
    title = (inspect.getdoc(kind) if kind.__doc__ else None) or name
    called = path.stem if alone and issubclass(kind, LessonScene) else name
    text = inspect.cleandoc(module.__doc__ or "")
    return SceneEntry(
        called,
        title.splitlines()[0].strip(),
        chapter_of(path),
        str(path),
        name,
        text,
        float(getattr(kind, "order", 0)),
        names_in(getattr(kind, "after", ())),
        names_in(getattr(kind, "explore", ())),
    )


def main() -> None:
    """Print the scenes of the file that is named on the command line."""
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the file prints is no answer
    print(
        json.dumps([asdict(entry) for entry in scenes_of(imported(Path(sys.argv[1])))]), file=answer
    )


if __name__ == "__main__":
    main()
