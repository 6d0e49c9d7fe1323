"""The sound of a scene: mixed by manim as the scene is planned, encoded as the video is joined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av
import numpy as np

SILENT = ("gif", "apng", "webp")
"""Formats without sound."""

_ENCODERS = {"webm": "libopus", "mp3": "libmp3lame"}  # others: AAC
_LAYOUTS = {1: "mono", 2: "stereo"}
_BIT_RATE = 192_000
_RATE = 48_000  # hertz, which both encoders take
_CHUNK = 48_000  # samples handed to the encoder at once


@dataclass(frozen=True)
class Sound:
    """Samples of 16 bits, (samples, channels), at `rate` hertz."""

    samples: np.ndarray
    rate: int

    @property
    def layout(self) -> str:
        """FFmpeg's name of its channels."""
        return _LAYOUTS[self.samples.shape[1]]

    @classmethod
    def of(cls, segment: Any) -> Sound:
        """What a pydub AudioSegment holds, as 16 bits in one or two channels."""
        plain = segment.set_sample_width(2).set_channels(min(segment.channels, 2))
        samples = np.frombuffer(plain.raw_data, dtype="<i2")
        return cls(samples.reshape(-1, plain.channels), plain.frame_rate)

    def between(self, start: float, end: float) -> Sound | None:
        """What is heard from `start` to `end` seconds, or None if nothing is."""
        samples = self.samples[round(start * self.rate) : round(end * self.rate)]
        return Sound(samples, self.rate) if len(samples) else None

    def encoded(self, target: Any) -> Iterator[Any]:
        """Add a stream to an open container; the packets to write into it."""
        encoder = _ENCODERS.get(target.format.name, "aac")
        stream = target.add_stream(encoder, rate=_RATE)
        stream.bit_rate = _BIT_RATE
        stream.layout = self.layout
        return self._packets(stream, self.layout)

    def _packets(self, stream: Any, layout: str) -> Iterator[Any]:
        resampler = av.AudioResampler(stream.format, layout, _RATE)
        for start in range(0, len(self.samples), _CHUNK):
            chunk = np.ascontiguousarray(self.samples[start : start + _CHUNK])
            frame = av.AudioFrame.from_ndarray(chunk.reshape(1, -1), "s16", layout)
            frame.sample_rate, frame.pts = self.rate, start
            for ready in resampler.resample(frame):
                yield from stream.encode(ready)
        for ready in resampler.resample(None):
            yield from stream.encode(ready)
        yield from stream.encode(None)
