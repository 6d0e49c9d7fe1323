"""Panels come, stay, move and go; the stage is theirs."""

import numpy as np
import pytest
from manim import Circle, Square

from mlanim.stage.layout import STAGE, Box
from mlanim.stage.marks.shapes import Bar
from mlanim.stage.panels import Panel, extent_of
from mlanim.stage.picture import Columns, Picture, Rows
from mlanim.stage.pictures.lines import Lines
from mlanim.stage.pictures.multiples import Multiples
from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.growing_table import GrowingTable
from mlanim.stage.plots.meters import Meter, Meters
from mlanim.stage.track import Track, combined


class Filled(Picture):
    """Fills its box."""

    def compose(self, box):
        self.box = box
        low, high = [box.left, box.bottom], [box.right, box.top]
        self.add(Bar(np.array(low), np.array(high), "input"))


def panel(name: str, **options) -> Panel:
    return Panel(name, Filled(), **options)


def boxes(*panels: Panel) -> list[Box]:
    return [one.picture.box for one in panels]


def test_a_panel_fills_the_stage(film):
    one = panel("one")
    film(lambda scene: scene.enter(one))
    (box,) = boxes(one)
    assert (box.left, box.right) == pytest.approx((STAGE.left, STAGE.right))
    assert (box.bottom, box.top) == pytest.approx((STAGE.bottom, STAGE.top))


def test_panels_share_the_width_and_the_line_of_their_headings(film):
    one, two = panel("one", heading="One", share=2.0), panel("two", heading="A [second](weight)")
    scene, _ = film(lambda scene: scene.enter(one, two))
    left, right = boxes(one, two)
    assert left.width == pytest.approx(2 * right.width)
    assert left.top == right.top
    heads = [m for m in scene.mobjects if getattr(m, "plain", "") in ("One", "A second")]
    assert heads[0].origin[1] == heads[1].origin[1]


def test_what_stood_before_leaves_and_what_stays_moves(film):
    gone, stays, comes = panel("gone"), panel("stays"), panel("comes")

    def construct(scene):
        scene.enter(gone, stays)
        scene.add(Square())
        scene.before = stays.picture.box
        scene.enter(stays, comes)

    scene, _ = film(construct)
    shown = [m for m in scene.mobjects if isinstance(m, Filled)]
    assert set(map(id, shown)) == {id(stays.picture), id(comes.picture)}
    assert not any(type(m) is Square for m in scene.mobjects)
    assert stays.picture.box.left < scene.before.left
    assert extent_of([stays.picture]).left == pytest.approx(stays.picture.box.left)


def test_a_place_is_kept_free_until_it_is_revealed(film):
    one, two = panel("one"), panel("two")
    seen = []

    def construct(scene):
        scene.enter(one, two, later=[two])
        seen.append(two.picture in scene.mobjects)
        scene.reveal(two)
        seen.append(two.picture in scene.mobjects)

    film(construct)
    assert seen == [False, True]


def test_leaving_takes_all_but_title_and_caption(film):
    def construct(scene):
        scene.enter(panel("one"), say="stays")
        scene.add(Circle())
        scene.leave()

    scene, _ = film(construct)
    assert [m.plain for m in scene.mobjects] == ["Tiny", "stays"]


def test_one_panel_can_leave_alone_and_others_can_be_kept(film):
    one, two, kept = panel("one"), panel("two"), Circle()

    def construct(scene):
        scene.enter(one, two)
        scene.add(kept)
        scene.leave(one)
        scene.enter(two, keep=[kept])

    scene, _ = film(construct)
    assert {type(m).__name__ for m in scene.mobjects} == {"Text", "Filled", "Circle"}


def test_one_panel_replaces_another_without_an_empty_frame(film):
    def construct(scene):
        scene.enter(panel("one"))
        scene.next_slide()
        scene.enter(panel("two"))

    _, frames = film(construct, fps=20)
    middle = [int(frame[45, 80].max()) for frame in frames[22:]]
    dark = max(frames[0][45, 80])
    assert sum(value <= dark + 4 for value in middle) <= 4  # a fifth of a second


def test_rows_and_columns_divide_their_box():
    box = Box(0, 0, 10, 4)
    left, right = Filled(), Filled()
    Columns(left, right, shares=(3, 1), gap=0.0).compose(box)
    assert (left.box.right, right.box.left) == pytest.approx((7.5, 7.5))
    upper, lower = Filled(), Filled()
    Rows(upper, lower, gap=1.0).compose(box)
    assert (upper.box.bottom, lower.box.top) == pytest.approx((2.5, 1.5))
    assert Columns(Filled(), Filled()).least > 2 * Filled().least


@pytest.mark.parametrize("height", [3.0, 6.0])
def test_words_in_rows_keep_their_height_and_pictures_share_the_rest(height):
    lines, upper, lower = Lines("one", "two"), Filled(), Filled()
    rows = Rows(lines, upper, lower, gap=0.5)
    rows.compose(Box(0, 0, 4, height))
    top = height - lines.height_at(4) - 0.5
    assert (upper.box.top, lower.box.bottom) == pytest.approx((top, 0))
    assert upper.box.height == pytest.approx(lower.box.height)


def curved() -> Chart:
    chart = Chart((0, 1), (0, 1), "x", "y")
    chart.curve([0, 1], [0, 1])
    return chart


