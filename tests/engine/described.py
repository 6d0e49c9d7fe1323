"""Mobjects as plain things, to see whether two are the same in all that they hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import ManimColor, Mobject
from svgelements import Path, Point


def described(value: Any, seen: dict[int, int]) -> Any:
    """A value as plain things; whatever is met again is said to be the one that was met before.

    What a mobject is a copy of is left out.
    """
    if isinstance(value, (np.ndarray, list, dict, Mobject)):
        if id(value) in seen:
            return f"number {seen[id(value)]}"
        seen[id(value)] = len(seen)
    if isinstance(value, np.ndarray):
        return value.dtype, value.shape, value.flags["C_CONTIGUOUS"], value.tobytes()
    if isinstance(value, Path):
        return [(type(part), described(vars(part), {})) for part in value], repr(value)
    if isinstance(value, Point):
        return value.x, value.y
    if isinstance(value, (list, tuple)):
        return [described(item, seen) for item in value]
    if isinstance(value, dict):
        return {name: described(item, seen) for name, item in value.items()}
    if isinstance(value, Mobject):
        own = {name: item for name, item in vars(value).items() if name != "original_id"}
        return type(value), described(own, seen)
    return type(value), str(value) if isinstance(value, ManimColor) else repr(value)[:20]
