"""The visible state of a scene as a short text, to tell whether two runs of it agree."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
from manim import Mobject, Scene

PLACES = 6
"""Decimals that count: processors differ in the last digits of a float."""

BETWEEN = 2.718281828e-7
"""Added before rounding: 1.1828125 lies halfway between two, and its last digit would decide."""

Array = np.ndarray[Any, Any]
_FLOAT = np.dtype(np.float64)
_COLORS = ("fill_rgbas", "stroke_rgbas", "background_stroke_rgbas")
_ONE = np.zeros(1)


def state_of(scene: Scene) -> str:
    """A hash of the arrays of all mobjects on stage, of the camera's, and of what chance gives."""
    digest = hashlib.sha256()
    floats: list[Array] = []  # rounded in one go: a stage has a thousand short arrays
    words: list[str] = []
    seen: dict[int, int] = {}
    for mobject in _mobjects(scene):
        for member in mobject.get_family():
            number = seen.setdefault(id(member), len(seen))
            words += [type(member).__name__, str(number)]
            if number < len(seen) - 1:  # what is animated stands on the stage, too
                continue
            for name, array in _arrays(member):
                words.append(f"{name}{array.shape}")
                if array.dtype is _FLOAT:
                    floats.append(array.ravel())
                else:
                    digest.update(_rounded(array.astype(array.dtype)))
    digest.update(" ".join(words).encode())
    digest.update(_rounded(np.concatenate([np.zeros(0), *floats])))
    digest.update(repr(random.getstate()).encode())
    chance: Any = np.random.get_state(legacy=False)
    digest.update(chance["state"]["key"].tobytes() + str(chance["state"]["pos"]).encode())
    return digest.hexdigest()


def _mobjects(scene: Scene) -> Iterator[Mobject]:
    yield from scene.mobjects
    yield from scene.foreground_mobjects
    for animation in scene.animations or []:
        if isinstance(animation.mobject, Mobject):
            yield animation.mobject
    for value in vars(scene.camera).values():
        if isinstance(value, Mobject):
            yield value


def _arrays(member: Mobject) -> Iterator[tuple[str, Array]]:
    """What a mobject is drawn from; names with an underscore are what a camera remembers of it.

    Where its colours run is turned in each frame by what turns a mobject in place, and by the
    first reading of a picture; it is seen only where there are several.
    """
    own = vars(member)
    arrays = {n: v for n, v in own.items() if v.__class__ is np.ndarray and n[0] != "_"}
    if all(len(arrays.get(name, _ONE)) == 1 for name in _COLORS):
        arrays.pop("sheen_direction", None)
    for name in sorted(arrays):
        if not arrays[name].dtype.hasobject:
            yield name, arrays[name]


def _rounded(array: Array) -> memoryview:
    """An array that nobody else has, with the decimals that count."""
    if array.dtype.kind == "f":
        array += BETWEEN
        np.round(array, PLACES, out=array)
        array += 0  # no negative zero
    return np.ascontiguousarray(array).data
