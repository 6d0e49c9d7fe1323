"""A computation as a graph: values flow to the right along its edges, rates of change to the left.

graph = ComputationGraph(
    ["x", "w", "×", "b", "+"], [(0, 2), (1, 2), (2, 4), (3, 4)],
    forward=values, backward=rates, shown="",
)
self.sweep(graph.forward())
self.sweep(graph.backward())
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from manim import VGroup, VMobject

from mlanim.stage import theme
from mlanim.stage.graphs.layered import Edges, layer_of, layered_places
from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Arrow, disc
from mlanim.stage.picture import Picture
from mlanim.stage.plots.values import numbers
from mlanim.stage.table import Table, table
from mlanim.stage.text.number import Number, number_curves
from mlanim.stage.text.texts import Content, Text, advance_of, body_height
from mlanim.stage.track import Sweep, Track, follow, now
from mlanim.words.sentence import shown_as

AIR = 0.07  # manim units between an edge and its numbers
LEAST, MOST = 0.3, 0.5  # a node's radius, manim units
FROM, TO = 0.12, 0.5  # the shares of an edge at which a number sets out, and rests


class ComputationGraph(Picture):
    """Operations and what goes into them, from left to right.

    Args:
        nodes: what stands in each node.
        edges: pairs (from, to) of places among the nodes.
        forward: the value of each node (N,), written over each edge that leaves it; may be a
            reading.
        backward: for each edge (E,), how fast the last value changes with what the edge carries,
            written below it; may be a reading. The last value itself has the rate 1.
        shown: which of the two stand at first; a lecture lets them flow with `forward()` and
            `backward()`.
        roles: of the nodes, one for all or one each.
        format: how numbers are shown, as in a sentence's places; an exact zero is shown as 0.

    Raises:
        ValueError: for other numbers of values or roles, for edges in a circle, and for rates
            where more than one node is the last.
    """

    def __init__(
        self, nodes: Sequence[Content], edges: Edges, *, forward: Any, backward: Any = None,
        shown: Literal["", "forward", "both"] = "both", roles: str | Sequence[str] = "text",
        format: str = "2", least: float = 4.0, aspect: float = 2.2,
    ):  # fmt: skip
        super().__init__(least, aspect)
        self.names, self.edges, self.format = list(nodes), list(edges), format
        self.values, self.rates = forward, backward
        self.layers = layer_of(len(self.names), self.edges)
        sources = {a for a, _ in self.edges}
        self.last = [node for node in range(len(self.names)) if node not in sources]
        self.roles = [roles] * len(self.names) if isinstance(roles, str) else list(roles)
        self._check(shown)
        steps = max(self.layers) + 1
        self.ahead = Track((0, steps), start=steps if shown else 0)
        self.back = Track((0, steps), start=steps if shown == "both" else 0)

    def forward(self, **timing: Any) -> Sweep:
        """The animation in which values flow to the right, layer by layer."""
        return self.ahead.to_end(**timing)

    def backward(self, **timing: Any) -> Sweep:
        """The animation in which rates flow to the left."""
        return self.back.to_end(**timing)

    def compose(self, box: Box) -> None:
        """Nodes in layers, an arrow for each edge and one that leaves each last node."""
        em = body_height()
        steps = max(self.layers) + 1
        most = max(self.layers.count(layer) for layer in self.layers)
        widest = max(advance_of(name) for name in self.names)
        self.radius = float(np.clip(widest / 2 + 0.12, LEAST, MOST))
        self.radius = min(self.radius, 0.45 * box.height / most, 0.3 * box.width / (steps + 0.5))
        tail = max(0.7 * box.width / (steps + 0.5), 2 * self.radius)
        inner = box.inset(left=self.radius, right=self.radius + tail)
        self.places = layered_places(self.layers, self.edges, inner)
        ends = [self._joined(self.places[a], self.places[b]) for a, b in self.edges]
        right = [self.places[a] + np.array([self.radius + tail, 0]) for a in self.last]
        ends += [
            (self.places[a] + np.array([self.radius, 0]), end)
            for a, end in zip(self.last, right, strict=True)
        ]
        self.ends = np.array(ends)
        self.add(*(Arrow(start, end, "muted", 0.03, 0.16) for start, end in ends))
        for name, role, place in zip(self.names, self.roles, self.places, strict=True):
            self.add(_node(place, self.radius, role))
            self.add(Text(name, role=role).baseline_at([*place - [0, 0.34 * em], 0], "center"))
        self.over = VGroup(*(Number(0, role="input") for _ in ends))
        self.under = VGroup(*(Number(0, role="gradient") for _ in ends))
        self.add(self.over, self.under)
        follow(self, ComputationGraph._show, self.values, self.rates, self.ahead, self.back)

    def tables(self) -> dict[str, Table]:
        """Nodes with their values, and edges with their rates."""
        names = [str(name) for name in self.names]
        edges = {"from": [names[a] for a, _ in self.edges], "to": [names[b] for _, b in self.edges]}
        rates = {} if self.rates is None else {"rate": self._fitting(now(self.rates), "rates")}
        nodes = {"node": names, "value": self._fitting(now(self.values), "values")}
        return {"nodes": table(nodes), "edges": table({**edges, **rates})}

    def _check(self, shown: str) -> None:
        if shown not in ("", "forward", "both"):
            raise ValueError(f'What is shown at first is "", "forward" or "both", not {shown!r}.')
        if len(self.roles) != len(self.names):
            raise ValueError(f"There are {len(self.roles)} roles for {len(self.names)} nodes.")
        self._fitting(now(self.values), "values")
        if self.rates is None:
            return
        self._fitting(now(self.rates), "rates")
        if len(self.last) != 1:
            raise ValueError(f"Rates are those of one last value; {len(self.last)} nodes are last.")

    def _fitting(self, values: Any, name: str) -> np.ndarray:
        values = numbers(values, f"the {name}")
        count, kind = (len(self.names), "nodes") if name == "values" else (len(self.edges), "edges")
        if values.shape != (count,) or not np.isfinite(values).all():
            raise ValueError(
                f"{count} {kind} have {count} finite {name}; got an array {values.shape}."
            )
        return values

    def _joined(self, start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        along = (end - start) / float(np.linalg.norm(end - start))
        return start + self.radius * along, end - self.radius * along

    def _show(self, values: Any, rates: Any, ahead: float, back: float) -> None:
        values, steps = self._fitting(values, "values"), max(self.layers) + 1
        sources = [*(a for a, _ in self.edges), *self.last]
        targets = [*(self.layers[b] for _, b in self.edges), *[steps] * len(self.last)]
        for number, ends, node in zip(self.over, self.ends, sources, strict=True):
            self._place(number, ends, values[node], ahead - self.layers[node], 1)
        if rates is None:
            rates, back = np.zeros(len(self.edges)), 0.0
        flowing = [*self._fitting(rates, "rates"), *[1.0] * len(self.last)]
        for number, ends, layer, rate in zip(self.under, self.ends, targets, flowing, strict=True):
            self._place(number, ends[::-1], rate, back - (steps - layer), -1)

    def _place(
        self, number: Number, ends: np.ndarray, value: float, come: float, side: int
    ) -> None:
        """A number beside its edge, as far as it has come: over it with `side` 1, else under."""
        share = float(np.clip(come, 0, 1))
        number.set_text(shown_as(float(value), self.format))
        em = body_height()
        half = np.array([number.advance / 2, 0.36 * em])
        along = ends[1] - ends[0]
        across = np.array([-along[1], along[0]]) / float(np.linalg.norm(along))
        across *= side * (1 if across[1] >= 0 else -1)
        at = ends[0] + (FROM + (TO - FROM) * share) * along
        middle = at + across * (float(half @ np.abs(across)) + AIR)
        _, point, width = number_curves(number.plain, number.weight)
        left = middle[0] - half[0] + point / width * number.advance
        number.baseline_at([left, middle[1] - half[1], 0])
        seen = min(1.0, 4 * share)
        if number[0].get_fill_opacity() != seen:
            number.set_opacity(seen)


def _node(place: np.ndarray, radius: float, role: str) -> VMobject:
    node = VMobject(fill_color=theme.color("background"), fill_opacity=1.0)
    node.set_stroke(theme.color(role), theme.STROKES["thin"], 1.0)
    node.points = disc(place, radius)
    return node
