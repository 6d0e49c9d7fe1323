"""Facts, the block that learns them, and what its units know, against torch, loops and numpy."""

import re

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from mlanim.core.transformer import facts
from mlanim.core.transformer.facts import COLOURS, FactNet
from mlanim.core.transformer.feedforward import feedforward_lesson
from mlanim.core.transformer.feedforward_sentences import (
    says_of_all,
    says_of_blend,
    says_of_plane,
    says_of_removal,
    says_of_right,
    says_of_serving,
)
from mlanim.core.transformer.knowledge import (
    Known,
    Removal,
    known,
    margins,
    order_of,
    plane_of,
    removal_of,
    removed,
)

NET = FactNet(5, 3, 32)


@pytest.fixture(scope="module")
def lessons():
    """Small networks of five seeds."""
    return [feedforward_lesson(4, 3, 24, None, seed) for seed in range(5)]


def random_known(seed):
    """What an untrained network of large weights has learned of answers at random."""
    generator = torch.Generator().manual_seed(seed)
    theta = 2 * NET.initial(generator, 1)[0]
    return known(NET, theta, torch.randint(len(COLOURS), (NET.facts,), generator=generator))


def test_the_block_is_torchs_own():
    theta = NET.initial(torch.Generator().manual_seed(3), 2)[1]
    p = NET.tensors(theta)
    for index, (stream, units, logits) in enumerate(zip(*NET.run(theta), strict=True)):
        person, thing = divmod(index, 3)
        tokens = torch.stack([p["person"][person], p["thing"][thing], p["question"]])
        read = torch.nn.functional.scaled_dot_product_attention(
            p["question"][None], tokens @ p["key"].T, tokens @ p["value"].T
        )
        expected = p["question"] + read[0]
        torch.testing.assert_close(stream, expected)
        layer = torch.nn.Linear(16, 32, dtype=torch.float64)
        layer.weight.data, layer.bias.data = p["w1"], p["b1"]
        torch.testing.assert_close(units, torch.nn.GELU()(layer(expected)).detach())
        torch.testing.assert_close(logits, p["colour"] @ (expected + p["w2"] @ units))


def test_what_attention_alone_says_is_a_sum_but_for_one_divisor():
    net = FactNet(5, 3, 0)
    for theta in net.initial(torch.Generator().manual_seed(0), 20):
        p, logits = net.tensors(theta), net.run(theta)[2].reshape(5, 3, -1)
        scores = [p[name] @ p["key"].T @ p["question"] / 4 for name in ("person", "thing")]
        own = (p["question"] @ p["key"].T @ p["question"] / 4).exp()
        divisor = scores[0].exp()[:, None] + scores[1].exp()[None] + own
        sums = logits * divisor[..., None]
        crossed = sums[1:, 1:] - sums[:-1, 1:] - sums[1:, :-1] + sums[:-1, :-1]
        assert crossed.abs().max() < 1e-9 * sums.abs().max()


def test_units_are_switched_off_as_by_running_without_them():
    theta = NET.initial(torch.Generator().manual_seed(1), 1)[0]
    one = known(NET, theta, torch.zeros(NET.facts, dtype=torch.long))
    order = torch.randperm(32, generator=torch.Generator().manual_seed(2))
    found, p = removed(one, order), NET.tensors(theta)
    for count in (0, 1, 7, 32):
        units = one.units.clone()
        units[:, order[:count]] = 0
        torch.testing.assert_close(found[count], NET.logits(p, one.stream, units))
    torch.testing.assert_close(found[-1], one.without)


def test_a_margin_is_the_lead_over_the_best_of_the_others():
    generator = torch.Generator().manual_seed(4)
    logits = torch.randn(3, 8, 6, generator=generator)
    answers = torch.randint(6, (8,), generator=generator)
    for run, table in zip(margins(logits, answers), logits, strict=True):
        for margin, row, right in zip(run.tolist(), table.tolist(), answers.tolist(), strict=True):
            others = [value for colour, value in enumerate(row) if colour != right]
            assert margin == pytest.approx(row[right] - max(others))


def test_a_removal_is_the_least_that_loses_the_fact():
    tried = 0
    for seed in range(40):
        one, generator = random_known(seed), torch.Generator().manual_seed(0)
        for fact in one.needed.nonzero()[:2, 0].tolist():
            removal = removal_of(one, fact, generator)
            if removal is None:
                continue
            order = order_of(one, fact)
            right = [
                (one.logits - one.units[:, gone] @ one.votes[gone]).argmax(1) == one.answers
                for gone in (order[: removal.units - 1], order[: removal.units])
            ]
            assert right[0][fact]
            assert not right[1][fact]
            before = one.logits.argmax(1) == one.answers
            assert removal.others + 1 == int((before & ~right[1]).sum())
            tried += 1
    assert tried > 5


def test_the_plane_is_that_of_principal_components():
    one = random_known(0)
    places, keys, share = plane_of(one.stream, one.keys)
    theirs = PCA(2).fit(one.stream.numpy())
    np.testing.assert_allclose(
        np.abs(places), np.abs(theirs.transform(one.stream.numpy())), atol=1e-9
    )
    np.testing.assert_allclose(
        np.abs(keys), np.abs(one.keys.numpy() @ theirs.components_.T), atol=1e-9
    )
    assert share == pytest.approx(theirs.explained_variance_ratio_.sum())


def test_networks_with_the_layer_learn_all_facts_and_those_without_do_not():
    generator = torch.Generator().manual_seed(0)
    answers = facts.drawn(8, 4, 5, generator)
    right = {}
    for hidden in (0, 48):
        net = FactNet(8, 4, hidden)
        logits = net.run(facts.learned(net, answers, generator))[2]
        right[hidden] = (logits.argmax(-1) == answers).double().mean(-1)
    assert (right[48] == 1).all()
    assert right[0].max() < 0.95


