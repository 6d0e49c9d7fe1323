"""RGBA frames as planes of YUV 4:2:0, of which only the rows that changed are converted again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import av
import numpy as np
from av.video.reformatter import Colorspace, VideoReformatter

FORMAT = "yuv420p"
BLOCK = 24  # rows that are looked at together; even, as two rows share their colours
REACH = 4  # rows that may share in a row's colours, above it and below it; even


class Planes:
    """The frame before, kept in both forms.

    One frame serves for all, so whoever takes it has to be done with it before the next comes.
    """

    def __init__(self) -> None:
        self._pixels = np.empty((0, 0, 4), np.uint8)
        self._converters: dict[int, VideoReformatter] = {}

    def of(self, pixels: np.ndarray) -> av.VideoFrame:
        """The frame for pixels, (height, width, 4) uint8, both even; BT.709, limited range."""
        if pixels.shape != self._pixels.shape:
            self._pixels = pixels.copy()
            self._frame = self._converted(self._pixels)
            self._planes = _arrays(self._frame)
            return self._frame
        runs = list(changed(self._pixels, pixels))
        for first, end in runs:
            self._pixels[first:end] = pixels[first:end]
        for first, end in runs:
            self._renew(max(0, first - REACH), min(len(pixels), end + REACH))
        return self._frame

    def _renew(self, first: int, end: int) -> None:
        above = max(0, first - REACH)
        fresh = self._converted(self._pixels[above : end + REACH])
        for old, new, step in zip(self._planes, _arrays(fresh), (1, 2, 2), strict=True):
            skipped, count = (first - above) // step, (end - first) // step
            old[first // step : end // step] = new[skipped : skipped + count]

    def _converted(self, rows: np.ndarray) -> av.VideoFrame:
        """A frame of some rows; the converter for their number is kept, as making it takes long."""
        converter = self._converters.setdefault(len(rows), VideoReformatter())
        source = av.VideoFrame.from_numpy_buffer(rows, "rgba")
        return converter.reformat(
            source, format=FORMAT, dst_colorspace=Colorspace.ITU709, threads=1
        )


def changed(before: np.ndarray, after: np.ndarray) -> Iterator[tuple[int, int]]:
    """Runs of rows, as (first, end), outside of which two arrays of pixels are the same."""
    height, width, _ = before.shape
    same = (before.view(np.uint32) == after.view(np.uint32)).reshape(height, width)
    blocks = [same[row : row + BLOCK].all() for row in range(0, height, BLOCK)]
    for alike, run in groupby(range(len(blocks)), lambda number: blocks[number]):
        numbers = list(run)
        if not alike:
            yield numbers[0] * BLOCK, min((numbers[-1] + 1) * BLOCK, height)


def _arrays(frame: av.VideoFrame) -> list[np.ndarray]:
    """The planes of a frame as arrays (rows, columns) over the same memory."""
    found = []
    for plane in frame.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        found.append(rows[:, : plane.width])
    return found
