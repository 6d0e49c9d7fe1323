"""Frames of which only the changed rows are converted are those that are converted whole."""

from __future__ import annotations

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlanim.engine.encoding.planes import COLUMNS, FORMAT, ROWS, Planes, changed

WIDTH, HEIGHT = 3 * COLUMNS + 22, 5 * ROWS + 10


def whole(pixels: np.ndarray) -> bytes:
    """The planes of a frame that is converted at once."""
    source = av.VideoFrame.from_numpy_buffer(pixels, "rgba")
    return bytes_of(source.reformat(format=FORMAT, dst_colorspace="ITU709"))


def bytes_of(frame: av.VideoFrame) -> bytes:
    return frame.to_ndarray().tobytes()


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)


def stretches(end: int) -> st.SearchStrategy[slice]:
    return st.builds(lambda a, b: slice(a, a + b), st.integers(0, end - 1), st.integers(1, 60))


spots = st.tuples(stretches(HEIGHT), stretches(WIDTH))


@settings(max_examples=60)
@given(st.lists(st.lists(spots, max_size=3), min_size=1, max_size=4))
def test_frames_are_as_if_each_were_converted_whole(steps: list[list[tuple[slice, slice]]]) -> None:
    planes, pixels = Planes(), noise(0)
    assert bytes_of(planes.of(pixels)) == whole(pixels)
    for number, step in enumerate(steps):
        pixels = pixels.copy()
        for spot in step:
            pixels[spot] = noise(number + 1)[spot]
        within = [even(spot) for spot in step] if number % 2 else None
        assert bytes_of(planes.of(pixels, within)) == whole(pixels)


def even(spot: tuple[slice, slice]) -> tuple[slice, slice]:
    """A part around a spot, with even bounds."""
    (rows, columns), ends = spot, (HEIGHT, WIDTH)
    starts = rows.start // 2 * 2, columns.start // 2 * 2
    stops = (min(-(-part.stop // 2) * 2, end) for part, end in zip(spot, ends, strict=True))
    down, across = (slice(a, b) for a, b in zip(starts, stops, strict=True))
    return down, across


def test_what_is_said_to_be_the_same_is_not_looked_at() -> None:
    planes, pixels = Planes(), noise(0)
    before = bytes_of(planes.of(pixels))
    assert bytes_of(planes.of(noise(1), [])) == before


def test_few_converters_are_kept_and_others_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlanim.engine.encoding.planes.CONVERTERS", 2)
    planes, pixels = Planes(), noise(0)
    for count in (10, 30, 50, 80, 10):
        pixels[:count] = noise(count)[:count]
        assert bytes_of(planes.of(pixels)) == whole(pixels)
        assert len(planes._converters) <= 3


def test_pixels_may_be_drawn_over_once_they_are_converted() -> None:
    planes, pixels = Planes(), noise(0)
    planes.of(pixels)
    pixels[:] = noise(1)
    assert bytes_of(planes.of(pixels)) == whole(pixels)


def test_another_size_is_converted_whole() -> None:
    planes = Planes()
    planes.of(noise(0))
    smaller = np.ascontiguousarray(noise(1)[: 2 * ROWS])
    assert bytes_of(planes.of(smaller)) == whole(smaller)


@pytest.mark.parametrize(
    ("pixels", "parts"),
    [
        ([], []),
        ([(0, 0)], [(0, ROWS, 0, COLUMNS)]),
        ([(ROWS, 0), (2 * ROWS, COLUMNS)], [(ROWS, 3 * ROWS, 0, 2 * COLUMNS)]),
        (
            [(ROWS - 1, 0), (HEIGHT - 1, WIDTH - 1)],
            [(0, ROWS, 0, COLUMNS), (5 * ROWS, HEIGHT, 3 * COLUMNS, WIDTH)],
        ),
        ([(0, 0), (1, 2 * COLUMNS)], [(0, ROWS, 0, COLUMNS), (0, ROWS, 2 * COLUMNS, 3 * COLUMNS)]),
    ],
)
def test_only_blocks_with_a_changed_pixel_are_named(
    pixels: list[tuple[int, int]], parts: list[tuple[int, int, int, int]]
) -> None:
    before, after = noise(0), noise(0)
    for row, column in pixels:
        after[row, column, 2] ^= 1
    found = [(r.start, r.stop, c.start, c.stop) for r, c in changed(before, after)]
    assert found == parts
