"""How far the drawing of states is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mlanim.engine.events import Event, JobFailed, OutputCurrent, OutputMade, Warned
from mlanim.engine.jobs.job import Job
from mlanim.words.duration import duration_words

EVERY = 5.0  # seconds between plain lines


class Progress:
    """Counts figures as they are made, and hands how many on to `show`.

    Attributes:
        fresh: when figures that were drawn, and not found, were done, seconds.
    """

    def __init__(self, show: Callable[[int, int], None], warn: Callable[[str], None]):
        self._show, self._warn = show, warn
        self._done = self._total = 0
        self._warned: set[str] = set()
        self.fresh: list[float] = []

    def expect(self, figures: int) -> None:
        """So many more are wanted."""
        self._total += figures
        self._show(self._done, self._total)

    def __call__(self, job: Job, event: Event) -> None:
        """Take note of an event of a job."""
        if isinstance(event, Warned) and event.message not in self._warned:
            self._warned.add(event.message)
            self._warn(f"Warning: {event.message}")
        if isinstance(event, OutputMade | OutputCurrent | JobFailed):
            self._done += 1
            if not isinstance(event, OutputCurrent):
                self.fresh.append(time.monotonic())
            self._show(self._done, self._total)

    @property
    def pace(self) -> float | None:
        """Seconds from one figure to the next; None where too few were drawn to tell."""
        if len(self.fresh) < 2:
            return None
        return (self.fresh[-1] - self.fresh[0]) / (len(self.fresh) - 1)


@contextmanager
def progress(quiet: bool) -> Iterator[Progress]:
    """A bar on a terminal, lines elsewhere, and of warnings alone where it is to be quiet."""
    if quiet:
        yield Progress(lambda done, total: None, _say)
    elif sys.stderr.isatty():
        with _bar() as show:
            yield Progress(show, _say)
    else:
        yield Progress(_Lines(), _say)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


class _Lines:
    """A line every few seconds."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._last >= EVERY:
            self._last = time.monotonic()
            _say(f"{done} of {total} figures")


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = BarColumn(), MofNCompleteColumn(), TextColumn("figures"), TimeRemainingColumn()
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


def left_words(pace: float | None, figures: int) -> str:
    """How long so many figures take, in words."""
    return "from the cache" if pace is None else f"about {duration_words(pace * figures)}"
