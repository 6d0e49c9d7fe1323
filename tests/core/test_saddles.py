"""Random matrices against closed forms, a network's Hessian against torch's, and the sentences."""

import re

import numpy as np
import pytest
import torch

from mlanim.core.landscape.random_matrices import (
    DRAWS,
    POSITIVE_OF_TWO,
    all_positive,
    drawn,
    semicircle,
    spectrum,
)
from mlanim.core.landscape.saddles import (
    ESCAPE_RATE,
    FLAT,
    NOISES,
    PATIENCE,
    counts_along,
    saddles_lesson,
    says_of_escape,
    says_of_network,
    share_down,
)
from mlanim.words.numbers import percent


@pytest.fixture(scope="module")
def lesson():
    return saddles_lesson(60, "moons", 1)


def test_the_semicircle_is_a_density_and_large_matrices_come_near_it():
    xs = np.linspace(-1.6, 1.6, 200_001)
    assert np.trapezoid(semicircle(xs), xs) == pytest.approx(1, abs=1e-6)
    found = spectrum(300, 0)
    middle = (found.edges[1:] + found.edges[:-1]) / 2
    inner = abs(middle) < 1.25
    np.testing.assert_allclose(found.density[-1][inner], semicircle(middle)[inner], atol=0.02)
    assert (found.density * np.diff(found.edges)).sum(1) == pytest.approx(1, abs=0.01)
    assert found.negative.mean() == pytest.approx(0.5, abs=0.002)


def test_how_often_all_are_positive_is_what_is_known():
    counts = all_positive(range(1, 4), 0) / DRAWS
    exact = [0.5, POSITIVE_OF_TWO, (np.pi - 2 * np.sqrt(2)) / (4 * np.pi)]
    error = 4 * np.sqrt(np.array(exact) / DRAWS)
    assert (abs(counts - exact) < error).all(), counts


def test_sylvester_agrees_on_some():
    matrices = drawn(300, 4, np.random.default_rng(3))
    minors = np.array([[np.linalg.det(m[:k, :k]) > 0 for k in range(1, 5)] for m in matrices])
    positive = np.linalg.eigvalsh(matrices)[:, 0] > 0
    np.testing.assert_array_equal(minors.all(1), positive)


def test_shares_are_those_of_torchs_own_hessian():
    torch.manual_seed(0)
    inputs, labels = torch.randn(30, 3).double(), torch.randint(2, (30,))

    def loss(theta, _=None):
        first, second = theta[..., :12].unflatten(-1, (4, 3)), theta[..., 12:].unflatten(-1, (2, 4))
        scores = torch.tanh(inputs @ first.mT) @ second.mT
        return torch.nn.functional.cross_entropy(scores, labels)

    start = 0.5 * torch.randn(20).double()
    losses, shares = counts_along(loss, start)
    assert losses[0] == pytest.approx(float(loss(start)))
    values = torch.linalg.eigvalsh(torch.autograd.functional.hessian(loss, start))
    assert shares[0] == pytest.approx(float((values < -FLAT * values.abs().max()).double().mean()))
    assert share_down(torch.diag(torch.tensor([1.0, -1, -1e-6, 0]).double())) == 0.25


def test_the_network_comes_as_low_as_it_says_and_leaves_as_theory_says(lesson):
    assert (np.diff(lesson.losses, axis=0) < 0).all()
    each = -np.diff(lesson.escapes.mean(1))[:4].mean()
    theory = float(lesson.predicted[0] - lesson.predicted[1])
    assert each == pytest.approx(theory, rel=0.05)
    assert f"theory: {theory:.0f}" in str(lesson.says_escape)
    assert lesson.still
    assert "does not leave" in str(lesson.says_still)


def test_an_offset_along_the_way_down_grows_as_said():
    curvature, noise = -0.4, 1e-6
    growth = np.log1p(ESCAPE_RATE * 0.4)
    offset, steps = noise, 0
    while offset < 1e-2:
        offset -= ESCAPE_RATE * curvature * offset
        steps += 1
    assert steps == pytest.approx(np.log(1e-2 / noise) / growth, abs=1)


def test_what_is_said_holds_for_any_outcome():
    rng = np.random.default_rng(0)
    for _ in range(200):
        down = rng.uniform(0, 0.6, (6, 5))
        if rng.random() < 0.5:
            down = np.sort(down, axis=0)[::-1]
        said = str(says_of_network(rng.uniform(0, 2, (6, 5)), down))
        assert ("does not always" in said) == (not (down[-1] < down[0]).all())
        first, last = re.findall(r"from (\S+ ?%|under \S+ ?%) to (.*) in the mean", said)[0]
        assert (first, last) == (percent(down[0].mean()), percent(down[-1].mean()))
        steps = rng.uniform(1, PATIENCE * 1.001, (len(NOISES), 5)).clip(max=PATIENCE)
        stays = "stays" in str(says_of_escape(steps, steps.mean(1)))
        assert stays == (steps >= PATIENCE).any()


def test_the_same_again(lesson):
    again = saddles_lesson(60, "moons", 1)
    assert again.down.tobytes() == lesson.down.tobytes()
    assert again.spectrum.density.tobytes() == lesson.spectrum.density.tobytes()
