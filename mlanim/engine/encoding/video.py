"""Frames to a video file, in one pass for most formats and two for a GIF's palette."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import PictureType

from mlanim.engine.encoding import planes
from mlanim.engine.encoding.stills import LONG, STANDING, Repeater
from mlanim.engine.errors import OutputError, RenderError, UsageError, shortened
from mlanim.engine.jobs.encoder import HARDWARE, OWN, Encoder, codec_of, lookahead

THREADS = 2
"""Of an encoder, each at a frame of its own: one may be encoded while the next is drawn.

The output may depend on it, so it must not depend on the machine.
"""


class FrameEncoder:
    """Writes RGBA frames of one size to `path`, which nobody else looks at until `finish`.

    The frames with the numbers `keyframes` are encoded without those before them, so that the
    video can be cut there. Of a picture that stands until such a frame, x264 gets the first frames;
    the others are written here.
    """

    def __init__(
        self,
        path: Path,
        format: str,
        size: tuple[int, int],
        fps: float,
        transparent: bool,
        plays: int = 0,
        keyframes: Collection[int] = (),
        chosen: Encoder = OWN,
    ):
        self.path, self.format, self.transparent, self.plays = path, format, transparent, plays
        self.keyframes = set(keyframes)
        self._written = self._encoded = self._repeated = 0  # by the encoder, and after it
        self._to_repeat: dict[int, int] = {}  # how often, by the number that the encoder knows
        self._stood = 0  # how often the last frame was shown already
        self._frame: av.VideoFrame | None = None  # the last one, as long as it is
        self._pending = 0  # often to be written
        container, encoder, self._pixels, options = codec_of(format, transparent, chosen)
        if encoder == "libx264" and "preset" not in chosen.options:
            options = {"rc-lookahead": lookahead(size), **options}
        # These two copy a frame as they get it, so that the same may be changed for the next.
        copies = encoder in ("libx264", "libvpx-vp9") and self._pixels == planes.FORMAT
        self._planes = planes.Planes() if copies else None
        rate = Fraction(fps).limit_denominator(1001)
        self._time_base = 1 / rate
        self._raw = path.with_name(path.name + ".raw") if format == "gif" else path
        flags = {**container_flags(container, plays), "fflags": "+bitexact"}
        self._container = av.open(str(self._raw), "w", format=container, options=flags)
        self._stream = _stream(self._container, encoder, rate=rate, options=options)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = self._pixels
        self._stream.codec_context.thread_count = THREADS
        self._stream.codec_context.thread_type = "FRAME"  # parts of one cost time and size
        if self._is_yuv:
            _tag_bt709(self._stream.codec_context)
        try:
            _open(self._stream.codec_context, encoder, chosen)
        except BaseException:
            self._container.close()
            _remove(self._raw)
            raise
        self._repeater: Repeater | None = None
        if encoder == "libx264" and not chosen.options:
            with contextlib.suppress(ValueError):  # of an x264 that writes otherwise
                self._repeater = Repeater(bytes(self._stream.codec_context.extradata))

    @property
    def _is_yuv(self) -> bool:
        return self._pixels.startswith(("yuv", "nv"))

    def write(
        self, pixels: np.ndarray, repeat: int = 1, parts: Sequence[planes.Rectangle] | None = None
    ) -> None:
        """Append a frame, (height, width, 4) uint8, `repeat` times.

        With `parts`, it is the frame before outside of these.
        """
        self._settle()
        self._frame = self._planes.of(pixels, parts) if self._planes else self._converted(pixels)
        if self._is_yuv:
            _tag_bt709(self._frame)
        if self._planes is None or not self._planes.stands:
            self._stood = 0
        self._pending = repeat
        if self._repeater is None or repeat <= self._needed:
            self._settle()

    def key(self) -> None:
        """Have the next frame encoded without those before it."""
        self.keyframes.add(self.frames)

    @property
    def frames(self) -> int:
        """How many frames were taken."""
        return self._written + self._pending

    @property
    def _needed(self) -> int:
        """How often x264 gets a picture that stands."""
        return max(STANDING - self._stood, 2)

    def _settle(self) -> None:
        """Write the last frame, now that it is known whether a key frame follows."""
        frame, repeat, self._pending = self._frame, self._pending, 0
        if frame is None or not repeat:
            return
        held = self._held(repeat)
        if held:
            self._to_repeat[self._encoded + repeat - held - 1] = held
        with writing():
            for left in range(repeat - held, 0, -1):
                # Nothing refers to what comes after the last two, so that others can follow.
                kind = PictureType.P if held and left <= 2 else PictureType.NONE
                frame.pict_type = PictureType.I if self._written in self.keyframes else kind
                frame.pts, frame.time_base = self._encoded, self._time_base
                self._encoded += 1
                self._written += 1
                self._mux(frame)
        self._written += held
        self._stood += repeat

    def _held(self, repeat: int) -> int:
        """How often of that a frame is shown without being encoded; then, a key frame follows."""
        end, needed = self._written + repeat, self._needed
        if self._repeater is None or repeat <= needed:
            return 0
        if end not in self.keyframes and repeat <= LONG:
            return 0
        self.keyframes.add(end)
        return repeat - needed

    def _converted(self, pixels: np.ndarray) -> av.VideoFrame:
        colors = straight(pixels) if self.transparent else pixels
        source = av.VideoFrame.from_numpy_buffer(colors, "rgba")
        colorspace = "ITU709" if self._is_yuv else None
        # Of several threads, one may write over the first pixels of another's part.
        return source.reformat(format=self._pixels, dst_colorspace=colorspace, threads=1)

    def finish(self) -> None:
        """Flush and close; afterwards the file is whole."""
        self._settle()
        with writing():
            self._mux(None)
            self._container.close()
            if self.format == "gif":
                _gif_from(self._raw, self.path, container_flags("gif", self.plays))
                _remove(self._raw)

    def abort(self) -> None:
        """Close and remove what was written."""
        with contextlib.suppress(Exception):
            self._container.close()
        _remove(self._raw)
        _remove(self.path)

    def _mux(self, frame: av.VideoFrame | None) -> None:
        for packet in self._stream.encode(frame):
            if self._repeater is None:
                self._container.mux(packet)
            else:
                self._mux_with_repeats(packet, self._repeater)

    def _mux_with_repeats(self, packet: av.Packet, repeater: Repeater) -> None:
        """Write a packet at its place, and the frames that show its own once more."""
        assert packet.pts is not None
        assert packet.dts is not None
        count = self._to_repeat.pop(packet.pts, 0)
        shown, decoded = packet.pts + self._repeated, packet.dts + self._repeated
        packets = [packet, *map(av.Packet, repeater.after(bytes(packet), count))]
        for number, one in enumerate(packets):
            one.stream, one.time_base = self._stream, self._time_base
            one.pts, one.dts = shown + number, decoded + number
            self._container.mux(one)
        self._repeated += count


def container_flags(container: str, plays: int = 0) -> dict[str, str]:
    """What a container is told: to be ready to stream, or how often to play, 0 for ever."""
    match container:
        case "mp4" | "mov":
            return {"movflags": "+faststart"}
        case "apng":
            return {"plays": str(plays)}
        case "webp":
            return {"loop": str(plays)}
        case "gif":  # which counts repetitions, and has -1 for none
            return {"loop": str(plays - 1 if plays > 1 else -plays)}
    return {}


def _stream(container: Any, encoder: str, **settings: Any) -> Any:
    try:
        return container.add_stream(encoder, **settings)
    except (av.error.FFmpegError, ValueError) as error:
        raise _missing(encoder) from error


def _open(context: Any, encoder: str, chosen: Encoder) -> None:
    """Make an encoder ready, and tell what is wrong with it from what is wrong with its options."""
    try:
        context.open()
    except (av.error.FFmpegError, OSError) as error:
        if encoder in HARDWARE and not isinstance(error, ValueError):
            raise _missing(encoder) from error
        if not chosen.options:
            raise RenderError(f"The video encoder failed: {error}.") from error
        given = ", ".join(f"{key}={value}" for key, value in chosen.options.items())
        raise UsageError(
            f"{encoder} does not take {shortened(given, 120)}; "
            f"`ffmpeg -h encoder={encoder}` lists what it takes."
        ) from error
    unknown = [key for key in context.options if key in chosen.options]
    if unknown:
        raise UsageError(
            f"{encoder} has no option {shortened(unknown[0])}; "
            f"`ffmpeg -h encoder={encoder}` lists what it has."
        )


def _missing(encoder: str) -> RenderError:
    if encoder in HARDWARE:
        return RenderError(
            f"{encoder} needs its hardware and driver, which are not here; leave --encoder out."
        )
    return RenderError(f"There is no encoder {encoder} here; `mlanim check` says how to get it.")


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Tell what the disk refuses from what the encoder refuses, and both from a scene's faults."""
    try:
        yield
    except OSError as error:
        raise OutputError(error.errno, error.strerror) from error
    except av.error.FFmpegError as error:
        raise RenderError(f"The video encoder failed: {error}.") from error


