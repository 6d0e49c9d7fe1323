"""Videos in a notebook: rendered in a folder that is gone afterwards, shown with all they need."""

from __future__ import annotations

import html
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mlanim.engine import temporary
from mlanim.engine.cache.ownership import save
from mlanim.engine.errors import UsageError
from mlanim.engine.events import Event, FramesDone, Planned
from mlanim.engine.jobs import request, settings
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.kinds import PICTURES
from mlanim.engine.jobs.options import VideoOptions, options
from mlanim.engine.jobs.outputs import written
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.engine.workers.progress import reporter
from mlanim.engine.workers.resources import Listener
from mlanim.export.making import RunOptions, computed, make_one
from mlanim.export.voice.voicing import voiced

USUAL_QUALITY = "m"  # a notebook holds its videos within itself
MIME = {
    "mp4": "video/mp4", "webm": "video/webm", "gif": "image/gif", "apng": "image/apng",
    "webp": "image/webp",
}  # fmt: skip
"""Formats that a browser plays, with their media types."""


@dataclass(frozen=True)
class Video:
    """A rendered scene: what a notebook shows, keeps within itself and exports.

    `path` is its file, if it was asked to have one. Beside that lie its poster (.png), its captions
    (.srt and .vtt) and its description (.json).
    """

    payload: bytes
    poster: bytes
    captions: bytes | None
    about_json: str
    path: Path | None = None
    scene: SceneEntry | None = None

    @cached_property
    def about(self) -> dict[str, Any]:
        """The sidecar: parameters, results, slides with their notes, versions."""
        return dict(json.loads(self.about_json))

    @cached_property
    def data(self) -> Any:
        """What the scene computed, as it sees it: arrays and plain values by name."""
        if self.scene is None:
            return None
        return computed(self.scene, self.about["params"])

    @property
    def paths(self) -> tuple[Path, ...]:
        """All of its files, itself the first; none if it is kept here alone."""
        return written(self.path) if self.path is not None else ()

    @property
    def format(self) -> str:
        """Such as "mp4"."""
        return str(self.about["format"])

    def save(self, path: str | Path, force: bool = False) -> Path:
        """Write the video to a file, whole or not at all.

        Raises:
            UsageError: if the name asks for another format than the video has; or, without `force`,
                if a file is there that mlanim did not make.
        """
        target = Path(path)
        if target.suffix.lower() != f".{self.format}":
            raise UsageError(
                f"This video is {self.format}; save it as {target.stem}.{self.format}, or render "
                f'it again with format="{target.suffix.lstrip(".") or "mp4"}".'
            )
        save(target, self.payload, force)
        return target

    def _repr_html_(self) -> str:
        label = html.escape(f"{self.about['title']}: {self.about['description']}")
        width, height = self.about["resolution"]
        if self.format not in MIME:
            return f"<p>{label} ({html.escape(str(self.path))})</p>"
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

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """HTML for pages; the poster, and what it shows in words, for what cannot play."""
        shown = {
            "text/html": self._repr_html_(),
            "image/png": b64encode(self.poster).decode(),
            "text/plain": repr(self),
        }
        words = f"{self.about['title']}: {self.about['description']}"
        return shown, {"image/png": {"alt": words}}

    def __repr__(self) -> str:
        size = len(self.payload) / 1e6
        return f"<{self.about['scene']}: {self.about['duration']:.1f} s, {size:.1f} MB>"


def _data(kind: str, payload: bytes) -> str:
    return f"data:{kind};base64,{b64encode(payload).decode()}"


def rendered(entry: SceneEntry, given: Mapping[str, Any]) -> Video:
    """A scene as a video: in a file if `output` is given, else in memory alone."""
    usual = {"quality": settings.defaults(Path.cwd()).get("quality", USUAL_QUALITY)}
    asked = {name: value for name, value in given.items() if value is not None}
    with temporary.folder() as folder:
        if "output" not in asked:
            usual |= {"output": f"{folder}/", "format": "mp4"}
            _refuse_unseen(asked)
        job = request.job(options(VideoOptions, **{**usual, **asked}), entry)
        spoken = voiced([job], asked.get("voice"), asked.get("tts"), RunOptions(quiet=True))
        with spoken as (job,), _progress(job) as listener:
            make_one(job, RunOptions(), listener)
        return _read(Path(job.output), entry, "output" in asked)


def _refuse_unseen(asked: Mapping[str, Any]) -> None:
    if asked.get("format", "mp4") not in MIME:
        raise UsageError(
            f"A notebook cannot show {asked['format']!r}; choose format={', '.join(MIME)}, "
            "or give output."
        )


def _read(video: Path, entry: SceneEntry, kept: bool) -> Video:
    captions = video.with_suffix(".vtt")
    return Video(
        video.read_bytes(),
        video.with_suffix(".png").read_bytes(),
        captions.read_bytes() if captions.exists() else None,
        video.with_suffix(".json").read_text(encoding="utf-8"),
        video if kept else None,
        entry,
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
