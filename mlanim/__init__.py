"""Manim animations and figures of machine learning, drawn from real PyTorch computations.

In a notebook: `from mlanim import render, figure`, then `render("dot_product", angle=60)` for a
video and `figure("attention", sentence="…")` for vectors; and
`%load_ext mlanim` for scenes that are written in a cell below `%%mlanim -q l`.
"""

from importlib import import_module
from types import ModuleType
from typing import Any

__version__ = "0.1.0"

_NOTEBOOK = {
    "figure": "mlanim.export.live",
    "load_ipython_extension": "mlanim.export.magics",
}
"""What a notebook finds here by name, and the file that it is in."""


def __getattr__(name: str) -> Any:
    """What stands in `_NOTEBOOK`, imported when it is first asked for."""
    if name not in _NOTEBOOK:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_NOTEBOOK[name]), name)


class _CallablePackage(ModuleType):
    """`mlanim.render` is a package; a notebook also calls it, by the name that it expects."""

    def __call__(self, scene: str, **options: Any) -> Any:
        """Render a scene to a video that a notebook shows; see `mlanim.export.notebook.render`.

        `render("dot_product", quality="m", theme="light", angle=60)`: the options are quality,
        fps, resolution, theme, format, transparent, burn_in and plays; every other name is one of
        the scene's parameters.
        """
        return import_module("mlanim.export.notebook").render(scene, **options)


import_module("mlanim.render").__class__ = _CallablePackage
