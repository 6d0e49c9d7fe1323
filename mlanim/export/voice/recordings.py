"""A folder of recordings, one a step, named by number: 01.wav, 02.mp3, with 01.txt if need be."""

from __future__ import annotations

import re
from pathlib import Path

from mlanim.engine.encoding.voice import RATE, samples_of
from mlanim.engine.errors import UsageError, reason, shortened
from mlanim.engine.jobs.outputs import sha256_of
from mlanim.engine.jobs.reading import text_of
from mlanim.engine.jobs.voice import Recording

SUFFIXES = (".wav", ".mp3", ".flac", ".ogg")
TEXT = ".txt"

_OTHERS = (".aac", ".aiff", ".aif", ".m4a", ".mp4", ".oga", ".opus", ".webm", ".wma")
_NUMBER = re.compile(r"0*([1-9]\d{0,3})", re.ASCII)


def files_of(folder: Path) -> dict[int, Path]:
    """The recordings in a folder by the number of their step.

    Raises:
        UsageError: if there is no such folder, and for a recording that is wrongly named.
    """
    if not folder.is_dir():
        raise UsageError(
            f"There is no folder {shortened(str(folder), 200)} of recordings; "
            "`mlanim narrate SCENE -o voice/` writes what is to be said into one."
        )
    found: dict[int, Path] = {}
    for path in sorted(folder.iterdir()):
        suffix = path.suffix.lower()
        if path.name.startswith(".") or suffix not in (*SUFFIXES, *_OTHERS):
            continue
        number = _number_of(path)
        if suffix not in SUFFIXES:
            raise UsageError(f"{path} is of another format; a recording is WAV, MP3, FLAC or Ogg.")
        if number in found:
            raise UsageError(
                f"{found[number].name} and {path.name} in {folder} are both of step {number}; "
                "leave one."
            )
        found[number] = path
    return found


def texts_of(folder: Path) -> dict[int, str]:
    """The texts in a folder by the number of their step, each on one line.

    Raises:
        UsageError: for one that cannot be read.
    """
    found = {}
    for path in sorted(folder.glob(f"*{TEXT}")):
        if match := _NUMBER.fullmatch(path.stem):
            try:
                found[int(match[1])] = " ".join(text_of(path).split())
            except (OSError, ValueError) as error:
                raise UsageError(f"Cannot read {path}: {reason(error)}.") from error
    return found


def recording_of(path: Path, step: int, text: str = "") -> Recording:
    """A recording that was read from beginning to end.

    Raises:
        UsageError: if it is damaged, too long, or nothing can be heard in it.
    """
    try:
        seconds = len(samples_of(path)) / RATE
    except ValueError as error:
        raise UsageError(f"{path} cannot be used: {error}.") from error
    return Recording(step, str(path.absolute()), sha256_of(path), seconds, text)


def _number_of(path: Path) -> int:
    match = _NUMBER.fullmatch(path.stem)
    if match is None:
        raise UsageError(
            f"{path} is not named by the number of a step; call it 01{path.suffix} for the first, "
            f"02{path.suffix} for the second."
        )
    return int(match[1])
