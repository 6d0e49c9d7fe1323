from typing import Any

import manim
import numpy as np
import pytest
from manim import Mobject, Square, ValueTracker, VGroup, VMobject

from mlanim.export.lint.charts import covered_curves
from mlanim.export.lint.check import check
from mlanim.export.lint.coverage import AROUND, covered_share, nearly_empty
from mlanim.export.lint.finding import Finding
from mlanim.export.lint.reading import MOST_CROSSED
from mlanim.export.lint.view import FRAME, View
from mlanim.stage import layout, theme
from mlanim.stage.arrays.cloud import PointCloud
from mlanim.stage.extent import bounding_box, visible_members
from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Arrow, Bar, Dot, Polyline
from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.matrix import Matrix
from mlanim.stage.text.labels import labels
from mlanim.stage.text.number import Number, NumberGrid
from mlanim.stage.text.texts import Colored, Formula, Text

RIGHT_EDGE, TOP_EDGE = theme.FRAME_WIDTH / 2, theme.FRAME_HEIGHT / 2
GREY = "#555a60"


@pytest.fixture(autouse=True)
def _manim_s_files_go_elsewhere(tmp_path):
    with manim.tempconfig({"media_dir": str(tmp_path)}):
        yield


@pytest.fixture(params=["dark", "light"])
def each_theme(request):
    return theme.use(request.param)


def rules(*mobjects: Mobject) -> list[str]:
    return [finding.rule for finding in check(mobjects)]


def only(*mobjects: Mobject) -> Finding:
    (finding,) = check(mobjects)
    return finding


def wcag(first: str, second: str) -> float:
    def luminance(color: str) -> float:
        channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted([luminance(first), luminance(second)])
    return (light + 0.05) / (dark + 0.05)


def matrix(values: np.ndarray, width: float, height: float, **how: Any) -> Matrix:
    """A matrix of shares in the middle of the stage, without labels."""
    box = Box(-width / 2, -height / 2, width / 2, height / 2)
    return Matrix(values, **{"ends": (0, 1), "bar": False, **how}).placed(box)


def test_a_well_set_stage_has_no_findings(each_theme):
    box = layout.STAGE.columns(1, 1)[1]
    cells = matrix(np.linspace(0, 1, 12).reshape(3, 4), 4, 3)
    stage = [
        layout.title("A title, with ", Colored("colour", "weight")),
        layout.caption("and what the lecturer says to it"),
        layout.heading(box, "A heading", role="attention"),
        Chart((0, 1), (-2, 2), "step", "loss").placed(Box(-6, -2, -1, 2)),
        layout.fit(cells, box),
        Formula("weight(w) dot input(x)").shift([3, -2.5, 0]),
        ValueTracker(1.0),
    ]
    assert check(stage) == []


def test_an_empty_stage_has_no_findings():
    assert check([]) == []


# Too close to the edge


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ([0, 0], [RIGHT_EDGE - 0.1, 1]),
        ([0.1 - RIGHT_EDGE, 0], [0, 1]),
        ([0, 0], [1, TOP_EDGE - 0.1]),
        ([0, 0.1 - TOP_EDGE], [1, 0]),
    ],
)
def test_what_comes_too_close_to_an_edge_is_found_with_its_distance(low, high):
    finding = only(Bar(low, high, "input"))
    assert finding.rule == "too close to the edge"
    assert finding.measured == pytest.approx(0.1)
    assert finding.allowed == pytest.approx(0.04 * theme.FRAME_HEIGHT)


def test_what_leaves_the_frame_measures_less_than_nothing():
    assert only(Bar([0, 0], [RIGHT_EDGE + 2, 1], "input")).measured == pytest.approx(-2)


def test_what_keeps_the_distance_is_left_alone():
    assert check([Bar([-1, -1], [RIGHT_EDGE - FRAME.edge - 0.001, 1], "input")]) == []


def test_half_a_stroke_counts():
    line = Polyline([[0, 0], [RIGHT_EDGE - 0.2, 0]]).set_stroke(width=20)
    assert only(line).measured == pytest.approx(0.1)


def test_a_disc_s_radius_counts():
    cloud = PointCloud([[0.0, TOP_EDGE - 0.4]], [[1, 1, 1]], radius=0.3)
    assert only(cloud).measured == pytest.approx(0.1)
    assert check([cloud.shift([0, -1, 0])]) == []


def test_what_cannot_be_seen_may_lie_outside():
    hidden = Square(1).shift([20, 0, 0]).set_opacity(0)
    assert check([VGroup(Square(1), hidden)]) == []


