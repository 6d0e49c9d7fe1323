"""Recordings of a voice: decoded, evened to one loudness, and laid under a film.

Loudness is that of EBU R 128 (https://tech.ebu.ch/publications/r128): measured by FFmpeg's
`ebur128` first, then brought to the target by `loudnorm`, which knows from that what gain to apply.
Where that gain would push a peak too high, `loudnorm` follows the loudness instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np

from mlanim.engine.encoding.sound import Sound

RATE = 48_000  # hertz
LOUDNESS = -23.0
"""Integrated loudness of each recording, LUFS: the target level of EBU R 128."""

PEAK = -1.0
"""Highest true peak, dBTP: the permitted maximum of EBU R 128."""

LONGEST = 600.0
"""Seconds that a recording may take."""

_SILENT = -70.0  # LUFS: the absolute gate, below which nothing counts as sound
_BLOCK = 0.5  # seconds, of which loudness is measured at least: a block has 0.4
_WIDEST_RANGE = 50.0  # LU: loudness is shifted and its range kept
_MISSING = 0.1  # seconds that a file may end early
_UNKNOWN = 0xFFFFFF00  # bytes: what programs write that do not know a file's length beforehand
_LAST_PAGE = 4  # a flag of an Ogg page


@dataclass(frozen=True)
class Loudness:
    """What was measured: integrated loudness in LUFS, its range in LU, the true peak in dBTP."""

    integrated: float
    range: float
    peak: float


def samples_of(path: Path) -> np.ndarray:
    """A recording's samples in one channel at `RATE`, float32.

    Raises:
        ValueError: with the reason, if it is none that can be used.
    """
    try:
        with av.open(str(path)) as source:
            if not source.streams.audio:
                raise ValueError("there is no sound in it")
            stream: Any = source.streams.audio[0]
            promised = float(stream.duration * stream.time_base) if stream.duration else 0.0
            if promised > LONGEST:
                raise ValueError(_too_long(promised))
            found = np.concatenate([np.zeros(0, np.float32), *_decoded(source, stream)])
    except (av.error.FFmpegError, OSError) as error:
        raise ValueError(f"it is damaged, or no sound ({error.strerror})") from error
    seconds = len(found) / RATE
    if _is_cut_off(path):
        raise ValueError(f"it is damaged: it was cut off after {seconds:.1f} s")
    if seconds < promised - max(_MISSING, 0.02 * promised):
        raise ValueError(f"it is damaged: of {promised:.1f} s only {seconds:.1f} s are there")
    if loudness_of(found).integrated <= _SILENT:
        raise ValueError("nothing can be heard in it")
    return found


def _is_cut_off(path: Path) -> bool:
    """Whether a WAV file is shorter than it says, or an Ogg file's last page is not there.

    FFmpeg takes what is there of either as the whole.
    """
    payload = path.read_bytes()
    if payload.startswith(b"RIFF"):
        promised = int.from_bytes(payload[4:8], "little") + 8
        return len(payload) < promised < _UNKNOWN
    last = payload.rfind(b"OggS")
    return payload.startswith(b"OggS") and not payload[last + 5] & _LAST_PAGE


def _decoded(source: Any, stream: Any) -> Iterator[np.ndarray]:
    """The pieces of a sound, as long as it may be."""
    resampler = av.AudioResampler("flt", "mono", RATE)
    done = 0
    frames = (frame for packet in source.demux(stream) for frame in packet.decode())
    for frame in frames:
        for ready in resampler.resample(frame):
            done += ready.samples
            if done > LONGEST * RATE:
                raise ValueError(_too_long(done / RATE))
            yield ready.to_ndarray()[0]
    for ready in resampler.resample(None):
        yield ready.to_ndarray()[0]


def _too_long(seconds: float) -> str:
    return f"it takes more than {int(LONGEST / 60)} min ({seconds / 60:.1f} min); cut it"


def loudness_of(samples: np.ndarray) -> Loudness:
    """How loud samples at `RATE` are, by ITU-R BS.1770 as EBU R 128 asks for it."""
    short = max(0, int(_BLOCK * RATE) - len(samples))
    last: dict[str, str] = {}
    for frame in _filtered(np.pad(samples, (0, short)), ("ebur128", "metadata=1:peak=true")):
        last = frame.metadata or last
    peak = float(last.get("lavfi.r128.true_peak", 0))
    return Loudness(
        float(last.get("lavfi.r128.I", _SILENT)),
        float(last.get("lavfi.r128.LRA", 0)),
        20 * float(np.log10(max(peak, 1e-9))),
    )


def evened(samples: np.ndarray) -> np.ndarray:
    """The same sound at `LOUDNESS`, its peaks below `PEAK`."""
    found = loudness_of(samples)
    measured = {
        "I": found.integrated,
        "LRA": max(found.range, 0.1),  # it takes 0 for not measured
        "TP": found.peak,
        "thresh": found.integrated - 10,  # the relative gate
    }
    said = ":".join(f"measured_{name}={value:.2f}" for name, value in measured.items())
    target = f"I={LOUDNESS}:TP={PEAK}:LRA={_WIDEST_RANGE}:linear=true:{said}"
    frames = _filtered(samples, ("loudnorm", target), ("aresample", str(RATE)))
    pieces = [frame.to_ndarray()[0].astype(np.float32) for frame in frames]
    return np.concatenate(pieces)[: len(samples)]


def _filtered(samples: np.ndarray, *filters: tuple[str, str]) -> Iterator[Any]:
    """The frames that come out of FFmpeg's filters, one after another."""
    graph = av.filter.Graph()
    shape = f"sample_rate={RATE}:sample_fmt=flt:channel_layout=mono:time_base=1/{RATE}"
    source = graph.add("abuffer", shape)
    chain = [source, *(graph.add(name, said) for name, said in filters)]
    chain += [graph.add("aformat", "sample_fmts=flt|dbl"), graph.add("abuffersink")]
    for one, following in pairwise(chain):
        one.link_to(following)
    graph.configure()
    for start in range(0, len(samples), RATE):
        piece = np.ascontiguousarray(samples[start : start + RATE])
        frame = av.AudioFrame.from_ndarray(piece.reshape(1, -1), "flt", "mono")
        frame.sample_rate, frame.pts = RATE, start
        source.push(frame)
        yield from _ready(chain[-1])
    source.push(None)
    yield from _ready(chain[-1])


