from itertools import islice

import numpy as np
import pytest
import torch

from mlanim.core.landscape import sharpness
from mlanim.core.landscape.classifier import Examples, initial_weights, load_task
from mlanim.core.landscape.curvature import hessian
from mlanim.core.landscape.landscape import filter_normalised
from mlanim.core.landscape.optimisers import descend
from mlanim.core.landscape.sharpness import (
    ALPHAS,
    DISTANCES,
    LARGE,
    NEITHER,
    SMALL,
    compare,
    compare_batch_sizes,
    slices,
    train_to_loss,
)


@pytest.fixture(scope="module")
def moons():
    return load_task("moons", seed=0)


@pytest.fixture(scope="module")
def found(moons):
    return compare_batch_sizes(moons, seed=0, replicates=1)


def ends(found):
    return found.small, found.large


@pytest.fixture(scope="module")
def weights(moons, found):
    """Each end point's weights, trained again."""
    return [train_to_loss(moons, e.batch_size, found.target_loss, seed=0)[0] for e in ends(found)]


def test_both_runs_stop_at_the_first_look_below_the_same_loss(moons, found, weights):
    for end, theta in zip(ends(found), weights, strict=True):
        walk = descend(
            moons, initial_weights(moons.widths, 0), "sgd", found.learning_rate, end.batch_size, 0
        )
        losses = [moons.train_loss(theta).item() for theta in islice(walk, 0, end.steps + 1, 2)]
        assert losses[-1] <= found.target_loss < min(losses[:-1])
        assert end.reached_target
        assert 0.9 * found.target_loss < end.train_loss <= found.target_loss
        assert moons.train_loss(theta).item() == end.train_loss
        assert moons.test_loss(theta).item() == end.test_loss
    assert (found.small.batch_size, found.large.batch_size) == (16, 400)


def test_training_that_cannot_reach_the_loss_gives_up(moons, monkeypatch):
    monkeypatch.setattr(sharpness, "MOST_STEPS", 50)
    contradiction = Examples(torch.zeros(2, 2).double(), torch.tensor([0, 1]))
    task = type(moons)("moons", moons.widths, contradiction, contradiction)
    theta, steps = train_to_loss(task, 2, target=0.1, seed=0)
    assert steps == 50
    assert task.train_loss(theta).item() == pytest.approx(np.log(2))


def test_eigenvalues_are_those_of_the_full_hessian(moons, found, weights):
    for end, theta in zip(ends(found), weights, strict=True):
        top = torch.linalg.eigvalsh(hessian(moons.train_loss, theta))[-1].item()
        assert end.largest_eigenvalue == pytest.approx(top, rel=1e-6)
        gradient = torch.func.grad(moons.train_loss)(theta)
        assert end.gradient_norm == pytest.approx(gradient.norm().item())


def test_the_steep_slices_curvature_is_the_eigenvalue(found):
    spacing, middle = DISTANCES[1] - DISTANCES[0], len(DISTANCES) // 2
    for end in ends(found):
        left, centre, right = end.steep_slice[middle - 1 : middle + 2]
        curvature = (left - 2 * centre + right) / spacing.item() ** 2
        assert centre == pytest.approx(end.train_loss, abs=1e-12)
        assert curvature == pytest.approx(end.largest_eigenvalue, rel=0.01)


def test_slices_are_the_loss_along_filter_normalised_draws(moons):
    theta = initial_weights(moons.widths, seed=0)
    train, test = slices(moons, theta, ALPHAS, seed=9)
    draws = torch.randn(10, 82, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    assert train.shape == test.shape == (10, 61)
    for i, j in ((0, 0), (3, 17), (9, 60)):
        point = theta + ALPHAS[j] * filter_normalised(draws[i], theta, moons.widths)
        assert train[i, j].item() == pytest.approx(moons.train_loss(point).item(), rel=1e-12)
        assert test[i, j].item() == pytest.approx(moons.test_loss(point).item(), rel=1e-12)


def test_slices_are_symmetric_and_centred_on_the_end_point(found):
    np.testing.assert_array_equal(found.alphas, -found.alphas[::-1])
    middle = len(found.alphas) // 2
    assert found.alphas[middle] == 0
    for end in ends(found):
        np.testing.assert_allclose(end.train_slices[:, middle], end.train_loss, rtol=1e-12)
        assert end.test_slice[middle] == pytest.approx(end.test_loss, rel=1e-12)
        inner = end.train_slices[:, np.abs(found.alphas) <= 0.5]
        np.testing.assert_allclose(end.rises, inner.mean(1) - end.train_loss)
        np.testing.assert_allclose(end.train_slice, end.train_slices.mean(0))


def test_the_comparisons_hold_the_end_points_own_numbers(found):
    small, large = ends(found)
    pairs = {
        found.eigenvalue: (small.largest_eigenvalue, large.largest_eigenvalue),
        found.rise: (small.rises.mean(), large.rises.mean()),
        found.test_loss: (small.test_loss, large.test_loss),
    }
    for comparison, numbers in pairs.items():
        assert (comparison.small, comparison.large) == pytest.approx(numbers)
        assert comparison == compare(comparison.small, comparison.large, comparison.margin)
    spread = small.rises - large.rises
    assert found.rise.margin == pytest.approx(2 * np.std(spread, ddof=1) / np.sqrt(10))


@pytest.mark.parametrize(
    ("small", "large", "lesser"),
    [(1.0, 2.0, SMALL), (2.0, 1.0, LARGE), (1.0, 1.1, NEITHER), (1.1, 1.0, NEITHER)],
)
def test_the_lesser_is_named_only_beyond_the_margin(small, large, lesser):
    assert compare(small, large, margin=0.5).lesser == lesser


def test_a_replicate_starts_elsewhere_and_counts_towards_agreement(moons, found):
    (replicate,) = found.replicates
    theta, _ = train_to_loss(moons, 16, found.target_loss, replicate.seed)
    assert replicate.small_test_loss == moons.test_loss(theta).item()
    assert replicate.small_test_loss != found.small.test_loss
    agrees = replicate.small_eigenvalue < 0.95 * replicate.large_eigenvalue
    assert found.eigenvalue.lesser == SMALL
    assert found.replicates_agreeing == int(agrees)
