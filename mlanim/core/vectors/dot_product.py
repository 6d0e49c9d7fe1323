"""What the scene on the dot product shows, computed from the two vectors that it is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

import torch

from mlanim.core.vectors.vectors import (
    FLOAT,
    Alignment,
    AlignmentSweep,
    alignment,
    alignment_sweep,
    as_vector,
    magnitude_sweep,
)

SHORTER = 0.5  # what is left of each vector's length once it has shrunk


@dataclass(frozen=True)
class DotProductData:
    """The lecture on the dot product, in the order of its telling.

    `start` is the given pair. x then goes to w (`approach`), turns from along w to against it on
    its own side of w (`turn`), and comes `back` to the given angle. There x shrinks (`shrink_x`),
    and w after it while x stays short (`shrink_w`). The three stills keep both given lengths.
    """

    start: Alignment
    approach: AlignmentSweep
    turn: AlignmentSweep
    back: AlignmentSweep
    shrink_x: AlignmentSweep
    shrink_w: AlignmentSweep
    same_direction: Alignment
    perpendicular: Alignment
    opposite: Alignment


def dot_product_lecture(
    w: Sequence[float] = (2.4, 0.8), x: Sequence[float] = (1.0, 1.8), samples: int = 361
) -> DotProductData:
    """Everything the scene on the dot product shows, for the plane vectors w and x.

    samples: moments in each sweep; 361 makes the half-turn advance by half a degree.
    Raises ValueError for a vector without direction, and for fewer than two samples.
    """
    start = alignment(as_vector("w", w, 2), as_vector("x", x, 2))
    if samples < 2:
        raise ValueError(f"samples = {samples} gives no motion; give at least 2")
    against = -pi if start.angle < 0 else pi

    def turned(first: float, last: float, count: int = samples) -> AlignmentSweep:
        return alignment_sweep(w, start.x_norm, torch.linspace(first, last, count, dtype=FLOAT))

    stills = turned(0.0, against, 3)
    shrinking = torch.linspace(1.0, SHORTER, samples, dtype=FLOAT)
    whole = torch.ones_like(shrinking)
    return DotProductData(
        start=start,
        approach=turned(start.angle, 0.0),
        turn=turned(0.0, against),
        back=turned(against, start.angle),
        shrink_x=magnitude_sweep(w, x, torch.stack((whole, shrinking), -1)),
        shrink_w=magnitude_sweep(w, x, torch.stack((shrinking, whole * SHORTER), -1)),
        same_direction=stills.at(0),
        perpendicular=stills.at(1),
        opposite=stills.at(2),
    )
