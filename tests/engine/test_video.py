"""Frames in, a video out: count, times, size, colours and alpha as an independent decoder sees."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mlanim.engine.encoding import video
from mlanim.engine.encoding.video import FrameEncoder
from mlanim.engine.errors import OutputError, RenderError
from mlanim.engine.jobs import encoder as encoders
from mlanim.engine.jobs.kinds import VIDEO_FORMATS
from mlanim.stage import theme

Decoder = Callable[..., Any]
SIZE = (96, 64)
FORMATS = [("mp4", "h264"), ("mov", "h264"), ("webm", "vp9"), ("gif", "gif")]


def plain(color: Any, alpha: float = 1.0) -> np.ndarray:
    """A frame of one colour in 0..1, premultiplied as Cairo's are, (rows, columns, 4)."""
    channels = np.append(np.asarray(color) * alpha, alpha)
    return np.tile(np.rint(channels * 255).astype(np.uint8), (SIZE[1], SIZE[0], 1))


def moving(count: int) -> list[np.ndarray]:
    """A white bar on black that steps four columns to the right with each frame."""
    frames = []
    for i in range(count):
        frame = plain((0, 0, 0))
        frame[:, 4 * i : 4 * i + 4, :3] = 255
        frames.append(frame)
    return frames


def encoded(
    path: Path, format: str, frames: list[np.ndarray], fps: float = 10, clear: bool = False
) -> Path:
    encoder = FrameEncoder(path.with_suffix(f".{format}"), format, SIZE, fps, clear)
    for frame in frames:
        encoder.write(frame)
    encoder.finish()
    assert encoder.frames == len(frames)
    return encoder.path


@pytest.mark.parametrize("fps", [1, 10, 15, 23.976, 29.97, 50])
@pytest.mark.parametrize(("format", "codec"), FORMATS)
def test_as_many_frames_at_the_times_asked(
    tmp_path: Path, decoded: Decoder, format: str, codec: str, fps: float
) -> None:
    film = decoded(encoded(tmp_path / "x", format, moving(12), fps))
    assert (film.codec, film.size, len(film.frames)) == (codec, SIZE, 12)
    # A GIF counts hundredths of a second, a WebM thousandths.
    step = {"gif": 0.01, "webm": 0.001}.get(format, 1e-4)
    np.testing.assert_allclose(film.times, np.arange(12) / fps, atol=step)
    if format != "gif":  # which has no such field
        assert float(film.rate) == pytest.approx(fps, rel=1e-3)


@pytest.mark.parametrize(("format", "codec"), FORMATS)
def test_the_frames_come_in_order_and_each_is_itself(
    tmp_path: Path, decoded: Decoder, format: str, codec: str
) -> None:
    film = decoded(encoded(tmp_path / "x", format, moving(20)))
    columns = [int(frame[32, :, 1].astype(int).argmax()) for frame in film.frames]
    np.testing.assert_allclose(columns, 4 * np.arange(20) + 1.5, atol=2)


@pytest.mark.parametrize(("format", "codec"), FORMATS)
def test_a_frame_that_stands_is_repeated(
    tmp_path: Path, decoded: Decoder, format: str, codec: str
) -> None:
    encoder = FrameEncoder(tmp_path / f"x.{format}", format, SIZE, 10, False)
    first, second = moving(2)
    encoder.write(first, 3)
    encoder.write(second, 1)
    encoder.write(first, 2)
    encoder.finish()
    film = decoded(encoder.path)
    assert [int(f[32, 1, 0]) > 128 for f in film.frames] == [True] * 3 + [False] + [True] * 2


@pytest.mark.parametrize("fps", [15, 30, 50])
def test_a_gif_lasts_as_long_as_it_should(tmp_path: Path, fps: float) -> None:
    with Image.open(encoded(tmp_path / "x", "gif", moving(20), fps)) as gif:
        spans = []
        for index in range(gif.n_frames):
            gif.seek(index)
            spans.append(gif.info["duration"])
    assert len(spans) == 20
    assert min(spans) >= 20  # browsers show what is shorter for a tenth of a second
    assert sum(spans) == pytest.approx(20 / fps * 1000, abs=15)


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize(("format", "codec"), FORMATS)
def test_the_themes_colours_arrive(
    tmp_path: Path, decoded: Decoder, format: str, codec: str, name: str
) -> None:
    colors = [theme.hex_to_rgb(value) for value in theme.use(name).roles.values()]
    film = decoded(encoded(tmp_path / "x", format, [plain(color) for color in colors]))
    for frame, color in zip(film.frames, colors, strict=True):
        np.testing.assert_allclose(frame[20:40, 20:70].mean((0, 1)), color * 255, atol=3)


@pytest.mark.parametrize(
    ("format", "clear"),
    [("mp4", False), ("mov", False), ("webm", False), ("mov", True), ("webm", True)],
)
def test_says_which_colours_its_numbers_mean(
    tmp_path: Path, decoded: Decoder, format: str, clear: bool
) -> None:
    film = decoded(encoded(tmp_path / "x", format, moving(3), clear=clear))
    primaries, transfer, matrix, range_ = film.tags
    assert (primaries, transfer, matrix) == (1, 1, 1)  # BT.709
    assert range_ == 1  # 16 to 235


