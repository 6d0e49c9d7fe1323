import math
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mlanim.core.attention.recording import record, run

T, D, H = 5, 12, 3
LATER = torch.ones(T, T).triu(1).bool()  # as nn.MultiheadAttention has it: True hides
AWAY = torch.randn(T, T, generator=torch.Generator().manual_seed(4))
LAST_PADDED = torch.tensor([[False] * (T - 1) + [True]])


def seeded(make, *args, **kwargs):
    torch.manual_seed(0)
    return make(*args, **kwargs)


def sentence(*shape, seed=1):
    return torch.randn(*(shape or (1, T, D)), generator=torch.Generator().manual_seed(seed))


class Own(nn.Module):
    """Attention as a user writes it, with any function that mixes q, k and v of (1, H, T, d_k)."""

    def __init__(self, mix, keys=H):
        super().__init__()
        self.mix, self.keys = mix, keys
        self.q = nn.Linear(D, D)
        self.k, self.v = nn.Linear(D, D // H * keys), nn.Linear(D, D // H * keys)

    def forward(self, x):
        q, k, v = (
            part(x).unflatten(-1, (-1, D // H)).transpose(1, 2) for part in (self.q, self.k, self.v)
        )
        return self.mix(q, k, v).transpose(1, 2).flatten(2)


def written_out(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(mask, -torch.inf)
    return F.dropout(scores.softmax(dim=-1), 0.1, training=False) @ v


def by_batches(q, k, v, mask=None):
    """With baddbmm and bmm, heads in place of the batch."""
    q, k, v = (one.flatten(0, 1) for one in (q, k, v))
    added = torch.zeros(T, T) if mask is None else torch.zeros(T, T).masked_fill(mask, -1e9)
    scores = torch.baddbmm(added, q, k.transpose(1, 2), alpha=1 / math.sqrt(q.shape[-1]))
    return torch.bmm(F.softmax(scores, dim=-1, dtype=torch.float32), v)[None]


def by_equations(q, k, v, mask=None):
    """With einsum, places before heads as many tutorials have them."""
    q, k, v = (one.transpose(1, 2) for one in (q, k, v))
    scores = torch.einsum("b q h d, b k h d -> b h q k", q, k) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores.masked_fill_(mask, -torch.inf)
    mixed = torch.einsum("bkhd,bhqk->bqhd", v, scores.softmax(-1))
    return mixed.transpose(1, 2)


def by_hand(one, added=0.0, scale=None):
    """Scores, weights and output that follow from recorded q, k and v, in numpy."""
    scale = 1 / math.sqrt(one.q.shape[-1]) if scale is None else scale
    scores = np.einsum("hid,hjd->hij", one.q, one.k) * scale + added
    grown = np.exp(scores - scores.max(-1, keepdims=True))
    weights = grown / grown.sum(-1, keepdims=True)
    return scores, weights, np.einsum("hij,hjd->hid", weights, one.v)


def check(one, added=0.0, scale=None):
    scores, weights, output = by_hand(one, added, scale)
    np.testing.assert_allclose(one.scores, scores, atol=1e-5)
    np.testing.assert_allclose(one.weights, weights, atol=1e-5)
    np.testing.assert_allclose(one.output, output, atol=1e-5)


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize(
    ("masks", "added"),
    [
        ({}, 0.0),
        ({"attn_mask": LATER}, np.where(LATER, -np.inf, 0.0)),
        ({"attn_mask": LATER, "is_causal": True}, np.where(LATER, -np.inf, 0.0)),
        ({"attn_mask": AWAY}, AWAY.numpy()),
        ({"key_padding_mask": LAST_PADDED}, np.where(LAST_PADDED, -np.inf, 0.0)),
    ],
)
def test_multihead_attention_is_recorded_as_it_gives_its_weights_itself(batch_first, masks, added):
    module = seeded(nn.MultiheadAttention, D, H, batch_first=batch_first).eval()
    x = sentence() if batch_first else sentence().transpose(0, 1)
    output, expected = module(x, x, x, **masks, average_attn_weights=False)
    (one,) = record(module, x, x, x, **masks)
    np.testing.assert_allclose(one.weights, expected[0].detach(), atol=1e-6)
    np.testing.assert_array_equal(one.inputs, sentence()[0])
    check(one, added)
    given, mean = run(module, (x, x, x), masks)[0]
    torch.testing.assert_close(given, output.detach())
    torch.testing.assert_close(mean, expected.mean(1).detach())


def test_queries_and_keys_are_those_of_the_weights_of_the_module():
    module = seeded(nn.MultiheadAttention, D, H).eval()
    x = sentence(T, D)
    (one,) = record(module, x, x, x)
    rows = x @ module.in_proj_weight.T + module.in_proj_bias
    q, k, v = (part.unflatten(-1, (H, -1)).transpose(0, 1) for part in rows.detach().chunk(3, -1))
    for expected, recorded in ((q, one.q), (k, one.k), (v, one.v)):
        np.testing.assert_allclose(recorded, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "added"),
    [
        ({}, 0.0),
        ({"is_causal": True}, np.where(LATER, -np.inf, 0.0)),
        ({"attn_mask": ~LATER}, np.where(LATER, -np.inf, 0.0)),
        ({"attn_mask": AWAY}, AWAY.numpy()),
        ({"attn_mask": torch.where(LATER, torch.finfo().min, 0.0)}, np.where(LATER, -np.inf, 0.0)),
        ({"scale": 0.3}, 0.0),
    ],
)
def test_scaled_dot_product_attention_is_recorded(options, added):
    module = seeded(Own, lambda q, k, v: F.scaled_dot_product_attention(q, k, v, **options))
    (one,) = record(module, sentence())
    check(one, added, options.get("scale"))
    np.testing.assert_array_equal(one.inputs, sentence()[0])
    np.testing.assert_allclose(
        one.output.swapaxes(0, 1).reshape(T, D), module(sentence())[0].detach(), atol=1e-6
    )


def test_keys_that_heads_share_are_repeated():
    module = seeded(
        Own, lambda q, k, v: F.scaled_dot_product_attention(q, k, v, enable_gqa=True), keys=1
    )
    (one,) = record(module, sentence())
    assert one.k.shape == one.v.shape == one.q.shape == (H, T, D // H)
    np.testing.assert_array_equal(one.k[0], one.k[2])
    check(one)


@pytest.mark.parametrize("mask", [None, LATER])
@pytest.mark.parametrize("write", [written_out, by_batches, by_equations])
def test_attention_that_is_written_out_is_recorded_as_torchs_own(write, mask):
    allowed = None if mask is None else ~mask
    theirs = seeded(Own, lambda q, k, v: F.scaled_dot_product_attention(q, k, v, allowed))
    ours = seeded(Own, lambda q, k, v: write(q, k, v, mask))
    (expected,), (one,) = record(theirs, sentence()), record(ours, sentence())
    for name in ("q", "k", "v", "scores", "weights", "output", "inputs"):
        np.testing.assert_allclose(getattr(one, name), getattr(expected, name), atol=1e-6)
    without, _ = run(ours, (sentence(),), off=(1, 2))
    torch.testing.assert_close(without, run(theirs, (sentence(),), off=(1, 2))[0])
    assert (without[..., D // H : 2 * D // H] == 0).all()


def test_products_that_are_no_attention_are_not_recorded():
    def mix(q, k, v):
        return v + (q @ k.transpose(-2, -1)).softmax(-1).sum() + (q @ k.transpose(-2, -1)) @ v

    with pytest.raises(ValueError, match="ran no attention that can be recorded"):
        record(seeded(Own, mix), sentence())


def encoder(norm_first=False):
    layer = nn.TransformerEncoderLayer(D, H, 16, batch_first=True, norm_first=norm_first)
    return nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)


@pytest.mark.parametrize("norm_first", [False, True])
def test_a_transformer_encoder_is_recorded_layer_by_layer_and_gives_what_it_gives(norm_first):
    module = seeded(encoder, norm_first)
    output, records = run(module, (sentence(),), {"src_key_padding_mask": LAST_PADDED})
    expected = module.eval()(sentence(), src_key_padding_mask=LAST_PADDED).detach()
    torch.testing.assert_close(output[:, : T - 1], expected[:, : T - 1], atol=1e-5, rtol=1e-5)
    assert [one.module for one in records] == ["layers.0.self_attn", "layers.1.self_attn"]
    assert all((one.weights[..., -1] == 0).all() for one in records)
    first = module.layers[0].norm1(sentence()) if norm_first else sentence()
    np.testing.assert_allclose(records[0].inputs, first[0].detach(), atol=1e-6)


def test_double_precision_stays_double():
    module = seeded(nn.MultiheadAttention, D, H).double()
    x = sentence(T, D).double()
    (one,) = record(module, x, x, x)
    assert one.scores.dtype == one.inputs.dtype == np.float64
    np.testing.assert_allclose(one.scores, by_hand(one)[0], atol=1e-13)


def test_a_module_is_left_as_it_was():
    module = seeded(encoder).train()
    module.layers[1].eval()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    record(module, sentence())
    assert F.scaled_dot_product_attention.__name__ == "scaled_dot_product_attention"
    assert module.training
    assert module.layers[0].training
    assert not module.layers[1].training
    assert not any(one._forward_hooks or one._forward_pre_hooks for one in module.modules())
    torch.testing.assert_close(module.state_dict(), before)


@pytest.mark.parametrize("layer", [1, 2])
@pytest.mark.parametrize("head", [1, 3])
def test_a_head_that_is_off_is_one_whose_columns_of_the_projection_are_zero(layer, head):
    module = seeded(encoder)
    output, records = run(module, (sentence(),), off=(layer, head))
    projection = module.layers[layer - 1].self_attn.out_proj.weight
    with torch.no_grad():
        projection[:, (head - 1) * D // H : head * D // H] = 0
    expected, _ = run(module, (sentence(),))
    torch.testing.assert_close(output, expected)
    assert (records[layer - 1].output[head - 1] != 0).all()


class Crossing(nn.MultiheadAttention):
    def forward(self, x):
        return super().forward(x, x[:, :3], x[:, :3])[0]


class Reversing(nn.MultiheadAttention):
    def forward(self, x):
        return super().forward(x, x.flip(1), x.flip(1))[0]


def attending(**options):
    return lambda: Own(lambda q, k, v: F.scaled_dot_product_attention(q, k, v, **options))


class OfIds(nn.Module):
    def forward(self, ids):
        x = ids.float()[..., None]
        return F.scaled_dot_product_attention(x, x, x)


class Broken(nn.Module):
    def forward(self, x):
        return self.nothing


@pytest.mark.parametrize(
    ("make", "given", "fault"),
    [
        (lambda: nn.Linear(D, D), sentence(), "Linear ran no attention that can be recorded"),
        (lambda: Crossing(D, H, batch_first=True), sentence(), "from 5 tokens to 3 others"),
        (lambda: Reversing(D, H, batch_first=True), sentence(), "to other vectors than those that"),
        (attending(), sentence(2, T, D), "is given 2 sentences at once"),
        (attending(dropout_p=0.1), sentence(), "dropout_p=0.1"),
        (attending(attn_mask=torch.eye(T).bool() & (torch.arange(T) != 2)), sentence(),
         "lets token 3 look at no token"),
        (lambda: attending()().bfloat16(), sentence().bfloat16(), "computes in torch.bfloat16"),
        (attending(), sentence() * torch.nan, "a score that is no number"),
        (OfIds, torch.arange(T)[None], "reads no vectors"),
        (Broken, sentence(), "Broken cannot be run on this input: AttributeError"),
        (lambda: Own(lambda q, k, v: F.dropout((q @ k.mT).softmax(-1), 0.5) @ v), sentence(),
         "contradicts itself: its output is not weights times values"),
    ],
)  # fmt: skip
def test_what_cannot_be_recorded_is_refused_in_a_sentence(make, given, fault):
    with pytest.raises(ValueError, match=re.escape(fault)) as caught:
        record(seeded(make), given)
    assert "\n" not in str(caught.value)
    assert F.scaled_dot_product_attention.__name__ == "scaled_dot_product_attention"


@pytest.mark.parametrize("option", ["add_bias_kv", "add_zero_attn"])
def test_keys_that_belong_to_no_token_are_refused(option):
    module = seeded(nn.MultiheadAttention, D, H, **{option: True})
    x = sentence(T, D)
    with pytest.raises(ValueError, match=r"adds keys that belong to no token"):
        record(module, x, x, x)


@pytest.mark.parametrize(
    ("off", "fault"), [((3, 1), "layers 1 to 2"), ((1, 4), "heads 1 to 3"), ((0, 1), "layer is 0")]
)
def test_a_head_that_is_not_there_cannot_be_switched_off(off, fault):
    with pytest.raises(ValueError, match=fault):
        run(seeded(encoder), (sentence(),), off=off)


def test_weights_that_a_module_gives_are_held_against_the_recorded_ones(monkeypatch):
    module, x = seeded(nn.MultiheadAttention, D, H), sentence(T, D)
    monkeypatch.setattr(F, "softmax", lambda scores, dim: torch.softmax(scores / 2, dim))
    with pytest.raises(ValueError, match="its weights are not the softmax of its scores"):
        record(module, x, x, x)
