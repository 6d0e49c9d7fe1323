"""What several scenes ask of a parameter."""

from __future__ import annotations

import math

from pydantic import AfterValidator

Vector = tuple[float, ...]


def of_length(least: float, most: float = math.inf) -> AfterValidator:
    """What a vector's type is annotated with, so that only lengths from least to most pass.

    w: Annotated[tuple[float, float], of_length(0.5, 2.0)] = Field((1.2, 0.9))
    """

    def checked(vector: Vector) -> Vector:
        if not least <= (length := math.hypot(*vector)) <= most:
            wanted = f"of at least {least:g}" if most == math.inf else f"from {least:g} to {most:g}"
            raise ValueError(f"the vector is {length:.3g} long; give one with a length {wanted}")
        return vector

    return AfterValidator(checked)
