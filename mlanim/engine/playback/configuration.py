"""Manim's configuration as a job wants it, and what a scene's file sets in it."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import manim
from manim import RendererType, config
from manim._config.utils import ManimConfig, config_file_paths
from manim.mobject.opengl.opengl_compatibility import ConvertToOpenGL

from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.kinds import WITH_ALPHA
from mlanim.engine.mobjects.methods import patched
from mlanim.engine.playback import scratch

SET_IN_JOB = {"pixel_width": "width", "pixel_height": "height", "frame_rate": "fps"}
"""The options of manim's that a job has as well, by their names there."""

OF_PICTURE = (
    *SET_IN_JOB, "assets_dir", "background_color", "background_opacity", "frame_height",
    "frame_width", "from_animation_number", "seed", "tex_template", "tex_template_file",
    "upto_animation_number",
)  # fmt: skip
"""The options that shape a film; what goes where, and what is said, is not a file's business."""

_QUIET = {"disable_caching": True, "format": "auto", "progress_bar": "none"}


LONGEST_WARNING = 160
"""Characters: of a font that is not there, Manim lists all that are."""


class _ForUsers(logging.Filter):
    """Lets through what a scene logs itself, and what manim could not do: each warning once."""

    def __init__(self) -> None:
        super().__init__()
        self._warnings: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        own = Path(record.pathname).is_relative_to(Path(manim.__file__).parent)
        if not own or record.levelno != logging.WARNING:
            return not own or record.levelno > logging.WARNING
        said = shortened(record.getMessage(), LONGEST_WARNING)
        record.msg, record.args, is_new = said, (), said not in self._warnings
        self._warnings.add(said)
        return is_new


logging.getLogger("manim").addFilter(_ForUsers())


@contextmanager
def asked(job: Job | None = None) -> Iterator[None]:
    """Manim's configuration as `manim` would have it for a job, as long as the block lasts.

    It starts from what manim ships, whatever the user's own manim.cfg says. As with manim, the
    frame is 8 units high and 8 * 16 / 9 wide whatever the pixels are: cameras make it fit.
    """
    before = config.copy()
    _take(_as_shipped().copy())
    config.update({**_QUIET, "media_dir": str(scratch.folder())})
    if job is not None:
        config.update({name: getattr(job, own) for name, own in SET_IN_JOB.items()})
        if job.fps.is_integer():
            config.frame_rate = int(job.fps)  # as manim's own qualities have it: a scene may count
        config.background_opacity = 0.0 if job.transparent else 1.0
    try:
        yield
    finally:
        _take(before)


def _take(options: ManimConfig) -> None:
    """Set all options of manim's.

    With the renderer, manim gives a hundred classes their bases, which takes long and is only
    needed for another renderer.
    """
    is_same = options.renderer is config.renderer
    with _no_classes() if is_same else nullcontext():
        config.update(options)


@functools.cache
def _as_shipped() -> ManimConfig:
    parser = ConfigParser()
    parser.read(config_file_paths()[0])
    with _no_classes():
        return ManimConfig().digest_parser(parser)


def _no_classes() -> AbstractContextManager[None]:
    """Have manim leave the bases of its classes alone."""
    return patched(ConvertToOpenGL, "_converted_classes", [])


@contextmanager
def noting(settings: dict[str, Any]) -> Iterator[None]:
    """Note in `settings` which options that shape a film are set within the block, and to what.

    Raises:
        UsageError: for a renderer that is not Cairo.
    """
    before = {name: config[name] for name in OF_PICTURE}
    yield
    if config.renderer is not RendererType.CAIRO:
        raise UsageError(
            "The file sets config.renderer to OpenGL; mlanim draws as manim's Cairo renderer does: "
            "leave it out."
        )
    after = {name: config[name] for name in OF_PICTURE}
    settings |= {name: value for name, value in after.items() if value != before[name]}


def as_set(job: Job, own: Mapping[str, Any], path: Path) -> Job:
    """The job with the size, the rate and the transparency that a scene's file sets: they win.

    A figure has the size of its page.

    Raises:
        UsageError: if they cannot be.
    """
    found = {SET_IN_JOB[name]: own[name] for name in own if name in SET_IN_JOB}
    if job.kind == "figure":
        found = {}
    if "background_opacity" in own:
        found["transparent"] = own["background_opacity"] < 1
        if found["transparent"] and job.format not in WITH_ALPHA:
            raise UsageError(
                f"{path.name} sets a transparent background, which {job.format} cannot have; "
                f"give --format {', '.join(WITH_ALPHA[:4])}, or leave it out of the file."
            )
    return replace(job, **found)
