"""Videos cut and joined as they are: packets move, no picture is encoded again.

A packet's place is a number of frames, so times come out as if one encoder had written them all.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from mlanim.engine.encoding.sound import Sound
from mlanim.engine.encoding.video import container_flags, writing
from mlanim.engine.errors import RenderError

Numbered = tuple[int, Any]
"""A packet with the number of the frame in it."""


def join(pieces: Sequence[Path], output: Path, container: str, sound: Sound | None = None) -> None:
    """Put videos of the same kind one after another into one, under a sound that runs through all.

    Each has to begin with a keyframe, as a video does that was encoded by itself; their own sound
    is left out. `container` is FFmpeg's name of the output's.

    Raises:
        RenderError: if their pictures differ in size, rate or encoding.
        OutputError: if the output cannot be written.
    """
    with av.open(str(pieces[0])) as first, _opened(output, container) as target:
        picture = _picture(first)
        stream, rate = _stream_like(target, picture), _rate(picture)
        audible = sound.encoded(target) if sound is not None else iter(())
        shown = _placed(_in_a_row(pieces, _kind(picture)), stream, rate, _ahead(pieces))
        _mux(target, shown, audible)


def cut(video: Path, first_frame: int, end_frame: int, output: Path) -> None:
    """Write the frames from `first_frame` up to, and without, `end_frame`, with their sound.

    Each has to be a keyframe, or the video's end: every slide begins with one. Sound is cut
    between its own frames, which are a fortieth of a second long or shorter.

    Raises:
        ValueError: if one of them is not.
        OutputError: if the output cannot be written.
    """
    with av.open(str(video)) as source:
        picture = _picture(source)
        rate = _rate(picture)
        chosen = _between(list(_numbered(source, picture)), first_frame, end_frame)
        with _opened(output, _container_of(video, source)) as target:
            stream = _stream_like(target, picture)
            audible = _audible(source, target, float(first_frame / rate), float(end_frame / rate))
            _mux(target, _placed(chosen, stream, rate, _ahead([video])), audible)


def frame_count(video: Path) -> int:
    """How many frames a video has."""
    with av.open(str(video)) as source:
        return sum(1 for _ in _numbered(source, _picture(source)))


def _picture(source: Any) -> Any:
    return source.streams.video[0]


def _rate(picture: Any) -> Fraction:
    assert picture.average_rate is not None
    return Fraction(picture.average_rate)


def _kind(picture: Any) -> tuple[Any, ...]:
    """What pieces have in common that can follow one another in one stream."""
    context = picture.codec_context
    size = context.width, context.height
    return context.name, context.pix_fmt, size, _rate(picture), context.extradata


def _container_of(path: Path, source: Any) -> str:
    """FFmpeg's name of a file's container, where its reader goes by several."""
    names = source.format.name.split(",")
    suffix = path.suffix.lstrip(".")
    return suffix if suffix in names else names[0]


@contextmanager
def _opened(output: Path, container: str) -> Iterator[Any]:
    options = {**container_flags(container), "fflags": "+bitexact"}
    with writing(), av.open(str(output), "w", format=container, options=options) as target:
        yield target


def _stream_like(target: Any, picture: Any) -> Any:
    context = picture.codec_context
    if context.name == "vp9":
        return _vp9_stream(target, picture)
    stream = target.add_stream_from_template(picture)
    stream.time_base = 1 / _rate(picture)
    return stream


def _vp9_stream(target: Any, picture: Any) -> Any:
    """Matroska states the rate only of a stream that was made with one; a copy has none."""
    stream = target.add_stream("libvpx-vp9", rate=_rate(picture))
    context, like = stream.codec_context, picture.codec_context
    context.width, context.height = like.width, like.height
    clear = picture.metadata.get("alpha_mode") == "1"
    context.pix_fmt = "yuva420p" if clear else like.pix_fmt
    for tag in ("color_primaries", "color_trc", "colorspace", "color_range"):
        setattr(context, tag, getattr(like, tag))
    return stream


def _numbered(source: Any, picture: Any) -> Iterator[Numbered]:
    """All packets of a picture, in the order in which they are decoded."""
    scale = picture.time_base * _rate(picture)
    for packet in source.demux(picture):
        if packet.pts is not None:
            yield round(packet.pts * scale), packet


def _in_a_row(pieces: Sequence[Path], kind: tuple[Any, ...]) -> Iterator[Numbered]:
    done = 0
    for piece in pieces:
        with av.open(str(piece)) as source:
            picture = _picture(source)
            if _kind(picture) != kind:
                raise RenderError(f"{piece.name} is encoded unlike what it is to be joined to.")
            last = done - 1
            for number, packet in _numbered(source, picture):
                last = max(last, done + number)
                yield done + number, packet
            done = last + 1


def _placed(numbered: Iterator[Numbered], stream: Any, rate: Fraction, ahead: int) -> Iterator[Any]:
    """Packets with the times that their frames have at their new place.

    Each is decoded a frame after the one before it, the first `ahead` frames before it is shown.
    """
    for place, (number, packet) in enumerate(numbered):
        packet.stream = stream
        packet.time_base = 1 / rate
        packet.pts, packet.dts, packet.duration = number, place - ahead, 1
        yield packet


def _ahead(paths: Sequence[Path]) -> int:
    """How many frames pictures are decoded before they are shown, so that none comes too late."""
    found = 0
    for path in paths:
        with av.open(str(path)) as source:
            picture = _picture(source)
            _, packet = next(_numbered(source, picture))
            lead = (packet.pts - packet.dts) * packet.time_base * _rate(picture)
            found = max(found, round(lead))
    return found


def _between(packets: list[Numbered], first: int, end: int) -> Iterator[Numbered]:
    keys = {number: at for at, (number, packet) in enumerate(packets) if packet.is_keyframe}
    keys[len(packets)] = len(packets)
    for frame in (first, end):
        if frame not in keys:
            raise ValueError(f"Frame {frame} is no keyframe; there are {sorted(keys)}.")
    return ((number - first, packet) for number, packet in packets[keys[first] : keys[end]])


def _audible(source: Any, target: Any, start: float, end: float) -> Iterator[Any]:
    """A video's sound between two times in seconds, moved to begin at 0."""
    if not source.streams.audio:
        return iter(())
    voice = source.streams.audio[0]
    stream = target.add_stream_from_template(voice)
    source.seek(0)

    def packets() -> Iterator[Any]:
        shift = round(start / voice.time_base)
        for packet in source.demux(voice):
            if packet.pts is not None and start <= packet.pts * voice.time_base < end:
                packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                packet.stream = stream
                yield packet

    return packets()


def _mux(target: Any, *streams: Iterator[Any]) -> None:
    """Write packets of several streams in the order of their times."""
    for packet in heapq.merge(*streams, key=_time):
        target.mux(packet)


def _time(packet: Any) -> float:
    return float(packet.dts * packet.time_base) if packet.dts is not None else -math.inf
