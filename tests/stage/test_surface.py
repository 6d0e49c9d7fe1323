import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manim import Transform, linear
from scipy.interpolate import RegularGridInterpolator
from scipy.spatial.transform import Rotation

from mlanim.stage import theme
from mlanim.stage.arrays.surface import Surface, View, as_world, floor_rectangle
from mlanim.stage.colors import colormap

RNG = np.random.default_rng(3)
angle = st.floats(-3.2, 3.2)


def hill(peak: float, size: int = 41) -> np.ndarray:
    y, x = np.meshgrid(np.linspace(-1, 1, size), np.linspace(-1, 1, size), indexing="ij")
    return peak * np.exp(-6 * (x**2 + y**2))


def front(elevation: float = 0.4) -> View:
    """A look along y: what has a larger y is further away."""
    return View(turn=0.0, elevation=elevation, scale=3.0)


def near(picture, place, role: str) -> bool:
    """Whether a pixel at a place, or right beside it, has a role's colour."""
    x, y = place[:2]
    reach = 2 * theme.FRAME_HEIGHT / len(picture.pixels)
    patch = picture.within((x - reach, y - reach), (x + reach, y + reach))
    return np.abs(patch - theme.rgb(role) * 255).max(axis=2).min() < 40


@given(angle, angle, st.floats(0.2, 4))
@settings(max_examples=60)
def test_projection_is_a_turn_and_a_tilt(turn, elevation, scale):
    """World axes x to the right, y away, z up; the frame's are x right, y up, z away."""
    world = RNG.normal(size=(7, 3))
    centre = np.array([1.5, -0.5, 0])
    turned = Rotation.from_euler("z", turn).apply(world)
    tilted = Rotation.from_euler("x", elevation).apply(turned)  # the far side goes up
    x, away, up = tilted.T
    seen = View(turn, elevation, scale, centre).project(world)
    np.testing.assert_allclose(seen[:, 0], scale * x + 1.5, atol=1e-9)
    np.testing.assert_allclose(seen[:, 1], scale * up - 0.5, atol=1e-9)
    np.testing.assert_allclose(seen[:, 2], away, atol=1e-9)


def test_a_level_look_shows_heights_and_a_look_from_above_shows_the_plan():
    world = np.array([[0.3, -0.4, 0.7]])
    np.testing.assert_allclose(View(0, 0, 1).project(world)[0], [0.3, 0.7, -0.4], atol=1e-12)
    above = View(0, np.pi / 2, 1).project(world)[0]
    np.testing.assert_allclose(above, [0.3, -0.4, -0.7], atol=1e-12)


@pytest.mark.parametrize("shape", [(2, 2), (5, 9), (12, 4)])
def test_heights_between_vertices_are_bilinear(shape):
    heights = RNG.normal(size=shape)
    axes = [np.linspace(-1, 1, n) for n in shape]
    expected = RegularGridInterpolator(axes, heights, method="linear")
    xy = np.concatenate([RNG.uniform(-1, 1, (200, 2)), [[-1, -1], [1, 1], [-1, 1], [0, 0]]])
    measured = Surface(heights, View()).height_at(xy)
    np.testing.assert_allclose(measured, expected(xy[:, ::-1]), atol=1e-12)


def test_beyond_the_edge_the_height_is_that_of_the_edge():
    surface = Surface(RNG.normal(size=(4, 6)), View())
    outside, edge = np.array([[3.0, 0.2], [-0.4, -9.0]]), np.array([[1.0, 0.2], [-0.4, -1.0]])
    np.testing.assert_allclose(surface.height_at(outside), surface.height_at(edge))


def test_lifted_places_lie_on_the_surface():
    surface = Surface(hill(0.8), View())
    xy = surface.world[::7, :2]
    np.testing.assert_allclose(surface.lift(xy), surface.world[::7], atol=1e-12)


def test_vertices_run_over_the_square_with_y_in_rows():
    heights = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    world = Surface(heights, View()).world
    expected = [[-1, -1, 1], [0, -1, 2], [1, -1, 3], [-1, 1, 4], [0, 1, 5], [1, 1, 6]]
    np.testing.assert_array_equal(world, expected)


@pytest.mark.parametrize(("y", "hidden"), [(0.75, True), (-0.75, False)])
def test_a_hill_hides_the_line_behind_it_and_not_the_one_before_it(still, y, hidden):
    surface = Surface(hill(1.2), front(), wire=0)
    xs = np.linspace(-1, 1, 81)
    surface.set_line(
        "across", surface.lift(np.column_stack([xs, np.full(81, y)])), "gradient", "bold"
    )
    picture = still(surface)
    ends = surface.view.project(surface.lift(np.array([[-0.9, y], [0.0, y]])))
    assert near(picture, ends[0], "gradient")  # beside the hill it is seen in any case
    assert near(picture, ends[1], "gradient") != hidden


def test_a_line_along_the_surface_is_not_swallowed_by_it(still):
    surface = Surface(hill(0.3), View(0.5, 0.8, 3.0), wire=0)  # nowhere steeper than the look
    xy = np.column_stack([np.linspace(-0.9, 0.9, 60), np.linspace(-0.5, 0.9, 60)])
    surface.set_line("path", surface.lift(xy), "gradient", width="bold")
    picture = still(surface)
    path = surface.view.project(surface.lift(xy))
    assert np.mean([near(picture, place, "gradient") for place in path]) > 0.95


