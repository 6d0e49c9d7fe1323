"""What the lecture on paper folding says is true of the network that it shows, and of any other."""

import re

import numpy as np
import pytest
from random_nets import random_layers

from mlanim.core.data.datasets import plane_dataset
from mlanim.core.folding.folding import fold
from mlanim.core.folding.paper_folding import paper_folding_lesson, told
from mlanim.core.folding.training import TrainedNet

CASES = [
    ("moons", (2, 2), 0),
    ("moons", (2, 2), 8),
    ("xor", (1,), 0),
    ("spiral", (2, 2, 2), 2),
    ("circles", (5, 3), 3),
]
NETS = 200


@pytest.fixture(scope="module")
def lessons():
    """Trained networks as the scene has them, and 200 random ones, the odd widths among them."""
    rng = np.random.default_rng(4)
    trained = [paper_folding_lesson(*case) for case in CASES]
    return trained + [told(fold(random_net(rng, seed), data(seed), grid=6)) for seed in range(NETS)]


def data(seed):
    return plane_dataset(("moons", "circles", "spiral", "xor")[seed % 4], seed % 5)


def random_net(rng, seed):
    """A network that nobody trained; its share of right answers is told as one of a trained one."""
    widths = tuple(rng.integers(1, 6, rng.integers(1, 4)).tolist())
    weights, biases = random_layers([2, *widths, 1], seed)
    if seed % 10 == 0:
        weights[-1] = 0 * weights[-1]  # one class for all
    none, share = np.zeros(0), float(rng.random())
    return TrainedNet(widths, tuple(weights), tuple(biases), 0, none, 0.0, 0.0, share, 1, 0, none)


def logits(lesson, points):
    """The network's output by a loop of its own."""
    net, values = lesson.folding.net, points
    for layer, (weight, bias) in enumerate(zip(net.weights, net.biases, strict=True)):
        values = values @ weight.T + bias
        if layer < len(net.weights) - 1:
            values = np.where(values > 0, values, 0.0)
    return values[:, 0]


def test_the_points_on_the_wrong_side_are_counted(lessons):
    for lesson in lessons:
        found = lesson.folding
        tests = found.is_test
        wrong = int(((logits(lesson, found.points) > 0) != found.labels)[tests].sum())
        said = str(lesson.says_cut)
        if found.cut.segment is None:
            assert "passes the folded sheet by" in said
            assert len(np.unique(logits(lesson, found.sheet.vertices) > 0)) == 1
        elif wrong:
            assert f"but for {wrong} of {tests.sum()} points" in said
        else:
            assert "parts all test points" in said


def test_the_kinks_lie_where_the_unfolded_cut_turns(lessons):
    for lesson in lessons:
        found, said = lesson.folding, str(lesson.says_unfolded)
        kinks = 0
        for start, end in zip(found.boundary.starts[:-1], found.boundary.starts[1:], strict=True):
            line = found.boundary.points[start:end]
            closed = np.allclose(line[0], line[-1])
            around = np.vstack([line, line[1]]) if closed else line
            steps = np.diff(around, axis=0)
            cross = steps[:-1, 0] * steps[1:, 1] - steps[:-1, 1] * steps[1:, 0]
            scale = np.linalg.norm(steps[:-1], axis=1) * np.linalg.norm(steps[1:], axis=1)
            kinks += int((np.abs(cross) > 1e-9 * scale).sum())
        count = re.search(r"has (one|\d+) kinks?", said)
        if count:
            assert kinks == (1 if count[1] == "one" else int(count[1]))
        else:
            assert kinks == 0 or "no cut" in said
        if "no cut" in said:
            assert len(np.unique(logits(lesson, found.sheet.vertices) > 0)) == 1


def test_patterns_and_maps_are_counted_apart(lessons):
    for lesson in lessons:
        found = lesson.folding
        said = re.search(
            r"(\d+) patterns of active neurons, (\d+) different", str(lesson.says_regions)
        )
        patterns, maps = int(said[1]), int(said[2])
        grid = np.linspace(-1, 1, 101) * found.half_width
        points = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
        values, bits = points, []
        for weight, bias in zip(found.net.weights[:-1], found.net.biases[:-1], strict=True):
            values = values @ weight.T + bias
            bits.append(values > 0)
            values = np.maximum(values, 0)
        seen = len(np.unique(np.concatenate(bits, axis=1), axis=0))
        assert seen <= patterns <= seen + max(3, 0.3 * seen)  # a grid misses slivers
        assert 1 <= maps <= patterns


def test_one_unit_of_the_fold_collapses_and_two_mirror(lessons):
    for lesson in lessons:
        one, found = lesson.neuron, lesson.folding
        if one is None:
            continue  # no crease on this sheet
        vertices = found.sheet.vertices
        np.testing.assert_allclose(vertices + one.lift, found.one_neuron.collapsed, atol=1e-12)
        np.testing.assert_allclose(vertices + 2 * one.lift, found.one_neuron.mirrored, atol=1e-12)
        landed = one.twins + one.twins_lift
        np.testing.assert_allclose(landed[0], landed[1], atol=1e-9)
        assert np.abs(one.twins).max() <= found.half_width


def test_the_shares_of_the_sheet_add_up(lessons):
    for lesson in lessons:
        for note, stage in zip(lesson.way.notes, lesson.folding.stages, strict=True):
            shown = re.findall(r"(under|over)?\s?(\d+) % is", str(note))
            named = [share for share in stage.ranks[::-1] if share >= 0.005]
            if stage.step == "relu":
                assert len(shown) == len(named)
                for (side, number), share in zip(shown, named, strict=True):
                    assert abs(share - int(number) / 100) < 0.0101
                    assert side != "over" or share > 0.99
                    assert (number == "100") <= (share > 1 - 1e-9)


def test_everything_at_a_stage_lies_within_its_axes(lessons):
    for lesson in lessons:
        way = lesson.way
        for low, high in way.reach:
            assert high[0] - low[0] == pytest.approx(high[1] - low[1])
        for name in ("vertices", "points"):
            places = getattr(way, name)
            assert (places >= way.reach[:, None, 0]).all()
            assert (places <= way.reach[:, None, 1]).all()


def test_axes_are_named_after_the_neurons_that_they_are(lessons):
    for lesson in lessons:
        stages = lesson.folding.stages
        assert [str(name) for name in lesson.way.axes[0]] == ["x_1", "x_2"]
        for stage, names in zip(stages[1:], lesson.way.axes[1:], strict=True):
            said = " / ".join(map(str, names))
            assert f"layer {stage.layer}" in said
            assert ("one direction among" in said) == (stage.width > 2)
            assert ("no other neuron" in said) == (stage.width == 1)
            assert ("first neuron" in said) == (stage.width == 2)


def test_points_of_ones_own_are_folded_and_stretched_where_that_is_said(tmp_path):
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, (40, 2))
    near = [(x, y, int(x > 0)) for x, y in points]
    far = [(30 * x + 7, y, label) for x, y, label in near]
    plain, stretched = (paper_folding_lesson(given, (2,), 0) for given in (near, far))
    assert len(plain.folding.points) == len(stretched.folding.points) == 40
    assert "stretched" not in str(plain.says_network)
    assert "axes stretched to fit" in str(stretched.says_network)
    net = tmp_path / "net.py"
    net.write_text(
        "from torch import nn\n"
        "def make(): return nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))"
    )
    assert "Your network" in str(paper_folding_lesson(near, (2,), 0, f"{net}:make").says_network)
    with pytest.raises(ValueError, match="scale them for both"):
        paper_folding_lesson(far, (2,), 0, f"{net}:make")
