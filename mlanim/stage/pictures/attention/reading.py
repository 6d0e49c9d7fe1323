"""What one word reads of the others: streams that run together, as wide as the weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Flow
from mlanim.stage.plots.heatmap import Cells
from mlanim.stage.text.texts import Text
from mlanim.words.numbers import format_number

FULL = 34  # the stroke of a stream that carries all, in hundredths of a unit
AIR = np.array([0.1, 0, 0])  # between a stream and the cells that it joins


def streams(values: Cells, output: Cells, weights: np.ndarray) -> VGroup:
    """From each row of `values` to the left edge of `output`; weights (R,)."""
    target = output.rim()[[0, 3]].mean(axis=0)
    joined = VGroup()
    for index, weight in enumerate(weights):
        start = values.rim(slice(index, index + 1))[[1, 2]].mean(axis=0)
        joined.add(Flow(start + AIR, target - AIR, float(weight), full=FULL))
    return joined


def reading(words: Sequence[str], weights: np.ndarray, reader: int, box: Box) -> VGroup:
    """Every word with its weight (N,) in a column, and streams to the one at `reader`."""
    labels = [Text(word, size="small", role="weight") for word in words]
    shares = [Text(format_number(share), size="small", role="muted") for share in weights]
    it = Text(words[reader], role="input", weight="semibold")
    left = box.left + max(label.advance for label in labels)
    start = left + 0.12 + max(share.advance for share in shares) + 0.1
    ys = np.linspace(box.top - 0.3, box.bottom + 0.2, len(words))
    target = np.array([box.right - it.advance - 0.15, ys.mean()])
    group = VGroup(it.baseline_at([target[0] + 0.12, target[1] - 0.08, 0]))
    for label, value, y, share in zip(labels, shares, ys, weights, strict=True):
        group.add(label.baseline_at([left - label.advance, y - 0.075, 0]))
        group.add(value.baseline_at([start - 0.1 - value.advance, y - 0.075, 0]))
        group.add(Flow(np.array([start, y]), target, float(share), full=FULL))
    return group
