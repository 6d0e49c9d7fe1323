"""The script of a scene or a lecture as files: a text for each step, and all with its times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlanim.engine.cache import ownership
from mlanim.engine.errors import RenderError, UsageError, os_error_words
from mlanim.engine.jobs.outputs import prepare_folder
from mlanim.export.voice.recordings import TEXT

OVERVIEW = "script.md"


@dataclass(frozen=True)
class ScriptStep:
    """What is said in a step: its number, what it is called, its text, and its times in seconds.

    A step of a film has a `start` and an `end`; one that stands until the lecturer goes on has not.
    """

    number: int
    called: str
    text: str
    start: float | None = None
    end: float | None = None

    @property
    def times(self) -> str:
        """Such as "0:12.5 to 0:20.0 (7.5 s)"; "" where it has none."""
        if self.start is None or self.end is None:
            return ""
        return f"{_clock(self.start)} to {_clock(self.end)} ({self.end - self.start:.1f} s)"


@dataclass(frozen=True)
class Script:
    """A script: its title, its steps, and the files that it was written into."""

    title: str
    steps: tuple[ScriptStep, ...]
    paths: tuple[Path, ...] = ()


def write(script: Script, folder: Path, force: bool) -> tuple[Path, ...]:
    """Write a text file for each step in which something is said, and all of them in one.

    Raises:
        UsageError: if nothing is said, or a file is there that somebody has written or changed.
        RenderError: if they cannot be written.
    """
    said = [step for step in script.steps if step.text]
    if not said:
        raise UsageError(f"{script.title} has neither notes nor sentences: nothing is said in it.")
    prepare_folder(folder)
    files = {folder / f"{step.number:02}{TEXT}": f"{step.text}\n" for step in said}
    files[folder / OVERVIEW] = overview(script)
    if not force:
        _refuse_changed(files)
    for path, text in files.items():
        try:
            ownership.save(path, text.encode(), force=True)
        except OSError as error:
            raise RenderError(os_error_words(error, path)) from error
    return tuple(files)


def _refuse_changed(files: Mapping[Path, str]) -> None:
    """All of them before the first is written."""
    ownership.refuse({path: ownership.hash_of(text.encode()) for path, text in files.items()}, {})


def overview(script: Script) -> str:
    """The script to read from: each step with its number and its times."""
    return "\n".join([f"# {script.title}", *(_paragraph(step) for step in script.steps)])


def _paragraph(step: ScriptStep) -> str:
    head = " · ".join(filter(None, (f"{step.number:02}", step.called, step.times)))
    return f"\n## {head}\n\n{step.text or '(nothing is said)'}\n"


def _clock(seconds: float) -> str:
    tenths = round(10 * seconds)
    return f"{tenths // 600}:{tenths // 10 % 60:02}.{tenths % 10}"
