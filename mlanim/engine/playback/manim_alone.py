"""Imports manim without what it does not need of large libraries: half of its time.

Import this before anything that imports manim. Of SciPy manim uses the matrix of a turn, for which
there is one here; networkx lays out its graphs, and Beautiful Soup reads its code. A scene that
has a graph or code gets those then, and one that uses SciPy all of it. Of manim's own command line
there is neither the parser nor its colours.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from mlanim.engine.mobjects.rotation import Rotation


class Later(ModuleType):
    """A module, or what is in it, that is imported when something in it is asked for or called."""

    is_later = True
    """Whether what is asked for is put off as well, as while manim is imported, which names it."""

    def _itself(self) -> Any:
        root, *names = self.__name__.split(".")
        found: Any = importlib.import_module(root)
        for name in names:
            found = getattr(found, name)
        return found

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Later(f"{self.__name__}.{name}") if Later.is_later else getattr(self._itself(), name)

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Import it, and call it."""
        return self._itself()(*args, **options)

    def __instancecheck__(self, found: Any) -> bool:
        """Import it, and look whether something is one."""
        return isinstance(found, self._itself())


@contextmanager
def _instead(modules: Mapping[str, ModuleType]) -> Iterator[None]:
    """Have these found in the place of modules that nobody has imported yet."""
    absent = {name: module for name, module in modules.items() if name not in sys.modules}
    sys.modules.update(absent)
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


def _holding(name: str, **contents: Any) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(contents)
    return module


if "manim" not in sys.modules:
    modules = [
        _holding("scipy.spatial.transform", Rotation=Rotation),
        _holding("cloup", Context=_holding("Context", settings=lambda **_: {})),
        _holding("manim._config.cli_colors", parse_cli_ctx=lambda _: {}),
        Later("networkx"),
        Later("bs4"),
    ]
    with _instead({module.__name__: module for module in modules}):
        importlib.import_module("manim")
Later.is_later = False
