"""Functions from texts: what they compute, and what they refuse."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mlanim.core.learning.expression import FUNCTIONS, LONGEST, parse

NUMPY = {
    "x**2": lambda x: x**2, "sin(x)": np.sin, "exp(-x**2)": lambda x: np.exp(-(x**2)),
    "1/x - 3*x": lambda x: 1 / x - 3 * x, "-x**2": lambda x: -(x**2), "2**x": lambda x: 2**x,
    "log(x) + pi*sqrt(x)": lambda x: np.log(x) + np.pi * np.sqrt(x), "e**x": np.exp,
    "+tanh(x)*1e-3": lambda x: 1e-3 * np.tanh(x), "sigmoid(x)": lambda x: 1 / (1 + np.exp(-x)),
    "x**-0.5": lambda x: x**-0.5, "x**2**0.5": lambda x: x ** (2**0.5), " x ": lambda x: x,
}  # fmt: skip


@pytest.mark.parametrize("text", NUMPY)
def test_a_text_computes_what_it_says(text):
    x = np.linspace(0.2, 3, 29)
    found = parse(text)(torch.tensor(x))
    np.testing.assert_allclose(found.numpy(), NUMPY[text](x), rtol=1e-12)


def test_it_computes_in_the_arithmetic_of_x():
    assert parse("2*x + 1")(torch.ones(3, dtype=torch.float32)).dtype == torch.float32


@pytest.mark.parametrize(
    ("text", "shown"),
    [("x**2", "x²"), ("3*x**10", "3 · x¹⁰"), ("x**2.5", "x**2.5"), ("2**x", "2**x"),
     ("x ** 2 * sin(x)", "x² · sin(x)"), ("x**2**3", "x**2³"), ("3*x+1/x", "3 · x + 1 / x")],
)  # fmt: skip
def test_it_is_shown_as_readers_know_it(text, shown):
    assert parse(text).shown == shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2x", "is no expression in x; write"), ("", "is no expression"), ("x\0", "no expression"),
        ("(" * 150 + "x", "no expression"), ("x +", "no expression"), ("x; x", "no expression"),
        ("x" * (LONGEST + 1), "characters; give 200"), ("x^2", r"2 is more than x and .* \*\*"),
        ("y", "no variable 'y'"), ("X + 1", "There are x, pi, e"),
        ("sn(x)", "Did you mean sin"), ("__import__('os')", "no function '__import__'"),
        ("1 + x.real", r": x\.real is more than x and numbers"), ("[x]", "more than"),
        ("lambda: x", "more than"),
        ("x if x else 1", "more than"), ("True * x", "more than"), ("'a' * x", "more than"),
        ("sin(x, x)", "more than"), ("sin(x, y=1)", "more than"), ("sin(*x)", "more than"),
        ("x[0]", "more than"), ("x < 1", "more than"), ("(y := x)", "more than"),
        ("f'{x}'", "more than"), ("1j * x", "more than"), ("sin(sin)(x)", "more than"),
        ("x // 2", "more than"), ("3", "does not depend on x"), ("sin(pi)", "depend on x"),
    ],
)  # fmt: skip
def test_what_is_no_function_of_x_is_refused_in_a_sentence(text, said):
    with pytest.raises(ValueError, match=said) as raised:
        parse(text)
    assert "\n" not in str(raised.value)


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_any_text_is_a_function_or_refused(text):
    try:
        found = parse(text)
    except ValueError:
        return
    assert found(torch.ones(2, dtype=torch.float64)).shape == (2,)


@given(st.text(alphabet="x0123456789+-*/(). ", max_size=40))
@settings(max_examples=300)
def test_arithmetic_is_pythons_own(text):
    try:
        found = float(parse(text)(torch.tensor(1.75, dtype=torch.float64)))
    except ValueError:
        return
    if text.count("**") > 1:
        return  # towers, which Python would take hours for
    try:
        expected = eval(text.strip(), {"__builtins__": {}}, {"x": 1.75})
    except (ZeroDivisionError, OverflowError):
        assert not math.isfinite(found)
        return
    if not isinstance(expected, complex):
        assert found == pytest.approx(float(expected), rel=1e-9, nan_ok=True)


def test_a_tower_of_powers_takes_no_time():
    assert math.isinf(parse("x*10**10**10")(torch.tensor(1.0, dtype=torch.float64)))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_has_a_slope_by_autograd(name):
    x = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    f = parse(f"{name}(x)")
    (slope,) = torch.autograd.grad(f(x), x)
    step = 1e-6
    nudged = (f(x + step) - f(x - step)) / (2 * step)
    assert float(slope) == pytest.approx(float(nudged), rel=1e-6)
