import manim
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from manim import Camera, Create, FadeIn, FadeOut, Transform, linear

from mlanim.stage import theme
from mlanim.stage.arrays.batch import Batch, as_3d, as_rgba, role_rgbas
from mlanim.stage.arrays.cloud import PointCloud
from mlanim.stage.arrays.mesh import Mesh, grid_faces, grown

RNG = np.random.default_rng(7)
RED, BLUE = np.array([[1.0, 0, 0]]), np.array([[0, 0, 1.0]])
ONE_SCANLINE = 255 / 15  # Cairo covers an edge's pixel in fifteenths; a tie may fall either way
SQUARE = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=float)


def cloud(count: int = 5, radius: float = 0.2) -> PointCloud:
    return PointCloud(RNG.uniform(-2, 2, (count, 2)), RNG.uniform(0, 1, (count, 4)), radius)


def sheet(rows: int, columns: int, rgba: list[float]) -> Mesh:
    """A slightly bent grid of quads in one colour."""
    x, y = np.meshgrid(np.linspace(-3, 3, columns), np.linspace(-2, 2, rows))
    bent = np.column_stack([(x + 0.2 * np.sin(y)).ravel(), (y + 0.2 * np.sin(x)).ravel()])
    faces = grid_faces(rows, columns)
    return Mesh(bent, faces, np.tile(rgba, (len(faces), 1)))


# What a batch holds


def test_colours_without_opacity_are_opaque():
    np.testing.assert_array_equal(as_rgba(RED), [[1, 0, 0, 1]])
    np.testing.assert_array_equal(as_rgba([[1, 0, 0, 0.5]]), [[1, 0, 0, 0.5]])
    np.testing.assert_array_equal(as_3d([[1, 2]]), [[1, 2, 0]])


def test_role_rgbas_repeat_the_theme_s_colour(each_theme):
    rgbas = role_rgbas("weight", 3, 0.5)
    assert rgbas.shape == (3, 4)
    np.testing.assert_allclose(rgbas[2], [*theme.rgb("weight"), 0.5])


def test_a_batch_does_not_share_the_arrays_that_it_was_given():
    centres, rgbas = np.zeros((2, 3)), np.ones((2, 4))
    batch = PointCloud(centres, rgbas)
    batch.shift([1, 0, 0])
    batch.set_opacity(0)
    assert not centres.any()
    assert rgbas.all()


def test_set_rgbas_paints_each_item(still):
    batch = PointCloud(np.array([[-2.0, 0], [2.0, 0]]), np.zeros((2, 3)), 0.5)
    picture = still(batch.set_rgbas(np.concatenate([RED, BLUE])))
    np.testing.assert_array_equal(picture.at(-2, 0), [255, 0, 0])
    np.testing.assert_array_equal(picture.at(2, 0), [0, 0, 255])


@given(arrays(float, (4, 4), elements=st.floats(0, 1)), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=40)
def test_fading_multiplies_opacities_and_leaves_colours(rgbas, first, second):
    batch = PointCloud(np.zeros((4, 2)), rgbas).fade(first).fade(second)
    np.testing.assert_array_equal(batch.rgbas[:, :3], rgbas[:, :3])
    np.testing.assert_allclose(batch.rgbas[:, 3], rgbas[:, 3] * (1 - first) * (1 - second))


def test_set_opacity_replaces_opacities():
    batch = cloud().set_opacity(0.25)
    np.testing.assert_array_equal(batch.rgbas[:, 3], 0.25)


def test_a_batch_without_paint_is_invisible(still):
    batch = cloud()
    assert batch.visible
    assert not batch.set_opacity(0).visible
    empty = PointCloud(np.zeros((0, 2)), np.zeros((0, 3)))
    assert not empty.visible
    background = still().pixels
    np.testing.assert_array_equal(still(batch, empty).pixels, background)


def test_the_bounding_box_is_that_of_the_points():
    batch = PointCloud(np.array([[-1.0, 2], [3, -4], [0, 0]]), np.zeros((3, 3)))
    np.testing.assert_allclose(batch.get_center(), [1, -1, 0])
    assert (batch.width, batch.height) == pytest.approx((4, 6))


# How a batch moves


@given(st.floats(0, 1), st.integers(1, 6))
@settings(max_examples=30)
def test_interpolation_is_exact(alpha, count):
    start, end, between = cloud(count), cloud(count), cloud(count)
    between.interpolate(start, end, alpha)
    np.testing.assert_allclose(between.points, (1 - alpha) * start.points + alpha * end.points)
    np.testing.assert_allclose(between.rgbas, (1 - alpha) * start.rgbas + alpha * end.rgbas)


