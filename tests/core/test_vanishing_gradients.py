"""Gradients through random networks: theory against quadrature, networks against torch's own."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import torch
from scipy import integrate, optimize, special
from torch import nn

from mlanim.core.gradients.mean_field import WAYS, edges, moments, predicted
from mlanim.core.gradients.random_nets import EXAMPLES, STARTS, passes, random_nets, streams
from mlanim.core.gradients.vanishing_gradients import (
    RIGHT,
    SCALES,
    largest_slope,
    vanishing_gradients_lesson,
)
from mlanim.core.gradients.vanishing_sentences import (
    says_bound,
    says_edges,
    says_kinds,
    says_left,
    says_map,
    says_norms,
    says_remedies,
)
from mlanim.core.learning.deep_chain import NOTICED
from mlanim.words.numbers import MINUS

NORMAL, CUMULATIVE = lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi), special.ndtr
FUNCTIONS = {
    "sigmoid": (special.expit, lambda z: special.expit(z) * special.expit(-z)),
    "tanh": (math.tanh, lambda z: 1 - math.tanh(z) ** 2),
    "relu": (lambda z: max(z, 0.0), lambda z: float(z > 0)),
    "gelu": (lambda z: z * CUMULATIVE(z), lambda z: CUMULATIVE(z) + z * NORMAL(z)),
}
MODULES = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "gelu": nn.GELU}


def normal_mean(function, square: float) -> float:
    def weighed(z: float) -> float:
        return function(math.sqrt(square) * z) * NORMAL(z)

    halves = [integrate.quad(weighed, *ends, limit=400)[0] for ends in ((-12, 0), (0, 12))]
    return sum(halves)


def by_quadrature(name: str, g: float, depth: int) -> tuple[float, float]:
    """The mean square in the last stream, and the logarithm of what is left of the gradient."""
    value, slope = FUNCTIONS[name]
    square, log = 1.0, 0.0
    for _ in range(depth):
        log += math.log(g * normal_mean(lambda z: slope(z) ** 2, square)) / 2
        square = g * normal_mean(lambda z: value(z) ** 2, square)
    return square, log


def number(text: str) -> float:
    """A number as it is written for a viewer, perhaps with a power of ten."""
    digits, _, power = text.partition("\N{THIN SPACE}·\N{THIN SPACE}10")
    power = power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))
    return float(digits.replace(MINUS, "-")) * 10.0 ** int(power or 0)


@pytest.fixture(scope="module")
def lessons():
    settings = [
        (10, 32, "relu", 2.0, 1), (12, 32, "sigmoid", 1.0, 0), (10, 32, "tanh", 64.0, 2),
        (10, 32, "gelu", 0.1, 3), (10, 32, "relu", 5.0, 4),
    ]  # fmt: skip
    return [(setting, vanishing_gradients_lesson(*setting)) for setting in settings]


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("square", [1e-3, 0.3, 1.0, 40.0])
def test_moments_are_those_of_adaptive_quadrature(name, square):
    value, slope = FUNCTIONS[name]
    found = moments(name, np.array([square, 1.0]))
    wanted = value, lambda z: value(z) ** 2, lambda z: slope(z) ** 2
    expected = [normal_mean(one, square) for one in wanted]
    ours = [found.mean[0], found.square[0], found.slope[0]]
    np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-9)


def test_moments_have_their_closed_forms():
    for q in (0.2, 1.0, 9.0):
        relu, gelu = moments("relu", np.array(q)), moments("gelu", np.array(q))
        assert relu.square == pytest.approx(q / 2, rel=1e-4)
        assert relu.slope == pytest.approx(0.5, rel=1e-12)
        assert relu.mean == pytest.approx(math.sqrt(q / (2 * math.pi)), rel=1e-4)
        assert gelu.mean == pytest.approx(q / math.sqrt(2 * math.pi * (1 + q)), rel=1e-6)


@pytest.mark.parametrize("name", RIGHT)
def test_moments_are_those_of_drawn_signals(name):
    drawn = np.random.default_rng(0).standard_normal(400_000) * math.sqrt(1.7)
    value, slope = map(np.vectorize, FUNCTIONS[name])
    some, found = drawn[:40_000], moments(name, np.array(1.7))
    for ours, sample in ((found.square, value(some) ** 2), (found.slope, slope(some) ** 2)):
        assert abs(ours - sample.mean()) < 4.5 * sample.std() / math.sqrt(len(some))


@pytest.mark.parametrize(("name", "g"), [("sigmoid", 1), ("tanh", 4), ("relu", 2), ("gelu", 2)])
def test_predictions_are_those_of_quadrature_layer_by_layer(name, g):
    found = predicted(name, np.array([0.5, g]), 8)
    square, log = by_quadrature(name, g, 8)
    assert found.squares[1, -1] == pytest.approx(square, rel=1e-3)
    assert math.log(found.left[1, 0]) == pytest.approx(log, abs=1e-3)
    assert found.left[1, -1] == 1


def test_the_edge_is_where_quadrature_has_the_gradient_arrive_as_it_set_out():
    grid = np.geomspace(0.1, 256, 13)
    assert edges("relu", 30, grid) == pytest.approx([2.0], rel=1e-5)
    assert edges("relu", 30, grid[:4]) == ()
    (tanh,) = edges("tanh", 6, grid)
    expected = optimize.brentq(lambda g: by_quadrature("tanh", g, 6)[1], 1, 4, xtol=1e-5)
    assert tanh == pytest.approx(expected, rel=1e-4)
    assert 1 < edges("tanh", 50, grid)[0] < tanh  # towards 1, the edge of infinite depth


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["sigmoid", "relu"])
def test_passes_are_those_of_torchs_modules(name, way):
    nets = random_nets(4, 12, 3)
    g, start = 1.7, 2
    stream = nets.inputs[start].T.clone().requires_grad_()  # (examples, features)
    first, phi = stream, MODULES[name]()
    layer = nn.LayerNorm(12, elementwise_affine=False, dtype=torch.float64)
    batch = nn.BatchNorm1d(12, affine=False, dtype=torch.float64)
    norm = {"layer norm": layer, "batch norm": batch}.get(way, nn.Identity())
    for weights in nets.layers[:, start]:
        delta = nn.functional.linear(phi(norm(stream)), weights * math.sqrt(g))
        stream = stream + delta if way == "skip" else delta
    stream.retain_grad()
    loss = nn.CrossEntropyLoss(reduction="mean")
    loss(nn.functional.linear(stream, nets.write[start]), nets.labels).backward()
    found = passes(nets, name, np.array([0.3, g]), way)
    assert found.left[1, start, 0] == pytest.approx(float(first.grad.norm() / stream.grad.norm()))
    assert found.squares[1, start, -1] == pytest.approx(float(stream.detach().square().mean()))
    torch.testing.assert_close(
        streams(nets, name, torch.tensor([g]), way)[-1][0, start].T, stream, rtol=1e-5, atol=1e-7
    )


@pytest.mark.parametrize(("name", "way", "g"), [
    ("sigmoid", "plain", 1.0), ("tanh", "plain", 4.0), ("relu", "plain", 2.0),
    ("gelu", "plain", 4.0), ("sigmoid", "layer norm", 2.0), ("tanh", "skip", 1.0),
    ("relu", "skip", 1.0), ("relu", "batch norm", 1.0),
])  # fmt: skip
def test_wide_networks_do_what_theory_says(name, way, g):
    depth = 10
    found = passes(random_nets(depth, 256, 5), name, np.array([g]), way)
    theory = predicted(name, np.array([g]), depth, way)
    close = 0.35 if way == "batch norm" else 0.15  # of 64 digits, which are alike within a class
    measured = np.log(np.square(found.left[0]).mean(0)) / 2  # χ is of squares
    np.testing.assert_allclose(measured, np.log(theory.left[0]), atol=close)
    if way in ("plain", "skip"):
        squares = found.squares[0].mean(0)
        np.testing.assert_allclose(squares, theory.squares[0], rtol=0.35)


def test_batch_norm_has_relus_known_rate_and_layer_norm_keeps_relus_gradient():
    _, *later = predicted("relu", np.array(3.0), 5, "batch norm").factors
    np.testing.assert_allclose(later, math.pi / (math.pi - 1), rtol=1e-4)  # Yang et al. 2019
    _, *later = predicted("relu", np.array(3.0), 5, "layer norm").factors
    np.testing.assert_allclose(later, 1, rtol=1e-4)


def test_inputs_have_the_mean_square_1_and_starts_differ():
    nets = random_nets(3, 128, 0)
    assert nets.inputs.shape == (STARTS, 128, EXAMPLES)
    assert float(nets.inputs.square().mean()) == pytest.approx(1, abs=0.05)
    assert len(np.unique(nets.layers[0, :, 0, 0])) == STARTS


@pytest.mark.parametrize(
    ("name", "top"), [("sigmoid", 0.25), ("tanh", 1.0), ("relu", 1.0), ("gelu", 1.1289)]
)
def test_the_largest_slope_is_the_known_one(name, top):
    slope = FUNCTIONS[name][1]
    assert largest_slope(name) == pytest.approx(top, abs=5e-5)
    assert all(slope(z) <= largest_slope(name) + 1e-12 for z in np.linspace(-5, 5, 501))


def test_the_lesson_says_what_its_arrays_hold(lessons):
    for (depth, _, name, g, _), d in lessons:
        ends = {way: fall.spread[1, -1] for way, fall in d.remedies.items()}
        said = re.search(r"back (.+) × is left, theory says (.+) ×; it (.*)", str(d.says_left))
        assert number(said[1]) == pytest.approx(ends["plain"], rel=0.06)
        assert number(said[2]) == pytest.approx(d.remedies["plain"].theory[-1], rel=0.06)
        vanishes, explodes = ends["plain"] < 1 / NOTICED, ends["plain"] > NOTICED
        assert said[3].startswith("vanishes" if vanishes else "explodes" if explodes else "stays")
        numbers = re.findall(r"(?:plain|skip|norm) (.+?)(?:, with|$)", str(d.says_remedies))
        ways = "plain", "skip", "layer norm", "batch norm"
        shown = dict(zip(ways, map(number, numbers), strict=True))
        assert shown == pytest.approx(ends, rel=0.06)
        np.testing.assert_array_equal(d.own["right"].spread, d.remedies["plain"].spread)
        np.testing.assert_allclose(d.around, [4 * g, g, g / 4])
        np.testing.assert_allclose(d.bound, d.chosen.top ** np.arange(depth + 1))
        for kind in d.kinds:
            for fall in kind.falls.values():
                assert (np.diff(fall.spread, axis=0) >= 0).all()
                assert fall.spread[1, 0] == fall.theory[0] == 1
        assert d.chosen.name == name
        i, j = 20, 30
        slope = FUNCTIONS[name][1]
        chi = d.columns[j] * normal_mean(lambda z, s=slope: s(z) ** 2, d.squares[i])
        assert d.factors[i, j] == pytest.approx(chi, rel=1e-5)


def test_captions_hold_over_random_numbers():
    rng = np.random.default_rng(1)
    for _ in range(200):
        shares = (10 ** rng.uniform(-3, 3, 4)).tolist()
        left = dict(zip(("sigmoid", "tanh", "ReLU", "GELU"), shares, strict=True))
        kept = [title for title, share in left.items() if 0.1 <= share <= 10]
        assert str(says_kinds(left)).split("of 10: ")[1] == (", ".join(kept) or "none")
        verdict = str(says_left("tanh", 2.0, 30, left["tanh"], 1.0)).split("; it ")[1]
        assert verdict.startswith("stays within a factor of 10") == ("tanh" in kept)
        assert verdict.startswith("vanishes") == (left["tanh"] < 0.1)
        factor = 10 ** rng.uniform(-0.01, 0.01)
        side = "next to" if abs(factor - 1) <= 0.005 else "below" if factor < 1 else "above"
        assert f", {side} 1" in str(says_map(2.0, np.array([1.0, 0.5]), 0.4, factor))
        own = {g: 10 ** rng.uniform(-9, 9) for g in (8.0, 2.0, 0.5)}
        said = str(says_bound(0.25, 5, own))
        low, high = re.search(r"too: (.+) at g = 0.5, (.+) at 8", said).groups()
        assert [number(low), number(high)] == pytest.approx([own[0.5], own[8.0]], rel=0.06)


def test_an_edge_that_is_not_there_is_said_to_be_nowhere():
    said = str(says_edges({"sigmoid": (), "ReLU": (2.0,), "tanh": (1.5, 3.0)}, 30))
    assert said.endswith("sigmoid nowhere here, ReLU 2, tanh 1.5 and 3")


@pytest.mark.parametrize("name", RIGHT)
def test_what_norms_keep_a_layer_is_what_a_deep_network_keeps(name):
    said = str(says_norms(name, moments(name, np.array(1.0))))
    shown = [number(n) for n in re.findall(r"(\d\.?\d*) ×", said)]
    for way, value in zip(("layer norm", "batch norm"), (shown * 2)[:2], strict=True):
        factor = predicted(name, np.array(7.0), 4, way).factors[-1]
        assert value == pytest.approx(math.sqrt(factor), rel=6e-3)
    assert ("both norms" in said) == (name == "tanh")


def test_the_same_again(lessons):
    setting, d = lessons[0]
    again = vanishing_gradients_lesson(*setting)
    for scale in SCALES:
        assert d.own[scale].spread.tobytes() == again.own[scale].spread.tobytes()
    assert str(d.says_remedies) == str(again.says_remedies)
    assert str(says_remedies({way: d.remedies[way].left for way in WAYS})) == str(d.says_remedies)
