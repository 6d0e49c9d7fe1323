"""A neuron's course and what it learns, against plane geometry, scikit-learn and random neurons."""

import re

import numpy as np
import pytest
import torch
from scipy.optimize import linprog
from sklearn.linear_model import LogisticRegression
from torch.nn import functional

from mlanim.core.neuron.best_line import most_right
from mlanim.core.neuron.half_space import CLAMPED, CROSSED, SLID, START, STEEPER
from mlanim.core.neuron.neuron import CLAMPS, neuron_lesson

RNG = np.random.default_rng(0)


def random_neurons(count):
    for i in range(count):
        angle, length = RNG.uniform(0, 2 * np.pi), RNG.uniform(0.5, 2)
        w = (length * np.cos(angle), length * np.sin(angle))
        b = 0.0 if i % 9 == 0 else RNG.uniform(-1, 1) * length
        yield w, b, sorted(CLAMPS)[i % len(CLAMPS)]


@pytest.fixture(scope="module")
def lessons():
    return [(w, b, f, neuron_lesson(w, b, f, "clouds", 0)) for w, b, f in random_neurons(200)]


@pytest.mark.parametrize(("w", "b"), [((1.2, 0.9), 1.6), ((0.3, -0.4), -0.6)])
def test_a_boundary_that_would_not_be_seen_is_refused_with_the_biases_that_would(w, b):
    with pytest.raises(ValueError, match=f"from -{np.hypot(*w):g} to {np.hypot(*w):g}"):
        neuron_lesson(w, b, "relu", "clouds", 0)


def test_the_distance_is_that_to_the_nearest_of_many_points_of_the_boundary(lessons):
    for _, _, _, found in lessons[:10]:
        way = found.course
        for i in range(0, len(way.place), 29):
            w, b = way.w[i], way.b[i]
            along = np.array([-w[1], w[0]]) / np.hypot(*w)
            line = -b / (w @ w) * w + np.linspace(-9, 9, 18001)[:, None] * along
            away = np.linalg.norm(line - way.x[i], axis=1)
            assert abs(way.distance[i]) == pytest.approx(away.min(), abs=1e-4)
            assert np.linalg.norm(line[away.argmin()] - way.foot[i]) < 2e-3
            assert np.sign(way.distance[i]) == np.sign(way.x[i] @ w + b)


def test_what_is_said_of_a_neuron_holds_for_random_ones(lessons):
    for w, b, _, found in lessons:
        way, says = found.course, found.says
        at = [np.abs(way.place - k).argmin() for k in range(7)]
        z = [way.w[i] @ way.x[i] + way.b[i] for i in at]
        assert z[START] > 0 > z[CROSSED]
        assert z[SLID] > 0
        gap = (way.b[at[SLID]] - way.b[at[CROSSED]]) / np.hypot(*w)
        assert f"slid by {gap:.2f}," in str(says["slid"])
        assert f"how far: {abs(z[CROSSED]) / np.hypot(*w):.2f}" in str(says["crossed"])
        assert ("through the origin" in str(says["turned"])) == (b == 0)
        assert z[STEEPER] == pytest.approx(2 * z[CROSSED])
        turned = np.hypot(*way.root[at[3] : at[4]].T)
        np.testing.assert_allclose(turned, abs(b) / np.hypot(*w), atol=1e-9)
        assert np.abs(way.shades).max() <= 1


def test_the_activation_acts_on_z_alone(lessons):
    for _, _, name, found in lessons[:10]:
        way, z = found.course, found.lines
        at = np.abs(way.place - CLAMPED).argmin()
        reference = {
            "relu": lambda z: np.maximum(z, 0), "tanh": np.tanh,
            "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
            "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
            "gelu": lambda z: functional.gelu(torch.from_numpy(z)).numpy(),
        }[name]  # fmt: skip
        np.testing.assert_allclose(way.at_lines[at], reference(z), atol=1e-12)
        np.testing.assert_array_equal(way.at_lines[0], z)


