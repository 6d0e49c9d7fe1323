"""The process that looks at a scene under watch, or draws some of its clips.

Both run the scene, so each does it in a process of its own, which imports the scene's file anew.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mlanim.engine.events import WorkerFailed
from mlanim.engine.lines import as_line, from_line
from mlanim.engine.playback import scratch
from mlanim.engine.workers.fork_server import tend
from mlanim.engine.workers.parent_watch import end_with_parent
from mlanim.export.watch.messages import Order, Told

PRELOADED = ("mlanim.export.watch.carrier",)
"""What takes its time to import."""


def main() -> int:
    """Carry out one order, or fork processes that do."""
    return tend(_serve, PRELOADED) if sys.argv[1:] == ["fork-server"] else _serve()


def _serve() -> int:
    from mlanim.engine.errors import words
    from mlanim.export.watch.carrier import Carrier

    line = sys.stdin.readline()
    if not line.endswith("\n"):
        return 3
    order = from_line(Order, line)
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a scene prints
    process = os.getpid()

    def leave() -> None:
        scratch.remove(process)

    answers = end_with_parent(leave)

    def tell(event: Told) -> None:
        print(as_line(event), file=events, flush=True)

    try:
        Carrier(order, tell, answers).run()
    except Exception as error:
        tell(WorkerFailed(words(error, Path(order.film))))
        return 1
    finally:
        leave()
    return 0


if __name__ == "__main__":
    sys.exit(main())
