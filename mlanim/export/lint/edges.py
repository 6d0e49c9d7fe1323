"""What comes too close to the frame's edge or runs over it, and what nobody can see."""

from __future__ import annotations

from collections.abc import Iterator

from manim import Mobject, VMobject

from mlanim.engine.playback.scene_lines import scene_line
from mlanim.export.lint.finding import Finding
from mlanim.export.lint.view import View
from mlanim.stage.extent import visible_members
from mlanim.stage.layout import Box

TOUCH = 0.02
"""Manim units by which boxes may be off: the side bearings of glyphs."""


def too_close(view: View) -> Iterator[Finding]:
    """Texts, and objects with whatever is in them, that keep too little room to the edge.

    What crosses the whole frame from edge to edge is a background; only its texts count.
    """
    for mobject in view.mobjects:
        box = view.box(mobject)
        if box is None:
            continue
        inside = [label for label in view.labels if label.mobject in mobject.get_family()]
        sides = [] if _is_background(box, view.ground.box) else _sides_too_close(box, view)
        for side in sides:
            texts = [label for label in inside if side in _sides_too_close(label.box, view)]
            for text in texts:
                yield _finding(text.mobject, side, _room(text.box, view.ground.box)[side], view)
            if not texts:
                yield _finding(mobject, side, _room(box, view.ground.box)[side], view)
        for label in inside:
            for side in _sides_too_close(label.box, view):
                if side not in sides:
                    room = _room(label.box, view.ground.box)[side]
                    yield _finding(label.mobject, side, room, view)


def _room(box: Box, frame: Box) -> dict[str, float]:
    return {
        "left": box.left - frame.left,
        "right": frame.right - box.right,
        "bottom": box.bottom - frame.bottom,
        "top": frame.top - box.top,
    }


def _sides_too_close(box: Box, view: View) -> list[str]:
    room = _room(box, view.ground.box)
    return [side for side, free in room.items() if free < view.ground.edge - TOUCH]


def _is_background(box: Box, frame: Box) -> bool:
    room = _room(box, frame)
    return max(room["left"], room["right"]) <= 0 or max(room["bottom"], room["top"]) <= 0


def _finding(mobject: Mobject, side: str, room: float, view: View) -> Finding:
    name, edge = view.name(mobject), view.ground.edge
    place = (
        f"runs {-room:.2f} units over the {side} edge"
        if room < 0
        else f"is {room:.2f} units from the {side} edge"
    )
    says = f"{name} {place}; keep {edge:.2f} units free."
    line = scene_line(mobject)
    return Finding("too close to the edge", (name,), says, room, edge, "units", side, line)


def invisible(view: View) -> Iterator[Finding]:
    """Objects that are on stage and leave no mark."""
    for mobject in view.mobjects:
        drawable = any(isinstance(member, VMobject) for member in mobject.get_family())
        if drawable and not visible_members(mobject):
            name = view.name(mobject)
            says = f"{name} is on stage and cannot be seen; remove it."
            line = scene_line(mobject)
            yield Finding("invisible object left on stage", (name,), says, 0, 1, line=line)
