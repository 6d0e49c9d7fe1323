"""Five optimisers against torch.optim, their rates against theory, and what is said of them."""

import re

import numpy as np
import pytest
import torch

from mlanim.core.landscape.ravine import (
    LATE,
    START,
    best_settings,
    descent,
    places_of,
    ravine,
    spectral_radius,
)
from mlanim.core.learning.five_optimizers import (
    five_optimizers_lesson,
    says_of_downhill,
    says_of_five,
    says_of_network,
)
from mlanim.core.learning.optimizers import FIVE, Nesterov, Rated, RMSProp
from mlanim.core.learning.training import train
from mlanim.core.rates.rate_sweep import RateSweep

THEIRS = {
    "gradient descent": lambda p, r: torch.optim.SGD([p], r),
    "momentum": lambda p, r: torch.optim.SGD([p], r, momentum=0.9),
    "Nesterov": lambda p, r: torch.optim.SGD([p], r, momentum=0.9, nesterov=True),
    "RMSProp": lambda p, r: torch.optim.RMSprop([p], r),
    "Adam": lambda p, r: torch.optim.Adam([p], r),
}


@pytest.fixture(scope="module")
def lesson():
    return five_optimizers_lesson(20, "moons", 0)


@pytest.mark.parametrize("name", FIVE)
def test_each_is_torchs_own_in_the_ravine(name):
    ours = places_of(FIVE[name], 0.02, 20, 80)
    point = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    theirs, places = THEIRS[name](point, 0.02), [point.detach().clone()]
    for _ in range(80):
        theirs.zero_grad()
        (0.5 * point[0] ** 2 + 10 * point[1] ** 2).backward()
        theirs.step()
        places.append(point.detach().clone())
    np.testing.assert_allclose(ours, torch.stack(places).numpy(), atol=1e-12)


def test_rates_side_by_side_are_those_one_by_one():
    rates, start = torch.tensor([0.01, 0.05, 0.2], dtype=torch.float64), torch.ones(3, 2).double()
    for rule in (*FIVE.values(), Nesterov(0.5), RMSProp(0.9)):
        both = train(lambda p, _: ravine(p, 4), start, Rated(rule, rates[:, None]), 1.0, 30).end
        for rate, end in zip(rates.tolist(), both, strict=True):
            alone = train(lambda p, _: ravine(p, 4), start[0], rule, rate, 30).end
            torch.testing.assert_close(end, alone, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kappa", [2, 7.5, 20, 100])
def test_what_is_kept_late_on_is_what_theory_promises(kappa):
    for name, setting in best_settings(kappa).items():
        found = descent(name, *setting, kappa)
        slack = 1 if name == "gradient descent" else 2 ** (1 / (LATE[1] - LATE[0]))
        assert found.promised <= found.factor * (1 + 1e-9)
        assert found.factor <= found.promised * slack * (1 + 1e-6)  # a double root: k ρ^k


def test_the_spectral_radius_is_that_of_the_iterations_matrix():
    rates, momenta = np.linspace(0.01, 0.5, 7), np.linspace(0, 0.97, 6)
    found = spectral_radius(rates, momenta, 9)
    for i, momentum in enumerate(momenta):
        for j, rate in enumerate(rates):
            steps = [np.array([[1 + momentum - rate * c, -momentum], [1, 0]]) for c in (1, 9)]
            radii = [np.abs(np.linalg.eigvals(step)).max() for step in steps]
            assert found[i, j] == pytest.approx(max(radii), abs=1e-7)


@pytest.mark.parametrize("kappa", [2, 20, 100])
def test_no_setting_on_the_map_is_better_than_polyaks_and_none_grows_before_the_line(kappa):
    rates, momenta = np.linspace(0.002, 4.2 / kappa, 161), np.linspace(0, 0.98, 121)
    radius = spectral_radius(rates, momenta, kappa)
    assert radius.min() >= best_settings(kappa)["momentum"][2] - 1e-9
    grows = rates[None] * kappa > 2 * (1 + momenta[:, None]) * (1 + 1e-9)
    np.testing.assert_array_equal(radius > 1 + 1e-9, grows)


def test_the_lesson_says_what_its_arrays_hold(lesson):
    for name, said in (
        ("gradient descent", lesson.says_descent),
        ("momentum", lesson.says_momentum),
    ):
        numbers = [float(n) for n in re.findall(r"\d\.\d+", str(said))]
        found = lesson.descents[name]
        assert numbers == pytest.approx([found.factor, found.promised], rel=6e-3)
    for found in lesson.descents.values():
        np.testing.assert_allclose(
            found.places[:-1] + found.steps[:-1], found.places[1:], atol=1e-12
        )
        heights = found.places[:, 0] ** 2 / 2 + 10 * found.places[:, 1] ** 2
        np.testing.assert_allclose(found.losses, heights, rtol=1e-9)
    lowest = min(lesson.descents.values(), key=lambda one: one.losses[-1])
    assert lowest.name in str(says_of_five(list(lesson.descents.values())))
    for sweep in lesson.sweeps.values():
        assert 0 < sweep.best < len(sweep.rates) - 1  # the best rate is not at the sweep's end
        assert sweep.losses.mean(1)[sweep.best] == sweep.losses.mean(1).min()


@pytest.mark.parametrize("kappa", [2, 5, 7.5, 20, 100])
def test_downhill_is_said_to_be_across_the_ravine_only_where_it_is(kappa):
    start = torch.tensor(START, requires_grad=True)
    along, across = torch.autograd.grad(ravine(start, kappa), start)[0].abs().tolist()
    said = str(says_of_downhill(kappa))
    assert ("far more than along it" in said) == (across >= 3 * along)
    if "far more" not in said:
        assert float(re.search(r"is ([\d.]+) times", said)[1]) == pytest.approx(across / along)


def test_a_tie_is_what_lies_within_the_spread_of_the_differences():
    rng = np.random.default_rng(0)
    for _ in range(200):
        sweeps = {}
        for name in FIVE:
            losses = rng.uniform(0.05, 0.06) + rng.normal(0, rng.choice([1e-4, 5e-3]), (3, 5))
            sweeps[name] = RateSweep(np.arange(1.0, 4), losses, int(losses.mean(1).argmin()))
        ends = {name: sweep.losses.mean(1).min() for name, sweep in sweeps.items()}
        first = min(ends, key=ends.get)
        said = str(says_of_network(sweeps))
        assert f"{first} ends lowest" in said
        for name, sweep in sweeps.items():
            gaps = sweep.losses[sweep.best] - sweeps[first].losses[sweeps[first].best]
            ties = name != first and gaps.mean() < gaps.std(ddof=1)
            assert bool(re.search(rf"a tie with .*\b{name}\b", said)) == ties
        assert ("ahead of all others" in said) == ("a tie" not in said)


def test_the_same_again(lesson):
    again = five_optimizers_lesson(20, "moons", 0)
    for name, sweep in lesson.sweeps.items():
        assert sweep.losses.tobytes() == again.sweeps[name].losses.tobytes()
