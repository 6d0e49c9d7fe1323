"""One head of any model laid open, against torch's own attention and against loops."""

import itertools
import re
import textwrap

import numpy as np
import pytest
import torch

from mlanim.core.attention import coreference
from mlanim.core.attention.coreference import MODEL, TrainedModel
from mlanim.core.attention.grammar import NOUNS, parse
from mlanim.core.attention.pretrained import Opened, opened, traced
from mlanim.core.attention.search import sentences
from mlanim.core.attention.search.found import SearchRequest, find
from mlanim.core.attention.search.lecture import head_lecture
from mlanim.core.attention.search.view import view_of
from mlanim.core.attention.search.word_places import place_of, usual_query, with_other_word
from mlanim.core.attention.small_model import SmallTransformer, ids_of
from mlanim.core.attention.tokens import of_callable

SENTENCE = "the cat saw it, and the dog saw it too"

FILE = """
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self, causal):
            super().__init__()
            self.words, self.places = nn.Embedding(500, 24), nn.Parameter(torch.randn(80, 24))
            layer = nn.TransformerEncoderLayer(24, 3, 32, batch_first=True, dropout=0.0)
            self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
            self.causal = causal

        def forward(self, ids):
            count = ids.shape[1]
            mask = torch.full((count, count), -torch.inf).triu(1) if self.causal else None
            return self.encoder(3 * self.words(ids) + self.places[:count], mask=mask)

    def number(word):
        return sum((i + 3) * ord(sign) for i, sign in enumerate(word)) % 500

    def tokenizer(text):
        import re
        return [number(word) for word in re.findall(r"\\w+|[^\\w\\s]", text)]

    def make():
        return Net(False), tokenizer

    def causal():
        return Net(True), tokenizer
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "net.py"
    path.write_text(textwrap.dedent(FILE), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def data(file):
    return head_lecture(SearchRequest(f"{file}:make", SENTENCE, of="it:2", to="dog"))


@pytest.fixture(scope="module")
def hidden(file):
    return head_lecture(SearchRequest(f"{file}:causal", SENTENCE, of="it:2", to="cat"))


def torchs_weights(file, sentence):
    """The first layer's weights (H, T, T), as `nn.MultiheadAttention` returns them."""
    model = opened(f"{file}:make")
    net, ids = model.module.eval(), model.tokenise(sentence).args[0]
    with torch.no_grad():
        x = 3 * net.words(ids) + net.places[: ids.shape[1]]
        attention = net.encoder.layers[0].self_attn
        return attention(x, x, x, average_attn_weights=False)[1][0].numpy()


def test_the_head_that_is_found_gives_most_of_all(file, data):
    weights = traced(f"{file}:make", SENTENCE).trace.weights
    assert data.tokens[data.of] == "it"
    assert (data.of, data.to) == (9, 7)
    np.testing.assert_allclose(data.given[0], torchs_weights(file, SENTENCE)[:, 9, 7], atol=1e-6)
    pairs = itertools.product(range(2), range(3))
    best = max(pairs, key=lambda at: weights[(*at, 9, 7)])
    assert data.called == f"{best[0] + 1}.{best[1] + 1}"
    np.testing.assert_allclose(data.opening.weights, weights[best], atol=1e-6)


def test_a_layer_or_a_head_that_is_given_is_searched_alone(file, data):
    for layer in (1, 2):
        head = int(data.given[layer - 1].argmax()) + 1
        found = find(
            traced(f"{file}:make", SENTENCE),
            SearchRequest(None, SENTENCE, of="it:2", to="dog", layer=layer),
        )
        assert found.head == (layer - 1, head - 1)
        assert found.searched == 3
    asked = SearchRequest(None, SENTENCE, of="it:2", to="dog", layer=1, head=2)
    found = find(traced(f"{file}:make", SENTENCE), asked)
    assert found.head == (0, 1)


