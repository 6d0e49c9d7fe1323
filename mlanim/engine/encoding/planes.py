"""RGBA frames as planes of YUV 4:2:0, of which only the parts that changed are converted again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import av
import numpy as np
from av.video.reformatter import Colorspace, VideoReformatter

FORMAT = "yuv420p"
ROWS, COLUMNS = 24, 64  # of blocks of pixels that are looked at together; even, as 2 x 2 share
REACH = 4  # pixels that may share in one's colours, to each side of it; even
CONVERTERS = 64  # that are kept

Rectangle = tuple[slice, slice]
"""Rows and columns of a picture."""


class Planes:
    """The frame before, kept in both forms.

    One frame serves for all, so whoever takes it has to be done with it before the next comes.
    """

    def __init__(self) -> None:
        self.stands = False  # whether the last frame was as the one before
        self._pixels = np.empty((0, 0, 4), np.uint8)
        self._converters: dict[tuple[int, ...], VideoReformatter] = {}

    def of(self, pixels: np.ndarray, within: Sequence[Rectangle] | None = None) -> av.VideoFrame:
        """The frame for pixels, (height, width, 4) uint8, both even; BT.709, limited range.

        With `within`, they are those of the frame before outside of these parts.
        """
        if pixels.shape != self._pixels.shape:
            self.stands = False
            self._pixels = pixels.copy()
            self._frame = self._converted(self._pixels)
            self._planes = _arrays(self._frame)
            return self._frame
        parts = list(changed(self._pixels, pixels, within))
        self.stands = not parts
        for part in parts:
            self._pixels[part] = pixels[part]
        for rows, columns in parts:
            self._renew(_widened(rows), _widened(columns))
        return self._frame

    def _renew(self, rows: slice, columns: slice) -> None:
        """Convert a part anew, out of a larger one: at an edge, colours are mixed otherwise."""
        above, left = _widened(rows), _widened(columns)
        fresh = _arrays(self._converted(np.ascontiguousarray(self._pixels[above, left])))
        for old, new, step in zip(self._planes, fresh, (1, 2, 2), strict=True):
            target = old[_every(rows, step), _every(columns, step)]
            row, column = (rows.start - above.start) // step, (columns.start - left.start) // step
            height, width = target.shape
            target[:] = new[row : row + height, column : column + width]

    def _converted(self, pixels: np.ndarray) -> av.VideoFrame:
        """A frame of some pixels; the converter for their size is kept, as making it takes long."""
        if len(self._converters) > CONVERTERS:
            self._converters.clear()
        converter = self._converters.setdefault(pixels.shape, VideoReformatter())
        source = av.VideoFrame.from_numpy_buffer(pixels, "rgba")
        return converter.reformat(
            source, format=FORMAT, dst_colorspace=Colorspace.ITU709, threads=1
        )


def changed(
    before: np.ndarray, after: np.ndarray, within: Sequence[Rectangle] | None = None
) -> Iterator[Rectangle]:
    """Parts outside of which two arrays of pixels, (height, width, 4), are the same.

    Looks into the parts `within` alone, whose bounds are even; into all of it without them.
    """
    height, width, _ = before.shape
    old, new = _pairs(before), _pairs(after)
    for rows, columns in within if within is not None else [(slice(0, height), slice(0, width))]:
        pairs = slice(columns.start // 2, columns.stop // 2)
        same = old[rows, pairs] == new[rows, pairs]
        for down, across in _unlike(same):
            yield _moved(down, rows.start), _moved(across, columns.start)


def _unlike(same: np.ndarray) -> Iterator[Rectangle]:
    """Parts that hold every pair of pixels that is not the same, (rows, pairs)."""
    height, pairs = same.shape
    starts = range(0, height, ROWS)
    for rows in runs([not same[row : row + ROWS].all() for row in starts], ROWS, height):
        alike = np.logical_and.reduceat(same[rows].all(axis=0), range(0, pairs, COLUMNS // 2))
        for columns in runs((~alike).tolist(), COLUMNS, 2 * pairs):
            yield rows, columns


def _pairs(pixels: np.ndarray) -> np.ndarray:
    """Two pixels of a row as one number each, (height, width / 2)."""
    return pixels.reshape(len(pixels), -1).view(np.uint64)


def runs(marks: Sequence[bool], step: int, end: int) -> Iterator[slice]:
    """Where marked blocks lie side by side, `step` long each but the last, which ends at `end`."""
    for marked, run in groupby(range(len(marks)), marks.__getitem__):
        numbers = list(run)
        if marked:
            yield slice(numbers[0] * step, min((numbers[-1] + 1) * step, end))


def _moved(part: slice, by: int) -> slice:
    return slice(part.start + by, part.stop + by)


def _widened(part: slice) -> slice:
    return slice(max(0, part.start - REACH), part.stop + REACH)


def _every(part: slice, step: int) -> slice:
    return slice(part.start // step, part.stop // step)


def _arrays(frame: av.VideoFrame) -> list[np.ndarray]:
    """The planes of a frame as arrays (rows, columns) over the same memory."""
    found = []
    for plane in frame.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        found.append(rows[:, : plane.width])
    return found
