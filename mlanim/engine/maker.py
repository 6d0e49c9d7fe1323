"""What makes an output, what it is handed, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlanim.engine.events import Event
from mlanim.engine.jobs.job import Job


class Emit:
    """Tells the parent of a process how it is going. This one has no parent to tell.

    `shares` is whether there is one, which can have other processes draw segments. Segments are
    drawn `elsewhere` by other machines; `alone`, nothing is divided, since the scene does not come
    out the same twice. `film` is the key of the film, and `data` the file of what was computed.
    """

    shares = False
    elsewhere = False
    alone = False
    film = ""
    data = ""

    def __call__(self, event: Event) -> None:
        """Tell of one event."""

    def ask(self, event: Event) -> str:
        """Tell of one event, and wait for the line that answers it."""
        raise RuntimeError(f"Nobody answers to {event}.")


@dataclass(frozen=True)
class Made:
    """What a maker leaves behind at the temporary path, and what is said about it."""

    poster: bytes | None
    details: dict[str, Any]
    beside: Mapping[str, bytes] = field(default_factory=dict)  # by what follows the output's stem


Maker = Callable[[Job, Any, Any, Any, Path, Emit], Made]
"""Makes a job's output: from the job, the scene's class, its parameters and data, at a path."""