def test_weights_follow_from_queries_and_keys(data):
    o = data.opening
    scores = o.q @ o.k.T / np.sqrt(o.q.shape[1])
    np.testing.assert_allclose(o.scores, scores, atol=1e-5)
    grown = np.exp(scores)
    np.testing.assert_allclose(o.weights, grown / grown.sum(1, keepdims=True), atol=1e-5)
    np.testing.assert_allclose(o.mixed[-1], o.weights[data.of] @ o.values[:-1], atol=1e-5)
    assert (o.values[-1] == 0).all()


def test_what_a_mask_hides_is_empty(hidden):
    later = np.triu(np.ones((len(hidden.tokens),) * 2, dtype=bool), 1)
    for shown in (hidden.opening.scores, hidden.opening.weights, hidden.opening.equal):
        assert (np.isnan(shown) == later).all()
    np.testing.assert_allclose(np.nansum(hidden.opening.equal, axis=1), 1)
    assert hidden.says_hidden == "empty: later tokens are hidden"


def test_a_word_that_is_hidden_cannot_be_looked_for(file):
    with pytest.raises(ValueError, match="“dog” in this model: it comes later"):
        head_lecture(SearchRequest(f"{file}:causal", SENTENCE, of="cat", to="dog"))


def test_other_nouns_stand_in_the_place_of_the_word(file, data):
    layer, head = (int(part) - 1 for part in data.called.split("."))
    given = []
    for noun in NOUNS:
        if noun not in ("cat", "dog"):
            text = SENTENCE.replace("dog", noun)
            given.append(traced(f"{file}:make", text).trace.weights[layer, head, 9, 7])
    row = data.compared.index(f"10 other nouns, ± {100 * np.std(given, ddof=1):.0f} %")
    assert data.means[row] == pytest.approx(np.mean(given), abs=1e-6)
    assert data.spreads[row] == pytest.approx(np.std(given, ddof=1), abs=1e-6)


def test_other_pairs_are_all_pairs_of_words(file, data):
    weights = traced(f"{file}:make", SENTENCE).trace.weights.max((0, 1))
    words = [i for i, token in enumerate(data.tokens) if token != ","]
    pairs = [p for p in itertools.permutations(words, 2) if p != (9, 7)]
    most = [weights[pair] for pair in pairs]
    name = next(name for name in data.compared if "pairs" in name)
    assert name.startswith(f"{len(pairs)} other pairs")
    assert data.means[data.compared.index(name)] == pytest.approx(np.mean(most), abs=1e-6)
    peaks = sum(one >= weights[9, 7] for one in most)
    told = re.search(r"for (\w+)(?: of them)? it is no smaller", str(data.says_pairs))[1]
    assert told == (str(peaks) if peaks else "none")


def test_the_most_is_called_so_only_where_it_is(file, data):
    assert ", the most of 6;" in str(data.says_found)
    worst = np.unravel_index(data.given.argmin(), (2, 3))
    asked = SearchRequest(None, SENTENCE, "it:2", "dog", int(worst[0]) + 1, int(worst[1]) + 1)
    found = find(traced(f"{file}:make", SENTENCE), asked)
    said = str(sentences.says_found(found))
    assert f"the most of 6 is {100 * data.given.max():.1f} %" in said


