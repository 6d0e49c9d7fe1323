"""Paths that are walked: the line and the dot are where the share says."""

import numpy as np
import pytest

from mlanim.stage.marks.traced_path import Walk, until

CORNER = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0]])


@pytest.mark.parametrize(
    ("index", "tip"), [(0, [0, 0]), (0.5, [1, 0]), (1, [2, 0]), (1.25, [2, 0.5]), (2, [2, 2])]
)
def test_a_path_up_to_an_index_ends_between_its_neighbours(index, tip):
    np.testing.assert_allclose(until(CORNER, index)[-1], tip)
    np.testing.assert_allclose(until(CORNER, index)[0], CORNER[0])


@pytest.mark.parametrize("share", [0.0, 0.25, 0.75, 1.0])
def test_the_dot_is_at_the_end_of_the_line(share):
    walk = Walk(CORNER, "weight").show(share)
    tip = until(CORNER, 2 * share)[-1]
    np.testing.assert_allclose(walk.head.get_center()[:2], tip, atol=1e-9)
    np.testing.assert_allclose(walk.line.points[-1, :2], tip, atol=1e-9)


def test_walking_draws_from_nothing_to_all():
    walk = Walk(CORNER, "weight")
    animation = walk.walking()
    animation.begin()
    assert np.ptp(walk.line.points, axis=0).max() == 0
    animation.interpolate(1)
    np.testing.assert_allclose(walk.line.points[-1, :2], CORNER[-1])
