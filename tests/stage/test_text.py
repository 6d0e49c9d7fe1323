import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from manim import UP

from mlanim.stage import theme
from mlanim.stage.text.texts import (
    EM_PER_FONT_UNIT,
    Colored,
    Formula,
    Math,
    Text,
    advance_of,
    polygon_curves,
)
from mlanim.stage.text.typesetting import literal, typeset

any_character = st.characters(exclude_categories=())


def ink(text) -> np.ndarray:
    """Left, bottom, right and top of the drawn curves, without the two marks in front."""
    points = np.concatenate([text[0].points[8:], *(piece.points for piece in text[1:])])
    return np.concatenate([points.min(axis=0)[:2], points.max(axis=0)[:2]])


def colors(text) -> set[str]:
    return {piece.get_fill_color().to_hex().lower() for piece in text}


def hexes(*roles: str) -> set[str]:
    return {theme.current().roles[role] for role in roles}


@given(st.text(any_character, max_size=30))
@example('#read("/etc/passwd")')
@example("\ud83d lone")
@example("مرحبا שלום")
@example("👩‍🔬 — $x$ \\ \"quoted\" 'single'")
@settings(max_examples=40)
def test_any_string_can_be_shown_and_stays_known(string):
    text = Text(string)
    assert text.plain == string
    setting = typeset("#text(" + literal(string) + ")")
    points = sum(len(outline.curves) for outline in setting.outlines)
    assert sum(len(piece.points) for piece in text) == points + 8
    assert np.isfinite(text[0].points).all()


def test_ten_thousand_characters_fit_in_one_label():
    text = Text("word\n" * 2000)
    one = Text("word")
    assert len(text[0].points) - 8 == 2000 * (len(one[0].points) - 8)
    assert ink(text)[2] == pytest.approx(ink(one)[2], abs=1e-6)


def test_an_empty_text_has_a_place_and_no_ink():
    text = Text("").baseline_at([1, 2, 0])
    np.testing.assert_allclose(text.origin, [1, 2, 0])
    assert len(text[0].points) == 8
    assert text.advance < 0.01


def test_runs_take_their_roles_and_share_a_baseline(each_theme):
    text = Text("H ", Colored("H", "input"), " ", Colored("H", "weight"))
    assert colors(text) == hexes("text", "input", "weight")
    bottoms = [piece.points[8 * (i == 0) :, 1].min() for i, piece in enumerate(text)]
    np.testing.assert_allclose(bottoms, 0, atol=1e-6)
    assert text.plain == "H H H"


def test_the_role_of_a_text_is_that_of_its_plain_runs():
    assert colors(Text("a", role="muted")) == hexes("muted")
    assert colors(Text("a", Colored("b", "input"), role="muted")) == hexes("muted", "input")


def test_how_far_a_text_reaches_is_known_without_making_it():
    for content in ("", "words", Math("x_1 + weight(w)"), Colored("one", "input", part="a")):
        for size in ("small", "display"):
            assert advance_of(content, size=size) == Text(content, size=size).advance
    assert advance_of("words", weight="semibold") > advance_of("words")
    with pytest.raises(KeyError, match="role"):
        advance_of(Colored("x", "wieght"))


def test_a_formula_in_a_line_is_coloured_by_role(each_theme):
    text = Text("so ", Math("weight(w) + x"), " is small", role="muted")
    assert colors(text) == hexes("muted", "weight")
    weight = next(p for p in text if p.get_fill_color().to_hex().lower() in hexes("weight"))
    alone = typeset("$w$").outlines[0].curves
    assert len(weight.points) == len(alone)  # the letter w and nothing else
    np.testing.assert_allclose(
        np.ptp(weight.points[:, :2], axis=0),
        np.ptp(alone, axis=0) * theme.SIZES["body"] * EM_PER_FONT_UNIT,
        atol=1e-3,
    )


def test_a_display_formula_has_one_piece_a_role(each_theme):
    formula = Formula("weight(bold(w)) dot input(bold(x)) + b")
    assert colors(formula) == hexes("text", "weight", "input")
    assert len(formula) == 3


def test_parts_are_found_and_move_alone():
    formula = Formula('y = part("weights", role: "weight", W) x + part("bias", b)')
    bias = formula.part("bias")
    assert formula.part("weights").get_fill_color().to_hex().lower() in hexes("weight")
    assert bias.get_center()[0] > formula.part("weights").get_center()[0]
    before = formula[0].points.copy()
    bias.shift(UP)
    np.testing.assert_array_equal(formula[0].points, before)


