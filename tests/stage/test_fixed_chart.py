import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from mlanim.stage import theme
from mlanim.stage.plots.fixed_chart import Chart, Plane, nice_ticks, tick_texts
from mlanim.words.numbers import MINUS

bounded = st.floats(-1e4, 1e4)


@given(bounded, bounded, st.integers(1, 12))
@example(0.0, 1.0, 5)
@example(0.0, 3e-13, 3)
@example(-1e4, 1e4, 1)
@settings(max_examples=120)
def test_ticks_are_few_round_and_inside(low, high, most):
    span = abs(high - low)
    assume(span > 1e-9 * max(abs(low), abs(high)) and span > 1e-200)
    ticks = nice_ticks(low, high, most)
    assert len(ticks) <= most + 1
    slack = 1e-6 * span
    assert (ticks >= min(low, high) - slack).all()
    assert (ticks <= max(low, high) + slack).all()
    if len(ticks) > 1:
        steps = np.diff(ticks)
        np.testing.assert_allclose(steps, steps[0], rtol=1e-3)
        power = 10.0 ** np.floor(np.log10(steps[0]) + 1e-3)
        assert round(steps[0] / power, 2) in (1, 2, 5)
        whole = ticks / steps.mean()
        np.testing.assert_allclose(whole, np.rint(whole), atol=1e-2)


def test_ticks_of_well_known_ranges():
    np.testing.assert_allclose(nice_ticks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1])
    np.testing.assert_allclose(nice_ticks(-3.2, 3.2, 4), [-2, 0, 2])
    np.testing.assert_allclose(nice_ticks(0, 40, 4), [0, 10, 20, 30, 40])


def test_ticks_of_a_flipped_range_are_the_same_and_of_an_empty_one_none():
    np.testing.assert_allclose(nice_ticks(1, 0, 5), nice_ticks(0, 1, 5))
    assert len(nice_ticks(2.0, 2.0)) == 0


@given(bounded, st.floats(1e-3, 1e4), st.integers(1, 8))
@example(11.01, 0.83, 4)
@settings(max_examples=150)
def test_tick_labels_say_exactly_where_the_ticks_are(low, span, most):
    ticks = nice_ticks(low, low + span, most)
    for text, tick in zip(tick_texts(ticks), ticks, strict=True):
        assert float(text.replace(MINUS, "-")) == pytest.approx(tick, abs=1e-5 * span)
        assert text != MINUS + "0"


def test_tick_labels_have_as_many_decimals_as_they_need():
    assert tick_texts(np.array([0.0, 0.2, 0.4])) == ["0.0", "0.2", "0.4"]
    assert tick_texts(np.array([-50.0, 0.0, 50.0])) == [MINUS + "50", "0", "50"]
    assert tick_texts(np.array([11.5])) == ["11.5"]


@given(
    st.tuples(bounded, st.floats(0.01, 1e3)),
    st.tuples(bounded, st.floats(0.01, 1e3)),
    st.floats(0.2, 3),
    st.tuples(st.floats(-5, 5), st.floats(-3, 3)),
)
@settings(max_examples=30)
def test_place_is_affine_and_exact_at_the_corners_wherever_the_chart_is(x, y, scale, shift):
    x_range, y_range = (x[0], x[0] + x[1]), (y[0], y[0] + y[1])
    chart = Chart(x_range, y_range, 4, 3, ticks=0).scale(scale).shift([*shift, 0])
    corners = np.array([[a, b] for a in x_range for b in y_range])
    expected = [[a, b] for a in (-2 * scale, 2 * scale) for b in (-1.5 * scale, 1.5 * scale)]
    placed = chart.place(corners)
    np.testing.assert_allclose(placed[:, :2], np.array(expected) + shift, atol=1e-6)
    assert not placed[:, 2].any()
    middle = chart.place(corners.mean(axis=0))
    np.testing.assert_allclose(middle, placed.mean(axis=0), atol=1e-6)
    thirds = chart.place(corners[0] + np.array([x[1] / 3, y[1] * 2 / 3]))
    expected = placed[0] + (placed[3] - placed[0]) * [1 / 3, 2 / 3, 0]
    np.testing.assert_allclose(thirds, expected, atol=1e-6)


