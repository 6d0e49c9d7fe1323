import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from mlanim.core.landscape.saddle import (
    CLIMB,
    PUSH,
    RATE,
    STEPS,
    saddle_lesson,
    says_of_axes,
    says_of_leaving,
    says_of_passing,
    zero_weights,
)
from mlanim.core.learning.curvature import hessian
from mlanim.core.learning.task import task_named
from mlanim.core.learning.training import value_and_gradient


def covariance_singular_values(task):
    """Of C = mean((onehot(label) - frequency) input^T), by numpy."""
    labels, inputs = task.data.train.labels.numpy(), task.data.train.inputs.numpy()
    onehot = np.eye(task.net.widths[-1])[labels]
    return np.linalg.svd((onehot - onehot.mean(0)).T @ inputs.T / len(labels), compute_uv=False)


@pytest.fixture(scope="module")
def moons():
    return task_named("moons", seed=0)


@pytest.fixture(scope="module")
def saddle():
    return saddle_lesson("moons", seed=0, resolution=61)


@pytest.mark.parametrize("name", ["digits", "moons"])
def test_the_gradient_vanishes_and_the_loss_is_the_labels_entropy(name):
    task = task_named(name, seed=3)
    theta = zero_weights(task)
    share = np.bincount(task.data.train.labels.numpy()) / len(task.data.train)
    gradient = torch.func.grad(task.train_loss)(theta)
    assert gradient.norm().item() < 1e-14
    assert task.train_loss(theta).item() == pytest.approx(-(share * np.log(share)).sum())


def test_with_output_biases_at_zero_too_the_digits_gradient_does_not_vanish():
    task = task_named("digits", seed=0)
    _, gradient = value_and_gradient(task.train_loss, torch.zeros_like(zero_weights(task)))
    assert gradient.norm().item() > 5e-3


def test_the_spectrum_is_the_covariances_singular_values_with_both_signs(moons, saddle):
    singular = covariance_singular_values(moons)
    expected = np.repeat(-singular[singular > 1e-9], moons.net.widths[1])
    lowest = saddle.eigenvalues[: len(expected)]
    np.testing.assert_allclose(lowest, np.sort(expected), rtol=1e-9)
    for value in singular[singular > 1e-9]:
        assert (np.abs(saddle.eigenvalues - value) < 1e-9).sum() == moons.net.widths[1]
    counts, biases = dict(saddle.counts), moons.net.widths[-1] - 1
    assert counts["negative"] == len(expected)
    assert counts["positive"] == len(expected) + biases
    assert sum(counts.values()) == len(saddle.eigenvalues) == 82


def test_the_spectrum_is_that_of_autograds_own_hessian(moons, saddle):
    full = torch.autograd.functional.hessian(moons.train_loss, zero_weights(moons))
    np.testing.assert_allclose(
        saddle.eigenvalues, np.linalg.eigvalsh(full.numpy()), rtol=1e-9, atol=1e-12
    )


def test_the_plane_curves_down_along_one_axis_and_up_along_the_other(moons, saddle):
    largest = covariance_singular_values(moons)[0]
    assert (saddle.down, saddle.up) == pytest.approx((-largest, largest))
    middle, spacing = len(saddle.offsets) // 2, saddle.offsets[1] - saddle.offsets[0]
    assert saddle.offsets[middle] == 0
    assert saddle.plane_loss[middle, middle] == pytest.approx(saddle.loss, abs=1e-12)
    rows, columns = saddle.plane_loss[:, middle], saddle.plane_loss[middle]
    for line, curvature in ((rows, saddle.up), (columns, saddle.down)):
        cut = np.diff(line, 2)[middle - 1] / spacing**2
        assert cut == pytest.approx(curvature, rel=0.05)


def test_a_push_leaves_the_saddle_slowly_then_fast(saddle):
    path = saddle.leaving
    growth = path.places[1:6, 0] / path.places[:5, 0]
    assert path.places[0, 0] == pytest.approx(PUSH)
    np.testing.assert_allclose(growth, 1 - RATE * saddle.down, rtol=1e-5)
    assert path.loss[10] > 0.999 * saddle.loss
    assert path.loss[-1] < 0.5 * saddle.loss


