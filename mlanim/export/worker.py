"""The process that makes one output of any kind: a video or a figure."""

from __future__ import annotations

import sys

from mlanim.render.worker import serve


def main() -> int:
    """Serve one job; what draws figures is imported only where one is asked for."""
    from mlanim.export.figure import make_figure
    from mlanim.render.worker import make_video

    return serve({"video": make_video, "figure": make_figure})


if __name__ == "__main__":
    sys.exit(main())