def test_a_run_can_be_a_part():
    text = Text("the ", Colored("query", "input", part="q"), " asks")
    assert text.part("q").get_fill_color().to_hex().lower() in hexes("input")
    assert text.plain == "the query asks"


def test_an_unknown_part_names_those_that_exist():
    with pytest.raises(KeyError, match=r"no part of this text .*c.*There are a\."):
        Formula('part("a", x)').part("c")


@pytest.mark.parametrize("source", ["x +/", "unknownword", 'part("a"', "frac(1"])
def test_bad_mathematics_is_a_value_error(source):
    with pytest.raises(ValueError, match="Typst cannot set"):
        Formula(source)


def test_baseline_at_holds_after_scaling_and_shifting():
    text = Text("H").scale(1.7).shift([0.3, -2, 0]).baseline_at([1, 2, 0])
    assert ink(text)[1] == pytest.approx(2, abs=1e-6)
    np.testing.assert_allclose(text.origin, [1, 2, 0])


def test_the_size_follows_scaling_and_survives_turns():
    text = Text("Hx")
    height = ink(text)[3] - ink(text)[1]
    text.scale(0.5).shift([1, 1, 0])
    assert text.size == pytest.approx(theme.SIZES["body"] / 2)
    assert ink(text)[3] - ink(text)[1] == pytest.approx(height / 2)
    assert text.rotate(0.7).size == pytest.approx(theme.SIZES["body"] / 2)
    assert text.nominal_size == theme.SIZES["body"]


def test_sizes_are_those_of_the_theme():
    heights = {size: np.subtract(*ink(Text("H", size=size))[[3, 1]]) for size in theme.SIZES}
    for size, height in heights.items():
        assert height / heights["body"] == pytest.approx(theme.SIZES[size] / 26, rel=1e-6)


def test_a_copy_has_a_place_of_its_own():
    text = Text("a")
    copy = text.copy().shift(UP)
    np.testing.assert_allclose(text.origin, [0, 0, 0])
    np.testing.assert_allclose(copy.origin, [0, 1, 0])


def test_semibold_is_wider_and_a_run_can_ask_for_it():
    regular, bold = Text("nmn"), Text("nmn", weight="semibold")
    assert bold.advance > regular.advance
    assert Text(Colored("nmn", weight="semibold")).advance == pytest.approx(bold.advance)


@pytest.mark.parametrize(("align", "edge"), [("left", 0), ("right", 1)])
def test_a_text_with_a_width_breaks_within_it_from_its_first_baseline(align, edge):
    words = "HH " * 20
    text = Text(words, width=3.0, align=align)
    left, bottom, right, top = ink(text)
    assert left > -0.02
    assert right < 3.02
    single = Text("H")
    line = theme.SIZES["body"] * EM_PER_FONT_UNIT
    assert top == pytest.approx(ink(single)[3], abs=1e-6)  # the first line is at the origin
    assert bottom < -2 * line
    assert (left, right)[edge] == pytest.approx(3 * edge, abs=0.05)
    np.testing.assert_allclose(text.origin, 0)


def test_a_centred_text_lies_in_the_middle_of_its_width():
    left, _, right, _ = ink(Text("HH", width=4.0, align="center"))
    assert (left + right) / 2 == pytest.approx(2, abs=0.02)


def test_line_breaks_in_a_string_break_lines():
    for string in ("H\nH", "H\r\nH", "H\rH"):
        assert ink(Text(string))[1] < -0.2
        assert ink(Text(string))[2] == pytest.approx(ink(Text("H"))[2], abs=1e-6)


def test_fraction_bars_and_roots_take_the_colour_of_what_they_belong_to():
    formula = Formula("weight(a / b)")
    assert colors(formula) == hexes("weight")
    assert len(formula) == 1


def test_polygon_curves_run_straight_through_the_corners():
    corners = np.array([[0, 0], [3, 0], [3, 6]], dtype=float)
    curves = polygon_curves(corners)
    expected = [[0, 0], [1, 0], [2, 0], [3, 0], [3, 0], [3, 2], [3, 4], [3, 6]]
    np.testing.assert_allclose(curves, expected)


def test_the_theme_in_use_colours_new_texts():
    theme.use("light")
    assert colors(Text("a")) == {theme.LIGHT.roles["text"]}


@pytest.mark.parametrize(("align", "share"), [("left", 0), ("center", 0.5), ("right", 1)])
def test_a_baseline_can_be_placed_by_either_end_or_its_middle(align, share):
    text = Text("seven words").baseline_at([1.0, 2.0, 0.0], align)
    np.testing.assert_allclose(text.origin, [1 - share * text.advance, 2, 0])