def test_a_title_that_runs_out_of_the_frame_is_named():
    title = layout.title("word " * 30)
    finding = only(title)
    assert finding.rule == "too close to the edge"
    assert finding.objects[0].startswith("“word word")
    assert finding.side == "right"


# Overlapping texts


def test_overlapping_texts_are_found_with_both_names():
    first, second = Text("HHHH"), Text("xxxx")
    width = first.get_right()[0]
    finding = only(first, second.baseline_at([width - 0.1, 0, 0]))
    assert finding.rule == "texts overlap"
    assert finding.objects == ("“HHHH”", "“xxxx”")
    assert finding.measured == pytest.approx(0.1, abs=0.01)
    assert check([first, second.shift([0.15, 0, 0])]) == []


def test_lines_one_above_the_other_do_not_overlap():
    line = theme.SIZES["body"] / 96
    assert check([Text("gjpqy"), Text("ÅHfl").shift([0, 1.3 * line, 0])]) == []
    assert rules(Text("gjpqy"), Text("ÅHfl").shift([0, 0.4 * line, 0])) == ["texts overlap"]


def test_texts_within_one_group_are_compared_too():
    assert rules(VGroup(Text("left"), VGroup(Text("left")))) == ["texts overlap"]


def test_a_number_of_a_grid_overlaps_like_any_text():
    grid = NumberGrid(["0.25", "0.75"], np.array([[0.0, 0, 0], [2.0, 0, 0]]), "text")
    label = Text("0.9", size="small").move_to([2, 0, 0])
    assert only(grid, label).objects == ("“0.75”", "“0.9”")
    assert check([grid, label.shift([0, 1, 0])]) == []


def test_the_numbers_of_a_crowded_grid_overlap_one_another():
    places = np.outer(np.arange(4) / 4, [1.0, 0, 0])
    crowded = NumberGrid(["0.25"] * 4, places, "text")
    assert rules(crowded) == ["texts overlap"] * 3


def test_a_text_that_has_faded_out_overlaps_nothing():
    assert rules(Text("a"), VGroup(Text("a").set_opacity(0), Square())) == []


# Too small


def test_a_text_that_was_scaled_down_is_too_small():
    finding = only(Text("small print").scale(0.5))
    assert finding.rule == "text too small"
    assert finding.measured == pytest.approx(theme.SIZES["body"] / 2)
    assert finding.allowed == pytest.approx(0.026 * 8 * 96)


def test_the_smallest_size_is_large_enough_until_it_is_scaled():
    assert check([Text("fine", size="small")]) == []
    least = FRAME.smallest / theme.SIZES["small"]
    assert check([Text("fine", size="small").scale(least)]) == []
    assert rules(Text("too small", size="small").scale(least - 0.01)) == ["text too small"]


def test_numbers_in_a_scaled_matrix_are_too_small():
    cells = matrix(np.array([[0.1, 0.9]]), 4, 2).scale(0.5)
    findings = check([cells])
    assert {finding.rule for finding in findings} == {"text too small"}
    assert {finding.objects for finding in findings} == {("“0.10”",), ("“0.90”",)}
    for finding in findings:
        assert finding.measured == pytest.approx(theme.SIZES["small"] / 2)


def test_a_changing_number_is_measured_by_its_size():
    assert check([Number(0.5)]) == []
    assert rules(Number(0.5).scale(0.5)) == ["text too small"]


# Too little contrast


def test_a_faint_text_is_found_with_its_contrast(each_theme):
    paint = GREY if each_theme.name == "dark" else "#a0a4aa"
    finding = only(Text("hard to read").set_color(paint))
    assert finding.rule == "contrast too low"
    assert finding.measured == pytest.approx(wcag(paint, each_theme.roles["background"]), abs=0.05)
    assert finding.allowed == 4.5


def test_a_half_transparent_text_is_fainter():
    text = Text("fading", role="muted").set_opacity(0.4)
    roles = theme.current().roles
    mixed = 0.4 * theme.rgb("muted") + 0.6 * theme.rgb("background")
    shown = theme.to_color(mixed).to_hex()
    assert only(text).measured == pytest.approx(wcag(shown, roles["background"]), abs=0.05)


def test_a_text_over_a_coloured_cell_is_measured_against_the_cell(each_theme):
    cell = Bar([-1, -1], [1, 1], "input")
    text = Text("muted", role="muted").move_to([0, 0, 0])
    finding = only(cell, text)
    assert finding.rule == "contrast too low"
    roles = each_theme.roles
    assert finding.measured == pytest.approx(wcag(roles["muted"], roles["input"]), abs=0.05)
    assert check([cell, text.shift([0, 2, 0])]) == []


