"""Series of one chart that only their colour tells apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from colorspacious import cspace_convert

from mlanim.export.lint.finding import Finding
from mlanim.export.lint.series import APART, alike, hardest
from mlanim.export.lint.view import View
from mlanim.stage import theme
from mlanim.stage.layout import STAGE
from mlanim.stage.panels import Panel
from mlanim.stage.plots.chart import Chart

XS = np.linspace(0, 1, 9)
KINDS = ("protanomaly", "deuteranomaly", "tritanomaly")


def charted(first: dict[str, Any], second: dict[str, Any], names: Any = "key") -> list[Finding]:
    chart = Chart((0, 1), (0, 2), names=names)
    chart.curve(XS, XS, "input", name="rising", **first)
    chart.curve(XS, 2 - XS, "weight", name="falling", **second)
    chart.compose(STAGE)
    return list(alike(View([chart])))


@pytest.fixture(autouse=True, params=["dark", "light"])
def _each_theme(request: pytest.FixtureRequest) -> None:
    theme.use(request.param)


def distance(first: str, second: str) -> float:
    """By another library: the least distance for any eye, and in grey."""
    colors = np.array([theme.rgb(first), theme.rgb(second)])
    found = []
    for kind in KINDS:
        space = {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
        seen = np.clip(cspace_convert(colors, space, "sRGB1"), 0, 1)
        a, b = cspace_convert(seen, "sRGB1", "CAM02-UCS")
        found.append(float(np.linalg.norm(a - b)))
    a, b = cspace_convert(colors, "sRGB1", "CAM02-UCS")
    return min(*found, float(np.linalg.norm(a - b)), float(abs(a[0] - b[0])))


@pytest.mark.parametrize("pair", [("input", "weight"), ("text", "rule"), ("gradient", "output")])
def test_the_distance_is_the_least_for_any_eye_and_in_grey(pair: tuple[str, str]) -> None:
    assert hardest(*pair)[0] == pytest.approx(distance(*pair), abs=0.3)


def test_two_curves_in_colours_of_one_lightness_are_found_with_their_names() -> None:
    (finding,) = charted({}, {})
    assert finding.is_warning
    assert finding.objects == ("Curve “rising”", "Curve “falling”")
    assert finding.measured == pytest.approx(distance("input", "weight"), abs=0.3)
    assert finding.measured < APART
    assert "grey print" in finding.says


@pytest.mark.parametrize("other", [{"dash": "dash"}, {"width": "bold"}, {"tip": True}])
def test_a_dash_a_width_or_a_mark_tells_them_apart(other: dict[str, Any]) -> None:
    assert charted({}, other) == []
    assert charted(other, {}) == []
    assert len(charted(other, other)) == 1


def test_series_without_a_name_are_called_by_their_roles() -> None:
    chart = Chart()
    for ys, role in (([0, 1], "input"), ([1, 0], "weight")):
        chart.curve([0, 1], ys, role)
    chart.compose(STAGE)
    (finding,) = alike(View([chart], panels=[Panel("fit", chart)]))
    assert finding.objects == (
        "Curve (input) in the panel “fit”", "Curve (weight) in the panel “fit”",
    )  # fmt: skip


def test_a_name_beside_them_tells_them_apart() -> None:
    assert charted({}, {}, names="beside") == []


def test_a_curve_that_comes_later_is_not_compared_before_it_is_there() -> None:
    assert charted({}, {"later": True}) == []


def test_colours_that_differ_in_lightness_too_are_enough() -> None:
    chart = Chart((0, 1), (0, 2), names="key")
    chart.curve(XS, XS, "text", name="rising")
    chart.curve(XS, 2 - XS, "rule", name="falling")
    chart.compose(STAGE)
    assert list(alike(View([chart]))) == []


def test_the_classes_of_one_cloud_are_compared_and_clouds_with_each_other() -> None:
    places = np.column_stack([XS, XS])
    one = Chart((0, 1), (0, 2), names="key")
    one.scatter(places, ["input", "weight", "input"] * 3, name="classes")
    two = Chart((0, 1), (0, 2), names="key")
    two.scatter(places, "input", name="first")
    two.scatter(places[::-1], "weight", name="second", radius=0.06)
    sized = Chart((0, 1), (0, 2), names="key")
    sized.scatter(places, "input", name="first")
    sized.scatter(places[::-1], "weight", name="second", radius=0.12)
    for chart, count in ((one, 1), (two, 1), (sized, 0)):
        chart.compose(STAGE)
        assert len(list(alike(View([chart])))) == count
