import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from mlanim.core.landscape.two_wells import START, two_wells, two_wells_loss


def plain_loss(point):
    """The formula in the module's docstring, in plain numpy."""
    bowls = [
        (16 * (point[0] - 1.5) ** 2 + 8 * (point[1] - 1.5) ** 2) / 2,
        (0.5 * (point[0] + 0.75) ** 2 + 0.5 * (point[1] + 0.5) ** 2) / 2,
    ]
    return -0.15 * np.log(sum(np.exp(-bowl / 0.15) for bowl in bowls))


@pytest.fixture(scope="module")
def found():
    return two_wells()


def test_the_surface_is_its_formula(found):
    assert found.loss.shape == (61, 61)
    for i, j in ((30, 30), (12, 44), (45, 45), (50, 40)):
        assert found.loss[i, j] == pytest.approx(plain_loss((found.x[j], found.y[i])), rel=1e-9)


def test_the_minima_are_where_scipy_finds_them_equally_deep(found):
    for well, near in ((found.sharp, (1.4, 1.6)), (found.flat, (-1.0, 0.0))):
        best = minimize(plain_loss, near, tol=1e-12)
        np.testing.assert_allclose(well.position, best.x, atol=1e-5)
        assert well.loss == pytest.approx(best.fun, abs=1e-9)
        assert well.gradient_norm < 1e-12
    assert found.sharp.loss == pytest.approx(found.flat.loss, abs=1e-6)


def test_the_curvatures_are_the_paraboloids(found):
    np.testing.assert_allclose(found.sharp.eigenvalues, [8, 16], rtol=1e-5)
    np.testing.assert_allclose(found.flat.eigenvalues, [0.5, 0.5], rtol=1e-5)
    assert found.sharp.threshold == pytest.approx(2 / 16, rel=1e-5)
    assert found.flat.threshold == pytest.approx(4, rel=1e-5)


def test_the_step_size_alone_decides_between_the_minima(found):
    ended = {descent.rate: descent.ended_in for descent in found.descents}
    assert ended == {0.02: "sharp", 0.1: "sharp", 0.15: "flat"}
    for descent in found.descents:
        assert tuple(descent.positions[0]) == START
        assert (descent.ended_in == "sharp") == (descent.rate < found.sharp.threshold)


def test_each_step_is_minus_the_rate_times_a_finite_difference_gradient(found):
    descent, small = found.descents[2], 1e-6
    for step in (0, 1, 4, 9):
        here = descent.positions[step]
        slope = [
            (plain_loss(here + small * axis) - plain_loss(here - small * axis)) / (2 * small)
            for axis in np.eye(2)
        ]
        expected = here - descent.rate * np.array(slope)
        np.testing.assert_allclose(descent.positions[step + 1], expected, atol=1e-7)
        assert descent.losses[step] == pytest.approx(plain_loss(here), abs=1e-9)


def test_beyond_the_threshold_even_a_start_beside_the_sharp_minimum_is_thrown_off_it(found):
    beside = (found.sharp.position[0] + 1e-3, found.sharp.position[1])
    ends = [descent.ended_in for descent in two_wells((0.12, 0.126, 0.14), beside).descents]
    assert ends == ["sharp", "neither", "flat"]


def test_a_rate_beyond_both_thresholds_settles_nowhere():
    (descent,) = two_wells(rates=(4.5,)).descents
    assert descent.ended_in == "neither"


def test_the_loss_takes_any_batch_of_points():
    points = torch.randn(3, 4, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    losses = two_wells_loss(points)
    assert losses.shape == (3, 4)
    assert losses[1, 2].item() == pytest.approx(plain_loss(points[1, 2].numpy()), rel=1e-9)


@pytest.mark.parametrize("rate", [0.0, -0.1, float("nan"), float("inf")])
def test_a_rate_that_is_not_a_positive_number_is_refused(rate):
    with pytest.raises(ValueError, match="each must be a positive number"):
        two_wells(rates=(rate,))
