import re
from itertools import islice

import numpy as np
import pytest
import torch

from mlanim.core.landscape import batch_sizes
from mlanim.core.landscape.batch_sizes import (
    DISTANCES,
    LARGE,
    SMALL,
    TARGETS,
    end_of,
    train_to_loss,
)
from mlanim.core.landscape.sharp_and_flat import sharp_and_flat_lesson
from mlanim.core.learning.curvature import hessian
from mlanim.core.learning.task import task_named
from mlanim.core.learning.training import batches, descend


@pytest.fixture(scope="module")
def moons():
    return task_named("moons", seed=0)


@pytest.fixture(scope="module")
def ends(moons):
    return {size: end_of(moons, size, 0) for size in (SMALL, LARGE)}


def test_both_runs_stop_at_the_first_look_at_the_same_loss(moons, ends):
    assert (ends[SMALL].batch, ends[LARGE].batch) == (16, 400)
    for end in ends.values():
        order = batches(400, end.batch, 0) if end.batch < 400 else None
        walk = descend(moons.train_loss, moons.start(0), "sgd", batch_sizes.RATE, order)
        looks = islice(walk, 0, end.steps + 1, 10)
        losses = [moons.train_loss(state.theta).item() for state in looks]
        assert losses[-1] <= TARGETS["moons"] < min(losses[:-1])
        assert end.train_loss == losses[-1]
        assert end.test_loss == moons.test_loss(torch.from_numpy(end.theta)).item()


def test_training_that_cannot_reach_the_loss_gives_up(moons, monkeypatch):
    monkeypatch.setattr(batch_sizes, "MOST_STEPS", 50)
    _, steps = train_to_loss(moons, 16, target=-1.0, seed=0)
    assert steps == 50


def test_eigenvalues_are_the_largest_of_the_full_hessian(moons, ends):
    for end in ends.values():
        matrix = hessian(moons.train_loss, torch.from_numpy(end.theta))
        top = torch.linalg.eigvalsh(matrix)[-1].item()
        assert end.eigenvalue == pytest.approx(top, rel=1e-6)


def test_the_steep_cuts_curvature_is_the_eigenvalue(ends):
    spacing, middle = (DISTANCES[1] - DISTANCES[0]).item(), len(DISTANCES) // 2
    for end in ends.values():
        left, centre, right = end.steep[middle - 1 : middle + 2]
        assert centre == pytest.approx(end.train_loss, abs=1e-12)
        assert (left - 2 * centre + right) / spacing**2 == pytest.approx(end.eigenvalue, rel=0.02)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_said_of_the_ends_follows_from_all_starts(seed):
    lesson = sharp_and_flat_lesson(0.15, "moons", seed)
    small, large = (
        np.array([(end.eigenvalue, end.test_loss) for end in lesson.ends[size]]).T
        for size in (SMALL, LARGE)
    )
    flatter = small[0] < large[0]
    agrees = flatter == (small[1] < large[1])
    said = re.search(r"in (\d) of (\d) starts: λ = ([\d.]+) ±", str(lesson.says["flatter"]))
    assert (int(said[1]), int(said[2])) == (flatter.sum(), len(flatter)) == (flatter.sum(), 5)
    assert float(said[3]) == pytest.approx(np.mean(small[0]), abs=0.006)
    count = int(re.search(r"in (\d) of 5", str(lesson.says["tested"]))[1])
    assert count == agrees.sum()
    assert ("does not tell" in str(lesson.says["tested"])) == (0 < count < 5)
    assert "each to a training loss of 0.1" in str(lesson.says["training"])
    again = [end_of(task_named("moons", seed), SMALL, seed + 1000 * i) for i in range(2)]
    assert [end.eigenvalue for end in again] == small[0, :2].tolist()