def test_the_paths_are_descents_drawn_where_they_project(saddle):
    np.testing.assert_allclose(saddle.passing.places[0], [0, CLIMB], atol=1e-9)
    for path in (saddle.leaving, saddle.passing):
        assert len(path.places) == len(path.loss) == len(path.gradient) == STEPS + 1
        assert path.plane_loss[0] == pytest.approx(path.loss[0], rel=1e-9)
        assert (np.diff(path.loss) < 0).all()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", ["moons"])
def test_what_is_said_of_the_saddle_holds_for_each_seed(name, seed):
    found, task = saddle_lesson(name, seed, 11), task_named(name, seed)
    theta = zero_weights(task)
    values, vectors = np.linalg.eigh(hessian(task.train_loss, theta).numpy())
    _, gradient = value_and_gradient(task.train_loss, theta)
    assert ("gradient vanishes" in str(found.says_saddle)) == (gradient.norm() < 1e-12)
    if "steepest up" in str(found.says_axes):
        said = float(re.search(r"steepest up: ([\d.]+)", str(found.says_axes))[1])
        assert said == pytest.approx(values[-1], abs=0.006)
        assert values[-1] > found.up + 1e-6
        assert ("output biases" in str(found.says_axes)) == (
            np.linalg.norm(vectors[-task.net.widths[-1] :, -1]) > 0.999
        )
    else:
        assert values[-1] == pytest.approx(found.up, abs=1e-6)
    said = re.findall(r"\d[\d,]*", str(found.says_spectrum))
    numbers = [int(number.replace(",", "")) for number in said[:4]]
    assert numbers[1] == (values < -1e-9).sum()
    assert numbers[3] == (values > 1e-9).sum()
    assert numbers[0] == len(values) == sum(numbers[1:])
    assert found.says_leaving == says_of_leaving(found.leaving)
    assert found.says_passing == says_of_passing(found.passing)


def test_what_is_said_of_descent_holds_for_any_path(saddle):
    rng = np.random.default_rng(2)
    for _ in range(200):
        rate = 10 ** rng.uniform(-6, -1)
        loss = saddle.loss * np.exp(-rate * np.arange(STEPS + 1))
        way = rng.uniform(-1, 1, 2) * np.linspace(1, rng.uniform(-3, 3), STEPS + 1)[:, None]
        path = replace(saddle.leaving, loss=loss, places=way)
        said = str(says_of_leaving(path))
        first = re.search(r"takes (\d+) step(s?);", said)
        if first:
            step = int(first[1])
            assert loss[step] < 0.99 * loss[0] <= loss[step - 1]
            assert bool(first[2]) == (step != 1)
        else:
            assert "is not yet 1 % lower" in said
            assert loss[-1] >= 0.99 * loss[0]
        distances, said = np.hypot(*path.places.T), str(says_of_passing(path))
        assert ("away from the saddle at once" in said) == (distances[0] <= distances.min())
        if nearest := re.search(r"at step (\d+), (then leaves|and stays)", said):
            assert distances[int(nearest[1])] == distances.min()
            assert (nearest[2] == "then leaves") == (distances[-1] > distances.min())


def test_what_is_said_of_the_axes_holds_for_any_spectrum(moons):
    rng, outputs = np.random.default_rng(1), moons.net.widths[-1]
    for _ in range(200):
        up = float(rng.uniform(0.01, 2))
        largest = up + float(rng.choice([0, rng.uniform(0.01, 1)]))
        top = torch.zeros(moons.net.parameters, dtype=torch.float64)
        in_biases = rng.random() < 0.5
        top[-1 if in_biases else rng.integers(len(top) - outputs)] = 1
        said = str(says_of_axes(moons, [-up, up], torch.tensor([-up, 0.0, largest]), top))
        assert ("steepest up" in said) == (largest > up)
        assert ("in the output biases" in said) == (largest > up and in_biases)
