"""Typst in a process of its own: whoever has the threads that it starts cannot be forked."""

from __future__ import annotations

import os
import signal
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import NoReturn

from mlanim.stage.text import typesetting


class Typesetter:
    """A fork that compiles for this process, from now on until `close`."""

    def __init__(self) -> None:
        self._connection, theirs = Pipe()
        self._process = os.fork()
        if self._process == 0:
            _serve(theirs)
        theirs.close()
        typesetting.compile_with(self._compile)

    def leave(self) -> None:
        """In a fork of this process: compile here."""
        typesetting.compile_with(typesetting.compile_here)
        self._connection.close()

    def close(self) -> None:
        """Have the fork end."""
        self.leave()
        os.kill(self._process, signal.SIGKILL)  # it holds nothing but the connection
        os.waitpid(self._process, 0)

    def _compile(self, source: str, files: tuple[str, ...]) -> bytes:
        try:
            self._connection.send((source, files))
            answer = self._connection.recv()
        except (EOFError, OSError):  # it was killed
            return typesetting.compile_here(source, files)
        if isinstance(answer, str):
            raise RuntimeError(answer)
        return bytes(answer)


def _serve(connection: Connection) -> NoReturn:
    """Answer with a page, or with what is wrong with its source, until nobody asks any more."""
    try:
        kept = connection.fileno()
        os.closerange(3, kept)
        os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))
        while True:
            source, files = connection.recv()
            try:
                connection.send(typesetting.compile_here(source, files))
            except RuntimeError as error:
                connection.send(str(error))
    finally:
        os._exit(0)
