"""Images in rows, as large as their box allows, with a caption under each.

ImageGrid(digits, [f"a {label}" for label in labels])
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from manim import VGroup

from mlanim.stage import theme
from mlanim.stage.arrays.mesh import Mesh, grid_faces
from mlanim.stage.colors import colormap
from mlanim.stage.colors.colormap import Palette
from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Segments
from mlanim.stage.picture import Valued
from mlanim.stage.plots.scale import Range
from mlanim.stage.table import Table, stacked, table
from mlanim.stage.text.fitting import shortened
from mlanim.stage.text.texts import Content, Text, body_height

GAP = 0.2  # manim units between images
CAPTION = 1.35  # ems that a caption takes under its image


class ImageGrid(Valued):
    """Images of one size.

    Args:
        images: (H, W), (N, H, W) or, in colour, (N, H, W, 3); may be a reading. The first row of
            pixels is on top.
        captions: under each image.
        columns: images side by side; as many as make them largest unless given.
        palette: "ink" from the background to the text's colour, "sequential", "signed", or a
            function of values (N,) to colours (N, 3); images in colour need none.
        ends: the values of the palette's two ends.
        roles: of the captions, one for all or one each.

    Raises:
        ValueError: for another shape, other numbers of captions or roles, and for a value beyond
            `ends`.
    """

    def __init__(
        self, images: Any, captions: Sequence[Content | int] = (), *, columns: int | None = None,
        palette: Literal["ink", "sequential", "signed"] | Palette = "ink", ends: Range = (0, 1),
        roles: str | Sequence[str] = "muted", least: float = 1.5, aspect: float = 1.3,
    ):  # fmt: skip
        if isinstance(palette, str) and palette not in ("ink", "sequential", "signed"):
            raise ValueError(
                f'A palette is "ink", "sequential", "signed" or a function, not {palette!r}.'
            )
        self.palette, self.ends = palette, ends
        super().__init__(images, least, aspect)
        count = len(self.shown)
        self.captions = [str(one) if isinstance(one, int) else one for one in captions]
        self.roles = [roles] * count if isinstance(roles, str) else list(roles)
        self.columns = columns
        for name, given in (("captions", self.captions), ("roles", self.roles)):
            if len(given) not in ({0, count} if name == "captions" else {count}):
                raise ValueError(f"There are {len(given)} {name} for {count} images; give each.")

    def checked(self, values: np.ndarray) -> np.ndarray:
        """The images as (N, H, W) or (N, H, W, 3)."""
        values = values[None] if values.ndim == 2 else values
        colour = values.ndim == 4 and values.shape[-1] == 3
        if not (values.ndim == 3 or colour) or not values.size:
            raise ValueError(
                f"Images are (H, W), (N, H, W) or (N, H, W, 3), not an array {values.shape}."
            )
        low, high = (0.0, 1.0) if colour else self.ends
        slack = 1e-6 * (high - low)
        if values.min() < low - slack or values.max() > high + slack:
            raise ValueError(
                f"Pixels from {values.min():g} to {values.max():g} go beyond the ends {low:g} and "
                f"{high:g}; " + ("scale them to 0 to 1." if colour else "give others.")
            )
        return values

    def lay_out(self, box: Box) -> None:
        """Each image in its place, with a rim and its caption."""
        count, high, wide = self.shown.shape[:3]
        columns, side = self._fitted(box)
        rows = math.ceil(count / columns)
        size = np.array([side, side * high / wide])
        pitch = size + np.array([GAP, GAP + self._caption()])
        corner = np.array([box.left, box.top])
        at = np.arange(count)
        self.corners = corner + np.stack([at % columns, -(at // columns)], axis=1) * pitch
        grid = np.stack(
            np.meshgrid(np.linspace(0, size[0], wide + 1), np.linspace(0, -size[1], high + 1)), -1
        ).reshape(-1, 2)
        faces = grid_faces(high + 1, wide + 1)
        vertices = (self.corners[:, None] + grid).reshape(-1, 2)
        every = (faces + np.arange(count)[:, None, None] * len(grid)).reshape(-1, 4)
        self.pixels = Mesh(vertices, every, np.ones((len(every), 3)))
        self.add(self.pixels, Segments(_rims(self.corners, size), "rule", "thin"))
        self.size, self.rows = size, rows
        self.add(VGroup(*self._texts()))

    def draw(self) -> None:
        """The pixels' colours."""
        opacity = self.pixels.rgbas[:, 3:]
        self.pixels.rgbas = np.column_stack([self._colors(), opacity])

    def place(self, image: int) -> np.ndarray:
        """The middle of an image, (3,)."""
        return np.append(self.corners[image] + self.size * [0.5, -0.5], 0.0)

    def height_at(self, width: float) -> float:
        """What the images take in as few rows as look well, or in the columns asked for."""
        count, high, wide = self.shown.shape[:3]
        columns = self.columns or max(1, math.ceil(math.sqrt(count * self.aspect * high / wide)))
        side = (width - GAP * (columns - 1)) / columns
        rows = math.ceil(count / columns)
        return rows * (side * high / wide + self._caption()) + GAP * (rows - 1)

    def tables(self) -> dict[str, Table]:
        """A row for each pixel; of images in colour, for each channel."""
        names = [str(one) for one in self.captions] or [str(i) for i in range(len(self.shown))]
        flat = self.shown if self.shown.ndim == 4 else self.shown[..., None]
        made = []
        for i, (name, image) in enumerate(zip(names, flat, strict=True)):
            row, column, channel = (index.ravel() for index in np.indices(image.shape))
            columns = {"image": i, "caption": name, "row": row, "column": column}
            colour = {"channel": channel} if self.shown.ndim == 4 else {}
            made.append(table({**columns, **colour, "value": image.ravel()}))
        return {"images": stacked(*made)}

    def _caption(self) -> float:
        return CAPTION * body_height("small") if self.captions else 0.0

    def _fitted(self, box: Box) -> tuple[int, float]:
        """How many images stand side by side, and their width: the widest that fits."""
        count, high, wide = self.shown.shape[:3]
        best = (1, 0.0)
        for columns in [self.columns] if self.columns else range(1, count + 1):
            rows = math.ceil(count / columns)
            across = (box.width - GAP * (columns - 1)) / columns
            down = (box.height - GAP * (rows - 1)) / rows - self._caption()
            side = min(across, down * wide / high)
            best = max(best, (columns, side), key=lambda one: one[1])
        if best[1] <= 0:
            raise ValueError(f"{count} images do not fit into {box.width:.1f} × {box.height:.1f}.")
        return best

    def _colors(self) -> np.ndarray:
        """Colours (N H W, 3)."""
        if self.shown.ndim == 4:
            return np.clip(self.shown.reshape(-1, 3), 0, 1)
        values, (low, high) = self.shown.ravel(), self.ends
        if callable(self.palette):
            return self.palette(values)
        if self.palette == "signed":
            return colormap.diverging(values, max(abs(low), abs(high)))
        if self.palette == "sequential":
            return colormap.sequential(values, low, high)
        share = ((values - low) / (high - low))[:, None]
        return (1 - share) * theme.rgb("background") + share * theme.rgb("text")

    def _texts(self) -> list[Text]:
        made = []
        for i, (caption, role) in enumerate(zip(self.captions, self.roles, strict=False)):
            words = shortened(caption, float(self.size[0]) + 0.06)
            x, y = self.corners[i] + [self.size[0] / 2, -self.size[1]]
            text = Text(words, size="small", role=role)
            made.append(text.baseline_at([x, y - body_height("small"), 0], "center"))
        return made


def _rims(corners: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The outlines of images as segments (4 N, 2, 2)."""
    signs = np.array([[0, 0], [1, 0], [1, -1], [0, -1]])
    quads = corners[:, None] + signs * size
    return np.stack([quads, np.roll(quads, -1, axis=1)], axis=2).reshape(-1, 2, 2)
