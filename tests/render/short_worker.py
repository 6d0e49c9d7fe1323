"""The worker with segments of a few frames, so that small films have some.

Where KILLED_ONCE names a file that is not there yet, the first of the processes that comes to the
middle of its segment writes down where it was, and is killed.
"""

import contextlib
import os
import signal
import sys
from pathlib import Path

from mlanim.export.worker import main
from mlanim.render import pieces, plan
from mlanim.render.segment import Drawn, Listener, Segment, draw_segment


def killed_once(segment: Segment, listener: Listener) -> Drawn:
    """Draw a segment, or die of it."""

    def listen(done: int) -> None:
        listener(done)
        if 0 < done < segment.end - segment.first:
            with contextlib.suppress(FileExistsError), mark.open("x") as file:
                file.write(f"{segment.first} {segment.end} {done}")
                file.flush()
                os.kill(os.getpid(), signal.SIGKILL)

    mark = Path(os.environ["KILLED_ONCE"])
    return draw_segment(segment, listen)


if __name__ == "__main__":
    plan.SECONDS = 0.02
    if "KILLED_ONCE" in os.environ:
        pieces.draw_segment = killed_once
    sys.exit(main())
