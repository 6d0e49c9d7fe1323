"""What a scene will be, found by one dry pass, and how it is split into segments."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from mlanim.engine.encoding.captions import Cue
from mlanim.engine.encoding.sound import Sound
from mlanim.engine.encoding.stills import LONG, STANDING
from mlanim.stage.scene import Slide

SECONDS = 3.0
"""How long drawing a segment should take: long beside beginning one, short beside a film."""

MOST = 16
"""Segments; those of a film that has more take twice as long, or twice that."""

# Seconds that drawing takes: of a frame at all, of each pixel, and of each item that moves.
_FRAME, _PIXEL, _ITEM = 0.002, 4.5e-9, 4.5e-6
_STILL = 0.6  # of the first two, where a frame is the same as the one before it
_WRITTEN = 0.1  # likewise, where it may not be encoded
_ROUNDING = 1e-9  # seconds, by which sums may differ
_LAST = 4.0  # of a segment's cost: what is left of a film is shared out if it costs no more
_WHOLE = 0.6  # likewise: what is left is not divided
_NEAR, _NEARER = 0.25, 0.1  # of a segment's cost: how far its end moves to fall between two plays


@dataclass(frozen=True)
class Play:
    """One play: its first frame, its length in frames, and the state of the scene as it begins.

    `line` is that of the scene's `construct` at which it is played, or 0. `items` move in it: the
    points, cells or faces of a batch, and each other mobject for four.
    """

    first: int
    frames: int
    still: bool
    state: str
    line: int = 0
    items: int = 0

    @property
    def end(self) -> int:
        """The frame after its last."""
        return self.first + self.frames

    def costs(self, pixels: int) -> Iterator[float]:
        """Seconds that each of its frames takes, of so many pixels."""
        frame = _FRAME + _PIXEL * pixels
        for index in range(self.frames):
            if not self.still:
                yield frame + _ITEM * self.items
            elif index < STANDING or self.frames <= LONG:
                yield frame * (_STILL if index else 1)
            else:
                yield frame * _WRITTEN


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
    for the last few, which share what is left, so that all who draw end at about the same time,
    each depends on the plays up to its end alone: a change leaves those before it.
    """
    costs = _costs(plays, first, end, pixels)
    size = SECONDS
    while costs[-1] > MOST * size:
        size *= 2
    between = [play.first for play in plays if first < play.first < end]
    bounds = [first]

    def cut(wanted: float, reach: float) -> None:
        """End a segment where it costs so much to come to: with a play if one ends near there."""
        inside = min(first + bisect.bisect_left(costs, wanted - _ROUNDING), end - 1)
        near = min(between, key=lambda frame: abs(costs[frame - first] - wanted), default=inside)
        bound = near if abs(costs[near - first] - wanted) <= reach else inside
        if bound > bounds[-1]:
            bounds.append(bound)

    while costs[-1] - (done := costs[bounds[-1] - first]) > _LAST * size and bounds[-1] < end - 1:
        cut(done + size, _NEAR * size)
    left = costs[-1] - done
    shares = _shares(left / size, len(bounds) - 1)
    for share in range(1, shares):
        cut(done + left * share / shares, _NEARER * left / shares)
    return tuple(pairwise([*bounds, end]))


def _shares(left: float, before: int) -> int:
    """Into how many segments goes what is left, so that one or two who draw have as much to do."""
    if left <= _WHOLE:
        return 1
    return 2 if left <= 2 else 4 + before % 2


def _costs(plays: Sequence[Play], first: int, end: int, pixels: int) -> list[float]:
    """What it costs to come from `first` to each frame up to `end`, seconds."""
    each = [cost for play in plays for cost in play.costs(pixels)]
    return list(accumulate(each[first:end], initial=0.0))
