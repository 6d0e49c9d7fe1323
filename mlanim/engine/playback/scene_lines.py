"""Which line of a scene's file made a mobject: noted as it is made, for whom it is a fault of."""

from __future__ import annotations

import functools
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

from manim import Mobject

from mlanim.stage.panels import Panel

NOTED = "scene_line"
"""The attribute in which a mobject keeps its line."""


@contextmanager
def noting_lines(path: str) -> Iterator[None]:
    """Within it, each new mobject and panel keeps the line of the file at `path` that made it."""
    kinds: tuple[Any, ...] = (Mobject, Panel)
    plain = {kind: kind.__init__ for kind in kinds}
    for kind, init in plain.items():
        kind.__init__ = _noting(init, path)
    try:
        yield
    finally:
        for kind, init in plain.items():
            kind.__init__ = init


def _noting(init: Callable[..., None], path: str) -> Callable[..., None]:
    @functools.wraps(init)
    def noting(self: Any, *args: Any, **options: Any) -> None:
        self.__dict__[NOTED] = line_in(path)
        init(self, *args, **options)

    return noting


def line_in(path: str) -> int:
    """The innermost line of a file that is now running, or 0."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename != path:
        frame = frame.f_back
    return frame.f_lineno if frame is not None else 0


def scene_line(mobject: Mobject) -> int:
    """The line that was noted for a mobject or, if none was, for one of its members; or 0."""
    lines = (member.__dict__.get(NOTED, 0) for member in mobject.get_family())
    return next((line for line in lines if line), 0)


def made_line(trace: TracebackType | None, path: str) -> int:
    """The line that made the innermost thing below a file's own frames in a traceback, or 0.

    What the running line makes, or calls a method of, is in that line already.
    """
    made, passed = 0, [0]
    is_called = False  # by one of the file's own lines
    for frame, line in traceback.walk_tb(trace):
        if frame.f_code.co_filename == path:
            made, passed, is_called = 0, [0, line], True
            continue
        noted = [owner.__dict__.get(NOTED, 0) for owner in _owners(frame)]
        if is_called:
            passed, is_called = [*passed, *noted], False
        made = next((one for one in noted if one not in passed), made)
    return made


def _owners(frame: FrameType) -> list[Any]:
    """The mobject or the panel whose work a frame of ours does."""
    known = frame.f_locals
    found = known.get("self"), known.get("panel"), getattr(known.get("place"), "panel", None)
    return [owner for owner in found if isinstance(owner, Mobject | Panel)]
