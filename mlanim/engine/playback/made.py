"""How many mobjects a scene's own code makes: what a frame of it costs, without a clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from manim import Mobject, SVGMobject

from mlanim.engine.mobjects.methods import patched

OUTLINE = 10
"""An outline that is read from a picture counts for so many mobjects: it takes as long."""


def made_by(step: Callable[[], object]) -> int:
    """Take a step, and count the mobjects that it makes.

    Manim keeps the outlines of a text and copies them when it is set again. They count the same
    either way, so that the number does not depend on what was made before.
    """
    found: list[Mobject] = []
    before = Mobject.__init__

    def noting(mobject: Mobject, *args: Any, **options: Any) -> None:
        found.append(mobject)
        before(mobject, *args, **options)

    with patched(Mobject, "__init__", noting):
        step()
    outlines = [m for mobject in found if isinstance(mobject, SVGMobject) for m in _below(mobject)]
    known = set(map(id, outlines))
    return OUTLINE * len(outlines) + sum(id(mobject) not in known for mobject in found)


def _below(mobject: Mobject) -> list[Mobject]:
    return mobject.get_family()[1:]
