"""Forks of the process that plans a film: each stands where a play begins, until it is to draw on.

All that comes before a segment's first frame has been gone through by the plan: the scene's file
is imported, its texts are set, its plays are over. A branch goes on from there, so that none of it
is done twice.
"""

from __future__ import annotations

import contextlib
import gc
import os
import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Self

from manim import config

from mlanim.engine.cache import cache
from mlanim.engine.events import (
    BranchEnded,
    CacheUnusable,
    FramesDone,
    NotRepeatable,
    OfSegment,
    SegmentDrawn,
    read_event,
)
from mlanim.engine.film import kept_segments
from mlanim.engine.film.segment import Drawing, Segment
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.kinds import PICTURES
from mlanim.engine.lines import from_line
from mlanim.engine.maker import Branches, Emit
from mlanim.engine.playback import plan, scratch
from mlanim.engine.playback.loading import faults_of
from mlanim.engine.playback.plan import Play
from mlanim.engine.playback.renderer import FrameRenderer, Unrepeatable
from mlanim.engine.playback.typesetter import Typesetter
from mlanim.engine.workers.parent_watch import end_with_parent
from mlanim.engine.workers.pipe import Pipe, leaver, tell
from mlanim.engine.workers.processes import is_alone

MOST = 2 * plan.MOST
"""Branches that wait at once; if there are more, every second one is given up."""


@dataclass(frozen=True)
class _Branch:
    """One that waits in a play: the first frame that it can draw, and its stdin and stdout."""

    frame: int
    process: int
    stdin: int
    stdout: int

    def close(self) -> None:
        """Leave it to itself."""
        os.close(self.stdin)
        os.close(self.stdout)

    def end(self) -> None:
        """Have it end without having drawn."""
        self.close()
        os.waitpid(self.process, 0)


