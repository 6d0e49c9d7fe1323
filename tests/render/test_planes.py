"""Frames of which only the changed rows are converted are those that are converted whole."""

from __future__ import annotations

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlanim.render.planes import BLOCK, FORMAT, Planes, changed

WIDTH, HEIGHT = 32, 5 * BLOCK + 10


def whole(pixels: np.ndarray) -> bytes:
    """The planes of a frame that is converted at once."""
    source = av.VideoFrame.from_numpy_buffer(pixels, "rgba")
    return bytes_of(source.reformat(format=FORMAT, dst_colorspace="ITU709"))


def bytes_of(frame: av.VideoFrame) -> bytes:
    return frame.to_ndarray().tobytes()


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)


spots = st.tuples(st.integers(0, HEIGHT - 1), st.integers(1, 60), st.integers(0, WIDTH - 1))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(spots, max_size=3), min_size=1, max_size=4))
def test_frames_are_as_if_each_were_converted_whole(
    steps: list[list[tuple[int, int, int]]],
) -> None:
    planes, pixels = Planes(), noise(0)
    assert bytes_of(planes.of(pixels)) == whole(pixels)
    for number, step in enumerate(steps):
        pixels = pixels.copy()
        for first, count, column in step:
            pixels[first : first + count, column:] = noise(number + 1)[
                first : first + count, column:
            ]
        assert bytes_of(planes.of(pixels)) == whole(pixels)


def test_pixels_may_be_drawn_over_once_they_are_converted() -> None:
    planes, pixels = Planes(), noise(0)
    planes.of(pixels)
    pixels[:] = noise(1)
    assert bytes_of(planes.of(pixels)) == whole(pixels)


def test_another_size_is_converted_whole() -> None:
    planes = Planes()
    planes.of(noise(0))
    smaller = np.ascontiguousarray(noise(1)[: 2 * BLOCK])
    assert bytes_of(planes.of(smaller)) == whole(smaller)


@pytest.mark.parametrize(
    ("rows", "runs"),
    [
        ([], []),
        ([0], [(0, BLOCK)]),
        ([BLOCK, 2 * BLOCK], [(BLOCK, 3 * BLOCK)]),
        ([BLOCK - 1, HEIGHT - 1], [(0, BLOCK), (5 * BLOCK, HEIGHT)]),
    ],
)
def test_only_blocks_with_a_changed_row_are_named(
    rows: list[int], runs: list[tuple[int, int]]
) -> None:
    before, after = noise(0), noise(0)
    after[rows, 3, 2] ^= 1
    assert list(changed(before, after)) == runs