def test_interpolation_reaches_both_ends_to_the_bit():
    start, end, between = cloud(), cloud(), cloud()
    for alpha, target in ((0, start), (1, end)):
        between.interpolate(start, end, alpha)
        np.testing.assert_array_equal(between.points, target.points)
        np.testing.assert_array_equal(between.rgbas, target.rgbas)


def test_a_copy_changes_alone():
    batch = sheet(3, 3, [1, 0, 0, 1])
    before = batch.points.copy(), batch.rgbas.copy(), batch.faces.copy()
    copy = batch.copy().shift([1, 1, 0]).fade(0.5)
    copy.faces[:] = 0
    for array, old in zip((batch.points, batch.rgbas, batch.faces), before, strict=True):
        np.testing.assert_array_equal(array, old)
    assert not np.array_equal(copy.points, batch.points)


def test_become_takes_points_and_paint():
    batch, other = cloud(), cloud()
    batch.become(other)
    np.testing.assert_array_equal(batch.points, other.points)
    np.testing.assert_array_equal(batch.rgbas, other.rgbas)


@pytest.mark.parametrize("counts", [(4, 5), (5, 4)])
def test_batches_of_different_lengths_do_not_become_each_other(counts, film):
    first, second = (cloud(count) for count in counts)
    with pytest.raises(ValueError, match=f"{counts[0]} points .* {counts[1]}; fade one out"):
        film(lambda scene: scene.play(Transform(first, second)))


def test_meshes_with_different_face_counts_do_not_become_each_other(film):
    two = Mesh(SQUARE, [[0, 1, 2], [0, 2, 3]], np.ones((2, 3)))
    one = Mesh(SQUARE, [[0, 1, 2, 3]], np.ones((1, 3)))
    with pytest.raises(ValueError, match=r"2 colours .* 1; fade one out"):
        film(lambda scene: scene.play(Transform(two, one)))


def test_a_batch_does_not_become_something_else(film):
    batch = Mesh(SQUARE, [[0, 1, 2, 3]], np.ones((1, 3)))
    with pytest.raises(TypeError, match="not a VMobject"):
        batch.interpolate_color(batch, manim.VMobject(), 0.5)


def test_transform_walks_straight_in_a_real_scene(film):
    start = PointCloud([[-4.0, 0]], RED, 0.8)
    end = PointCloud([[4.0, 0]], BLUE, 0.8)
    seen = []

    def construct(scene):
        scene.add(start)
        start.add_updater(lambda m: seen.append((m.points[0, 0], *m.rgbas[0])))
        scene.play(Transform(start, end, rate_func=linear, suspend_mobject_updating=False))
        start.clear_updaters()

    _, frames = film(construct, fps=5)
    np.testing.assert_allclose(start.points, end.points)
    np.testing.assert_allclose(start.rgbas, end.rgbas)
    reds = [np.nonzero(frame[45, :, 0] > 200)[0].mean() for frame in frames[:2]]
    assert reds[0] == pytest.approx(80 - 4 * 90 / 8, abs=1.5)
    x = np.array([row[0] for row in seen])
    red = np.array([row[1] for row in seen])
    np.testing.assert_allclose(red, (4 - x) / 8, atol=1e-9)  # paint and place go together
    assert len(set(np.round(x, 6))) >= 5


def test_fade_in_brightens_frame_by_frame_and_ends_opaque(film):
    batch = sheet(3, 3, [1, 1, 1, 1])

    def construct(scene):
        scene.play(FadeIn(batch, rate_func=linear))
        scene.wait(0.2)

    scene, frames = film(construct)
    middle = np.array([frame[45, 80].mean() for frame in frames])
    background = theme.rgb("background").mean() * 255
    expected = background + (255 - background) * np.arange(10) / 10
    np.testing.assert_allclose(middle[:10], expected, atol=2)
    assert middle[-1] == 255
    assert batch in scene.mobjects


def test_fade_out_leaves_nothing(film):
    batch = sheet(3, 3, [1, 1, 1, 1])

    def construct(scene):
        scene.add(batch)
        scene.play(FadeOut(batch))
        scene.wait(0.2)

    scene, frames = film(construct)
    assert batch not in scene.mobjects
    np.testing.assert_array_equal(frames[-1][45, 80], theme.rgb("background") * 255)


def test_create_shows_item_after_item(film):
    places = np.column_stack([np.linspace(-5, 5, 10), np.zeros(10)])
    batch = PointCloud(places, np.tile([1.0, 1, 1, 1], (10, 1)), 0.4)
    _, frames = film(lambda scene: scene.play(Create(batch, rate_func=linear)))
    columns = (80 + places[:, 0] * 90 / 8).astype(int)
    shown = [(frame[45, columns, 0] == 255).sum() for frame in frames]
    assert shown[0] <= 1
    assert shown == sorted(shown)
    assert 4 <= shown[5] <= 6
    assert batch.rgbas[:, 3].all()