def test_the_text_s_place_in_the_drawing_order_is_no_excuse():
    text = Text("muted", role="muted").move_to([0, 0, 0])
    assert rules(text, Bar([-1, -1], [1, 1], "input", 0.8)) == ["contrast too low"]


def test_each_colour_of_a_text_is_measured_where_it_stands():
    text = Text("on dark ", Colored("on its own colour", "input"))
    left, right = text[1].get_left()[0], text[1].get_right()[0]
    assert check([text]) == []
    patch = Bar([left - 0.02, -0.3], [right + 0.3, 0.5], "input")
    finding = only(patch, text)
    assert finding.rule == "contrast too low"
    assert finding.measured == pytest.approx(1.0, abs=0.05)


def test_a_number_of_a_grid_is_measured_against_its_cell():
    cells = matrix(np.array([[0.0, 0.999]]), 4, 2)
    dark, light = cells.inks
    light.set_texts(*_swap(dark, light))
    found = {finding.objects[0]: finding for finding in check([cells])}
    assert set(found) == {"“1.00”"}
    expected = wcag("#ffffff", theme.current().sequential[-1])
    assert found["“1.00”"].measured == pytest.approx(expected, abs=0.05)


def _swap(dark: NumberGrid, light: NumberGrid) -> tuple[list[str], np.ndarray]:
    """The dark grid's numbers, which it loses, along with the light one's."""
    texts, places = dark.texts + light.texts, np.concatenate([dark.places, light.places])
    dark.set_texts([], np.zeros((0, 3)))
    return texts, places


def test_a_matrix_that_was_moved_is_measured_where_it_is():
    cells = matrix(np.array([[0.1, 0.9], [0.6, 0.3]]), 3, 2)
    assert check([cells.shift([3, 1, 0])]) == []


def test_numbers_of_a_matrix_read_on_all_values_in_both_themes(each_theme):
    values = np.linspace(-1, 1, 28).reshape(4, 7)
    assert check([matrix(values, 7, 4, palette="signed", ends=(-1, 1))]) == []
    assert check([matrix(np.abs(values), 7, 4)]) == []


def test_a_grid_line_under_a_word_is_no_fault_and_a_thick_one_is():
    word = Text("Wavelength", role="muted").move_to([0, 0, 0])
    grid_line = Polyline([[-3, 0.02], [3, 0.02]], "rule", "hair")
    assert check([grid_line, word]) == []
    assert "contrast too low" in rules(Bar([-3, -0.05], [3, 0.05], "muted"), word)


# Texts over edges


@pytest.mark.parametrize(
    "edge",
    [
        Polyline([[-3, 0.02], [3, 0.02]], "muted", "hair"),
        Arrow([-0.3, -0.6], [0.3, 0.6], "weight"),
        Bar([0.2, -1], [4, 1], "muted"),
    ],
    ids=["a line through it", "an arrow across it", "a panel's side"],
)
def test_a_text_over_something_that_stands_out_is_found(edge):
    word = Text("Wavelength").move_to([0, 0, 0])
    found = {finding.rule: finding for finding in check([edge, word])}
    assert found["text runs over an edge"].objects == ("“Wavelength”",)
    assert found["text runs over an edge"].measured > MOST_CROSSED
    assert "text runs over an edge" not in rules(edge, word.shift([0, 2.5, 0]))


def test_a_text_that_lies_whole_in_a_panel_runs_over_no_edge():
    word = Text("Wavelength").move_to([0, 0, 0]).set_fill(theme.color("on_light"))
    assert check([Bar([-3, -1], [3, 1], "highlight"), word]) == []


# Plain Manim's texts


def plain_texts(color: str = "#ffffff", size: float = 32) -> list[VMobject]:
    return [
        manim.Text("plain", font_size=size, color=color),
        manim.MarkupText("<b>pl</b>ain", font_size=size, color=color),
        manim.Paragraph("plain", "words", font_size=size, color=color),
        manim.Typst("plain", font_size=size * 96 / 72, color=color),
        manim.MathTypst("p/q", font_size=size * 96 / 72, color=color),
        manim.DecimalNumber(2.5, mob_class=manim.Typst, font_size=size * 96 / 72, color=color),
    ]


PLAIN = pytest.mark.parametrize("kind", range(6))


@PLAIN
def test_a_text_of_plain_manim_is_read_like_ours(kind):
    assert check([plain_texts()[kind]]) == []
    assert rules(plain_texts("#30343c")[kind]) == ["contrast too low"]
    assert rules(plain_texts()[kind], Text("ours").move_to([0, 0, 0])) == ["texts overlap"]
    assert rules(plain_texts()[kind].to_edge(manim.LEFT, buff=0.1)) == ["too close to the edge"]