def test_the_lesson_follows_a_fact_that_needs_few_units_and_says_so(lessons):
    for found in lessons:
        place = found.person, found.thing
        right = int(found.answers[place])
        assert COLOURS[right] in str(found.says_facts)
        assert found.people[found.person] in str(found.says_facts)
        assert found.without[0] == pytest.approx(found.full)
        words = [colour for row in found.rows for colour in row[1:]]
        assert found.counts.tolist() == [words.count(colour) for colour in COLOURS]
        assert words == [COLOURS[colour] for colour in found.answers.ravel()]
        if "the fact is lost" in str(found.says_removed):
            assert found.without[-1][place] <= 0 < found.without[-2][place]
            others = int(((found.without[-1] <= 0) & (found.full > 0)).sum()) - 1
            said = re.search(r"(no other fact is|one other|(\d+) other)", str(found.says_removed))
            assert others == {"no other fact is": 0, "one other": 1}.get(said[1], int(said[2] or 0))
        before, after = found.blended[0].argmax(), found.blended[-1].argmax()
        assert (before == after) == ("already" in str(found.says_blend))
        lead = found.blended[-1][right] - np.delete(found.blended[-1], right).max()
        assert lead == pytest.approx(found.full[place])
        assert int(re.match(r"(\d+) of 24 units", str(found.says_on))[1]) == found.on


def test_units_stand_by_the_facts_that_they_answer_most(lessons):
    for found in lessons:
        assert found.serves.max(0) == pytest.approx(1)
        assert (np.diff(found.serves.argmax(0)) >= 0).all()
    rng = np.random.default_rng(5)
    for _ in range(200):
        on = torch.tensor(rng.random((7, 9)) < rng.random())
        facts = [sum(column) for column in on.T.tolist()]
        median, _, single, units, idle = (
            float(n) for n in re.findall(r"\d+\.?\d*|none", str(says_of_serving(on))) if n != "none"
        )
        assert (median, units) == (np.median(facts), 9)
        assert (single, idle) == (facts.count(1), facts.count(0))


def test_a_fact_of_ones_own_is_followed_and_one_that_is_not_there_refused():
    found = feedforward_lesson(3, 2, 16, (3, 1), 0)
    assert (found.person, found.thing) == (2, 0)
    with pytest.raises(ValueError, match=r"fact is \(4, 1\); there are 3 people and 2 things"):
        feedforward_lesson(3, 2, 16, (4, 1), 0)


def test_a_fact_that_is_right_without_units_can_still_be_lost_with_some_of_them():
    found = feedforward_lesson(5, 3, 16, (2, 2), 0)
    leads = found.without[:, found.person, found.thing]
    assert "already" in str(found.says_blend)
    assert "the fact is lost" in str(found.says_removed)
    assert leads[-1] <= 0 < leads[-2]


def test_what_is_said_holds_for_any_counts():
    rng = np.random.default_rng(0)
    for _ in range(200):
        alone, full = rng.integers(0, 33, (2, 5)).tolist()
        full = rng.choice([full, 5 * [32]], axis=0).tolist()
        said = re.search(
            r"says: (.*) of 32 right, with the layer (.*) \(", str(says_of_right(alone, full, 32))
        )
        for text, counts in zip(said.groups(), (alone, full), strict=True):
            numbers = [float(n) for n in re.findall(r"[\d.]+", text)]
            assert numbers[0] == pytest.approx(np.mean(counts), abs=0.051)
            assert (len(numbers) == 1) == (len(set(counts)) == 1)
        removals = [Removal(*map(int, rng.integers(1, 9, 3))) for _ in range(rng.integers(0, 5))]
        said = str(says_of_all(removals, 32))
        assert ("No fact was lost" in said) == (not removals)
        if removals:
            tried, units, others, rest, chance = (float(n) for n in re.findall(r"\d+\.?\d*", said))
            assert (tried, rest) == (len(removals), 31)
            assert units == np.median([r.units for r in removals])
            assert others == pytest.approx(np.mean([r.others for r in removals]), abs=0.051)
            assert chance == pytest.approx(np.mean([r.at_random for r in removals]), abs=0.051)
        lit, place = rng.normal(size=(int(rng.integers(1, 9)), 2)), rng.normal(size=2)
        ahead = sum(np.cos(np.arctan2(*key[::-1]) - np.arctan2(*place[::-1])) > 0 for key in lit)
        assert f"{ahead} of their {len(lit)} keys" in str(says_of_plane(place, lit, 0.5))
        before, after, right = rng.integers(0, 6, 3).tolist()
        said = str(says_of_blend([before, after], right))
        assert ("already" in said) == (before == after)
        assert ("which is right" in said) == (after == right)
        assert ("but it is" in said) == (after != right)


def test_a_fact_that_no_unit_decides_is_called_so():
    one = random_known(1)
    alone = one.without.argmax(1)
    sure = Known(alone, one.stream, 0 * one.units, one.keys, one.votes, one.without)
    assert "do not lose this fact" in str(says_of_removal(None, sure, 0))
    wrong = int((one.logits.argmax(1) != one.answers).nonzero()[0])
    assert "has not learned this fact" in str(says_of_removal(None, one, wrong))
    assert str(says_of_removal(Removal(1, 0, 0), one, 0)).startswith("Without the unit that speaks")
    assert "3 other facts are" in str(says_of_removal(Removal(2, 3, 0), one, 0))
