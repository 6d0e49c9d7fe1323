"""Nodes and edges with numbers on both: a network with its activations and weights.

Graph(layers=(2, 3, 1), values=activations, weights=[w1, w2])
Graph(["x", "h", "y"], [(0, 1), (1, 2)], values=track["values"])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from manim import VGroup, VMobject

from mlanim.stage import theme
from mlanim.stage.colors import colormap
from mlanim.stage.graphs.layered import Edges, dense_edges, layer_of, layered_places
from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Segments, disc
from mlanim.stage.picture import Valued
from mlanim.stage.plots.color_scale import ColorScale, scale_width
from mlanim.stage.plots.values import numbers
from mlanim.stage.table import Table, table
from mlanim.stage.text.fitting import widest
from mlanim.stage.text.number import NumberGrid, number_curves
from mlanim.stage.text.texts import Content, Text, body_height
from mlanim.stage.track import Morph, combined
from mlanim.words.sentence import shown_as

AIR = 0.12
MOST_RADIUS, LEAST_RADIUS = 0.46, 0.09  # of a node, manim units
WIDEST = 9.0  # of the edge with the largest weight, hundredths of a manim unit
MOST_EDGES = 600
SHARES = (0.3, 0.25, 0.35, 0.7, 0.75, 0.65, 0.5, 0.2, 0.8)  # where numbers may stand along edges


class Graph(Valued):
    """Nodes in layers from left to right, joined by edges.

    Args:
        nodes: their names; beside those of the first and the last layer, over the others.
        edges: pairs (from, to) of places among the nodes.
        layers: instead of edges, how many nodes each layer of a network has, all joined to all of
            the layer before.
        values: of the nodes (N,); their colour and the number in them. May be a reading.
        weights: of the edges (E,), or for a network its weight matrices (out, in) one after
            another; an edge is as wide as its weight is large, in the colour of its sign. May be
            a reading of (E,).
        reach: the values at which nodes' colours and edges' widths are full, (nodes, edges); each
            measured from the values as they are unless given.
        numbers: which numbers stand in the picture where they have room.
        format: how, as in a sentence's places; an exact zero is shown as 0.
        role: of the nodes' rims, one for all or one each.

    Raises:
        ValueError: for values, weights, names or roles of another number than nodes and edges,
            for edges in a circle, and for more edges than one can see.
    """

    def __init__(
        self, nodes: Sequence[Content] = (), edges: Edges = (), *,
        layers: Sequence[int] = (), values: Any = None, weights: Any = None,
        reach: tuple[float | None, float | None] = (None, None),
        numbers: Literal["both", "nodes", "edges", ""] = "both", format: str = "1",
        role: str | Sequence[str] = "muted", least: float = 3.0, aspect: float = 1.6,
    ):  # fmt: skip
        if bool(layers) == bool(edges):
            raise ValueError("A graph has edges, or layers that are joined: give one of the two.")
        self.edges = list(edges) or dense_edges(layers)
        self.count = sum(layers) if layers else max(len(nodes), 1 + max(map(max, self.edges)))
        self.names, self.format, self.reach = list(nodes), format, reach
        self.layers = layer_of(self.count, self.edges)
        self.has_values, self.has_weights = values is not None, weights is not None
        self.numbers_on = numbers
        self._check_counts(numbers, role)
        packed = combined(
            self._packed,
            np.zeros(self.count) if values is None else values,
            np.ones(len(self.edges)) if weights is None else _flat(weights),
        )
        super().__init__(packed, least, aspect)

    def checked(self, values: np.ndarray) -> np.ndarray:
        """Values of the nodes and weights of the edges, one behind the other."""
        parts = (values[: self.count], values[self.count :])
        for what, part, reach in zip(("node", "edge"), parts, self.reach, strict=True):
            if reach is not None and np.abs(part).max() > reach * (1 + 1e-6):
                beyond = part[np.argmax(np.abs(part))]
                raise ValueError(
                    f"{beyond:g} of a {what} goes beyond the reach {reach:g}; give a wider one, or "
                    "None to have it measured."
                )
        return values

    @property
    def node_values(self) -> np.ndarray:
        """The nodes' values (N,) as they are shown."""
        return self.shown[: self.count]

    @property
    def weights(self) -> np.ndarray:
        """The edges' weights (E,) as they are shown."""
        return self.shown[self.count :]

    def to(self, values: Any = None, weights: Any = None, **timing: Any) -> Morph:
        """The animation in which nodes, edges, or both run to other values."""
        ends = (
            self.node_values if values is None else values,
            self.weights if weights is None else _flat(weights),
        )
        return super().to(self._packed(*ends), **timing)

    def lay_out(self, box: Box) -> None:
        """Nodes in their layers, names beside them."""
        self.barred = False
        self._settle(box)
        if self.has_values and not self.has_numbers:
            self.barred = True
            self._settle(box.inset(right=scale_width(self._ends()) + 2 * AIR))
        self.lines = [Segments(np.zeros((0, 2, 2)), "muted", "thin") for _ in self.edges]
        discs = [disc(place, self.radius) for place in self.places]
        self.discs = [_node(points, role) for points, role in zip(discs, self.roles, strict=True)]
        self.inks = [NumberGrid([], np.zeros((0, 3)), ink) for ink in ("on_light", "on_dark")]
        self.edge_ink = NumberGrid([], np.zeros((0, 3)), "text")
        self.add(*self.lines, *self.discs, *self.inks, self.edge_ink, VGroup(*self._named()))
        if self.barred:
            at = Box(box.right - scale_width(self._ends()), box.bottom, box.right, box.top)
            self.scale_bar = ColorScale(at, self._colors, self._ends())
            self.add(self.scale_bar)

    def draw(self) -> None:
        """Colours and numbers of nodes, widths and numbers of edges."""
        self._draw_edges()
        if not self.has_values:
            return
        colors = self._colors(self.node_values)
        for node, color in zip(self.discs, colors, strict=True):
            node.set_fill(theme.to_color(color))
        if self.barred:
            self.scale_bar.show(self._colors, self._ends())
        if self.has_numbers:
            on_light = theme.readable_on(colors)
            texts = [self._text(value) for value in self.node_values]
            spots = np.column_stack([self.places, np.zeros(self.count)])
            for grid, chosen in zip(self.inks, (on_light, ~on_light), strict=True):
                index = np.flatnonzero(chosen)
                grid.set_texts([texts[i] for i in index], spots[index])

    def place(self, node: int) -> np.ndarray:
        """The middle of a node, (3,)."""
        return np.append(self.places[node], 0.0)

    def tables(self) -> dict[str, Table]:
        """Nodes with their values, and edges with their weights."""
        names = [str(name) for name in self.names] or [str(i) for i in range(self.count)]
        nodes: dict[str, Any] = {"node": names}
        edges: dict[str, Any] = {
            "from": [names[a] for a, _ in self.edges], "to": [names[b] for _, b in self.edges]
        }  # fmt: skip
        if self.has_values:
            nodes["value"] = self.node_values
        if self.has_weights:
            edges["weight"] = self.weights
        return {"nodes": table(nodes), "edges": table(edges)}

    def _check_counts(self, numbers: str, role: str | Sequence[str]) -> None:
        if numbers not in ("both", "nodes", "edges", ""):
            raise ValueError(f'Numbers are on "both", "nodes", "edges" or "", not {numbers!r}.')
        if len(self.names) not in (0, self.count):
            raise ValueError(f"There are {len(self.names)} names for {self.count} nodes.")
        if len(self.edges) > MOST_EDGES:
            raise ValueError(
                f"{len(self.edges)} edges cannot be told apart; show such weights as a Matrix."
            )
        self.roles = [role] * self.count if isinstance(role, str) else list(role)
        if len(self.roles) != self.count:
            raise ValueError(f"There are {len(self.roles)} roles for {self.count} nodes.")

    def _packed(self, values: Any, weights: Any) -> np.ndarray:
        values, weights = numbers(values, "the values"), numbers(weights, "the weights")
        for name, given, count in (
            ("values", values, self.count), ("weights", weights, len(self.edges))
        ):  # fmt: skip
            if given.shape != (count,):
                kind = "nodes" if name == "values" else "edges"
                raise ValueError(f"{count} {kind} have {name} ({count},), not {given.shape}.")
        return np.concatenate([values, weights])

    def _settle(self, box: Box) -> None:
        """Radius and places of the nodes in a box."""
        last = max(self.layers)
        ends = [
            [n for n, at in zip(self.names, self.layers, strict=False) if at == layer]
            for layer in (0, last)
        ]
        left, right = (widest(*names) + AIR if names and last else 0.0 for names in ends)
        most = max(self.layers.count(layer) for layer in range(last + 1))
        over = body_height("small") if self._names_over() else 0.0
        room = box.width - left - right
        self.radius = max(min(
            MOST_RADIUS, 0.38 * (box.height / most - over), 0.24 * room / max(last, 1)
        ), LEAST_RADIUS)  # fmt: skip
        inner = box.inset(left=left + self.radius, right=right + self.radius, top=over)
        self.places = layered_places(self.layers, self.edges, inner)
        texts = {self._text(value) for value in (*self.node_values, *self._ends())}
        wide = max(number_curves(text)[2] for text in texts) * body_height("small")
        wanted = self.numbers_on in ("both", "nodes") and self.has_values
        self.has_numbers = wanted and wide <= 1.8 * self.radius

    def _names_over(self) -> bool:
        last = max(self.layers)
        return bool(self.names) and any(0 < at < last for at in self.layers)

    def _named(self) -> list[Text]:
        last, em, made = max(self.layers), body_height("small"), []
        for name, at, (x, y) in zip(self.names, self.layers, self.places, strict=False):
            text = Text(name, size="small", role="text")
            if last and at == 0:
                made.append(text.baseline_at([x - self.radius - AIR, y - 0.34 * em, 0], "right"))
            elif at == last:
                made.append(text.baseline_at([x + self.radius + AIR, y - 0.34 * em, 0]))
            else:
                made.append(text.baseline_at([x, y + self.radius + 0.08, 0], "center"))
        return made

    def _text(self, value: float) -> str:
        return shown_as(value, self.format)

    def _ends(self) -> tuple[float, float]:
        limit = self.reach[0] or float(np.abs(self.node_values).max()) or 1.0
        return (-limit, limit) if self.node_values.min() < 0 else (0.0, limit)

    def _colors(self, values: np.ndarray) -> np.ndarray:
        low, high = self._ends()
        return colormap.diverging(values, high) if low < 0 else colormap.sequential(values, 0, high)

    def _draw_edges(self) -> None:
        weights = self.weights
        full = self.reach[1] or float(np.abs(weights).max()) or 1.0
        numbered = self._numbered_at() if self.numbers_on in ("both", "edges") else None
        for i, (line, (a, b)) in enumerate(zip(self.lines, self.edges, strict=True)):
            start, end = self._ends_of(a, b)
            if numbered is None:
                line.set_segments(np.array([[start, end]]))
            else:
                spot, text = numbered[i]
                line.set_segments(_cut(start, end, spot, self._half(text)))
            if self.has_weights:
                share = min(abs(float(weights[i])) / full, 1.0)
                width = max(theme.STROKES["hair"], WIDEST * share)
                color = theme.color("positive" if weights[i] >= 0 else "negative")
                line.set_stroke(color, width, 0.4 + 0.6 * share if weights[i] else 0.0)
        places = np.array([[*spot, 0.0] for spot, _ in numbered or []]).reshape(-1, 3)
        self.edge_ink.set_texts([text for _, text in numbered or []], places)

    def _ends_of(self, a: int, b: int) -> tuple[np.ndarray, np.ndarray]:
        """Where an edge leaves one node and reaches another, (2,) each."""
        start, end = self.places[a], self.places[b]
        along = (end - start) / float(np.linalg.norm(end - start))
        return start + self.radius * along, end - self.radius * along

    def _half(self, text: str) -> np.ndarray:
        em = body_height("small")
        return np.array([number_curves(text)[2] * em / 2 + 0.05, 0.42 * em + 0.04])

    def _numbered_at(self) -> list[tuple[np.ndarray, str]] | None:
        """Where each edge's number stands, all at one share of their edges; None without room."""
        if not self.has_weights:
            return None
        texts = [self._text(weight) for weight in self.weights]
        halves = np.array([self._half(text) for text in texts])
        ends = np.array([self._ends_of(a, b) for a, b in self.edges])
        for share in SHARES:
            spots = (1 - share) * ends[:, 0] + share * ends[:, 1]
            clear = _distance(spots, halves, self.places).min() >= self.radius
            if clear and _are_free(spots, halves, ends):
                return list(zip(spots, texts, strict=True))
        return None


