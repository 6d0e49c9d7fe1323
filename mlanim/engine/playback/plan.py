"""What a scene will be, found by one dry pass, and where it is cut into segments."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from mlanim.engine.encoding.captions import Cue
from mlanim.engine.encoding.sound import Sound
from mlanim.engine.encoding.stills import LONG, STANDING
from mlanim.stage.scene import Slide

GROWTH = 24
"""After so many segments they take twice as long, so that long films do not have hundreds."""

SECONDS = 2.0
"""How long drawing the first segment of a film at 1080p should take: long beside beginning one."""

# Beginning a segment means an encoder with memory for its pictures: a share for any, one by size.
_ANY, _PIXELS = 0.15, 0.85 / (1920 * 1080)
_LONG = 0.5  # of a segment: what is that long by now, and goes on, is likely to have several

# Seconds that drawing takes: of a frame at all, of each pixel, of each item that moves, and of each
# mobject that the scene's own code makes anew.
_FRAME, _PIXEL, _ITEM, _MADE = 0.002, 4.5e-9, 4.5e-6, 3.5e-4
_STILL = 0.6  # of the first two, where a frame is the same as the one before it
_WRITTEN = 0.1  # likewise, where it may not be encoded
_ROUNDING = 1e-9  # seconds, by which sums may differ
_NEAR = 0.25  # of a segment's cost: how far its end moves to fall between two plays


@dataclass(frozen=True)
class Play:
    """One play: its first frame, its length in frames as foreseen, and the state as it begins.

    `items` move in it: the points, cells or faces of a batch, and each other mobject for sixteen.
    `made` is how many mobjects the scene's own code makes for a frame that is drawn, and `remade`
    how many it makes for any, by whoever passes over the play, as its end depends on all frames.
    """

    first: int
    frames: int
    still: bool
    state: str = ""
    items: int = 0
    made: int = 0
    remade: int = 0

    @property
    def end(self) -> int:
        """The frame after its last."""
        return self.first + self.frames

    def costs(self, pixels: int) -> Iterator[float]:
        """Seconds that each of its frames takes, of so many pixels."""
        frame = _FRAME + _PIXEL * pixels
        for index in range(self.frames):
            if not self.still:
                yield frame + _ITEM * self.items + _MADE * self.made
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

    def before(self, frame: int) -> tuple[int, str]:
        """Where the play begins that has this frame in it, and the scene's state there."""
        found = [play for play in self.plays if play.first <= frame]
        return (found[-1].first, found[-1].state) if found else (0, "")

    def spans(self, first: int, end: int, pixels: int) -> tuple[tuple[int, int], ...]:
        """The segments (first frame, end) of what lies between two frames of so many pixels."""
        cuts = Cuts(pixels, first)
        starts = [*(play.first for play in self.plays), self.frames]
        for play, ended in zip(self.plays, starts[1:], strict=True):
            if self.divisible and ended > first and play.first < end:
                cuts.between(play.first)
                cuts.begin(play)
                cuts.end(min(ended, end))
        bounds = [cut for cut in cuts.bounds if cut < end]
        return tuple(zip(bounds, [*bounds[1:], end], strict=True))


class Cuts:
    """The frames at which segments begin, found play by play, as the plays come.

    They depend on nothing but the plays before them: not on the machine, and not on who draws what,
    so that whoever draws a film finds the same ones as whoever plans it.
    """

    def __init__(self, pixels: int, first: int = 0):
        self.bounds = [first]
        self.is_long = False  # whether others should find out what follows, to draw some of it
        self._spent = 0.0  # seconds that others could have spent instead
        self._pixels = pixels
        self._since = 0.0  # seconds since the last cut, as a play began
        self._first = first
        self._costs = [0.0]  # what it costs to come to each frame of the play from its first
        self._share = 1.0  # of the play's seconds that others could spend instead

    def between(self, frame: int) -> None:
        """A play begins at a frame: cut here if the next cut is near."""
        if frame > self.bounds[-1] and self._since >= (1 - _NEAR) * self._size:
            self.bounds.append(frame)
            self._since = 0.0

    def begin(self, play: Play) -> None:
        """Cut within the play that has begun, unless it ends soon."""
        self._first = max(play.first, self.bounds[0])
        costs = list(play.costs(self._pixels))[self._first - play.first :]
        self._costs = [*accumulate(costs, initial=0.0)]
        self._share = max(0.0, 1 - _MADE * play.remade * len(costs) / (self._costs[-1] or 1.0))
        foreseen = self._spent + self._share * self._costs[-1]
        self.is_long = self.is_long or foreseen > _LONG * self._size
        for done in self._ends(self._since + self._costs[-1]):
            index = bisect_left(self._costs, done - self._since - _ROUNDING, lo=1)
            if index < len(costs) and self._first + index > self.bounds[-1]:
                self.bounds.append(self._first + index)

    def _ends(self, seconds: float) -> list[float]:
        """Where so many seconds since the last cut are cut: into segments in pairs.

        So two processes, or any even number of them, end at about the same time.
        """
        if seconds <= (1 + _NEAR) * self._size:
            return []
        before, ends = len(self.bounds) - 1, [0.0]
        while ends[-1] < seconds:
            for _ in range(2):
                number = before + len(ends) - 1
                ends.append(ends[-1] + segment_seconds(self._pixels, number))
        if len(ends) > 3 and seconds - ends[-3] < ends[-1] - seconds:
            del ends[-2:]
        return [end * seconds / ends[-1] for end in ends[1:-1]]

    def end(self, frame: int) -> None:
        """The play has ended before this frame, perhaps sooner than was foreseen."""
        self.bounds = [self.bounds[0], *(cut for cut in self.bounds[1:] if cut < frame)]
        done = self._costs[frame - self._first]
        self._spent += self._share * done
        last = self.bounds[-1] - self._first
        self._since = done - self._costs[last] if last > 0 else self._since + done

    @property
    def _size(self) -> float:
        return segment_seconds(self._pixels, len(self.bounds) - 1)


def segment_seconds(pixels: int, before: int = 0) -> float:
    """How long drawing a segment of so many pixels, with so many before it, should take."""
    return SECONDS * (_ANY + _PIXELS * pixels) * (1 + before / GROWTH)
