"""Which mobjects a camera shows, in which order: manim's answer, found in one walk."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from manim import Mobject, VMobject
from manim.utils.family import extract_mobject_family_members

_FAMILY = ("get_family", "_iter_family", "family_members_with_points", "get_num_points", "points")


def shown(mobjects: Iterable[Mobject], use_z_index: bool) -> list[Mobject]:
    """Every member with points of the families of `mobjects`, once, lowest z-index first.

    A member that occurs several times stands at its last place, as in manim.
    """
    mobjects = list(mobjects)
    found: list[Mobject] = []
    seen: set[Mobject] = set()
    # Backwards, so that whatever is met again needs no second look.
    if not all(collect(mobject, seen, found, _has_plain_family) for mobject in reversed(mobjects)):
        return extract_mobject_family_members(mobjects, use_z_index, only_those_with_points=True)
    found = [mobject for mobject in reversed(found) if len(mobject.points)]
    if use_z_index and len({mobject.z_index for mobject in found}) > 1:
        found.sort(key=attrgetter("z_index"))
    return found


def collect(
    mobject: Mobject, seen: set[Mobject], found: list[Mobject], plain: Callable[[Any], bool]
) -> bool:
    """Add a family to `found`, last member first; False if the class of one is not `plain`."""
    if mobject in seen:
        return True
    seen.add(mobject)
    if not plain(mobject.__class__):
        return False
    for child in reversed(mobject.submobjects):
        if not collect(child, seen, found, plain):
            return False
    found.append(mobject)
    return True


@functools.cache
def _has_plain_family(kind: type) -> bool:
    return all(
        getattr(kind, name, None) in (getattr(Mobject, name, None), getattr(VMobject, name, None))
        for name in _FAMILY
    )
