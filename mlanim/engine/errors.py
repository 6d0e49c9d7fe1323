"""The two ways in which a run can fail, each with a message for the user."""

from __future__ import annotations

import errno
import signal
import traceback
from pathlib import Path
from typing import Any

LONGEST = 60


class _Said(Exception):
    """An error whose message is all that its reader needs."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of our own lines."""
        return str(self).splitlines()


class UsageError(_Said):
    """What was asked for cannot be done as asked: exit code 2."""


class RenderError(_Said):
    """What was asked for was tried and failed: exit code 1."""


class OutputError(OSError):
    """The output could not be written; never the fault of the scene that was being drawn."""


def shortened(value: Any, longest: int = LONGEST) -> str:
    """A value as it was given, on one line, cut to what fits in a sentence.

    What a terminal would act upon instead of showing it is replaced.
    """
    text = value if isinstance(value, str) else repr(value)
    shown = "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text)
    return shown if len(text) <= longest else f"{shown[:longest]}… ({len(text)} characters)"


def ending(doing: str, code: int) -> str:
    """How the process that was `doing` something ended, if it ended without a word."""
    if code >= 0:
        return f"The process that {doing} ended with code {code}."
    name = signal.Signals(-code).name
    hint = "; it may have run out of memory" if name == "SIGKILL" else ""
    return f"The process that {doing} was ended by {name}{hint}."


def reason(error: Exception) -> str:
    """Why something could not be read, without Python's numbers and quotes around it."""
    said = error.strerror if isinstance(error, OSError) else None
    return shortened(said or str(error) or type(error).__name__, 200)


def words(error: Exception, output: Path) -> str:
    """Whatever went wrong, in a sentence or in a scene's own lines."""
    if isinstance(error, (UsageError, RenderError)):
        return str(error)
    if (about_manims_settings := settings_words(error)) is not None:
        return about_manims_settings
    if isinstance(error, ImportError):
        missing = shortened(str(error), 300)
        return f"{missing}. `mlanim check` says what is missing and how to get it."
    if isinstance(error, OSError):
        return os_error_words(error, output)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    said = shortened(f"{type(error).__name__}: {error}", 300)
    return f"mlanim itself failed ({Path(frame.filename).name}, line {frame.lineno}): {said}"


def settings_words(error: BaseException) -> str | None:
    """What is wrong with a manim.cfg, which manim reads as it is imported; None of other errors."""
    places = [
        Path(frame.filename).parts[-3:] for frame in traceback.extract_tb(error.__traceback__)
    ]
    if ("manim", "_config", "__init__.py") not in places:
        return None
    read = (Path.home() / ".config" / "manim" / "manim.cfg", Path.cwd() / "manim.cfg")
    named = " or ".join(str(path) for path in read if path.is_file())
    return f"manim cannot read {named}: {shortened(str(error), 200)}. Mend it, or move it away."


def os_error_words(error: OSError, output: Path) -> str:
    """A failed write in a sentence."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full: {output} could not be written. Free some space or use -o."
    return f"Cannot write {output}: {error.strerror or error}."


class Unrepeatable(BaseException):
    """A scene came out unlike what its plan says; no fault that its code could catch."""


class NotPainted(Unrepeatable):
    """A scene looks at a picture of its film that was passed over."""
