import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from mlanim.core.landscape.plane import losses_at, pca_directions, plane_coordinates
from mlanim.core.learning.optimizers import OPTIMIZERS
from mlanim.core.learning.task import task_named
from mlanim.core.learning.training import batches, train
from mlanim.core.surface.loss_landscape import (
    RATES,
    WALKS,
    loss_landscape_lesson,
    says_of_walks,
    short_gap,
)
from mlanim.stage.data import to_tree
from mlanim.words.numbers import percent


def lesson(**given):
    settings = {"directions": "pca", "optimizer": "sgd", "seed": 0, "resolution": 9} | given
    return loss_landscape_lesson("moons", **settings)


@pytest.fixture(scope="module")
def found():
    return lesson()


@pytest.fixture(scope="module")
def paths():
    """The runs, trained again."""
    task = task_named("moons", 0)
    steps = 20 * -(-400 // 32)
    return {
        name: train(
            task.train_loss, task.start(0), name, RATES[name], steps, batches(400, 32, 0),
            points=81,
        ).path
        for name in OPTIMIZERS
    }  # fmt: skip


def test_the_same_parameters_give_the_same_bytes_on_any_number_of_threads(found):
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        again = lesson()
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
    first, second = {}, {}
    assert to_tree(found, first) == to_tree(again, second)
    assert [n for n in first if first[n].tobytes() != second[n].tobytes()] == []
    assert all(np.isfinite(array).all() for array in first.values())


def test_torchs_own_random_numbers_are_left_alone():
    state = torch.get_rng_state()
    lesson(resolution=5)
    assert torch.equal(torch.get_rng_state(), state)


def test_a_path_has_the_losses_of_the_run_and_those_of_its_projection(found, paths):
    task, every = task_named("moons", 0), torch.stack(list(paths.values()))
    axes, centre = pca_directions(every), paths["sgd"][-1]
    for name, run in paths.items():
        path = found.paths[name]
        expected = [task.train_loss(theta).item() for theta in run]
        np.testing.assert_allclose(path.loss, expected, rtol=1e-9)
        np.testing.assert_allclose(path.places, plane_coordinates(run, centre, axes), atol=1e-9)
        under = losses_at(task.train_loss, torch.tensor(path.places), centre, axes)
        np.testing.assert_allclose(path.plane_loss, under, rtol=1e-9)
        offsets = (run - centre).square().sum().item()
        assert path.kept == pytest.approx((path.places**2).sum() / offsets, rel=1e-6)
        assert path.end == percent(task.right(run[-1], task.data.test) / 1000, 1)


@pytest.mark.parametrize("directions", ["pca", "random"])
@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_the_origin_is_the_chosen_runs_end_and_on_the_grid(directions, optimizer):
    other = lesson(directions=directions, optimizer=optimizer, resolution=8)
    path = other.paths[optimizer]
    row, column = np.flatnonzero(other.y == 0), np.flatnonzero(other.x == 0)
    assert len(row) == len(column) == 1
    assert other.loss[row[0], column[0]] == pytest.approx(path.loss[-1], abs=1e-9)
    np.testing.assert_allclose(path.places[-1], 0, atol=1e-9)


def test_the_grid_covers_the_window_and_more_to_its_sides(found):
    (left, right), (low, high) = found.window
    assert right - left == pytest.approx(high - low)
    assert found.x[0] < left < right < found.x[-1]
    assert found.y[0] < low < high < found.y[-1]
    assert np.ptp(found.x) >= 1.6 * (right - left)
    np.testing.assert_allclose(np.diff(found.x), np.diff(found.y)[0])
    places = np.concatenate([path.places for path in found.paths.values()])
    assert np.all((places > [left, low]) & (places < [right, high]))


def test_the_loss_read_off_at_the_point_is_computed_there_to_what_is_shown(found, paths):
    """Also between two of its samples, which the film reads in a straight line."""
    task = task_named("moons", 0)
    axes, centre = pca_directions(torch.stack(list(paths.values()))), paths["sgd"][-1]
    between = torch.tensor((found.probe[1:] + found.probe[:-1]) / 2)
    true = losses_at(task.train_loss, between, centre, axes).numpy()
    read = (found.probe_loss[1:] + found.probe_loss[:-1]) / 2
    assert np.abs(read - true).max() < 5e-4


def test_a_random_walks_share_is_a_mean_over_walks_of_its_own_for_each_row(found):
    for path in found.paths.values():
        assert path.walks_kept.shape == (WALKS,)
        assert WALKS >= 60
        assert np.ptp(path.walks_kept) > 0.1
    sgd, momentum = (found.paths[name].walks_kept for name in ("sgd", "momentum"))
    assert not np.allclose(sgd, momentum)
    for row, path in zip(found.table, found.paths.values(), strict=True):
        mean, spread = (float(n) for n in re.findall(r"\d+", row[2]))
        assert mean == pytest.approx(100 * path.walks_kept.mean(), abs=0.51)
        assert spread == pytest.approx(100 * path.walks_kept.std(ddof=1), abs=0.51)


def test_a_random_plane_keeps_little_of_a_path(found):
    other = lesson(directions="random", resolution=5)
    assert other.window == ((-1, 1), (-1, 1))
    for name, path in other.paths.items():
        assert path.kept < 0.2 < found.paths[name].kept


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("directions", ["pca", "random"])
def test_what_is_said_holds_for_each_seed_and_plane(seed, directions):
    other = lesson(seed=seed, directions=directions, resolution=5)
    above = {p.name: (p.walks_kept >= p.kept).sum() for p in other.paths.values()}
    if match := re.search(r"Of (\w+)'s path .* of (\d+) in 60", str(other.says_kept)):
        assert above[match[1]] == int(match[2]) == max(above.values()) > 0
    else:
        assert "any of 60 random walks" in str(other.says_kept)
        assert max(above.values()) == 0
    name, gap = re.search(r"(\w+)'s loss .* up to ([\d.]+)", str(other.says_gap)).groups()
    gaps = {p.name: np.abs(p.loss - p.plane_loss).max() for p in other.paths.values()}
    assert gaps[name] == max(gaps.values()) == pytest.approx(float(gap), abs=0.006)
    for number in ("SGD 0.3", "Momentum 0.3", "Adam 0.02"):
        assert number in str(other.says_rules)
    assert "82 weights, learns 400 points" in str(other.says_network)
    assert ("logarithmic" in str(other.says_height)) == other.is_log
    assert other.is_log == (other.loss.max() > 20 * other.loss.min())


def test_what_is_said_of_walks_holds_for_any_paths(found):
    rng = np.random.default_rng(3)
    for _ in range(200):
        paths = {
            name: replace(
                path, kept=float(rng.uniform(0, 1.2)), walks_kept=rng.uniform(0, 1, WALKS)
            )
            for name, path in found.paths.items()
        }
        above = {path.name: sum(path.walks_kept >= path.kept) for path in paths.values()}
        if match := re.search(r"Of (\w+)'s path .* of (\d+) in 60", str(says_of_walks(paths))):
            assert above[match[1]] == int(match[2]) == max(above.values()) > 0
        else:
            assert max(above.values()) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"directions": "up"}, "one of pca, random"), ({"optimizer": "lion"}, "sgd, momentum, adam")],
)
def test_an_impossible_argument_is_refused_before_training(arguments, message):
    with pytest.raises(ValueError, match=message):
        lesson(**arguments)


def test_a_small_gap_of_losses_is_not_said_to_be_none():
    assert [short_gap(gap) for gap in (0.98, 0.00321, 4321.9)] == ["0.98", "0.00321", "4322"]
