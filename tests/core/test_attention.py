import re
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest
import torch

from mlanim.core.attention import coreference, grammar
from mlanim.core.attention.attention import attention
from mlanim.core.attention.attention_lecture import attention_lecture, laid_open, named
from mlanim.core.attention.coreference import traced
from mlanim.core.attention.trace import AttentionTrace

SENTENCE = "The cat chased the mouse because it was hungry."
SEEDS = (0, 3)


@pytest.fixture(scope="module")
def data():
    return attention_lecture(SENTENCE)


def test_attention_is_torchs_own():
    generator = torch.Generator().manual_seed(0)
    q, k, v = torch.randn(3, 2, 4, 6, 8, generator=generator, dtype=torch.float64)
    mask = torch.arange(6) < torch.tensor([[6], [4]])
    expected = torch.nn.functional.scaled_dot_product_attention(
        q, k, v, attn_mask=mask[:, None, None, :]
    )
    torch.testing.assert_close(attention(q, k, v, mask)[0], expected)


def test_temperature_sharpens_and_flattens():
    q, k, v = torch.randn(3, 1, 1, 5, 8, generator=torch.Generator().manual_seed(1))
    mask = torch.ones(1, 5, dtype=torch.bool)
    assert attention(q, k, v, mask, 1e-3)[1].amax(-1).min() > 0.99
    torch.testing.assert_close(attention(q, k, v, mask, 1e6)[1], torch.full((1, 1, 5, 5), 0.2))


def test_a_layer_is_torchs_own():
    """The first layer, attention and network, as `nn.TransformerEncoderLayer` computes it."""
    model, generator = coreference.MODEL, torch.Generator().manual_seed(2)
    theta = model.initial(generator)
    theta = theta + 0.1 * torch.randn(theta.shape, generator=generator, dtype=torch.float64)
    p = model.tensors(theta)
    theirs = torch.nn.TransformerEncoderLayer(
        model.d_model, model.heads, model.d_ff, dropout=0, batch_first=True, dtype=torch.float64
    )
    state = {
        "self_attn.in_proj_weight": torch.cat([p[f"{name}0"].T for name in "qkv"]),
        "self_attn.in_proj_bias": torch.zeros(3 * model.d_model),
        "self_attn.out_proj.weight": p["o0"].T,
        "self_attn.out_proj.bias": torch.zeros(model.d_model),
        "linear1.weight": p["up0"].T, "linear1.bias": p["up_bias0"],
        "linear2.weight": p["down0"].T, "linear2.bias": p["down_bias0"],
        "norm1.weight": p["scale0"][0], "norm1.bias": p["shift0"][0],
        "norm2.weight": p["scale0"][1], "norm2.bias": p["shift0"][1],
    }  # fmt: skip
    theirs.load_state_dict(state)
    some = coreference.encode(list(grammar.sentences()[:6]))
    ours = some.run(theta)
    with torch.no_grad():
        expected = theirs(ours.layers[0].inputs, src_key_padding_mask=~some.mask)
    there = some.mask
    torch.testing.assert_close(ours.layers[1].inputs[there], expected[there])


@pytest.mark.parametrize("seed", SEEDS)
def test_resolves_all_held_out_sentences_and_looks_at_the_antecedent(seed):
    model = coreference.trained(seed)
    found = coreference.measure(model.theta, coreference.splits()[1])
    assert found.sentences == sum(s.held_out for s in grammar.sentences()) > 19_000
    assert found.resolved >= 0.99 * found.sentences
    layer, head = coreference.best_head(model)
    assert found.peaks[layer - 1, head - 1] >= 0.85 * found.sentences


def test_counts_are_those_of_sentences_looked_at_one_by_one():
    theta = coreference.MODEL.initial(torch.Generator().manual_seed(5))
    held = [s for s in grammar.sentences() if s.held_out]
    some = [held[i] for i in np.random.default_rng(0).choice(len(held), 60, replace=False)]
    found = coreference.measure(theta, coreference.encode(some), scale=2.0)
    resolved, peaks, bits = 0, np.zeros((2, 4)), np.zeros((2, 2, 4))
    for one in some:
        model = coreference.TrainedModel(theta, torch.zeros(0))
        trace, probabilities = traced(model, one, (1, 1), 1.0)
        resolved += grammar.NOUNS[probabilities.argmax()] == one.words[one.antecedent]
        for at in np.ndindex(2, 4):
            row = trace.q[at][one.pronoun] @ trace.k[at].T
            peaks[at] += row.argmax() == one.antecedent
            for i, scores in enumerate((row, row / 2)):
                shares = np.exp(scores) / np.exp(scores).sum()
                bits[(i, *at)] -= (shares * np.log2(shares)).sum()
    assert found.resolved == resolved
    np.testing.assert_array_equal(found.peaks, peaks)
    np.testing.assert_allclose([found.plain, found.scaled], bits / len(some))