def _tag_bt709(numbers: Any) -> None:
    """Say of a frame or an encoder which colours its numbers mean; players guess wrongly."""
    numbers.color_primaries = numbers.color_trc = numbers.colorspace = 1  # BT.709
    numbers.color_range = 1  # limited


def straight(pixels: np.ndarray) -> np.ndarray:
    """Cairo's premultiplied colours as the straight ones that encoders expect."""
    alpha = pixels[..., 3:].astype(np.float32) / 255
    color = np.divide(
        pixels[..., :3], alpha, out=np.zeros(pixels[..., :3].shape, np.float32), where=alpha > 0
    )
    return np.concatenate(
        [np.clip(np.rint(color), 0, 255).astype(np.uint8), pixels[..., 3:]], axis=2
    )


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


def _gif_from(source: Path, target: Path, flags: dict[str, str]) -> None:
    """Two passes, so that memory stays flat: find the palette, then use it."""
    palette = _palette(source)
    # The graph's name keeps the graph alive, which its nodes alone do not.
    target_file = av.open(str(target), "w", format="gif", options=flags)
    with av.open(str(source)) as video, target_file as output:
        stream: Any = video.streams.video[0]
        out: Any = output.add_stream("gif", rate=stream.average_rate)
        out.width, out.height, out.pix_fmt = stream.width, stream.height, "pal8"
        _graph, frames_in, palette_in, sink = _palette_graph(stream, palette)
        palette_in.push(palette)
        palette_in.push(None)
        frames = iter(video.decode(stream))
        for frame in frames:
            frames_in.push(frame)
            _drain(sink, out, output)
        frames_in.push(None)
        _drain(sink, out, output)
        for packet in out.encode(None):
            output.mux(packet)


def _palette(source: Path) -> av.VideoFrame:
    with av.open(str(source)) as video:
        stream = video.streams.video[0]
        graph = av.filter.Graph()
        entry = graph.add_buffer(template=stream)
        maker, sink = graph.add("palettegen", "stats_mode=full"), graph.add("buffersink")
        entry.link_to(maker)
        maker.link_to(sink)
        graph.configure()
        for frame in video.decode(stream):
            entry.push(frame)
        entry.push(None)
        return sink.pull()  # type: ignore[return-value]


def _palette_graph(stream: Any, palette: av.VideoFrame) -> tuple[Any, Any, Any, Any]:
    graph = av.filter.Graph()
    frames_in = graph.add_buffer(template=stream)
    palette_in = graph.add_buffer(
        width=palette.width, height=palette.height, format=palette.format, time_base=Fraction(1, 25)
    )
    use = graph.add("paletteuse", "dither=none:diff_mode=rectangle")
    sink = graph.add("buffersink")
    frames_in.link_to(use, 0, 0)
    palette_in.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    return graph, frames_in, palette_in, sink


def _drain(sink: Any, stream: Any, output: Any) -> None:
    while True:
        try:
            frame = sink.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        for packet in stream.encode(frame):
            output.mux(packet)