def test_place_holds_while_ticks_and_labels_stick_out():
    """The area tells where data lies, not the bounding box of all that belongs to the chart."""
    chart = Chart((0, 10), (0, 1), 6, 3, x_label="steps", y_label="loss", ticks=4)
    assert chart.width > 6
    centre = chart.get_center()
    chart.move_to([2, 1, 0])
    np.testing.assert_allclose(chart.place([5, 0.5])[:2], [2, 1] - centre[:2], atol=1e-9)


def test_shapes_of_places():
    chart = Chart((0, 1), (0, 1), 2, 2, ticks=0)
    assert chart.place(np.zeros(2)).shape == (3,)
    assert chart.place(np.zeros((4, 5, 2))).shape == (4, 5, 3)


def test_a_curve_goes_through_its_data():
    chart = Chart((0, 2), (0, 4), 4, 4, ticks=0)
    curve = chart.curve([0, 1, 2], [0, 1, 4], "weight")
    np.testing.assert_allclose(curve.points[[0, 3, 7]], [[-2, -2, 0], [0, -1, 0], [2, 2, 0]])
    assert curve.get_stroke_color().to_hex().lower() == theme.current().roles["weight"]


def test_tick_labels_stand_at_their_ticks():
    chart = Chart((0, 10), (-1, 1), 6, 3, ticks=4)
    for label in chart.tick_labels:
        value = float(label.plain.replace(MINUS, "-"))
        x, y, _ = label.get_center()
        below = y < chart.box[0][1] - 0.1
        if below:
            assert x == pytest.approx(chart.place([value, 0])[0], abs=0.05)
        else:
            assert x < chart.box[0][0]
            assert y == pytest.approx(chart.place([0, value])[1], abs=0.05)
    assert {label.plain for label in chart.tick_labels} >= {"0", "5", "10", "1.0", MINUS + "1.0"}


def test_grid_lines_run_across_the_area_at_the_ticks():
    chart = Chart((0, 10), (0, 4), 6, 3, ticks=2)
    ends = chart.grid.points.reshape(-1, 4, 3)[:, [0, 3], :2]
    low, high = chart.box
    upright = ends[np.isclose(ends[:, 0, 0], ends[:, 1, 0])]
    np.testing.assert_allclose(upright[:, :, 1], np.tile([low[1], high[1]], (len(upright), 1)))
    expected = chart.place([[0, 0], [5, 0], [10, 0]])[:, 0]
    np.testing.assert_allclose(np.sort(upright[:, 0, 0]), expected)


def test_axis_labels_are_below_and_above():
    chart = Chart((0, 1), (0, 1), 4, 3, x_label="step", y_label="loss", ticks=0)
    below, above = chart.labels
    assert (below.plain, above.plain) == ("step", "loss")
    assert below.get_top()[1] < chart.box[0][1]
    assert above.get_bottom()[1] > chart.box[1][1]


def test_a_chart_without_extent_still_has_a_place():
    chart = Chart((1, 1), (2, 2), 4, 3)
    assert np.isfinite(chart.place([1, 2])).all()


@pytest.mark.parametrize(("x_range", "y_range"), [((-3, 3), (-2, 2)), ((0, 5), (-1, 0.5))])
def test_a_plane_has_equal_scales(x_range, y_range):
    plane = Plane(x_range, y_range, 6.0).scale(0.7).shift([1, -1, 0])
    o, x, y = plane.place(np.array([[0, 0], [1, 0], [0, 1]]))
    assert np.linalg.norm(x - o) == pytest.approx(np.linalg.norm(y - o))
    assert np.linalg.norm(x - o) == pytest.approx(0.7 * 6 / (x_range[1] - x_range[0]))
    assert plane.unit() == pytest.approx(np.linalg.norm(x - o))


def test_a_plane_has_a_line_at_each_whole_number_and_axes_through_the_origin():
    plane = Plane((-2, 3), (-1, 1), 5.0)
    ends = plane.grid.points.reshape(-1, 4, 3)[:, [0, 3], :2]
    assert len(ends) == 6 + 3
    axes = plane.axes.points.reshape(-1, 4, 3)[:, [0, 3], :2]
    expected = plane.place(np.array([[[-2, 0], [3, 0]], [[0, -1], [0, 1]]]))[..., :2]
    np.testing.assert_allclose(axes, expected)


def test_a_plane_that_misses_the_origin_has_no_axes():
    plane = Plane((1, 4), (2, 5), 3.0)
    assert len(plane.axes.points) == 0
    assert len(Plane((1, 4), (-2, 5), 3.0).axes.points) == 4  # one axis
