"""Keys and legends: strokes before words, as many a row as fit."""

import numpy as np
import pytest

from mlanim.stage.layout import Box
from mlanim.stage.marks.legend import PITCH, Key, legend, legend_height

ENTRIES = [("weight", "batch 16"), ("input", "batch 1437"), ("text", "neither")]


def test_a_key_shows_its_stroke_before_its_words():
    key = Key(-1.0, 0.3, "weight", "step size 0.1")
    stroke, words = key
    assert stroke.points[:, 0].min() == -1.0
    assert stroke.points[:, 0].max() < words.origin[0]
    assert words.origin[1] == 0.3


def test_a_legend_breaks_its_rows_where_the_box_ends():
    wide, narrow = (legend(ENTRIES, Box(0, -2, width, 0)) for width in (9.0, 2.0))
    lines = [{round(float(words.origin[1]), 6) for _, words in drawn} for drawn in (wide, narrow)]
    assert [len(line) for line in lines] == [1, 3]
    assert all(words.origin[0] + words.advance <= 2.0 for _, words in narrow)
    rows = [words.origin[1] for _, words in narrow]
    np.testing.assert_allclose(np.diff(rows), -PITCH)


def test_a_legend_says_how_high_it_is():
    heights = [legend_height(ENTRIES, width) for width in (9.0, 2.0)]
    assert heights[1] - heights[0] == pytest.approx(2 * PITCH)
