"""Manim animations and figures of machine learning, drawn from real PyTorch computations.

In a notebook: `from mlanim import render, figure`, then `render("dot_product", angle=60)` for a
video and `figure("attention", sentence="…")` for vectors; and
`%load_ext mlanim` for scenes that are written in a cell below `%%mlanim -q l`.
"""

from importlib import import_module
from typing import Any

from mlanim.version import __version__ as __version__

_NOTEBOOK = {
    "render": "mlanim.export.web.notebook",
    "figure": "mlanim.export.web.live",
    "load_ipython_extension": "mlanim.export.web.magics",
}
"""What a notebook finds here by name, and the file that it is in."""


def __getattr__(name: str) -> Any:
    """What stands in `_NOTEBOOK`, imported when it is first asked for."""
    if name not in _NOTEBOOK:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_NOTEBOOK[name]), name)
