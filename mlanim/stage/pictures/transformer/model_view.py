"""All heads of a model at once: a small matrix for each, layers one under another.

view = ModelView(weights, layers=range(1, 7), heads=range(1, 13))
view.mark(layer=4, head=10)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import VGroup

from mlanim.stage.arrays.mesh import SEAM, Mesh
from mlanim.stage.colors.colormap import weights_palette
from mlanim.stage.layout import Box
from mlanim.stage.picture import Picture
from mlanim.stage.plots.color_scale import ColorScale, scale_width
from mlanim.stage.plots.rim import Grid, Rim
from mlanim.stage.table import Table, of_matrix
from mlanim.stage.text.fitting import widest
from mlanim.stage.text.texts import Text, body_height

AIR = 0.12  # manim units between matrices and what is written beside them
FILLED = 0.88  # the share of its cell that a matrix takes
ENDS = (0.0, 1.0)


class ModelView(Picture):
    """A matrix of shares for each head, numbered at the sides.

    Args:
        weights: (L, H, N, N), shares between 0 and 1.
        layers, heads: their numbers, L and H.

    Raises:
        ValueError: for another shape, or for numbers that are not as many.
    """

    def __init__(
        self, weights: np.ndarray, layers: Sequence[int], heads: Sequence[int], least: float = 4.4
    ):
        self.weights = np.asarray(weights, dtype=float)
        if self.weights.ndim != 4 or self.weights.shape[2] != self.weights.shape[3]:
            raise ValueError(f"Heads have weights (L, H, N, N), not {self.weights.shape}.")
        if self.weights.shape[:2] != (len(layers), len(heads)):
            numbers = f"{len(layers)} × {len(heads)} numbers"
            raise ValueError(f"There are {numbers} for {self.weights.shape[:2]} heads.")
        super().__init__(least, 1.15 * len(heads) / len(layers))
        self.layers, self.heads = list(layers), list(heads)
        self.grid, self.marks = Grid(), list[Rim]()

    def mark(self, layer: Any, head: Any, role: str = "highlight", later: bool = False) -> Rim:
        """A rim around one head, both counted from 0; each may be a reading."""
        rim = Rim(self.grid, layer, head, role)
        rim.is_later = later
        self.marks.append(rim)
        return rim

    def compose(self, box: Box) -> None:
        """Numbers at the sides, matrices in what they leave, and a bar for their colours."""
        line = body_height("small")
        names = [str(number) for number in self.layers]
        left = widest("layer", *names) + 2 * AIR
        right = 2 * AIR + scale_width(ENDS, "%")
        room = box.inset(left=left, top=line + 1.5 * AIR, right=right)
        area = self._area(room)
        self.grid.settle(area, self.weights.shape[:2])
        self.add(self._cells(), VGroup(*self._names(area, line)))
        at = Box(area.right + 2 * AIR, area.bottom, box.right, area.top)
        self.add(ColorScale(at, weights_palette, ENDS, "%"))
        for rim in self.marks:
            rim.settle()
        self.add(*(rim for rim in self.marks if not rim.is_later))

    def height_at(self, width: float) -> float:
        """Square matrices, and a line of numbers over them."""
        layers, heads = self.weights.shape[:2]
        return min(width / heads, 1.6) * layers + body_height("small") + 1.5 * AIR

    def parts(self) -> list[Any]:
        """Its marks."""
        return list(self.marks)

    def tables(self) -> dict[str, Table]:
        """The mean weight that each head leaves on its diagonal: what tokens give themselves."""
        own = np.trace(self.weights, axis1=2, axis2=3) / self.weights.shape[2]
        return {"heads": of_matrix(own, self.layers, self.heads, ("layer", "head", "diagonal"))}

    def _area(self, room: Box) -> Box:
        """The part of a box in which cells are nearly square."""
        layers, heads = self.weights.shape[:2]
        wide = min(room.width / heads, 1.2 * room.height / layers)
        high = min(room.height / layers, 1.2 * room.width / heads)
        return Box(room.left, room.top - high * layers, room.left + wide * heads, room.top)

    def _cells(self) -> Mesh:
        """All cells of all matrices as one mesh."""
        layers, heads, count, _ = self.weights.shape
        wide, high = self.grid.side
        side = FILLED * min(wide, high)
        x = self.grid.area.left + (np.arange(heads) + 0.5) * wide - side / 2
        y = self.grid.area.top - (np.arange(layers) + 0.5) * high + side / 2
        corner = np.stack(np.broadcast_arrays(x[None, :], y[:, None]), axis=-1)
        step = side / count * np.arange(count)
        inner = np.stack(np.broadcast_arrays(step[None, :], -step[:, None]), axis=-1)
        unit = side / count * np.array([[0, -1], [1, -1], [1, 0], [0, 0]])
        points = corner[:, :, None, None, None] + inner[:, :, None] + unit
        faces = np.arange(points.size // 2).reshape(-1, 4)
        return Mesh(points.reshape(-1, 2), faces, weights_palette(self.weights.ravel()), SEAM)

    def _names(self, area: Box, line: float) -> list[Text]:
        wide, high = self.grid.side
        over, beside = area.top + AIR, area.left - AIR
        made = [Text("layer", size="small", role="muted").baseline_at([beside, over, 0], "right")]
        for i, number in enumerate(self.layers):
            y = area.top - (i + 0.5) * high - 0.34 * line
            made.append(
                Text(str(number), size="small", role="muted").baseline_at([beside, y, 0], "right")
            )
        every = max(1, int(np.ceil(widest(*map(str, self.heads)) / wide / 0.9)))
        for i, number in enumerate(self.heads[::every]):
            words = f"head {number}" if i == 0 and wide > widest("head 1") else str(number)
            x = area.left + (i * every + 0.5) * wide
            made.append(Text(words, size="small", role="muted").baseline_at([x, over, 0], "center"))
        return made
