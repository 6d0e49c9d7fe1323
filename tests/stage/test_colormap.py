import numpy as np
import pytest
from colorspacious import cspace_convert
from hypothesis import given, settings
from hypothesis import strategies as st

from mlanim.stage import theme
from mlanim.stage.colors import colormap

MAPS = {
    "sequential": colormap.sequential,
    "terrain": lambda values: colormap.terrain(values, 0.0, 1.0),
}


def cam02_lightness(colors: np.ndarray) -> np.ndarray:
    return cspace_convert(colors, "sRGB1", "CAM02-UCS")[..., 0]


@pytest.mark.parametrize("name", MAPS)
def test_the_ends_are_the_anchors(each_theme, name):
    anchors = getattr(each_theme, name)
    ends = MAPS[name](np.array([0.0, 1.0]))
    expected = [theme.hex_to_rgb(anchors[0]), theme.hex_to_rgb(anchors[-1])]
    np.testing.assert_allclose(ends, expected, atol=1e-6)


@pytest.mark.parametrize("name", MAPS)
def test_lightness_runs_one_way(each_theme, name):
    lightness = cam02_lightness(MAPS[name](np.linspace(0, 1, 120)))
    steps = np.diff(lightness) * np.sign(lightness[-1] - lightness[0])
    assert (steps > 0).all()
    assert abs(lightness[-1] - lightness[0]) > 40  # of 100: seen from a back row


def test_diverging_is_exact_at_its_ends_and_in_the_middle(each_theme):
    roles = each_theme.roles
    shown = colormap.diverging(np.array([-3.0, 0.0, 3.0]), 3.0)
    expected = [theme.hex_to_rgb(roles[role]) for role in ("negative", "neutral", "positive")]
    np.testing.assert_allclose(shown, expected, atol=1e-6)


def test_diverging_leaves_the_neutral_at_the_same_pace_on_both_sides(each_theme):
    values = np.linspace(0, 1, 40)
    lab = {s: colormap.oklab(colormap.diverging(s * values, 1.0)) for s in (-1, 1)}
    for side in lab.values():  # the share of the way to the end is the value, on each side
        way = np.linalg.norm(side - side[0], axis=1) / np.linalg.norm(side[-1] - side[0])
        np.testing.assert_allclose(way, values, atol=0.003)


def test_diverging_gets_stronger_with_the_magnitude(each_theme):
    for sign in (-1, 1):
        lightness = cam02_lightness(colormap.diverging(sign * np.linspace(0, 1, 60), 1.0))
        steps = np.diff(lightness) * np.sign(lightness[-1] - lightness[0])
        assert (steps > 0).all()


def test_values_beyond_the_limits_get_the_end_colours():
    low, high = colormap.terrain(np.array([-5.0, 99.0]), 0, 1)
    np.testing.assert_array_equal([low, high], colormap.terrain(np.array([0.0, 1.0]), 0, 1))


def test_a_flat_range_gives_a_colour_and_no_error():
    assert np.isfinite(colormap.terrain(np.full(3, 2.0), 2.0, 2.0)).all()
    assert np.isfinite(colormap.diverging(np.zeros(3), 0.0)).all()


def test_shapes_are_kept():
    assert colormap.sequential(np.zeros((2, 5))).shape == (2, 5, 3)


@given(st.tuples(*[st.floats(0, 1)] * 3))
@settings(max_examples=150)
def test_oklab_round_trip_gives_the_colour_back(color):
    color = np.array(color)
    np.testing.assert_allclose(colormap.srgb(colormap.oklab(color)), color, atol=1e-5)


def test_oklab_agrees_with_published_values():
    """Oklab of sRGB's white, red, green and blue as CSS Color 4 lists them."""
    colors = np.array([[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    expected = [
        [1.0, 0.0, 0.0],
        [0.62796, 0.22486, 0.12585],
        [0.86644, -0.23389, 0.17950],
        [0.45201, -0.03246, -0.31153],
    ]
    np.testing.assert_allclose(colormap.oklab(colors), expected, atol=2e-5)


def test_bivariate_tells_directions_apart_at_one_lightness(each_theme):
    angles = np.arange(8) * np.pi / 4
    rim = np.column_stack([np.cos(angles), np.sin(angles)])
    lab = colormap.oklab(colormap.bivariate(rim))
    assert np.ptp(lab[:, 0]) < 0.02
    steps = np.linalg.norm(lab - np.roll(lab, 1, axis=0), axis=1)
    assert steps.min() > 0.06
    grey = colormap.oklab(colormap.bivariate(np.zeros((1, 2))))[0]
    np.testing.assert_allclose(grey[1:], 0, atol=1e-6)
