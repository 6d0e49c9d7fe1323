import random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import make_circles, make_moons

from mlanim.core.data.datasets import SHAPES, dataset_of, plane_dataset


def farthest_from(curve, points):
    return np.sqrt(((points[:, None] - curve[None]) ** 2).sum(-1).min(axis=1)).max()


@pytest.mark.parametrize(
    ("name", "reference", "centre", "scale"),
    [
        ("moons", make_moons(4000, shuffle=False), (0.5, 0.25), 0.9),
        ("circles", make_circles(4000, shuffle=False, factor=0.5 / 1.2), (0, 0), 1.2),
    ],
)
def test_noiseless_points_lie_on_scikit_learns_curves(name, reference, centre, scale):
    curve, labels = scale * (reference[0] - centre), reference[1]
    data = plane_dataset(name, seed=4, noise=0.0)
    for label in (0, 1):
        mine = data.train_points[data.train_labels == label]
        assert farthest_from(curve[labels == label], mine) < 2e-3
        assert farthest_from(curve[labels != label], mine) > 0.3


def test_spiral_arms_grow_over_one_turn_and_mirror_each_other():
    data = plane_dataset("spiral", seed=1, noise=0.0)
    outward = np.where(data.train_labels[:, None] == 1, -1, 1) * data.train_points
    radius = np.hypot(*outward.T)
    angle = np.arctan2(outward[:, 1], outward[:, 0]) % (2 * np.pi)
    np.testing.assert_allclose(radius, 0.2 + 1.15 * angle / (2 * np.pi), atol=1e-12)


def test_xor_says_whether_the_signs_differ():
    data = plane_dataset("xor", seed=1, noise=0.0)
    differ = (data.train_points > 0).sum(axis=1) == 1
    np.testing.assert_array_equal(data.train_labels, differ)
    assert np.abs(data.train_points).min() >= 0.2


@given(st.sampled_from(sorted(SHAPES)), st.integers(0, 2**32))
@settings(max_examples=30)
def test_any_seed_gives_balanced_points_near_the_square(name, seed):
    data = plane_dataset(name, seed)
    for points, labels in (
        (data.train_points, data.train_labels),
        (data.test_points, data.test_labels),
    ):
        assert (points.shape, points.dtype) == ((200, 2), np.float64)
        assert labels.sum() == 100
        assert (np.abs(points).max(axis=1) <= 1.5).mean() > 0.95
        assert np.abs(points.mean(axis=0)).max() < 0.3
    assert not np.isin(data.test_points, data.train_points).any()


@pytest.mark.parametrize("name", SHAPES)
def test_the_noise_has_the_stated_deviation(name):
    noisy = plane_dataset(name, 3, train_size=4000, noise=0.09).train_points
    clean = plane_dataset(name, 3, train_size=4000, noise=0.0).train_points
    assert np.std(noisy - clean) == pytest.approx(0.09, rel=0.03)


def test_a_seed_names_the_data_and_touches_no_global_state():
    states = random.getstate(), np.random.get_state()[1].copy(), torch.get_rng_state()
    first, again, other = (
        plane_dataset("moons", 1),
        plane_dataset("moons", 1),
        plane_dataset("moons", 2),
    )
    assert first.train_points.tobytes() == again.train_points.tobytes()
    assert not np.array_equal(first.train_points, other.train_points)
    assert random.getstate() == states[0]
    np.testing.assert_array_equal(np.random.get_state()[1], states[1])
    assert torch.equal(torch.get_rng_state(), states[2])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "moon"}, "'moon' is unknown: choose one of moons, circles"),
        ({"seed": -1}, "seed is -1"),
        ({"train_size": 1}, "at least 2 points"),
        ({"noise": float("nan")}, "noise is nan"),
        ({"noise": -0.1}, "noise is -0.1"),
    ],
)
def test_wrong_input_is_refused_in_one_sentence(wrong, said):
    with pytest.raises(ValueError, match=said) as caught:
        plane_dataset(**({"name": "moons", "seed": 0} | wrong))
    assert str(caught.value).count(".") <= 2
    assert "\n" not in str(caught.value)


def own(count: int, far: float = 1.0) -> list[tuple[float, float, int]]:
    """Points on a line, of the two classes in turn."""
    return [(far * k / count, -far * k / count, k % 2) for k in range(count)]


def test_a_users_points_are_all_there_once_and_a_quarter_of_each_class_is_held_out():
    data = dataset_of(own(40), 3)
    both = np.concatenate([data.train_points, data.test_points])
    assert np.array_equal(np.sort(both[:, 0]), [k / 40 for k in range(40)])
    assert [(data.test_labels == c).sum() for c in (0, 1)] == [5, 5]
    assert len(data.train_labels) == 30
    assert not data.is_scaled
    for points, labels in ((data.train_points, data.train_labels), (both[30:], data.test_labels)):
        assert np.array_equal(np.round(points[:, 0] * 40) % 2, labels)
    assert np.array_equal(data.train_points, dataset_of(own(40), 3).train_points)
    assert not np.array_equal(data.train_points, dataset_of(own(40), 4).train_points)


def test_points_that_lie_far_out_are_stretched_along_each_axis_into_the_square():
    rows = [(170 + x, 70 * y, c) for x, y, c in own(40, 12)]
    data = dataset_of(rows, 0)
    both = np.concatenate([data.train_points, data.test_points])
    assert data.is_scaled
    assert np.allclose([both.min(axis=0), both.max(axis=0)], [[-1.5, -1.5], [1.5, 1.5]])
    assert np.isfinite(dataset_of([(9, y, c) for _, y, c in own(40)], 0).train_points).all()


@pytest.mark.parametrize(
    "rows", [[(0, 0, 0)] * 9, [(0, 0, 0)] * 9 + [(1, 1, 1)] * 3, [(0, 0, 2)] * 9, []]
)
def test_too_few_points_of_a_class_are_counted(rows):
    with pytest.raises(ValueError, match=r"give at least 4 of each, labelled 0 and 1"):
        dataset_of(rows, 0)


def test_a_name_is_a_data_set_as_before():
    assert np.array_equal(dataset_of("moons", 1).test_points, plane_dataset("moons", 1).test_points)
