from pathlib import Path

import numpy as np
import pytest

from mlanim.stage import theme
from mlanim.stage.colors import custom_theme, palette
from mlanim.stage.text.texts import Text
from mlanim.stage.text.typesetting import FONTS

HERE = Path(__file__).parent


def test_a_style_replaces_what_it_names_and_leaves_the_rest():
    made = custom_theme.themed(
        "light", {"colors": {"weight": "#A85008"}, "lines": {"line": 0.8}}, HERE
    )
    assert made.roles["weight"] == "#a85008"
    assert made.roles["input"] == palette.LIGHT.roles["input"]
    assert made.lines["line"] == 0.8
    assert made.lines["hair"] == palette.LINES["hair"]
    assert made.sequential == palette.LIGHT.sequential


def test_colour_maps_follow_the_roles_that_they_are_made_of():
    made = custom_theme.themed(
        "light", {"colors": {"attention": "#006b4f", "negative": "#1d3f72"}}, HERE
    )
    assert made.sequential[-1] == "#006b4f"
    assert made.signed == ("#1d3f72", made.roles["neutral"], made.roles["positive"])


@pytest.mark.parametrize(
    ("style", "words"),
    [
        ({"colors": {"weight": "#ffaa00"}}, r"weight = #ffaa00 .* 1\.91:1 .* at least 4\.5:1"),
        ({"colors": {"weight": "orange"}}, "weight = 'orange' is no colour; write it as #rrggbb"),
        ({"colors": {"weight": "#2366d0"}}, r"input = #2366d8 and weight .* at least 10"),
        ({"colors": {"wait": "#000000"}}, "has no 'wait'; it has background, text"),
        ({"colors": "red"}, r"write \[theme.colors\]"),
        ({"lines": {"line": 50}}, r"line is 50 points; it is 0\.1 to 10"),
        ({"lines": {"line": "fat"}}, "'fat' is no width"),
        ({"fonts": {"text": "Comic"}}, "'Comic', which is not shipped; choose one of"),
        ({"fonts": {"text": "none.otf"}}, "none.otf, which is not there"),
        ({"fonts": {"text": 3}}, "give a family or a font's file"),
        ({"shades": {}}, "has no 'shades'; it has base, colors, lines, fonts"),
    ],
)
def test_what_cannot_be_is_named_with_what_can(style, words):
    with pytest.raises(ValueError, match=words):
        custom_theme.themed("light", style, HERE)


def test_a_file_that_is_no_font_is_refused(tmp_path):
    (tmp_path / "words.ttf").write_text("not a font")
    with pytest.raises(ValueError, match=r"words\.ttf, which is no font"):
        custom_theme.themed("light", {"fonts": {"text": "words.ttf"}}, tmp_path)


def test_text_is_set_in_the_style_s_font():
    usual = Text("gate")
    theme.use(custom_theme.themed("light", {"fonts": {"text": "Libertinus Serif"}}, HERE))
    serif = Text("gate")
    assert serif.advance != pytest.approx(usual.advance, rel=1e-3)


def test_a_font_s_file_gives_its_family():
    file = "SourceSansPro-Semibold.otf"
    made = custom_theme.themed("light", {"fonts": {"text": file}}, FONTS)
    assert made.fonts == palette.Fonts("Source Sans Pro", files=(str(FONTS / file),))


def test_strokes_follow_the_style_in_films_and_on_pages():
    usual = dict(theme.STROKES)
    theme.use(custom_theme.themed("dark", {"lines": {"line": 2 * palette.LINES["line"]}}, HERE))
    assert theme.STROKES["line"] == pytest.approx(2 * usual["line"])
    assert theme.STROKES["thin"] == pytest.approx(usual["thin"])
    with theme.drawn_for(theme.PAGE):
        points = theme.STROKES["line"] / 100 * theme.POINTS_PER_UNIT
    assert points == pytest.approx(2 * palette.LINES["line"])


def test_the_shipped_themes_pass_their_own_checks():
    for name in palette.THEMES:
        assert custom_theme.themed(name, {}, HERE) == palette.THEMES[name]
    roles = [palette.hex_to_rgb(palette.PRINT.roles[role]) for role in custom_theme.GRAPHIC_ROLES]
    assert np.ptp(palette.relative_luminance(np.array(roles))) > 0.1
