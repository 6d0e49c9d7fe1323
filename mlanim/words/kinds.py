"""What to call a value that was given in place of another."""

from __future__ import annotations


def kind_of(given: object) -> str:
    """A short value as it was given, and anything else by its type: 3, 'a', nothing, a Chart."""
    if given is None:
        return "nothing"
    if isinstance(given, int | float | str):
        return repr(given)
    name = type(given).__name__
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"
