"""Layers from below to above, and a line from each position to each that depends on it.

Connections(track["shares"], kind_colors(kinds), inputs=track["x"], outputs=track["y"])
"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import VGroup

from mlanim.stage import theme
from mlanim.stage.arrays.mesh import Mesh
from mlanim.stage.colors import colormap
from mlanim.stage.layout import Box
from mlanim.stage.picture import Picture
from mlanim.stage.table import Table, of_matrix
from mlanim.stage.text.fitting import widest
from mlanim.stage.text.texts import Text, body_height
from mlanim.stage.track import follow, now

AIR = 0.12
KINDS = ("text", "weight", "input", "output", "gradient", "highlight")
"""Of a line: by weights that no other uses, else by the first set of weights, the second, …"""
SIDES = 24  # corners of a node
MOST_RADIUS, WIDEST = 0.26, 0.13  # of a node and of a line, manim units
FAINTEST = 0.35  # the opacity of the thinnest line
MOST_CELLS = 0.13  # the share of the height that cells take at either end
TRACE = 0.2  # how opaque a line is that is not lit
GONE = 0.01  # the share below which a line fades away
CELL = 0.16  # the height of one feature's cell


def kind_colors(kinds: np.ndarray) -> np.ndarray:
    """Colours (…, 3) of sets of weights (…): 0 for weights of its own, 1, 2, … for shared ones."""
    colors = np.array([theme.rgb(role) for role in KINDS])
    shared = 1 + (np.asarray(kinds) - 1) % (len(KINDS) - 1)
    return np.asarray(colors[np.where(np.asarray(kinds) > 0, shared, 0)])


class Connections(Picture):
    """Rows of N nodes, the first row below, and lines as wide as connections are strong.

    Args:
        shares: (K, N, N), or (N, N) for one layer, in 0 to 1: [k, i, j] of the line from node j of
            row k to node i of the row above. May be a reading, as all that follows.
        colors: of the lines, (…, 3), as `kind_colors` gives them.
        lit: in 0 to 1, as `shares`: how opaque lines are; where it is 0 they stay as a trace.
        nodes: (K + 1, N), in 0 to 1, the colours of nodes; none unless given.
        inputs, outputs: (N, D) numbers shown as signed colours below and over the nodes.
        limit: the size of number at which their colours are full.
        numbers: whether nodes are counted, and rows named.
    """

    def __init__(
        self, shares: Any, colors: Any, *, lit: Any = None, nodes: Any = None, inputs: Any = None,
        outputs: Any = None, limit: float = 1.0, numbers: bool = True, least: float = 2.2,
        aspect: float = 1.6,
    ):  # fmt: skip
        super().__init__(least, aspect)
        self.shares, self.colors, self.lit, self.nodes = shares, colors, lit, nodes
        self.ends, self.limit, self.numbers = (inputs, outputs), limit, numbers
        first = np.asarray(now(shares))
        layers = first[None] if first.ndim == 2 else first
        if layers.ndim != 3 or layers.shape[1] != layers.shape[2]:
            raise ValueError(f"Connections show (N, N) or (K, N, N) shares, not {first.shape}.")
        self.layers, self.count = len(layers), layers.shape[1]

    def compose(self, box: Box) -> None:
        """Lines, nodes, and the cells of what comes in and goes out."""
        self._settle(box)
        total, quads = self.layers * self.count**2, np.arange(4).reshape(1, 4)
        faces = 4 * np.arange(total)[:, None] + quads
        self.lines = Mesh(np.zeros((4 * total, 2)), faces, np.zeros((total, 4)), 0.0)
        lit = 1.0 if self.lit is None else self.lit
        self.add(follow(self.lines, self._draw_lines, self.shares, self.colors, lit))
        self._add_nodes()
        for values, row in zip(self.ends, (0, self.layers), strict=True):
            if values is not None:
                self._add_cells(values, row)
        if self.numbers:
            self.add(VGroup(*self._numbers(), *self._names(box)))

    def tables(self) -> dict[str, Table]:
        """The shares of each layer, as they are."""
        layers = np.asarray(now(self.shares)).reshape(self.layers, self.count, self.count)
        places = [str(place) for place in range(1, self.count + 1)]
        names = (
            ["connections"] if self.layers == 1 else [f"layer {k + 1}" for k in range(self.layers)]
        )
        return {
            name: of_matrix(layer, places, places, ("output", "input", "share of the strongest"))
            for name, layer in zip(names, layers, strict=True)
        }

    def _settle(self, box: Box) -> None:
        """Places (K + 1, N, 2) of the nodes, and their radius."""
        named = widest(*self._row_names()) + AIR if self.numbers else 0.0
        room = box.inset(left=named)
        self.pitch = room.width / self.count
        self.height_of_cells = MOST_CELLS * box.height
        self.radius = min(MOST_RADIUS, 0.36 * self.pitch, 0.3 * box.height / (self.layers + 4))
        ends = [self._cells_height(values) for values in self.ends]
        low, high = room.bottom + ends[0] + self.radius, room.top - ends[1] - self.radius
        xs = room.left + self.pitch * (np.arange(self.count) + 0.5)
        ys = np.linspace(low, high, self.layers + 1)
        self.places = np.stack(np.broadcast_arrays(xs, ys[:, None]), axis=-1)

    def _cells_height(self, values: Any) -> float:
        if values is None:
            return 0.0
        features = np.asarray(now(values)).shape[1]
        return self._cell(features) * features + AIR

    def _cell(self, features: int) -> float:
        return min(CELL, 0.3 * self.pitch, self.height_of_cells / features)

    def _draw_lines(self, lines: Mesh, shares: Any, colors: Any, lit: Any) -> None:
        shape = (self.layers, self.count, self.count)
        shares, lit = (np.broadcast_to(one, shape).ravel() for one in (shares, lit))
        colors = np.broadcast_to(colors, (*shape, 3)).reshape(-1, 3)
        start = np.broadcast_to(self.places[:-1, None], (*shape, 2)).reshape(-1, 2)
        end = np.broadcast_to(self.places[1:, :, None], (*shape, 2)).reshape(-1, 2)
        along = (end - start) / np.linalg.norm(end - start, axis=1, keepdims=True)
        across = np.column_stack([-along[:, 1], along[:, 0]])
        most = min(WIDEST, 0.6 * self.radius)
        half = np.maximum(shares * most, theme.STROKES["hair"] / 100)[:, None] / 2 * across
        corners = np.stack([start - half, start + half, end + half, end - half], axis=1)
        alpha = (
            (FAINTEST + (1 - FAINTEST) * shares) * (0.2 + 0.8 * lit) * np.minimum(1, shares / 0.01)
        )
        order = np.argsort(shares * (1 + lit), kind="stable")  # the strongest on top
        lines.set_rgbas(np.column_stack([colors, alpha])[order])
        lines.set_vertices(corners[order].reshape(-1, 2))

    def _add_nodes(self) -> None:
        roles = ["input", *["muted"] * (self.layers - 1), "output"]
        rims = np.repeat([theme.rgb(role) for role in roles], self.count, axis=0)
        self.add(self._discs(self.radius, rims))
        inner = self._discs(self.radius - theme.STROKES["line"] / 100, rims)
        self.add(follow(inner, _paint, 0.0 if self.nodes is None else self.nodes))

    def _discs(self, radius: float, colors: np.ndarray) -> Mesh:
        turn = np.linspace(0, 2 * np.pi, SIDES, endpoint=False)
        circle = radius * np.column_stack([np.cos(turn), np.sin(turn)])
        corners = (self.places.reshape(-1, 1, 2) + circle).reshape(-1, 2)
        return Mesh(corners, np.arange(len(corners)).reshape(-1, SIDES), colors, 0.0)

    def _add_cells(self, values: Any, row: int) -> None:
        features = np.asarray(now(values)).shape[1]
        side = self._cell(features)
        away = -1 if row == 0 else 1
        down = away * (self.radius + AIR + side * (np.arange(features) + 0.5))
        middles = self.places[row][:, None] + np.stack(
            np.broadcast_arrays(np.zeros(features), down), axis=-1
        )
        half = np.array([min(0.36 * self.pitch, 2 * side), 0.44 * side])
        signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        corners = (middles[:, :, None] + signs * half).reshape(-1, 2)
        faces = np.arange(len(corners)).reshape(-1, 4)
        cells = Mesh(corners, faces, np.zeros((len(faces), 3)), 0.0)
        self.add(follow(cells, self._color_cells, values))

    def _color_cells(self, cells: Mesh, values: Any) -> None:
        flat = np.asarray(values, dtype=float).ravel()
        colors = colormap.diverging(flat.clip(-self.limit, self.limit), self.limit)
        cells.set_rgbas(np.column_stack([colors, np.ones(len(flat))]))

    def _row_names(self) -> list[str]:
        return ["input", "output"]

    def _names(self, box: Box) -> list[Text]:
        em, made = body_height("small"), []
        for name, row in zip(self._row_names(), (0, self.layers), strict=True):
            y = self.places[row, 0, 1] - 0.34 * em
            made.append(Text(name, size="small", role=name).baseline_at([box.left, y, 0]))
        return made

    def _numbers(self) -> list[Text]:
        em = body_height("small")
        if self.nodes is not None or widest(str(self.count)) > 1.5 * self.radius:
            return []
        return [
            Text(str(i + 1), size="small", role="muted").baseline_at(
                [x, y - 0.34 * em, 0], "center"
            )
            for row in (self.places[0], self.places[-1])
            for i, (x, y) in enumerate(row)
        ]


def _paint(discs: Mesh, shares: Any) -> None:
    """Colours of nodes by amounts in 0 to 1; those without any are as the ground."""
    flat = np.broadcast_to(np.asarray(shares, dtype=float).ravel(), len(discs.faces))
    colors = colormap.sequential(flat, 0.0, 1.0)
    colors = np.where(flat[:, None] > 0, colors, theme.rgb("background"))
    discs.set_rgbas(np.column_stack([colors, np.ones(len(flat))]))
