"""Frames that are written instead of encoded: as x264 writes them, and as a decoder shows them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.logging
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext
from av.video.frame import PictureType

from mlanim.engine.encoding import stills
from mlanim.engine.encoding.stills import Repeater, all_skipped, escaped
from mlanim.engine.encoding.video import FrameEncoder
from mlanim.engine.jobs.encoder import Encoder

SIZE = (320, 180)
HOLDS = (150, 60, 100, 400)  # frame numbers of 4 bits and orders of 7 begin anew in the longest


@pytest.mark.parametrize("size", [(320, 192), (854, 480), (1920, 1080), (3840, 2160)])
def test_x264_writes_the_same_for_a_frame_that_stands(size: tuple[int, int]) -> None:
    context: Any = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = *size, "yuv420p"
    context.time_base, context.thread_count = Fraction(1, 60), 1
    context.options = {"preset": "superfast", "qp": str(stills._QP), "bf": "1", "b_strategy": "0"}
    grey = av.VideoFrame.from_ndarray(np.full((size[1] * 3 // 2, size[0]), 90, np.uint8), "yuv420p")
    packets = []
    for number in range(6):
        grey.pts, grey.pict_type = number, PictureType.P if number else PictureType.I
        packets += context.encode(grey)
    *_, last = [*packets, *context.encode(None)]
    macroblocks = -(-size[0] // 16) * -(-size[1] // 16)
    # The last byte holds what is left of the arithmetic, of which a decoder needs only a part.
    assert bytes(last)[:-1].endswith(escaped(all_skipped(macroblocks))[:-1])


def film(
    path: Path,
    keyframes: tuple[int, ...] = (),
    chosen: Encoder | None = None,
) -> tuple[FrameEncoder, list[np.ndarray]]:
    """A bar that goes on and stands, and goes on; its frames as they are shown."""
    encoder = FrameEncoder(
        path, "mp4", SIZE, 60, False, keyframes=keyframes, chosen=chosen or Encoder()
    )
    shown: list[np.ndarray] = []
    pixels = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
    pixels[..., 3] = 255
    for number, hold in enumerate(HOLDS):
        for step in range(20):
            pixels[10:40, 8 * step + 20 * number :][:, :24, :3] = 60 * number + 3 * step
            encoder.write(pixels)
            shown.append(pixels.copy())
        for piece in (70, 30) if hold == 100 else (hold,):  # said in two pieces that it stands
            encoder.write(pixels, piece)
        shown += [shown[-1]] * hold
    encoder.finish()
    return encoder, shown


def repeated(path: Path) -> int:
    """How many frames of a film were written without being encoded, by their bytes."""
    skipped = escaped(all_skipped(-(-SIZE[0] // 16) * -(-SIZE[1] // 16)))
    with av.open(str(path)) as source:
        return sum(bytes(packet).endswith(skipped) for packet in source.demux(video=0))


def luma(path: Path) -> Iterator[tuple[int, np.ndarray]]:
    """Place and brightness of each frame, by a decoder that stops at whatever is wrong."""
    with av.open(str(path)) as source:
        stream: Any = source.streams.video[0]
        stream.codec_context.options = {"err_detect": "explode"}
        for frame in source.decode(stream):
            assert frame.pts is not None
            yield round(frame.pts * stream.time_base * 60), frame.to_ndarray()[: SIZE[1]]


def test_a_picture_stands_without_being_encoded_and_goes_on(tmp_path: Path) -> None:
    encoder, shown = film(tmp_path / "a.mp4")
    assert encoder.frames == len(shown)
    assert repeated(tmp_path / "a.mp4") == 127 + 377
    film(tmp_path / "b.mp4", chosen=Encoder(options={"crf": "21.2"}))  # the usual, but asked for
    assert repeated(tmp_path / "b.mp4") == 0
    frames = list(luma(tmp_path / "a.mp4"))
    assert [place for place, _ in frames] == list(range(len(shown)))
    end = 0
    for hold in HOLDS:
        end += 20 + hold
        stands = [picture for _, picture in frames[end - hold + stills.STANDING : end]]
        assert hold <= 100 or all(np.array_equal(picture, stands[0]) for picture in stands)
    losses = [
        [
            np.abs(picture - (16 + pixels[..., 0] * (219 / 255))).mean()
            for (_, picture), pixels in zip(luma(path), shown, strict=True)
        ]
        for path in (tmp_path / "a.mp4", tmp_path / "b.mp4")
    ]
    assert np.mean(losses[0]) <= 1.1 * np.mean(losses[1])
    assert max(losses[0]) <= 1.2 * max(losses[1])


def packets(path: Path) -> list[tuple[int, int, bool]]:
    """When each packet is shown and decoded, in frames, and whether it is a key frame."""
    with av.open(str(path)) as source:
        stream = source.streams.video[0]
        scale = stream.time_base * 60  # type: ignore[operator]
        return [
            (round(packet.pts * scale), round(packet.dts * scale), packet.is_keyframe)
            for packet in source.demux(stream)
            if packet.pts is not None and packet.dts is not None
        ]


def test_packets_come_in_order_and_key_frames_where_they_were_asked_for(tmp_path: Path) -> None:
    asked = (250, 270, 370)  # after a short hold, amid a play, and after one that came in pieces
    film(tmp_path / "a.mp4", asked)
    assert repeated(tmp_path / "a.mp4") == 127 + 37 + 28 + 377
    found = packets(tmp_path / "a.mp4")
    decoded = [dts for _, dts, _ in found]
    assert decoded == list(range(decoded[0], decoded[0] + sum(HOLDS) + 80))
    assert all(shown >= dts for shown, dts, _ in found)
    keys = {shown for shown, _, key in found if key}
    assert {0, 170, *asked} <= keys  # and 170 after a long one


def test_headers_say_in_which_order_frames_are_shown(tmp_path: Path) -> None:
    """Players of MP4 go by the packets' times; those of other streams go by this."""
    film(tmp_path / "a.mp4")
    av.logging.set_level(av.logging.INFO)
    try:
        with av.open(str(tmp_path / "a.mp4")) as source, av.logging.Capture() as said:
            parser = BitStreamFilterContext("trace_headers", source.streams.video[0])
            for packet in source.demux(source.streams.video[0]):
                parser.filter(packet)
    finally:
        av.logging.set_level(None)
    lines = (line.split() for _, _, line in said)
    orders = [int(line[-1]) for line in lines if "pic_order_cnt_lsb" in line]
    key, expected = 0, []
    for shown, _, is_key in packets(tmp_path / "a.mp4"):
        key = shown if is_key else key
        expected.append(2 * (shown - key) % 128)
    assert orders == expected


