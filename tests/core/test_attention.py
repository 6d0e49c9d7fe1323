from collections import Counter, defaultdict

import numpy as np
import pytest
import torch

from mlanim.core.attention import attention, grammar
from mlanim.core.attention.attention_lecture import attention_lecture, splits

SENTENCE = "The cat chased the mouse because it was hungry."


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


@pytest.mark.parametrize("seed", [0, 3])
def test_resolves_held_out_sentences_and_looks_at_the_antecedent(data, seed):
    found = data if seed == 0 else attention_lecture(SENTENCE, seed)
    assert found.accuracy >= 0.95
    assert found.best_peak_rate >= 0.90
    assert found.test_sentences > 1000


def test_the_opened_head_is_consistent(data):
    np.testing.assert_allclose(data.q, data.x @ data.w_q)
    np.testing.assert_allclose(data.scores, data.q @ data.k.T / np.sqrt(data.d_k))
    np.testing.assert_allclose(data.weights.sum(1), 1)
    np.testing.assert_allclose(data.output, data.weights @ data.v)
    shown = data.all_weights[data.layer - 1, data.head - 1]
    np.testing.assert_allclose(shown, data.weights, atol=1e-12)


def test_held_out_sentences_are_not_trained_on():
    train, validation, test = ({tuple(row.tolist()) for row in b.tokens} for b in splits())
    assert not train & validation
    assert not train & test
    assert not validation & test


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
