"""A track runs, is read between its samples, and drives what follows it."""

import copy

import numpy as np
import pytest
from manim import Square, linear
from scipy.interpolate import interp1d

from mlanim.stage.track import Morph, Reading, Track, combined, follow, now


def test_a_series_is_read_between_its_samples_as_scipy_does():
    generator = np.random.default_rng(0)
    at = np.cumsum(generator.uniform(0.1, 1, 20))
    values = generator.normal(size=(20, 3))
    track, expected = Track(at, v=values), interp1d(at, values, axis=0)
    for place in generator.uniform(at[0], at[-1], 50):
        track.put(place)
        np.testing.assert_allclose(track["v"](), expected(place), atol=1e-12)


def test_a_descending_track_reads_the_same():
    at, values = np.array([3.0, 1.0, 0.0]), np.array([30.0, 10.0, 0.0])
    track = Track(at, v=values)
    assert track["v"]() == 30.0
    assert track.put(2.0)["v"]() == pytest.approx(20.0)
    assert track.put(0.0)["v"]() == 0.0


def test_a_logarithmic_track_runs_in_its_logarithm():
    track = Track([1.0, 100.0], log=True, v=[0.0, 2.0])
    sweep = track.to(100.0, rate_func=linear)
    sweep.begin()
    sweep.interpolate(0.5)
    assert track.value == pytest.approx(10.0)
    assert track["v"]() == pytest.approx(1.0)


def test_whole_numbers_and_words_are_those_of_the_sample_before():
    track = Track([0, 1, 2], count=[5, 6, 7], word=["a", "b", "c"])
    track.put(1.6)
    assert (track["count"](), track["word"]()) == (6, "b")


def test_a_history_ends_where_the_track_stands():
    track = Track([0.0, 1.0, 2.0], v=[0.0, 10.0, 40.0])
    track.put(1.5)
    np.testing.assert_allclose(track.history()(), [0, 1, 1.5])
    np.testing.assert_allclose(track.history("v")(), [0, 10, 25])


def test_a_series_that_is_given_is_followed_as_far_as_one_of_the_track():
    track = Track([2.0, 1.0, 0.0], v=[0.0, 10.0, 40.0])
    other = Track([0.0, 1.0], rows=[[0.0, 10.0, 40.0], [1.0, 11.0, 41.0]])
    track.put(0.5)
    np.testing.assert_allclose(track.history(track.series["v"])(), track.history("v")())
    past = track.history(other["rows"])
    np.testing.assert_allclose(past(), [0, 10, 25])
    other.put(1.0)
    np.testing.assert_allclose(past(), [1, 11, 26])
    assert set(past.tracks) == {track, other}


def test_now_has_everything_by_name():
    track = Track([0.0, 1.0], v=[0.0, 10.0])
    track.put(0.25)
    assert (track.now.at, track.now.v) == pytest.approx((0.25, 2.5))


@pytest.mark.parametrize(
    ("at", "series", "words"),
    [
        ([0.0], {}, "at least two places"),
        ([0.0, 0.0], {}, "all ascending or descending"),
        ([0.0, np.inf], {}, "all ascending or descending"),
        ([0.0, 1.0], {"v": [1.0]}, "'v' has 1 values for 2 places"),
        ([0.0, 1.0], {"v": 1.0}, "'v' has a single value"),
    ],
)
def test_a_track_that_cannot_be_read_is_refused(at, series, words):
    with pytest.raises(ValueError, match=words):
        Track(at, **series)


def test_a_value_beyond_the_samples_is_refused_where_the_series_would_stand_still():
    rising, falling = Track([1.0, 4.0], v=[1.0, 2.0]), Track([8.0, 2.0], log=True)
    for beyond in (
        lambda: rising.put(0.9), lambda: rising.to(5), lambda: Track([0.0, 1.0], start=2.0),
        lambda: falling.put(1.9), lambda: falling.to(0.0), lambda: falling.put(-3.0),
        lambda: rising.put(np.nan),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"samples from .* cannot stand at .*; give a value"):
            beyond()
    assert (rising.value, falling.value) == pytest.approx((1, 8))
    assert falling.put(8.0 * (1 + 1e-9)).value == pytest.approx(8.0)


@pytest.mark.filterwarnings("error")
def test_a_track_in_its_logarithm_needs_samples_over_0():
    for at in ([0.0, 1.0], [2.0, -1.0]):
        with pytest.raises(ValueError, match=r"needs places over 0 in `at`, not -?[01];"):
            Track(at, log=True)


def test_an_unknown_series_is_named_with_those_there_are():
    with pytest.raises(KeyError, match=r"no series of this track .*slop.*There are slope"):
        Track([0, 1], slope=[1, 2])["slop"]


def test_a_follower_is_set_at_once_and_whenever_the_track_moves():
    track, square, calls = Track([0.0, 1.0], x=[0.0, 4.0]), Square(), []

    def show(mobject, x):
        calls.append(x)
        mobject.move_to([x, 0, 0])

    follow(square, show, track["x"])
    square.update()
    track.put(0.5)
    square.update()
    square.update()
    assert calls == [0.0, 2.0]
    assert square.get_center()[0] == pytest.approx(2.0)


def test_a_copy_follows_the_same_track_on_its_own():
    track, square = Track([0.0, 1.0]), Square()
    follow(square, lambda m, x: m.move_to([x, 0, 0]), track)
    other = copy.deepcopy(square)
    track.put(1.0)
    other.update()
    assert other.get_center()[0] == pytest.approx(1.0)
    assert square.get_center()[0] == pytest.approx(0.0)


def test_readings_combine_and_stand_within_tuples():
    a, b = Track([0.0, 1.0], start=0.5), Track([0.0, 1.0], start=0.25)
    total = combined(lambda x, y: x + y, a, b)
    assert isinstance(total, Reading)
    assert total() == 0.75
    assert combined(lambda x: 2 * x, 3) == 6
    assert now((a, total, 1)) == (0.5, 0.75, 1)
    assert total.map(lambda x: 10 * x)() == 7.5
    tenfold = b.map(lambda x: 10 * x)
    b.put(1.0)
    assert tenfold() == 10.0


def test_a_morph_ends_exactly_where_it_should():
    seen = []
    morph = Morph(Square(), [0.0, 1.0], [1.0, 0.1], lambda m, values: seen.append(values))
    morph.begin()
    morph.interpolate(0.3)
    morph.finish()
    np.testing.assert_array_equal(seen[-1], [1.0, 0.1])
    with pytest.raises(ValueError, match="cannot run to values of the shape"):
        Morph(Square(), [0.0], [1.0, 2.0], lambda m, v: None)
