"""A tensor of activations, with a rim around what a norm averages over, and its moments below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlanim.stage.picture import Rows
from mlanim.stage.pictures.lines import Lines
from mlanim.stage.plots.matrix import Matrix
from mlanim.stage.plots.scale import Range
from mlanim.stage.track import Track


class Averaged(Rows):
    """Examples by features, and the moments of the column or row where a walk stands.

    Args:
        values: (examples, features), may be a reading.
        rows: what stands to the left of each example.
        ends: the values at which colours are full.
        walk: a track with the series "column" and "row", and "mean", "variance" and "square" of
            what is there, each with `when` behind its name.

    Its parts are a rim around a column and one around a row, which a lecture brings in.
    """

    def __init__(self, values: Any, rows: Sequence[str], ends: Range, walk: Track, when: str = ""):
        grid = Matrix(values, rows, palette="signed", ends=ends, format="1", bar=False)
        grid.mark(column=walk["column"], later=True)
        grid.mark(row=walk["row"], later=True)
        mean, variance, square = (walk[name + when] for name in ("mean", "variance", "square"))
        words = "mean {mean:2}, variance {variance:2}, mean square {square:2}"
        super().__init__(grid, Lines(words, mean=mean, variance=variance, square=square))