def _ready(sink: Any) -> Iterator[Any]:
    while True:
        try:
            yield sink.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return


def laid(recordings: Sequence[tuple[float, Path]], seconds: float, own: Sound | None) -> Sound:
    """The sound of a film of so many seconds: recordings from their times on, and its own.

    A recording that begins before the film is heard from there on.
    """
    length = round(seconds * RATE)
    mixed = np.zeros((length, 1), np.float32) if own is None else _at_rate(own, length)
    for start, path in recordings:
        samples = evened(samples_of(path))
        first = round(start * RATE)
        heard = samples[max(0, -first) : max(0, length - first)]
        begin = max(0, first)
        mixed[begin : begin + len(heard)] += heard[:, np.newaxis]
    return Sound(np.round(np.clip(mixed, -1, 1) * 32767).astype("<i2"), RATE)


def _at_rate(own: Sound, length: int) -> np.ndarray:
    """A film's own sound, (length, channels) at `RATE`."""
    channels = own.samples.shape[1]
    resampler = av.AudioResampler("flt", own.layout, RATE)
    frame = av.AudioFrame.from_ndarray(own.samples.reshape(1, -1), "s16", own.layout)
    frame.sample_rate, frame.pts = own.rate, 0
    frames = [*resampler.resample(frame), *resampler.resample(None)]
    found = np.concatenate([one.to_ndarray().reshape(-1, channels) for one in frames])[:length]
    return np.pad(found, ((0, length - len(found)), (0, 0)))


def write_mp3(recording: Path, lead: float, output: Path) -> None:
    """A recording, evened, as browsers and PowerPoint play it, after so many seconds of silence."""
    samples = np.pad(evened(samples_of(recording)), (round(lead * RATE), 0))
    flags = {"fflags": "+bitexact", "id3v2_version": "0", "write_xing": "1"}
    with av.open(str(output), "w", format="mp3", options=flags) as target:
        voice = Sound(np.round(np.clip(samples, -1, 1) * 32767).astype("<i2").reshape(-1, 1), RATE)
        for packet in voice.encoded(target):
            target.mux(packet)
