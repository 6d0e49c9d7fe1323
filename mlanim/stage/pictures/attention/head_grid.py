"""All heads of a transformer side by side: a small matrix each, and how often it is right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from manim import VGroup

from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Polyline
from mlanim.stage.plots.heatmap import Cells, weights_palette
from mlanim.stage.table import Table, of_matrix, stacked, table
from mlanim.stage.text.texts import Text
from mlanim.words.numbers import format_number

NAME = 0.45, 0.34  # manim units that a name takes over its matrix: in a film, on a page


class HeadGrid:
    """The heads of `data`, a row for each layer, for a film or for a page.

    Args:
        data: a record with `tokens` (T), `all_weights` (L, H, T, T), `peak_rates` (L, H), `pronoun`
            (the row whose peaks are counted), and `best_layer` and `best_head`, from 1.
    """

    def __init__(self, data: Any):
        self.data = data

    def on_stage(self, box: Box) -> list[VGroup]:
        """Matrices that fill a box of the frame, each with the row of the pronoun framed."""
        return [self._framed(*spot) for spot in self._spots(box, 0.35, 0.45)]

    def on_page(self, box: Box) -> VGroup:
        """Square matrices from the top of a panel down, each under its number."""
        layers, heads = self.data.peak_rates.shape
        pitch = (box.width + 0.25) / heads + NAME[1]
        top = box.inset(bottom=max(0.0, box.height - layers * pitch))
        return VGroup(*(self._numbered(*spot) for spot in self._spots(top, 0.2, 0.25)))

    def rates(self) -> Table:
        """How often each head's peak is right, in per cent."""
        layers, heads = self.data.peak_rates.shape
        numbers = np.arange(layers) + 1, np.arange(heads) + 1
        return of_matrix(100 * self.data.peak_rates, *numbers, ("layer", "head", "rate"), "%")

    def weights(self) -> Table:
        """Every weight of every head."""
        words = self.data.tokens
        tables = []
        for layer, head in np.ndindex(self.data.peak_rates.shape):
            one = of_matrix(
                self.data.all_weights[layer, head], words, words, ("query", "key", "weight")
            )
            tables.append(table({"layer": layer + 1, "head": head + 1, **one.columns}))
        return stacked(*tables)

    def _spots(self, box: Box, below: float, beside: float) -> Iterator[tuple[Box, int, int]]:
        layers, heads = self.data.peak_rates.shape
        for layer, line in enumerate(box.rows(*[1] * layers, gap=below)):
            for head, spot in enumerate(line.columns(*[1] * heads, gap=beside)):
                yield spot, layer, head

    def _is_best(self, layer: int, head: int) -> bool:
        return bool((layer + 1, head + 1) == (self.data.best_layer, self.data.best_head))

    def _framed(self, box: Box, layer: int, head: int) -> VGroup:
        values, best = self.data.all_weights[layer, head], self._is_best(layer, head)
        room = box.inset(top=NAME[0])
        cell = room.width / len(values), room.height / len(values)
        cells = Cells(values, weights_palette, cell, centre=room.centre)
        role = "attention" if best else "muted"
        name = Text(f"Layer {layer + 1}, head {head + 1}", role=role)
        rate = Text(f"{100 * self.data.peak_rates[layer, head]:.0f} %", role=role)
        name.baseline_at([box.left, box.top - 0.28, 0])
        rate.baseline_at([box.right - rate.advance, box.top - 0.28, 0])
        rim = cells.rim(slice(self.data.pronoun, self.data.pronoun + 1))
        row = Polyline(rim, "highlight" if best else "muted", "thin", closed=True)
        return VGroup(cells, name, rate, row)

    def _numbered(self, box: Box, layer: int, head: int) -> VGroup:
        values, best = self.data.all_weights[layer, head], self._is_best(layer, head)
        side = min(box.height - NAME[1], box.width)
        centre = np.array([box.left + side / 2, box.top - NAME[1] - side / 2, 0])
        cells = Cells(values, weights_palette, (side / len(values),) * 2, centre=centre)
        rate = format_number(100 * self.data.peak_rates[layer, head], 0, suffix=" %")
        label = Text(
            f"{layer + 1}.{head + 1}: {rate}",
            size="small",
            role="attention" if best else "muted",
            weight="semibold" if best else "regular",
        )
        return VGroup(cells, label.baseline_at([box.left, box.top - 0.24, 0]))
