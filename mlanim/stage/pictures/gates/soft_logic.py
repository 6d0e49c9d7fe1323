"""Soft NOT, AND and OR: functions of two shares over the unit square, and a pair on each."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlanim.stage import theme
from mlanim.stage.colors.colormap import sequential
from mlanim.stage.picture import Rows
from mlanim.stage.pictures.lines import Lines
from mlanim.stage.plots.chart import Chart
from mlanim.stage.table import Table, of_matrix, table
from mlanim.stage.text.texts import Math
from mlanim.stage.track import Track
from mlanim.words.numbers import format_number

LEVELS = (0.3, 0.5, 0.7)  # off the corners, where numbers stand
OPERATIONS = {
    "negation": ("NOT", "$1 - a$"),
    "conjunction": ("AND", "$a b$"),
    "disjunction": ("OR", "$a + b - a b$"),
}
"""Of each operation its name and its formula."""

INSET = 0.03  # of the side, between a corner and its value


def _colours(values: np.ndarray) -> np.ndarray:
    """Colours (..., 3) on all of which black or white can be read, up to a value of 1."""
    return sequential(values, 0.0, 1.1)


class UnitSquare(Chart):
    """Values between 0 and 1 as colours with level lines, a (x) against b (y).

    Args:
        levels: of a and of b, (N,).
        values: (N, N), rows for a and columns for b.
        corners: the values at (0, 0), (0, 1), (1, 0) and (1, 1), written there.
        pair: the marked a and b, or readings of them.
        radius: of the mark, manim units.
    """

    def __init__(
        self, levels: Any, values: np.ndarray, corners: Any, pair: tuple[Any, Any],
        radius: float,
    ):  # fmt: skip
        super().__init__(
            (0, 1), (0, 1), Math("a"), Math("b"), ticks=1, grid=False, least=1.2, aspect=0.9
        )
        across = np.asarray(values).T  # b upwards
        cells = (across[1:, 1:] + across[1:, :-1] + across[:-1, 1:] + across[:-1, :-1]) / 4
        self.field(cells[::-1], _colours)
        self.level(levels, levels, across, LEVELS, "background", width="thin", opacity=0.6)
        for i, value in enumerate(corners):
            a, b = divmod(i, 2)
            below = np.asarray(values)[-4 if a else 3, -4 if b else 3]  # what the number lies on
            ink = "on_light" if theme.readable_on(_colours(below)) else "on_dark"
            self.note(
                np.clip([a, b], INSET, 1 - INSET), format_number(value, 0), ink,
                align="right" if a else "left", lift=-0.17 if b else 0.0,
            )  # fmt: skip
        self.dot(pair, "text", radius=radius)


class LogicSquare(Rows):
    """An operation over the unit square, and its value for the pair under it.

    Args:
        name: of the operation, one of `OPERATIONS`.
        logic: a record with `levels` (N,), values of that name (N, N), and `truth_table` (4, 5).
        pair: the a and b, with the operation's values as a series.
        radius: of the mark, manim units.
    """

    def __init__(self, name: str, logic: Any, pair: Track, radius: float = 0.13):
        corners = logic.truth_table[:, 2 + list(OPERATIONS).index(name)]
        place = pair["a"], pair["b"]
        square = UnitSquare(logic.levels, getattr(logic, name), corners, place, radius)
        words = Lines(
            f"{OPERATIONS[name][0]} = [{{value:2}}](highlight)", least=1.1, value=pair[name]
        )
        super().__init__(square, words, shares=(9, 1), gap=0.15)
        self.name, self.logic = name, logic

    def tables(self) -> dict[str, Table]:
        """The operation over all a and b."""
        at, word = self.logic.levels, OPERATIONS[self.name][0]
        return {word: of_matrix(getattr(self.logic, self.name), at, at, ("a", "b", word))}


class ExcludedMiddle(Chart):
    """a OR NOT a over a, beside the 1 of Boolean logic.

    Args:
        logic: a record with `levels` and `excluded_middle`, (N,) each.
        place: what is marked on it, (2,) or readings.
    """

    def __init__(self, logic: Any, place: Any):
        super().__init__((0, 1), (0.5, 1.1), Math("a"), "a OR NOT a", ticks=3, aspect=1.7)
        self.guide(y=1.0, name="Boolean logic")
        self.curve(logic.levels, logic.excluded_middle, "output")
        self.dot(place, radius=0.12)
        self.logic = logic

    def tables(self) -> dict[str, Table]:
        """a OR NOT a, by a."""
        values = self.logic.excluded_middle
        return {"excluded middle": table({"a": self.logic.levels, "a OR NOT a": values})}
