"""The lint of whole scenes: where and in what each finding is seen, and that it is said once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mlanim.engine.errors import UsageError
from mlanim.engine.jobs.catalog import select
from mlanim.export.lint.finding import Finding, Sighting, merged
from mlanim.export.lint.scene import lint_scene

SCENES = Path(__file__).parents[1] / "demo_scenes"


def linted(name: str, **options: object) -> list[Finding]:
    (entry,) = select([str(SCENES / f"{name}.py")])
    return lint_scene(entry, {}, **options)  # type: ignore[arg-type]


def line_with(name: str, text: str) -> int:
    lines = (SCENES / f"{name}.py").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def places(finding: Finding) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for seen in finding.seen:
        found.setdefault(seen.place, set()).add(seen.theme)
    return found


def test_a_finding_is_said_once_with_its_line_its_pauses_and_its_themes() -> None:
    found = linted("untidy")
    overlap, empty, still_empty, silent, figure = found
    film = {"dark", "light"}
    assert overlap.rule == figure.rule == "texts overlap"
    assert overlap.line == line_with("untidy", "second = ")
    assert places(overlap) == {"slide 1 at 1.1 s": film, "slide 2 at 2.7 s": film}
    assert empty.rule == "stage nearly empty"
    assert places(empty) == {"slide 1 at 1.1 s": film}
    assert still_empty.line > empty.line
    assert empty.line == line_with("untidy", "next_slide")
    assert silent.rule == "pause without notes"
    assert places(figure) == {
        "figure at 8.6cm": {"dark", "light", "print"},
        "figure at 17.8cm": {"dark", "light", "print"},
    }


def test_one_pause_is_looked_at_alone() -> None:
    assert {seen.slide for finding in linted("untidy", slide=2) for seen in finding.seen} == {2}
    assert linted("untidy", slide=3) == []
    with pytest.raises(UsageError, match="--slide 4: untidy has 3 slides, from 1 to 3"):
        linted("untidy", slide=4)


def test_one_theme_is_looked_at_alone() -> None:
    found = linted("untidy", only_theme="print")
    assert {seen.theme for finding in found for seen in finding.seen} == {"print"}


def test_a_plain_scene_is_looked_at_wherever_it_rests() -> None:
    found = {finding.rule: finding for finding in linted("plain_and_untidy")}
    assert set(found) == {"contrast too low", "text hidden"}
    assert found["contrast too low"].objects == ("“faint”",)
    assert found["contrast too low"].line == line_with("plain_and_untidy", "faint = ")
    assert found["text hidden"].line == line_with("plain_and_untidy", "Square(4")
    (entry,) = linted("plain_and_untidy", slide=2)
    assert entry.rule == "text hidden"


def test_what_no_zoom_and_no_track_brings_into_view_is_told_with_its_range_and_the_axis() -> None:
    curve, dot = sorted(linted("beyond_axes", only_theme="dark"), key=lambda found: found.objects)
    assert {curve.rule, dot.rule} == {"mark beyond its axes"}
    assert curve.says.startswith(
        "The curve “over” lies outside of its axes, y from 3 to 13 where the axis runs from 0 to 1;"
    )
    assert "x = -2 where the axis runs from 0 to 16" in dot.says
    assert curve.line == line_with("beyond_axes", 'name="over"')
    assert set(places(curve)) == {"the end", "figure at 8.6cm", "figure at 17.8cm"}
    assert linted("beyond_axes", only_theme="dark", slide=1) == []


def test_the_same_finding_of_many_places_is_the_worst_of_them() -> None:
    def seen(measured: float, where: Sighting) -> Finding:
        return Finding("text too small", ("“a”",), f"size {measured}", measured, 20, seen=(where,))

    first, second = Sighting("dark", 1, 0.5), Sighting("light", 1, 0.5)
    last = Sighting("dark", width="8.6cm")
    (found,) = merged([seen(15, first), seen(12, second), seen(16, last), seen(16, last)])
    assert found.says == "size 12"
    assert found.seen == (first, second, last)
    assert str(found) == "size 12 [slide 1 at 0.5 s: dark, light; figure at 8.6cm: dark]"


def test_no_line_is_noted_outside_of_the_lint() -> None:
    from manim import Mobject

    before = Mobject.__init__
    linted("plain_and_untidy", slide=2)
    assert Mobject.__init__ is before
    assert "scene_line" not in vars(Mobject())