def test_what_was_learned_from_is_what_was_drawn(data):
    drawn = coreference.trained(0).drawn
    assert len(drawn) == coreference.STEPS * coreference.BATCH
    assert f"learned from {len(set(drawn.tolist())):,} sentences" in str(data.says_embedding)


def test_held_out_sentences_are_not_trained_on():
    train, held = ({tuple(row.tolist()) for row in b.tokens} for b in coreference.splits())
    assert not train & held
    assert len(train) + len(held) == len(grammar.sentences())


def test_a_trace_contradicts_itself_in_no_head(data):
    trace = data.trace
    for layer, head in np.ndindex(2, 4):
        one = trace.head(layer + 1, head + 1)
        np.testing.assert_allclose(one.scores, one.q @ one.k.T / np.sqrt(8))
        np.testing.assert_allclose(one.weights.sum(1), 1)
        np.testing.assert_allclose(one.output, one.weights @ one.v)


@pytest.mark.parametrize(
    ("name", "fault"), [("weights", "softmax"), ("v", "output"), ("q", "must begin with")]
)
def test_a_trace_that_does_not_follow_is_refused(data, name, fault):
    given = getattr(data.trace, name)
    wrong = given[:1] if name == "q" else given[..., ::-1, :]
    with pytest.raises(ValueError, match=fault):
        replace(data.trace, **{name: wrong})


def test_a_trace_may_hide_what_comes_later():
    rng = np.random.default_rng(3)
    q, k, v = rng.normal(size=(3, 1, 2, 4, 5))
    scores = np.where(np.tri(4, dtype=bool), q @ k.swapaxes(-1, -2), -np.inf)
    weights = torch.tensor(scores).softmax(-1).numpy()
    inputs = rng.normal(size=(1, 4, 3))
    trace = AttentionTrace(tuple("abcd"), inputs, q, k, v, scores, weights, weights @ v)
    assert trace.head(1, 2).weights[0, 3] == 0


def told(data, field, pattern):
    found = re.search(pattern, str(getattr(data, field)))
    assert found, (pattern, str(getattr(data, field)))
    return found


def per_cent(text):
    """The share that words like "97.5 %", "over 99.9 %" and "under 0.1 %" allow, from and to."""
    value, word = float(re.search(r"[\d.]+", text)[0]), text.split()[0]
    if word in ("over", "under"):
        return (value, 100) if word == "over" else (0, value)
    return value - 0.051, value + 0.051


def words_at(data, quoted):
    word, place = re.fullmatch(r"“(\w+)”(?: \(word (\d+)\))?", quoted).groups()
    places = [i for i, one in enumerate(data.trace.tokens) if one == word]
    assert (place is None) == (len(places) == 1)
    return places[0] if place is None else int(place) - 1


@pytest.fixture(scope="module")
def models():
    """Two that were trained, and three as they are before training, which are mostly wrong."""
    before = [coreference.MODEL.initial(torch.Generator().manual_seed(one)) for one in range(3)]
    drawn = coreference.trained(SEEDS[0]).drawn
    return [*map(coreference.trained, SEEDS), *(coreference.TrainedModel(t, drawn) for t in before)]


