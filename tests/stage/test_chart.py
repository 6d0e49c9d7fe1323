"""A chart fills its box, measures its labels, and keeps its marks in the data's units."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlanim.stage import theme
from mlanim.stage.colors.colormap import signed_palette
from mlanim.stage.extent import visible_members
from mlanim.stage.layout import Box
from mlanim.stage.panels import extent_of
from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.marks.lines import Curve, dashed
from mlanim.stage.plots.scale import Scale, around
from mlanim.stage.track import Track, combined

BOXES = [Box(-6, -3, 6, 2.5), Box(0, 0, 3.5, 2.6), Box(-1, -1, 8, 1.5)]
XS = np.linspace(0, 10, 41)


def crowded(**options) -> Chart:
    chart = Chart(x_label="step", y_label="a long name of a loss", **options)
    chart.curve(XS, 1 + XS**2, "input", name="squares", tip=True)
    chart.curve(XS, 1 + 90 * np.sin(XS) ** 2, "weight", name="waves", dash="dash")
    chart.band(XS, 1 + XS, 1 + 3 * XS, "muted")
    chart.guide(y=50.0, name="half")
    chart.dot((5, 26), name="here")
    chart.scatter(np.column_stack([XS, 1 + XS]), "gradient")
    return chart


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("options", [{}, {"names": "key"}, {"log": "y"}], ids=str)
@pytest.mark.parametrize("medium", [theme.FILM, theme.PAGE], ids=["film", "page"])
def test_everything_stays_within_the_box(box, options, medium):
    with theme.drawn_for(medium):
        chart = crowded(**options).placed(box)
        extent = extent_of([chart])
    assert extent.left >= box.left - 0.06
    assert extent.right <= box.right + 0.06
    assert extent.bottom >= box.bottom - 0.06
    assert extent.top <= box.top + 0.06
    assert chart.frame.area.width > 0.5 * box.width


def test_a_place_lies_where_the_ranges_say():
    chart = Chart((0, 10), (1, 100), log="y").placed(BOXES[0])
    area = chart.frame.area
    np.testing.assert_allclose(chart.place((0, 1))[:2], [area.left, area.bottom])
    middle = chart.place((5, 10))
    np.testing.assert_allclose(middle[:2], area.centre[:2])
    np.testing.assert_allclose(chart.frame.at(middle), [5, 10])


def test_equal_units_are_equally_long_and_the_ranges_hold_what_was_asked():
    chart = Chart((-1, 1), (-1, 1), equal=True).placed(BOXES[2])
    (x0, y0, _), (x1, y1, _) = chart.place(np.array([[0, 0], [1, 1]]))
    assert x1 - x0 == pytest.approx(y1 - y0)
    assert chart.frame.x.low < -1 < 1 < chart.frame.x.high
    assert (chart.frame.y.low, chart.frame.y.high) == pytest.approx((-1, 1))


def test_without_ranges_the_marks_have_room():
    chart = Chart()
    chart.curve([2, 4], [10, 30])
    chart.dot((5, 0))
    chart.placed(BOXES[0])
    assert chart.frame.x.low < 2 < 5 < chart.frame.x.high
    assert chart.frame.y.low < 0 < 30 < chart.frame.y.high


def test_without_ranges_the_marks_have_room_wherever_their_tracks_run():
    at = np.arange(1.0, 5)
    run = Track(at, loss=at**3, places=np.column_stack([-at, 0.1 / at]), twice=np.outer(at, [1, 9]))
    marks = {
        "history": (lambda c: c.curve(run.history(), run.history("loss")), (1, 4), (1, 64)),
        "moving curve": (lambda c: c.curve([0, 7], run["twice"]), (0, 7), (1, 36)),
        "dot of two readings": (lambda c: c.dot((run, run["loss"])), (1, 4), (1, 64)),
        "dot of one": (lambda c: c.dot(run["places"]), (-4, -1), (0.025, 0.1)),
        "line to a place": (lambda c: c.segment((0, 0), (run, 5.0)), (0, 4), (0, 5)),
        "guide beside a curve": (
            lambda c: (c.guide(y=run["loss"]), c.curve([0, 1], [0, 1])), (0, 1), (0, 64),
        ),
    }  # fmt: skip
    for name, (mark, x, y) in marks.items():
        chart = Chart()
        mark(chart)
        chart.placed(Box(0, 0, 6, 4))
        for scale, ends in zip(chart.frame.scales, (x, y), strict=True):
            assert (scale.low, scale.high) == pytest.approx(around(np.array(ends, float))), name


def test_a_mark_follows_its_readings():
    track = Track(XS, y=XS**2)
    chart = Chart((0, 10), (0, 100))
    dot = chart.dot((track, track["y"]))
    ray = chart.ray((track, track["y"]), track.history().map(lambda past: 2 * past[-1]))
    path = chart.curve(track.history(), track.history("y"), tip=True)
    chart.placed(BOXES[0])
    track.put(4.0)
    for mark in (dot, ray, path):
        mark.update()
    np.testing.assert_allclose(dot.disc.get_center(), chart.place((4, 16)), atol=1e-6)
    np.testing.assert_allclose(path.tip.get_center(), chart.place((4, 16)), atol=1e-6)
    start, end = ray.path.points[0], ray.path.points[-1]
    slope = np.diff(chart.frame.at(np.array([start, end])), axis=0)[0]
    assert slope[1] / slope[0] == pytest.approx(8.0)


def test_curves_are_told_apart_by_dash_and_name_and_no_two_neighbours_alike():
    chart = Chart()
    made = chart.curves(XS, {f"power {k}": XS**k for k in range(4)}, ("input", "weight") * 2)
    assert [mark.dash for mark in made] == ["", "dash", "dot", ""]
    assert [str(mark.name) for mark in made] == [f"power {k}" for k in range(4)]
    assert list(chart.tables()) == [str(mark.name) for mark in made]


def test_a_path_goes_through_places_as_a_curve_does_through_their_coordinates():
    track = Track(XS, place=np.column_stack([XS, XS**2]))
    track.put(3.3)
    chart = Chart((0, 10), (0, 100))
    path = chart.path(track.history("place"))
    curve = chart.curve(track.history(), track.history("place").map(lambda at: at[:, 1]))
    chart.placed(BOXES[0])
    np.testing.assert_allclose(path.path.points, curve.path.points)


def test_a_chart_under_words_fills_what_these_leave_and_keeps_its_marks():
    track, chart = Track(XS), Chart((0, 10), (0, 100))
    chart.curve(XS, XS**2, name="squares")
    whole = chart.under("$x$ = {x:1}", "a second line", x=track).placed(BOXES[0])
    assert extent_of([whole.pictures[0]]).bottom > chart.frame.area.top
    assert chart.frame.area.height > 0.6 * BOXES[0].height
    assert list(whole.tables()) == ["squares"]


def test_a_zoom_takes_every_mark_along():
    chart = Chart((0, 10), (0, 100))
    dot = chart.dot((5, 25))
    chart.placed(BOXES[0])
    zoom = chart.zoom((4, 6), (20, 30))
    zoom.begin()
    zoom.finish()
    np.testing.assert_allclose(dot.disc.get_center(), chart.place((5, 25)), atol=1e-6)
    np.testing.assert_allclose(dot.disc.get_center()[:2], chart.frame.area.centre[:2], atol=1e-6)


def test_what_comes_later_is_not_there_until_then_but_in_a_figure():
    chart = Chart((0, 1), (0, 1))
    now, later = chart.dot((0.2, 0.2)), chart.dot((0.8, 0.8), later=True)
    chart.placed(BOXES[0])
    assert now in chart.submobjects
    assert later not in chart.submobjects
    assert chart.later() == [later]


def test_beyond_the_area_nothing_is_drawn():
    chart = Chart((0, 1), (0, 1))
    outside, line = chart.dot((2, 2)), chart.curve([-5, 5], [-5, 5])
    chart.placed(BOXES[0])
    assert outside.disc.get_fill_opacity() == 0
    ends = line.path.points[[0, -1], :2]
    area = chart.frame.area
    np.testing.assert_allclose(ends, [[area.left, area.bottom], [area.right, area.top]])


def test_a_mark_beyond_the_area_has_no_name_and_a_zoom_brings_both(fits):
    chart, xs = Chart((0, 1), (0, 1)), np.linspace(4, 5, 3)
    marks = [
        chart.dot((4.2, 4.5), name="dot"),
        chart.scatter([(4.2, 4.5), (4.6, 4.2)], name="scatter"),
        chart.area([(4.2, 4.2), (4.6, 4.2), (4.4, 4.6)], name="area"),
        chart.level(xs, xs, np.add.outer(xs, xs), 9.0, name="level"),
        chart.columns(xs, [4.4, 4.6], name="columns"),
        chart.arrow((4.2, 4.2), (4.5, 4.5), name="arrow"),
        chart.angle((4.5, 4.5), 0, 1, name="angle"),
        chart.note((4.5, 4.5), "note"),
    ]
    chart.placed(BOXES[0])
    fits(chart, BOXES[0], 0.06)
    for x, y, seen in (((0, 1), (0, 1), 0), ((4, 6), (4, 6), 1), ((0, 1), (0, 1), 0)):
        zoom = chart.zoom(x, y)
        zoom.begin()
        zoom.finish()
        for mark in marks:
            ink = {letter.get_fill_opacity() for letter in mark.label}
            assert ink | {mark.halo.get_stroke_opacity()} == {seen}, mark
            inked = [m for m in visible_members(mark) if m not in (mark.label, mark.halo)]
            assert bool(inked) == bool(seen), mark


def test_an_arrow_is_cut_where_it_leaves_the_area_and_its_tip_lies_beyond():
    chart = Chart((0, 10), (0, 10))
    across, out = chart.arrow((2, 5), (18, 5), name="w"), chart.arrow((12, 5), (18, 5), name="v")
    inside = chart.arrow((2, 2), (8, 2))
    chart.placed(BOXES[0])
    area, x = chart.frame.area, across.shape.points[:, 0]
    assert (x.min(), x.max()) == pytest.approx((chart.place((2, 5))[0], area.right))
    assert across.shape.height == pytest.approx(across.shape.shaft)
    assert inside.shape.height > inside.shape.shaft
    assert not len(out.shape.points)
    assert across.label[0].get_fill_opacity() == out.label[0].get_fill_opacity() == 0


def test_a_line_with_holes_is_drawn_in_pieces():
    chart = Chart((0, 4), (0, 4))
    line = chart.curve([0, 1, 2, 3, 4], [1, 1, np.nan, 1, 1])
    chart.placed(BOXES[0])
    assert len(line.path.points) == 2 * 4


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=2, max_size=8))
def test_a_clipped_line_is_the_part_within(points):
    area = Box(-2, -1, 3, 4)
    frame = Frame()
    frame.settle(area, Scale(0, 1), Scale(0, 1))
    line = np.column_stack([np.array(points), np.zeros(len(points))])
    pieces = frame.clipped(line)
    shares = np.linspace(0, 1, 2001)[:, None]
    sampled = np.concatenate([a + shares * (b - a) for a, b in itertools.pairwise(line)])
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    inside = (np.abs(sampled[:, 0] - 0.5) <= 2.5) & (np.abs(sampled[:, 1] - 1.5) <= 2.5)
    expected = (inside.reshape(len(steps), -1).mean(axis=1) * steps).sum()
    drawn = sum(np.linalg.norm(np.diff(piece, axis=0), axis=1).sum() for piece in pieces)
    assert drawn == pytest.approx(expected, abs=0.003 * steps.sum() + 1e-6)
    for piece in pieces:
        assert (np.abs(piece[:, 0] - 0.5) <= 2.5 + 1e-9).all()
        assert (np.abs(piece[:, 1] - 1.5) <= 2.5 + 1e-9).all()


def test_dashes_lie_on_the_line_and_leave_their_gaps():
    line = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0]], dtype=float)
    curves = dashed(line, 0.3, 0.2).reshape(-1, 4, 3)
    lengths = np.linalg.norm(curves[:, 3] - curves[:, 0], axis=1)
    assert lengths.sum() == pytest.approx(4 * 0.3)


def test_a_curve_that_leaves_the_area_takes_its_name_and_its_tip_along():
    height = Track((0, 10))
    chart = Chart((0, 10), (0, 5))
    level = combined(lambda y: np.array([[0.0, y], [10.0, y]]), height)
    curve = chart.path(level, name="level", tip=True)
    chart.placed(BOXES[0])
    for value, seen in ((1, 1), (9, 0), (2, 1), (9, 0)):
        height.put(value)
        curve.update()
        parts = [curve.tip, *curve.label]
        assert [part.get_fill_opacity() for part in parts] == [seen] * len(parts)


def test_the_name_at_a_line_s_end_lies_beyond_the_edge_and_gets_there_without_a_jump():
    run = Track(XS, y=XS)
    chart = Chart()
    still = chart.curve(XS, XS, name="still")
    moves = chart.curve(run.history(), run.history("y"), name="m")
    chart.placed(BOXES[0])
    edge, starts = chart.frame.area.right, []
    assert still.label.origin[0] > edge
    for value in np.linspace(0.1, 10, 400):
        run.put(value)
        moves.update()
        starts.append(moves.label.origin[0] - chart.place((value, 0))[0])
    assert np.abs(np.diff(starts)).max() < 0.05
    assert starts[0] < edge - chart.place((10, 0))[0] < starts[-1]


def test_names_that_would_lie_over_each_other_move_apart():
    chart = Chart((0, 1), (0, 1))
    for i in range(4):
        chart.curve([0, 1], [0.5, 0.5 + 0.001 * i], name=f"line {i}")
    chart.placed(BOXES[0])
    heights = sorted(float(mark.label.origin[1]) for mark in chart.marks)
    assert (np.diff(heights) > 0.2).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda chart: chart.curve([1, 2], [1, 2, 3]), "not 2 x values, 3 y values"),
        (lambda chart: chart.scatter([[0, 0]], ["input", "weight"]), "2 roles for 1 points"),
        (lambda chart: chart.guide(), "one of the two"),
        (lambda chart: chart.columns([0, 1], [1, 2]), "2 columns have 3 edges, not 2"),
        (lambda chart: chart.curve([0, 1], [0, 1], dash="wavy"), "no dash 'wavy'"),
        (lambda chart: chart.dot((1, 2, 3)), r"\(x, y\)"),
        (lambda chart: chart.curve([0, 1], [0, 1], "wieght"), "wieght"),
    ],
)
def test_a_wrong_argument_is_said_in_words(call, words):
    def made():
        chart = Chart((0, 1), (0, 1))
        call(chart)
        chart.placed(BOXES[0])

    with pytest.raises((ValueError, KeyError), match=words):
        made()


@pytest.mark.parametrize("ends", [(1, 1), (0, np.inf), (np.nan, 1)])
def test_an_axis_needs_two_ends(ends):
    with pytest.raises(ValueError, match="two different finite values"):
        Scale(*ends)
    with pytest.raises(ValueError, match="values over 0"):
        Scale(0, 1, log=True)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.booleans(), st.integers(1, 8))
def test_ticks_are_round_few_and_inside(low, span, log, most):
    start = abs(low) + 1e-6
    scale = Scale(start, start * (1.1 + span), True) if log else Scale(low, low + span)
    ticks = scale.ticks(most)
    assert len(ticks) <= most + 1
    shares = scale.share(ticks)
    assert ((shares >= -1e-6) & (shares <= 1 + 1e-6)).all()
    assert len(scale.texts(ticks)) == len(ticks)


@given(st.floats(-1e3, 1e3), st.floats(-3, 5), st.booleans(), st.integers(2, 8))
def test_where_three_ticks_have_room_there_are_two_at_least(low, size, log, most):
    scale = Scale(10**size, 10 ** (size + 0.05 + abs(low) / 100), log=True)
    scale = scale if log else Scale(low, low + 10**size)
    ticks = scale.ticks(most)
    assert 2 <= len(ticks) <= most + 1
    assert (np.diff(ticks) > 0).all()
    assert len(set(map(str, scale.texts(ticks)))) == len(ticks)


def test_equal_axes_have_two_ticks_each_where_they_have_room():
    for low in np.linspace(0, 1, 21):
        chart = Chart((low, low + 1.3), (low, low + 1.3), equal=True).placed(Box(0, 0, 4.3, 2.8))
        floor = chart.frame.area.bottom - 0.2
        below = [text for text in chart.tick_texts if text.origin[1] < floor]
        assert len(below) >= 2, low
        assert len(chart.tick_texts) - len(below) >= 2, low


def test_what_is_around_values_holds_them_on_either_axis():
    assert around(np.array([0.0, 10.0])) == pytest.approx((-0.5, 10.5))
    low, high = around(np.array([0.0, 1e-3, 10.0]), log=True)
    assert 0 < low < 1e-3 < 10 < high


def test_values_that_differ_by_rounding_alone_are_level():
    noise = 2.0 + np.array([0, 2.3e-16, 4.5e-16])
    assert around(noise) == pytest.approx((1, 3))
    assert around(np.array([5e-30, 6e-30]))[1] < 7e-30


def test_very_large_and_very_small_ticks_are_written_with_powers_of_ten():
    for power, shown in ((20, "10²⁰"), (-30, "10⁻³⁰")):
        found = Scale(0, 3.2 * 10.0**power).texts(np.arange(4) * 10.0**power)
        assert [text.replace("\u2009", "") for text in found] == [
            "0", *(f"{n}·{shown}" for n in (1, 2, 3))
        ]  # fmt: skip
    assert Scale(0, 4e6).texts(np.array([0, 2e6, 4e6])) == ["0", "2000000", "4000000"]
    near = 1e8 + np.array([0, 1, 2])
    assert len(set(Scale(near[0], near[-1]).texts(near))) == 3


def test_a_kind_of_mark_that_draws_from_other_values_asks_for_other_shapes():
    class Level(Curve):
        """A curve that is told by its height."""

        def draw(self, height):
            super().draw([0.0, 1.0], [height, height])

    chart = Chart((0, 1), (0, 1))
    mark = Level(chart.frame, (0.5,), "input")
    mark.check(0.5)
    chart.marks.append(mark)
    chart.placed(BOXES[0])
    assert len(mark.path.points)


def test_a_band_that_reaches_to_zero_fills_a_logarithmic_chart_down_to_its_edge():
    chart = Chart((0, 1), (0.01, 10), log="y")
    band = chart.band(np.linspace(0, 1, 5), np.zeros(5), np.ones(5))
    chart.placed(BOXES[0])
    area = chart.frame.area
    assert band.shape.points[:, 1].min() == pytest.approx(area.bottom)
    assert band.shape.width == pytest.approx(area.width)


def test_values_that_a_logarithmic_axis_cannot_show_are_refused_with_their_range():
    falling = Track((0, 1), y=[0.0, -1.0])
    for log, draw, words in (
        ("y", lambda c: c.curve([0, 1], [1, -2], name="loss"), "curve “loss” has y from -2 to 1,"),
        ("x", lambda c: c.dot((0, 1)), r"dot \(highlight\) has x = 0, and a logarithmic axis"),
        ("xy", lambda c: c.scatter([(2, 1), (1, 0)], "input"), "has y from 0 to 1, and"),
        ("y", lambda c: c.guide(y=-1), "guide .* give NaN where nothing is to be drawn"),
        ("x", lambda c: c.note((-3, 1), "here"), "note .* has x = -3,"),
        ("y", lambda c: c.dot((falling, falling["y"])), "dot .* has y from -1 to 0"),
        ("x", lambda c: c.band([0, 1], [1, 1], [2, 2]), "area .* a log without x"),
    ):
        chart = Chart(log=log)
        draw(chart)
        with pytest.raises(ValueError, match=words):
            chart.placed(BOXES[0])


def test_what_comes_over_zero_has_holes_or_goes_down_to_zero_may_stand_on_a_logarithmic_axis():
    rising, chart = Track((1, 2), y=[0.0, 1.0]), Chart((0.5, 4), (0.1, 9), log="xy")
    dot = chart.dot((rising, rising["y"]), name="rises")
    chart.curve([1, 2, 3], [1, np.nan, 2])
    chart.columns([1, 2, 3], [0, 3])
    chart.placed(BOXES[0])
    seen = []
    for value in (1.0, 2.0):
        rising.put(value)
        dot.update()
        seen.append(dot.label[0].get_fill_opacity())
    assert seen == [0, 1]


@pytest.mark.parametrize("average", [np.mean, np.median])
def test_runs_stand_in_a_band_from_the_least_to_the_largest_around_their_average(average):
    values, track = np.array([[1.0, 4.0, 1.0], [2.0, 2.0, 8.0]]), Track((0.0, 1.0))
    for xs, runs in (((0.0, 1.0), values), (track.history(), track.history(values))):
        chart = Chart((0, 1), (0, 10))
        band, line = chart.runs(xs, runs, "input", name="all", average=average, tip=True)
        track.put(1.0)
        chart.placed(BOXES[0])
        for share, at in ((0, 0.0), (1, 1.0)):
            x, y = chart.place(np.array([at, average(values[share])]))[:2]
            assert np.abs(line.path.points - [x, y, 0]).sum(axis=1).min() < 1e-6
            column = band.shape.points[np.abs(band.shape.points[:, 0] - x) < 1e-6, 1]
            for found, end in ((column.min(), np.min), (column.max(), np.max)):
                place = chart.place(np.array([at, end(values[share])]))
                assert found == pytest.approx(place[1])


@pytest.mark.parametrize("reach", [4.0, 3.0, 0.7, 11.0])
@pytest.mark.parametrize("size", [(3.0, 3.0), (4.1, 5.0), (9.0, 3.0)])
def test_the_words_at_ticks_of_equal_axes_stay_in_the_box(reach, size):
    box = Box(0, 0, *size)
    chart = Chart((0, reach), (0, reach), equal=True).placed(box)
    assert chart.tick_texts.get_left()[0] >= -1e-6
    assert chart.tick_texts.get_right()[0] <= size[0] + 0.3


@pytest.mark.parametrize("log", ["", "x", "y", "xy"])
@pytest.mark.parametrize("part", [None, (2.0, 50.0)])
def test_the_cells_of_a_field_are_of_one_size_on_the_page_on_any_axes(log, part):
    chart = Chart((1, 100), (1, 100), log=log)
    mark = chart.field(np.zeros((3, 5)), signed_palette(1.0), x=part, y=part)
    chart.placed(BOXES[0])
    corners = mark.mesh.points.reshape(4, 6, -1)[..., :2]
    for axis, steps in ((0, np.diff(corners[0, :, 0])), (1, np.diff(corners[:, 0, 1]))):
        np.testing.assert_allclose(steps, steps[0], rtol=1e-9, err_msg=str(axis))
    low, high = part or (1.0, 100.0)
    np.testing.assert_allclose(corners[3, 0], chart.place((low, low))[:2], rtol=1e-9)
    np.testing.assert_allclose(corners[0, 5], chart.place((high, high))[:2], rtol=1e-9)
