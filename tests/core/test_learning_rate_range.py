"""The range test against torch's own loop, its rules by brute force, and what is said of it."""

import re
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from mlanim.core.data.examples import digits
from mlanim.core.learning.optimizers import OPTIMIZERS
from mlanim.core.learning.task import Task
from mlanim.core.learning.training import batches
from mlanim.core.rates.learning_rate_range import (
    BATCH,
    FACTORS,
    NETWORKS,
    STEPS,
    learning_rate_range_lesson,
    says_of_best,
    says_of_large,
    says_of_rise,
    says_of_slow,
    says_of_starts,
    says_of_tried,
)
from mlanim.core.rates.rate_range import RATES, range_test, read_test, smoothed

THEIRS = {
    "sgd": lambda p: torch.optim.SGD(p, 1.0),
    "momentum": lambda p: torch.optim.SGD(p, 1.0, momentum=0.9),
    "adam": lambda p: torch.optim.Adam(p, 1.0),
}
TRIALS = 200


@pytest.fixture(scope="module")
def lesson():
    return learning_rate_range_lesson("shallow", "sgd", 0)


def torchs_own(network, optimizer, seed, rates):
    """A plain loop of torch: losses before each step, and the network at the end."""
    net, gain, _ = NETWORKS[network]
    widths, phi = net.widths, nn.Tanh if network == "shallow" else nn.ReLU
    layers = [(nn.Linear(a, b), phi()) for a, b in pairwise(widths)]
    model = nn.Sequential(*[part for pair in layers for part in pair][:-1]).double()
    start = net.initial(torch.Generator().manual_seed(seed), gain=gain)
    nn.utils.vector_to_parameters(start, model.parameters())
    data, generator = digits(0).train, torch.Generator().manual_seed(seed)
    theirs, losses, order = THEIRS[optimizer](model.parameters()), [], []
    for rate in rates:
        order = order or list(torch.randperm(len(data), generator=generator).split(BATCH))
        batch = order.pop(0)
        theirs.param_groups[0]["lr"] = rate
        theirs.zero_grad()
        loss = nn.functional.cross_entropy(model(data.inputs.T[batch]), data.labels[batch])
        losses.append(loss.item())
        loss.backward()
        theirs.step()
    return np.array(losses), model


@pytest.mark.parametrize(
    ("network", "optimizer"),
    [("shallow", "sgd"), ("shallow", "momentum"), ("shallow", "adam"), ("deep", "adam")],
)
def test_the_run_is_torchs_own(network, optimizer):
    net, gain, _ = NETWORKS[network]
    task = Task(net, digits(0))
    start = net.initial(torch.Generator().manual_seed(4), gain=gain)
    drawn = batches(len(task.data.train), BATCH, 4)
    ours = range_test(task.train_loss, start, OPTIMIZERS[optimizer], drawn)
    until = int((RATES < 0.1).sum())  # later on, rounding grows from step to step
    theirs, _ = torchs_own(network, optimizer, 4, RATES[: until + 1])
    np.testing.assert_allclose(ours.raw[:until], theirs[1:], rtol=1e-8)


def test_the_rate_grows_by_the_same_factor_from_a_millionth_to_ten():
    assert RATES[0] == pytest.approx(1e-6)
    assert RATES[-1] == pytest.approx(10)
    np.testing.assert_allclose(RATES[1:] / RATES[:-1], 10 ** (1 / 40))


def test_the_average_is_that_with_weights_that_fall_by_a_tenth():
    values = np.random.default_rng(0).normal(2, 1, 90)
    for decay in (0.5, 0.9, 0.98):
        wanted = [np.average(values[:n], weights=decay ** np.arange(n)[::-1]) for n in range(1, 91)]
        np.testing.assert_allclose(smoothed(values, decay), wanted, rtol=1e-12)


def random_curve(rng):
    """Losses that stay, fall and mostly rise, with noise; some end without a number."""
    places = np.linspace(0, 7, len(RATES))
    fall = rng.uniform(0.1, 2) / (1 + np.exp(-4 * (places - rng.uniform(3, 6))))
    rise = rng.choice([0, 1]) * np.exp(6 * (places - rng.uniform(5, 7.5)))
    losses = 2.5 - fall + rise + rng.normal(0, rng.choice([0, 0.1]), len(RATES))
    if rng.random() < 0.3:
        losses[rng.integers(150, 281) :] = rng.choice([np.nan, np.inf])
    return losses


def test_the_rules_find_what_a_search_finds():
    rng = np.random.default_rng(1)
    for _ in range(TRIALS):
        losses = random_curve(rng)
        found = read_test(RATES, losses)
        count = next((k for k, x in enumerate(losses) if not np.isfinite(x)), len(losses))
        assert len(found.raw) == len(found.rates) == count
        line, lowest, steepest, rise = found.smooth, 0, 20, None
        for k in range(count):
            lowest = k if line[k] < line[lowest] else lowest
        for k in range(20, min(lowest, count - 11) + 1):
            drop = line[k - 10] - line[k + 10]
            steepest = k if drop > line[steepest - 10] - line[steepest + 10] else steepest
        for k in range(count - 1, lowest, -1):
            rise = k if line[k] - line[lowest] > (line[0] - line[lowest]) / 10 else rise
        rises = [] if rise is None else [rise]
        assert (found.lowest, found.steepest, *found.rise) == (lowest, steepest, *rises)
        assert found.rates[found.steepest + 10] / found.rates[found.steepest - 10] == (
            pytest.approx(10**0.5)
        )
        assert (
            found.stretch[0, 1] - found.stretch[-1, 1] == line[steepest - 10] - line[steepest + 10]
        )
        said = str(says_of_rise(found))
        assert ("never rises" in said) == (rise is None)