def test_what_is_said_holds_for_any_model_sentence_head_and_temperature(models):
    rng = np.random.default_rng(1)
    heads, some = list(np.ndindex(2, 4)), coreference.splits()[1].subset(torch.arange(0, 9000, 60))
    for one in rng.choice(len(grammar.sentences()), 200, replace=False):
        model, (layer, head) = models[rng.integers(5)], heads[rng.integers(8)]
        temperature = float(rng.choice([0.05, 0.5, 1, 3, 20]))
        parsed, at = grammar.sentences()[one], (layer + 1, head + 1)
        found = coreference.measure(model.theta, some, np.sqrt(8) * temperature)
        d = laid_open(model, parsed, (1, 1), at, temperature, found)
        q, k = d.trace.q[layer, head], d.trace.k[layer, head]
        products = (q @ k.T)[parsed.pronoun]
        shares = np.exp(products / np.sqrt(8) / temperature)
        shares /= shares.sum()
        found = told(d, "says_sum", "added up: (.*) has the largest sum, (.*)$")
        assert products[words_at(d, found[1])] == products.max()
        assert float(found[2].replace("−", "-")) == pytest.approx(products.max(), abs=0.006)
        found = told(d, "says_weights", "gives (.*?) to (.*)$")
        low, high = per_cent(found[1])
        assert low <= 100 * shares.max() <= high
        assert shares[words_at(d, found[2])] == pytest.approx(shares.max())
        assert "100" not in found[1]
        assert d.given.max() < 1
        found = told(d, "says_answer", r"for the (\w+) \((.*)\), (.*)$")
        right = found[1] == parsed.words[parsed.antecedent]
        assert found[3] == (
            "which is right" if right else f"but it is the {d.trace.tokens[parsed.antecedent]}"
        )
        assert d.probabilities.sum() == pytest.approx(1)
        found = told(d, "says_scale", r"spreads its attention by ([\d.]+) bits(.*)$")
        if "instead" in found[2]:
            plain = float(re.search(r"[\d.]+", found[2])[0])
            assert (float(found[1]) > plain) == (np.sqrt(8) * temperature > 1)
        assert (" and the temperature " in str(d.says_scale)) == (temperature != 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_share_of_sentences_is_rounded_up_to_certainty(seed):
    d = attention_lecture(SENTENCE, seed)
    peaks = d.peaks[d.best[0] - 1, d.best[1] - 1]
    low, high = per_cent(told(d, "says_heads", "the noun in (.*)$")[1])
    assert low <= 100 * peaks / d.tested <= high
    assert ("resolves all " in str(d.says_heads)) == ("100 %" not in str(d.says_heads))


def test_a_word_that_stands_twice_is_named_with_its_place():
    assert named(("the", "cat", "the"), 2) == "“the” (word 3)"
    assert named(("the", "cat", "the"), 1) == "“cat”"


def places(sentence):
    """All that where things stand could tell: the length, the pronoun and the nouns."""
    nouns = tuple(i for i, word in enumerate(sentence.words) if word in grammar.NOUNS)
    return len(sentence.words), sentence.pronoun, nouns


def test_position_alone_does_not_solve_it():
    seen = defaultdict(Counter)
    for sentence in grammar.sentences():
        if not sentence.held_out:
            seen[places(sentence)][sentence.antecedent] += 1
    held = [sentence for sentence in grammar.sentences() if sentence.held_out]
    right = [seen[places(s)].most_common(1)[0][0] == s.antecedent for s in held]
    assert 0.45 < np.mean(right) < 0.55


def test_every_sentence_is_parsed_as_itself():
    for sentence in grammar.sentences()[::997]:
        assert grammar.parse(" ".join(sentence.words).upper() + ".") == sentence
        assert sentence.words[sentence.pronoun] == "it"
        assert sentence.words[sentence.antecedent] in grammar.NOUNS


@pytest.mark.parametrize("text", ["the cat 😀", '#read("/etc/passwd")', "</script>", "x" * 10_000])
def test_unknown_words_are_refused_with_the_known_ones(text):
    with pytest.raises(ValueError, match="unknown word") as caught:
        grammar.parse(text)
    assert "hungry" in str(caught.value)
    assert len(str(caught.value)) < 700


@pytest.mark.parametrize("text", ["", "cat the", "the cat was the cat"])
def test_known_words_in_another_order_are_refused(text):
    with pytest.raises(ValueError, match="not a sentence"):
        grammar.parse(text)


@pytest.mark.parametrize("choice", [{"layer": 3}, {"head": 0}, {"temperature": 0.0}])
def test_what_the_model_does_not_have_is_refused(choice):
    with pytest.raises(ValueError, match=next(iter(choice))):
        attention_lecture(SENTENCE, **choice)
