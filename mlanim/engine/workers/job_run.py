"""One job under way: its own process, those that plan and draw with it, and how it ended.

The job's process draws its film by itself. Once the film is long, and as soon as anybody has
nothing better to do, another process plans it, and others draw segments of it as well.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mlanim.engine.cache import cache, times
from mlanim.engine.cache.finished import keep, restore
from mlanim.engine.cache.keys import job_key
from mlanim.engine.cache.ownership import refuse_for
from mlanim.engine.cache.reads import current_key
from mlanim.engine.errors import RenderError, UsageError, ending
from mlanim.engine.events import (
    CacheUnusable,
    Event,
    FilmIsLong,
    Final,
    FirstRunDrew,
    FramesDone,
    JobFailed,
    KeyWanted,
    NotRepeatable,
    OutputCurrent,
    OutputMade,
    Planned,
    SegmentDrawn,
    SegmentsPlanned,
    SegmentsWanted,
    SegmentWanted,
    Warned,
    WorkerFailed,
)
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.outputs import is_current, remove_leftovers
from mlanim.engine.lines import as_line
from mlanim.engine.workers.orders import NOTHING, READY, MakeOutput, PlanFilm
from mlanim.engine.workers.processes import Process, events_of, let_go, say
from mlanim.engine.workers.resources import Resources
from mlanim.engine.workers.sharing import Share, Sharing

UNREAD = (
    "{folder}/manim.cfg is not read: set what shapes the film in the scene's file, as "
    "config.background_color, or in mlanim.toml and on the command line."
)

JOIN, BEGIN, PLAN, DRAW = 0.0, 1.0, 2.0, 3.0
"""What is more urgent first: to end what is nearly done, and to begin all, before any is shared."""

CHANGED = (
    "The file of {name}, or one that it uses, changed while it was drawn by several processes; now "
    "one draws all of it, from what is there."
)

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


class JobRun:
    """A job from its first process to its outcome."""

    def __init__(self, job: Job, resources: Resources, number: int):
        self.job, self.resources, self.number = job, resources, number
        self._main: Process | None = None
        self._key = ""  # of the output as the job began
        self._attempts = 0
        self._began = 0.0
        self._is_alone = False
        self._sharing = Sharing()
        self._is_waiting = False  # whether the job's process does, for segments of others
        self._helping = 0  # how many others draw
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
        try:
            self._warn_of_settings()
            if self._is_there():
                self._end(Outcome(self.job, 0, fresh=False), OutputCurrent())
                return
        except UsageError as error:
            self._end(Outcome(self.job, 2, str(error)))
            return
        cache.probe()
        self._began = time.monotonic()
        if self.resources.timeout is not None:
            self._timer = threading.Timer(self.resources.timeout, self._time_is_up)
            self._timer.daemon = True
            self._timer.start()
        self._make()

    def _warn_of_settings(self) -> None:
        """Say which settings nobody reads, whether or not the output is there already."""
        folder = Path(self.job.scene.path).parent
        if (folder / "manim.cfg").is_file():
            self.resources.tell(self.job, Warned(UNREAD.format(folder=folder)))

    def _is_there(self) -> bool:
        """Whether the files are there, or were kept and are now.

        Raises:
            UsageError: if they would take the place of files that are not ours.
        """
        self._key = current_key(self.job)
        if not cache.is_passed_by() and is_current(self.job, self._key):
            return True
        refuse_for(self.job)
        return restore(self.job)

    def _make(self, alone: bool = False) -> None:
        """Start the job's process anew; what others draw for the last one is not wanted."""
        self._attempts += 1
        self._is_alone = alone
        self._main, self._sharing, self._is_waiting = None, Sharing(), False
        self._stop(set(self._processes))
        elsewhere = self.resources.cluster is not None and not alone
        self._main = self._start(as_line(MakeOutput(self.job, self._key_now, elsewhere, alone)))
        self._follow()

    def _follow(self) -> None:
        """Hear the job's own process until it has ended, or waits for segments of others."""
        main = self._main
        if main is None:
            self.give_up()
            return
        last: Event | None = None
        for last in events_of(main):
            if self._hear_main(main, last):
                return
        code = self._ended(main)
        if main is not self._main:
            return  # another one has taken its place
        killed = code < 0 and not isinstance(last, Final)
        if killed and self._attempts < ATTEMPTS and self._lives:
            self._make()
        elif isinstance(last, NotRepeatable) and not self._is_alone:
            self._draw_alone(last.looks)
        else:
            self._end(_outcome(self.job, code, last))

    def _hear_main(self, main: Process, event: Event) -> bool:
        """Act on what the job's process tells; whether it waits now."""
        match event:
            case FramesDone():
                self._sharing.first_run_done = event.done
                self._tell_progress()
            case FilmIsLong():
                plan = partial(self._plan, self._sharing, event)
                self.resources.pool.submit((PLAN, self.number), plan)
            case FirstRunDrew():
                self._sharing.first_run_drew(event)
            case SegmentWanted():
                number = self._sharing.next_of_first_run(event.number)
                say(main, NOTHING if number is None else str(number))
            case KeyWanted():
                say(main, self._key_now)
            case SegmentsWanted():
                self._sharing.first_run_ended(event.segments, event.frames)
                return self._waits()
            case SegmentsPlanned():
                self._sharing.next_of_first_run(None)
                self._share_out(self._sharing, event)
                return self._waits()
            case CacheUnusable():
                cache.complain(event.message)
            case OutputMade() | WorkerFailed() | NotRepeatable():
                pass
            case _:
                self.resources.tell(self.job, event)
        return False

    def _waits(self) -> bool:
        """The job's process waits; whether it goes on waiting."""
        with self._lock:
            waits = not (self._sharing.is_decided and self._sharing.fits)
            self._is_waiting = waits
        if waits:
            self._look_whether_decided()  # after which somebody else may hear it already
        else:
            self._join()
        return waits

    def _look_whether_decided(self) -> None:
        """Once all is there, have the job's process go on, or another draw all if it does not fit.

        A film that is not planned yet is drawn by its first run alone.
        """
        with self._lock:
            if not (self._is_waiting and self._sharing.is_decided):
                return
            self._is_waiting = False
        self.resources.pool.submit((JOIN, self.number), self._resume)

    def _resume(self) -> None:
        if self._sharing.fits:
            self._join()
            self._follow()
        else:
            self._draw_alone()

    def _join(self) -> None:
        if self._main is not None:
            say(self._main, READY)

    def _draw_alone(self, looks: bool = False) -> None:
        """Have one process draw all of it: the scene did not come out the same twice.

        One that `looks` at its own film needs all of that before it.
        """
        if not looks:
            found = UNREPEATABLE if current_key(self.job) == self._key else CHANGED
            self.resources.tell(self.job, Warned(found.format(name=self.job.scene.name)))
        self._attempts = 0
        self._make(alone=True)

    def _plan(self, sharing: Sharing, film: FilmIsLong) -> None:
        """Have a film planned that its first run is still busy with."""
        if sharing is not self._sharing or self._is_waiting:
            return
        order = PlanFilm(self.job, film.temporary, film.film, film.data)
        process = self._start(as_line(order))
        if process is None:
            return
        last: Event | None = None
        for last in events_of(process):
            match last:
                case Planned():
                    self.resources.tell(self.job, last)
                case SegmentsPlanned():
                    self._share_out(sharing, last)
                case CacheUnusable():
                    cache.complain(last.message)
        code = self._ended(process)
        if isinstance(last, WorkerFailed) and sharing is self._sharing:
            self._end(_outcome(self.job, code, last))

    def _share_out(self, sharing: Sharing, planned: SegmentsPlanned) -> None:
        """Have segments drawn by whoever is free; the longer what is left, the sooner."""
        free = sharing.plan(planned)
        left = sum(share.end - share.first for share in sharing.shares if share.is_free)
        draw = self._draw if self.resources.cluster is None else self._draw_there
        for _ in range(free):
            self.resources.drawing.submit((DRAW, -left), partial(draw, sharing))
        self._look_whether_decided()

    def _draw(self, sharing: Sharing) -> None:
        """Have segments drawn while there are any that nobody draws."""
        while sharing is self._sharing and self._lives:
            share = sharing.take(None)
            process = self._start(share.line) if share is not None else None
            if share is None or process is None:
                return
            self._helps(1)
            share, last = self._draw_in_turn(sharing, share, process)
            self._helps(-1)
            code = self._ended(process)
            if sharing is not self._sharing or share.is_there:
                continue
            if isinstance(last, NotRepeatable):
                self._draw_alone(last.looks)
            elif isinstance(last, WorkerFailed) or code >= 0 or share.attempts + 1 == ATTEMPTS:
                self._end(_outcome(self.job, code, last))
            else:  # it was killed
                sharing.free(share)

    def _draw_in_turn(
        self, sharing: Sharing, share: Share, process: Process
    ) -> tuple[Share, Event | None]:
        """Hear a process that draws, and give it further segments; its last one, and last event."""
        last: Event | None = None
        for last in events_of(process):
            self._hear(share, last)
            if isinstance(last, SegmentDrawn):
                following = sharing.take(share.number)
                say(process, following.line if following is not None else NOTHING)
                self._put(share, last)
                share = following or share
        return share, last

    def _draw_there(self, sharing: Sharing) -> None:
        """Have one segment drawn by the cluster, which tries again by itself."""
        cluster, share = self.resources.cluster, sharing.take(None)
        if sharing is not self._sharing or cluster is None or share is None:
            return
        self._helps(1)
        try:
            hear, gone = partial(self._hear, share), lambda: sharing is not self._sharing
            code, last = cluster.draw(share.line, hear, gone)
        except (RenderError, OSError) as error:
            code, last = 1, WorkerFailed(str(error))
        self._helps(-1)
        if sharing is not self._sharing:
            return
        if isinstance(last, SegmentDrawn):
            self._put(share, last)
        elif isinstance(last, NotRepeatable):
            self._draw_alone(last.looks)
        else:
            self._end(_outcome(self.job, code, last))

    def _hear(self, share: Share, event: Event) -> None:
        match event:
            case FramesDone():
                share.done = event.done
                self._tell_progress()
            case CacheUnusable():
                cache.complain(event.message)

    def _put(self, share: Share, drawn: SegmentDrawn) -> None:
        """A segment is there; once all are, the job's process goes on."""
        share.put(drawn)
        self._tell_progress()
        self._look_whether_decided()

    def _helps(self, more: int) -> None:
        """So many more draw: threads count at once here."""
        with self._lock:
            self._helping += more

    def _tell_progress(self) -> None:
        done, workers = self._sharing.done, self._helping + (not self._is_waiting)
        if done:
            self.resources.tell(self.job, FramesDone(done, workers))

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
    def _key_now(self) -> str:
        """The key of the job with its files as they are now; "" if they cannot be read."""
        try:
            return job_key(self.job)
        except OSError:
            return ""

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
            self._outcome, self._sharing = outcome, Sharing()
            running = set(self._processes)
        if self._timer is not None:
            self._timer.cancel()
        self._stop(running)
        if self._main is not None:
            remove_leftovers(Path(self.job.output).parent, self._main.pid)
        if not outcome.code and outcome.fresh:
            keep(self.job)
            times.note(self.job, time.monotonic() - self._began)
        self.resources.tell(self.job, event or _last_event(outcome))
        self._done.set()


def _outcome(job: Job, code: int, last: Event | None) -> Outcome:
    """What a process's exit code and its last event amount to."""
    match last:
        case OutputMade():
            return Outcome(job, 0)
        case WorkerFailed():
            return Outcome(job, 2 if last.usage else 1, last.message)
        case NotRepeatable():
            why = "looks at its own film, which is not drawn for this"
            why = why if last.looks else "is another film each time that it is run"
            return Outcome(job, 1, f"{job.scene.name} {why}.")
    return Outcome(job, 1, ending(f"drew {job.scene.name}", code))


def _last_event(outcome: Outcome) -> Event:
    return JobFailed(outcome.code, outcome.message) if outcome.code else OutputMade()
