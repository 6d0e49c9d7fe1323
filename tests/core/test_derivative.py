"""Slopes against closed forms, and what is said of them for any function and place."""

import re

import numpy as np
import pytest
import torch

from mlanim.core.learning.derivative import derivative_lesson
from mlanim.core.learning.expression import parse
from mlanim.core.models.activations import slopes

FORMS = {
    "x**2": (lambda x: x**2, lambda x: 2 * x), "sin(x)": (np.sin, np.cos),
    "exp(-x**2)": (lambda x: np.exp(-(x**2)), lambda x: -2 * x * np.exp(-(x**2))),
    "3*x + 1": (lambda x: 3 * x + 1, lambda x: 3 + 0 * x),
    "x**3 - x": (lambda x: x**3 - x, lambda x: 3 * x**2 - 1),
    "tanh(x)": (np.tanh, lambda x: 1 / np.cosh(x) ** 2),
}  # fmt: skip
ROUNDING = "only rounding"
ALREADY = "These secants have the slope already: the gap is only rounding"


def numbers(said):
    """The numbers of a sentence, as a reader takes them."""
    text = str(said).replace("−", "-").replace("\u2009·\u200910", "e")
    text = text.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))
    return [float(n) for n in re.findall(r"-?\d[\d.]*(?:e-?\d+)?", text)]


@pytest.fixture(scope="module")
def lessons():
    rng = np.random.default_rng(0)
    return [
        (text, at, derivative_lesson(text, at, rows=4))
        for text in FORMS
        for at in (0.0, 3.0, *rng.uniform(-4, 4, 33).round(3).tolist())
    ]


def test_values_and_slopes_are_those_of_the_closed_forms(lessons):
    for text, at, found in lessons:
        f, slope = FORMS[text]
        assert found.slope == pytest.approx(slope(at), abs=1e-12)
        np.testing.assert_allclose(found.slopes, slope(found.xs), atol=1e-9)
        np.testing.assert_allclose(found.ys, f(found.xs), atol=1e-9)
        np.testing.assert_allclose(found.ends, f(at + found.nudges), atol=1e-9)
        np.testing.assert_allclose(found.table[:, 0], [1, 0.1, 0.01, 0.001])
        secants = (f(at + found.table[:, 0]) - f(at)) / found.table[:, 0]
        np.testing.assert_allclose(found.table[:, 1], secants, atol=1e-9)
        assert at in found.xs


def test_the_table_of_x_squared_at_3_is_the_one_that_everybody_knows():
    found = derivative_lesson("x**2", 3.0, 5)
    np.testing.assert_allclose(found.table[:, 1], [7, 6.1, 6.01, 6.001, 6.0001], rtol=1e-9)
    assert found.is_square


def test_only_a_square_of_a_side_is_drawn_as_one(lessons):
    for text, at, found in lessons:
        assert found.is_square == (text == "x**2" and at > 0)


def test_what_is_said_is_so_at_any_place(lessons):
    for text, at, found in lessons:
        f, slope = FORMS[text]
        assert numbers(found.says_slope)[-1] == pytest.approx(slope(at), rel=6e-4, abs=1e-12)
        said = re.match(r".*: (.*) at a nudge of 1, (.*) at one of 0.001$", str(found.says_gap))
        assert said or str(found.says_gap) == ALREADY
        for nudge, gap in zip((1, 0.001), said.groups() if said else [ROUNDING] * 2, strict=True):
            rest = f(at + nudge) - f(at) - slope(at) * nudge
            if gap == ROUNDING:
                assert abs(rest) < 1e-14 * (abs(f(at)) + abs(slope(at)) * (abs(at) + nudge))
            else:
                assert numbers(gap)[0] == pytest.approx(rest / nudge, rel=6e-3, abs=1e-12)
    assert "1 at a nudge of 1, 0.00100 at one of" in str(derivative_lesson("x**2", 3, 4).says_gap)
    assert str(derivative_lesson("3*x", 2, 4).says_gap) == ALREADY


