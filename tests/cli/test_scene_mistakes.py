"""Mistakes that Python would answer in its own words, or not at all: one sentence each."""

from __future__ import annotations

from pathlib import Path

from faulty_scenes import LINES, places, said


def test_a_panel_of_something_else_than_its_fields_say_is_refused_where_it_is_made(
    tmp_path: Path,
) -> None:
    for fields, sentence in (
        (
            '"a", Text("b")',
            "A picture is wanted, such as a Chart, not a Text; Composed(…) shows",
        ),
        ('"a", "b"', "A picture is wanted, such as a Chart, not 'b'; Paragraphs(…) shows"),
        ('"a", Rows(chart, Text("b"))', "A picture is wanted, such as a Chart, not a Text"),
        (
            '"a", Rows(chart, Panel("b", chart))',
            "A picture is wanted, such as a Chart, not a Panel",
        ),
        ('"a", Columns(chart, chart)', "Columns takes pictures, each of them once."),
        ('"a", Rows(chart, shares=[1, 2])', "Rows of 1 picture has so many shares, numbers over"),
        ("3, chart", "A panel's name is text, not 3."),
        ('"a", chart, share=0', "A panel's share is a number over 0, such as 1 or 2.5, not 0."),
        ('"a", chart, share="2"', "A panel's share is a number over 0, such as 1 or 2.5, not '2'"),
        ('"a", chart, says=3', "A sentence is text, not 3"),
        ('"a", chart, data={"x": [1, 2]}', "A panel's data is a table, or tables by name, not a l"),
    ):
        made = f"return Panel({fields})"
        lines, answer = places(tmp_path, 'return Panel("a", chart)', made)
        assert lines[-1] == made
        assert answer.startswith(sentence)


def test_a_picture_stands_in_one_panel_only(tmp_path: Path) -> None:
    twice = "one = self.panel(); self.enter(one, Panel('b', Rows(one.picture)))"
    lines, answer = places(tmp_path, "self.enter(self.panel())", twice)
    assert lines == [twice]
    assert answer.startswith("The panels 'a' and 'b' hold the same picture, which stands in one pl")


def test_a_stage_that_is_too_narrow_is_called_a_stage(tmp_path: Path) -> None:
    many = "self.enter(*(self.panel() for _ in range(7)))"
    _, answer = places(tmp_path, "self.enter(self.panel())", many)
    assert answer.startswith("The stage has no room for 'a', 'a', 'a', 'a', 'a', 'a', 'a': nee")
    assert "page" not in answer


def test_a_length_of_time_is_a_number_over_zero(tmp_path: Path) -> None:
    for step in (
        "self.enter(self.panel(), seconds='3')", "self.sweep(Track().to(1), seconds=None)",
        "self.say('a', seconds='3')", "self.leave(say='a', seconds=-1)",
        "self.step('a', Track().to(1), notes='b', seconds='3')",
    ):  # fmt: skip
        lines, answer = places(tmp_path, "self.enter(self.panel())", step)
        assert lines == [step]
        assert answer.startswith("seconds is a number over 0, such as 2 or 0.5, not ")


def test_a_sweep_of_nothing_and_notes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    _, answer = places(tmp_path, "self.enter(self.panel())", "self.sweep()")
    assert answer == "Nothing is to run: give an animation, such as self.sweep(track.to(3))."
    _, answer = places(tmp_path, "self.enter(self.panel())", "self.step('a', notes=3)")
    assert answer == "Notes are a text for the lecturer, not 3."


def test_data_read_in_the_other_way_is_told_how_it_is_read(tmp_path: Path) -> None:
    for step, sentence in (
        ("self.data.x", 'The data is a dict: write ["x"], not .x.'),
        ("self.data.z", "The data has no 'z'."),
    ):
        _, answer = places(tmp_path, "self.enter(self.panel())", step)
        assert answer.startswith(sentence)
    assert "Data is a dataclass: write .table, not ['table']." in said(
        tmp_path, "self.data['table']"
    )


def test_parameters_that_a_class_does_not_name_are_missed_in_a_sentence(tmp_path: Path) -> None:
    scene = LINES.replace("[FaultyParams, dict]", "")
    answer = said(tmp_path, "", scene.replace("self.enter(", "self.params.angle; self.enter("))
    assert "The scene has no parameter 'angle', as its class names no parameters: write" in answer


def test_a_name_that_a_module_lacks_is_answered_with_the_nearest(tmp_path: Path) -> None:
    scene = LINES.replace("import numpy as np", "from mlanim.stage.vocabulary import Chrt")
    assert said(tmp_path, "", scene).endswith(". Did you mean Chart?")


def test_a_default_that_a_parameter_does_not_take_is_refused(tmp_path: Path) -> None:
    scene = LINES.replace("angle: float = 1.0", "angle: Annotated[float, Field(le=2)] = 3.0")
    scene = f"from typing import Annotated\nfrom pydantic import Field\n{scene}"
    place, answer = said(tmp_path, "", scene).split("\n")
    assert place.endswith(": class Faulty(LessonScene[FaultyParams, dict]):")
    assert answer == (
        "FaultyParams.angle is 3.0 unless it is set, which it does not take itself: it is to be "
        "less than or equal to 2; give it another default."
    )


def test_a_range_to_explore_is_looked_at_as_the_scene_is_read(tmp_path: Path) -> None:
    scene = LINES.replace("angle: float = 1.0", "angle: Annotated[float, Field(le=2)] = 1.0")
    scene = f"from typing import Annotated\nfrom pydantic import Field\n{scene}"
    for declared, sentence in (
        ("angle=0:3", "angle does not take 3: it is to be less than or equal to 2."),
        ("angle=2:0", "a range is LOW:HIGH or LOW:HIGH:STEP, with numbers of which the second"),
        ("angle=0:2:0", "a range is LOW:HIGH or LOW:HIGH:STEP, with numbers of which the second"),
        ("angle=0:b", "a range is LOW:HIGH or LOW:HIGH:STEP, with numbers of which the second"),
    ):
        line = "    @staticmethod"
        answer = said(tmp_path, "", scene.replace(line, f"    explore = {declared!r}\n{line}"))
        assert f"Faulty.explore is {declared}" in answer
        assert sentence in answer
