"""Settings of x264 side by side on frames of our own scenes: time, size and likeness.

Every setting encodes the same frames, a few stretches out of each scene. Time is the processor's,
of all threads; likeness is SSIM of the decoded film to the frames, of luma and chroma together, by
FFmpeg. All are given beside what manim does by default: ratios of time and size, and the loss
(1 - SSIM) as a ratio, too. A default of ours has to lie at or under 1 in all three.

    python benchmarks/encoder.py [--scenes attention,gating] [--resolution 1920x1080] [--frames 30]
"""

from __future__ import annotations

import argparse
import contextlib
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np

from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.encoder import codec_of, lookahead
from mlanim.engine.jobs.job import Job
from mlanim.engine.playback import draw, loading
from mlanim.engine.playback.renderer import Span
from mlanim.engine.workers import worker

PLACES = (0.2, 0.5, 0.8)  # where in a scene the stretches begin
MANIM = "manim"
TICK = Fraction(1, 60)

CANDIDATES: dict[str, dict[str, str]] = {
    MANIM: {"crf": "23"},
    "ours": {**codec_of("mp4", False)[3], "rc-lookahead": lookahead((1920, 1080))},
    **{
        f"{preset} {crf}{' ' + tune if tune else ''}": {
            "preset": preset, "crf": str(crf), **({"tune": tune} if tune else {})
        }
        for preset in ("ultrafast", "superfast", "veryfast", "faster")
        for crf in (18, 20, 22)
        for tune in ("", "animation")
    },
}  # fmt: skip


@dataclass
class Measured:
    """Sums over all scenes of one setting."""

    seconds: float = 0.0
    size: int = 0
    likeness: float = 0.0  # sum of SSIM over frames
    frames: int = 0


def stretches(name: str, size: tuple[int, int], count: int) -> list[av.VideoFrame]:
    """Frames of a scene as an encoder gets them."""
    entry = catalog.select([name])[0]
    job = Job(entry, "video", "/unused.mp4", "mp4", *size, 60.0, "dark")
    scene_class = loading.load(entry)
    params = loading.params_of(scene_class)()
    data = worker.stored_data(job, params)
    found: list[av.VideoFrame] = []

    def take(pixels: np.ndarray, repeat: int, parts: object) -> None:
        frame = av.VideoFrame.from_ndarray(pixels, "rgba")
        found.extend([frame.reformat(format="yuv420p", dst_colorspace="ITU709")] * repeat)

    with draw.configured(job, scene_class):
        total = draw.plan(scene_class, params, data).frames
        for place in PLACES:
            first = int(total * place)
            span = Span(first, min(first + count, total))
            scene, _ = draw.built(scene_class, params, data, take, span)
            scene.render()
    return found


def encoded(frames: list[av.VideoFrame], options: dict[str, str]) -> tuple[float, bytes]:
    """Seconds of processor time, and the film."""
    buffer = io.BytesIO()
    began = time.process_time()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=60, options=options)
        stream.width, stream.height, stream.pix_fmt = frames[0].width, frames[0].height, "yuv420p"
        stream.codec_context.thread_count = 1  # as beside other segments
        for number, frame in enumerate(frames):
            frame.pts, frame.time_base = number, TICK
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return time.process_time() - began, buffer.getvalue()


def likenesses(frames: list[av.VideoFrame], film: bytes) -> Iterator[float]:
    """SSIM of each decoded frame to the one that was encoded."""
    graph = av.filter.Graph()
    shape: dict[str, Any] = {
        "width": frames[0].width,
        "height": frames[0].height,
        "format": "yuv420p",
    }
    entries = [graph.add_buffer(**shape, time_base=TICK, name=name) for name in ("film", "drawn")]
    measure, sink = graph.add("ssim"), graph.add("buffersink")
    for number, entry in enumerate(entries):
        entry.link_to(measure, 0, number)
    measure.link_to(sink)
    graph.configure()
    with av.open(io.BytesIO(film), "r") as container:
        for number, frame in enumerate(container.decode(video=0)):
            for entry, picture in zip(entries, (frame, frames[number]), strict=True):
                picture.pts, picture.time_base = number, TICK
                entry.push(picture)
            with contextlib.suppress(av.error.BlockingIOError):
                yield float(sink.pull().metadata["lavfi.ssim.All"])


def measure(names: list[str], size: tuple[int, int], count: int) -> dict[str, Measured]:
    """All settings on all scenes."""
    found = {label: Measured() for label in CANDIDATES}
    for name in names:
        frames = stretches(name, size, count)
        print(f"{name}: {len(frames)} frames")
        for label, options in CANDIDATES.items():
            seconds, film = encoded(frames, options)
            so_far = found[label]
            so_far.seconds += seconds
            so_far.size += len(film)
            so_far.likeness += sum(likenesses(frames, film))
            so_far.frames += len(frames)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", default=",".join(entry.name for entry in catalog.find()))
    parser.add_argument("--resolution", default="1920x1080")
    parser.add_argument("--frames", type=int, default=30, help="of each stretch")
    asked = parser.parse_args()
    width, height = map(int, asked.resolution.split("x"))
    found = measure(asked.scenes.split(","), (width, height), asked.frames)
    base = found[MANIM]
    print(f"{'setting':<28} {'ms/frame':>8} {'time':>6} {'size':>6} {'loss':>6} {'SSIM':>8}")
    for label, of in found.items():
        loss = (of.frames - of.likeness) / (base.frames - base.likeness)
        print(
            f"{label:<28} {1000 * of.seconds / of.frames:>8.1f} {of.seconds / base.seconds:>6.2f} "
            f"{of.size / base.size:>6.2f} {loss:>6.2f} {of.likeness / of.frames:>8.5f}"
        )


if __name__ == "__main__":
    main()
