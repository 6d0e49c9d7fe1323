"""Seconds that the encoder takes alone for a scene of ours, and the memory of this process in MB.

The scene is drawn without loss first. Then its frames are decoded, some at a time, and encoded as
a render encodes them; only the encoding is timed.

    python benchmarks/encoder_alone.py SCENE WIDTH HEIGHT FPS FOLDER
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from mlanim.engine.encoding.video import FrameEncoder
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import Job
from mlanim.engine.playback import draw, loading
from mlanim.engine.playback.renderer import ALL
from mlanim.engine.workers import worker

AT_ONCE = 30  # frames in memory


def drawn(job: Job, target: Path) -> None:
    """Draw all frames into a file without loss."""
    scene_class = loading.load(job.scene)
    params = loading.params_of(scene_class)()
    data = worker.stored_data(job, params)
    with (
        av.open(str(target), "w", format="matroska") as container,
        draw.configured(job, scene_class),
    ):
        stream = container.add_stream(
            "libx264rgb", rate=round(job.fps), options={"preset": "ultrafast", "qp": "0"}
        )
        stream.width, stream.height, stream.pix_fmt = job.width, job.height, "rgb24"

        def take(pixels: np.ndarray, repeat: int, parts: object) -> None:
            frame = av.VideoFrame.from_ndarray(pixels[..., :3].copy(), "rgb24")
            for _ in range(repeat):
                frame.pts = None
                container.mux(stream.encode(frame))

        scene, _ = draw.built(scene_class, params, data, take, ALL)
        scene.render()
        container.mux(stream.encode(None))


def decoded(path: Path) -> Iterator[list[np.ndarray]]:
    """The frames, some at a time, (rows, columns, 4) uint8."""
    frames: list[np.ndarray] = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            frames.append(frame.to_ndarray(format="rgba"))
            if len(frames) == AT_ONCE:
                yield frames
                frames = []
    yield frames


def main() -> None:
    name, width, height, fps, folder = sys.argv[1:]
    entry = catalog.select([name])[0]
    output = Path(folder) / "film.mp4"
    job = Job(entry, "video", str(output), "mp4", int(width), int(height), float(fps), "dark")
    drawn(job, Path(folder) / "frames.mkv")
    encoder = FrameEncoder(output, "mp4", (job.width, job.height), job.fps, False)
    seconds = 0.0
    for frames in decoded(Path(folder) / "frames.mkv"):
        began = time.monotonic()
        for frame in frames:
            encoder.write(frame)
        seconds += time.monotonic() - began
    began = time.monotonic()
    encoder.finish()
    seconds += time.monotonic() - began
    unit = 1e6 if sys.platform == "darwin" else 1e3
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)


if __name__ == "__main__":
    main()
