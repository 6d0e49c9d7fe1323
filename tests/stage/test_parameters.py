from __future__ import annotations

import math
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mlanim.stage.parameters import of_length
from mlanim.stage.scene import SceneParams


class Params(SceneParams):
    short: Annotated[tuple[float, float], of_length(0.5, 2.0)] = (1.0, 0.0)
    any: Annotated[tuple[float, float], of_length(0.25)] = (1.0, 0.0)


@given(st.floats(0, 5), st.floats(0, 2 * math.pi))
def test_a_vector_passes_where_its_length_does_and_else_is_told_which_would(length, angle):
    vector = (length * math.cos(angle), length * math.sin(angle))
    long = math.hypot(*vector)
    for name, most, wanted in (("short", 2.0, "from 0.5 to 2"), ("any", math.inf, "at least 0.25")):
        if {"short": 0.5, "any": 0.25}[name] <= long <= most:
            assert getattr(Params(**{name: vector}), name) == vector
        else:
            with pytest.raises(ValidationError, match=wanted):
                Params(**{name: vector})
