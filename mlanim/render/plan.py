"""What a scene will be, found by one dry pass, and how it is split into segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from mlanim.render.captions import Cue
from mlanim.render.sound import Sound
from mlanim.stage.scene import Slide

SECONDS = 5.0
"""How long drawing a segment should take: long beside reaching its start, short beside a film."""

_FRAME, _PIXEL = 0.002, 9e-9  # seconds that drawing takes: of a frame at all, and of each pixel
_STILL = 0.3  # of a frame's cost, where it is the same as the one before it
_NEAR = 0.25  # of a segment's cost: how far its end moves to fall between two plays


@dataclass(frozen=True)
class Play:
    """One play: its first frame, its length in frames, and the state of the scene as it begins."""

    first: int
    frames: int
    still: bool
    state: str

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

    def before(self, frame: int) -> tuple[int, str]:
        """Where the play begins that has this frame in it, and the scene's state there."""
        found = (play for play in self.plays if play.first <= frame < play.end)
        return next(((play.first, play.state) for play in found), (0, ""))


def split(plays: Sequence[Play], first: int, end: int, pixels: int) -> tuple[tuple[int, int], ...]:
    """Segments as (first frame, end) that cost about as much each, of frames of so many pixels.

    They depend on nothing but the plays: not on the machine, and not on how many draw at once.
    """
    costs = _costs(plays, first, end)
    ideal = SECONDS / (_FRAME + _PIXEL * pixels)  # frames
    count = max(1, round(costs[-1] / ideal))
    share = costs[-1] / count
    between = [play.first for play in plays if first < play.first < end]
    bounds = [first]
    for number in range(1, count):
        wanted = number * share
        inside = first + next(i for i, cost in enumerate(costs) if cost >= wanted)
        near = min(between, key=lambda frame: abs(costs[frame - first] - wanted), default=inside)
        fits = abs(costs[near - first] - wanted) <= _NEAR * share
        bounds.append(max(near if fits else inside, bounds[-1] + 1))
    return tuple(pairwise([*(bound for bound in bounds if bound < end), end]))


def _costs(plays: Sequence[Play], first: int, end: int) -> list[float]:
    """What it costs to come from `first` to each frame up to `end`, in frames in motion."""
    found = [0.0] * (end - first + 1)
    for play in plays:
        for frame in range(max(first, play.first), min(end, play.end)):
            found[frame - first + 1] = _STILL if play.still and frame > play.first else 1.0
    for index in range(1, len(found)):
        found[index] += found[index - 1]
    return found
