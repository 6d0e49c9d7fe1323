import numpy as np
import pytest

from mlanim.stage.extent import bounding_box, visible_members
from mlanim.stage.layout import Box
from mlanim.stage.plots.surface_chart import SurfaceChart
from mlanim.stage.track import Track

X, Y = np.linspace(-3, 5, 21), np.linspace(10, 12, 15)
VALUES = np.exp((X[None] / 4) ** 2 + (Y[:, None] - 11) ** 2)
BOX = Box(-4, -3, 3, 2)


def chart(**options):
    return SurfaceChart(X, Y, VALUES, "first", "second", "loss", **options)


@pytest.mark.parametrize("turn", [0, 20, 45, 90, 130, 200, 315])
@pytest.mark.parametrize("elevation", [20, 40, 85])
def test_everything_lies_within_the_box_and_fills_most_of_it(turn, elevation):
    surface = chart(turn=turn, elevation=elevation)
    surface.compose(BOX)
    around = bounding_box(visible_members(surface))
    assert BOX.left - 0.05 <= around.left
    assert around.right <= BOX.right + 0.05
    assert BOX.bottom - 0.05 <= around.bottom
    assert around.top <= BOX.top + 0.05
    faces = surface.surface.points
    assert max(np.ptp(faces[:, 0]) / BOX.width, np.ptp(faces[:, 1]) / BOX.height) > 0.55


def test_a_place_lies_at_its_share_of_the_axes_and_as_high_as_its_value():
    surface = chart()
    surface.compose(BOX)
    low, high = VALUES.min(), VALUES.max()
    world = surface.world(np.array([[-3, 12], [1, 11.0]]), np.array([high, (low + high) / 2]))
    np.testing.assert_allclose(world[0], [-1, 1, surface.rise])
    np.testing.assert_allclose(world[1], [0, 0, surface.rise / 2], atol=1e-12)


def test_logarithmic_heights_are_those_of_the_logarithm():
    surface = chart(log=True)
    surface.compose(BOX)
    middle = np.sqrt(VALUES.min() * VALUES.max())
    assert surface.world(np.array([[1, 11.0]]), np.array([middle]))[0, 2] == pytest.approx(
        surface.rise / 2
    )


def test_a_point_of_the_grid_lies_on_the_surface():
    surface = chart(turn=70)
    surface.compose(BOX)
    grid = surface.surface.world.reshape(len(Y), len(X), 3)
    world = surface.world(np.array([[X[4], Y[9]]]), VALUES[9, 4:5])
    np.testing.assert_allclose(world[0], grid[9, 4])


def test_a_path_follows_its_track_and_what_leaves_the_floor_is_left_out():
    run = Track((0, 1, 2), place=np.array([[0, 11], [4, 11], [9, 11.0]]), height=np.ones(3))
    surface = chart()
    path = surface.path(run.history("place"), run.history("height"), "weight", name="way")
    surface.compose(BOX)
    assert np.ptp(surface.surface.lines["path 0"].world, axis=0).max() == 0
    run.put(1)
    path.update(0)
    end = surface.surface.lines["path 0"].world[-1]
    assert end[0] == pytest.approx(0.75)
    run.put(2)
    path.update(0)
    np.testing.assert_allclose(surface.surface.lines["path 0"].world[-1], end)


def test_a_turn_moves_surface_numbers_and_points_together():
    turn = Track((0, 360), start=20)
    surface = chart(turn=turn)
    dot = surface.dot((1.0, 11.0), 1.0, name="here")
    surface.compose(BOX)
    before = surface.surface.points.copy(), surface.words[1][0].origin.copy()
    turn.put(80)
    surface.update(0)
    assert not np.allclose(surface.surface.points, before[0])
    assert not np.allclose(surface.words[1][0].origin, before[1])
    at = surface.view.project(surface.world(np.array([[1.0, 11.0]]), np.array([1.0])))[0]
    np.testing.assert_allclose(dot.disc.get_center()[:2], at[:2], atol=1e-6)


def test_seen_from_above_no_height_can_be_read():
    surface = chart(elevation=88)
    surface.compose(BOX)
    assert all(word.get_fill_opacity() == 0 for tick in surface.words[0][:-1] for word in tick)


def test_parts_that_come_later_are_named_and_left_out():
    surface = chart()
    path = surface.path(np.array([[0, 11.0], [1, 11]]), np.ones(2), later=True)
    surface.compose(BOX)
    assert path not in surface.submobjects
    assert surface.parts() == [path]


def test_values_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"needs an array \(15, 21\), not \(21, 15\)"):
        SurfaceChart(X, Y, VALUES.T, "first", "second", "loss")