@pytest.mark.parametrize(("format", "codec"), [("mov", "prores"), ("webm", "vp9")])
def test_transparency_has_right_and_straight_colours(
    tmp_path: Path, decoded: Decoder, format: str, codec: str
) -> None:
    color = theme.hex_to_rgb(theme.DARK.roles["weight"])
    alphas = [0.0, 0.25, 0.5, 1.0]
    frames = [plain(color, alpha) for alpha in alphas]
    film = decoded(encoded(tmp_path / "x", format, frames, clear=True), alpha=True)
    assert (film.codec, len(film.frames)) == (codec, 4)
    for frame, alpha in zip(film.frames, alphas, strict=True):
        seen = frame[20:40, 20:70].reshape(-1, 4).mean(axis=0)
        assert seen[3] == pytest.approx(alpha * 255, abs=3)
        if alpha:  # what is wholly clear has no colour
            np.testing.assert_allclose(seen[:3], color * 255, atol=6)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_a_gif_keeps_the_colours_of_its_last_frame(
    tmp_path: Path, decoded: Decoder, name: str
) -> None:
    white, background = np.ones(3), theme.hex_to_rgb(theme.THEMES[name].roles["background"])
    film = decoded(encoded(tmp_path / "x", "gif", [plain(background), plain(white)]))
    assert np.all(film.frames[-1] == 255)


def test_half_covered_pixels_keep_their_colour() -> None:
    frame = plain((1.0, 0.5, 0.25), 0.5)
    frame[0, 0] = 0
    straight = video.straight(frame)
    np.testing.assert_allclose(straight[1:, :, :3] - [255.0, 127, 64], 0, atol=2)
    assert np.all(straight[1:, :, 3] == 128)
    assert np.all(straight[0, 0] == 0)


def within_blocks() -> list[np.ndarray]:
    """Pictures whose edges lie within an encoder's blocks, and of which no two are alike."""
    ramp = np.arange(90 * 854 * 4, dtype=np.uint32).reshape(90, 854, 4)
    frames = [(ramp // (97 + number) % 256).astype(np.uint8) for number in range(10)]
    for number, frame in enumerate(frames):
        frame[..., 3] = 255
        frame[:, number::2] //= 2
    return frames


@pytest.mark.parametrize(
    ("format", "clear"),
    [(format, False) for format in VIDEO_FORMATS] + [("mov", True), ("apng", True), ("webp", True)],
)
def test_the_same_frames_give_the_same_bytes(tmp_path: Path, format: str, clear: bool) -> None:
    frames, found = within_blocks(), set()
    for _ in range(6):
        encoder = FrameEncoder(tmp_path / f"x.{format}", format, (854, 90), 10, clear)
        for frame in frames:
            encoder.write(frame)
        encoder.finish()
        found.add(encoder.path.read_bytes())
    assert len(found) == 1


@pytest.mark.parametrize("format", ["mp4", "gif", "webm"])
def test_leaves_nothing_when_given_up(tmp_path: Path, format: str) -> None:
    encoder = FrameEncoder(tmp_path / f"x.{format}", format, SIZE, 10, False)
    for frame in moving(5):
        encoder.write(frame)
    encoder.abort()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", ["mp4", "gif"])
def test_leaves_only_the_video(tmp_path: Path, format: str) -> None:
    encoded(tmp_path / "x", format, moving(5))
    assert [path.name for path in tmp_path.iterdir()] == [f"x.{format}"]


def test_a_missing_encoder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(encoders._OPAQUE, "mp4", ("mp4", "libnone", "yuv420p", {}))
    with pytest.raises(RenderError, match="no encoder libnone here; `mlanim check` says"):
        FrameEncoder(tmp_path / "x.mp4", "mp4", SIZE, 10, False)


def test_a_folder_that_is_not_there_is_a_fault_of_the_output(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file"):
        encoded(tmp_path / "none" / "x", "mp4", moving(2))


FILL = """
import resource, signal, sys, numpy as np
from pathlib import Path
from mlanim.engine.errors import OutputError
from mlanim.engine.encoding.video import FrameEncoder

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path, format, clear = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "True"
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

def fill(limit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    rng = np.random.default_rng(0)
    encoder = FrameEncoder(path, format, (96, 64), 10, clear)
    try:
        for _ in range(12):
            encoder.write(rng.integers(0, 256, (64, 96, 4)).astype(np.uint8))
        encoder.finish()
    except OutputError:
        encoder.abort()
        return "refused"
    return "whole"

print(fill(10**9))
size = path.stat().st_size
path.unlink()
for limit in (1000, size // 2, size - 1):
    print(fill(limit), len(list(path.parent.iterdir())))
"""


@pytest.mark.parametrize(
    ("format", "clear"),
    [
        ("mp4", False),
        ("webm", False),
        ("mov", True),
        ("gif", False),
        ("apng", True),
        ("webp", True),
    ],
)
def test_no_video_is_cut_short_in_silence(tmp_path: Path, format: str, clear: bool) -> None:
    """Whatever the size at which the disk is full: an error, and nothing left."""
    words = [sys.executable, "-c", FILL, tmp_path / f"x.{format}", format, clear]
    ran = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    assert ran.stdout.splitlines() == ["whole", *["refused 0"] * 3], ran.stderr