def test_animate_moves_scales_and_fades(film):
    batch = PointCloud([[-1.0, 0], [1, 0]], np.ones((2, 3)), 0.3)
    film(lambda scene: scene.play(batch.animate.scale(2).shift([0, 1, 0]).set_opacity(0.5)))
    np.testing.assert_allclose(batch.points, [[-2, 1, 0], [2, 1, 0]], atol=1e-9)
    np.testing.assert_allclose(batch.rgbas[:, 3], 0.5)
    assert batch.radius == 0.3  # discs stay as large as they are


# What a batch looks like


def test_a_cloud_looks_like_manim_s_dots(still):
    places, paints = RNG.uniform(-3, 3, (30, 2)), RNG.uniform(0, 1, (30, 3))
    ours = still(PointCloud(places, paints, 0.3)).pixels
    dots = [
        manim.Dot([*place, 0], radius=0.3, color=theme.to_color(paint), stroke_width=0)
        for place, paint in zip(places, paints, strict=True)
    ]
    theirs = still(*dots, camera_class=Camera).pixels
    assert np.ptp(theirs) > 200
    assert np.abs(ours - theirs).max() <= 8  # manim's circle is eight Béziers, ours is an arc


def test_a_mesh_looks_like_manim_s_polygons(still):
    corners = RNG.uniform(-3, 3, (12, 3, 2))
    paints = RNG.uniform(0, 1, (12, 3))
    mesh = Mesh(corners.reshape(-1, 2), np.arange(36).reshape(-1, 3), paints, seam=0.0)
    polygons = [
        manim.Polygon(
            *as_3d(corner), stroke_width=0, fill_opacity=1, fill_color=theme.to_color(paint)
        )
        for corner, paint in zip(corners, paints, strict=True)
    ]
    theirs = still(*polygons, camera_class=Camera).pixels
    assert np.ptp(theirs) > 200
    difference = np.abs(still(mesh).pixels - theirs)
    assert difference.max() <= ONE_SCANLINE
    assert difference.mean() < 0.02


def test_transparent_items_look_like_manim_s(still):
    rgbas = np.array([[1, 0, 0, 0.3], [0, 1, 0, 0.7], [0, 0, 1, 1]])
    mesh = Mesh(
        np.concatenate([SQUARE, SQUARE + 0.5, SQUARE + 1]),
        np.arange(12).reshape(3, 4),
        rgbas,
        seam=0.0,
    )
    squares = [
        manim.Square(2, stroke_width=0, fill_opacity=a, fill_color=theme.to_color([r, g, b])).shift(
            [0.5 * i, 0.5 * i, 0]
        )
        for i, (r, g, b, a) in enumerate(rgbas)
    ]
    theirs = still(*squares, camera_class=Camera).pixels
    difference = np.abs(still(mesh).pixels - theirs)
    assert difference.max() <= ONE_SCANLINE
    assert difference.mean() < 0.02


def test_stock_mobjects_look_the_same_through_the_stage_s_camera(still):
    circle = manim.Circle(1.5, fill_opacity=0.5)
    np.testing.assert_array_equal(still(circle).pixels, still(circle, camera_class=Camera).pixels)


@pytest.mark.parametrize("alpha", [1.0, 0.5])
def test_neighbouring_faces_show_no_seam(still, alpha):
    mesh = sheet(14, 19, [1, 1, 1, alpha])
    mesh.rgbas[::2, :3] = 0.999  # no two neighbours in one path
    inside = still(mesh).within((-2.5, -1.5), (2.5, 1.5))
    assert np.ptp(inside.reshape(-1, 3), axis=0).max() <= 1
    background = theme.rgb("background") * 255
    np.testing.assert_allclose(inside[0, 0], background + alpha * (255 - background), atol=2)


def test_faces_without_overlap_would_show_seams(still):
    """The test above can fail: without the overlap the same mesh has hairlines."""
    mesh = sheet(14, 19, [1, 1, 1, 1])
    mesh.rgbas[::2, :3] = 0.999
    mesh.seam = 0.0
    assert np.ptp(still(mesh).within((-2.5, -1.5), (2.5, 1.5))) > 20


def test_a_faded_batch_hides_its_overlaps(still):
    places = np.stack(np.meshgrid(np.linspace(-2, 2, 21), np.linspace(-2, 2, 21)), -1)
    paints = np.where(np.arange(441)[:, None] % 2, 1.0, [[1.0, 1.0, 0.999]])
    batch = PointCloud(places.reshape(-1, 2), paints, 0.4).fade(0.6)
    assert np.ptp(still(batch).within((-1.8, -1.8), (1.8, 1.8)).reshape(-1, 3), axis=0).max() <= 1


