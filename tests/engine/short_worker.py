"""The worker with segments of a few frames, so that small films have some.

Where KILLED_ONCE names a file that is not there yet, the first of the processes that comes to the
middle of its segment writes down where it was, and is killed; with KILLED_FROM, of those whose
segment begins at that frame or after. With NO_BRANCHES, each segment has a process of its own.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mlanim.engine.film.segment import Drawing
from mlanim.engine.playback import plan
from mlanim.engine.workers import worker
from mlanim.export.worker import main


def dies_once(take: Callable[[Drawing, np.ndarray, int, Any], None]) -> Any:
    """A way to take frames of which one process dies."""

    def taken(drawing: Drawing, pixels: np.ndarray, repeat: int, parts: Any) -> None:
        take(drawing, pixels, repeat, parts)
        segment, done = drawing.segment, drawing.encoder.frames
        if 0 < done < segment.end - segment.first and segment.first >= first:
            with contextlib.suppress(FileExistsError), mark.open("x") as file:
                file.write(f"{segment.first} {segment.end} {done}")
                file.flush()
                os.kill(os.getpid(), signal.SIGKILL)

    mark = Path(os.environ["KILLED_ONCE"])
    first = int(os.environ.get("KILLED_FROM", "0"))
    return taken


if __name__ == "__main__":
    plan.SECONDS = 0.02
    if "KILLED_ONCE" in os.environ:
        Drawing.take = dies_once(Drawing.take)
    if "NO_BRANCHES" in os.environ:
        worker.FORKS = False
    sys.exit(main())
