"""Errors in a scene's code: one sentence, with the scene's own line and none of ours."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from faulty_scenes import CLASS, LINE, SCENE, said

from mlanim.engine.errors import RenderError
from mlanim.engine.jobs.catalog import select
from mlanim.export.lint.scene import lint_scene

FAULTS = [
    # Roles
    ('Bar([0, 0], [1, 1], "wieght")', "There is no role 'wieght'. Did you mean weight? There are"),
    ('Words("x", role="inputs")', "no role of texts 'inputs'. Did you mean input? There are text,"),
    ('Words("x", role="rule")', "There is no role of texts 'rule'. There are text, muted, input"),
    ('Words(Colored("x", "positiv"))', "Did you mean positive?"),
    ('Formula("x", role="higlight")', "Did you mean highlight?"),
    ('chart.curve(xs, xs, "#ff0000")', "There is no role '#ff0000'. There are background, text"),
    ('chart.scatter([(0, 1)], ["wight"])', "no role 'wight'. Did you mean weight?"),
    ('self.say("[x](wieght)")', "no role of texts 'wieght'. Did you mean weight?"),
    # Sizes, strokes, weights, alignments, dashes
    ('Words("x", size="bdy")', "There is no size 'bdy'. Did you mean body? There are display, t"),
    ('Words("x", size=24)', "There is no size 24. There are display, title, body, small."),
    ('Formula("x", size="displya")', "Did you mean display?"),
    ('Polyline([[0, 0], [1, 1]], width="thick")', "no stroke 'thick'. Did you mean thin? There"),
    ('chart.curve(xs, xs, width=3)', "There is no stroke 3. There are hair, thin, line, bold."),
    ('Words("x", weight="bold")', "no weight 'bold'. Did you mean semibold? There are regular"),
    ('Words("x", width=3, align="centre")', "no alignment 'centre'. Did you mean center?"),
    ('Words("x").baseline_at([0, 0, 0], "middle")', "There are left, center, right."),
    ('chart.note((0, 0), "x", align="rigth")', "Did you mean right?"),
    ('chart.curve(xs, xs, dash="dashed")', "There is no dash 'dashed'. Did you mean dash?"),
    # Words
    ("self.say(3.5)", "A caption is a sentence, not 3.5"),
    ("self.step(3, notes='x')", "A caption is a sentence, not 3"),
    ("self.ask(None, notes='x')", "A sentence is text, not None"),
    ("Words(0.25)", 'not 0.25; write a number as format_number(0.25) or f"0.25".'),
    ("Words(['a'])", "A text is made of words, Math, Colored or sentences, not ['a']."),
    ("Formula(2)", "A formula is text in Typst's mathematics, not 2."),
    # Mathematics
    (r'Formula(r"\alpha")', "“\\alpha” is LaTeX; formulas are written in Typst's mathematics: “al"),
    (r'Formula(r"\frac{a}{b}")', ": “frac(a, b)”."),
    (r'Math(r"\mathbf{w}^\top x_{ij}")', "“bold(w)^top x_(i j)”"),
    (r'self.say("loss $\theta$")', "“\\theta” is LaTeX"),
    (r'self.say(r"$\nabla_\theta L$")', "“nabla_theta L”"),
    ('Formula("xy")', 'Typst cannot set “xy”: unknown variable: xy; write x y for a product, "xy"'),
    ('Formula("frac(a")', "Typst cannot set “frac(a”: unclosed delimiter."),
    # Charts
    ("chart.curve(xs, xs[1:])", "There must be as many of each, not 5 x values, 4 y values."),
    ("chart.curve(xs, [xs, xs])", "Y values must be one row of numbers, (N,), not an array of the"),
    ('chart.curve(xs, ["a"] * 5)', "Y values must be numbers, not ['a', 'a'"),
    ("chart.curve(xs, 3)", "Y values must be one row of numbers, (N,), not one number."),
    ("chart.scatter(xs)", "The places must be places (N, 2), not an array of the shape (5,)."),
    ('chart.scatter([(0, 1)], ["input", "text"])', "There are 2 roles for 1 points; give one for"),
    ("chart.dot((0, 1, 2))", "The place must be (x, y), not an array of the shape (3,)."),
    ("chart.arrow(0, (1, 1))", "The start must be (x, y), not one number."),
    ("chart.ray((0, 0), xs)", "The slope must be one number, not an array of the shape (5,)."),
    ("chart.band(xs, xs, xs[1:])", "not 5 x values, 5 low values, 4 high values."),
    ("chart.columns(xs, xs)", "5 columns have 6 edges, not 5."),
    ("chart.level(xs, xs[1:], np.zeros((5, 4)))", "must be of the shape (4, 5), a row for each y"),
    ("chart.area([(0, 0), (1,)])", "The rows of the corners are of different lengths."),
    ("chart.guide()", "A guide stands at a value of x or of y: give one of the two."),
    ('chart.guide(y="high")', "Y must be one number, not 'high'."),
    ("Chart((1, 1))", "An axis runs between two different finite values, not from 1 to 1."),
    ("Chart((0, 1, 2))", "The range of x must be (low, high), not an array of the shape (3,)."),
    ('Chart((0, 1), log="x")', "A logarithmic axis needs values over 0, not from 0 to 1."),
    ('Chart(log="both")', "There is no log 'both'."),
    ('Chart(names="besides")', "Did you mean 'beside'?"),
    ("chart.curve(xs, xs, rolle='input')", "Did you mean role? It takes xs, ys, role; by name nam"),
    ('chart.curves(xs, {"a": xs, "b": xs}, ["input"])', "2 curves need a role each; given: input."),
    ('chart.curves(xs, {"a": xs, "b": xs}, "input")', "2 curves need a role each; given: input."),
    # Steps
    ("self.enter(chart)", "`enter` brings in panels, not a Chart; write Panel("),
    ("self.enter([])", "not an empty list"),
    ("self.enter([Panel('a', chart), 'b'])", "not 'b'; write Panel("),
    ("self.enter()", "There is no panel to lay out; give one Panel(…) at least."),
    ("self.enter(Panel('a', chart), layout='rows')", "no layout 'rows'. Did you mean row?"),
    ("self.leave(Panel('a', chart))", "The panel 'a' does not stand on the stage; enter it."),
    ("self.reveal(Panel('a', chart))", "The panel 'a' does not stand on the stage; enter it."),
    ("self.sweep(3)", "What runs is an animation, such as track.to(3), not 3."),
    ("self.sweep(track)", "What runs is an animation, such as track.to(3), not a Track."),
    ("self.enter(Panel('a', chart), along=[track])", "not a Track."),
    ('chart.curve(xs, xs, "input", "a")', "but 5 were given. It takes xs, ys, role; by name name"),
    ("self.step('a')", "keyword-only argument: 'notes'. It takes said, animations; by name notes"),
    ("Panel(chart=chart)", "argument 'chart'. It takes name, picture, hea"),
    # Fields
    ("self.data.wieghts", "Data has no 'wieghts'. Did you mean weights? It has table, weights."),
    ('self.data.table["los"]', "The data has no 'los'. Did you mean loss? It has loss."),
    ('track["los"]', "There is no series of this track 'los'. Did you mean loss? There are loss."),
    ("self.params.angel", "has no attribute 'angel'. Did you mean angle?"),
    ("self.daat", "has no attribute 'daat'. Did you mean data?"),
    ("char.curve(xs, xs)", "NameError: name 'char' is not defined. Did you mean char"),
    ('Words("a").part("b")', "There is no part of this text 'b'."),
]  # fmt: skip


@pytest.mark.parametrize(("line", "sentence"), FAULTS, ids=[line for line, _ in FAULTS])
def test_a_fault_is_answered_in_a_sentence_with_its_own_line(
    tmp_path: Path, line: str, sentence: str
) -> None:
    place, answer = said(tmp_path, line).split("\n")
    assert place == f"faulty.py, line {LINE}: {line}"
    assert sentence in answer


def test_what_a_reading_gives_is_looked_at_when_it_is_drawn(tmp_path: Path) -> None:
    line = 'chart.curve(track.history(), xs); self.enter(Panel("a", chart))'
    assert "There must be as many of each, not 2 x values, 5 y values." in said(tmp_path, line)


def test_a_scene_without_compute_is_told_how_to_write_one(tmp_path: Path) -> None:
    scene = SCENE.replace("    @staticmethod\n    def compute(params):", "    def other(params):")
    place, answer = said(tmp_path, "pass", scene).split("\n")
    assert place == f"faulty.py, line {CLASS}: class Faulty(LessonScene):"
    assert answer.startswith("The scene has no compute: write a static method compute(params)")


def test_a_scene_without_construct_is_no_film_of_its_title(tmp_path: Path) -> None:
    scene = SCENE.replace("def construct(self)", "def constrcut(self)")
    assert "The scene has no construct: write one that enters" in said(tmp_path, "pass", scene)


def test_two_panels_of_a_figure_have_two_names(tmp_path: Path) -> None:
    scene = SCENE.replace("HERE", "pass") + (
        "    def figure(self):\n"
        "        return [Panel('a', Chart((0, 1), (0, 1))), Panel('a', Chart((0, 2), (0, 1)))]\n"
    )
    (tmp_path / "faulty.py").write_text(scene)
    (entry,) = select([str(tmp_path / "faulty.py")])
    with pytest.raises(RenderError, match=r"The panels of figure are named a, a; give each"):
        lint_scene(entry, {}, "dark")


@pytest.mark.parametrize("text", ['MathTex("x^2")', 'Tex("words")', "Matrix([[1, 2]])"])
def test_mathematics_without_latex_leads_to_formula(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("latex") is None
    place, answer = said(tmp_path, f"self.add({text})").split("\n")
    assert place == f"faulty.py, line {LINE}: self.add({text})"
    assert answer.startswith("There is no latex here, which LaTeX formulas need.")
    assert "write the mathematics with Formula" in answer


def test_what_the_scene_itself_raises_keeps_its_kind(tmp_path: Path) -> None:
    assert said(tmp_path, 'raise ValueError("no pen")').endswith("\nValueError: no pen")
    assert "ZeroDivisionError: " in said(tmp_path, "1 / 0")
    assert said(tmp_path, '{}["pen"]').endswith("\nKeyError: 'pen'")
