"""A block of code: word for word, readable, with a mark that moves from line to line."""

import numpy as np
import pytest

from mlanim.stage import theme
from mlanim.stage.layout import Box
from mlanim.stage.pictures.code import ROLES, CodeBlock
from mlanim.stage.track import Track

CODE = '''
    def mean(x):
        """The #mean, of $x$."""

        return sum(x) / len(x)  # by hand
'''
BOX = Box(-6, -2, 6, 2)


@pytest.mark.parametrize("size", [(7, 2), (13, 4.5)])
@pytest.mark.parametrize("medium", [theme.FILM, theme.PAGE])
def test_all_of_it_stays_in_its_box(fits, size, medium):
    box = Box(-1, 1, -1 + size[0], 1 + size[1])
    with theme.drawn_for(medium):
        code = CodeBlock(CODE, marked=(1, 4))
        fits(code.placed(box), box)


def test_lines_are_shown_word_for_word_without_common_indentation():
    code = CodeBlock(CODE).placed(BOX)
    assert code.tables()["code"].columns["code"][3] == "    return sum(x) / len(x)  # by hand"
    shown = [text.plain for text in code[-1]]
    assert shown == ["def mean(x):", '"""The #mean, of $x$."""', *[
        "return sum(x) / len(x)  # by hand"]]  # fmt: skip


def test_columns_line_up_as_in_an_editor():
    code = CodeBlock("abc\n  defg\nhijk").placed(BOX)
    first, second, third = code[-1]
    step = third.advance / 4
    assert second.origin[0] - first.origin[0] == pytest.approx(2 * step)
    assert second.advance == pytest.approx(third.advance)


@pytest.mark.parametrize("name", list(theme.THEMES))
def test_every_colour_is_readable_in_every_theme(name):
    theme.use(name)
    for role in {*ROLES.values(), "text"}:
        assert theme.contrast(theme.rgb(role), theme.rgb("background")) >= 4.5


def test_the_mark_moves_and_ends_on_its_line_exactly():
    code = CodeBlock(CODE).placed(BOX)
    assert code.bar.height == 0
    code.show_values((1, 1))
    high, top = code.bar.height, code.bar.get_top()[1]
    change = code.to((3, 4))
    change.begin()
    change.interpolate(1)
    assert code.bar.height == pytest.approx(2 * high)
    assert code.bar.get_top()[1] == pytest.approx(top - 2 * high)


def test_the_mark_follows_a_track():
    track = Track([0, 1], line=np.array([1, 4]))
    code = CodeBlock(CODE, marked=track["line"]).placed(BOX)
    track.put(1)
    code.update(0)
    np.testing.assert_array_equal(code.shown, [4, 4])


def test_a_line_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="from 1 to 4"):
        CodeBlock(CODE, marked=5)
    with pytest.raises(ValueError, match="from 1 to 4"):
        CodeBlock(CODE).placed(BOX).to(0)


def test_what_cannot_be_shown_is_said():
    with pytest.raises(ValueError, match="No language 'klingon'"):
        CodeBlock(CODE, "klingon")
    with pytest.raises(ValueError, match="at least one line"):
        CodeBlock("\n  \n")
    with pytest.raises(ValueError, match="of up to 400 characters do not fit"):
        CodeBlock("x" * 400).placed(BOX)
