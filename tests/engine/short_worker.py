"""The worker with segments of a few frames, so that small films have some.

Where KILLED_ONCE names a file that is not there yet, the first of the processes that comes to the
middle of what it draws writes down what that was, and is killed. Where SHARED names a file, the
first run of a scene waits in its second segment until others draw as well.
"""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from mlanim.engine.film.segment import Drawing
from mlanim.engine.playback import plan
from mlanim.export.worker import main

TAKE = Drawing.take
KILLED_ONCE, SHARED = (os.environ.get(name, "") for name in ("KILLED_ONCE", "SHARED"))
# Looked up here, before the scene runs, since what is read then becomes part of its key.


def dies_once(drawing: Drawing) -> None:
    """Kill the first process that comes here."""
    mark = Path(KILLED_ONCE)
    with contextlib.suppress(FileExistsError), mark.open("x") as file:
        file.write(drawing.piece.name)
        file.flush()
        os.kill(os.getpid(), signal.SIGKILL)


def shares(drawing: Drawing) -> None:
    """Have the first run of a scene, in whose name all pieces lie, wait for the others."""
    mark = Path(SHARED)
    if not drawing.piece.name.startswith(f".mlanim-{os.getpid()}-"):
        mark.touch()
    while drawing.piece.name.endswith(".0001") and not mark.exists():
        time.sleep(0.01)


def take(drawing: Drawing, pixels: np.ndarray, repeat: int, parts: Any) -> None:
    """Take a frame."""
    TAKE(drawing, pixels, repeat, parts)
    if SHARED:
        shares(drawing)
    if KILLED_ONCE and drawing.frames >= 3:
        dies_once(drawing)


if __name__ == "__main__":
    plan.SECONDS = 0.06
    Drawing.take = take  # type: ignore[method-assign]
    sys.exit(main())
