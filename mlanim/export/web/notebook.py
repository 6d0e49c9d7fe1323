"""Videos in a notebook: rendered in a folder that is gone afterwards, shown with all they need."""

from __future__ import annotations

import html
import json
import tempfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mlanim.engine.errors import RenderError, UsageError
from mlanim.engine.events import Event, FramesDone, Planned
from mlanim.engine.files import replacing
from mlanim.engine.jobs import catalog, request, settings
from mlanim.engine.jobs.catalog import SceneEntry
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.kinds import PICTURES
from mlanim.engine.workers.engine import Engine
from mlanim.engine.workers.progress import reporter
from mlanim.engine.workers.resources import Listener

WORKER = "mlanim.export.worker"
USUAL_QUALITY = "m"  # a notebook holds its videos within itself
OPTIONS = (
    "quality", "fps", "resolution", "theme", "format", "transparent", "burn_in", "plays",
)  # fmt: skip
MIME = {
    "mp4": "video/mp4", "webm": "video/webm", "gif": "image/gif", "apng": "image/apng",
    "webp": "image/webp",
}  # fmt: skip
"""Formats that a browser plays, with their media types."""


@dataclass(frozen=True)
class Video:
    """A rendered scene: what a notebook shows, keeps within itself and exports."""

    payload: bytes
    poster: bytes
    captions: bytes | None
    about_json: str

    @cached_property
    def about(self) -> dict[str, Any]:
        """The sidecar: parameters, results, slides with their notes, versions."""
        return dict(json.loads(self.about_json))

    @property
    def format(self) -> str:
        """Such as "mp4"."""
        return str(self.about["format"])

    def save(self, path: str | Path) -> Path:
        """Write the video to a file, whole or not at all.

        Raises:
            UsageError: if the name asks for another format than the video has.
        """
        target = Path(path)
        if target.suffix.lower() != f".{self.format}":
            raise UsageError(
                f"This video is {self.format}; save it as {target.stem}.{self.format}, or render "
                f'it again with format="{target.suffix.lstrip(".") or "mp4"}".'
            )
        with replacing(target) as file:
            file.write(self.payload)
        return target

    def _repr_html_(self) -> str:
        label = html.escape(f"{self.about['title']}: {self.about['description']}")
        width, height = self.about["resolution"]
        source = _data(MIME[self.format], self.payload)
        size = f'width="{width}" height="{height}" style="max-width:100%;height:auto"'
        if self.format in PICTURES:
            return f'<img {size} alt="{label}" src="{source}">'
        track = ""
        if self.captions is not None:
            words = _data("text/vtt", self.captions)
            track = f'<track kind="captions" srclang="en" label="Narration" src="{words}">'
        poster = _data("image/png", self.poster)
        return (
            f'<video {size} controls playsinline preload="metadata" aria-label="{label}" '
            f'poster="{poster}" src="{source}">{track}</video>'
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """HTML for pages; the poster for what cannot play, such as a notebook's PDF."""
        return {
            "text/html": self._repr_html_(),
            "image/png": b64encode(self.poster).decode(),
            "text/plain": repr(self),
        }

    def __repr__(self) -> str:
        size = len(self.payload) / 1e6
        return f"<{self.about['scene']}: {self.about['duration']:.1f} s, {size:.1f} MB>"


def _data(kind: str, payload: bytes) -> str:
    return f"data:{kind};base64,{b64encode(payload).decode()}"


def render(scene: str, *, params: Mapping[str, Any] | None = None, **options: Any) -> Video:
    """Render a scene, given by its name or its file, to a video that a notebook shows.

    Args:
        scene: as on the command line, "dot_product" or "scenes/mine.py".
        params: parameters whose names are also options.
        options: quality, fps, resolution, theme, format, transparent, burn_in and plays as on the
            command line; every other name is a parameter of the scene.

    Raises:
        UsageError: for what cannot be done as asked.
        RenderError: for what was tried and failed, with the scene's own lines.
    """
    return rendered(catalog.select([scene], request.scene_folders())[0], params or {}, options)


def rendered(entry: SceneEntry, params: Mapping[str, Any], options: Mapping[str, Any]) -> Video:
    """Render a scene with `options` of which those that are no option are parameters."""
    asked = {name: value for name, value in options.items() if name in OPTIONS}
    own = {name: value for name, value in options.items() if name not in OPTIONS}
    asked.setdefault("quality", settings.defaults(Path.cwd()).get("quality", USUAL_QUALITY))
    asked.setdefault("format", "mp4")
    if asked["format"] not in MIME:
        raise UsageError(
            f"A notebook cannot show {asked['format']!r}; choose format={', '.join(MIME)}."
        )
    with tempfile.TemporaryDirectory(prefix="mlanim-") as folder:
        wanted = request.Request("video", **asked, output=f"{folder}/", params={**own, **params})
        (job,) = request.jobs(wanted, [entry])
        _run(job)
        return _read(Path(job.output))


def _run(job: Job) -> None:
    with _progress(job) as listener:
        (outcome,) = Engine(1, listener, WORKER).run([job])
    if outcome.code:
        raise (UsageError if outcome.code == 2 else RenderError)(outcome.message)


def _read(video: Path) -> Video:
    captions = video.with_suffix(".vtt")
    return Video(
        video.read_bytes(),
        video.with_suffix(".png").read_bytes(),
        captions.read_bytes() if captions.exists() else None,
        video.with_suffix(".json").read_text(encoding="utf-8"),
    )


@contextmanager
def _progress(job: Job) -> Iterator[Listener]:
    """A bar in the notebook, or on the terminal where there is none."""
    if not _in_notebook():
        with reporter([job], as_json=False, quiet=False) as listener:
            yield listener
        return
    from IPython.display import HTML, display

    handle = display(HTML(""), display_id=True)
    shown: dict[str, int] = {"frames": 0, "percent": -1}

    def listen(job: Job, event: Event) -> None:
        if isinstance(event, Planned):
            shown["frames"] = event.frames
        done = event.done if isinstance(event, FramesDone) else 0
        percent = 100 * done // max(shown["frames"], 1)
        if percent != shown["percent"]:  # not at each frame: a browser draws every one of these
            shown["percent"] = percent
            handle.update(HTML(_bar(job.scene.name, percent if shown["frames"] else None)))

    try:
        yield listen
    finally:
        handle.update(HTML(""))


def _bar(name: str, percent: int | None) -> str:
    value = "" if percent is None else f' value="{percent}"'
    said = "computing" if percent is None else f"{percent} %"
    return f'<label>{html.escape(name)} <progress max="100"{value}></progress> {said}</label>'


def _in_notebook() -> bool:
    """Whether there is a front end that can show HTML and update it."""
    import sys

    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None