def test_what_stands_for_a_short_time_is_encoded(tmp_path: Path) -> None:
    encoder = FrameEncoder(tmp_path / "a.mp4", "mp4", SIZE, 60, False)
    encoder.write(np.zeros((SIZE[1], SIZE[0], 4), np.uint8), stills.LONG)
    encoder.finish()
    assert repeated(tmp_path / "a.mp4") == 0


@pytest.mark.parametrize("options", [{"crf": "20"}, {"x264-params": "cabac=0"}])
def test_an_encoder_that_the_user_sets_encodes_all(tmp_path: Path, options: dict[str, str]) -> None:
    _, shown = film(tmp_path / "a.mp4", chosen=Encoder(options=options))
    assert repeated(tmp_path / "a.mp4") == 0
    assert len(list(luma(tmp_path / "a.mp4"))) == len(shown)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"x264-params": "cabac=0"}, "no arithmetic coding"),
        ({"bf": "0"}, "told in another way"),
        ({"x264-params": "interlaced=1"}, "interlaced"),
    ],
)
def test_a_stream_of_another_kind_is_refused(options: dict[str, str], reason: str) -> None:
    context: Any = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = *SIZE, "yuv420p"
    context.time_base = Fraction(1, 60)
    context.options = options
    context.flags |= av.codec.context.Flags.global_header
    context.open()
    with pytest.raises(ValueError, match=reason):
        Repeater(bytes(context.extradata))


def test_a_frame_to_which_nothing_refers_is_not_shown_again() -> None:
    context: Any = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = *SIZE, "yuv420p"
    context.time_base = Fraction(1, 60)
    context.options = {"bf": "3", "b_strategy": "0", "b-pyramid": "none"}
    context.flags |= av.codec.context.Flags.global_header
    context.open()
    repeater = Repeater(bytes(context.extradata))
    black = av.VideoFrame(*SIZE, "yuv420p")
    found = []
    for number in range(60):
        black.pts = number
        found += context.encode(black)
    between = next(packet for packet in found if packet.pts == 2)
    with pytest.raises(ValueError, match="Nothing refers"):
        list(repeater.after(bytes(between), 1))
