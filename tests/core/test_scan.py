import numpy as np
import pytest
import torch
from own_nets import net_and_data
from torch import nn
from torch.nn import functional as F

from mlanim import long_run
from mlanim.core.landscape.connecting_curve import connecting_curve, says_of_curve
from mlanim.core.landscape.directions import random_direction
from mlanim.core.landscape.loss_function import loss_function
from mlanim.core.landscape.scan import scan_line, scan_plane
from mlanim.core.learning.training import train


class Place:
    """What a computation keeps, in memory."""

    def __init__(self):
        self.arrays = {}

    def load(self, name):
        return self.arrays.get(name)

    def save(self, name, arrays):
        self.arrays[name] = arrays


class Interruptible:
    """A loss that counts its calls and stops at one of them, as Ctrl-C does."""

    def __init__(self):
        self.calls, self.stops_at = 0, None

    def __call__(self, outputs, targets):
        self.calls += 1
        if self.calls == self.stops_at:
            raise KeyboardInterrupt
        return F.cross_entropy(outputs, targets)


def own_lf(loss="cross_entropy"):
    net, data = net_and_data("mlp")
    lf = loss_function(net, data, loss, device="cpu", dtype="float64")
    lf.portions.sets = 1  # a call of the loss for each point
    return lf


def some_plane(lf):
    generator = torch.Generator().manual_seed(5)
    axes = torch.stack([random_direction(lf, generator) for _ in range(2)])
    return axes, np.linspace(-1, 1, 7), np.linspace(0, 1, 5)


def test_an_interrupted_scan_goes_on_with_what_is_missing():
    loss, place, told = Interruptible(), Place(), []
    lf = own_lf(loss)
    plane = some_plane(lf)
    whole = scan_plane(lf, *plane)

    def tell(done, total):
        told.append((done, total))

    with long_run.listened(tell, place):
        loss.calls, loss.stops_at = 0, 21  # one names the scan; of twenty points 16 are kept
        with pytest.raises(KeyboardInterrupt):
            scan_plane(lf, *plane)
        loss.calls, loss.stops_at = 0, None
        again = scan_plane(lf, *plane)
    assert loss.calls == 1 + 35 - 16
    assert again.tobytes() == whole.tobytes()
    assert told[0] == (0, 35)
    assert told[-1] == (35, 35)
    assert (16, 35) in told


def test_what_was_kept_of_other_weights_or_another_plane_is_not_taken():
    place, loss = Place(), Interruptible()
    lf = own_lf(loss)
    axes, x, y = some_plane(lf)
    with long_run.listened(lambda done, total: None, place):
        scan_plane(lf, axes, x, y)
        loss.calls = 0
        for other in ((axes.flip(0), x, y), (axes, x / 2, y), (2 * axes, x, y)):
            scan_plane(lf, *other)
    assert loss.calls == 3 * 36


def test_a_line_has_its_ends_and_even_steps():
    lf = own_lf()
    a, b = lf.theta, lf.theta + 0.3
    found = scan_line(lf, a, b, 11)
    expected = [float(lf(a + share * (b - a))) for share in np.linspace(0, 1, 11)]
    np.testing.assert_allclose(found, expected, rtol=1e-11)


@pytest.fixture(scope="module")
def two_minima():
    """Two networks, trained from two starts, with a barrier on the line between them."""
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(120, 2, generator=generator, dtype=torch.float64)
    data, ends = (inputs, (inputs.prod(1) > 0).long()), []
    for seed in range(2):
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Linear(2, 12), nn.Tanh(), nn.Linear(12, 2)).double()
        lf = loss_function(net, data, device="cpu")
        ends.append(train(lf.scalar, lf.theta, "adam", 0.05, steps=150).end)
    return lf, *ends


@pytest.fixture(scope="module")
def curve(two_minima):
    return connecting_curve(*two_minima, seed=0, steps=200, rate=0.05, points=21)


def test_the_curve_stays_lower_than_the_straight_line(curve, two_minima):
    lf, a, b = two_minima
    assert curve.line.max() > 5 * max(curve.line[0], curve.line[-1])
    assert curve.curve.max() < 0.5 * curve.line.max()
    t = torch.from_numpy(curve.places)[:, None]
    points = (1 - t) ** 2 * a + 2 * t * (1 - t) * curve.bend + t**2 * b
    np.testing.assert_allclose(curve.curve, lf(points), rtol=1e-9)
    np.testing.assert_allclose(curve.line, lf(a + t * (b - a)), rtol=1e-9)
    assert "on the curve to" in str(curve.says)


def test_the_curves_plane_holds_its_ends_and_its_bend(curve, two_minima):
    _, a, b = two_minima
    places = torch.from_numpy(np.vstack([curve.ends, curve.bend_place]))
    torch.testing.assert_close(a + places @ curve.directions, torch.stack([a, b, curve.bend]))
    torch.testing.assert_close(curve.directions @ curve.directions.T, torch.eye(2).double())
    np.testing.assert_allclose(curve.way[[0, -1]], curve.ends, atol=1e-9)
    middle = curve.ends.mean(0) / 2 + curve.bend_place / 2
    np.testing.assert_allclose(curve.way[10], middle, atol=1e-9)


def test_an_interrupted_curve_goes_on_with_its_round(two_minima):
    lf, a, b = two_minima
    place, done = Place(), []

    def stops(now, total):
        done.append(now)
        if total == 5 and now == 3:
            raise KeyboardInterrupt

    def given():
        return connecting_curve(lf, a, b, seed=1, steps=20, points=5)

    whole = given()
    with long_run.listened(stops, place), pytest.raises(KeyboardInterrupt):
        given()
    done.clear()
    with long_run.listened(lambda now, total: done.append(now), place):
        again = given()
    assert torch.equal(again.bend, whole.bend)
    assert done[:2] == [3, 4]


def test_a_curve_needs_two_places_and_some_steps(two_minima):
    lf, a, b = two_minima
    with pytest.raises(ValueError, match="Both ends of the curve are the same"):
        connecting_curve(lf, a, a)
    with pytest.raises(ValueError, match="give at least 5 and 3"):
        connecting_curve(lf, a, b, steps=4)


def test_a_curve_whose_training_diverges_is_refused(two_minima):
    with pytest.raises(ValueError, match="no finite weights at a rate of 1e"):
        connecting_curve(*two_minima, steps=10, rate=1e308)


def test_a_curve_that_is_no_lower_is_said_to_be_none():
    flat = np.full(5, 0.3)
    assert "does not stay lower" in str(says_of_curve(flat, flat))
    assert "rises to 2" in str(says_of_curve(flat + 1.7, flat))


def test_batches_of_a_curve_hold_each_row_once_an_epoch():
    lf = own_lf()
    drawn = lf.random_batches(8, torch.Generator().manual_seed(0))
    epoch = [next(drawn) for _ in range(3)]
    assert [len(inputs) for inputs, _ in epoch] == [8, 8, 4]
    rows = torch.cat([inputs for inputs, _ in epoch])
    inputs = lf.batches[0][0]
    assert sorted(rows.tolist()) == sorted(inputs.tolist())
    assert not torch.equal(rows, inputs)
