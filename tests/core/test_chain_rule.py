"""The rates of a neuron and of a deep chain, against formulas written by hand."""

import math

import numpy as np
import pytest

from mlanim.core.learning.chain_rule import chain_lesson
from mlanim.core.learning.deep_chain import MOST_TURNS, deep_chain, turns_of


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def normal(z):
    return 0.5 * math.erfc(-z / math.sqrt(2))


SLOPES = {
    "relu": lambda z: float(z > 0),
    "leaky_relu": lambda z: 1.0 if z > 0 else 0.01,
    "sigmoid": lambda z: sigmoid(z) * (1 - sigmoid(z)),
    "tanh": lambda z: 1 - math.tanh(z) ** 2,
    "gelu": lambda z: normal(z) + z * math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi),
    "silu": lambda z: sigmoid(z) * (1 + z * (1 - sigmoid(z))),
    "softplus": sigmoid,
}
VALUES = {
    "relu": lambda z: max(z, 0), "leaky_relu": lambda z: max(z, 0.01 * z), "sigmoid": sigmoid,
    "tanh": math.tanh, "gelu": lambda z: z * normal(z), "silu": lambda z: z * sigmoid(z),
    "softplus": lambda z: max(z, 0) + math.log1p(math.exp(-abs(z))),
}  # fmt: skip


def drawn(seed):
    rng = np.random.default_rng(seed)
    w, b, y = rng.uniform([-3, -3, -5], [3, 3, 5])
    return float(w), float(b), float(rng.uniform(0.25, 4)), float(y), rng.choice(list(SLOPES))


@pytest.mark.parametrize("seed", range(200))
def test_rates_are_those_of_the_formulas_and_the_sentences_hold(seed):
    w, b, x, y, name = drawn(seed)
    found = chain_lesson(w, b, x, y, name, 6, 0.5, 1.5)
    z = w * x + b
    a = VALUES[name](z)
    rates = [x, SLOPES[name](z), 2 * (a - y)]
    np.testing.assert_allclose(found.rates, [*rates, math.prod(rates)], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.values, [w, x, w * x, b, z, a, y, (a - y) ** 2], atol=1e-12)
    back = math.prod(rates[1:])
    expected = [back * x, back * w, back, back, back, rates[2], -rates[2]]
    np.testing.assert_allclose(found.backward, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.nudged, found.rates, rtol=1e-5, atol=1e-6)
    assert ("lowers" in str(found.says_backward)) == (math.prod(rates) < 0)
    assert ("a small change does nothing" in str(found.says_backward)) == (math.prod(rates) == 0)
    assert str(found.says_product).count("(") == sum(rate < 0 for rate in rates)
    assert ("is flat" in str(found.says_stopped)) == (name == "relu")
    assert found.links[-1, 1] == pytest.approx(SLOPES[name](-4), abs=1e-12)
    assert found.zs[[0, -1]] == pytest.approx([z, -4])


def test_at_the_kink_of_relu_the_sentence_does_not_claim_that_nudges_agree():
    found = chain_lesson(1.0, -2.0, 2.0, 1.0, "relu", 6, 0.5, 1.5)
    assert found.values[4] == 0
    assert str(found.says_nudge).startswith("At a kink")
    assert found.nudged[1] == pytest.approx(0.5)


@pytest.mark.parametrize(("name", "slope"), [("relu", 0), ("leaky_relu", 0.01)])
@pytest.mark.parametrize(("w", "b", "x"), [(0.2, -0.4, 2), (0.1, -0.3, 3), (-0.7, 2.1, 3)])
def test_where_a_kink_leaves_no_slope_none_is_told_as_the_losss(name, slope, w, b, x):
    found = chain_lesson(w, b, x, 2.0, name, 6, 0.5, 1.5)
    said = str(found.says_backward)
    assert found.values[4] == 0  # 0.1 · 3 − 0.3 is 0 but for rounding
    assert "has a kink, no slope" in said
    assert "does nothing" not in said
    assert f"takes {slope:g}, so its dL/dw is" in said
    assert "no slope" not in str(chain_lesson(w, b, x, 2.0, "tanh", 6, 0.5, 1.5).says_backward)


def test_a_weight_is_said_to_go_only_where_it_does():
    for w, told in ((-0.25, "stays"), (-0.5, "Now w goes")):
        assert told in str(chain_lesson(w, -3.0, 4.0, 2.0, "relu", 6, 0.5, 1.5).says_goes)


def test_a_nudge_that_reaches_over_a_kink_is_not_said_to_stand_at_one():
    found = chain_lesson(0.20000001, -0.4, 2.0, 2.0, "relu", 6, 0.5, 1.5)
    assert str(found.says_nudge).startswith("The nudge reaches over a kink")
    assert found.rates[3] == pytest.approx(-8)


@pytest.mark.parametrize(("y", "name"), [(1.2, "relu"), (math.tanh(1.2), "tanh")])
def test_where_a_is_the_target_but_for_rounding_the_loss_is_0_and_nothing_lowers_it(y, name):
    found = chain_lesson(0.8, -0.4, 2.0, y, name, 6, 0.5, 1.5)
    assert found.values[7] == found.rates[3] == 0
    assert str(found.says_backward).endswith("dL/dw = 0, the loss is 0 and can only grow")


def test_far_below_0_gelu_keeps_its_digits():
    found = chain_lesson(-3.0, -3.0, 4.0, 0.0, "gelu", 6, 0.5, 1.5)
    assert found.values[5] == pytest.approx(-15 * normal(-15), rel=1e-9)
    assert found.rates[1] == pytest.approx(SLOPES["gelu"](-15), rel=1e-9)
    assert "so raising it a little raises L" in str(found.says_backward)


def test_the_notes_on_a_deep_chain_are_about_what_its_product_does():
    for name, high, word in [("relu", 3.0, "diverge"), ("tanh", 3.0, "hardly learn")]:
        assert word in deep_chain(name, 20, 0.5, high).notes[1]
    assert "about what left" in deep_chain("relu", 6, 0.9, 1.1).notes[0]


@pytest.mark.parametrize("name", SLOPES)
@pytest.mark.parametrize(("depth", "low", "high"), [(6, 0.1, 3.0), (20, 0.5, 1.5), (40, 0.9, 1.1)])
def test_a_deep_chain_multiplies_to_autograds_gradient_through_the_whole(name, depth, low, high):
    found = deep_chain(name, depth, low, high)
    np.testing.assert_allclose(found.products[:, -1], found.whole, rtol=1e-9)
    for weight, products, said in (
        (low, found.products[0], found.says_low), (high, found.products[-1], found.says_high)
    ):  # fmt: skip
        a, product = 1.0, 1.0
        for _ in range(depth):
            product *= weight * SLOPES[name](weight * a)
            a = VALUES[name](weight * a)
        assert products[-1] == pytest.approx(product, rel=1e-7)
        assert ("vanishes" in str(said)) == (abs(product) < 0.1)
        assert ("explodes" in str(said)) == (abs(product) > 10)


def test_a_chain_of_relus_is_a_power_of_its_weight():
    found = deep_chain("relu", 30, 0.5, 2.0)
    np.testing.assert_allclose(found.products[[0, -1], -1], [0.5**30, 2.0**30])


def test_no_wheel_turns_too_often():
    rates = np.random.default_rng(0).normal(scale=10, size=(100, 5))
    turns = turns_of(rates)
    most = np.abs(np.cumprod(rates, axis=1)).max(axis=1)
    assert np.all(turns * most <= MOST_TURNS * (1 + 1e-9))
    assert np.all((turns == 1) | (turns * most > MOST_TURNS / 10))