def test_a_square_of_the_model_view_stands_for_several_tokens():
    rng = np.random.default_rng(0)
    weights = rng.dirichlet(np.ones(31), size=(20, 13, 31))  # the last squares are smaller
    view = view_of(weights, (17, 12))
    assert view.weights.shape[:2] == (12, 12)
    assert (view.layers[view.layer], view.heads[view.head]) == (18, 13)
    side, shown = view.side, weights[17, 12]
    assert side > 1
    for row, column in ((0, 0), (2, 1), (view.weights.shape[2] - 1,) * 2):
        block = shown[row * side : (row + 1) * side, column * side : (column + 1) * side]
        expected = block.sum(axis=1).mean()
        assert view.weights[view.layer, view.head, row, column] == pytest.approx(expected)
    whole = view_of(weights[:2, :2, :9, :9], (0, 1))
    np.testing.assert_array_equal(whole.weights, weights[:2, :2, :9, :9])


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (
            {"of": "horse"},
            "of is 'horse', but the sentence has no “horse”; its tokens are: the cat",
        ),
        ({"to": "it:3"}, "to is 'it:3', but the sentence has “it” only 2 times"),
        ({"of": "it", "to": "IT"}, "of and to are both “it”"),
        ({"layer": 3}, "layer is 3; the model has 2, counted from 1"),
        ({"head": 4}, "head is 4; the model has 3, counted from 1"),
        ({"off": "2"}, "off is '2'; write layer and head with a point between"),
        ({"off": "3.1"}, "off is '3.1'; the model has 2 layers of 3 heads"),
        ({"sentence": "word " * 70}, "sentence has 70 tokens"),
        ({"sentence": "alone"}, "give two or more"),
    ],
)
def test_what_is_not_there_is_refused_in_a_sentence(file, wanted, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        head_lecture(SearchRequest(**{"model": f"{file}:make", "sentence": SENTENCE, **wanted}))


def test_words_are_named_whatever_their_case_and_place(file):
    read = traced(f"{file}:make", "It saw it , It")
    assert [place_of(read, name, "of") for name in ("it", "IT:2", "it:3", ",")] == [0, 2, 4, 3]
    assert usual_query(read) == 0
    assert usual_query(traced(f"{file}:make", "cats saw dogs")) == 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("it", "a? saw it; it."),
        ("it:2", "It saw a?; it."),
        ("it:4", None),
        ("saw", "It a? it; it."),
    ],
)
def test_another_word_takes_the_place_of_the_one_named(name, expected):
    assert with_other_word("It saw it; it.", name, "a?") == expected


def test_the_small_model_is_read_as_its_own_trace_says():
    theta = MODEL.initial(torch.Generator().manual_seed(3))
    text = "the cat chased the mouse because it was hungry"
    model = TrainedModel(theta, torch.zeros(1, dtype=torch.int64))
    expected = coreference.traced(model, parse(text), (1, 1), 1.0)[0]
    found = traced(Opened("small", SmallTransformer(theta), of_callable(ids_of), str), text).trace
    for name in ("inputs", "q", "k", "v", "scores", "weights", "output"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), atol=1e-9)


def test_the_small_model_says_which_words_it_knows():
    with pytest.raises(
        ValueError, match="'giraffe', which the small model does not know; it knows"
    ):
        ids_of("The giraffe slept.")
    assert ids_of("The cat slept.")[0] == ["the", "cat", "slept"]


def test_the_other_heads_are_counted_by_the_kind_that_gets_most(file, data):
    weights = traced(f"{file}:make", SENTENCE).trace.weights[:, :, 9].reshape(6, -1)
    layer, head = (int(part) - 1 for part in data.called.split("."))
    kinds = {8: "the token before", 9: "itself"}  # the last token has none after it
    most = [kinds.get(int(row.argmax()), "another token") for row in weights]
    del most[3 * layer + head]
    assert dict(zip(data.kinds, data.counts, strict=True)) == {k: most.count(k) for k in data.kinds}
    said = str(data.says_others)
    top = max(data.counts)
    assert said.startswith(f"Of the 5 other heads at “it” (token 10) {top} give")
    bare = re.sub(" gives? most", "", said)
    assert all(f"{most.count(kind)} to {kind}" in bare for kind in set(most))


@pytest.mark.parametrize(("to", "told"), [("cat", "With 10 other nouns in"), ("saw", "With 1")])
def test_only_in_the_place_of_a_noun_other_nouns_are_said_to_stand(file, to, told):
    asked = SearchRequest(f"{file}:make", SENTENCE, of="it:2", to=to)
    said = str(head_lecture(asked).says_swapped)
    assert said.startswith(told)
    assert ("other noun" in said) == (to in NOUNS)
