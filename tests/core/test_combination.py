import re

import numpy as np
import pytest
import torch

from mlanim.core.combination.combination_rules import combination_lesson
from mlanim.core.combination.connections import kinds_of, operations_of, strengths
from mlanim.core.combination.layer import Shape
from mlanim.core.combination.layers import LAYERS, layer_of
from mlanim.core.combination.rule import Rule
from mlanim.core.combination.sentences import (
    NONLINEAR,
    says_bent,
    says_change,
    says_cost,
    says_reach,
    says_rule,
    title_of,
)  # fmt: skip
from mlanim.core.combination.shared_weights import edges_of
from mlanim.words.sentence import plain

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


def random_rule(rng, name, **known):
    """A rule with numbers of every kind, of which sentences read some."""
    n = int(rng.integers(4, 9))
    grown = rng.choice([1.0, 2.0, 4.0], 2) * rng.choice([1.0, rng.uniform(1, 1.5)])
    changes = np.exp(rng.normal(-1, 2, (2, 4))) * rng.choice([0, 1], (2, 1), p=(0.4, 0.6))
    reach = np.sort(rng.integers(1, 17, 5)) if rng.random() < 0.7 else np.repeat(7, 5)
    sizes = np.tril(np.exp(rng.normal(0, 1, (n, n))))
    kinds = rng.integers(-1, rng.integers(1, 4), (n, n))
    given = {
        "name": name, "title": title_of(name), "strengths": sizes[None], "shares": sizes[None],
        "outputs": np.zeros((1, n, 2)), "kinds": kinds, "changes": changes, "weights": 1,
        "parameters": np.array([100.0, 100.0 * grown[0]]), "reach": reach, "says": plain(""),
        "operations": np.array([500.0, 500.0 * grown[1]]), "remark": plain(""),
    }  # fmt: skip
    return Rule(**given | known)


def random_rules(seed):
    rng = np.random.default_rng(seed)
    names = rng.choice(sorted(LAYERS), rng.integers(2, 6), replace=False)
    return rng, [random_rule(rng, str(name)) for name in names]


def percents(said):
    return [float(one) for one in re.findall(r"(\d+) %", str(said))]


@pytest.mark.parametrize("seed", range(200))
def test_what_is_said_of_changes_names_who_moved_and_by_how_much(seed):
    rng, rules = random_rules(seed)
    moved = {
        rule.title.lower(): 100 * rule.changes[0, -1] for rule in rules if rule.changes[0].any()
    }
    said = str(says_change(rules))
    assert ("not one line" in said) == (not moved)
    assert ("affine rules not at all" in said) == (0 < len(moved) < len(rules))
    assert said.startswith("The lines of") == (len(moved) == len(rules))
    for rule in rules:
        name = rule.title.lower()
        assert bool(re.search(rf"(of|,|and) {name}\b", said)) == (name in moved)
    np.testing.assert_allclose(percents(said), [*moved.values()], atol=1)
    bends = [100 * rule.changes[1, -1] for rule in rules if rule.changes[1].any()]
    bend = str(rng.choice(sorted(NONLINEAR)))
    said = str(says_bent(rules, bend))
    assert NONLINEAR[bend] in said
    assert ("no line moves" in said) == (not bends)
    if bends:
        assert ("in all" in said) == (len(bends) == len(rules))
        assert f"{len(bends)}" in said
        assert min(percents(said)) == pytest.approx(min(bends), abs=1)
        assert max(percents(said)) == pytest.approx(max(bends), abs=1)


@pytest.mark.parametrize("seed", range(200))
def test_what_is_said_of_costs_counts_who_keeps_its_weights_and_names_who_multiplies_most(seed):
    _, rules = random_rules(seed)
    said = str(says_cost(rules))
    same = sum(rule.parameters[0] == rule.parameters[1] for rule in rules)
    assert (f"in {same} of {len(rules)} rules" in said) == (0 < same < len(rules))
    assert ("in every rule" in said, "in any rule" in said) == (same == 0, same == len(rules))
    times = {rule.title.lower(): rule.operations[1] / rule.operations[0] for rule in rules}
    told = float(re.search(r"multipl\w+ ([\d.]+) times", said)[1])
    assert told == pytest.approx(max(times.values()), abs=0.051)
    named = re.search(r"(?:but|and) (.*) multipl", said)[1]
    assert ("all of them" in named) == (len(set(times.values())) == 1)
    if "all of them" not in named:
        most = [name for name, factor in times.items() if factor == max(times.values())]
        assert named == most[0] or all(name in named for name in most)


