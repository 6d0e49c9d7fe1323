import numpy as np
import pytest
import torch

from mlanim.core.combination.combination_rules import combination_lesson
from mlanim.core.combination.connections import kinds_of, operations_of, strengths
from mlanim.core.combination.layers import LAYERS, Shape, edges_of, layer_of

SHAPE = Shape(length=8, features=3, kernel=3, graph="random", sharpness=4.0)
AFFINE = sorted(set(LAYERS) - {"attention"})


def inputs(seed, shape=SHAPE):
    drawn = torch.Generator().manual_seed(seed)
    return torch.randn(2, shape.length, shape.features, dtype=torch.float64, generator=drawn)


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_strengths_are_those_of_finite_differences(name):
    layer, x, h = layer_of(name, SHAPE, 1), inputs(1)[:1], 1e-6
    steps = h * torch.eye(24, dtype=torch.float64).view(24, 8, 3)
    with torch.no_grad():
        slopes = (layer(x + steps) - layer(x - steps)) / (2 * h)  # (inputs, N, D)
    blocks = slopes.view(8, 3, 8, 3).square().sum(dim=(1, 3)).sqrt().T
    assert torch.allclose(strengths(layer, x)[0], blocks, atol=1e-7)


@pytest.mark.parametrize("name", AFFINE)
def test_the_connections_of_an_affine_rule_are_the_same_at_any_input(name):
    found = strengths(layer_of(name, SHAPE, 2), inputs(2))
    assert torch.equal(found[0], found[1])


def test_the_connections_of_attention_are_not():
    found = strengths(layer_of("attention", SHAPE, 2), inputs(2))
    assert (found[0] - found[1]).abs().max() > 0.01


def test_a_recurrence_with_tanh_is_torchs_own():
    layer, x = layer_of("recurrence", SHAPE, 3), inputs(3)
    rnn = torch.nn.RNN(3, 3, batch_first=True).double()
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(layer.input.weight)
        rnn.weight_hh_l0.copy_(layer.state.weight)
        rnn.bias_ih_l0.copy_(layer.input.bias)
        rnn.bias_hh_l0.zero_()
        assert torch.allclose(layer.combine(x, torch.tanh), rnn(x)[0])


@pytest.mark.parametrize("kernel", [3, 5])
def test_a_convolutions_pairs_share_weights_by_their_offset(kernel):
    shape = Shape(8, 2, kernel, "ring", 1.0)
    kinds = kinds_of(layer_of("convolution", shape, 0), inputs(0, shape)[0]).numpy()
    for offset in range(-7, 8):
        assert len(set(np.diagonal(kinds, offset))) == 1
    assert set(kinds.ravel()) == {-1, *range(1, kernel + 1)}


@pytest.mark.parametrize(("name", "sets"), [("dense", 0), ("graph", 1), ("attention", 1),
                                            ("recurrence", 2), ("low_rank", 0)])  # fmt: skip
def test_how_many_sets_of_weights_pairs_share(name, sets):
    assert kinds_of(layer_of(name, SHAPE, 4), inputs(4)[0]).max() == sets


@pytest.mark.parametrize("kind", ["ring", "star", "random"])
def test_a_graph_joins_its_edges_and_each_node_to_itself(kind):
    shape = Shape(8, 2, 3, kind, 1.0)
    joined = np.eye(8, dtype=bool)
    for a, b in edges_of(kind, 8):
        joined[a, b] = joined[b, a] = True
    found = strengths(layer_of("graph", shape, 0), inputs(0, shape)[:1])[0] > 0
    assert np.array_equal(found.numpy(), joined)


def test_operations_are_those_of_the_closed_forms():
    n, d = 8, 3
    counted = {name: operations_of(layer_of(name, SHAPE, 0), n, d) for name in LAYERS}
    assert counted["dense"] == (n * d) ** 2
    assert counted["convolution"] == n * d * d * 3
    assert counted["recurrence"] == 2 * n * d * d
    assert counted["low_rank"] == 2 * n * d * d
    assert counted["butterfly"] == 2 * 3 * n * d * d
    assert counted["attention"] == 4 * n * d * d + 2 * n * n * d


@pytest.mark.parametrize("seed", range(3))
def test_what_is_said_of_a_change_holds(seed):
    lesson = combination_lesson(("dense", "attention"), SHAPE, "relu", seed)
    dense, attention = lesson.rules
    assert dense.changes[0, -1] == 0
    first, last = attention.strengths[0], attention.strengths[20]
    moved = np.linalg.norm(last - first) / np.linalg.norm(first)
    assert f"attention moved, by {100 * moved:.0f} %" in str(lesson.says_change)


def test_a_convolution_reaches_one_further_on_each_side_with_each_layer():
    lesson = combination_lesson(("convolution", "dense"), SHAPE, "tanh", 0)
    assert lesson.rules[0].reach.tolist() == [3, 5, 7, 9, 11]
    assert "3, 5, 7, 9 and 11 of 16" in str(lesson.says_reach)
