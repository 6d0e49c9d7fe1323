"""Single frames out of a video, as players show them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av


def frames_at(video: Path, frames: Sequence[int]) -> list[Path]:
    """PNG files, beside the video, of the frames of those numbers, counted from 0.

    A player turns a video's numbers into colours as this does, so that a still can stand in for a
    frame and nobody sees the change.
    """
    with av.open(str(video)) as container:
        return [_save(_frame(container, number), video.parent, number) for number in frames]


def _frame(container: Any, number: int) -> Any:
    stream = container.streams.video[0]
    wanted = number / stream.average_rate
    half = 1 / (2 * stream.average_rate)
    container.seek(int(wanted / stream.time_base), stream=stream)
    last = None
    for frame in container.decode(stream):
        last = frame
        if frame.pts * stream.time_base > wanted - half:
            break
    return last


def _save(frame: Any, folder: Path, number: int) -> Path:
    path = folder / f"frame-{number}.png"
    frame.to_image(threads=1).save(path, "PNG")
    return path