def test_nearer_faces_cover_further_ones(still):
    """A wall at the back is red, one in front is blue; from the front the blue one is seen."""
    heights = np.zeros((41, 41))
    heights[10], heights[30] = 0.5, 0.5
    y = Surface(heights, front()).world[:, 1]
    surface = Surface(heights, front(0.2), wire=0)
    middle = y[surface.faces].mean(axis=1)[:, None]
    surface.set_rgbas(np.where(middle > 0, [[1.0, 0, 0]], [[0, 0, 1.0]]))
    place = surface.view.project(np.array([[0.0, -0.5, 0.25]]))[0]
    np.testing.assert_allclose(still(surface).at(*place[:2]), [0, 0, 255], atol=2)
    surface.view.turn.set_value(np.pi)  # from the other side it is the other way round
    place = surface.follow().view.project(np.array([[0.0, 0.5, 0.25]]))[0]
    np.testing.assert_allclose(still(surface).at(*place[:2]), [255, 0, 0], atol=2)


def test_a_flat_surface_has_no_seams(still):
    flat = Surface(np.zeros((20, 20)), View(0.3, np.pi / 2, 3.0), np.full((361, 3), 0.9), wire=0)
    inside = still(flat).within((-1.8, -1.8), (1.8, 1.8)).reshape(-1, 3)
    assert inside.min() > 150
    assert np.ptp(inside, axis=0).max() <= 1


def test_a_surface_without_colours_takes_the_terrain_map():
    surface = Surface(hill(1.0), View(), wire=0)
    middle = surface.world[surface.faces][:, :, 2].mean(axis=1)
    expected = colormap.terrain(middle, middle.min(), middle.max())
    shade = surface.rgbas[:, :3].max(axis=1) / expected.max(axis=1)
    assert shade.min() >= 0.72 - 1e-9
    assert shade.max() <= 1.06 + 1e-9
    inside = surface.rgbas[:, :3].max(axis=1) < 1  # where nothing is cut off at white
    np.testing.assert_allclose(
        surface.rgbas[inside, :3], expected[inside] * shade[inside, None], atol=1e-9
    )


def test_slopes_towards_the_light_are_brighter():
    east = np.tile(np.linspace(-0.5, 0.5, 9), (9, 1))  # rises to the east, so it looks west
    flat_paint = np.full((64, 3), 0.5)
    to_the_light = Surface(east, View(), flat_paint).rgbas[:, 0].mean()
    from_the_light = Surface(-east, View(), flat_paint).rgbas[:, 0].mean()
    assert to_the_light > from_the_light + 0.05


def test_the_surface_follows_its_view(film):
    view = front()
    surface = Surface(hill(0.5, 11), view)

    def construct(scene):
        scene.add(surface, view.turn)
        scene.play(view.turn.animate.set_value(1.0), run_time=0.4)

    film(construct)
    np.testing.assert_allclose(surface.points, View(1.0, 0.4, 3.0).project(surface.world))


def test_a_transform_takes_heights_paint_and_mesh_lines_along(film):
    view = front()
    start, end = Surface(hill(0.2, 11), view), Surface(hill(-0.9, 11), view)

    def construct(scene):
        scene.add(start)
        scene.play(Transform(start, end, rate_func=linear), run_time=0.4)

    film(construct)
    np.testing.assert_allclose(start.heights, end.heights)
    np.testing.assert_allclose(start.points, end.points)
    np.testing.assert_allclose(start.rgbas, end.rgbas)
    for name, line in end.lines.items():
        np.testing.assert_allclose(start.lines[name].world, line.world)


def test_wires_run_every_so_many_rows_and_columns():
    surface = Surface(np.zeros((11, 21)), View(), wire=5)
    assert len(surface.lines) == 3 + 5
    assert not Surface(np.zeros((11, 21)), View(), wire=0).lines


def test_a_line_of_the_same_name_replaces_the_old_one():
    surface = Surface(np.zeros((3, 3)), View(), wire=0)
    surface.set_line("path", np.zeros((2, 3)), "weight")
    surface.set_line("path", np.ones((4, 3)), "input", opacity=0.5)
    assert list(surface.lines) == ["path"]
    line = surface.lines["path"]
    np.testing.assert_array_equal(line.world, np.ones((4, 3)))
    np.testing.assert_allclose(line.rgba, [*theme.rgb("input"), 0.5])


def test_a_faded_surface_shows_nothing_behind_itself(still):
    surface = Surface(hill(1.2), front(), np.full((1600, 3), 1.0), wire=0)
    surface.set_rgbas(np.ones((1600, 3)))
    top = surface.view.project(np.array([[0.0, 0.0, 0.9]]))[0]
    faded = still(surface.fade(0.5)).at(*top[:2])
    np.testing.assert_allclose(faded, (255 + theme.rgb("background") * 255) / 2, atol=2)


def test_the_floor_is_the_closed_square_at_a_height():
    floor = floor_rectangle(-0.5)
    np.testing.assert_array_equal(floor[0], floor[-1])
    np.testing.assert_array_equal(floor[:, 2], -0.5)
    assert {tuple(corner) for corner in floor[::24, :2]} == {(-1, -1), (1, -1), (1, 1), (-1, 1)}
    assert np.abs(floor[:, :2]).max(axis=1) == pytest.approx(1)
    assert np.linalg.norm(np.diff(floor, axis=0), axis=1) == pytest.approx(2 / 24)


def test_places_go_to_a_height():
    np.testing.assert_array_equal(as_world([[1, 2], [3, 4]], 5.0), [[1, 2, 5], [3, 4, 5]])
