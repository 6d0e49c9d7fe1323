"""Motion in which a frame does not depend on those before it, so that a film is passed over fast.

The engine steps through every other updater and `UpdateFromFunc` frame by frame, even where nothing
is drawn, since each frame may build on the last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Updater = Callable[[Any], object]


def path_independent(updater: Updater) -> Updater:
    """Mark an updater that sets all that it changes from what other mobjects are at present."""
    updater.path_independent = True  # type: ignore[attr-defined]
    return updater
