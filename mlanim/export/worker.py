"""The process that makes one output of any kind: a video, a figure, or a deck's stills."""

from __future__ import annotations

import sys
from typing import Any

from mlanim.render.worker import Made, make_video, serve


def main() -> int:
    """Serve one job."""
    return serve({"video": make_video, "figure": _make_figure, "stills": _make_stills})


def _make_figure(*job: Any) -> Made:
    """What draws figures is imported only where one is asked for."""
    from mlanim.export.figure import make_figure

    return make_figure(*job)


def _make_stills(*job: Any) -> Made:
    from mlanim.export.deck.stills import make_stills

    return make_stills(*job)


if __name__ == "__main__":
    sys.exit(main())
