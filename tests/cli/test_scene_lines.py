"""A fault in a scene is shown at the line that made what is at fault."""

from __future__ import annotations

from pathlib import Path

from faulty_scenes import LINES, places, said


def test_what_a_picture_is_made_with_is_shown_where_it_was_made(tmp_path: Path) -> None:
    made = 'Lines("$frac(a$")'
    lines, answer = places(tmp_path, "chart = Chart((0, 1), (0, 1))", f"chart = {made}")
    assert lines == ["self.enter(self.panel())", f"chart = {made}"]
    assert "Typst cannot set “frac(a”" in answer


def test_a_mark_that_fails_as_its_chart_is_composed_is_shown_where_it_was_added(
    tmp_path: Path,
) -> None:
    mark = "chart.curve(track.map(lambda at: np.ones(3)), [1, 2])"
    lines, answer = places(
        tmp_path, 'return Panel("a", chart)', f"{mark}; return Panel('a', chart)"
    )
    assert lines[-1].startswith(mark)
    assert "not 3 x values, 2 y values" in answer


def test_a_picture_of_a_figure_is_shown_where_it_was_made(tmp_path: Path) -> None:
    old, new = "self.enter(self.panel())", "self.say('no picture')"
    scene = LINES.replace("chart = Chart((0, 1), (0, 1))", 'chart = Lines("$frac(a$")')
    place, answer = said(tmp_path, "", scene.replace(old, new)).split("\n")
    assert place.endswith(': chart = Lines("$frac(a$")')
    assert "Typst cannot set" in answer


def test_a_heading_is_shown_where_its_panel_was_made(tmp_path: Path) -> None:
    made = 'return Panel("a", chart, "[x](nope)")'
    lines, answer = places(tmp_path, 'return Panel("a", chart)', made)
    assert lines == ["self.enter(self.panel())", made]
    assert "There is no role of texts 'nope'." in answer


def test_a_wrong_call_on_a_picture_is_shown_where_it_is_called(tmp_path: Path) -> None:
    lines, answer = places(tmp_path, 'return Panel("a", chart)', "chart.dot((0, 1), 'nope')")
    assert lines == ["self.enter(self.panel())", "chart.dot((0, 1), 'nope')"]
    assert "There is no role 'nope'." in answer


def test_what_compute_returns_is_shown_in_compute(tmp_path: Path) -> None:
    returned = 'return {"x": np.arange(3.0)}'
    assert places(tmp_path, returned, 'return {"x": object()}') == (
        ['return {"x": object()}'],
        "compute returned what cannot be stored: data.x is of type object; "
        "compute returns dataclasses of arrays and plain values.",
    )
    lines, answer = places(tmp_path, returned, "params.angle")
    assert lines == ["def compute(params):"]
    assert answer.startswith("compute returned nothing: end it with a return of its data, a datac")


def test_a_compute_that_cannot_be_called_is_told_how_to_be_written(tmp_path: Path) -> None:
    for written in ("def compute():", "def compute(self, params):"):
        lines, answer = places(tmp_path, "def compute(params):", written)
        assert lines == [written]
        assert answer.startswith("compute takes the parameters alone: write @staticmethod, and be")


def test_what_figure_returns_is_shown_in_figure(tmp_path: Path) -> None:
    returned = "return [self.panel()]"
    for other, given in (
        ("return self.panel()", "not a Panel."),
        ("return [self.panel().picture]", "not one with a Chart in it."),
        ("return [[self.panel()]]", "not one with a list in it."),
        ("return []", "not an empty one."),
    ):
        lines, answer = places(tmp_path, returned, other)
        assert lines == [other]
        assert answer == f"figure returns a list of Panel(…), {given}"
    lines, answer = places(tmp_path, returned, "self.panel()")
    assert lines == ["def figure(self):"]
    assert answer.endswith("not nothing.")


def test_a_class_is_not_taken_for_its_parameters(tmp_path: Path) -> None:
    scene = LINES.replace("compute(params)", "other(params)")
    assert (
        said(tmp_path, "", scene)
        .split("\n")[0]
        .endswith(": class Faulty(LessonScene[FaultyParams, dict]):")
    )