@pytest.mark.parametrize("dataset", ["clouds", "moons", "circles", "xor"])
@pytest.mark.parametrize("seed", range(5))
def test_what_is_said_of_learning_holds_for_each_seed(dataset, seed):
    found = neuron_lesson((1.2, 0.9), -0.9, "relu", dataset, seed)
    run, points, said = found.learned, found.points, str(found.says["learned"])
    share = run.right[-1] / len(points.test_labels)
    assert ("does not fit" in said) == (share < 0.75)
    assert int(re.search(r"(\d+) of 200", said)[1]) == run.right[-1]
    assert (np.diff(run.loss) < 1e-12).all()
    given, labels = points.train_points, points.train_labels
    best = LogisticRegression(C=np.inf, max_iter=2000).fit(given, labels)
    p = np.clip(best.predict_proba(given)[np.arange(200), labels], 1e-300, 1)
    assert run.loss[-1] >= -np.log(p).mean() - 1e-6
    if dataset in ("circles", "xor"):
        assert share < 0.75


def parted(points, labels):
    """Whether some line has all points on their side, by a linear program."""
    rows = np.where(labels == 1, -1, 1)[:, None] * np.column_stack([points, np.ones(len(labels))])
    return linprog(np.zeros(3), A_ub=rows, b_ub=-np.ones(len(labels)), bounds=(None, None)).success


def test_the_best_line_has_as_many_as_the_largest_set_of_points_that_can_be_parted():
    rng = np.random.default_rng(1)
    for size in [4, 5, 6] * 5:
        points, labels = rng.normal(size=(size, 2)), rng.permutation(np.arange(size) % 2)
        sets = [np.flatnonzero([kept >> i & 1 for i in range(size)]) for kept in range(1, 2**size)]
        most = max(len(kept) for kept in sets if parted(points[kept], labels[kept]))
        assert most_right(points, labels) == most
    same = np.tile([0.5, 0.25], (7, 1))
    assert most_right(same, np.array([0, 0, 1, 1, 1, 1, 0])) == 4
    row = np.column_stack([np.arange(5.0), np.zeros(5)])
    assert most_right(row, np.array([0, 1, 0, 1, 0])) == 3


def strips(gap, start):
    """Two thin strips of points, a class each, from which 200 steps do not lead to their gap."""
    xs = np.random.default_rng(0).uniform(-2, 2, (80, 2))
    points = [(x, gap + 0.01 * abs(y), 1) for x, y in xs[:40]]
    points += [(x, -gap - 0.01 * abs(y), 0) for x, y in xs[40:]]
    return neuron_lesson(start, 0.0, "relu", points, 0)


def test_a_straight_boundary_that_was_only_not_found_is_not_said_not_to_fit():
    found = strips(0.02, (-0.1, -0.5))
    said, points = str(found.says["learned"]), found.points
    assert found.learned.right[-1] < 15
    assert parted(points.test_points, points.test_labels)
    assert said.startswith(f"After 200 steps {found.learned.right[-1]} of 20 ")
    assert said.endswith("a straight boundary could have 20")


def test_a_small_loss_and_a_small_turn_are_not_said_to_be_0():
    far = [
        (side * 1.9, side * (1.9 + k / 1000), int(side > 0)) for side in (1, -1) for k in range(9)
    ]
    found = neuron_lesson((1.41, 1.41), 0.0, "relu", far, 0)
    said = re.search(r"by (.*)° and took the loss from (.*) to (.*)", str(found.says["moved"]))
    assert 0 < float(said[1]) < 0.5
    assert float(said[2]) == pytest.approx(found.learned.loss[0], rel=6e-3)
    assert float(said[3]) == pytest.approx(found.learned.loss[-1], rel=6e-3)


def test_a_neuron_learns_a_users_own_points_stretched_where_they_lie_far_out():
    points = [(170 + 9 * label + k % 5, 60 + k % 7, label) for k in range(40) for label in (0, 1)]
    found = neuron_lesson((1.2, 0.9), 0.0, "relu", points, 0)
    assert len(found.points.test_labels) == 20
    assert found.learned.right[-1] == 20
    assert found.points.is_scaled
    near = [(x / 100 - 1.7, y / 100 - 0.6, label) for x, y, label in points]
    assert not neuron_lesson((1.2, 0.9), 0.0, "relu", near, 0).points.is_scaled
