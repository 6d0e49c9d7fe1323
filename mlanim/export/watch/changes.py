"""Files under watch: what was saved, once its editor has finished."""

from __future__ import annotations

import contextlib
import os
import queue
from collections.abc import Callable, Iterable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

QUIET = 0.05  # seconds without a further change: an editor saves a file in several steps
SETTLED = ("closed", "created", "modified", "moved", "deleted")


class Changes:
    """The changes of some files, which may not be there yet, as they come."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Path] = queue.SimpleQueue()
        self._observer = Observer()
        self._observed: set[Path] = set()
        self._files: set[Path] = set()

    def start(self) -> None:
        """Begin to look."""
        self._observer.start()

    def stop(self) -> None:
        """Look no more."""
        self._observer.stop()

    def look_at(self, files: Iterable[Path]) -> None:
        """Have changes of these files noticed too."""
        self._files |= {path.absolute() for path in files}
        for folder in {*self._files, *(path.parent for path in self._files)} - self._observed:
            if folder.is_dir():
                self._observed.add(folder)
                self._observer.schedule(_Listener(self._notice), str(folder))

    def put(self, path: Path) -> None:
        """Say that a file has changed."""
        self._queue.put(path)

    def next(self) -> set[Path]:
        """Wait for a change; the files that changed, once it is over."""
        found = {self._first()}
        with contextlib.suppress(queue.Empty):
            while True:
                found.add(self._queue.get(timeout=QUIET))
        return found

    def _first(self) -> Path:
        while True:  # an interrupt must be able to come between
            with contextlib.suppress(queue.Empty):
                return self._queue.get(timeout=1.0)

    def _notice(self, path: Path) -> None:
        if path in self._files or path.parent in self._files or path.suffix == ".py":
            self.put(path)


class _Listener(FileSystemEventHandler):
    def __init__(self, notice: Callable[[Path], None]):
        self.notice = notice

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Hand on which file was saved, whichever way its editor does that."""
        if event.event_type in SETTLED and not event.is_directory:
            for name in {event.src_path, getattr(event, "dest_path", "")} - {""}:
                self.notice(Path(os.fsdecode(name)))
