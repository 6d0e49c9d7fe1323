"""A network as columns of neurons with the connections between them, of which a part can light."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Self

import numpy as np
from manim import VGroup

from mlanim.stage import theme
from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Dot, Segments
from mlanim.stage.text.texts import Text

NAME_ROOM = 0.45  # manim units below the neurons
RADIUS = 0.12
APART = 0.55  # between neighbours of a column, if there is room


class Network(VGroup):
    """Neurons from left to right, every one joined to all of the column before it.

    Args:
        widths: neurons of each column, the inputs first and the outputs last.
        box: the area to fill, names included.
    """

    def __init__(self, widths: Sequence[int], box: Box):
        super().__init__()
        room = box.inset(left=0.35, right=0.35, bottom=NAME_ROOM)
        apart = min(APART, room.height / max(widths))
        radius = min(RADIUS, 0.42 * apart)
        xs = np.linspace(room.left, room.right, len(widths))
        places = [
            _column(x, room.centre[1], width, apart) for x, width in zip(xs, widths, strict=True)
        ]
        self.columns = [VGroup(*(Dot(p, "muted", radius) for p in column)) for column in places]
        self.inputs = [
            VGroup(*(Segments(_fan(before, neuron), "muted") for neuron in after))
            for before, after in itertools.pairwise(places)
        ]
        lowest = min(float(column[-1, 1]) for column in places)
        self.names = VGroup(*self._names(xs, lowest - NAME_ROOM))
        self.add(*self.inputs, *self.columns, self.names)

    def light(self, column: int | None, neuron: int | None = None) -> Self:
        """Light one column, or one neuron of it, and what leads there; None puts all out."""
        for index, (neurons, wires) in enumerate(
            zip(self.columns, [VGroup(), *self.inputs], strict=True)
        ):
            for place, dot in enumerate(neurons):
                lit = index == column and neuron in (None, place)
                dot.set_fill(theme.color("highlight" if lit else "muted"))
                if index:
                    wires[place].set_stroke(theme.color("weight" if lit else "muted"))
        return self

    def _names(self, xs: np.ndarray, baseline: float) -> list[Text]:
        last = len(xs) - 1
        words = ["input", *(f"layer {i}" for i in range(1, last)), "output"]
        return [
            Text(word, size="small", role="muted").baseline_at([x, baseline, 0], "center")
            for word, x in zip(words, xs, strict=True)
        ]


def _column(x: float, middle: float, count: int, apart: float) -> np.ndarray:
    """Places (count, 2) of neurons, the first on top."""
    y = middle + apart * ((count - 1) / 2 - np.arange(count))
    return np.column_stack([np.full(count, x), y])


def _fan(before: np.ndarray, neuron: np.ndarray) -> np.ndarray:
    """Segments (N, 2, 2) from a column (N, 2) to one neuron (2,)."""
    return np.stack([before, np.broadcast_to(neuron, before.shape)], axis=1)
