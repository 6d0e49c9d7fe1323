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


def state_of(scene: Scene) -> str:
    """A hash of the arrays of all mobjects on stage, of the camera's, and of what chance gives."""
    digest = hashlib.blake2b(digest_size=16)
    for mobject in _mobjects(scene):
        for member in mobject.get_family():
            digest.update(type(member).__name__.encode())
            for name, value in sorted(_arrays(member)):
                digest.update(name.encode() + _rounded(value))
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


def _arrays(member: Mobject) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """What a mobject is drawn from; names with an underscore are what a camera remembers of it."""
    for name, value in vars(member).items():
        if type(value) is np.ndarray and not value.dtype.hasobject and name[0] != "_":
            yield name, value


def _rounded(array: np.ndarray[Any, Any]) -> bytes:
    if array.dtype.kind == "f":
        array = np.round(array, PLACES) + 0.0  # no negative zero
    return array.tobytes()
