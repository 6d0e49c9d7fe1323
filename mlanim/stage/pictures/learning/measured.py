"""What was measured in several runs, beside what a theory promises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.marks.points import Points
from mlanim.stage.table import Table, table
from mlanim.stage.track import Track


class MeasuredChart(Chart):
    """A chart of medians as lines, the range of all runs as bands, and theory as dots."""

    def measure(
        self, xs: Track | np.ndarray, found: Mapping[str, tuple[np.ndarray, np.ndarray]],
        roles: Iterable[str], *, x: str, every: int = 1, later: bool = False,
    ) -> Points:  # fmt: skip
        """Draw what was found, by name; the dots of theory are returned.

        Args:
            xs: where it was measured, (N,), or a track with samples there: then lines and bands
                are drawn as far as it has come.
            found: (3, N), the least, the median and the largest of the runs; and theory, (N,).
            x: what the table calls the places.
            every: how many places there are from one dot to the next.
            later: whether a lecture brings in the dots by itself.
        """
        roles = list(roles)
        at = xs.at if isinstance(xs, Track) else np.asarray(xs)
        self.measured: dict[str, Any] = {x: at}
        middles, dots = {}, []
        for (name, (spread, theory)), role in zip(found.items(), roles, strict=True):
            low, middles[name], high = (_so_far(xs, values) for values in spread)
            self.band(_so_far(xs, at), low, high, role)
            dots.append(np.column_stack([at, theory])[::every])
            values = (*spread, theory)
            self.measured |= dict(zip(_columns(name), values, strict=True))
        self.curves(_so_far(xs, at), middles, roles)
        return self.scatter(np.concatenate(dots), "text", later=later)

    def tables(self) -> dict[str, Table]:
        """Least, median, largest and theory of each, by place."""
        return {"measured": table(self.measured)}


def _so_far(xs: Track | np.ndarray, values: np.ndarray) -> Any:
    return xs.history(values) if isinstance(xs, Track) else values


def _columns(name: str) -> list[str]:
    return [f"{name} {what}" for what in ("least", "median", "largest", "theory")]
