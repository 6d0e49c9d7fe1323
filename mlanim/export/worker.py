"""The process that makes one output of any kind: a video, a figure, a deck's stills, a script."""

from __future__ import annotations

import sys
from typing import Any

from mlanim.engine.lines import reader
from mlanim.engine.maker import Made
from mlanim.engine.workers.fork_server import tend
from mlanim.engine.workers.orders import MakeOutput

PRELOADED = (
    "mlanim.engine.workers.worker",
    "mlanim.engine.playback.manim_alone",
    "mlanim.engine.film.film",
    "mlanim.engine.film.in_turn",
    "mlanim.engine.jobs.sidecar",
)
"""What takes its time to import, and no wrong job should have to wait for."""


def main() -> int:
    """Serve one job, or be the fork server of processes that do."""
    kind, *more = sys.argv[1:] or [""]
    reader(MakeOutput)  # while nobody waits yet
    return tend(_serve, (*PRELOADED, *more)) if kind == "fork-server" else _serve()


def _serve() -> int:
    from mlanim.engine.workers.worker import serve

    return serve(
        {
            "video": _make_video,
            "figure": _make_figure,
            "stills": _make_stills,
            "script": _make_script,
        }
    )


def _make_video(*job: Any) -> Made:
    """What draws is imported only once a job is there, so that a wrong one ends at once."""
    from mlanim.engine.film.film import make_video

    return make_video(*job)


def _make_figure(*job: Any) -> Made:
    """Likewise."""
    from mlanim.export.figures.figure import make_figure

    return make_figure(*job)


def _make_stills(*job: Any) -> Made:
    from mlanim.export.deck.stills import make_stills

    return make_stills(*job)


def _make_script(*job: Any) -> Made:
    from mlanim.engine.film.speech import make_script

    return make_script(*job)


if __name__ == "__main__":
    sys.exit(main())
