"""The process that makes one output of any kind: a video or a figure."""

from __future__ import annotations

import sys
from typing import Any

from mlanim.render.worker import Made, make_video, serve


def main() -> int:
    """Serve one job."""
    return serve({"video": make_video, "figure": _make_figure})


def _make_figure(*job: Any) -> Made:
    """What draws figures is imported only where one is asked for."""
    from mlanim.export.figure import make_figure

    return make_figure(*job)


if __name__ == "__main__":
    sys.exit(main())
