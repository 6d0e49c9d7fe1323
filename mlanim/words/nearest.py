"""What to say where a name was given that there is not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

CLOSE = 0.65
"""How alike two names are, from 0 to 1, of which one may be meant by the other."""


def nearest(name: object, known: Iterable[str]) -> str:
    """A question after the known name that is most like the one given, or nothing."""
    near = difflib.get_close_matches(str(name), list(known), n=1, cutoff=CLOSE)
    return f" Did you mean {near[0]}?" if near else ""


def unknown(kind: str, name: object, known: Iterable[str]) -> str:
    """There is no such role, size or field: what was given, what was meant, what there is."""
    names = list(known)
    has = f" There are {', '.join(names)}." if names else ""
    return f"There is no {kind} {name!r}.{nearest(name, names)}{has}"
