import re

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from mlanim.core.landscape.batch_sizes import LARGE, SMALL, TARGETS, End, says_of_ends
from mlanim.core.landscape.sharp_and_flat import LOW_RATES
from mlanim.core.landscape.two_wells import (
    START,
    says_of_wells,
    two_wells_loss,
    well,
    well_descent,
)
from mlanim.core.learning.task import task_named


def plain_loss(point):
    """The formula in the module's docstring, in plain numpy."""
    bowls = [
        (16 * (point[0] - 1.5) ** 2 + 8 * (point[1] - 1.5) ** 2) / 2,
        (0.5 * (point[0] + 0.75) ** 2 + 0.5 * (point[1] + 0.5) ** 2) / 2,
    ]
    return -0.15 * np.log(sum(np.exp(-bowl / 0.15) for bowl in bowls))


def plain_slope(point, small=1e-6):
    return np.array(
        [
            (plain_loss(point + small * axis) - plain_loss(point - small * axis)) / (2 * small)
            for axis in np.eye(2)
        ]
    )


@pytest.fixture(scope="module")
def wells():
    return {name: well(name) for name in ("sharp", "flat")}


def test_the_minima_are_where_scipy_finds_them_equally_deep(wells):
    for name, near in (("sharp", (1.4, 1.6)), ("flat", (-1.0, 0.0))):
        best = minimize(plain_loss, near, tol=1e-12)
        np.testing.assert_allclose(wells[name].place, best.x, atol=1e-5)
        assert wells[name].loss == pytest.approx(best.fun, abs=1e-9)
    assert wells["sharp"].loss == pytest.approx(wells["flat"].loss, abs=1e-6)


def test_the_curvatures_are_the_paraboloids_along_their_steepest_axes(wells):
    assert wells["sharp"].curvature == pytest.approx(16, rel=1e-5)
    assert wells["flat"].curvature == pytest.approx(0.5, rel=1e-5)
    np.testing.assert_allclose(wells["sharp"].steepest, [1, 0], atol=1e-4)


def test_the_rate_alone_decides_between_the_minima(wells):
    ended = {rate: well_descent(rate, wells).ended_in for rate in (0.02, 0.1, 0.13, 0.15, 0.2)}
    assert ended == {0.02: "sharp", 0.1: "sharp", 0.13: "", 0.15: "flat", 0.2: "flat"}


def test_each_step_is_minus_the_rate_times_a_finite_difference_gradient(wells):
    descent = well_descent(0.15, wells)
    np.testing.assert_allclose(descent.places[0], START)
    for here, after in zip(descent.places[:12], descent.places[1:13], strict=True):
        np.testing.assert_allclose(after, here - 0.15 * plain_slope(here), atol=1e-7)
    gaps = np.linalg.norm(descent.places - wells["sharp"].place, axis=1)
    np.testing.assert_allclose(descent.distances, gaps)


def test_the_leap_is_the_last_step_from_the_sharp_side_to_the_flat_one(wells):
    descent = well_descent(0.15, wells)

    def is_flat(p):
        return 0.5 * ((p - [-0.75, -0.5]) ** 2).sum() < ((p - 1.5) ** 2 * [16, 8]).sum()

    assert not is_flat(descent.places[descent.leap - 1])
    assert all(is_flat(place) for place in descent.places[descent.leap :])
    assert well_descent(0.02, wells).leap == 0


def test_the_loss_takes_any_batch_of_points():
    points = torch.randn(3, 4, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    losses = two_wells_loss(points)
    assert losses.shape == (3, 4)
    assert losses[1, 2].item() == pytest.approx(plain_loss(points[1, 2].numpy()), rel=1e-9)


def settled(rates):
    """Where plain descent at each rate (N,) is after 500 steps, (N, 2), in numpy."""
    points = np.repeat(np.array([START]), len(rates), axis=0)
    curvature, minima = np.array([[16, 8], [0.5, 0.5]]), np.array([[1.5, 1.5], [-0.75, -0.5]])
    for _ in range(500):
        bowls = (curvature * (points[:, None] - minima) ** 2).sum(2) / 2
        weight = np.exp((bowls.min(1, keepdims=True) - bowls) / 0.15)
        weight /= weight.sum(1, keepdims=True)
        slopes = (weight[..., None] * curvature * (points[:, None] - minima)).sum(1)
        points = points - rates[:, None] * slopes
    return points


def test_what_is_said_of_a_rate_is_what_plain_descent_does(wells):
    rates = np.random.default_rng(0).uniform(0.13, 0.2, 60)
    low = [well_descent(rate, wells) for rate in LOW_RATES]
    for rate, end in zip(rates.tolist(), settled(rates), strict=True):
        descents = (*low, well_descent(rate, wells))
        says = {name: str(said) for name, said in says_of_wells(wells, descents).items()}
        assert "both end in the sharp minimum" in says["low"]
        assert "two minima of one depth" in says["wells"]
        found = re.search(r"λ is ([\d.]+), (over|not over) 2", says["rate"])
        assert float(found[1]) == pytest.approx(16 * rate, abs=0.006)
        assert (found[2] == "over") == (16 * rate > 2)
        near = {name: np.linalg.norm(end - one.place) < 1e-2 for name, one in wells.items()}
        where = re.search(r"ends in (?:the (\w+)|neither) minimum", says["rate"])[1]
        assert near == {name: name == where for name in wells}
        assert ("leaps out" in says["rate"]) == (where == "flat")


def test_what_is_said_of_batch_sizes_holds_for_any_ends():
    rng, task = np.random.default_rng(5), task_named("moons", 0)
    for _ in range(200):
        count = int(rng.integers(2, 8))
        ends = {size: [random_end(rng, size) for _ in range(count)] for size in (SMALL, LARGE)}
        says = {name: str(said) for name, said in says_of_ends(task, ends).items()}
        pairs = list(zip(ends[SMALL], ends[LARGE], strict=True))
        flatter = [a.eigenvalue < b.eigenvalue for a, b in pairs]
        assert f"in {sum(flatter)} of {count} starts" in says["flatter"]
        better = [(small.test_loss if flat else large.test_loss)
                  < (large.test_loss if flat else small.test_loss)
                  for (small, large), flat in zip(pairs, flatter, strict=True)]  # fmt: skip
        assert f"in {sum(better)} of {count} starts" in says["tested"]
        assert ("the sharper place does better" in says["tested"]) == (not any(better))
        assert ("does not tell" in says["tested"]) == (any(better) and not all(better))
        highest = max(end.train_loss for end in (*ends[SMALL], *ends[LARGE]))
        assert ("as far as it comes" in says["training"]) == (highest > TARGETS["moons"])


def random_end(rng, size):
    loss = TARGETS["moons"] * rng.choice([0.9, 1, 1.001], p=[0.9, 0.09, 0.01])
    nothing = np.zeros(0)
    return End(
        batch={SMALL: 16, LARGE: 400}[size], steps=1, train_loss=float(loss),
        test_loss=float(rng.uniform(0.1, 1)), eigenvalue=float(rng.uniform(0.1, 2)), theta=nothing,
        steep=nothing,
    )  # fmt: skip
