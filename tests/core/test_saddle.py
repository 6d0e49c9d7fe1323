import numpy as np
import pytest
import torch

from mlanim.core.landscape.classifier import Task, layers, load_task
from mlanim.core.landscape.saddle import find_saddle, zero_weights


def covariance_singular_values(task: Task) -> np.ndarray:
    """Of C = mean((onehot(label) - frequency) input^T), by numpy."""
    labels, inputs = task.train.labels.numpy(), task.train.inputs.numpy()
    onehot = np.eye(task.widths[-1])[labels]
    return np.linalg.svd((onehot - onehot.mean(0)).T @ inputs.T / len(labels), compute_uv=False)


@pytest.fixture(scope="module")
def moons():
    return load_task("moons", seed=0)


@pytest.fixture(scope="module")
def saddle(moons):
    return find_saddle(moons, seed=0, resolution=21)


@pytest.mark.parametrize("name", ["digits", "moons"])
def test_the_gradient_vanishes_and_the_loss_is_the_labels_entropy(name):
    task = load_task(name, seed=3)
    theta = zero_weights(task)
    share = np.bincount(task.train.labels.numpy()) / len(task.train)
    gradient = torch.func.grad(task.train_loss)(theta)
    assert gradient.norm().item() < 1e-14
    assert task.train_loss(theta).item() == pytest.approx(-(share * np.log(share)).sum())


def test_the_spectrum_is_the_covariances_singular_values_with_both_signs(moons, saddle):
    singular = covariance_singular_values(moons)
    singular = singular[singular > 1e-9]
    expected = np.repeat(-singular, moons.widths[1])
    lowest = saddle.eigenvalues[: len(expected)]
    np.testing.assert_allclose(lowest, np.sort(expected), rtol=1e-9)
    for value in singular:
        assert (np.abs(saddle.eigenvalues - value) < 1e-9).sum() == moons.widths[1]
    output_biases = moons.widths[-1] - 1
    assert saddle.negative == len(expected)
    assert saddle.positive == len(expected) + output_biases
    assert saddle.negative + saddle.zero + saddle.positive == len(saddle.eigenvalues) == 82


def test_the_spectrum_is_that_of_autograds_own_hessian(moons, saddle):
    full = torch.autograd.functional.hessian(moons.train_loss, zero_weights(moons))
    np.testing.assert_allclose(
        saddle.eigenvalues, np.linalg.eigvalsh(full.numpy()), rtol=1e-9, atol=1e-12
    )


def test_the_axes_are_eigenvectors_of_either_sign(moons, saddle):
    largest = covariance_singular_values(moons)[0]
    assert saddle.gradient_norm < 1e-14
    assert saddle.down_eigenvalue == pytest.approx(-largest)
    assert saddle.up_eigenvalue == pytest.approx(largest)
    assert max(saddle.down_residual, saddle.up_residual) < 1e-12


def test_the_plane_curves_down_along_one_axis_and_up_along_the_other(saddle):
    middle, spacing = len(saddle.offsets) // 2, saddle.offsets[1] - saddle.offsets[0]
    assert saddle.offsets[middle] == 0
    assert saddle.plane_loss[middle, middle] == pytest.approx(saddle.loss, abs=1e-12)
    along_columns, along_rows = saddle.plane_loss[middle, :], saddle.plane_loss[:, middle]
    assert along_columns[middle + 1] < saddle.loss < along_rows[middle + 1]
    assert along_columns[middle - 1] < saddle.loss < along_rows[middle - 1]
    cut = np.diff(along_rows, 2)[middle - 1] / spacing**2
    assert cut == pytest.approx(saddle.up_eigenvalue, rel=0.05)


def test_a_push_leaves_the_saddle_slowly_then_fast(moons, saddle):
    path = saddle.leaving
    growth = path.coordinates[1:6, 0] / path.coordinates[:5, 0]
    expected = 1 - saddle.learning_rate * saddle.down_eigenvalue
    assert path.start_offset == pytest.approx(path.coordinates[0, 0]) == 1e-3
    np.testing.assert_allclose(growth, expected, rtol=1e-5)
    assert path.loss[10] > 0.999 * saddle.loss
    assert path.loss[-1] < 0.5 * saddle.loss


def test_the_other_path_comes_near_before_it_leaves(saddle):
    path = saddle.passing
    distances = np.linalg.norm(path.coordinates, axis=1)
    nearest = distances.argmin()
    np.testing.assert_allclose(path.coordinates[0], [0, 2], atol=1e-9)
    assert 0 < nearest < len(distances) - 1
    assert distances[nearest] < 0.6
    assert path.loss[-1] < saddle.loss < path.loss[0]


def test_the_paths_are_descents_drawn_where_they_project(saddle):
    for path in (saddle.leaving, saddle.passing):
        assert len(path.coordinates) == len(path.loss) == len(path.gradient_norm) == 121
        assert path.plane_loss[0] == pytest.approx(path.loss[0], rel=1e-9)
        assert (np.diff(path.loss) < 0).all()
        assert 0 < path.distance_kept <= 1
        assert np.abs(path.coordinates).max() <= saddle.offsets[-1]


def test_only_the_output_biases_of_the_point_are_not_zero(moons):
    *hidden, (weight, bias) = layers(zero_weights(moons), moons.widths)
    assert not weight.any()
    assert not any(tensor.any() for pair in hidden for tensor in pair)
    assert bias.exp().sum().item() == pytest.approx(1)
