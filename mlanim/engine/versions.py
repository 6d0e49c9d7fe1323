"""The versions of everything that shapes a result."""

from __future__ import annotations

import functools
import sys

from mlanim.version import __version__


@functools.lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """The version of mlanim, of Python, and of each package that draws or computes, by name."""
    names = ("manim", "torch", "numpy", "scikit-learn", "contourpy", "typst", "av", "pycairo")
    found = {name: _version(name) for name in names}
    return {"mlanim": __version__, "python": sys.version.split()[0], **found}


def versions_line() -> str:
    """The versions as one line."""
    return " ".join(f"{name}={version}" for name, version in versions().items())


def _version(name: str) -> str:
    from importlib import metadata  # costs more than the rest of this file together

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"
