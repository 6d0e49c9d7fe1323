"""Joined and cut videos have the frames, times and sound of the whole, and nothing was encoded."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from mlanim.engine.encoding.packets import cut, frame_count, join
from mlanim.engine.encoding.sound import Sound
from mlanim.engine.encoding.video import FrameEncoder
from mlanim.engine.errors import RenderError
from mlanim.engine.jobs.encoder import codec_of

KINDS = [("mp4", False), ("mov", False), ("webm", False), ("mov", True), ("webm", True)]
FPS = 60
SIZE = (64, 48)


def picture(number: int) -> np.ndarray:
    """A frame that tells its number: a bar that moves, on a ground that changes."""
    pixels = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
    pixels[..., 1] = 2 * number
    pixels[..., 3] = 255
    pixels[:, number % 60 : number % 60 + 4, :3] = 200
    return pixels


def encoded(
    path: Path, first: int, end: int, kind: tuple[str, bool] = KINDS[0], keyframes: Any = ()
) -> Path:
    encoder = FrameEncoder(path, kind[0], SIZE, FPS, kind[1], keyframes=keyframes)
    for number in range(first, end):
        encoder.write(picture(number))
    encoder.finish()
    return path


def packets(path: Path) -> list[tuple[Any, ...]]:
    """What lies in a file: times, whether it is a keyframe, and the bytes."""
    with av.open(str(path)) as source:
        stream = source.streams.video[0]
        scale = stream.time_base
        return [
            (float(p.pts * scale), float(p.dts * scale), p.is_keyframe, bytes(p))
            for p in source.demux(stream)
            if p.pts is not None and p.dts is not None
        ]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind[0]}-{kind[1]}")
def test_joined_pieces_are_what_one_encoder_would_have_timed(
    tmp_path: Path, kind: tuple[str, bool], decoded: Callable[..., Any]
) -> None:
    ends = [0, 37, 40, 41, 70]
    pieces = [
        encoded(tmp_path / f"{n}.{kind[0]}", a, b, kind) for n, (a, b) in enumerate(pairwise(ends))
    ]
    whole = encoded(tmp_path / f"whole.{kind[0]}", 0, 70, kind)
    joined = tmp_path / f"joined.{kind[0]}"
    join(pieces, joined, codec_of(*kind)[0])
    film, expected = decoded(joined, alpha=kind[1]), decoded(whole, alpha=kind[1])
    parts = [frame for piece in pieces for frame in decoded(piece, alpha=kind[1]).frames]
    assert len(film.frames) == frame_count(joined) == 70
    assert all(np.array_equal(a, b) for a, b in zip(film.frames, parts, strict=True))
    assert film.times == expected.times
    assert (film.rate, film.size, film.codec, film.tags) == (
        expected.rate, expected.size, expected.codec, expected.tags
    )  # fmt: skip
    assert [p[3] for p in packets(joined)] == [p[3] for piece in pieces for p in packets(piece)]
    with av.open(str(joined)) as ours, av.open(str(whole)) as theirs:
        assert ours.duration == theirs.duration
        assert ours.streams.video[0].frames == theirs.streams.video[0].frames


def test_joining_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    pieces = [encoded(tmp_path / "a.mp4", 0, 5), encoded(tmp_path / "b.mp4", 5, 9)]
    for name in ("one.mp4", "two.mp4"):
        join(pieces, tmp_path / name, "mp4")
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_unlike_pieces_are_refused(tmp_path: Path) -> None:
    small = FrameEncoder(tmp_path / "b.mp4", "mp4", (32, 32), FPS, False)
    small.write(np.zeros((32, 32, 4), np.uint8))
    small.finish()
    with pytest.raises(RenderError, match=r"b\.mp4 is encoded unlike"):
        join([encoded(tmp_path / "a.mp4", 0, 5), tmp_path / "b.mp4"], tmp_path / "c.mp4", "mp4")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind[0]}-{kind[1]}")
def test_cuts_at_keyframes(
    tmp_path: Path, kind: tuple[str, bool], decoded: Callable[..., Any]
) -> None:
    suffix = kind[0]
    whole = encoded(tmp_path / f"whole.{suffix}", 0, 70, kind, keyframes={23, 50, 51})
    expected = decoded(whole, alpha=kind[1])
    bounds = [0, 23, 50, 51, 70]
    for first, end in pairwise(bounds):
        piece = tmp_path / f"{first}.{suffix}"
        cut(whole, first, end, piece)
        film = decoded(piece, alpha=kind[1])
        assert len(film.frames) == end - first
        for a, b in zip(film.frames, expected.frames[first:end], strict=True):
            assert np.array_equal(a, b)
        assert film.times == expected.times[: end - first]
        assert film.rate == FPS
    again = tmp_path / f"again.{suffix}"
    join([tmp_path / f"{first}.{suffix}" for first in bounds[:-1]], again, codec_of(*kind)[0])
    assert packets(again) == packets(whole)


def test_does_not_cut_where_a_picture_needs_those_before_it(tmp_path: Path) -> None:
    whole = encoded(tmp_path / "whole.mp4", 0, 30)
    with pytest.raises(ValueError, match=r"Frame 11 is no keyframe; there are \[0, 30\]"):
        cut(whole, 11, 30, tmp_path / "a.mp4")
    assert not (tmp_path / "a.mp4").exists()


def tone(seconds: float, rate: int = 44_100) -> Sound:
    """Silence for a second, then 440 Hz."""
    time = np.arange(int(seconds * rate)) / rate
    wave = np.where(time >= 1, 8000 * np.sin(2 * np.pi * 440 * time), 0).astype(np.int16)
    return Sound(np.stack([wave, wave], axis=1), rate)


def heard(path: Path) -> tuple[np.ndarray, int]:
    with av.open(str(path)) as source:
        pieces = [frame.to_ndarray() for frame in source.decode(audio=0)]
        rate = source.streams.audio[0].rate
    samples = np.concatenate(pieces, axis=1)[0].astype(float)
    return samples / np.abs(samples).max(), rate


@pytest.mark.parametrize("container", ["mp4", "mov", "webm"])
def test_a_sound_runs_through(tmp_path: Path, container: str) -> None:
    kind = (container, False)
    pieces = [
        encoded(tmp_path / f"a.{container}", 0, 60, kind, keyframes={30}),
        encoded(tmp_path / f"b.{container}", 60, 120, kind),
    ]
    joined = tmp_path / f"joined.{container}"
    join(pieces, joined, container, tone(2.0))
    assert frame_count(joined) == 120
    wave, rate = heard(joined)
    assert len(wave) / rate == pytest.approx(2, abs=0.1)
    onset = np.argmax(np.abs(wave) > 0.3) / rate
    assert onset == pytest.approx(1, abs=0.05)
    spectrum = np.abs(np.fft.rfft(wave[int(1.2 * rate) : int(1.8 * rate)]))
    assert np.argmax(spectrum) / 0.6 == pytest.approx(440, abs=3)
    half = tmp_path / f"half.{container}"
    cut(joined, 60, 120, half)
    wave, rate = heard(half)
    assert np.argmax(np.abs(wave) > 0.3) / rate < 0.06
    assert len(wave) / rate == pytest.approx(1, abs=0.1)
