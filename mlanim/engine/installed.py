"""Scenes that installed packages bring along: the entry points of the group `mlanim.scenes`.

An entry point names a package, whose folder holds the scenes, or a module, which is a scene. Both
are only looked for: nothing of them is imported or run.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

GROUP = "mlanim.scenes"


@dataclass(frozen=True)
class ScenePackage:
    """What an entry point names, and where that lies: a folder, a file, or None if it is gone."""

    distribution: str
    module: str
    place: Path | None

    @property
    def fault(self) -> str:
        """What to say of one that is gone."""
        return (
            f"{self.distribution} says that its scenes are in {self.module}, which is not there; "
            "install it again, or remove it."
        )


def scene_packages() -> list[ScenePackage]:
    """All that is installed, by the names of the distributions."""
    found = entry_points(group=GROUP)
    return sorted(map(_package, found), key=lambda one: (one.distribution, one.module))


def _package(point: EntryPoint) -> ScenePackage:
    dist = point.dist
    module = point.value.partition(":")[0].strip()
    return ScenePackage(f"{dist.name} {dist.version}" if dist else "?", module, _place(module))


def _place(module: str) -> Path | None:
    spec = _spec(module)
    if spec is None:
        return None
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    places = folders or ([Path(spec.origin)] if spec.origin else [])
    return next((place for place in places if place.exists()), None)


def _spec(module: str) -> ModuleSpec | None:
    """Where a module would be imported from; `find_spec` alone would run the packages above it."""
    top, *inner = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    for name in inner:
        if spec is None or spec.submodule_search_locations is None:
            return None
        spec = PathFinder.find_spec(f"{spec.name}.{name}", spec.submodule_search_locations)
    return spec
