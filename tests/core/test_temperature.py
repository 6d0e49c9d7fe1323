"""Softmax and sparsemax over temperatures: closed forms, brute force, and what is said of them."""

import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special, stats

from mlanim.core.data.digits import read_digits
from mlanim.core.transformer.simplex import entropy, sparsemax
from mlanim.core.transformer.temperature import says_zeros, temperature_lesson

SCORES = torch.tensor([-2.0, 0.0, 0.5], dtype=torch.float64)
POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
vectors = st.lists(st.floats(-20, 20), min_size=2, max_size=8)


@pytest.fixture(scope="module")
def lesson():
    return temperature_lesson(seed=0, index=31, coldest=0.1, hottest=100.0)


def test_the_closed_forms_of_three_scores():
    np.testing.assert_allclose(sparsemax(SCORES), [0, 0.25, 0.75])
    np.testing.assert_allclose(torch.softmax(SCORES, 0), [0.0486, 0.3592, 0.5922], atol=5e-5)


@given(vectors)
@settings(deadline=None)
def test_sparsemax_is_a_distribution_with_one_threshold(scores):
    z = torch.tensor(scores, dtype=torch.float64)
    p = sparsemax(z).numpy()
    assert p.min() >= 0
    assert p.sum() == pytest.approx(1)
    tau = (np.array(scores) - p)[p > 0]
    np.testing.assert_allclose(tau, tau[0], atol=1e-9)
    assert np.all(np.array(scores)[p == 0] <= tau[0] + 1e-9)


def test_no_point_of_the_simplex_is_nearer_than_sparsemax():
    rng = np.random.default_rng(0)
    for z in rng.normal(size=(5, 4)) * 2:
        found = optimize.minimize(
            lambda p, z=z: float(np.sum((p - z) ** 2)), np.full(4, 0.25), method="SLSQP",
            bounds=[(0, 1)] * 4, constraints={"type": "eq", "fun": lambda p: p.sum() - 1},
        )  # fmt: skip
        np.testing.assert_allclose(sparsemax(torch.tensor(z)), found.x, atol=2e-4)


def test_entropy_is_that_of_scipy():
    p = np.random.default_rng(0).dirichlet(np.ones(10), 5)
    np.testing.assert_allclose(entropy(torch.tensor(p)), stats.entropy(p, base=2, axis=1))
    assert float(entropy(torch.tensor([0.0, 1.0]))) == 0


def test_series_are_those_of_the_scores_at_each_temperature(lesson):
    expected = {"softmax": special.softmax, "sparsemax": _bisected}
    for name, function in expected.items():
        answer = lesson.answers[name]
        for row in (0, 57, 200, -1):
            z = lesson.scores / lesson.heat[row]
            np.testing.assert_allclose(answer.shares[row], function(z), atol=1e-9)
            np.testing.assert_allclose(answer.three[row], function(z[lesson.three]), atol=1e-9)
    np.testing.assert_allclose(lesson.heat, np.geomspace(0.1, 100, len(lesson.heat)))


def test_the_network_reads_most_unseen_digits_and_the_sentence_counts_them(lesson):
    right, whole = map(int, re.findall(r"(\d+) of (\d+)", str(lesson.says_network))[0])
    assert whole == 360
    assert right / whole > 0.85
    assert lesson.best == int(lesson.scores.argmax())


def test_from_the_gap_of_the_two_best_down_sparsemax_is_certain(lesson):
    sure = lesson.answers["sparsemax"].shares[:, lesson.best] == 1
    np.testing.assert_array_equal(sure, lesson.heat <= lesson.certain)
    assert np.all(lesson.answers["sparsemax"].bits[sure] == 0)
    assert np.all(lesson.answers["softmax"].bits > 0)
    ordered = np.sort(lesson.scores)
    assert lesson.certain == pytest.approx(ordered[-1] - ordered[-2])


def test_the_entropy_of_softmax_only_grows_with_the_temperature(lesson):
    assert np.all(np.diff(lesson.answers["softmax"].bits) > 0)
    assert lesson.answers["softmax"].bits[-1] < lesson.most_bits == math.log2(10)


def test_the_classes_that_get_nothing_are_counted_for_any_scores():
    for seed in range(200):
        rng = np.random.default_rng(seed)
        z = rng.normal(size=10) * 10.0 ** rng.uniform(-1, 1.3)
        zeros, words = int((_bisected(z) == 0).sum()), str(says_zeros(torch.tensor(z)))
        assert f"gives {zeros or 'none'} of ten classes exactly 0" in words
        least = re.search(r"at least (.*)$", words)[1].replace("\u2009·\u200910", "e")
        assert float(least.translate(POWERS)) == pytest.approx(special.softmax(z).min(), rel=6e-3)


@pytest.mark.parametrize("index", [0, 31, 100])
@pytest.mark.parametrize("coldest", [0.01, 0.1, 0.5])
def test_what_is_said_is_so_for_any_digit(index, coldest):
    found = temperature_lesson(0, index, coldest, 50.0)
    cold, hot = (special.softmax(found.scores / t)[found.best] for t in (coldest, 50.0))
    said = str(found.says_cold).split(" gives ")[1]
    if cold > 0.9995:
        assert said.startswith("over 99.9 % to")
    else:
        assert float(said.split(" %")[0]) == pytest.approx(100 * cold, abs=0.051)
    assert f"left with {100 * hot:.1f} %" in str(found.says_hot)


@pytest.mark.parametrize("index", [0, 31, 63])
@pytest.mark.parametrize(("coldest", "hottest"), [(0.5, 2.0), (0.01, 1000.0), (0.3, 7.0)])
def test_sparsemax_is_said_to_be_sure_only_at_temperatures_that_are_shown(index, coldest, hottest):
    found = temperature_lesson(0, index, coldest, hottest)
    gap = np.diff(np.sort(found.scores))[-1]
    said = str(found.says_certain)
    shown = float(re.search(r"T = ([\d.]+)", said)[1])
    assert coldest * 0.994 < shown < hottest * 1.006
    if gap < coldest:
        share = 100 * _bisected(found.scores / coldest)[found.best]
        assert float(re.search(r"only ([\d.]+) %", said)[1]) == pytest.approx(share, abs=0.051)
    else:
        assert _bisected(found.scores / (0.994 * shown))[found.best] == pytest.approx(1)
        assert said.startswith("From" if gap <= hottest else "Even at")


def test_a_digit_that_is_misread_is_said_to_be():
    _, labels, scores = read_digits(0)
    index = int((scores.argmax(1) != labels).nonzero()[0])
    found = temperature_lesson(0, index, 0.1, 10.0)
    assert found.label == labels[index] != found.best
    assert f"this {found.label} as {found.best}" in str(found.says_network)


def _bisected(z):
    """Sparsemax by bisection of its threshold."""
    low, high = z.max() - 1, z.max()
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if np.maximum(z - middle, 0).sum() > 1 else (low, middle)
    return np.maximum(z - (low + high) / 2, 0)
