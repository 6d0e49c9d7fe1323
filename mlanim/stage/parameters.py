"""What several scenes ask of a parameter."""

from __future__ import annotations

import math
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field

Vector = tuple[float, ...]


class Point(NamedTuple):
    """A point of the plane, and the class that it is of: 0 or 1."""

    x: float
    y: float
    label: Annotated[int, Field(ge=0, le=1)]


Points = Annotated[tuple[Point, ...], Field(min_length=8, max_length=1000)]
"""A user's own data set of two classes in the plane."""


def of_length(least: float, most: float = math.inf) -> AfterValidator:
    """What a vector's type is annotated with, so that only lengths from least to most pass.

    w: Annotated[tuple[float, float], of_length(0.5, 2.0)] = Field((1.2, 0.9))
    """

    def checked(vector: Vector) -> Vector:
        if not least <= (length := math.hypot(*vector)) <= most:
            wanted = f"of at least {least:g}" if most == math.inf else f"from {least:g} to {most:g}"
            raise ValueError(f"The vector is {length:.3g} long; give one with a length {wanted}")
        return vector

    return AfterValidator(checked)
