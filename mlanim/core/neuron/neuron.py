"""What the scene on the neuron shows: what each of its numbers does, and how it learns them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from mlanim.core.models.activations import TITLES
from mlanim.core.neuron.findings import Findings, findings
from mlanim.core.neuron.half_space import SHOWN, Z_FULL, Course, course
from mlanim.core.neuron.learned import UNSURE, Data, Learned, learned
from mlanim.core.vectors.alignment import Array, as_vector
from mlanim.core.vectors.vectors import FLOAT, as_tensor

FARTHEST = 1.0  # that the boundary lies from the origin
STRIPS = 96  # of one colour each, between -Z_FULL and Z_FULL
ROOM = 2.1  # that the plane goes further than the arrow of w
SMALLEST_REACH = 2.6
AIR = 1.1  # how far the axis of answers goes, of the largest


@dataclass(frozen=True)
class Neuron:
    """All that the scene shows."""

    course: Course
    lines: Array  # (L,) values of z whose lines are drawn
    edges: Array  # (K + 1,) values of z between which there is one colour
    distances: Array  # (N,) from the boundary, of the profile
    circle: Array  # (M, 2) that the turning boundary touches
    reach: float  # how far up the plane goes
    largest: float  # to which the axis of answers goes, up and down
    title: str  # of the activation
    learned: Learned
    probabilities: Array  # (3,) whose lines are drawn while it learns
    logits: Array  # (3,) the values of z there
    shades: Array  # (K,) colours of probabilities between the edges, from -1 to 1
    says: Findings


def neuron_lesson(
    w: tuple[float, float], b: float, activation: str, dataset: Data, seed: int
) -> Neuron:
    """The lesson on a neuron with weights w, a bias b and an activation.

    Raises:
        ValueError: for a bias that puts the boundary too far from the origin to be seen, and for
            too few points of a class.
    """
    weights = as_tensor(as_vector("w", w, 2))
    length = float(weights.norm())
    radius = abs(b) / length
    if radius > FARTHEST:
        raise ValueError(
            f"b = {b:g} puts the boundary too far from the origin; for a w that is {length:.3g} "
            f"long give b from {-FARTHEST * length:.3g} to {FARTHEST * length:.3g}."
        )
    lines = torch.arange(-4.0, 5.0, dtype=FLOAT)
    edges = torch.linspace(-Z_FULL, Z_FULL, STRIPS + 1, dtype=FLOAT)
    middles = (edges[1:] + edges[:-1]) / 2
    distances = torch.linspace(-SHOWN, SHOWN, 121, dtype=FLOAT)
    way = course(weights, b, activation, distances, lines, middles)
    trained = learned(weights, b, dataset, seed)
    around = torch.linspace(0, 2 * torch.pi, 121, dtype=FLOAT)
    unsure = torch.tensor(UNSURE, dtype=FLOAT)
    tips = np.abs(way.root + way.w).max() + ROOM
    return Neuron(
        way, lines.numpy(), edges.numpy(), distances.numpy(),
        radius * torch.stack([torch.cos(around), torch.sin(around)], dim=1).numpy(),
        max(SMALLEST_REACH, float(tips)), AIR * float(np.abs(way.answer).max()),
        TITLES[activation], trained,
        unsure.numpy(), torch.logit(unsure).numpy(), (2 * torch.sigmoid(middles) - 1).numpy(),
        findings(way, activation, radius, trained),
    )  # fmt: skip
