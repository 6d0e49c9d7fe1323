import itertools

import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE

from mlanim.stage.colors import palette, vision

KINDS = {
    "full colour vision": None,
    "protanopia": "protanomaly",
    "deuteranopia": "deuteranomaly",
    "tritanopia": "tritanomaly",
}


def as_colorspacious_sees(colors: np.ndarray, kind: str) -> np.ndarray:
    if KINDS[kind] is None:
        return colors
    space = {"name": "sRGB1+CVD", "cvd_type": KINDS[kind], "severity": 100}
    return np.clip(cspace_convert(colors, space, "sRGB1"), 0, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_the_uniform_space_agrees_with_colorspacious(kind):
    colors = np.random.default_rng(1).uniform(0, 1, (300, 3))
    theirs = cspace_convert(as_colorspacious_sees(colors, kind), "sRGB1", "CAM02-UCS")
    ours = vision.uniform(vision.seen_with(colors, kind))
    np.testing.assert_allclose(ours, theirs, atol=0.02)


def test_the_closest_pair_is_found():
    colors = {"a": "#2366d8", "b": "#b95a10", "c": "#2b6ad0"}
    distance, first, second, kind = vision.closest(colors)
    assert (first, second) == ("a", "c")
    every = {
        name: min(
            deltaE(
                *(as_colorspacious_sees(palette.hex_to_rgb(colors[role]), name) for role in pair),
                input_space="sRGB1",
                uniform_space="CAM02-UCS",
            )
            for pair in itertools.combinations(colors, 2)
        )
        for name in KINDS
    }
    assert kind == min(every, key=every.__getitem__)
    assert distance == pytest.approx(min(every.values()), abs=0.02)


def test_black_and_white_are_the_ends_of_lightness():
    black, white = vision.uniform(np.array([[0.0, 0, 0], [1.0, 1, 1]]))
    assert black == pytest.approx([0, 0, 0], abs=1e-6)
    assert white == pytest.approx([100, 0, 0], abs=2)
