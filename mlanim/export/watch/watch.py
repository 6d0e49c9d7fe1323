"""Draws a scene again whenever what it is made from is saved, and tells a page and a terminal."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

from mlanim.engine.cache.keys import job_key
from mlanim.engine.cache.reads import FILE, FOLDER, current_key
from mlanim.engine.cache.sources import PACKAGE, closure, given_files, modules, texts_in
from mlanim.engine.errors import RenderError, UsageError
from mlanim.engine.events import Computing, FramesDone, Planned, WorkerFailed
from mlanim.engine.jobs.job import Job
from mlanim.engine.lines import as_line
from mlanim.engine.workers.processes import Process, Processes, end, lines_of, say
from mlanim.export.watch.changes import Changes
from mlanim.export.watch.messages import ClipsLacking, FilmMade, Order, SceneRead, Told, read_told
from mlanim.export.watch.preview_server import PreviewState

WORKER = "mlanim.export.watch.worker"


class Watch:
    """One scene under watch.

    Args:
        ask: reads the settings and gives the job; what it raises is shown.
        settings: files that `ask` reads.
        folder: for clips and films.
        state: what pages are told.
        say: writes a line to the terminal.
    """

    def __init__(
        self,
        ask: Callable[[], Job],
        settings: list[Path],
        folder: Path,
        state: PreviewState,
        say: Callable[[str], None],
    ):
        self.ask, self.settings = ask, settings
        self.folder, self.state, self.say = folder, state, say
        self._changes = Changes()
        self._read: tuple[Path, ...] = ()  # by the scene as it ran
        # Byte code tells its age in whole seconds only.
        self._processes = Processes(WORKER, PYTHONDONTWRITEBYTECODE="1")
        self._running: list[Process] = []
        self._job: Job | None = None
        self._number = 0
        self._total = 1  # frames to be drawn
        self._began = 0.0
        self._digest = ""

    def run(self) -> None:
        """Draw, and draw again at each change, until an interrupt."""
        (self.folder / "clips").mkdir()
        self._changes.start()
        try:
            self._draw()
            while True:
                self._after(self._changes.next())
        finally:
            self._changes.stop()
            self._end_processes()
            self._processes.close()

    def _after(self, changed: set[Path]) -> None:
        scenes = Path(self._job.scene.path).parent if self._job is not None else None
        if any(PACKAGE in path.parents and path.parent != scenes for path in changed):
            self._end_processes()
            self._processes.close()  # what they have imported is old
            for clip in (self.folder / "clips").iterdir():
                clip.unlink()
            self._digest = ""
        self._draw()

    def _draw(self) -> None:
        """Order a film, unless nothing that it shows has changed."""
        self._began = time.monotonic()
        try:
            job = self._job = self.ask()
            digest = current_key(job)
        except (UsageError, RenderError, OSError) as error:
            self._digest = ""
            self._changes.look_at(self.settings)
            self._fail(str(error))
            return
        self._changes.look_at([*_sources(job), *self.settings, *self._read])
        if digest == self._digest:
            return
        self._digest = digest
        self._number += 1
        film = self.folder / f"{self._number}.mp4"
        self.state.update(status="drawing", progress=0.0)
        self._order(Order(self._number, job_key(job), job, str(self.folder / "clips"), str(film)))

    def _order(self, order: Order) -> None:
        """Have an order carried out, in place of the last one."""
        self._end_processes()
        threading.Thread(target=self._follow, args=(order,), daemon=True).start()

    def _follow(self, order: Order) -> None:
        """Hear the process that looks at the scene, and have drawn what it lacks."""
        looking = self._started(order)
        for told in _told(looking):
            if isinstance(told, ClipsLacking):
                drawing = self._started(replace(order, clips=told.clips))
                self._hear_all(order, drawing)
                say(looking, "")
            else:
                self._hear(order, told)
        self._hear_all(order, looking)

    def _hear_all(self, order: Order, process: Process) -> None:
        """Hear a process to its end; one that could not say why it ended is spoken for."""
        for told in _told(process):
            self._hear(order, told)
        code = process.wait()
        if code < 0 and process in self._running:
            name = signal.Signals(-code).name
            self._fail(f"The process that drew was ended by {name}.")

    def _started(self, order: Order) -> Process:
        process = self._processes.start()
        self._running.append(process)
        say(process, as_line(order))
        return process

    def _end_processes(self) -> None:
        running, self._running = self._running, []
        for process in running:
            end(process)

    def _hear(self, order: Order, told: Told) -> None:
        if order.number != self._number:
            return
        match told:
            case Computing():
                self.say(told.words)
            case SceneRead(key, names):
                self._has_read(key, names)
            case Planned(frames):
                self._total = frames
            case FramesDone(done):
                if done == self._total or done % 15 == 0:
                    self.state.update(progress=done / self._total)
            case WorkerFailed(message):
                self._fail(message)
            case FilmMade():
                self._made(told)

    def _has_read(self, key: str, names: tuple[str, ...]) -> None:
        """Have what the scene read watched too; what changed since is a change."""
        kinds = (name.partition(" ") for name in names)
        self._read = tuple(Path(what) for kind, _, what in kinds if kind in (FILE, FOLDER))
        self._digest = key
        for path in self._read[:1]:
            self._changes.put(path)

    def _made(self, film: FilmMade) -> None:
        seconds = time.monotonic() - self._began
        drawn = sum(end - first for first, end in film.drawn)
        address = f"films/{self._number}.mp4"
        self.state.update(status="ready", message="", **asdict(film) | {"film": address})
        self.say(f"drew {drawn:.1f} s of {film.duration:.1f} s in {seconds:.1f} s")
        for old in self.folder.glob("*.mp4"):
            if old.stem not in (str(self._number), str(self._number - 1)):
                old.unlink(missing_ok=True)

    def _fail(self, message: str) -> None:
        """Show what is wrong; the last good film stays."""
        self.state.update(status="failed", message=message)
        self.say(f"Error: {message}")


def _sources(job: Job) -> list[Path]:
    """All files that a job's film is made from."""
    scene = Path(job.scene.path)
    roots = modules(WORKER, scene, scene.parent)
    files = closure([scene, *roots], scene.parent)
    return [*files, *given_files(texts_in(job.params), scene.parent)]


def _told(process: Process) -> Iterator[Told]:
    return map(read_told, lines_of(process))
