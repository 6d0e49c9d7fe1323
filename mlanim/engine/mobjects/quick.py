"""All that is done for Manim's mobjects while a job runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mlanim.engine.mobjects.bounds import quick_bounds
from mlanim.engine.mobjects.colors import quick_colors
from mlanim.engine.mobjects.copying import quick_copies
from mlanim.engine.mobjects.curves import quick_curves
from mlanim.engine.mobjects.pictures import quick_pictures


@contextmanager
def quick_mobjects() -> Iterator[None]:
    """Have mobjects made, painted, copied, compared and measured in less time."""
    with quick_bounds(), quick_colors(), quick_copies(), quick_curves(), quick_pictures():
        yield
