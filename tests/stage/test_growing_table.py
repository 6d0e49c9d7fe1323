"""A table that grows row by row asks for the room that it takes, and shows what it has."""

import numpy as np
import pytest

from mlanim.stage.layout import Box
from mlanim.stage.panels import DoesNotFit, Panel, arrange, extent_of
from mlanim.stage.plots.growing_table import GrowingTable

ROWS = [[1, 2.5], [3, 4.0]]
HEADS = ["n", "value"]


def test_it_asks_for_the_width_of_what_is_in_it(fits):
    wide = GrowingTable([["a long text in a cell"] * 4, [1.5] * 4], ["a", "b", "c", "d"])
    box = Box(0, 0, wide.least, 3)
    fits(wide.placed(box), box)
    assert extent_of([wide]).width > 0.95 * wide.least
    assert GrowingTable(ROWS, HEADS).least == 2.5
    with pytest.raises(DoesNotFit, match="width is too small"):
        arrange([Panel("table", wide)], 0.9 * wide.least)
    places = arrange([Panel("table", wide), Panel("other", GrowingTable(ROWS, HEADS))], 11.0)[1]
    assert places[1].box.top < places[0].box.bottom


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: GrowingTable(ROWS, HEADS, ["text"]), "1 roles for 2 columns; give one for each"),
        (lambda: GrowingTable(ROWS, HEADS, formats=["2"]), "1 formats for 2 columns"),
        (lambda: GrowingTable(ROWS, HEADS, formats="2"), "1 formats for 2 columns"),
        (lambda: GrowingTable(ROWS, HEADS, formats=["much", ""]), "Unknown format 'much'"),
        (lambda: GrowingTable(ROWS, HEADS, shown=5), "has 2 rows and cannot show 5"),
        (lambda: GrowingTable(ROWS, HEADS).to(99), "has 2 rows and cannot show 99"),
        (lambda: GrowingTable(ROWS, HEADS[:1]), "A row has 2 cells under 1 headings"),
        (lambda: GrowingTable([1, 2], HEADS), "rows of a table are lists of cells, not 1"),
        (lambda: GrowingTable([[1, np.nan]], HEADS), "under “value” is nan; write a text"),
    ],
)
def test_what_does_not_fit_together_is_said(made, words):
    with pytest.raises((TypeError, ValueError), match=words):
        made()
