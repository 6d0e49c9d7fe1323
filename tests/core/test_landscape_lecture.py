import dataclasses

import numpy as np
import pytest
import torch

from mlanim.core.landscape import landscape_lecture as module
from mlanim.core.landscape.classifier import load_task
from mlanim.core.landscape.landscape_lecture import landscape_lecture
from mlanim.core.landscape.optimisers import UPDATES, train

PLAIN = (str, int, float, bool, type(None), np.ndarray)


def leaves(value, name=""):
    """Every plain value of a result by name; a tensor or another object fails here."""
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from leaves(getattr(value, field.name), f"{name}.{field.name}")
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from leaves(item, f"{name}[{index}]")
    else:
        assert isinstance(value, PLAIN), type(value)
        yield name, value


def bytes_of(value):
    return {n: v.tobytes() if isinstance(v, np.ndarray) else repr(v) for n, v in leaves(value)}


@pytest.fixture(scope="module")
def lecture():
    return landscape_lecture("moons", resolution=9)


@pytest.fixture(scope="module")
def quick():
    """The same lecture without its second half, for looking at other planes."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("compare_batch_sizes", "find_saddle", "two_wells"):
            patch.setattr(module, name, lambda *_: None)
        yield landscape_lecture


def test_the_result_is_plain_arrays_of_finite_numbers(lecture):
    for _, value in leaves(lecture):
        if isinstance(value, np.ndarray):
            assert value.dtype.kind in "fi"
            assert np.isfinite(value).all()


def test_the_same_parameters_give_the_same_bytes_on_any_number_of_threads(lecture):
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        again = landscape_lecture("moons", resolution=9)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
    first, second = bytes_of(lecture), bytes_of(again)
    assert [name for name in first if first[name] != second[name]] == []


def test_torchs_own_random_numbers_are_left_alone(quick):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    quick("moons", resolution=5)
    assert torch.equal(torch.rand(3), expected)


def test_the_paths_are_the_runs_of_the_three_optimisers(lecture):
    task = load_task("moons", seed=0)
    assert [path.optimizer for path in lecture.paths] == list(UPDATES)
    run = train(task, "adam", lecture.network.epochs, lecture.network.batch_size, seed=0)
    path = lecture.paths[2]
    np.testing.assert_allclose(path.train_loss, run.train_loss, rtol=1e-9)
    np.testing.assert_allclose(path.test_loss, run.test_loss, rtol=1e-9)
    np.testing.assert_array_equal(path.steps, run.steps)
    # Distances in the plane never exceed, and for the kept share explain, those in weight space.
    offsets = run.weights - run.weights[-1]
    in_plane = path.coordinates - path.coordinates[-1]
    assert (
        np.linalg.norm(in_plane, axis=1) <= np.linalg.norm(offsets, axis=1) * (1 + 1e-9) + 1e-9
    ).all()
    spread = run.weights - run.weights.mean(0)
    shadow = path.coordinates - path.coordinates.mean(0)
    assert path.variance_kept == pytest.approx((shadow**2).sum() / (spread**2).sum(), rel=1e-9)


@pytest.mark.parametrize("directions", ["pca", "random"])
@pytest.mark.parametrize("optimizer", list(UPDATES))
def test_the_origin_is_the_highlighted_runs_end(quick, directions, optimizer):
    found = quick("moons", directions, optimizer, resolution=8)
    plane, path = found.plane, found.paths[found.highlighted]
    row, column = plane.origin_row, plane.origin_column
    assert path.optimizer == optimizer
    assert plane.x[column] == plane.y[row] == 0
    assert plane.loss[row, column] == plane.origin_loss
    assert plane.origin_loss == pytest.approx(path.train_loss[-1], abs=1e-9)
    assert path.plane_loss[-1] == pytest.approx(path.train_loss[-1], abs=1e-9)
    np.testing.assert_allclose(path.coordinates[-1], 0, atol=1e-9)


def test_a_pca_plane_is_orthonormal_square_and_holds_every_path(lecture):
    plane = lecture.plane
    assert plane.direction_norms == pytest.approx((1, 1))
    assert plane.direction_cosine == pytest.approx(0, abs=1e-9)
    assert np.ptp(plane.x) == pytest.approx(np.ptp(plane.y))
    for path in lecture.paths:
        x, y = path.coordinates.T
        assert plane.x[0] < x.min() <= x.max() < plane.x[-1]
        assert plane.y[0] < y.min() <= y.max() < plane.y[-1]


def test_a_random_plane_keeps_little_of_a_path_and_says_so(quick):
    found = quick("moons", "random", resolution=5)
    in_pca = quick("moons", "pca", resolution=5)
    assert found.plane.x.tolist() == [-1, -0.5, 0, 0.5, 1]
    assert found.plane.direction_norms[0] > 1
    for path, better in zip(found.paths, in_pca.paths, strict=True):
        assert path.variance_kept < 0.2 < better.variance_kept
    assert found.walk_variance_kept < 0.2 < in_pca.walk_variance_kept


def test_the_gap_between_a_path_and_the_contour_under_it_is_the_largest(lecture):
    for path in lecture.paths:
        gaps = np.abs(path.train_loss - path.plane_loss)
        assert path.largest_gap == gaps.max() > 0.1
        assert gaps[path.steps.tolist().index(path.largest_gap_step)] == path.largest_gap


def test_heights_are_the_stated_transform_of_the_losses(lecture):
    plane = lecture.plane
    assert plane.loss.max() > 20 * plane.loss.min()
    assert plane.height_is == "log10 of the loss"
    np.testing.assert_allclose(10**plane.height, plane.loss)
    for path in lecture.paths:
        np.testing.assert_allclose(10**path.plane_height, path.plane_loss)
    assert plane.loss.min() < plane.levels.min() < plane.levels.max() < plane.loss.max()


def test_a_small_range_of_losses_keeps_its_own_height(quick, monkeypatch):
    monkeypatch.setattr(module, "LOG_FROM_RATIO", 1e9)
    plane = quick("moons", resolution=5).plane
    assert plane.height_is == "loss"
    np.testing.assert_array_equal(plane.height, plane.loss)


def test_another_seed_is_another_lecture(quick):
    first, second = (quick("moons", resolution=5, seed=seed) for seed in (0, 1))
    assert not np.array_equal(first.plane.loss, second.plane.loss)


def test_the_network_is_described_as_it_is(lecture):
    network = lecture.network
    assert (network.train_examples, network.test_examples) == (400, 1000)
    assert network.parameters == 2 * 16 + 16 + 16 * 2 + 2
    assert lecture.batch_sizes.large.batch_size == network.train_examples


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dataset": "mnist"}, "'digits' or 'moons'"),
        ({"directions": "up"}, "'pca' or 'random'"),
        ({"optimizer": "lion"}, "sgd, momentum, adam"),
        ({"resolution": 2}, "at least 3"),
    ],
)
def test_an_impossible_argument_is_refused_before_training(arguments, message):
    with pytest.raises(ValueError, match=message):
        landscape_lecture(**arguments)
