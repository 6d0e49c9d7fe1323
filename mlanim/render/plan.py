"""What a scene will be, found by one dry pass, and how it is split into segments."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from mlanim.render.captions import Cue
from mlanim.render.sound import Sound
from mlanim.stage.scene import Slide

SECONDS = 3.0
"""How long drawing a segment should take: long beside reaching its start, short beside a film."""

MOST = 16
"""Segments; those of a film that has more take twice as long, or twice that."""

_FRAME, _PIXEL = 0.002, 9e-9  # seconds that drawing takes: of a frame at all, and of each pixel
_STILL = 0.3  # of a frame's cost, where it is the same as the one before it
_NEAR = 0.25  # of a segment's cost: how far its end moves to fall between two plays


@dataclass(frozen=True)
class Play:
    """One play: its first frame, its length in frames, and the state of the scene as it begins.

    `line` is that of the scene's `construct` at which it is played, or 0.
    """

    first: int
    frames: int
    still: bool
    state: str
    line: int = 0

    @property
    def end(self) -> int:
        """The frame after its last."""
        return self.first + self.frames


@dataclass(frozen=True)
class Plan:
    """What a scene will be: how many frames, where it pauses, what is heard, and its plays.

    It is not `divisible` where drawing a frame changes what is drawn next. `said` are the captions
    that the scene adds itself.
    """

    frames: int
    slides: tuple[Slide, ...]
    sound: Sound | None = field(default=None, compare=False)
    plays: tuple[Play, ...] = field(default=(), compare=False)
    divisible: bool = True
    said: tuple[Cue, ...] = field(default=(), compare=False)

    def line(self, frame: int) -> int:
        """The line of `construct` at which a frame is shown, or 0."""
        return next((play.line for play in self.plays if play.first <= frame < play.end), 0)

    def before(self, frame: int) -> tuple[int, str]:
        """Where the play begins that has this frame in it, and the scene's state there."""
        found = (play for play in self.plays if play.first <= frame < play.end)
        return next(((play.first, play.state) for play in found), (0, ""))


def split(plays: Sequence[Play], first: int, end: int, pixels: int) -> tuple[tuple[int, int], ...]:
    """Segments as (first frame, end) that cost about as much each, of frames of so many pixels.

    They depend on nothing but the plays: not on the machine, and not on how many draw at once. But
    for the last two, which share what is left, each depends on the plays up to its end alone, so a
    change leaves those before it.
    """
    costs = _costs(plays, first, end)
    size = SECONDS / (_FRAME + _PIXEL * pixels)  # frames
    while costs[-1] > MOST * size:
        size *= 2
    between = [play.first for play in plays if first < play.first < end]
    bounds = [first]
    while (left := costs[-1] - costs[bounds[-1] - first]) > (1 + _NEAR) * size:
        wanted = costs[bounds[-1] - first] + (size if left > 2 * size else left / 2)
        inside = first + bisect.bisect_left(costs, wanted)
        near = min(between, key=lambda frame: abs(costs[frame - first] - wanted), default=inside)
        fits = near > bounds[-1] and abs(costs[near - first] - wanted) <= _NEAR * size
        bounds.append(near if fits else inside)
        if left <= 2 * size:
            break
    return tuple(pairwise([*bounds, end]))


def _costs(plays: Sequence[Play], first: int, end: int) -> list[float]:
    """What it costs to come from `first` to each frame up to `end`, in frames in motion."""
    found = [0.0] * (end - first + 1)
    for play in plays:
        for frame in range(max(first, play.first), min(end, play.end)):
            found[frame - first + 1] = _STILL if play.still and frame > play.first else 1.0
    for index in range(1, len(found)):
        found[index] += found[index - 1]
    return found
