"""Draws a scene again whenever what it is made from is saved, and tells a page and a terminal."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from mlanim.engine.cache.keys import job_key
from mlanim.engine.cache.sources import PACKAGE, closure, modules, named_files, texts_in
from mlanim.engine.errors import RenderError, UsageError
from mlanim.engine.jobs.job import Job
from mlanim.engine.lines import as_line
from mlanim.engine.workers.processes import FORKS
from mlanim.export.watch.preview_server import Board
from mlanim.export.watch.warm import Order

QUIET = 0.05  # seconds without a further change: an editor saves a file in several steps
SETTLED = ("closed", "created", "modified", "moved", "deleted")
IN_FORCE = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",  # no thread may be there at a fork
    "OMP_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",  # byte code tells its age in whole seconds only
}


class Watch:
    """One scene under watch.

    Args:
        ask: reads the settings and gives the job; what it raises is shown.
        settings: files that `ask` reads.
        folder: for clips and films.
        board: what pages are told.
        say: writes a line to the terminal.
    """

    def __init__(
        self,
        ask: Callable[[], Job],
        settings: list[Path],
        folder: Path,
        board: Board,
        say: Callable[[str], None],
    ):
        self.ask, self.settings = ask, settings
        self.folder, self.board, self.say = folder, board, say
        self._changes: queue.SimpleQueue[Path] = queue.SimpleQueue()
        self._observer = Observer()
        self._observed: set[Path] = set()
        self._files: set[Path] = set()
        self._process: subprocess.Popen[str] | None = None
        self._job: Job | None = None
        self._number = 0
        self._began = 0.0
        self._digest = ""

    def run(self) -> None:
        """Draw, and draw again at each change, until an interrupt."""
        (self.folder / "clips").mkdir()
        self._observer.start()
        try:
            self._draw()
            while True:
                self._after(self._gathered())
        finally:
            self._observer.stop()
            self._end_process()

    def _gathered(self) -> set[Path]:
        """The files of the next change, once it is over."""
        found = {self._next_change()}
        with contextlib.suppress(queue.Empty):
            while True:
                found.add(self._changes.get(timeout=QUIET))
        return found

    def _next_change(self) -> Path:
        while True:  # an interrupt must be able to come between
            with contextlib.suppress(queue.Empty):
                return self._changes.get(timeout=1.0)

    def _after(self, changed: set[Path]) -> None:
        scenes = Path(self._job.scene.path).parent if self._job is not None else None
        if any(PACKAGE in path.parents and path.parent != scenes for path in changed):
            self._end_process()  # what it has imported is old
            for clip in (self.folder / "clips").iterdir():
                clip.unlink()
            self._digest = ""
        self._draw()

    def _draw(self) -> None:
        """Order a film, unless nothing that it shows has changed."""
        self._began = time.monotonic()
        try:
            job = self._job = self.ask()
            digest = job_key(job)
        except (UsageError, RenderError, OSError) as error:
            self._digest = ""
            self._look_at(self.settings)
            self._fail(str(error))
            return
        self._look_at([*_sources(job), *self.settings])
        if digest == self._digest:
            return
        self._digest = digest
        self._number += 1
        film = self.folder / f"{self._number}.mp4"
        self.board.update(status="drawing", progress=0.0)
        self._order(Order(self._number, job, str(self.folder / "clips"), str(film)))

    def _look_at(self, files: list[Path]) -> None:
        """Have changes of these files noticed, also of those that are not there yet."""
        self._files |= {path.absolute() for path in files}
        for folder in {path.parent for path in self._files} - self._observed:
            if folder.is_dir():
                self._observed.add(folder)
                self._observer.schedule(_Listener(self._notice), str(folder))

    def _notice(self, path: Path) -> None:
        if path in self._files or path.suffix == ".py":
            self._changes.put(path)

    def _order(self, order: Order) -> None:
        if self._process is None or self._process.poll() is not None or not FORKS:
            self._end_process()
            self._start_process()
        assert self._process is not None
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended: its reader says so
            self._process.stdin.write(as_line(order) + "\n")
            self._process.stdin.flush()

    def _start_process(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "mlanim.export.watch.warm"],
            env={**os.environ, **IN_FORCE},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # a Ctrl-C reaches us alone
        )
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            with contextlib.suppress(OSError):
                process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=2)
            process.kill()
            process.wait()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event.pop("number", self._number) == self._number:
                self._hear(event)
        if process is self._process and process.wait() != 0:
            self._fail(f"The process that draws ended with code {process.returncode}.")

    def _hear(self, event: dict[str, Any]) -> None:
        match event.pop("event"):
            case "compute":
                self.say("computing")
            case "frame":
                share = event["done"] / event["total"]
                if event["done"] == event["total"] or event["done"] % 15 == 0:
                    self.board.update(progress=share)
            case "failed":
                self._fail(event["message"])
            case "made":
                self._made(event)

    def _made(self, about: dict[str, Any]) -> None:
        seconds = time.monotonic() - self._began
        drawn = sum(end - first for first, end in about["drawn"])
        self.board.update(status="ready", message="", film=f"films/{self._number}.mp4", **about)
        self.say(f"drew {drawn:.1f} s of {about['duration']:.1f} s in {seconds:.1f} s")
        for film in self.folder.glob("*.mp4"):
            if film.stem not in (str(self._number), str(self._number - 1)):
                film.unlink(missing_ok=True)

    def _fail(self, message: str) -> None:
        """Show what is wrong; the last good film stays."""
        self.board.update(status="failed", message=message)
        self.say(f"Error: {message}")


def _sources(job: Job) -> list[Path]:
    """All files that a job's film is made from."""
    scene = Path(job.scene.path)
    roots = modules("mlanim.export.watch.warm", scene, scene.parent)
    files = closure([scene, *roots], scene.parent)
    return [*files, *named_files(texts_in(job.params), scene.parent)]


class _Listener(FileSystemEventHandler):
    def __init__(self, notice: Callable[[Path], None]):
        self.notice = notice

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Hand on which file was saved, whichever way its editor does that."""
        if event.event_type in SETTLED and not event.is_directory:
            for name in {event.src_path, getattr(event, "dest_path", "")} - {""}:
                self.notice(Path(os.fsdecode(name)))
