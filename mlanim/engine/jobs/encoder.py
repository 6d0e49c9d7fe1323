"""Which encoder a video is made with, and how it is set: what a user may ask for, and the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mlanim.engine.errors import UsageError, shortened

Codec = tuple[str, str, str, dict[str, str]]  # container, encoder, pixel format, options

_X264 = {
    "preset": "superfast", "crf": "21.2", "bf": "8", "b_strategy": "0", "mbtree": "1",
    "partitions": "all", "qcomp": "0.5", "sc_threshold": "0", "chromaoffset": "-4",
}  # fmt: skip
"""Measured by benchmarks/encoder.py: more like than manim's default, no larger, in 0.4 of the time.

What little search this preset does is enough for drawings. Looking ahead is not left out, since
it tells that what stands still is worth its bits; and many frames in a row are made from both
sides, however they look, which costs less than asking each of them.
"""

_VP9 = {"crf": "24", "b": "0", "cpu-used": "5", "row-mt": "1"}
_WEBP = {"lossless": "1", "compression_level": "2", "quality": "50"}  # text stays sharp

_OPAQUE: dict[str, Codec] = {
    "mp4": ("mp4", "libx264", "yuv420p", _X264),
    "mov": ("mov", "libx264", "yuv420p", _X264),
    "webm": ("webm", "libvpx-vp9", "yuv420p", _VP9),
    "gif": ("matroska", "libx264rgb", "rgb24", {"preset": "ultrafast", "qp": "0"}),
    "apng": ("apng", "apng", "rgb24", {"pred": "none"}),
    "webp": ("webp", "libwebp_anim", "bgra", _WEBP),
}
_CLEAR: dict[str, Codec] = {
    "mov": ("mov", "prores_ks", "yuva444p10le", {"profile": "4444"}),
    "webm": ("webm", "libvpx-vp9", "yuva420p", {**_VP9, "auto-alt-ref": "0"}),
    "apng": ("apng", "apng", "rgba", {"pred": "none"}),
    "webp": ("webp", "libwebp_anim", "bgra", _WEBP),
}

_ON_ALL = "cpu-independent=1:sync-lookahead=0"
"""Has x264 use no algorithm that some processors lack, and no thread to look ahead.

With the instructions of AVX-512, what it finds out by looking ahead changes from run to run. The
thread would keep nine frames more: a fifth of the memory of a 4K film's processes.
"""

HARDWARE: Mapping[str, tuple[str, dict[str, str]]] = {
    "h264_nvenc": ("yuv420p", {"preset": "p5", "rc": "vbr", "cq": "20", "forced-idr": "1"}),
    "h264_qsv": ("nv12", {"preset": "medium", "global_quality": "20", "forced_idr": "1"}),
    "h264_amf": ("nv12", {"quality": "quality", "rc": "cqp", "qp_i": "20", "qp_p": "20"}),
    "h264_vaapi": ("nv12", {"rc_mode": "CQP", "qp": "20"}),
    "h264_videotoolbox": ("yuv420p", {"b": "20M"}),
}
"""Encoders in graphics hardware, for .mp4 and .mov: pixel format, and options of good quality."""

_OF_PICTURES = """
preset tune profile level crf crf_max qp b bf g keyint_min refs qmin qmax qdiff qcomp qblur maxrate
minrate bufsize trellis me_range motion-est subq aq-mode aq-strength psy psy-rd rc-lookahead weightb
weightp ssim intra-refresh b-bias b-pyramid b_strategy mixed-refs 8x8dct fast-pskip aud mbtree
deblock cplxblur partitions direct-pred slice-max-size nal-hrd forced-idr coder chromaoffset
sc_threshold noise_reduction i_qfactor b_qfactor

ref me subme merange bframes b-adapt keyint min-keyint scenecut vbv-maxrate vbv-bufsize ipratio
pbratio qpmin qpmax qpstep no-mbtree no-cabac no-deblock no-psy no-fast-pskip open-gop
chroma-qp-offset direct deadzone-inter deadzone-intra

cpu-used deadline quality row-mt tile-columns tile-rows auto-alt-ref lag-in-frames arnr-maxframes
arnr-strength frame-parallel sharpness static-thresh undershoot-pct overshoot-pct lossless
enable-tpl tune-content min-gf-interval noise-sensitivity

rc cq multipass spatial-aq temporal-aq tier b_ref_mode surfaces global_quality forced_idr look_ahead
async_depth qp_i qp_p qp_b rc_mode usage
"""  # of x264 as FFmpeg names them, of x264 itself, of VP9, of hardware
HARMLESS = frozenset(_OF_PICTURES.split())
"""Options of encoders that say how frames are written, and name no file to read or to write."""

IN_ONE = ("x264-params", "x264opts")
"""Options that hold others, as key=value:key=value."""

CHOOSABLE = ("mp4", "mov", "webm")
"""Formats whose encoder takes options of the user's."""


@dataclass(frozen=True)
class Encoder:
    """What a user asks for: an encoder by FFmpeg's name, "" for the format's own, and options."""

    name: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    def check(self, format: str, transparent: bool) -> None:
        """Refuse what a format cannot be made with.

        Raises:
            UsageError: saying what it can be made with.
        """
        if self.options and format not in CHOOSABLE:
            raise UsageError(
                f"--encoder-option is for {', '.join(CHOOSABLE)}; a {format} has no such options."
            )
        own = codec_of(format, transparent)[1] if format in CHOOSABLE else ""
        allowed = (own, *HARDWARE) if own == "libx264" else (own,)
        if self.name and self.name not in allowed:
            raise UsageError(
                f"--encoder {shortened(self.name)} cannot make this {format}; "
                + (f"choose {', '.join(allowed)}." if own else "leave it out.")
            )


OWN = Encoder()
"""A format's own encoder, set as it was measured to be good."""


def codec_of(format: str, transparent: bool, chosen: Encoder = OWN) -> Codec:
    """Container, encoder, pixel format and options that a format is made with."""
    container, name, pixels, options = (_CLEAR if transparent else _OPAQUE)[format]
    if chosen.name in HARDWARE:
        name = chosen.name
        pixels, options = HARDWARE[name]
    if "preset" in chosen.options:  # it stands for all but the quality
        options = {key: options[key] for key in ("crf", "chromaoffset") if key in options}
    options = {**options, **chosen.options}
    if name == "libx264":
        given = options.get("x264-params")
        options["x264-params"] = f"{_ON_ALL}:{given}" if given else _ON_ALL
    return container, name, pixels, options


def each_option(options: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Keys and values of all options, also of those that stand in another's value."""
    for key, value in options.items():
        if key in IN_ONE:
            yield from map(_pair, value.split(":"))
        else:
            yield key, value


def _pair(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key.strip(), value.strip()


def lookahead(size: tuple[int, int]) -> str:
    """How many frames x264 looks ahead: 20, and fewer of those beyond 1440p, as they are kept."""
    return str(min(20, 40 * 1920 * 1080 // (size[0] * size[1])))


def parse_option(text: str) -> tuple[str, str]:
    """`key=value` as a pair.

    Raises:
        UsageError: if it is none.
    """
    key, equals, value = (part.strip() for part in text.partition("="))
    if not (equals and key and value):
        raise UsageError(
            f"--encoder-option takes key=value, not {shortened(text)!r}; for example crf=16."
        )
    return key, value
