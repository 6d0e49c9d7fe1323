"""How long a film still takes, by how fast its frames came lately."""

from __future__ import annotations

from collections import deque

WINDOW = 30.0  # seconds over which the pace is measured
LEAST_SECONDS, LEAST_FRAMES = 3.0, 5  # before which nothing can be said


class Pace:
    """The latest half minute of a film's frames."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, now: float, done: int) -> None:
        """So many frames are there at a time in seconds; fewer than before is a new start."""
        if self._seen and done < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[1][0] >= WINDOW:
            self._seen.popleft()

    def left(self, total: int) -> float | None:
        """Seconds until so many frames are there; None while too few came to tell."""
        if not self._seen:
            return None
        (began, before), (now, done) = self._seen[0], self._seen[-1]
        seconds, frames = now - began, done - before
        if seconds < LEAST_SECONDS or frames < LEAST_FRAMES:
            return None
        return max(total - done, 0) * seconds / frames
