"""A user's encoder and options shape the video and its name; what is wrong with them is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.frame import PictureType

from mlanim.engine.cache.keys import job_key
from mlanim.engine.encoding.video import FrameEncoder
from mlanim.engine.errors import RenderError, UsageError
from mlanim.engine.jobs import again, catalog
from mlanim.engine.jobs.encoder import HARDWARE, OWN, Encoder, codec_of, parse_option
from mlanim.engine.jobs.job import Job
from mlanim.engine.lines import as_line, from_line

SIZE = (96, 64)


def film(path: Path, chosen: Encoder = OWN, format: str = "mp4") -> bytes:
    rng = np.random.default_rng(0)
    encoder = FrameEncoder(path, format, SIZE, 10, False, chosen=chosen)
    for _ in range(6):
        encoder.write(rng.integers(0, 256, (64, 96, 4)).astype(np.uint8))
    encoder.finish()
    return path.read_bytes()


def test_options_reach_the_encoder(tmp_path: Path) -> None:
    own = film(tmp_path / "own.mp4")
    coarse = film(tmp_path / "coarse.mp4", Encoder("", {"crf": "45", "bf": "0"}))
    assert len(coarse) < len(own) / 2
    with av.open(str(tmp_path / "coarse.mp4")) as container:
        types = {int(frame.pict_type) for frame in container.decode(video=0)}
    assert int(PictureType.B) not in types
    assert film(tmp_path / "a.webm", Encoder("", {"crf": "60"}), "webm") != film(
        tmp_path / "b.webm", format="webm"
    )


@pytest.mark.parametrize("instructions", ["none", "SSE2", "AVX2"])
def test_any_processor_writes_the_same(tmp_path: Path, instructions: str) -> None:
    here, there = (
        film(tmp_path / "a.mp4", Encoder("", {"x264-params": params}))
        for params in ("ref=1", f"ref=1:asm={instructions}")
    )
    assert here == there


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"crff": "20"}, "libx264 has no option crff; `ffmpeg -h encoder=libx264` lists"),
        ({"crf": "much"}, "libx264 does not take crf=much; `ffmpeg -h encoder=libx264` lists"),
        ({"preset": "quickly", "crf": "20"}, "does not take preset=quickly, crf=20"),
        ({"crf": "-500"}, "does not take crf=-500"),
    ],
    ids=str,
)
def test_wrong_options_are_named_and_leave_no_file(
    tmp_path: Path, options: dict[str, str], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        film(tmp_path / "x.mp4", Encoder("", options))
    assert list(tmp_path.iterdir()) == []


def test_hardware_that_is_not_here_is_said(tmp_path: Path) -> None:
    absent = [name for name in HARDWARE if not _opens(name)]
    for name in absent:
        with pytest.raises(RenderError, match=f"{name} needs its hardware and driver, which"):
            film(tmp_path / "x.mp4", Encoder(name))
    assert list(tmp_path.iterdir()) == []
    assert "h264_videotoolbox" in absent or "h264_vaapi" in absent  # no machine has both


def _opens(name: str) -> bool:
    try:
        context: Any = av.CodecContext.create(name, "w")
        context.width, context.height, context.pix_fmt = *SIZE, HARDWARE[name][0]
        context.framerate = 10
        context.options = HARDWARE[name][1]
        context.open()
    except Exception:
        return False
    return True


@pytest.mark.parametrize(
    ("format", "encoder", "words"),
    [
        ("gif", Encoder("", {"crf": "1"}), "--encoder-option is for mp4, mov, webm; a gif has no"),
        ("webp", Encoder("libx264"), "cannot make this webp; leave it out"),
        ("webm", Encoder("h264_nvenc"), "cannot make this webm; choose libvpx-vp9"),
        ("mp4", Encoder("h265"), "--encoder h265 cannot make this mp4; choose libx264, h264_nvenc"),
    ],
    ids=str,
)
def test_refuses_what_a_format_cannot_be_made_with(
    demo_job: Job, format: str, encoder: Encoder, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        replace(demo_job, format=format, encoder=encoder)


def test_the_encoder_is_part_of_the_job(demo_job: Job) -> None:
    jobs = [
        replace(demo_job, encoder=encoder)
        for encoder in (OWN, Encoder("h264_nvenc"), Encoder("", {"crf": "9"}))
    ]
    assert len({job_key(job) for job in jobs}) == 3
    for job in jobs:
        assert from_line(Job, as_line(job)) == job


def test_options_come_on_top_of_what_is_set() -> None:
    own = codec_of("mp4", False)
    mixed = codec_of("mp4", False, Encoder("libx264", {"crf": "9", "g": "30"}))
    assert mixed[:3] == own[:3]
    assert mixed[3] == {**own[3], "crf": "9", "g": "30"}
    assert codec_of("mov", False, Encoder("h264_qsv"))[1:3] == ("h264_qsv", "nv12")


def test_options_are_key_and_value() -> None:
    assert parse_option(" x264-params = aq-mode=3:ref=2 ") == ("x264-params", "aq-mode=3:ref=2")
    for text in ("crf", "=20", "crf=", "", "="):
        with pytest.raises(UsageError, match="takes key=value, not"):
            parse_option(text)


def test_from_a_sidecar_with_the_same_encoder(demo: Path, tmp_path: Path) -> None:
    sidecar = {
        "scene": "demo", "kind": "video", "file": "x.mp4", "params": {}, "format": "mp4",
        "resolution": [64, 36], "fps": 2.0, "theme": "dark", "transparent": False,
        "encoder": {"name": "", "options": {"crf": "40"}},
    }  # fmt: skip
    (tmp_path / "x.json").write_text(json.dumps(sidecar))
    entry = catalog.select([str(demo)])
    job = again.again(tmp_path / "x.json", entry, None)
    assert job.encoder == Encoder("", {"crf": "40"})
    (tmp_path / "x.json").write_text(json.dumps(sidecar | {"encoder": {"options": {"crf": 4}}}))
    with pytest.raises(UsageError, match=r"x\.json: encoder is \{.*; this version"):
        again.again(tmp_path / "x.json", entry, None)


def test_the_command_line_hands_options_on(
    mlanim: Callable[..., Any], demo: Path, tmp_path: Path
) -> None:
    refused = mlanim("render", demo, "--encoder-option", "crff=40", "--resolution", "64x36")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.splitlines()[-1].startswith("Error: libx264 has no option crff")
    refused = mlanim("render", "--from", tmp_path / "x.json", "--encoder-option", "crf=40")
    assert "leave --encoder-option out" in refused.err