class Forks(Branches):
    """Those of one plan, which is made within the `with` block. There, a branch ends.

    There are none where another thread runs that a fork
    would lack; and none at the beginning, so that whoever draws from there tells whether the scene
    comes out the same twice.
    """

    def __init__(self, job: Job, emit: Emit):
        self._job, self._emit = job, emit
        self._spacing = plan.SECONDS / 2
        self._passed = 0.0  # seconds of drawing since the last one
        self._waiting: list[_Branch] = []
        self._drawn_by: dict[int, _Branch] = {}  # by the segment's number
        self._drawing_on: list[_Branch] = []
        self._listening: list[threading.Thread] = []
        self._typesetter: Typesetter | None = None
        self._segment: Segment | None = None  # in a branch
        self._drawing: Drawing | None = None
        self._renderer: FrameRenderer

    def is_due(self) -> bool:
        """Whether the last one is far enough."""
        return self._passed >= self._spacing

    def at_play(self, renderer: FrameRenderer, play: Play) -> None:
        """Have branches stand here: one if the last is far enough, and more where a play is long.

        In a branch, this returns once it is to draw, and its renderer draws. Where the state in
        which the last play ended was not noted, the first frame cannot be compared.
        """
        if not (self._are_wanted and is_alone()):
            return
        cost = sum(play.costs(self._job.width * self._job.height))
        due = self.is_due()
        for _ in range(int(due) + int(cost / self._spacing)):
            segment = self._fork(play.first if due else play.first + 1)
            if segment is not None:
                self._draw(segment, renderer)
                return
        self._passed = (0.0 if due else self._passed) + cost
        if len(self._waiting) > MOST:
            self._thin_out()

    def assign(self, segments: Sequence[Segment]) -> list[bool]:
        """Which segments have a branch that goes on to them; those without a segment end."""
        for number, segment in enumerate(segments):
            before = [branch for branch in self._waiting if branch.frame <= segment.first]
            if before:
                self._drawn_by[number] = before[-1]
                self._waiting.remove(before[-1])
        for branch in self._waiting:
            branch.end()
        self._waiting = []
        return [number in self._drawn_by for number in range(len(segments))]

    def draw(self, number: int, line: str) -> None:
        """Have a segment drawn by its branch; what that says is passed on."""
        branch = self._drawn_by.pop(number)
        self._drawing_on.append(branch)
        with contextlib.suppress(OSError):  # it may be dead
            os.write(branch.stdin, line.encode() + b"\n")
        thread = threading.Thread(target=self._listen, args=(number, branch), daemon=True)
        self._listening.append(thread)
        thread.start()

    def end(self) -> None:
        """Have all of them end, whatever they do."""
        for branch in [*self._waiting, *self._drawn_by.values()]:
            branch.end()
        for branch in self._drawing_on:
            os.close(branch.stdin)
        for thread in self._listening:
            thread.join()
        self._waiting, self._drawn_by, self._drawing_on = [], {}, []

    def __enter__(self) -> Self:
        if self._are_wanted and is_alone():
            self._typesetter = Typesetter()
        return self

    def __exit__(self, kind: Any, fault: BaseException | None, trace: Any) -> None:
        if self._segment is None:
            if self._typesetter is not None:
                self._typesetter.close()
        else:
            code = 1
            try:
                self._say_how_it_ended(fault)
                code = 0
            finally:
                self._leave(code)

    @property
    def _are_wanted(self) -> bool:
        return self._job.format not in PICTURES

    def _fork(self, frame: int) -> Segment | None:
        """Fork; a branch returns with its segment as soon as it has one."""
        (theirs, stdin), (stdout, says) = os.pipe(), os.pipe()
        chance = random.getstate()
        process = os.fork()
        if process:
            os.close(theirs)
            os.close(says)
            self._waiting.append(_Branch(frame, process, stdin, stdout))
            return None
        try:
            random.setstate(chance)  # Python gives a fork other numbers
            for branch in self._waiting:
                branch.close()
            self._waiting.clear()
            os.close(stdin)
            os.close(stdout)
            os.dup2(theirs, 0)
            os.close(theirs)
            line = _line()
            if line:
                return self._become(from_line(Segment, line), says)
            os._exit(0)
        except BaseException:
            os._exit(1)

    def _become(self, segment: Segment, says: int) -> Segment:
        """Be what draws a segment, and leave the planning process's own things alone."""
        cut_off = leaver(Path(self._job.output), segment.piece)
        gc.freeze()  # what is shared now stays shared
        if self._typesetter is not None:
            self._typesetter.leave()
        answers = end_with_parent(cut_off)
        self._emit.close()
        self._emit = Pipe(os.fdopen(says, "w", encoding="utf-8"), answers, cut_off)
        cache.say_through(lambda message: self._emit(CacheUnusable(message)))
        self._segment = segment
        return segment

    def _draw(self, segment: Segment, renderer: FrameRenderer) -> None:
        """Have the renderer draw the segment, unless it is kept."""

        def listen(done: int) -> None:
            self._emit(FramesDone(done))

        drawn = kept_segments.kept(segment, listen)
        if drawn is not None:
            self._emit(SegmentDrawn(drawn.before, drawn.after))
            self._leave()
        config.media_dir = str(scratch.folder())
        self._drawing, self._renderer = Drawing(segment, listen), renderer
        renderer.draw_on(self._drawing.take, self._drawing.span)

    def _say_how_it_ended(self, fault: BaseException | None) -> None:
        """Make the segment whole, or tell what was wrong."""
        assert self._segment is not None
        try:
            with faults_of(self._job.scene):
                if fault is not None:
                    raise fault
                assert self._drawing is not None
                drawn = self._drawing.finish(self._renderer.states)
            kept_segments.keep(self._segment, drawn)
            self._emit(SegmentDrawn(drawn.before, drawn.after))
        except Unrepeatable:
            self._emit(NotRepeatable())
        except Exception as error:
            if self._drawing is not None:
                self._drawing.abort()
            tell(self._emit, error, Path(self._job.output))

    def _leave(self, code: int = 0) -> NoReturn:
        leaver(Path(self._job.output))()
        os._exit(code)

    def _listen(self, number: int, branch: _Branch) -> None:
        """Pass on what a branch says, and last how it ended."""
        with os.fdopen(branch.stdout, encoding="utf-8") as lines:
            for line in lines:
                if line.endswith("\n"):  # else it was killed while it wrote
                    told = read_event(line)
                    assert not isinstance(told, OfSegment)
                    self._emit(OfSegment(number, told))
        _, status = os.waitpid(branch.process, 0)
        self._emit(OfSegment(number, BranchEnded(os.waitstatus_to_exitcode(status))))

    def _thin_out(self) -> None:
        for branch in self._waiting[1::2]:
            branch.end()
        self._waiting = self._waiting[::2]
        self._spacing *= 2


def _line() -> str:
    """The line that comes on stdin, "" if none does."""
    found = b""
    while not found.endswith(b"\n"):
        piece = os.read(0, 65536)
        if not piece:
            return ""
        found += piece
    return found.decode()