@PLAIN
def test_a_text_of_plain_manim_is_too_small_below_the_same_height(kind):
    small = plain_texts(size=12)[kind]
    finding = only(small)
    assert finding.rule == "text too small"
    assert finding.measured == pytest.approx(12 * 96 / 72, rel=0.02)
    assert check([small.scale(1.3)]) == []


def test_the_sizes_of_ours_and_of_plain_manim_s_texts_are_the_same_measure():
    ours, theirs = Formula("H"), manim.MathTypst("H", font_size=theme.SIZES["display"])
    assert ours.height == pytest.approx(theirs.height, rel=0.02)
    assert [label.size for label in labels([theirs])] == pytest.approx([ours.size])


def test_a_box_behind_a_text_is_no_letter_of_it():
    text = manim.Text("on a box", font_size=32).add_background_rectangle("#000000", opacity=1)
    assert check([text]) == []
    grey = manim.Text("grey", color="#888888")
    faint = only(grey.add_background_rectangle("#777777", opacity=1, buff=0.1))
    assert faint.rule == "contrast too low"
    assert faint.measured == pytest.approx(wcag("#888888", "#777777"), abs=0.05)


def test_a_background_from_edge_to_edge_may_run_over_them_and_its_texts_may_not():
    grid = manim.NumberPlane(x_range=(-9, 9), y_range=(-6, 6))
    assert check([grid]) == []
    assert rules(VGroup(grid, Text("far").move_to([RIGHT_EDGE - 0.1, 2.5, 0]))) == [
        "too close to the edge",
        "text runs over an edge",
    ]


# What hides what


def test_a_text_behind_an_opaque_shape_is_hidden_and_said_once():
    text = Text("covered", role="muted").move_to([0, 0, 0])
    finding = only(text, Bar([-1, -1], [1, 1], "input"))
    assert finding.rule == "text hidden"
    assert finding.objects == ("“covered”", "Bar")
    assert finding.measured == 1.0
    assert check([Bar([-1, -1], [1, 1], "rule"), Text("covered").move_to([0, 0, 0])]) == []


def test_the_share_of_a_text_that_is_hidden_is_measured():
    text = Text("HHHHHHHH")
    middle = (text.get_left()[0] + text.get_right()[0]) / 2
    half = manim.Square(2, fill_opacity=1, stroke_width=0, color=theme.color("background"))
    finding = only(text, half.move_to([middle + 1, 0, 0]))
    assert finding.rule == "text hidden"
    assert finding.measured == pytest.approx(0.5, abs=0.05)


def test_the_order_of_drawing_counts_and_not_that_of_adding():
    text = Text("above").move_to([0, 0, 0])
    bar = Bar([-1, -1], [1, 1], "rule")
    assert rules(text, bar) == ["text hidden"]
    assert check([text.set_z_index(1), bar]) == []


@pytest.mark.parametrize("shape", [manim.Annulus(1.0, 1.5), manim.Square(2, fill_opacity=0.3)])
def test_what_can_be_seen_through_hides_nothing(shape):
    assert "text hidden" not in rules(Text("seen").move_to([0, 0, 0]), shape)


def test_a_mark_that_another_object_covers_whole_is_hidden():
    finding = only(Dot([0, 0], "weight"), Bar([-1, -1], [1, 1], "input"))
    assert finding.rule == "mark hidden"
    assert finding.objects == ("Dot", "Bar")
    assert check([Bar([-1, -1], [1, 1], "input"), Dot([0, 0], "weight")]) == []
    assert check([Dot([1, 0], "weight"), Bar([-1, -1], [1, 1], "input")]) == []


def test_parts_of_one_object_may_cover_one_another():
    assert check([VGroup(Dot([0, 0], "weight"), Bar([-1, -1], [1, 1], "input"))]) == []


def test_an_image_and_a_batch_hide_too():
    picture = manim.ImageMobject(np.full((8, 8, 4), 255, dtype=np.uint8)).scale_to_fit_height(2)
    cells = matrix(np.array([[0.5]]), 2, 2)
    for cover in (picture, cells):
        assert rules(Dot([0.5, 0.5], "weight"), cover) == ["mark hidden"]


# How much of the stage is used


def share(*mobjects: Mobject) -> float:
    return covered_share(View(mobjects))


