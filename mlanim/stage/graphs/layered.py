"""Places of nodes in layers from left to right, and the edges between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mlanim.stage.layout import Box

Edges = Sequence[tuple[int, int]]


def dense_edges(layers: Sequence[int]) -> list[tuple[int, int]]:
    """Every node joined to each of the layer before, by layer, then by target, then by source.

    So the edges come in the order of the entries of weight matrices (out, in).
    """
    starts = np.concatenate([[0], np.cumsum(layers)])
    return [
        (int(source), int(target))
        for k in range(len(layers) - 1)
        for target in range(starts[k + 1], starts[k + 2])
        for source in range(starts[k], starts[k + 1])
    ]


def layer_of(count: int, edges: Edges) -> list[int]:
    """The layer of each node: one behind the last of those that lead to it.

    A node to which none leads stands one before the first that it leads to.

    Raises:
        ValueError: for an edge between nodes that do not exist, and for a circle.
    """
    for edge in edges:
        if not all(0 <= node < count for node in edge):
            raise ValueError(f"The edge {edge} leads beyond the {count} nodes, 0 to {count - 1}.")
    layers = [0] * count
    for _ in range(count):
        before = list(layers)
        for source, target in edges:
            layers[target] = max(layers[target], layers[source] + 1)
        if layers == before:
            return _late(layers, edges)
    raise ValueError("The edges run in a circle; nodes have layers only where none leads back.")


def _late(layers: list[int], edges: Edges) -> list[int]:
    reached = {target for _, target in edges}
    after = {
        node: min(layers[b] for a, b in edges if a == node)
        for node in {a for a, _ in edges} - reached
    }
    return [after[node] - 1 if node in after else layer for node, layer in enumerate(layers)]


def layered_places(layers: Sequence[int], edges: Edges, box: Box) -> np.ndarray:
    """The middles (N, 2) of nodes, layer beside layer, each layer centred upon the height.

    Within a layer nodes stand in the order of the mean height of those that lead to them.
    """
    last = max(layers)
    places = np.zeros((len(layers), 2))
    xs = np.linspace(box.left, box.right, last + 1) if last else [box.centre[0]]
    for layer in range(last + 1):
        members = [node for node, at in enumerate(layers) if at == layer]
        members.sort(key=lambda node: _mean_height(node, edges, places), reverse=True)
        pitch = box.height / max(len(members), 1)
        for rank, node in enumerate(members):
            places[node] = [xs[layer], box.top - (rank + 0.5) * pitch]
    return places


def _mean_height(node: int, edges: Edges, places: np.ndarray) -> float:
    above = [places[source, 1] for source, target in edges if target == node]
    return float(np.mean(above)) if above else 0.0
