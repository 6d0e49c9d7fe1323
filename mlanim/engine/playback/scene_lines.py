"""Which line of a scene's file made a mobject: noted while a scene is looked at, never else."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from manim import Mobject

_NOTED = "scene_line"


@contextmanager
def noting_lines(path: str) -> Iterator[None]:
    """Within it, each new mobject keeps the line of the file at `path` that it comes from."""
    plain = Mobject.__init__

    @functools.wraps(plain)
    def noting(self: Mobject, *args: Any, **options: Any) -> None:
        self.__dict__[_NOTED] = line_in(path)
        plain(self, *args, **options)

    Mobject.__init__ = noting
    try:
        yield
    finally:
        Mobject.__init__ = plain


def line_in(path: str) -> int:
    """The innermost line of a file that is now running, or 0."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename != path:
        frame = frame.f_back
    return frame.f_lineno if frame is not None else 0


def scene_line(mobject: Mobject) -> int:
    """The line that was noted for a mobject or, if none was, for one of its members; or 0."""
    lines = (member.__dict__.get(_NOTED, 0) for member in mobject.get_family())
    return next((line for line in lines if line), 0)
