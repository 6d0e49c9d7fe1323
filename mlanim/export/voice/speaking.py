"""A program that turns a text file into a sound file: `espeak-ng -f {text} -w {out}`."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

from mlanim.engine.cache import cache
from mlanim.engine.cache.keys import text_key
from mlanim.engine.errors import RenderError, UsageError, shortened
from mlanim.engine.jobs.outputs import sha256_of

KIND = "speech"
SECONDS = 600
"""How long a program may take for a step."""


class Speaker:
    """Makes recordings with a command, which has {text} and {out} where its files are named.

    What it made of a text once is taken from the cache, as long as the command and the files that
    it names, such as a voice, are the same.

    Raises:
        UsageError: for a command without these, or that cannot be split into words.
    """

    def __init__(self, command: str):
        try:
            self.words = shlex.split(command)
        except ValueError as error:
            raise UsageError(f"--tts {shortened(command)!r} is no command: {error}.") from error
        for place in ("{text}", "{out}"):
            if not any(place in word for word in self.words):
                raise UsageError(
                    f"--tts {shortened(command)!r} has no {place}; a command names the file of the "
                    "text as {text} and that of the sound as {out}, as in "
                    "'espeak-ng -f {text} -w {out}'."
                )

    def recording(self, text: str, path: Path) -> Path:
        """Have a text spoken into a WAV file.

        Raises:
            UsageError: if there is no such program.
            RenderError: if it fails, or writes no file.
        """
        key = f"{text_key(json.dumps([text, self.words, self._files()]))}.wav"
        if cache.fetch(KIND, key, path) is None:
            self._run(text, path)
            cache.put(KIND, key, path)
        return path

    def _files(self) -> list[str]:
        """The hashes of the files that the command names."""
        named = (Path(word) for word in self.words)
        return [sha256_of(path) for path in named if path.is_file()]

    def _run(self, text: str, path: Path) -> None:
        written = path.with_suffix(".txt")
        written.write_text(f"{text}\n", encoding="utf-8")
        files = {"{text}": str(written), "{out}": str(path)}
        words = [_filled(word, files) for word in self.words]
        try:
            done = subprocess.run(
                words, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
            )
        except FileNotFoundError as error:
            raise UsageError(
                f"There is no program {shortened(words[0])!r} for --tts; install it, or give its "
                "path."
            ) from error
        except OSError as error:
            raise UsageError(f"--tts cannot run {words[0]}: {error.strerror}.") from error
        except subprocess.TimeoutExpired as error:
            raise RenderError(f"{words[0]} was not ready after {SECONDS} s.") from error
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"]
            raise RenderError(
                f"{words[0]} failed with code {done.returncode}: {shortened(said[-1], 200)}"
            )
        if not path.is_file():
            raise RenderError(f"{words[0]} ended well but wrote no file at {{out}}.")


def _filled(word: str, files: dict[str, str]) -> str:
    for place, file in files.items():
        word = word.replace(place, file)
    return word