def test_rounding_is_worst_at_the_smallest_nudges_and_the_best_is_near_the_root_of_epsilon():
    found = derivative_lesson("x**2", 3.0, 4)
    for name, kind in (("float64", torch.float64), ("float32", torch.float32)):
        error, eps = found.rounded[name], torch.finfo(kind).eps
        assert abs(np.log10(error.best / (3 * eps**0.5))) < 1
        assert (error.errors[found.ways < 0.1 * eps] == 1).all()  # x + h is x: a slope of 0
        assert numbers(found.says_error)[3 if name == "float32" else 1] == pytest.approx(
            error.best, rel=0.5
        )
    error = derivative_lesson("x**10", 10.0, 4).rounded["float64"]
    lucky = int(error.errors.argmin())  # right by chance, between nudges that are not
    assert error.errors[lucky] < 1e-6 * error.errors[[lucky - 1, lucky + 1]].min()
    assert error.best > 10 * found.ways[lucky]
    flat = derivative_lesson("x**3", 0.0, 4)
    assert "hardly grows below the best nudge" in str(flat.says_error)
    for error in flat.rounded.values():
        assert error.best is None
        assert np.diff(np.log(error.errors)).max() < 1e-9


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("abs(x)", 0, "no slope at x = 0 that can be shown: it is -1 to the left and 1 to"),
        ("relu(x)", 0, "it is 0 to the left and 1 to the right"),
        ("sqrt(x)", 0, "no finite slope at x = 0; give another x"),
        ("log(x)", -1, "no finite slope"), ("1/x", 0, "no finite slope"),
        ("1/x", -0.5, "has a gap from x = -0.5 to 0.5"), ("tan(x)", 1, "has a gap"),
        ("x*10**10**10", 1, "no finite slope"), ("1e-9*abs(x)", 0, "it is -1e-09 to the left"),
        ("relu(x) - relu(-x)", 0, "1 to the left and 1 to the right, autograd says 0"),
        ("0**relu(-x)", 0, "has a gap"), ("exp(10*x) + abs(x)", 0, "9 to the left and 11 to the"),
        ("1e5 + 1e-10*x", 1, "is lost in rounding beside its value"),
        ("exp(exp(x))", 6, "has a gap"), ("exp(x**2)", 9.5, "float32 the function has no finite"),
        ("exp(80*x)/exp(80*x)*x", 1.5, "float32 the function has no finite value"),
        ("sin(1000*x)", 1, "cannot be drawn from x = 1 to 2"), ("1/x", 0.001, "a gap there, or"),
        ("1/(x - 0.500125)**2", 0, "has a gap"), ("tanh(1000*(x - 3.5))", 3, "bends too fast"),
        ("sin(100*x)", 1, "bends too fast or often to be seen; give another x or function"),
        ("1e10 + x", 3, "x = 3, 6, cannot be told beside its value"),
    ],
)  # fmt: skip
def test_where_there_is_no_slope_it_is_said(text, at, said):
    with pytest.raises(ValueError, match=said):
        derivative_lesson(text, at, 4)


@pytest.mark.parametrize("factor", [2.0**-60, 2.0**-30, 2.0**10])
@pytest.mark.parametrize(("text", "at"), [("x**3", 0.0), ("sin(x)", 1.3), ("exp(-x**2)", 2.0)])
def test_a_function_as_small_or_large_as_one_likes_is_told_of_as_itself(text, at, factor):
    plain, scaled = derivative_lesson(text, at, 4), derivative_lesson(f"{factor!r}*{text}", at, 4)
    np.testing.assert_allclose(scaled.secants, factor * plain.secants, rtol=1e-9)
    first, last = (np.array(numbers(one.says_gap))[[0, 2]] for one in (plain, scaled))
    np.testing.assert_allclose(last, factor * first, rtol=1e-2)
    assert str(scaled.says_error) == str(plain.says_error)


def test_what_is_x_squared_only_on_a_stretch_is_no_square():
    assert not derivative_lesson("x**2 + relu(x - 2)", 3.0, 4).is_square
    assert derivative_lesson("x*x", 3.0, 4).is_square


@pytest.mark.parametrize(("text", "at"), [("1/x", 0.5), ("exp(-x**2)", 9.0), ("tan(x)", 0.5)])
def test_a_curve_is_drawn_as_far_as_it_is_in_one_piece_and_not_too_steep(text, at):
    found = derivative_lesson(text, at, 4)
    size = max(abs(found.slope), np.abs(found.ends - found.y).max())
    assert np.abs(found.ys - found.y).max() <= 6 * size
    assert np.diff(found.xs).max() < 0.026
    assert found.xs[0] < at < found.xs[-1]


@pytest.mark.parametrize("text", ["sin(20*x)", "sin(29*x) + x", "1/(x + 0.02)", "x/abs(x) + x"])
def test_lines_between_the_samples_are_where_the_function_is(text):
    found = derivative_lesson(text, 0.3, 4)
    f, height = parse(text), np.ptp(found.ys)
    xs = np.random.default_rng(0).uniform(found.xs[0], found.xs[-1], 100_000)
    off = np.interp(xs, found.xs, found.ys) - f(torch.from_numpy(xs)).numpy()
    assert np.abs(off).max() < 0.011 * height
    assert np.ptp(found.xs) > 1.3
    nudges = 10 ** np.random.default_rng(1).uniform(-3, 0, 10_000)  # the second point of a secant
    ends = np.interp(np.log(nudges), np.log(found.nudges[::-1]), found.ends[::-1])
    assert np.abs(ends - f(torch.from_numpy(0.3 + nudges)).numpy()).max() < 0.03 * height


def test_no_number_is_shown_with_decimals_that_are_all_0():
    assert derivative_lesson("x**2", 0.001, 4).x_format == "g"
    assert derivative_lesson("x**2", 0.0, 4).x_format == "2"
    assert derivative_lesson("sin(x)", 3.14159, 4).x_format == "2"
    assert derivative_lesson("x**3", 0.0, 4).format == "g"  # the last secant's slope is 1e-6
    assert derivative_lesson("x**2", 3.0, 4).format == "4"
    assert not derivative_lesson("x**2", 0.001, 4).is_square  # it could not be seen


def test_where_all_small_nudges_fail_alike_none_is_called_the_best():
    found = derivative_lesson("sin(x)", 1.5707963, 4)
    assert found.rounded["float64"].errors[-1] == pytest.approx(1)  # the secant is flat there
    assert found.rounded["float64"].errors.max() > 1e6
    assert "hardly grows" in str(found.says_error)


def test_a_slope_in_float32_is_one_of_float32():
    assert slopes(parse("x**2"), torch.ones(2)).dtype == torch.float32
