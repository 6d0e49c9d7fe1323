"""One job under way: its own process, those that draw its segments, and how it ended."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from queue import SimpleQueue

from mlanim.engine.cache import cache
from mlanim.engine.cache.finished import keep, restore
from mlanim.engine.cache.keys import job_key
from mlanim.engine.errors import RenderError, ending
from mlanim.engine.events import (
    BranchEnded,
    CacheUnusable,
    Event,
    Final,
    FramesDone,
    JobFailed,
    NotRepeatable,
    OfSegment,
    OutputCurrent,
    OutputMade,
    SegmentDrawn,
    SegmentsPlanned,
    Warned,
    WorkerFailed,
    read_event,
)
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.outputs import is_current, remove_leftovers
from mlanim.engine.lines import as_line
from mlanim.engine.workers.orders import DrawBranch, MakeOutput, SegmentsReady
from mlanim.engine.workers.processes import Process, let_go, say
from mlanim.engine.workers.resources import Resources

JOIN, PLAN, DRAW = 0.0, 1.0, 2.0  # what is more urgent first: what is nearly done, then to know all
ATTEMPTS = 2  # of a segment whose process was killed

UNREPEATABLE = (
    "{name} does not come out the same twice, so one process draws all of it. Seed whatever it "
    "takes from chance, the time or the system, and it is drawn by several at once."
)


@dataclass(frozen=True)
class Outcome:
    """How a job ended: with its file, or with a message and the exit code that it asks for."""

    job: Job
    code: int
    message: str = ""
    fresh: bool = True


class Task:
    """A job from its first process to its outcome."""

    def __init__(self, job: Job, resources: Resources, number: int):
        self.job, self.resources, self.number = job, resources, number
        self._main: Process | None = None
        self._attempts = 0
        self._segments: list[_Segment] = []
        self._overhearing: threading.Thread | None = None
        self._overheard: Event | None = None
        self._processes: set[Process] = set()
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None
        self._outcome: Outcome | None = None
        self._done = threading.Event()

    def outcome(self) -> Outcome:
        """Wait until the job has ended."""
        self._done.wait()
        assert self._outcome is not None
        return self._outcome

    def give_up(self) -> None:
        """End, whatever there is to be done."""
        self._end(Outcome(self.job, 130, "interrupted"))

    def begin(self) -> None:
        """Find the job's output there, or start the process that makes it."""
        if not self._lives:
            return
        if is_current(self.job, job_key(self.job)) or restore(self.job):
            self._end(Outcome(self.job, 0, fresh=False), OutputCurrent())
            return
        cache.probe()
        if self.resources.timeout is not None:
            self._timer = threading.Timer(self.resources.timeout, self._time_is_up)
            self._timer.daemon = True
            self._timer.start()
        self._make()

    def _make(self) -> None:
        self._attempts += 1
        elsewhere = self.resources.cluster is not None
        self._main = self._start(as_line(MakeOutput(self.job, elsewhere)))
        self._follow()

    def _follow(self) -> None:
        """Hear the job's own process until it has ended, or waits for its segments."""
        if self._main is None:
            self.give_up()
            return
        if self._overhearing is not None:
            self._overhearing.join()
        last, self._overheard = self._overheard, None
        for event in _events(self._main):
            match event:
                case SegmentsPlanned():
                    self._share_out(event)
                    return
                case OutputMade() | WorkerFailed():
                    last = event
                case CacheUnusable():
                    cache.complain(event.message)
                case OfSegment():
                    raise AssertionError(f"{event} comes when no segment is drawn")
                case _:
                    self.resources.tell(self.job, event)
        code = self._ended(self._main)
        killed = code < 0 and not isinstance(last, Final)
        if killed and self._attempts < ATTEMPTS and self._lives:
            self._make()
        else:
            self._end(_outcome(self.job, code, last))

    def _share_out(self, planned: SegmentsPlanned) -> None:
        """Have each segment drawn; the longer what is left of the job, the sooner."""
        told = zip(planned.segments, planned.frames, planned.branches, strict=True)
        self._segments = [_Segment(number, *segment) for number, segment in enumerate(told)]
        self._overhearing = threading.Thread(
            target=self._overhear, args=(self._main, self._segments), daemon=True
        )
        self._overhearing.start()
        left = sum(planned.frames)
        draw = self._draw if self.resources.cluster is None else self._draw_there
        for segment in self._segments:
            self.resources.drawing.submit((DRAW, -left), partial(draw, segment, self._segments))
            left -= segment.length

    def _draw(self, segment: _Segment, fellows: list[_Segment]) -> None:
        """Have one segment drawn, once more if its process is killed."""
        for _ in range(ATTEMPTS):
            events = self._drawer(segment) if fellows is self._segments else None
            if events is None:
                return
            segment.done, segment.last, segment.is_drawn = 0, None, True
            for event in events:
                segment.last = event
                self._hear(segment, event)
            segment.is_drawn = False
            if segment.code >= 0 or isinstance(segment.last, Final):
                break
        if fellows is self._segments:
            self._drawn(segment)

    def _drawer(self, segment: _Segment) -> Iterator[Event] | None:
        """What is told by whoever draws a segment; None if nothing is to be started any more."""
        if segment.branch:
            return self._by_branch(segment)
        process = self._start(segment.line)
        return self._by_process(segment, process) if process is not None else None

    def _by_branch(self, segment: _Segment) -> Iterator[Event]:
        """What a branch of the job's process tells as it draws a segment; it does so once."""
        segment.branch = False
        assert self._main is not None
        say(self._main, as_line(DrawBranch(segment.number)))
        while not isinstance(event := segment.heard.get(), BranchEnded):
            yield event
        segment.code = event.code

    def _by_process(self, segment: _Segment, process: Process) -> Iterator[Event]:
        """What a process of its own tells as it draws a segment."""
        for event in _events(process):
            assert not isinstance(event, OfSegment)
            yield event
        segment.code = self._ended(process)

    def _overhear(self, main: Process, segments: list[_Segment]) -> None:
        """Hand on what branches tell through the job's process, until it speaks for itself."""
        for event in _events(main):
            if not isinstance(event, OfSegment):
                self._overheard = event
                break
            segments[event.segment].heard.put(event.told)
        for segment in segments:
            segment.heard.put(BranchEnded(-signal.SIGKILL))

    def _draw_there(self, segment: _Segment, fellows: list[_Segment]) -> None:
        """Have one segment drawn by the cluster, which tries again by itself."""
        cluster = self.resources.cluster
        if fellows is not self._segments or cluster is None:
            return
        try:
            answer = cluster.draw(
                segment.line, partial(self._hear, segment), lambda: fellows is not self._segments
            )
        except (RenderError, OSError) as error:
            answer = 1, WorkerFailed(str(error))
        if fellows is self._segments:
            segment.code, segment.last = answer
            self._drawn(segment)

    def _hear(self, segment: _Segment, event: Event) -> None:
        match event:
            case FramesDone():
                segment.done = event.done
                self._tell_progress()
            case CacheUnusable():
                cache.complain(event.message)

    def _drawn(self, segment: _Segment) -> None:
        """Go on from how a segment ended: with the others, with joining, or not at all."""
        match segment.last:
            case SegmentDrawn():
                segment.done, segment.is_there = segment.length, True
                self._tell_progress()
                if all(fellow.is_there for fellow in self._segments):
                    self._resume(_fit(self._segments))
            case NotRepeatable():
                self._resume(False)
            case _:
                self._end(_outcome(self.job, segment.code, segment.last))

    def _resume(self, fit: bool) -> None:
        """Let the job's own process join its segments, or draw all of it if they do not fit."""
        with self._lock:
            if not self._segments:
                return  # another segment came first
            self._segments = []
            others = self._processes - {self._main}
        if not fit:
            message = UNREPEATABLE.format(name=self.job.scene.name)
            self.resources.tell(self.job, Warned(message))
            self._stop(others)
        if self._main is not None:
            say(self._main, as_line(SegmentsReady(fit)))
        self.resources.pool.submit((JOIN, self.number), self._follow)

    def _tell_progress(self) -> None:
        with self._lock:
            done = sum(segment.done for segment in self._segments)
            drawing = sum(segment.is_drawn for segment in self._segments)
        if done:
            self.resources.tell(self.job, FramesDone(done, drawing))

    def _start(self, line: str) -> Process | None:
        process = self.resources.start(line) if self._lives else None
        if process is not None:
            with self._lock:
                self._processes.add(process)
            if not self._lives:
                let_go(process)
        return process

    def _ended(self, process: Process) -> int:
        self.resources.ended(process)
        remove_leftovers(Path(self.job.output).parent, process.pid)
        with self._lock:
            self._processes.discard(process)
        return process.wait()

    def _stop(self, processes: set[Process]) -> None:
        for process in processes:
            let_go(process)
        for process in processes:
            self._ended(process)

    @property
    def _lives(self) -> bool:
        return self._outcome is None

    def _time_is_up(self) -> None:
        message = (
            f"{self.job.scene.name} was not ready after {self.resources.timeout:g} s (--timeout)."
        )
        self._end(Outcome(self.job, 1, message))

    def _end(self, outcome: Outcome, event: Event | None = None) -> None:
        """The job has ended so; whatever still runs for it ends."""
        with self._lock:
            if self._outcome is not None:
                return
            self._outcome, self._segments = outcome, []
            running = set(self._processes)
        if self._timer is not None:
            self._timer.cancel()
        self._stop(running)
        if self._main is not None:
            remove_leftovers(Path(self.job.output).parent, self._main.pid)
        if not outcome.code and outcome.fresh:
            keep(self.job)
        self.resources.tell(self.job, event or _last_event(outcome))
        self._done.set()