@pytest.mark.parametrize("seed", range(200))
def test_what_is_said_of_a_rule_counts_its_pairs_and_the_weights_that_they_share(seed):
    _, rules = random_rules(seed)
    for rule in rules:
        kinds, sizes = rule.kinds, rule.strengths[0]
        said = str(says_rule(rule.name, sizes, kinds))
        joined, sets = int((kinds > -1).sum()), len(set(kinds[kinds > 0].tolist()))
        assert f"{joined} of {kinds.size} pairs" in said or f"all {joined} pairs" in said
        assert ("all by the same" in said) == (sets == 1 and not (kinds == 0).any())
        assert ("no two by the same" in said) == (sets == 0)
        alone = int((kinds == 0).sum())
        assert (f"{alone} by weights of their own" in said) == (sets > 0 and alone > 0)
        kept = re.search(r"keeps (?:over |under )?(\d+) %", said)
        if rule.name in ("recurrence", "state_space"):
            near, far = np.diagonal(sizes, -1).mean(), np.diagonal(sizes, 1 - len(sizes)).mean()
            assert bool(kept) == (far < near)
            assert not kept or float(kept[1]) <= 100
        assert ("times the median" in said) == (rule.name == "attention")
        whole, reach = 16, rule.reach
        said = str(says_reach(rule, whole))
        assert ("However many" in said) == (len(set(reach.tolist())) == 1)
        told = [int(n) for n in re.findall(r"\d+", said)]
        assert told[-1] == whole
        if "However many" not in said:
            assert told[2:-1] == reach.tolist()


@pytest.mark.parametrize("factor", [0.5, 1.0, 4.0])
def test_a_factor_on_the_scores_of_attention_is_said_where_there_is_one(factor):
    shape = Shape(4, 2, 3, "ring", factor)
    for rule in combination_lesson(("dense", "attention"), shape, "relu", 0).rules:
        told = rule.name == "attention" and factor != 1
        assert ("scores" in str(rule.remark)) == told
        assert not told or f"× {factor:g}" in str(rule.remark)
    plain_one, sharp = (layer_of("attention", Shape(4, 2, 3, "ring", f), 5) for f in (1.0, factor))
    x = inputs(6, shape)
    q, k = (torch.chunk(layer.attention.in_proj_weight, 3)[:2] for layer in (plain_one, sharp))
    assert torch.allclose((x @ k[0].T) @ (x @ k[1].T).mT, factor * (x @ q[0].T) @ (x @ q[1].T).mT)


@pytest.mark.parametrize("names", [("dense", "dense"), ("butterfly", "dense")])
def test_rules_that_cannot_be_shown_together_are_refused(names):
    with pytest.raises(ValueError, match=r"once|power of two, not 6"):
        combination_lesson(names, Shape(6, 2, 3, "ring", 1.0), "relu", 0)


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


@pytest.mark.parametrize(("sharpness", "seed"), [(0.5, 3), (1.0, 5), (8.0, 7)])
def test_how_strong_the_strongest_pair_of_attention_is_has_digits_that_tell_it(sharpness, seed):
    shape = Shape(length=8, features=3, kernel=3, graph="random", sharpness=sharpness)
    sizes = strengths(layer_of("attention", shape, seed), inputs(seed, shape)[:1])[0].numpy()
    said = str(says_rule("attention", sizes, np.ones((8, 8), dtype=int)))
    told = float(re.search(r"strongest is ([\d.]+) times", said)[1])
    assert told == pytest.approx(sizes.max() / np.median(sizes), rel=0.17)
    assert told > 1


def test_a_rule_of_which_the_nonlinearity_leaves_no_line_is_refused():
    few = Shape(length=4, features=2, kernel=3, graph="random", sharpness=0.5)
    with pytest.raises(ValueError, match="no output of the graph rule is let through"):
        combination_lesson(["attention", "graph"], few, "relu", 3)
