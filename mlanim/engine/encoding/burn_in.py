"""Captions drawn into the frames: the picture a little smaller, its captions in a band below it.

The band has the theme's background, so that it reads as a wider margin; nothing that a scene
draws, its own caption line included, can lie under a caption.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from manim import VGroup

from mlanim.engine.encoding.captions import Cue
from mlanim.engine.encoding.video import FrameEncoder
from mlanim.engine.jobs.job import Job
from mlanim.stage import theme
from mlanim.stage.arrays.camera import StageCamera
from mlanim.stage.text.texts import Text

BAND = 1.1  # manim units of the frame's height
PITCH = 0.36  # manim units from one baseline to the next
LAST_BASELINE = 0.42  # manim units over the frame's lower edge


def picture_of(job: Job) -> Job:
    """The job of drawing what stands over the band: the same, at the size that is left."""
    if not job.burn_in:
        return job
    share = 1 - BAND * _pixels_per_unit(job) / job.height
    return replace(
        job, width=_even(job.width * share), height=_even(job.height * share), burn_in=False
    )


def _pixels_per_unit(job: Job) -> float:
    return min(job.width / theme.FRAME_WIDTH, job.height / theme.FRAME_HEIGHT)


def _even(side: float) -> int:
    return 2 * round(side / 2)


class CaptionedEncoder:
    """Takes the frames of the smaller picture and hands on whole ones with their captions.

    `first` is the number in the video of the first frame that the encoder takes.
    """

    def __init__(self, encoder: FrameEncoder, job: Job, captions: Sequence[Cue], first: int = 0):
        self.encoder = encoder
        self.captions = captions
        self.job = job
        self.first = first

    @property
    def frames(self) -> int:
        """How many frames were taken so far."""
        return self.encoder.frames

    def write(self, pixels: np.ndarray, repeat: int = 1, parts: object = None) -> None:
        """Append a frame, (rows, columns, 4) uint8, `repeat` times, each with what is said then."""
        for lines, count in self._runs(repeat):
            self.encoder.write(framed(self.job, pixels, lines), count)

    def key(self) -> None:
        """As the encoder's."""
        self.encoder.key()

    def finish(self) -> None:
        """As the encoder's."""
        self.encoder.finish()

    def abort(self) -> None:
        """As the encoder's."""
        self.encoder.abort()

    def _runs(self, count: int) -> Iterator[tuple[tuple[str, ...], int]]:
        """The next `count` frames as stretches that say the same."""
        done = 0
        while done < count:
            said = self._said(self.frames)
            run = 1
            while done + run < count and self._said(self.frames + run) == said:
                run += 1
            yield said, run
            done += run

    def _said(self, frame: int) -> tuple[str, ...]:
        milliseconds = 1000 * (self.first + frame) / self.job.fps
        return next((c.lines for c in self.captions if c.start <= milliseconds < c.end), ())


def framed(job: Job, picture: np.ndarray, lines: tuple[str, ...] = ()) -> np.ndarray:
    """A whole frame: the picture over its band with a caption in it, (height, width, 4)."""
    if not job.burn_in:
        return picture
    rows, columns = picture.shape[:2]
    left = (job.width - columns) // 2
    scale = _pixels_per_unit(job)
    band = _band(job.width, job.height - rows, scale, job.theme, lines)
    frame = np.empty((job.height, job.width, 4), np.uint8)
    frame[:] = band[0, 0]
    frame[:rows, left : left + columns] = picture
    frame[rows:] = band
    return frame


@functools.lru_cache(maxsize=4)
def _band(
    width: int, rows: int, scale: float, theme_name: str, lines: tuple[str, ...]
) -> np.ndarray:
    """The band with its lines, each centred, (rows, width, 4); `scale` is pixels a manim unit."""
    camera = StageCamera(
        pixel_width=width,
        pixel_height=rows,
        frame_width=width / scale,
        frame_height=rows / scale,
        background_color=theme.color("background"),
    )
    bottom = -rows / scale / 2
    texts = VGroup(Text(line) for line in lines)
    for number, text in enumerate(texts):
        height = LAST_BASELINE + (1 - number) * PITCH  # a lone line stands where a first one does
        text.baseline_at([-text.advance / 2, bottom + height, 0])
    camera.capture_mobjects([texts] if lines else [])
    return np.array(camera.pixel_array)
