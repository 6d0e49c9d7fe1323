"""Other methods for Manim's classes while a job runs, which answer as theirs do."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def patched(kind: type, name: str, method: Any) -> Iterator[None]:
    """Within it, a class has another method of a name, whether it had one of its own or not."""
    own = vars(kind).get(name)
    setattr(kind, name, method)
    try:
        yield
    finally:
        if own is None:
            delattr(kind, name)
        else:
            setattr(kind, name, own)


@contextmanager
def answered(kind: type, name: str, quick: Any) -> Iterator[None]:
    """Within it, a method asks `quick`, and where that returns None, does as before."""
    theirs = getattr(kind, name)

    @functools.wraps(theirs)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        answer = quick(self, *args, **kwargs)
        return theirs(self, *args, **kwargs) if answer is None else answer

    with patched(kind, name, method):
        yield
