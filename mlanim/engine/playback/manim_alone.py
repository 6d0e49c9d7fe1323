"""Imports manim without what it does not need of two large libraries: a quarter of its time.

Import this before anything that imports manim. Of SciPy's spatial algorithms manim uses rotations,
and networkx lays out its graphs; a scene that uses more of them, or a graph, gets all of it then.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

_SPATIAL, _GRAPHS = "scipy.spatial", "networkx"


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


def _import_rotations() -> None:
    """Import SciPy's rotations without the package that they are in."""
    spec = find_spec(_SPATIAL)
    if spec is None or _SPATIAL in sys.modules:
        return
    sys.modules[_SPATIAL] = module_from_spec(spec)  # which nothing runs in: a path to look in
    try:
        with suppress(Exception):
            importlib.import_module(f"{_SPATIAL}.transform")
    finally:
        del sys.modules[_SPATIAL]


@contextmanager
def _graphs_later() -> Iterator[None]:
    if _GRAPHS in sys.modules:
        yield
        return
    sys.modules[_GRAPHS] = Later(_GRAPHS)
    try:
        yield
    finally:
        del sys.modules[_GRAPHS]


if "manim" not in sys.modules:
    _import_rotations()
    with _graphs_later():
        importlib.import_module("manim")
Later.is_later = False
