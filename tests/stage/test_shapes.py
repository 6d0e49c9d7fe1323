import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlanim.stage import theme
from mlanim.stage.marks.shapes import (
    AngleArc,
    Arrow,
    Bar,
    Dot,
    Polygons,
    Polyline,
    Segments,
    dashes,
)

RNG = np.random.default_rng(11)
place = st.tuples(st.floats(-5, 5), st.floats(-3, 3))


def corners(shape) -> np.ndarray:
    """Where the straight pieces of a path start, and where the last one ends, (n, 2)."""
    return np.concatenate([shape.points[::4, :2], shape.points[-1:, :2]])


def area(ring: np.ndarray) -> float:
    following = np.roll(ring, -1, axis=0)
    return abs(np.sum(ring[:, 0] * following[:, 1] - ring[:, 1] * following[:, 0])) / 2


def test_a_polyline_goes_through_its_points():
    points = RNG.normal(size=(6, 2))
    np.testing.assert_allclose(corners(Polyline(points)), points)
    np.testing.assert_allclose(
        corners(Polyline(points, closed=True)), np.concatenate([points, points[:1]])
    )


@pytest.mark.parametrize("points", [[], [[1.0, 2.0]], np.zeros((0, 2))])
def test_a_polyline_of_fewer_than_two_points_draws_nothing(still, points):
    line = Polyline(RNG.normal(size=(3, 2))).set_path(points)
    assert len(line.points) == 0
    np.testing.assert_array_equal(still(line).pixels, still().pixels)


def test_strokes_take_their_width_and_colour_from_the_theme(each_theme):
    line = Polyline([[0, 0], [1, 1]], "weight", "bold", 0.5)
    assert line.get_stroke_width() == theme.STROKES["bold"]
    assert line.get_stroke_color().to_hex().lower() == each_theme.roles["weight"]
    assert line.get_stroke_opacity() == 0.5


def test_segments_are_not_joined(still):
    segments = np.array([[[-2.0, 1], [2, 1]], [[-2.0, -1], [2, -1]]])
    picture = still(Segments(segments, "text", "bold"))
    assert picture.at(0, 1).max() > 150
    for x in (-2, 0, 2):
        np.testing.assert_array_equal(picture.at(x, 0), np.rint(theme.rgb("background") * 255))


def test_segments_can_be_replaced_by_none():
    assert len(Segments(np.zeros((1, 2, 2))).set_segments([]).points) == 0


@given(place, place)
@settings(max_examples=60)
def test_dashes_are_even_and_run_from_end_to_end(start, end):
    length = np.linalg.norm(np.subtract(end, start))
    pieces = dashes(start, end)
    if length < 1e-9:
        assert len(pieces) == 0
        return
    np.testing.assert_allclose(pieces[0, 0], start)
    along = np.subtract(end, start) / length
    lengths = (pieces[:, 1] - pieces[:, 0]) @ along
    np.testing.assert_allclose(lengths, lengths[0], rtol=1e-6)
    gaps = (pieces[1:, 0] - pieces[:-1, 1]) @ along
    np.testing.assert_allclose(gaps, length - lengths.sum() if len(gaps) == 1 else gaps[:1].sum())
    assert np.linalg.norm(pieces[-1, 1] - start) <= length + 1e-9
    if length > 0.5:
        assert 0.06 < lengths[0] < 0.14


@given(place, place)
@settings(max_examples=60)
def test_an_arrow_points_exactly_at_its_end(start, end):
    outline = corners(Arrow(start, end, "weight"))
    start, end = np.array(start), np.array(end)
    assert np.isfinite(outline).all()
    assert np.linalg.norm(outline - end, axis=1).min() < 1e-9
    length = np.linalg.norm(end - start)
    if length > 1e-6:
        along = (end - start) / length
        reach = (outline - start) @ along
        assert reach.min() > -1e-9
        assert reach.max() == pytest.approx(length)
        across = (outline - start) @ [-along[1], along[0]]
        assert across.max() == pytest.approx(-across.min())  # the same on both sides


def test_an_arrow_s_head_keeps_its_size_until_the_arrow_is_short():
    def head(length: float) -> float:
        outline = corners(Arrow([0, 0], [length, 0], "weight", width=0.06, head=0.3))
        return np.ptp(outline[:, 1])

    assert head(4.0) == pytest.approx(head(1.0))
    assert head(0.2) < head(1.0) / 2
    assert head(0.0) == pytest.approx(0)


def test_an_arrow_can_be_led_elsewhere(still):
    arrow = Arrow([0, 0], [1, 0], "text", width=0.2).set_ends([-3, -2], [-3, 2])
    picture = still(arrow)
    assert picture.at(-3, 0).min() > 200
    assert picture.at(0.5, 0).max() < 60


@given(st.floats(-3, 3), st.floats(-3, 3))
@settings(max_examples=40)
def test_an_arc_lies_on_its_circle_between_its_angles(start, end):
    arc = AngleArc([1, 2, 0], start, end, radius=0.7)
    rim = corners(arc) - [1, 2]
    np.testing.assert_allclose(np.linalg.norm(rim, axis=1), 0.7)
    np.testing.assert_allclose(rim[0], [0.7 * np.cos(start), 0.7 * np.sin(start)], atol=1e-9)
    np.testing.assert_allclose(rim[-1], [0.7 * np.cos(end), 0.7 * np.sin(end)], atol=1e-9)


def test_a_dot_is_a_disc_of_its_radius():
    dot = Dot([1.0, -2.0], radius=0.5)
    ring = corners(dot)
    np.testing.assert_allclose(np.linalg.norm(ring - [1, -2], axis=1), 0.5)
    assert area(ring[:-1]) == pytest.approx(np.pi * 0.25, rel=0.01)


def test_a_bar_spans_its_corners_in_either_order(still):
    bar = Bar([0, 0], [1, 1], "text").set_corners([1.0, 2.0], [-3.0, -1.0])
    assert area(corners(bar)[:4]) == pytest.approx(12)
    picture = still(bar)
    expected = np.rint(theme.rgb("text") * 255)
    np.testing.assert_array_equal(picture.at(-2.9, -0.9), expected)
    np.testing.assert_array_equal(picture.at(0.9, 1.9), expected)
    assert picture.at(1.2, 0).max() < 60


def test_polygons_cover_what_they_outline(still):
    triangles = [np.array([[-4.0, -2], [-1, -2], [-1, 2]]), np.array([[1.0, -2], [4, -2], [4, 2]])]
    picture = still(Polygons([*triangles, np.zeros((2, 2))], "text", opacity=1.0))
    for inside in ((-1.5, -1), (3.5, -1)):
        np.testing.assert_array_equal(picture.at(*inside), np.rint(theme.rgb("text") * 255))
    for outside in ((-3.5, 1.5), (0, 0), (1.5, 1.5)):
        assert picture.at(*outside).max() < 60


def test_polygons_have_a_rim_when_asked():
    square = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    assert Polygons([square], "input")[0].get_stroke_width() == 0
    rimmed = Polygons([square], "input", rim="text")[0]
    assert rimmed.get_stroke_width() == theme.STROKES["hair"]
    assert rimmed.get_stroke_color().to_hex().lower() == theme.current().roles["text"]
    assert len(Polygons([], "input")[0].points) == 0
