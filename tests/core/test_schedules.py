"""Schedules against their formulas, trainings against torch's, and what is said of them."""

import math
import re

import numpy as np
import pytest
import torch

from mlanim.core.learning.task import task_named
from mlanim.core.learning.training import batches
from mlanim.core.rates.schedules import (
    BATCH,
    NAMES,
    POINTS,
    STARTS,
    Scheduled,
    factors,
    says_of_ends,
    says_of_peaks,
    says_of_way,
    schedules_lesson,
)


@pytest.fixture(scope="module")
def lesson():
    return schedules_lesson("moons", "momentum", 60, 3)


@pytest.mark.parametrize("steps", [60, 61, 100, 599])
def test_the_rates_are_those_of_the_formulas(steps):
    at, warm, third = np.arange(steps), math.ceil(steps / 10), math.ceil(steps / 3)
    expected = {
        "constant": np.ones(steps),
        "step": 0.1 ** (at // third),
        "cosine": (1 + np.cos(np.pi * at / steps)) / 2,
        "warm-up and decay": np.where(
            at < warm, (at + 1) / warm, 1 - (at - warm + 1) / (steps - warm)
        ),
    }
    for name, curve in expected.items():
        np.testing.assert_allclose(factors(name, steps), curve, atol=1e-9, err_msg=name)
    cycle = factors("one cycle", steps)
    top = int(cycle.argmax())
    assert top == pytest.approx(0.3 * steps - 1, abs=1)
    assert cycle[[0, -1]] == pytest.approx([1 / 25, 1 / 25e4], rel=1e-6)
    assert (np.diff(cycle[: top + 1]) > 0).all()
    assert (np.diff(cycle[top:]) < 0).all()


@pytest.mark.parametrize("name", ["cosine", "warm-up and decay"])
def test_a_training_is_torchs_own(lesson, name):
    task, steps = task_named("moons", 3), 60
    found = lesson.found[name]
    theta = task.start(3 + 2000).clone().requires_grad_()
    optimizer = torch.optim.SGD([theta], 1.0, momentum=0.9)
    drawn = batches(len(task.data.train), BATCH, 3)
    for factor in factors(name, steps):
        optimizer.param_groups[0]["lr"] = float(factor * found.peaks[found.best])
        optimizer.zero_grad()
        task.train_loss(theta, next(drawn)).backward()
        optimizer.step()
    # torch keeps rate · v as here, so that a rate that changes acts alike
    assert float(task.train_loss(theta)) == pytest.approx(found.end[2], rel=1e-9)


def test_the_lesson_holds_what_it_says(lesson):
    assert len(lesson.kept) == POINTS
    for found in lesson.found.values():
        assert found.ends.shape == (len(found.peaks), STARTS)
        assert found.ends.mean(1).argmin() == found.best
        np.testing.assert_array_equal(found.losses[-1], found.end)
    warm, total, cycle = map(int, re.findall(r"\d+", str(lesson.says_curves)))
    assert total == 60
    assert lesson.found["warm-up and decay"].factors[warm - 1] == 1
    assert lesson.found["one cycle"].factors[cycle - 1] == pytest.approx(1)


def made_up(rng):
    found = {}
    for name in NAMES:
        ends = rng.uniform(0.05, 0.06, (3, 1)) + rng.normal(0, rng.choice([1e-4, 5e-3]), (3, 5))
        best = int(ends.mean(1).argmin())
        way = np.concatenate([rng.uniform(0.05, 0.07, (4, 5)), ends[None, best]])
        found[name] = Scheduled(np.ones(4), np.array([0.1, 0.3, 1.0]), ends, best, way)
    return found


def test_what_is_said_holds_for_any_outcome():
    rng = np.random.default_rng(0)
    for _ in range(200):
        found = made_up(rng)
        ends = {name: one.ends.mean(1).min() for name, one in found.items()}
        first = min(ends, key=ends.get)
        said = str(says_of_ends(found))
        assert f"{first} ends lowest" in said
        tied = said.partition("a tie with ")[2].partition(";")[0]
        for name, one in found.items():
            gaps = one.end - found[first].end
            within = name != first and gaps.mean() < gaps.std(ddof=1)
            assert (name in tied.split(" and ") or name in tied) == within or name == "step"
        assert ("; constant:" in said) == (first != "constant" and "constant" not in tied)
        way = str(says_of_way(found, np.arange(5)))
        half = {name: one.losses[2].mean() for name, one in found.items()}
        ahead = min(half, key=half.get)
        assert f"At step 2 {ahead} is ahead" in way
        assert ("still is" in way) == (ahead == first)
        peaks = str(says_of_peaks(found))
        constant = found["constant"].peaks[found["constant"].best]
        for name in NAMES[1:]:
            assert (name in peaks) == (found[name].peaks[found[name].best] > constant)


def test_the_same_again(lesson):
    again = schedules_lesson("moons", "momentum", 60, 3)
    assert all(
        again.found[name].ends.tobytes() == one.ends.tobytes() for name, one in lesson.found.items()
    )