def test_the_share_of_the_stage_is_that_of_the_boxes_and_the_room_around_them():
    stage = layout.STAGE
    box = stage.inset(left=1, right=stage.width - 6, bottom=1, top=stage.height - 4)
    area = (box.width + 2 * AROUND) * (box.height + 2 * AROUND)
    expected = area / stage.width / stage.height
    bar = Bar([box.left, box.bottom], [box.right, box.top], "input")
    assert share(bar) == pytest.approx(expected, abs=0.02)
    assert share(bar, bar.copy()) == share(bar)


def test_title_and_caption_and_backgrounds_cover_nothing():
    everything = manim.FullScreenRectangle(fill_opacity=0.2)
    assert share(layout.title("A title"), layout.caption("A caption"), everything) == 0


def test_a_plot_covers_its_box_and_a_line_alone_what_it_runs_through():
    low, high = [-6, -2], [6, 2]
    line = Polyline([low, high])
    assert share(line) < 0.12
    axes = manim.Axes(x_length=12, y_length=4, tips=False)
    assert share(axes) > 0.6
    chart = Chart((0, 1), (0, 1), ticks=0, grid=False)
    assert share(chart.placed(Box(-6, -2, 6, 2))) > 0.6


def test_a_stage_under_a_third_is_said_with_its_share():
    (finding,) = nearly_empty(View([Bar([-1, -1], [1, 1], "input")]), line=7)
    assert finding.is_warning
    assert finding.measured == pytest.approx(share(Bar([-1, -1], [1, 1], "input")))
    assert finding.line == 7
    assert list(nearly_empty(View([Bar([-5, -2], [5, 2], "input")]), line=7)) == []


# Invisible objects


@pytest.mark.parametrize(
    "mobject",
    [
        Text("gone").set_opacity(0),
        Polyline([]),
        VGroup(),
        VMobject(),
        PointCloud(np.zeros((3, 2)), np.zeros((3, 4))),
        PointCloud(np.zeros((0, 2)), np.zeros((0, 3))),
        Square(stroke_width=0),
        VGroup(Dot([0, 0]).set_opacity(0), Square(stroke_opacity=0)),
    ],
    ids=["faded", "no path", "no members", "no points", "clear", "empty", "no stroke", "clear all"],
)
def test_what_leaves_no_mark_is_an_orphan(mobject):
    finding = only(mobject)
    assert finding.rule == "invisible object left on stage"


def test_what_leaves_a_mark_is_not():
    group = VGroup(Text("gone").set_opacity(0), Square())
    assert rules(group, Dot([3, 0]), PointCloud([[-3.0, 0]], [[1, 0, 0]])) == []


def test_trackers_are_no_orphans():
    assert check([ValueTracker(2), Mobject(), Mobject().add(ValueTracker(1))]) == []


# The pieces


def test_findings_come_worst_rule_first_and_read_as_sentences():
    findings = check(
        [
            Text("faint").set_color(GREY),
            Text("small").scale(0.5).shift([3, 0, 0]),
            Bar([0, 0], [RIGHT_EDGE, 1], "input").shift([0, 1, 0]),
            VGroup(),
            Text("twice").shift([-4, 0, 0]),
            Text("twice").shift([-4, 0, 0]),
        ]
    )
    assert [finding.rule for finding in findings] == [
        "too close to the edge",
        "texts overlap",
        "text too small",
        "contrast too low",
        "invisible object left on stage",
    ]
    assert str(findings[0]) == "Bar is 0.00 units from the right edge; keep 0.32 units free."
    assert str(findings[1]).startswith("“twice” and “twice” overlap by ")


def test_a_bounding_box_is_that_of_what_can_be_seen():
    group = VGroup(Bar([1, 2], [3, 5], "input"), Square(20).set_opacity(0))
    box = bounding_box(visible_members(group))
    assert (box.left, box.bottom, box.right, box.top) == pytest.approx((1, 2, 3, 5))


def test_a_curve_along_all_of_which_another_is_drawn_is_told_of():
    xs = np.linspace(0, 1, 301)

    def found(**above: Any) -> list[tuple[str, ...]]:
        chart = Chart((0, 1), (0, 1))
        chart.curve(xs, xs**2, "input", name="below", later=above.pop("waits", False))
        chart.curve(xs[::3], above.pop("ys", xs**2)[::3], "weight", name="above", **above)
        chart.compose(layout.STAGE)
        view = View([chart])
        return [finding.objects for finding in covered_curves(view) if finding.is_warning]

    assert found() == [("Curve “below”", "Curve “above”")]
    assert found(ys=xs**2 + 0.03) == []
    for apart in ({"dash": "dash"}, {"opacity": 0.5}, {"width": "thin"}, {"waits": True}):
        assert found(**apart) == [], apart
    assert found(ys=np.where(xs < 0.9, xs**2, np.nan)) == []
