"""Typst in a process of its own, which can be ended at any time and cannot reach the network.

A request is a line of JSON, the answer a line with a word and a length, and then as many bytes.
Typst itself heeds no signal while it compiles, and takes as long and as much as a text asks for.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Literal

from mlanim.engine.errors import RenderError, ending, shortened
from mlanim.engine.workers.parent_watch import end_with_parent

Format = Literal["svg", "png", "pdf", "html"]

NOWHERE = os.devnull  # a folder can be neither there nor made there
OFFLINE = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9"),
    **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9"),
    "NO_PROXY": "",
    "no_proxy": "",
}
"""Typst downloads the packages that a text imports, and nothing but a proxy keeps it from that:
this one is a port at which nobody listens."""

NO_PACKAGES = "packages cannot be used: a deck needs nothing from a network or from elsewhere"


class TypstProcess:
    """A process that compiles, started when it is first needed, and ended by `close`."""

    def __init__(self, timeout: float | None = None):
        self.timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None

    def compile(
        self, source: str, root: str, format: Format, fonts: tuple[str, ...], ppi: float
    ) -> bytes:
        """Typst's output for a source whose files are below `root`; `fonts` are folders of fonts.

        Raises:
            ValueError: with Typst's reason.
            RenderError: if it takes longer than the timeout, or the process is ended.
        """
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        asked = {"source": source, "root": root, "format": format, "fonts": fonts, "ppi": ppi}
        try:
            process.stdin.write(json.dumps(asked).encode() + b"\n")
            process.stdin.flush()
            if not select.select([process.stdout], [], [], self.timeout)[0]:
                raise RenderError(f"Typst was not ready after {self.timeout:g} s (--timeout).")
            word, length = process.stdout.readline().split()
            answer = process.stdout.read(int(length))
        except (BrokenPipeError, ValueError) as error:
            raise RenderError(ending("set a slide", process.wait())) from error
        if word == b"ok":
            return answer
        raise ValueError(_reason(answer.decode(), root))

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            self._process.kill()
            with self._process:
                self._process = None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__],
                env={**os.environ, **OFFLINE},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # an interrupt of the terminal is the parent's to answer
            )
        return self._process


def _reason(said: str, root: str) -> str:
    if "failed to download package" in said or "package not found" in said:
        return NO_PACKAGES
    return shortened(said.replace(root, ""), 300)


_current: list[TypstProcess] = []


@contextlib.contextmanager
def within(timeout: float | None) -> Iterator[None]:
    """Have one process compile all that is compiled in the block."""
    _current.append(TypstProcess(timeout))
    try:
        yield
    finally:
        _current.pop().close()


def compile_typst(
    source: str, root: str, format: Format, fonts: tuple[str, ...], ppi: float
) -> bytes:
    """Compile in the process of the block, or in one for this alone.

    Raises:
        ValueError, RenderError: as `TypstProcess.compile` does.
    """
    if _current:
        return _current[-1].compile(source, root, format, fonts, ppi)
    with within(None):
        return _current[-1].compile(source, root, format, fonts, ppi)


def main() -> int:
    """Compile what the parent asks for, until it asks no more or is gone."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    lines = end_with_parent()
    while True:
        word, payload = _compiled(json.loads(lines.get()))
        answers.write(f"{word} {len(payload)}\n".encode() + payload)
        answers.flush()


def _compiled(asked: dict[str, Any]) -> tuple[str, bytes]:
    import typst

    try:
        compiler = typst.Compiler(
            root=asked["root"],
            font_paths=_fonts(tuple(asked["fonts"])),
            ignore_system_fonts=True,
            package_path=NOWHERE,
            package_cache_path=NOWHERE,
        )
        found = compiler.compile(asked["source"].encode(), format=asked["format"], ppi=asked["ppi"])
    except RuntimeError as error:
        return "error", str(error).encode(errors="replace")
    assert isinstance(found, bytes)
    return "ok", found


@functools.lru_cache(maxsize=4)
def _fonts(folders: tuple[str, ...]) -> Any:
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=list(folders)
    )


if __name__ == "__main__":
    sys.exit(main())
