import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from mlanim.stage.text.typesetting import FONTS, literal, typeset

any_character = st.characters(exclude_categories=())  # lone surrogates too
REGULAR = ImageFont.truetype(str(FONTS / "SourceSansPro-Regular.otf"), 1000)


def spelled_out(text: str) -> str:
    """A Typst string in which every character is an escape by its number; a tab is a space."""
    text = text.replace("\t", " ")
    codes = (0xFFFD if 0xD800 <= ord(c) <= 0xDFFF else ord(c) for c in text)
    return '"' + "".join(f"\\u{{{code:x}}}" for code in codes) + '"'


def set_text(expression: str):
    return typeset(f"#text({expression})")


def ink(setting) -> np.ndarray:
    points = np.concatenate([outline.curves for outline in setting.outlines])
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


@given(st.text(any_character, max_size=40))
@example('"')
@example("\\")
@example('\\"')
@example('"); #read("/etc/passwd"); #("')
@example("\x00\x01\x1b[31m\x7f\x85\u2028\u2029\ufeff\uffff")
@example("\ud800 half\udfff")
@example("\\u{41}")
@example("f\ri\r\nx\ty")
@settings(max_examples=80)
def test_any_string_is_shown_as_it_is(text):
    shown, expected = set_text(literal(text)), set_text(spelled_out(text))
    assert len(shown.outlines) == len(expected.outlines)
    assert shown.width == pytest.approx(expected.width, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    ['#read("/etc/passwd")', "$x^2$", "*bold*", "_low_", "// note", "#{1+1}", "@label", "<a>"],
)
def test_markup_is_shown_letter_by_letter(text):
    visible = [c for c in text if c != " "]
    assert len(set_text(literal(text)).outlines) == len(visible)


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "etc/passwd", "../../etc/passwd", str(FONTS / "SourceSansPro-It.otf")]
)
def test_even_markup_cannot_read_a_file(path):
    with pytest.raises(ValueError, match="Typst cannot set"):
        typeset(f'#read("{path}")')


def test_no_folder_is_left_behind(tmp_path, monkeypatch):
    from mlanim.stage.text import typesetting

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    typesetting._compiler.__wrapped__(()).compile(b"x", format="svg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("body", ["#text(", "$x", "#nonsense()", '#text(font: 3, "a")'])
def test_what_typst_refuses_is_a_value_error_that_quotes_it(body):
    with pytest.raises(ValueError, match="Typst cannot set") as caught:
        typeset(body)
    assert repr(body) in str(caught.value)


@pytest.mark.parametrize("character", list("HOgx8.,;ßé"))
def test_a_letter_lies_where_the_font_puts_it(character):
    """The same outline as FreeType's, in thousandths of an em, y upwards from the baseline."""
    shown = ink(set_text(literal(character))) * 1000
    mask, (x, y) = REGULAR.getmask2(character, anchor="ls")
    left, top, right, bottom = mask.getbbox()
    # FreeType rounds outwards to whole pixels.
    expected = [x + left, -(y + bottom), x + right, -(y + top)]
    np.testing.assert_allclose(shown, expected, atol=1.1)


def test_the_width_is_the_font_s_advance():
    for character in "HOgx":
        width = set_text(literal(character)).width * 1000
        assert width == pytest.approx(REGULAR.getlength(character), abs=1)


def test_a_quadratic_or_straight_path_becomes_the_same_cubic():
    from mlanim.stage.text.typesetting import path_curves

    line = path_curves("M 0 0 L 3 6")
    np.testing.assert_allclose(line, [[0, 0], [1, 2], [2, 4], [3, 6]])
    a, p, q, b = path_curves("M 0 0 Q 1 2 4 0")
    at = 0.3
    cubic = (1 - at) ** 3 * a + 3 * at * (1 - at) ** 2 * p + 3 * at**2 * (1 - at) * q + at**3 * b
    quadratic = 2 * at * (1 - at) * np.array([1, 2]) + at**2 * np.array([4, 0])
    np.testing.assert_allclose(cubic, quadratic)
    closed = path_curves("M 0 0 L 1 0 L 1 1 Z")
    np.testing.assert_allclose(closed[-1], [0, 0])
    assert len(closed) == 12


def test_relative_commands_start_where_the_last_one_ended():
    from mlanim.stage.text.typesetting import path_curves

    written = path_curves("M 1 1 m 1 0 h 2 v 3 l -2 0 Z m 5 5 c 0 1 1 2 2 2 q 1 0 1 -1 Z")
    absolute = path_curves("M 2 1 H 4 V 4 L 2 4 Z M 7 6 C 7 7 8 8 9 8 Q 10 8 10 7 Z")
    np.testing.assert_allclose(written, absolute)
    assert len(written) == 4 * 7


def test_a_command_that_cannot_be_read_is_no_silent_gap():
    from mlanim.stage.text.typesetting import path_curves

    for path in ("M 0 0 A 1 1 0 0 1 2 2", "M 0 0 L 1", "M 0 0 C 1 1 2 2"):
        with pytest.raises(ValueError, match="cannot be read"):
            path_curves(path)


def test_a_fraction_bar_is_a_stroke_across_both_of_its_sides():
    setting = typeset("$display(a / b)$")
    bars = [outline for outline in setting.outlines if outline.stroke]
    assert len(bars) == 1
    assert len(setting.outlines) == 3
    start, end = bars[0].curves[0], bars[0].curves[-1]
    assert start[1] == pytest.approx(end[1])
    assert 0.02 < bars[0].stroke_width < 0.1
    above, below = (outline for outline in setting.outlines if not outline.stroke)
    assert above.curves[:, 1].min() > start[1] > below.curves[:, 1].max()


def test_the_origin_is_the_baseline_of_the_first_line():
    flat = ink(set_text(literal("H")))
    assert flat[1] == pytest.approx(0, abs=1e-6)
    two_lines = ink(set_text(literal("H\nH")))
    assert two_lines[3] == pytest.approx(flat[3], abs=1e-6)
    assert two_lines[1] < -1


def test_the_same_body_is_compiled_once():
    assert typeset("#text(red)[same]") is typeset("#text(red)[same]")


def test_two_threads_may_set_text_at_once():
    with ThreadPoolExecutor(4) as threads:
        settings = list(threads.map(lambda n: set_text(literal(f"thread {n}")), range(200)))
    assert all(setting.outlines for setting in settings)


def test_a_character_that_no_font_has_is_told_once(caplog):
    """And not one that some font has, nor one that shows nothing."""
    for text in ("日本 ∂ → ü α \u200b\u00ad", "again 日"):
        typeset(f"#{literal(text)}")
    assert [record.getMessage() for record in caplog.records] == [
        "No font has 日 (U+65E5), 本 (U+672C), so a box stands there. Name a font's file that "
        "has: [theme.fonts] in mlanim.toml."
    ]
