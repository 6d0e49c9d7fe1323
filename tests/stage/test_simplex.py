"""The triangle of three probabilities: it fits, and marks lie where their shares say."""

import numpy as np
import pytest

from mlanim.stage import theme
from mlanim.stage.layout import Box
from mlanim.stage.plots.simplex import Simplex
from mlanim.stage.track import Track

BOX = Box(-3, -2, 3, 2.5)
SHARES = np.random.default_rng(0).dirichlet([1, 1, 1], 40)


@pytest.mark.parametrize("size", [(3, 3), (12, 4), (4, 8)])
@pytest.mark.parametrize("medium", [theme.FILM, theme.PAGE])
def test_triangle_and_names_stay_in_their_box(fits, size, medium):
    box = Box(1, -1, 1 + size[0], -1 + size[1])
    with theme.drawn_for(medium):
        simplex = Simplex(("a cat", "a dog", "an owl"))
        simplex.scatter(SHARES)
        fits(simplex.placed(box), box, air=0.06)


def test_its_sides_are_equally_long_and_corners_are_certain():
    simplex = Simplex((0, 1, 2)).placed(BOX)
    a, b, c = simplex.place(np.eye(3))
    sides = [np.linalg.norm(a - b), np.linalg.norm(b - c), np.linalg.norm(c - a)]
    np.testing.assert_allclose(sides, sides[0])
    np.testing.assert_allclose(simplex.place([1 / 3] * 3), (a + b + c) / 3)


def test_a_share_is_the_distance_from_the_opposite_side():
    simplex = Simplex((0, 1, 2)).placed(BOX)
    bottom, top = simplex.place(np.eye(3))[[0, 2], 1]
    heights = (simplex.place(SHARES)[:, 1] - bottom) / (top - bottom)
    np.testing.assert_allclose(heights, SHARES[:, 2])


def test_a_dot_follows_a_track_and_a_path_is_in_the_table():
    track = Track([0, 1], p=np.array([[1.0, 0, 0], [0, 0, 1.0]]))
    simplex = Simplex(("x", "y", "z"))
    dot = simplex.dot(track["p"])
    simplex.path(SHARES, "input", name="way")
    simplex.placed(BOX)
    track.put(0.5)
    dot.update(0)
    np.testing.assert_allclose(dot.disc.get_center(), simplex.place([0.5, 0, 0.5]), atol=1e-6)
    table = simplex.tables()["way"]
    assert table.headings() == ["x", "y", "z"]
    np.testing.assert_array_equal(table.columns["y"], SHARES[:, 1])


def test_marks_may_come_later():
    simplex = Simplex((0, 1, 2))
    path = simplex.path(SHARES, later=True)
    assert simplex.placed(BOX).later() == [path]


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ([0.5, 0.5], "three shares, not an array"),
        ([0.5, 0.5, 0.5], r"sums from 1\.5 to 1\.5"),
        ([-0.5, 1.0, 0.5], r"a least of -0\.5"),
        ([np.nan, 1, 0], "at least 0"),
    ],
)
def test_what_is_no_distribution_is_refused(shares, message):
    with pytest.raises(ValueError, match=message):
        Simplex((0, 1, 2)).dot(shares)


def test_a_triangle_has_three_names():
    with pytest.raises(ValueError, match="got 2 names"):
        Simplex(("a", "b"))
