"""Tables: one baseline a row, names flush left, values flush right."""

import numpy as np

from mlanim.stage.layout import Box
from mlanim.stage.marks.rows import Rows
from mlanim.stage.text.texts import Colored

BOX = Box(-3, -2, 3, 2)


def ends(text) -> float:
    return text.origin[0] + text.advance


def test_rows_share_baselines_across_columns():
    table = Rows(BOX, drop=1.0, pitch=0.5)
    names = table.names("loss", Colored("test accuracy", "weight"))
    values = table.values(4.0, "0.02", "99.25 %", head="end")
    assert [name.origin[1] for name in names] == [1.0, 0.5]
    np.testing.assert_allclose([value.origin[1] for value in values], [1.5, 1.0, 0.5])
    np.testing.assert_allclose([name.origin[0] for name in names], -3)
    np.testing.assert_allclose([ends(value) for value in values], 1.0)


def test_a_column_without_a_head_starts_at_the_first_row():
    values = Rows(BOX, drop=1.0).values(2.0, "1", "22")
    assert [value.plain for value in values] == ["1", "22"]
    assert values[0].origin[1] == 1.0