def test_a_batch_faded_halfway_is_half_as_far_from_the_background(still):
    batch = cloud(12, 0.6).set_opacity(1)
    full, background = still(batch).pixels, still().pixels
    half = still(batch.fade(0.5)).pixels
    np.testing.assert_allclose(half, (full + background) / 2, atol=1.5)


@pytest.mark.parametrize(
    "batch", [cloud(40, 0.3), sheet(5, 7, [1, 1, 1, 1])], ids=["cloud", "mesh"]
)
@pytest.mark.parametrize("away", [0.0, 5.0, 20.0])
def test_a_faded_batch_is_cut_off_nowhere(still, batch, away):
    """Also where it is painted over the edge of the frame, or beyond it."""
    faded = batch.copy().set_opacity(0.4).shift([away, 0.013, 0])
    small = still(faded).pixels
    faded.extent = lambda pixel: (-30, -30, 30, 30)
    np.testing.assert_array_equal(small, still(faded).pixels)


def test_a_batch_that_does_not_say_where_it_paints_is_not_cut_off(still):
    class Wide(PointCloud):
        def paint(self, ctx, pixel, rgbas):
            ctx.set_source_rgba(1, 1, 1, 1)
            ctx.paint()

    wide = Wide(np.zeros((2, 2)), np.tile([[1, 1, 1, 0.5]], (2, 1)), 0.1)
    assert np.ptp(still(wide).pixels.reshape(-1, 3), axis=0).max() == 0


def test_faces_that_turn_either_way_do_not_cut_holes_into_each_other(still):
    """Two layers of a folded sheet in one colour: the mirrored one runs clockwise."""
    layers = np.concatenate([SQUARE - [0.5, 0], (SQUARE + np.array([0.5, 0]))[::-1]])
    mesh = Mesh(layers, np.arange(8).reshape(2, 4), np.ones((2, 3)))
    inside = still(mesh).within((-1.3, -0.9), (1.3, 0.9))
    assert inside.min() == 255


def test_later_faces_cover_earlier_ones(still):
    mesh = Mesh(SQUARE, [[0, 1, 2, 3], [0, 1, 2, 3]], np.concatenate([RED, BLUE]))
    np.testing.assert_array_equal(still(mesh).at(0, 0), [0, 0, 255])
    flipped = Mesh(SQUARE, [[0, 1, 2, 3], [3, 2, 1, 0]], np.concatenate([BLUE, RED]))
    np.testing.assert_array_equal(still(flipped).at(0, 0), [255, 0, 0])


def test_set_vertices_moves_the_faces(still):
    mesh = Mesh(SQUARE, [[0, 1, 2, 3]], np.ones((1, 3))).set_vertices(SQUARE + np.array([3, 0]))
    picture = still(mesh)
    assert picture.at(3, 0).min() == 255
    assert picture.at(0, 0).max() < 50


def test_a_triangle_may_repeat_its_last_corner(still):
    mesh = Mesh(SQUARE, [[0, 1, 2, 2]], np.ones((1, 3)), seam=0)
    picture = still(mesh)
    assert picture.at(0.5, -0.5).min() == 255
    assert picture.at(-0.5, 0.5).max() < 50


def test_faces_grow_outwards_by_the_given_length():
    corners = RNG.uniform(-1, 1, (6, 4, 2))
    centre = corners.mean(axis=1, keepdims=True)
    before, after = (np.linalg.norm(c - centre, axis=2) for c in (corners, grown(corners, 0.1)))
    np.testing.assert_allclose(after - before, 0.1)
    np.testing.assert_array_equal(grown(np.zeros((1, 3, 2)), 0.1), 0)


@pytest.mark.parametrize(("rows", "columns"), [(2, 2), (3, 5), (6, 2)])
def test_grid_faces_tile_the_grid(rows, columns):
    y, x = np.mgrid[:rows, :columns].astype(float)
    corners = np.column_stack([x.ravel(), y.ravel()])[grid_faces(rows, columns)]
    a, b = corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]
    area = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2
    np.testing.assert_allclose(area, 1)  # unit squares, all of one orientation
    assert len(np.unique(corners.mean(axis=1), axis=0)) == (rows - 1) * (columns - 1)


def test_a_batch_of_no_kind_cannot_be_drawn(still):
    with pytest.raises(NotImplementedError):
        still(Batch(np.zeros((1, 3)), np.ones((1, 4))))
