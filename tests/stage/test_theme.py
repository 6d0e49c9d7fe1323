import importlib.util
import itertools

import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlanim.stage import theme
from mlanim.stage.colors import colormap
from mlanim.stage.text import texts

GRAPHIC_ROLES = ["input", "weight", "gradient", "attention", "highlight"]
channels = st.tuples(*[st.floats(0, 1)] * 3)


def wcag_luminance(color: str) -> float:
    """WCAG 2.2, "relative luminance", written out channel by channel."""
    total = 0.0
    for start, share in ((1, 0.2126), (3, 0.7152), (5, 0.0722)):
        c = int(color[start : start + 2], 16) / 255
        total += share * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
    return total


def wcag_contrast(first: str, second: str) -> float:
    dark, light = sorted([wcag_luminance(first), wcag_luminance(second)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("role", [role for role in texts.ROLES if not role.startswith("on_")])
def test_every_text_role_reads_on_its_background(name, role):
    roles = theme.THEMES[name].roles
    assert wcag_contrast(roles[role], roles["background"]) >= 4.5


def test_all_themes_have_the_same_roles_in_proper_hex():
    assert set(theme.DARK.roles) == set(theme.LIGHT.roles) == set(theme.PRINT.roles)
    for value in itertools.chain(*(one.roles.values() for one in theme.THEMES.values())):
        assert len(value) == 7
        assert theme.ManimColor(value).to_hex().lower() == value


@pytest.mark.parametrize("kind", ["normal", "deuteranomaly", "protanomaly", "tritanomaly"])
@pytest.mark.parametrize("name", theme.THEMES)
def test_roles_stay_apart_under_each_full_colour_blindness(name, kind):
    space = {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
    if kind == "normal":
        space = "sRGB1"
    roles = theme.THEMES[name].roles
    seen = {
        role: np.clip(cspace_convert(theme.hex_to_rgb(roles[role]), space, "sRGB1"), 0, 1)
        for role in GRAPHIC_ROLES
    }
    for first, second in itertools.combinations(GRAPHIC_ROLES, 2):
        distance = deltaE(seen[first], seen[second], input_space="sRGB1", uniform_space="CAM02-UCS")
        assert distance >= 10, (first, second)


@given(channels)
@example((0.0, 0.0, 0.0))
@example((1.0, 1.0, 1.0))
@example((0.4588, 0.4588, 0.4588))  # where black and white come closest
@settings(max_examples=200)
def test_the_chosen_ink_reads_on_any_colour(color):
    color = np.array(color)
    ink = theme.rgb("on_light" if theme.readable_on(color) else "on_dark")
    linear = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
    below = linear @ [0.2126, 0.7152, 0.0722]
    dark, light = sorted([below, float(ink[0])])  # the luminances of black and white are 0 and 1
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@given(channels, channels)
@settings(max_examples=100)
def test_contrast_agrees_with_the_formula_written_out(first, second):
    a, b = ("#" + "".join(f"{round(c * 255):02x}" for c in color) for color in (first, second))
    measured = theme.contrast(theme.hex_to_rgb(a), theme.hex_to_rgb(b))
    assert measured == pytest.approx(wcag_contrast(a, b), rel=1e-12)


def test_contrast_of_black_on_white_is_21_and_broadcasts():
    white = np.ones((2, 3, 3))
    np.testing.assert_allclose(theme.contrast(white, np.zeros(3)), np.full((2, 3), 21.0))


def test_use_changes_the_colours_that_follow(each_theme):
    assert theme.current() is each_theme
    assert theme.color("weight").to_hex().lower() == each_theme.roles["weight"]
    np.testing.assert_allclose(theme.rgb("weight") * 255, theme.color("weight").to_int_rgb())


def test_an_unknown_theme_names_those_that_exist():
    with pytest.raises(ValueError, match=r"'sepia'.*dark, light, print"):
        theme.use("sepia")
    assert theme.current() is theme.DARK


def test_an_unknown_role_names_those_that_exist():
    with pytest.raises(KeyError, match=r"'bias'.*weight"):
        theme.color("bias")


def test_the_environment_chooses_the_first_theme(monkeypatch):
    theme.use("dark")
    monkeypatch.setenv("MLANIM_THEME", "light")
    assert theme.current() is theme.DARK
    spec = importlib.util.find_spec(theme.__name__)
    first = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(first)
    assert first.current() is first.LIGHT


def test_a_theme_cannot_be_changed_by_accident():
    with pytest.raises(TypeError):
        theme.DARK.roles["text"] = "#000000"


def test_the_smallest_size_is_what_a_back_row_can_read():
    pixels_of_1080 = min(theme.SIZES.values()) / 96 * 1080 / theme.FRAME_HEIGHT
    assert pixels_of_1080 >= 0.026 * 1080


def test_to_color_takes_what_a_colour_map_gives():
    assert theme.to_color(np.array([1.0, 0.5, 0.0])).to_rgb() == pytest.approx([1, 0.5, 0])


def lightness(colors):
    return np.asarray(cspace_convert(colors, "sRGB1", "CIELab"))[..., 0]


def test_in_print_roles_keep_their_order_in_grey():
    levels = sorted(lightness(theme.hex_to_rgb(theme.PRINT.roles[r])) for r in GRAPHIC_ROLES)
    assert min(np.diff(levels)) >= 8


@pytest.mark.parametrize("name", ["sequential", "terrain", "diverging"])
def test_in_print_every_colour_map_runs_one_way_in_grey(name):
    theme.use("print")
    values = np.linspace(-1, 1, 41)
    colors = {
        "sequential": lambda: colormap.sequential(values, -1, 1),
        "terrain": lambda: colormap.terrain(values, -1, 1),
        "diverging": lambda: colormap.diverging(values, 1),
    }[name]()
    steps = np.diff(lightness(colors))
    assert np.all(steps > 0.3) or np.all(steps < -0.3)


def test_a_page_s_text_has_seven_points_and_more():
    with theme.drawn_for(theme.PAGE):
        points = [size / 96 * theme.POINTS_PER_UNIT for size in theme.SIZES.values()]
    assert min(points) >= 7
    assert dict(theme.SIZES)["small"] == 21  # a film's again
