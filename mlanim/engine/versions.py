"""The versions of everything that shapes a result."""

from __future__ import annotations

import functools
import re
import sys

from mlanim.version import __version__

_VERSION = re.compile(r"^Version: *(\S+) *$", re.MULTILINE)


@functools.lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """The version of mlanim, of Python, and of each package that draws or computes, by name."""
    names = ("manim", "torch", "numpy", "scikit-learn", "contourpy", "typst", "av", "pycairo")
    found = {name: installed_version(name) or "missing" for name in names}
    return {"mlanim": __version__, "python": sys.version.split()[0], **found}


def versions_line() -> str:
    """The versions as one line."""
    return " ".join(f"{name}={version}" for name, version in versions().items())


def installed_version(name: str) -> str | None:
    """The version of a distribution; None if it is not installed.

    To have all that a distribution says of itself read, as `metadata.version` does, takes longer
    than to draw a short film's frames.
    """
    from importlib import metadata  # costs more than the rest of this file together

    try:
        distribution = metadata.distribution(name)
    except (metadata.PackageNotFoundError, ValueError):
        return None
    said = _VERSION.search(distribution.read_text("METADATA") or "")
    return said[1] if said is not None else distribution.version
