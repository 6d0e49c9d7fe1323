"""The module from which scenes take their words names all of them, and says what each is."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import mlanim.stage
from mlanim.stage import vocabulary
from mlanim.stage.layout import Box
from mlanim.stage.picture import Composed, Picture
from mlanim.stage.plots.marked import Marked
from mlanim.stage.scene import LessonScene
from mlanim.stage.vocabulary import (
    Bars,
    Chart,
    Columns,
    ComputationGraph,
    Graph,
    Lines,
    Matrix,
    Multiples,
    Panel,
    Rows,
    SurfaceChart,
    Track,
    table,
)

NOT_WORDS = {Composed, Marked}  # for mobjects placed by hand; what charts are made on


def test_every_word_is_there_and_explained():
    public = {name for name in vars(vocabulary) if not name.startswith("_")} - {"annotations"}
    assert set(vocabulary.__all__) == public
    for name in vocabulary.__all__:
        assert inspect.getdoc(getattr(vocabulary, name)), name
        if not name[0].islower() and name not in ("Box", "Table"):
            assert f"`{name}`" in (vocabulary.__doc__ or ""), name


def test_every_general_picture_is_a_word():
    rooms = ("plots", "graphs", "pictures")
    names = [
        info.name
        for info in pkgutil.walk_packages(mlanim.stage.__path__, "mlanim.stage.")
        if info.name.count(".") == 3 and info.name.split(".")[2] in rooms and not info.ispkg
    ]
    words = {getattr(vocabulary, name) for name in vocabulary.__all__}
    found = {
        cls
        for name in names
        for cls in vars(importlib.import_module(name)).values()
        if inspect.isclass(cls) and issubclass(cls, Picture) and cls.__module__ == name
    }
    assert found - words - NOT_WORDS == set()
    assert LessonScene in words


def test_a_mistake_in_a_chart_is_answered_in_a_sentence():
    xs, grid = [0, 1], [[0, 1], [1, 2]]
    for draw, words in (
        (lambda c: c.field(grid, "signed"), "palette of a field is a function .* not 'signed'"),
        (lambda c: c.dot(1, 2), r'A role is a name, such as "input", not 2; a place is one pair'),
        (lambda c: c.scatter([(0, 1)], 3), "A role is a name, .* not 3"),
        (lambda c: c.runs(xs, xs), r"The runs must be rows and columns of numbers, \(R, C\), not"),
        (lambda c: c.contours(xs, xs, grid, [1, 0.5]), "levels of contours ascend, and 1, 0.5 do"),
        (lambda c: c.contours(xs, xs, grid, "high"), "The levels must be numbers, not 'high'"),
        (lambda c: c.level(xs, xs, grid, "high"), "The level must be numbers, not 'high'"),
        (lambda c: c.curves(xs, grid, ("input", "text")), r'by name, {"name": values}, not \[\['),
        (lambda c: c.arrow((0, 0), (1, 1), side="left"), "The side must be one number, not 'left'"),
        (lambda c: c.arrow((0, 0), (1, 1), side=2), r"on the side 1 \(left\), .* not 2"),
        (lambda c: c.curve(xs, xs, opacity=3), "An opacity is a number from 0 to 1, not 3"),
        (lambda c: c.band(xs, xs, xs, opacity=-1), "An opacity .* not -1"),
        (lambda c: c.area(grid, opacity="half"), "The opacity must be one number, not 'half'"),
        (lambda c: c.under("rate", rat=3), "No line has a place for rat"),
        (lambda c: c.zoom((0, 1)), "A chart can zoom once it stands: enter it"),
        (lambda c: c.placed(Box(0, 0, 6, 4)).zoom((0, "a")), "The range of x must be numbers"),
    ):
        with pytest.raises((TypeError, ValueError), match=words):
            draw(Chart((0, 1), (0, 1)))


def test_what_no_picture_can_be_made_of_is_answered_in_a_sentence():
    xs, chart = [0, 1], Chart((0, 1), (0, 1))
    for made, words in (
        (lambda: Bars("abc"), "The values of a Bars must be numbers, not 'abc'"),
        (lambda: Bars([1, 2], reach=3), r"The reach must be \(low, high\), not one number"),
        (lambda: Matrix([[1, 2], [3]]), "rows of the values of a Matrix are of different lengths"),
        (lambda: Matrix([[1, 2]], ends=3), r"The ends must be \(low, high\)"),
        (lambda: Graph(layers=(2, 1), values="abc"), "The values must be numbers, not 'abc'"),
        (lambda: ComputationGraph("ab", [(0, 1)], forward="ab"), "The values must be numbers"),
        (lambda: SurfaceChart(xs, xs, [[0, 1], [1]], *"abc"), "rows of the values are of differen"),
        (lambda: Lines("rate {rate}", rate=1, rat=2), "No line has a place for rat"),
        (lambda: Multiples([]), "Multiples takes pictures, each of them once"),
        (lambda: Multiples([chart], columns=0), "from 1 on, or the fewest and the most .* not 0"),
        (lambda: Rows(chart, 5), "A picture is wanted, such as a Chart, not 5"),
        (lambda: Columns(chart, Chart(), shares=(0, 1)), "Columns of 2 pictures has so many"),
        (lambda: Rows(chart, shares=(1, 2)), "Rows of 1 picture has so many shares, .* not .1, 2"),
        (lambda: Panel("a", chart, share=0), "A panel's share is a number over 0, .* not 0"),
        (lambda: Panel("a", 5), "A picture is wanted, such as a Chart, not 5"),
        (lambda: Track("abc"), "A track needs numbers in `at`, not 'abc'"),
        (lambda: table({}), r'A table has columns by name, {"x": values}, not {}'),
        (lambda: table([1, 2]), r"A table has columns by name, .* not \[1, 2\]"),
        (
            lambda: LessonScene.morph(None, chart, np.zeros(2)),
            "What runs to other values is .* not a Chart",
        ),
        (lambda: type("Scene", (LessonScene,), {"order": "a"}), "Scene.order is 'a'; it is a numb"),
    ):
        with pytest.raises((TypeError, ValueError), match=words):
            made()
