"""An example of each word that a scene is written with; `reference.py` draws and prints them.

An example returns a picture, or takes a scene and plays on it; then its last state is drawn. The
sections, and the words within them, stand in the order of the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from manim import Circle, Mobject, Square
from pydantic import Field

from mlanim.stage import theme
from mlanim.stage.vocabulary import (
    Bars,
    Box,
    Chart,
    CodeBlock,
    Colored,
    Columns,
    Composed,
    ComputationGraph,
    Drawn,
    Formula,
    Graph,
    GrowingTable,
    ImageGrid,
    LessonScene,
    Lines,
    LiveText,
    Math,
    Matrix,
    Meter,
    Meters,
    Multiples,
    Number,
    Panel,
    Paragraphs,
    Picture,
    Rows,
    SceneParams,
    Simplex,
    SurfaceChart,
    Table,
    Text,
    Tokens,
    Track,
    Valued,
    combined,
    follow,
    now,
    signed_palette,
    table,
    weights_palette,
)  # fmt: skip

Example = Callable[..., Picture | None]
SECTIONS: dict[str, dict[str, Example]] = {}
"""Examples by word, the words by section."""

X = np.linspace(-3, 3, 121)


def section(title: str) -> Callable[[str], Callable[[Example], Example]]:
    """What adds examples to a section."""
    words = SECTIONS.setdefault(title, {})

    def example(word: str) -> Callable[[Example], Example]:
        def keep(function: Example) -> Example:
            words[word] = function
            return function

        return keep

    return example


def wave(shift: float = 0.0) -> np.ndarray:
    """A curve to show words with, at X."""
    return np.sin(2 * X + shift) + 0.3 * X


def hills(count: int = 60) -> np.ndarray:
    """Values (count, count) of both signs over the square from -3 to 3, the first row on top."""
    x, y = np.meshgrid(np.linspace(-3, 3, count), np.linspace(3, -3, count))
    return np.asarray(np.exp(-((x - 1) ** 2) - y**2) - np.exp(-((x + 1) ** 2) - (y + 0.5) ** 2))


def standing(*mobjects: Mobject) -> Picture:
    """Mobjects in the middle of their box."""

    def compose(box: Box) -> Iterable[Mobject]:
        for row, mobject in enumerate(mobjects):
            mobject.move_to(box.centre - np.array([0, 0.6 * (row - (len(mobjects) - 1) / 2), 0]))
        return mobjects

    return Drawn(compose, aspect=4.0)


scene_words = section("The scene and its steps")


@scene_words("LessonScene")
def _(scene: LessonScene[Any, Any]) -> None:
    chart = Chart((-3, 3), (-2, 2))
    chart.curve(X, wave(), "output", name="output")
    scene.enter(Panel("answer", chart, "The answer"), say="What a scene shows stands in panels")


@scene_words("SceneParams")
def _() -> Picture:
    class BiasParams(SceneParams):
        weight: float = Field(2.0, ge=0.5, le=10, description="The neuron's weight.")

    params = BiasParams(weight=4)
    return Lines("weight = [{w:1}](weight), seed = {seed}", w=params.weight, seed=params.seed)


@scene_words("LessonScene.enter")
def _(scene: LessonScene[Any, Any]) -> None:
    chart = Chart((-3, 3), (-2, 2))
    chart.curve(X, wave())
    numbers = Lines("maximum [{top:2}](output)", top=wave().max())
    scene.enter(Panel("curve", chart, "The curve", share=2), Panel("numbers", numbers, "Numbers"))


@scene_words("LessonScene.leave")
def _(scene: LessonScene[Any, Any]) -> None:
    chart = Chart((-3, 3), (-2, 2))
    chart.curve(X, wave())
    mark = chart.dot((0, 0), name="start")
    scene.enter(Panel("curve", chart, "The curve"))
    scene.leave(mark, say="The dot has left")


@scene_words("LessonScene.reveal")
def _(scene: LessonScene[Any, Any]) -> None:
    chart = Chart((-3, 3), (-2, 2))
    chart.curve(X, wave())
    mark = chart.dot((0, 0), name="start", later=True)
    scene.enter(Panel("curve", chart, "The curve"))
    scene.reveal(mark, say="The dot comes by itself")


@scene_words("LessonScene.sweep")
def _(scene: LessonScene[Any, Any]) -> None:
    way = Track(X, height=wave())
    chart = Chart((-3, 3), (-2, 2))
    chart.curve(way.history(), way.history("height"), "output", tip=True)
    scene.enter(Panel("curve", chart, "The curve"))
    scene.sweep(way.to(1.5), say="The curve runs to 1.5")


@scene_words("LessonScene.morph")
def _(scene: LessonScene[Any, Any]) -> None:
    bars = Bars([0.2, 0.5, 0.3], ["a", "b", "c"], reach=(0, 1))
    scene.enter(Panel("shares", bars, "Shares"))
    scene.morph(bars, [0.1, 0.1, 0.8])


@scene_words("LessonScene.step")
def _(scene: LessonScene[Any, Any]) -> None:
    scene.enter(Panel("shares", Bars([0.2, 0.5, 0.3], ["a", "b", "c"]), "Shares"))
    scene.step("The middle one is [the largest](highlight)", notes="By how much?")


@scene_words("LessonScene.ask")
def _(scene: LessonScene[Any, Any]) -> None:
    scene.enter(Panel("shares", Bars([0.2, 0.5, 0.3], ["a", "b", "c"]), "Shares"))
    scene.ask("Which one will grow?", notes="Let the audience vote.")


@scene_words("LessonScene.say")
def _(scene: LessonScene[Any, Any]) -> None:
    scene.enter(Panel("shares", Bars([0.2, 0.5, 0.3], ["a", "b", "c"]), "Shares"))
    scene.say("A caption: [roles](weight) and mathematics, $x^2$")


running = section("What runs")


@running("Track")
def _() -> Picture:
    bias = Track(np.linspace(-2, 2, 41), start=0.0, height=np.linspace(-2, 2, 41) ** 2)
    chart = Chart((-2, 2), (0, 4), "bias", "height")
    chart.curve(bias.at, bias.at**2, "muted")
    chart.dot((bias, bias["height"]))
    bias.put(1.0)
    return chart


@running("combined")
def _() -> Picture:
    angle = Track((0, 360), start=50)
    chart = Chart((-1.5, 1.5), (-1.1, 1.1), equal=True, axes=True)
    place = combined(lambda a: (np.cos(np.radians(a)), np.sin(np.radians(a))), angle)
    chart.arrow((0, 0), place, "weight", name="w")
    return chart


@running("now")
def _() -> Picture:
    angle = Track((0, 360), start=50)
    return Lines("the angle is {a:0}° now", a=now(angle))


@running("follow")
def _() -> Picture:
    size = Track((0.2, 1.0), start=0.8)
    circle = Circle(color=theme.color("weight"))
    follow(circle, lambda c, width: c.set(width=width), size)
    return standing(circle)


placing = section("What stands on the stage")


@placing("Panel")
def _(scene: LessonScene[Any, Any]) -> None:
    chart = Chart((-3, 3), (-2, 2), aspect=2)
    chart.curve(X, wave(), "output")
    scene.enter(Panel("curve", chart, "The heading", remark="and a quieter remark"))


@placing("Rows")
def _() -> Picture:
    return Rows(Bars([3, 5], ["before", "after"]), Lines("two more", "than before"))


@placing("Columns")
def _() -> Picture:
    return Columns(Bars([3, 5], ["before", "after"]), Lines("two more", "than before"))


@placing("Multiples")
def _() -> Picture:
    charts = []
    for shift in (0.0, 0.8, 1.6):
        chart = Chart((-3, 3), (-2, 2), ticks=0)
        chart.curve(X, wave(shift), "output")
        charts.append(chart)
    return Multiples(charts, ["shift 0", "shift 0.8", "shift 1.6"], columns=3)


@placing("Picture")
def _() -> Picture:
    class Ring(Picture):
        def compose(self, box: Box) -> None:
            self.add(Circle(box.height / 2, color=theme.color("input")).move_to(box.centre))

    return Ring(aspect=3)


@placing("Valued")
def _() -> Picture:
    class Rings(Valued):
        def lay_out(self, box: Box) -> None:
            middles = [cell.centre for cell in box.columns(*np.ones(len(self.shown)))]
            self.add(*(Circle(color=theme.color("input")).move_to(at) for at in middles))

        def draw(self) -> None:
            for ring, radius in zip(self, self.shown, strict=True):
                ring.set(width=2 * radius)

    return Rings([0.2, 0.4, 0.3], aspect=4)


@placing("Drawn")
def _() -> Picture:
    def compose(box: Box) -> Mobject:
        return Circle(box.height / 2, color=theme.color("output")).move_to(box.centre)

    return Drawn(compose, aspect=3)


@placing("Composed")
def _() -> Picture:
    square = Square(1.2, color=theme.color("input"))
    return Composed(square, Circle(0.6, color=theme.color("output")).next_to(square))


@placing("Box")
def _() -> Picture:
    def compose(box: Box) -> list[Mobject]:
        parts = box.columns(1, 2, gap=0.3)
        return [Text(f"{part.width:.1f} wide").move_to(part.centre) for part in parts]

    return Drawn(compose, aspect=6)


pictures = section("Pictures")


@pictures("Chart")
def _() -> Picture:
    steps = np.arange(1, 101)
    chart = Chart(x_label="step", y_label="loss", log="y", names="key")
    chart.curve(steps, 0.9**steps, "input", name="fast")
    chart.curve(steps, 0.97**steps, "weight", name="slow", dash="dash")
    return chart


@pictures("Bars")
def _() -> Picture:
    return Bars([0.7, 0.2, 0.1], ["cat", "dog", "bird"], "output")


@pictures("Matrix")
def _() -> Picture:
    matrix = Matrix([[1, -2, 0.5], [0, 3, -1]], "ab", "xyz", palette="signed", format="1")
    matrix.mark(row=1)
    return matrix


@pictures("Simplex")
def _() -> Picture:
    simplex = Simplex(["cat", "dog", "bird"])
    simplex.dot([0.6, 0.3, 0.1], name="answer")
    return simplex


@pictures("ImageGrid")
def _() -> Picture:
    rows, columns = np.mgrid[0:8, 0:8]
    images = [(rows + columns) % 2, rows % 2, columns % 2]
    return ImageGrid(np.array(images, dtype=float), ["both", "rows", "columns"])


@pictures("Graph")
def _() -> Picture:
    weights = [0.8, -0.5, 0.3, 0.9, -0.7, 0.4, 0.6, -0.9]
    names = ["x", "y", "", "", "", "z"]
    return Graph(names, layers=(2, 3, 1), values=[1, 0.5, 0.5, 0.8, 0, 0.3], weights=[
        *weights, 0.2,
    ])  # fmt: skip


@pictures("ComputationGraph")
def _() -> Picture:
    forward, backward = [3, 2, 6, 7], [2, 3, 1]
    edges = [(0, 2), (1, 2), (2, 3)]
    return ComputationGraph(["x", "w", "×", "+1"], edges, forward=forward, backward=backward)


@pictures("Tokens")
def _() -> Picture:
    words = ["the", "cat", "slept", "because", "it", "was", "tired"]
    return Tokens(words, [0.1, 0.6, 0.1, 0.0, 0.1, 0.0, 0.1], query=4)


@pictures("CodeBlock")
def _() -> Picture:
    return CodeBlock("loss = model(x)\nloss.backward()\noptimizer.step()", marked=2)


@pictures("Lines")
def _() -> Picture:
    turn = Track((0, 180), start=60)
    product = turn.map(lambda a: np.cos(np.radians(a)))
    return Lines("angle [{angle:0}](weight)°", "product {dot:2}", angle=turn, dot=product)


@pictures("Paragraphs")
def _() -> Picture:
    return Paragraphs(
        "A sentence of some length is broken into lines as wide as its box.",
        "The next one begins [under it](output).",
    )


@pictures("SurfaceChart")
def _() -> Picture:
    along = np.linspace(-2, 2, 41)
    x, y = np.meshgrid(along, along)
    surface = SurfaceChart(along, along, x**2 - y**2, "x", "y", "height")
    surface.dot((0, 0), 0.0, name="saddle")
    return surface


@pictures("Meters")
def _() -> Picture:
    return Meters(Meter("certain", 0.8, 1.0, "output", "%"), Meter("steps", 120, None, shown="0"))


@pictures("Meter")
def _() -> Picture:
    return Meters(Meter("slope", -0.6, (-1, 1), "gradient", "+2"))


@pictures("GrowingTable")
def _() -> Picture:
    rows = [[1, 0.92], [2, 0.71], [3, 0.55]]
    return GrowingTable(rows, ["step", "loss"], ["text", "output"], formats=["0", "2"])


marks = section("Marks of a chart")


@marks("Chart.curve")
def _() -> Picture:
    chart = Chart((-3, 3), (-2, 2))
    chart.curve(X, wave(), "input", name="sin")
    chart.curve(X, wave(1), "weight", name="later", dash="dash", tip=True)
    return chart


@marks("Chart.curves")
def _() -> Picture:
    chart = Chart((-3, 3), (-2, 2))
    chart.curves(X, {"sin": wave(), "later": wave(1)}, ("input", "weight"))
    return chart


@marks("Chart.path")
def _() -> Picture:
    chart = Chart((-3, 3), (-2, 2))
    chart.path([(-2, -1), (0, 1), (2, -1)], "weight", tip=True)
    return chart


@marks("Chart.scatter")
def _() -> Picture:
    chart = Chart((-3, 3), (-2, 2))
    chart.scatter(np.column_stack([X, wave()])[::6], "input", name="samples")
    return chart


@marks("Chart.dot")
def _() -> Picture:
    chart = Chart((-3, 3), (-2, 2))
    chart.curve(X, wave(), "muted")
    chart.dot((0, 0), "highlight", name="start")
    return chart


@marks("Chart.ray")
def _() -> Picture:
    chart = Chart((-3, 3), (-2, 2))
    chart.curve(X, wave(), "muted")
    chart.ray((0, 0), 2.3, name="tangent")
    return chart


@marks("Chart.segment")
def _() -> Picture:
    chart = Chart((-3, 3), (-2, 2))
    chart.segment((-2, -1), (2, 1), "weight", name="secant")
    return chart


@marks("Chart.arrow")
def _() -> Picture:
    chart = Chart((-1, 4), (-1, 3), equal=True)
    chart.arrow((0, 0), (3, 1), "weight", name="w")
    chart.arrow((0, 0), (1, 2), "input", name="x")
    return chart


@marks("Chart.angle")
def _() -> Picture:
    chart = Chart((-1, 4), (-1, 3), equal=True)
    chart.arrow((0, 0), (3, 1), "weight", name="w")
    chart.arrow((0, 0), (1, 2), "input", name="x")
    chart.angle((0, 0), np.arctan2(1, 3), np.arctan2(2, 1), name="45°")
    return chart


@marks("Chart.band")
def _() -> Picture:
    chart = Chart((-3, 3), (-2, 2))
    chart.band(X, wave() - 0.3, wave() + 0.3, "input")
    chart.curve(X, wave(), "input", name="mean")
    return chart


@marks("Chart.runs")
def _() -> Picture:
    chart = Chart((-3, 3), (-2, 2))
    starts = np.stack([wave() + shift for shift in (-0.4, 0.1, 0.5)], axis=1)
    chart.runs(X, starts, "input", name="three starts")
    return chart


@marks("Chart.area")
def _() -> Picture:
    chart = Chart((0, 4), (0, 3), equal=True)
    chart.area([[1, 0.5], [3, 0.5], [2, 2.5]], "weight", name="region", rim="weight")
    return chart


@marks("Chart.guide")
def _() -> Picture:
    chart = Chart((-3, 3), (-2, 2))
    chart.curve(X, wave(), "muted")
    chart.guide(y=1.0, name="threshold")
    chart.guide(x=0.5, role="highlight", name="here")
    return chart


@marks("Chart.field")
def _() -> Picture:
    chart = Chart((-3, 3), (-3, 3), equal=True, grid=False)
    chart.field(hills(), signed_palette(1.0))
    return chart


@marks("Chart.level")
def _() -> Picture:
    chart = Chart((-3, 3), (-3, 3), equal=True, grid=False)
    chart.level(np.linspace(-3, 3, 60), np.linspace(3, -3, 60), hills(), [-0.4, 0.0, 0.4])
    return chart


@marks("Chart.contours")
def _() -> Picture:
    along = np.linspace(-3, 3, 60)
    chart = Chart((-3, 3), (-3, 3), equal=True, grid=False)
    chart.contours(along, along[::-1], hills(), np.linspace(-1, 1, 9), numbered=[-0.5, 0.5])
    return chart


@marks("Chart.columns")
def _() -> Picture:
    heights, edges = np.histogram(wave(), bins=12)
    chart = Chart(x_label="value", y_label="how many")
    chart.columns(edges, heights, "input")
    return chart


@marks("Chart.note")
def _() -> Picture:
    chart = Chart((-3, 3), (-2, 2))
    chart.curve(X, wave(), "muted")
    chart.note((X[50], wave()[50]), "a minimum", "highlight", align="center", lift=-0.3)
    return chart


text = section("Text and numbers")


@text("Text")
def _() -> Picture:
    return standing(Text("Words, with ", Math("x^2"), " between them"))


@text("Formula")
def _() -> Picture:
    return standing(Formula("sum_(i=1)^n weight(w_i) input(x_i)"))


@text("Math")
def _() -> Picture:
    return standing(Text("the slope ", Math("frac(d y, d x)")))


@text("Colored")
def _() -> Picture:
    return standing(Text("the ", Colored("weight", "weight"), " and the input"))


@text("Number")
def _() -> Picture:
    return standing(Number(-1.5, places=2, size="display", role="output"))


@text("LiveText")
def _() -> Picture:
    return standing(LiveText("angle [{a:0}](weight)°", a=Track((0, 180), start=60)))


@text("table")
def _() -> Picture:
    made = table({"step": [1, 2, 3], "loss": [0.92, 0.71, 0.55]}, units={"loss": "nats"})
    rows = list(zip(*made.columns.values(), strict=True))
    return GrowingTable(rows, made.headings(), formats=["0", "2"])


@text("Table")
def _() -> Picture:
    made = Table({"angle": np.array([0, 90]), "product": np.array([1.0, 0.0])}, {"angle": "°"})
    rows = list(zip(*made.columns.values(), strict=True))
    return GrowingTable(rows, made.headings(), formats=["0", "1"])


colours = section("Colours of values")


@colours("signed_palette")
def _() -> Picture:
    return Matrix([np.linspace(-1, 1, 9)], palette=signed_palette(1.0), format="2", aspect=6)


@colours("weights_palette")
def _() -> Picture:
    return Matrix([np.linspace(0, 1, 9)], palette=weights_palette, format="2", aspect=6)
