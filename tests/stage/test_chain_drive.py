"""Wheels and chains: their ratios, their sense, and what passes no turn on."""

import numpy as np
import pytest

from mlanim.stage.layout import Box
from mlanim.stage.pictures.learning.chain_drive import ChainDrive
from mlanim.stage.pictures.learning.loops import chain_loop
from mlanim.stage.track import Track

BOX = Box(-6, -2.5, 6, 2.5)


def radii_of(wheel):
    """The radii of the discs of one shaft, outermost points from their middle."""
    centre = (wheel.points.max(0) + wheel.points.min(0)) / 2
    return np.unique(np.linalg.norm(wheel.points - centre, axis=1).round(6))


@pytest.mark.parametrize("rate", [0.2, 1.0, 3.0, -0.5, -4.0])
def test_the_ratio_of_the_wheels_is_the_rate(rate):
    drive = ChainDrive("ab", [rate], 0.0).placed(BOX)
    first, second = (radii_of(wheel).max() for wheel in drive.wheels)
    assert first / second == pytest.approx(abs(rate), rel=1e-3)


def test_hands_turn_by_the_product_of_the_rates_and_backwards_where_a_chain_is_crossed():
    turn = Track((0, 1))
    drive = ChainDrive("abc", [2.0, -0.5], turn).placed(BOX)
    turn.put(0.125)
    drive.update()
    ways = [hand.points[-1] - hand.points[0] for hand in drive.hands]
    clockwise = [90 - np.degrees(np.arctan2(way[1], way[0])) for way in ways]
    assert clockwise == pytest.approx([45, 90, -45])


def test_a_rate_of_zero_has_no_chain_and_what_lies_behind_it_stands_still():
    drive = ChainDrive("abc", [0.0, 2.0], 0.3).placed(BOX)
    assert len(drive.chains[0].points) == 0
    assert len(drive.chains[1].points) > 0
    assert drive.hands[2].points[-1][0] == pytest.approx(drive.hands[2].points[0][0])


@pytest.mark.parametrize("crossed", [False, True])
def test_a_chain_touches_both_wheels_and_cuts_neither(crossed):
    centres = np.array([[1.0, 2.0], [5.0, 3.0]])
    loop = chain_loop(centres, (1.2, 0.4), crossed)
    fine = np.linspace(loop[:-1], loop[1:], 20).reshape(-1, 2)
    for centre, radius in zip(centres, (1.2, 0.4), strict=True):
        nearest = np.linalg.norm(fine - centre, axis=1).min()
        assert nearest == pytest.approx(radius, rel=2e-3)
    np.testing.assert_allclose(loop[0], loop[-1])


def test_other_numbers_of_rates_are_refused():
    with pytest.raises(ValueError, match="1 links have 1 finite rates"):
        ChainDrive("ab", [1.0, 2.0], 0.0)
    with pytest.raises(ValueError, match="roles"):
        ChainDrive("ab", [1.0], 0.0, names=["x", "y"])


@pytest.mark.parametrize(
    ("rate", "told"),
    [(0.0, "0"), (0.25, "0.25"), (0.00134, "0.001"), (-3e-7, "−3\u2009·\u200910⁻⁷")],
)
def test_a_rate_that_is_not_0_is_not_shown_as_0(rate, told):
    drive = ChainDrive("ab", [rate], 0.0).placed(BOX)
    assert told in [getattr(part, "plain", "") for part in drive.get_family()]
