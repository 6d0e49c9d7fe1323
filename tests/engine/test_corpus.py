"""Scenes of every family of manim's, each drawn in every way that there is: manim's very frames.

What manim draws comes from its own command, before any encoding. Ours are taken from the files:
from lossless pictures of a film drawn by one process, and of one drawn in short segments from a
lossless video, whose planes are compared with manim's frames in the same form.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from frames_by_manim import FPS, SIZE

from mlanim.engine.events import Event, Warned
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.encoder import Encoder
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.part import Part
from mlanim.engine.workers.engine import Engine

HERE = Path(__file__).parent
FILES = {path.stem: path for path in sorted((HERE.parent / "corpus").glob("*.py"))}
LOSSLESS = Encoder(options={"crf": "0", "preset": "ultrafast"})
FROM_MIDDLE = (
    "centre_of_camera", "chance_of_the_file", "counter_of_the_file", "defaults", "groups",
    "own_frames", "redrawn_words", "space_centre", "traced_paths", "updaters_by_look",
    "updaters_by_time", "updaters_of_scenes",
)  # fmt: skip
NOT_TWICE = ("patched_modules",)  # it unseeds what is random
each_scene = pytest.mark.parametrize("name", FILES)


def by_manim(folder: Path) -> None:
    """Have manim draw all scenes."""
    command = [sys.executable, str(HERE / "frames_by_manim.py"), str(folder)]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}  # as ours: some hulls depend on it
    subprocess.run([*command, *map(str, FILES.values())], check=True, env=environment)


def whole(folder: Path) -> None:
    """Draw all scenes by one process each, as lossless pictures."""
    _draw(folder, "apng", "mlanim.export.worker")


def in_segments(folder: Path) -> None:
    """Draw all scenes in segments of a few frames; then again, from the segments that were kept.

    As a part that is all of it, a film is planned, and each segment drawn by whoever is free.
    """
    options = {"encoder": LOSSLESS, "part": Part(start=0)}
    _draw(folder, "mp4", "short_worker", **options)
    fresh = {path: path.read_bytes() for path in folder.glob("*.mp4")}
    for path in fresh:
        path.rename(path.with_suffix(".first"))
        path.with_suffix(".json").rename(path.with_suffix(".first.json"))
    for kind in ("files", "sidecars"):
        shutil.rmtree(folder / "cache" / kind, ignore_errors=True)
    _draw(folder, "mp4", "short_worker", **options)


def from_the_middle(folder: Path) -> None:
    """Draw some scenes from their fourth frame on."""
    _draw(folder, "mp4", "short_worker", FROM_MIDDLE, encoder=LOSSLESS, part=Part(start=3 / FPS))


def _draw(
    folder: Path, format: str, worker: str, names: Iterable[str] = FILES, **settings: Any
) -> None:
    jobs = []
    for name in names:
        entry = catalog.select([str(FILES[name])])[0]
        output = str(folder / f"{name}.{format}")
        made = Job(entry, "video", output, format, *SIZE, FPS, "dark", **settings)
        jobs.append(replace(made, force=True))  # what a first run left has lost its sidecar

    def hear(job: Job, event: Event) -> None:
        if isinstance(event, Warned):
            (folder / f"{job.name}.warned").write_text(event.message)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(HERE), prepend=os.pathsep)
        patch.setenv("MLANIM_CACHE_DIR", str(folder / "cache"))
        for outcome in Engine(2, hear, worker).run(jobs):
            (folder / f"{outcome.job.name}.log").write_text(outcome.message)


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any, str], Path]:
    """Where a way of drawing has left its files, made once for all processes of a test run."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "corpus"

    def drawn(draw: Callable[[Path], None]) -> Path:
        folder = shared / draw.__name__
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "done").exists():
                draw(folder)
                (folder / "done").touch()
        return folder

    return drawn


def manims(folder: Path, name: str) -> Any:
    """What manim drew of a scene: `frames`, `rate`, and where sections `begun`."""
    path = folder / f"{name}.npz"
    assert path.exists(), (folder / f"{name}.log").read_text()[-2000:]
    return np.load(path)


def decoded(path: Path, form: str) -> tuple[list[np.ndarray], list[float]]:
    """A video's frames as they are stored, and the times at which they are shown."""
    assert path.exists(), path.with_suffix(".log").read_text()
    with av.open(str(path)) as container:
        pictures = list(container.decode(video=0))
    assert {picture.format.name for picture in pictures} == {form}
    return [picture.to_ndarray() for picture in pictures], [float(p.time) for p in pictures]


def in_planes(pixels: np.ndarray) -> np.ndarray:
    """A frame of manim's as the planes of a video, by FFmpeg."""
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels[..., :3]), "rgb24")
    return frame.reformat(format="yuv420p", dst_colorspace="ITU709").to_ndarray()


def is_manims(path: Path, form: str, theirs: Any, first: int = 0) -> None:
    """Compare a file with what manim drew from a frame on: times, size, pixels within 1."""
    frames, times = decoded(path, form)
    expected = list(theirs["frames"][first:, ..., :3])
    if form == "yuv420p":
        expected = [in_planes(pixels) for pixels in expected]
    assert len(frames) == len(expected)
    assert times == pytest.approx([n / theirs["rate"] for n in range(len(times))], abs=2e-3)
    for number, (ours, their) in enumerate(zip(frames, expected, strict=True)):
        assert ours.shape == their.shape
        apart = np.abs(ours.astype(int) - their)
        assert apart.max() <= 1, f"frame {number}: {(apart > 1).mean():.1%} of it is unlike"


@each_scene
def test_the_film_that_one_process_draws_is_manims(name: str, corpus: Any) -> None:
    is_manims(corpus(whole) / f"{name}.apng", "rgb24", manims(corpus(by_manim), name))


@each_scene
def test_the_film_in_segments_is_manims(name: str, corpus: Any) -> None:
    is_manims(corpus(in_segments) / f"{name}.first", "yuv420p", manims(corpus(by_manim), name))


@pytest.mark.parametrize("name", [name for name in FILES if name not in NOT_TWICE])
def test_a_film_comes_out_the_same_twice(name: str, corpus: Any) -> None:
    warned = corpus(in_segments) / f"{name}.warned"
    assert not warned.exists(), warned.read_text()


@pytest.mark.parametrize("name", FROM_MIDDLE)
def test_a_part_is_as_in_the_whole_film(name: str, corpus: Any) -> None:
    path = corpus(from_the_middle) / f"{name}.mp4"
    is_manims(path, "yuv420p", manims(corpus(by_manim), name), 3)


@each_scene
def test_the_film_from_segments_that_were_kept_is_the_same(name: str, corpus: Any) -> None:
    first, again = (corpus(in_segments) / f"{name}.{end}" for end in ("first", "mp4"))
    assert first.read_bytes() == again.read_bytes()