def test_a_test_of_the_lesson_is_one_by_itself(lesson):
    net, gain, _ = NETWORKS["shallow"]
    task = Task(net, digits(0))
    start = net.initial(torch.Generator().manual_seed(2000), gain=gain)
    drawn = batches(len(task.data.train), BATCH, 2000)
    alone = range_test(task.train_loss, start, OPTIMIZERS["sgd"], drawn)
    assert alone.smooth.tobytes() == lesson.tests[2].smooth.tobytes()
    assert lesson.places[2].tolist() == [alone.suggestion, alone.smooth[alone.steepest]]


def test_trainings_at_the_suggestion_are_torchs_own(lesson):
    runs, data, right = lesson.trainings, digits(0), 0
    assert runs.rates[runs.shown["suggested"]] == lesson.places[0, 0]
    for name, factor in (("a tenth", 0.1), ("suggested", 1), ("ten times", 10)):
        assert FACTORS[runs.shown[name]] == pytest.approx(factor)
        np.testing.assert_allclose(runs.losses[name][-1], runs.ends[runs.shown[name]], rtol=1e-9)
    for i, seed in enumerate((0, 1000, 2000, 3000, 4000)):
        _, model = torchs_own("shallow", "sgd", seed, [lesson.places[0, 0]] * STEPS)
        with torch.no_grad():
            loss = nn.functional.cross_entropy(model(data.train.inputs.T), data.train.labels)
            right += int((model(data.test.inputs.T).argmax(1) == data.test.labels).sum())
        assert runs.losses["suggested"][-1, i] == pytest.approx(loss.item(), rel=1e-6)
    assert runs.right == right / (5 * len(data.test))


def ends_of_runs(rng, count=5):
    """Losses at the end, at random close together, far apart, or lost."""
    ends = rng.uniform(0.05, 0.5) + rng.normal(0, rng.choice([1e-3, 0.02]), count)
    lost = rng.random(count) < rng.choice([0, 0, 0.5, 1])
    return np.where(lost, rng.choice([2.35, 50.0, 1e3]), ends)


def test_what_is_said_of_trainings_holds():
    rng, seen = np.random.default_rng(2), set()
    for _ in range(TRIALS):
        tenth, suggested, large = (ends_of_runs(rng) for _ in range(3))
        started = rng.normal(2.4, 0.1, 5)
        said = str(says_of_slow(tenth, suggested))
        gaps = [a - b for a, b in zip(tenth, suggested, strict=True)]
        tie = abs(np.mean(gaps)) < np.sqrt(np.var(gaps) * 5 / 4)
        assert ("a tie" in said) == tie
        assert ("too slow" in said) == (not tie and sum(gaps) > 0)
        said = str(says_of_large(np.stack([started, large]), suggested))
        seen.add(said.split(":")[-1].strip() if "ends at" in said else said[:30])
        all_higher = all(a > b for a, b in zip(large, started, strict=True))
        assert ("it diverges" in said) == all_higher
        lost = sum(loss >= np.log(10) for loss in large)
        assert ("no better than guessing" in said) == (lost > 0 and not all_higher)
        gaps, lost_before = large - suggested, "ends at" in said
        if lost_before:
            tie = abs(np.mean(gaps)) < np.sqrt(np.var(gaps) * 5 / 4)
            assert said.endswith("a tie") == tie
            assert ("worse" in said) == (not tie and gaps.sum() > 0)
            assert f"{large.mean():.3f} ± {np.sqrt(np.var(large) * 5 / 4):.3f}" in said
    assert len(seen) >= 5  # every ending came


def test_what_is_said_of_the_best_rate_holds():
    rng = np.random.default_rng(3)
    for _ in range(TRIALS):
        rates, ends = np.geomspace(0.01, 100, 13), np.stack([ends_of_runs(rng) for _ in range(13)])
        best = min(range(13), key=lambda i: ends[i].mean())
        said = str(says_of_best(rates, ends, 6))
        assert ("the suggestion ends lowest" in said) == (best == 6)
        gaps = ends[6] - ends[best]
        tie = best != 6 and gaps.mean() < np.sqrt(np.var(gaps) * 5 / 4)
        assert ("a tie with it" in said) == tie
        if best != 6:
            times = float(re.search(r"([\d.]+) times the suggestion", said)[1])
            assert times == pytest.approx(rates[best] / rates[6], rel=0.06)
        assert ("as that" in str(says_of_tried(ends))) == (ends.max() == 1e3)


def test_suggestions_apart_are_said_to_be_apart(lesson):
    numbers = [float(n) for n in re.findall(r"\d\.\d+", str(says_of_starts(lesson.tests)))]
    low, high = lesson.places[:, 0].min(), lesson.places[:, 0].max()
    assert numbers == pytest.approx([low, high, high / low], rel=0.03)
    assert "all of them suggest" in str(says_of_starts([lesson.tests[0]] * 5))