def _flat(weights: Any) -> Any:
    """Weight matrices one after another as (E,); anything else as it is."""
    if isinstance(weights, list | tuple) and len(weights) and np.ndim(weights[0]) == 2:
        return np.concatenate([np.ravel(np.asarray(one, dtype=float)) for one in weights])
    return weights


def _node(points: np.ndarray, role: str) -> VMobject:
    node = VMobject(fill_color=theme.color("background"), fill_opacity=1.0)
    node.set_stroke(theme.color(role), theme.STROKES["thin"], 1.0)
    node.points = points
    return node


def _cut(start: np.ndarray, end: np.ndarray, spot: np.ndarray, half: np.ndarray) -> np.ndarray:
    """A straight line with a gap for the box around a spot on it, as segments (2, 2, 2)."""
    along = end - start
    with np.errstate(divide="ignore"):
        reach = float(np.min(half / np.abs(along)))
    at = float((spot - start) @ along / (along @ along))
    before, behind = max(at - reach, 0.0), min(at + reach, 1.0)
    return np.array([[start, start + before * along], [start + behind * along, end]])


def _distance(spots: np.ndarray, halves: np.ndarray, places: np.ndarray) -> np.ndarray:
    """From boxes (N, 2) around spots to places (M, 2), (N, M)."""
    apart = np.abs(spots[:, None] - places) - halves[:, None]
    return np.asarray(np.linalg.norm(np.maximum(apart, 0.0), axis=-1))


def _are_free(spots: np.ndarray, halves: np.ndarray, ends: np.ndarray) -> bool:
    """Whether boxes (N, 2) around spots lie over neither each other nor other edges (N, 2, 2)."""
    apart = np.abs(spots[:, None] - spots) - (halves[:, None] + halves)
    np.fill_diagonal(apart[..., 0], 1.0)
    if np.any(np.all(apart < 0, axis=-1)):
        return False
    start, along = ends[:, 0], ends[:, 1] - ends[:, 0]
    share = np.linspace(0, 1, 65)[:, None, None]
    points = start + share * along  # (65, E, 2)
    inside = np.all(np.abs(points[:, None] - spots[None, :, None]) < halves[None, :, None], axis=-1)
    others = inside & ~np.eye(len(spots), dtype=bool)
    return not others.any()