class _Segment:
    """A segment under way: the line that says what it is, and how far it is.

    `branch` is whether one of the job's process is there to draw it, `is_drawn` whether somebody
    here draws it now, and `is_there` whether it is made, and whoever made it has ended.
    """

    def __init__(self, number: int, line: str, length: int, branch: bool):
        self.number, self.line, self.length, self.branch = number, line, length, branch
        self.done, self.code = 0, 0
        self.is_drawn = self.is_there = False
        self.last: Event | None = None
        self.heard: SimpleQueue[Event] = SimpleQueue()


def _fit(segments: list[_Segment]) -> bool:
    """Whether the scene stood in each segment as the one before it left it."""
    drawn = [segment.last for segment in segments if isinstance(segment.last, SegmentDrawn)]
    return all(a.after == b.before for a, b in pairwise(drawn))


def _events(process: Process) -> Iterator[Event | OfSegment]:
    assert process.stdout is not None
    for line in process.stdout:
        if line.endswith("\n"):  # else it was killed while it wrote
            yield read_event(line)


def _outcome(job: Job, code: int, last: Event | None) -> Outcome:
    """What a process's exit code and its last event amount to."""
    match last:
        case OutputMade():
            return Outcome(job, 0)
        case WorkerFailed():
            return Outcome(job, 2 if last.usage else 1, last.message)
    return Outcome(job, 1, ending(f"drew {job.scene.name}", code))


def _last_event(outcome: Outcome) -> Event:
    return JobFailed(outcome.code, outcome.message) if outcome.code else OutputMade()
