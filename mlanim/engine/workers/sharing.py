"""Which segments of a film are there, and which are free, for those who draw them.

Whoever draws runs the scene from its beginning and goes forward only: what others draw is passed
over. So each goes on with the segment after its own while that is free, and else starts in the
middle of the longest stretch that is left, which somebody else is coming to.
"""

from __future__ import annotations

import threading
from itertools import groupby, pairwise

from mlanim.engine.events import FirstRunDrew, SegmentDrawn, SegmentsPlanned


class Share:
    """One segment: what it is as a line of JSON, which frames it has, and how far it is."""

    def __init__(self, number: int, line: str, first: int, end: int):
        self.number, self.line, self.first, self.end = number, line, first, end
        self.is_free, self.is_there = True, False
        self.done = 0  # frames
        self.attempts = 0
        self.before = self.after = ""  # the scene's state

    def put(self, drawn: SegmentDrawn | FirstRunDrew) -> None:
        """It is there."""
        self.is_free, self.is_there, self.done = False, True, self.end - self.first
        self.before, self.after = drawn.before, drawn.after


class Sharing:
    """A film under way. Until it is planned, only its first run draws, one segment after another.

    `fits` is whether those who run the scene have found the same in it.
    """

    def __init__(self) -> None:
        self.shares: list[Share] = []
        self.is_planned = False
        self.first_run_done = 0  # frames
        self._first_run_at: int | None = 0
        self._early: list[FirstRunDrew] = []
        self._disagree = False
        self._lock = threading.RLock()

    def plan(self, planned: SegmentsPlanned) -> int:
        """Take note of the segments; how many of them are free."""
        with self._lock:
            told = zip(planned.segments, planned.places, strict=True)
            self.shares = [Share(n, line, *place) for n, (line, place) in enumerate(told)]
            self.is_planned = True
            for event in self._early:
                self._put(event)
            if self._first_run_at is not None and self._first_run_at < len(self.shares):
                self.shares[self._first_run_at].is_free = False
            for share, drawn in zip(self.shares, planned.there, strict=True):
                if drawn is not None and share.is_free:
                    share.put(drawn)
            return sum(share.is_free for share in self.shares)

    def first_run_drew(self, event: FirstRunDrew) -> None:
        """The first run of the scene has drawn a segment."""
        with self._lock:
            if self.is_planned:
                self._put(event)
            else:
                self._early.append(event)

    def next_of_first_run(self, number: int | None) -> int | None:
        """What the first run draws after a segment; nothing if that is None."""
        with self._lock:
            if self.is_planned and number is not None:
                share = self.take(number)
                self._first_run_at = share.number if share is not None else None
            else:
                self._first_run_at = None if number is None else number + 1
            return self._first_run_at

    def first_run_ended(self, segments: int, frames: int) -> None:
        """The first run of the scene has ended, and found so many segments and frames in it."""
        with self._lock:
            at, self._first_run_at = self._first_run_at, None
            if not self.is_planned:
                return
            owed = [share for share in self.shares if share.number == at and not share.is_there]
            end = self.shares[-1].end if self.shares else 0
            if owed or (len(self.shares), end) != (segments, frames):
                self._disagree = True

    def take(self, number: int | None) -> Share | None:
        """The segment to be drawn after one of a number, or by who has drawn none; it is taken."""
        with self._lock:
            after = -1 if number is None else number
            runs = [
                list(run)
                for free, run in groupby(self.shares[after + 1 :], lambda share: share.is_free)
                if free
            ]
            if not runs:
                return None
            found = runs[0][0]
            if number is None or found.number > number + 1:
                found = self._entry(max(runs, key=len))
            found.is_free, found.done = False, 0
            return found

    def _entry(self, run: list[Share]) -> Share:
        """Where to begin in a stretch of free segments: in its middle, if somebody comes to it."""
        before = run[0].number - 1
        is_awaited = before < 0 or self.shares[before].is_there
        return run[0] if is_awaited else run[len(run) // 2]

    def free(self, share: Share) -> None:
        """Whoever drew a segment is no more."""
        with self._lock:
            share.attempts += 1
            share.is_free, share.done = True, 0

    @property
    def is_decided(self) -> bool:
        """Whether all that is planned is there, or it is known that it will not fit."""
        return self._disagree or all(share.is_there for share in self.shares)

    @property
    def fits(self) -> bool:
        """Whether the scene stood in each segment as the one before it left it."""
        return not self._disagree and all(a.after == b.before for a, b in pairwise(self.shares))

    @property
    def done(self) -> int:
        """How many frames there are."""
        return self.first_run_done + sum(share.done for share in self.shares)

    def _put(self, event: FirstRunDrew) -> None:
        number = event.number
        place = [(share.first, share.end) for share in self.shares[number : number + 1]]
        if place != [(event.first, event.end)]:
            self._disagree = True
            return
        self.shares[number].put(event)
        self.shares[number].done = 0  # it counts with the first run