def test_what_needs_more_height_than_the_stage_has_is_refused(film):
    rows = [[n, n**2] for n in range(20)]
    for picture in (
        Multiples([curved() for _ in range(4)], [f"title {n}" for n in range(4)], columns=1),
        GrowingTable(rows, ["n", "square"]),
        Meters(*(Meter(f"share {n}", 0.5) for n in range(9))),
        Lines(*["a line"] * 16),
        curved().under(*["a line"] * 12),
        Columns(curved(), Lines(*["a line"] * 16)),
        Rows(curved(), Lines(*["a line"] * 5), shares=(5, 1)),
    ):
        with pytest.raises(ValueError, match=r"a height of .* units, and there are 5\.5; enter"):
            film(lambda scene, picture=picture: scene.enter(Panel("one", picture)))


@pytest.mark.parametrize("height", [2.2, 3.0, 4.8])
def test_a_box_of_the_least_height_holds_all_of_a_picture(fits, height):
    rows = [[n, "a word"] for n in range(round(3 * height))]
    for picture in (
        Multiples([curved() for _ in range(4)], ["a title"] * 4, columns=2),
        Columns(curved(), Lines(*["a line"] * round(3 * height))),
        curved().under(*["a line"] * round(2 * height)),
        GrowingTable(rows, ["n", "word"]),
    ):
        box = Box(-6, -picture.least_height(12), 6, 0)
        assert box.height <= picture.height_at(12)
        fits(picture.placed(box), box, 0.08)


def test_words_over_a_picture_keep_their_height_where_both_are_pressed():
    picture = curved().under(*["a line"] * 8)
    height = (picture.least_height(4.0) + picture.height_at(4.0)) / 2
    picture.placed(Box(0, 0, 4, height))
    words, chart = (extent_of([part]) for part in picture.pictures)
    assert words.bottom > chart.top
    assert chart.bottom >= -0.06


def test_several_panels_can_stand_where_one_would(film):
    one, upper, lower = panel("one"), panel("upper", heading="Upper"), panel("lower")
    film(lambda scene: scene.enter(one, [upper, lower]))
    left, above, below = boxes(one, upper, lower)
    assert (above.left, above.right) == pytest.approx((below.left, below.right))
    assert above.bottom > below.top
    assert left.right < above.left
    assert below.bottom == pytest.approx(STAGE.bottom)


def test_a_mark_that_leaves_can_come_again(film):
    chart = Chart((0, 1), (0, 1))
    dot = chart.dot((0.5, 0.5), later=True)
    seen = []

    def construct(scene):
        scene.enter(Panel("chart", chart))
        for step in (scene.reveal, scene.leave, scene.reveal):
            step(dot)
            seen.append(dot in scene.mobjects)

    film(construct)
    assert seen == [True, False, True]


def test_a_picture_of_pictures_that_moves_has_each_part_once_and_keeps_what_was_revealed(film):
    chart = Chart((0, 1), (0, 1))
    first = chart.curve([0, 1], [0, 1], later=True)
    chart.curve([0, 1], [1, 0])
    both = Rows(Lines("words"), chart)
    counts = []

    def construct(scene):
        wide, narrow = Panel("both", both), Panel("other", Chart((0, 1), (0, 1)))
        scene.enter(wide)
        scene.reveal(first)
        counts.append(len(both.get_family()))
        scene.enter(wide, narrow)
        counts.append(len(both.get_family()))
        assert first in chart.submobjects
        assert chart.submobjects.count(first) == 1
        assert both.submobjects == list(both.pictures)

    film(construct)
    ticks = len(Chart((0, 1), (0, 1)).placed(Box(0, 0, 5, 3)).tick_texts.get_family())
    assert counts[1] - counts[0] <= len(first.get_family()) + ticks


class Follower(Chart):
    """A chart whose one part comes later, and is empty where its track is at 0."""

    def __init__(self, track: Track):
        super().__init__((0, 2), (0, 2))
        end = combined(lambda x: (x, 0.0), track)
        self.part = self.segment((0, 0), end, name="part", later=True)


def test_what_waited_comes_as_its_tracks_are_by_then(film):
    track = Track((0, 1))
    chart = Follower(track)

    def construct(scene):
        scene.enter(Panel("one", chart))
        scene.sweep(track.to(1), seconds=0.2)
        scene.reveal(chart.part)

    film(construct)
    ends = chart.part.path.points[[0, -1]]
    np.testing.assert_allclose(ends, chart.place([[0.0, 0.0], [1.0, 0.0]]))


def test_a_part_can_leave_while_its_picture_stays_and_its_track_runs(film):
    track = Track((0, 1), start=1)
    chart, comes = Follower(track), panel("comes")

    def construct(scene):
        one = Panel("one", chart)
        scene.enter(one, panel("beside"))
        scene.reveal(chart.part)
        scene.enter(one, comes, without=[chart.part], along=[track.to(0)])
        scene.seen = [m for m in scene.mobjects if m is chart.part]
        track.put(0.5)
        scene.reveal(chart.part)

    scene, _ = film(construct)
    assert scene.seen == []
    assert chart in scene.mobjects
    assert chart.part in scene.mobjects
    assert chart.part.path.get_stroke_opacity() == 1
    assert track.value == 0.5


def test_a_picture_can_come_while_the_track_of_a_named_mark_runs(film):
    track = Track((0, 1))
    chart = Chart((0, 2), (0, 2))
    chart.arrow((0, 0), combined(lambda x: (1.0, x), track), name="one")
    scene, _ = film(lambda scene: scene.enter(Panel("one", chart), along=[track.to(1)]))
    assert chart in scene.mobjects
    tip = chart.marks[0].shape.points.max(axis=0)
    np.testing.assert_allclose(tip[0], chart.place([1.0, 1.0])[0], atol=0.2)
