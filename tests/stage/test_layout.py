import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manim import Square

from mlanim.stage import layout, theme
from mlanim.stage.layout import Box
from mlanim.stage.text.texts import Text

shares = st.lists(st.floats(0.2, 5), min_size=1, max_size=5)
BOX = Box(-6.0, -3.0, 6.5, 2.0)


@given(shares, st.floats(0, 1))
@settings(max_examples=60)
def test_columns_tile_the_box_with_the_gap_between_them(parts, gap):
    boxes = BOX.columns(*parts, gap=gap)
    assert boxes[0].left == BOX.left
    assert boxes[-1].right == pytest.approx(BOX.right)
    for left, right in itertools.pairwise(boxes):
        assert right.left - left.right == pytest.approx(gap)
    assert {(box.bottom, box.top) for box in boxes} == {(BOX.bottom, BOX.top)}
    widths = np.array([box.width for box in boxes])
    np.testing.assert_allclose(widths / widths.sum(), np.array(parts) / sum(parts))


@given(shares, st.floats(0, 0.8))
@settings(max_examples=60)
def test_rows_tile_the_box_from_the_top(parts, gap):
    boxes = BOX.rows(*parts, gap=gap)
    assert boxes[0].top == BOX.top
    assert boxes[-1].bottom == pytest.approx(BOX.bottom)
    for upper, lower in itertools.pairwise(boxes):
        assert upper.bottom - lower.top == pytest.approx(gap)
    heights = np.array([box.height for box in boxes])
    np.testing.assert_allclose(heights / heights.sum(), np.array(parts) / sum(parts))


def test_inset_takes_from_each_side():
    assert Box(0, 0, 10, 5).inset(1, 0.5, 2, 0.25) == Box(1, 0.5, 8, 4.75)


def test_the_centre_is_in_the_middle():
    np.testing.assert_allclose(BOX.centre, [0.25, -0.5, 0])


def test_headings_of_panels_with_one_top_share_a_baseline():
    left, right = layout.STAGE.columns(1, 2)
    first = layout.heading(left, "Queries")
    second = layout.heading(right, "Keys, graphs", role="weight")
    baseline = left.top - layout.HEADING_DROP
    for text in (first, second):
        assert text.origin[1] == pytest.approx(baseline)
    assert first.origin[0] == left.left
    assert second.origin[0] == right.left


def test_title_and_caption_stand_in_the_safe_area_and_off_the_stage():
    title, caption = layout.title("Agpy"), layout.caption("Agpy")
    for text in (title, caption):
        assert text.origin[0] == layout.SAFE.left
        assert text.get_bottom()[1] > layout.SAFE.bottom
        assert text.get_top()[1] < layout.SAFE.top
    assert title.get_bottom()[1] > layout.STAGE.top
    assert caption.get_top()[1] < layout.STAGE.bottom


def test_titles_and_captions_keep_their_line_whatever_they_say():
    assert layout.title("x").origin[1] == layout.title("Ågj").origin[1]
    assert layout.caption("x").origin[1] == layout.caption("Ågj").origin[1]


def test_the_safe_area_is_further_in_than_the_check_s_edge():
    margins = [
        theme.FRAME_WIDTH / 2 + layout.SAFE.left,
        theme.FRAME_WIDTH / 2 - layout.SAFE.right,
        theme.FRAME_HEIGHT / 2 + layout.SAFE.bottom,
        theme.FRAME_HEIGHT / 2 - layout.SAFE.top,
    ]
    np.testing.assert_allclose(margins, theme.MARGIN)
    assert theme.MARGIN > 0.04 * theme.FRAME_HEIGHT


def test_fit_moves_and_does_not_scale():
    square, text = Square(9), Text("Hx").shift([2, 2, 0])
    layout.fit(square, Box(0, 0, 2, 4))
    np.testing.assert_allclose(square.get_center(), [1, 2, 0])
    assert square.width == pytest.approx(9)
    layout.fit(text, Box(0, 0, 2, 4))
    assert text.size == pytest.approx(theme.SIZES["body"])
