"""Copies of mobjects, which animations make and align as they begin, in a fraction of the time.

A copy has arrays and lists of its own. What nobody changes once it is made is the same object in
both: numbers, texts, colours, and the outlines that a glyph's points were read from.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from types import BuiltinFunctionType, FunctionType, NoneType
from typing import Any

import numpy as np
import svgelements
from manim import ManimColor, Mobject, VMobject

from mlanim.engine.mobjects.methods import patched

Memo = dict[int, Any]

_DEEP = "__deepcopy__"

_SHARED = frozenset(
    {NoneType, bool, int, float, complex, str, bytes, type, FunctionType, BuiltinFunctionType}
    | {np.float64, np.int64, np.bool_, ManimColor}
)


_COLORS = ("fill_rgbas", "stroke_rgbas", "background_stroke_rgbas")
_ALIGNING = (
    "align_points", "align_rgbas", "align_submobjects", "get_num_points", "has_no_points",
    "has_points", "null_point_align",
)  # fmt: skip


@contextmanager
def quick_copies() -> Iterator[None]:
    """Have mobjects copied and aligned so; a class with a way of its own keeps it."""
    before = Mobject.__deepcopy__
    with (
        patched(Mobject, _DEEP, lambda mobject, memo: _copied(mobject, memo, before)),
        patched(Mobject, "align_data", _aligning(Mobject.align_data)),
        patched(ManimColor, _DEEP, _itself),
        patched(svgelements.Path, _DEEP, _itself),
    ):
        yield


def _aligning(theirs: Any) -> Any:
    """`Mobject.align_data`, here `theirs`, which looks first whether there is anything to do."""

    def align_data(mobject: Any, other: Any, skip_point_alignment: bool = False) -> Any:
        if not _are_aligned(mobject, other):
            return theirs(mobject, other, skip_point_alignment)
        for part, twin in zip(mobject.submobjects, other.submobjects, strict=True):
            part.align_data(twin)
        return mobject

    return align_data


def _are_aligned(mobject: Any, other: Any) -> bool:
    """Whether two mobjects have as many parts, points and colours of their own."""
    return (
        len(mobject.submobjects) == len(other.submobjects)
        and len(mobject.points) == len(other.points)
        and _aligns_plainly(mobject.__class__)
        and all(len(getattr(mobject, c)) == len(getattr(other, c, ())) for c in _COLORS)
    )


@functools.cache
def _aligns_plainly(kind: type) -> bool:
    return issubclass(kind, VMobject) and all(
        getattr(kind, name) is getattr(VMobject, name) for name in _ALIGNING
    )


def _itself(value: object, memo: Memo) -> object:
    return value


def _copied(mobject: Mobject, memo: Memo, theirs: Any) -> Any:
    """What `Mobject.__deepcopy__`, here `theirs`, gives."""
    kind = mobject.__class__
    if kind.__setattr__ is not object.__setattr__:
        return theirs(mobject, memo)
    result = memo[id(mobject)] = kind.__new__(kind)
    own = vars(result)
    for name, value in vars(mobject).items():
        own[name] = value if value.__class__ in _SHARED else _copy(value, memo)
    own["original_id"] = str(id(mobject))
    return result


def _copy(value: Any, memo: Memo) -> Any:
    """As `copy.deepcopy`, with a short way for what mobjects are made of."""
    found = memo.get(id(value))
    if found is not None:
        return found
    kind = value.__class__
    if kind is np.ndarray and not value.dtype.hasobject:
        memo[id(value)] = twin = value.copy(order="K")
        return twin
    if kind is list:
        memo[id(value)] = items = []
        items += [item if item.__class__ in _SHARED else _copy(item, memo) for item in value]
        return items
    return value if isinstance(value, Enum) else copy.deepcopy(value, memo)
