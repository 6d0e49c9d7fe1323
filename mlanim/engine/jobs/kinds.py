"""The kinds of output that there are: the formats of each, and what makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["video", "figure", "stills", "script"]

VIDEO_FORMATS = ("mp4", "webm", "mov", "gif", "apng", "webp")
PICTURES = ("gif", "apng", "webp")  # shown as an image: they play by themselves
FIGURE_FORMATS = ("png", "svg", "pdf", "eps")
STILLS_FORMATS = ("zip",)  # a page for each pause
SCRIPT_FORMATS = ("script",)  # what is said in each step, in JSON
WITH_CAPTIONS = ("mp4", "webm", "mov")
"""Formats that people watch in a player, which looks for captions beside them."""
WITH_ALPHA = ("webm", "mov", "apng", "webp", "png", "svg", "pdf", "eps")


@dataclass(frozen=True)
class OutputKind:
    """A kind of output.

    `module` and `function` are where it is made. They are names, and not the function itself,
    because the process that asks for an output imports neither manim nor what is built on this
    package.
    """

    formats: tuple[str, ...]
    module: str
    function: str


KINDS: Mapping[str, OutputKind] = {
    "video": OutputKind(VIDEO_FORMATS, "mlanim.engine.film.film", "make_video"),
    "figure": OutputKind(FIGURE_FORMATS, "mlanim.export.figures.figure", "make_figure"),
    "stills": OutputKind(STILLS_FORMATS, "mlanim.export.deck.stills", "make_stills"),
    "script": OutputKind(SCRIPT_FORMATS, "mlanim.engine.film.speech", "make_script"),
}

WORKER = "mlanim.export.worker"
"""The module that each process runs that makes an output of any kind."""
