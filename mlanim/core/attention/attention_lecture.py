"""Trains the transformer on the grammar and lays one head open on one sentence."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from mlanim.core.attention.attention import (
    D_K,
    D_MODEL,
    HEADS,
    LAYERS,
    Transformer,
    attention,
    forward,
    heads_of,
    initial,
)
from mlanim.core.attention.grammar import (
    LONGEST,
    Sentence,
    noun_vocabulary,
    parse,
    sentences,
    vocabulary,
)

STEPS, BATCH, RATE, WARM_UP = 700, 64, 5e-3, 30
MISSED, SHRINK = 0.3, 1e-2
EVERY = 8  # one in so many of the held-out sentences is used


@dataclass(frozen=True)
class Batch:
    """Sentences as numbers. tokens, mask: (N, T); pronoun, antecedent, noun: (N,)."""

    tokens: Tensor
    mask: Tensor
    pronoun: Tensor
    antecedent: Tensor
    noun: Tensor

    def take(self, index: Tensor) -> "Batch":
        """Some of the sentences."""
        return Batch(*(getattr(self, name)[index] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class AttentionData:
    """Everything the scene shows; T tokens, d = d_model, L layers, H heads.

    tokens: T words; pronoun, antecedent: their places. embeddings: (T, d), words plus positions;
    x: (T, d), what the shown layer reads. w_q, w_k, w_v: (d, d_k) of the shown head; q, k, v:
    (T, d_k); products: (T, T), q kᵀ; scores: products / √d_k; weights: (T, T), at the temperature;
    output: (T, d_k). all_weights: (L, H, T, T). peak_rates: (L, H), how often attention from "it"
    is largest on the antecedent, over the held-out test sentences. product_spread, score_spread:
    standard deviations over those sentences' products and scores from "it"; unscaled_entropy,
    scaled_entropy: mean entropy in bits of the softmax from "it" without and with the division.
    answer, answer_probability: the noun that the model says "it" is.
    """

    sentence: str
    tokens: tuple[str, ...]
    pronoun: int
    antecedent: int
    layer: int
    head: int
    temperature: float
    embeddings: np.ndarray
    x: np.ndarray
    w_q: np.ndarray
    w_k: np.ndarray
    w_v: np.ndarray
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    products: np.ndarray
    scores: np.ndarray
    weights: np.ndarray
    output: np.ndarray
    all_weights: np.ndarray
    peak_rates: np.ndarray
    shown_peak_rate: float
    best_layer: int
    best_head: int
    best_peak_rate: float
    accuracy: float
    test_sentences: int
    train_sentences: int
    parameters: int
    vocabulary_size: int
    d_model: int
    d_k: int
    product_spread: float
    score_spread: float
    unscaled_entropy: float
    scaled_entropy: float
    answer: str
    answer_probability: float


def encode(chosen: list[Sentence]) -> Batch:
    """Sentences as one padded batch."""
    index = {word: i for i, word in enumerate(vocabulary())}
    tokens = torch.zeros(len(chosen), LONGEST, dtype=torch.long)
    mask = torch.zeros(len(chosen), LONGEST, dtype=torch.bool)
    for row, sentence in enumerate(chosen):
        count = len(sentence.words)
        tokens[row, :count] = torch.tensor([index[word] for word in sentence.words])
        mask[row, :count] = True
    places = ([s.pronoun for s in chosen], [s.antecedent for s in chosen])
    nouns = [index[s.words[s.antecedent]] for s in chosen]
    return Batch(tokens, mask, *(torch.tensor(values) for values in (*places, nouns)))


@lru_cache(maxsize=1)
def splits() -> tuple[Batch, Batch, Batch]:
    """Training, validation and test sentences; held out by combination of nouns and predicate."""
    held = [s for s in sentences() if s.held_out][::EVERY]
    train = [s for s in sentences() if not s.held_out]
    return encode(train), encode(held[::2]), encode(held[1::2])


@lru_cache(maxsize=4)
def trained(seed: int) -> Transformer:
    """The model after Adam with a warm-up and a cosine schedule; a few seconds of one core.

    Two things keep a noun's name with the noun, so that "it" has to look there: a word misses what
    the first layer sends it now and then (as whole layers do in Huang et al. 2016), and the
    weights that send are drawn towards zero. Without them all of ten seeds answer right, but in
    five of them the first layer spreads names over other words, and "it" looks at those as well.
    """
    generator = torch.Generator().manual_seed(seed)
    train, nouns = splits()[0], len(noun_vocabulary())
    model = initial(len(vocabulary()), LONGEST, generator)
    sending = [layer[name] for layer in model.layers[:-1] for name in "vo"]
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, betas=(0.9, 0.98))
    for step in range(STEPS):
        rate = min(1, (step + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * step / STEPS))
        optimizer.param_groups[0]["lr"] = RATE * rate
        some = train.take(torch.randint(len(train.tokens), (BATCH,), generator=generator))
        heard = torch.rand(*some.tokens.shape, 1, generator=generator, dtype=torch.float64) > MISSED
        answer = forward(
            model, some.tokens, some.mask, some.pronoun, nouns, heard=heard.double()
        ).answer
        size = torch.stack([weights.square().sum() for weights in sending]).sum()
        optimizer.zero_grad()
        (F.cross_entropy(answer, some.noun) + SHRINK * size).backward()
        optimizer.step()
    return model


@torch.no_grad()
def measure(model: Transformer, batch: Batch) -> tuple[float, np.ndarray]:
    """The share of sentences resolved, and the peak rates (L, H) of attention from "it"."""
    trace = forward(model, batch.tokens, batch.mask, batch.pronoun, len(noun_vocabulary()))
    right = (trace.answer.argmax(1) == batch.noun).double().mean().item()
    rows = torch.arange(len(batch.tokens))
    peaks = [weights[rows, :, batch.pronoun].argmax(-1) for weights in trace.weights]
    rates = [(peak == batch.antecedent[:, None]).double().mean(0) for peak in peaks]
    return right, torch.stack(rates).numpy()


def attention_lecture(
    sentence: str,
    seed: int = 0,
    layer: int | None = None,
    head: int | None = None,
    temperature: float = 1.0,
) -> AttentionData:
    """Train, measure, and lay open one head on one sentence.

    Args:
        layer, head: counted from 1; by default those that peak most often on the antecedent among
            the validation sentences.
        temperature: divides the shown head's scores, beside √d_k.

    Raises:
        ValueError: for a sentence, layer, head or temperature that is not allowed.
    """
    parsed = parse(sentence)
    _check("layer", layer, LAYERS)
    _check("head", head, HEADS)
    if not 0 < temperature < math.inf:
        raise ValueError(f"temperature is {temperature}; it must be a positive number.")
    model = trained(seed)
    _, validation, test = splits()
    best = np.unravel_index(measure(model, validation)[1].argmax(), (LAYERS, HEADS))
    best_layer, best_head = int(best[0]), int(best[1])
    shown = (best_layer if layer is None else layer - 1), (best_head if head is None else head - 1)
    accuracy, rates = measure(model, test)
    fields: dict[str, Any] = _opened(model, parsed, shown, temperature) | _scaling(
        model, test, shown
    )
    train = splits()[0]
    return AttentionData(
        sentence=" ".join(parsed.words),
        tokens=parsed.words,
        pronoun=parsed.pronoun,
        antecedent=parsed.antecedent,
        layer=shown[0] + 1,
        head=shown[1] + 1,
        temperature=temperature,
        peak_rates=rates,
        shown_peak_rate=float(rates[shown]),
        best_layer=best_layer + 1,
        best_head=best_head + 1,
        best_peak_rate=float(rates[best_layer, best_head]),
        accuracy=accuracy,
        test_sentences=len(test.tokens),
        train_sentences=len(train.tokens),
        parameters=sum(p.numel() for p in model.parameters()),
        vocabulary_size=len(vocabulary()),
        d_model=D_MODEL,
        d_k=D_K,
        **fields,
    )


def _check(name: str, value: int | None, most: int) -> None:
    if value is not None and not 1 <= value <= most:
        raise ValueError(f"{name} is {value}; the model has {most}, counted from 1.")


@torch.no_grad()
def _opened(
    model: Transformer, sentence: Sentence, shown: tuple[int, int], temperature: float
) -> dict[str, Any]:
    """One head's projections, products, weights and output, and the model's answer."""
    batch = encode([sentence])
    length = len(sentence.words)
    batch = Batch(batch.tokens[:, :length], batch.mask[:, :length], *(
        getattr(batch, name) for name in ("pronoun", "antecedent", "noun")
    ))  # fmt: skip
    warmth = torch.ones(LAYERS, HEADS, 1, 1, dtype=torch.float64)
    warmth[shown] = temperature
    nouns = noun_vocabulary()
    trace = forward(model, batch.tokens, batch.mask, batch.pronoun, len(nouns), warmth)
    layer, head = shown
    x, part = trace.inputs[layer][0], slice(head * D_K, (head + 1) * D_K)
    projections = {f"w_{n}": model.layers[layer][n][:, part] for n in "qkv"}
    q, k, v = (x @ projections[f"w_{n}"] for n in "qkv")
    output, weights = attention(
        q[None, None], k[None, None], v[None, None], batch.mask, temperature
    )
    chance = trace.answer[0].softmax(0)
    tensors = projections | {
        "embeddings": trace.inputs[0][0],
        "x": x,
        "q": q,
        "k": k,
        "v": v,
        "products": q @ k.T,
        "scores": q @ k.T / math.sqrt(D_K),
        "weights": weights[0, 0],
        "output": output[0, 0],
        "all_weights": torch.stack(trace.weights)[:, 0],
    }
    said: dict[str, Any] = {
        "answer": nouns[int(chance.argmax())],
        "answer_probability": float(chance.max()),
    }
    return {name: np.ascontiguousarray(t.numpy()) for name, t in tensors.items()} | said


@torch.no_grad()
def _scaling(model: Transformer, test: Batch, shown: tuple[int, int]) -> dict[str, float]:
    """What the division by √d_k does, measured from "it" over the test sentences."""
    layer, head = shown
    trace = forward(model, test.tokens, test.mask, test.pronoun, len(noun_vocabulary()))
    q, k = (heads_of(trace.inputs[layer], model.layers[layer][n])[:, head] for n in "qk")
    rows = torch.arange(len(test.tokens))
    products = (q[rows, test.pronoun][:, None] @ k.transpose(-1, -2))[:, 0]
    scores = products / math.sqrt(D_K)
    return {
        "product_spread": products[test.mask].std().item(),
        "score_spread": scores[test.mask].std().item(),
        "unscaled_entropy": _entropy(products, test.mask),
        "scaled_entropy": _entropy(scores, test.mask),
    }


def _entropy(scores: Tensor, mask: Tensor) -> float:
    """Mean entropy in bits of the softmax of each row of scores (N, T) where mask (N, T)."""
    weights = scores.masked_fill(~mask, -math.inf).softmax(-1)
    return -(torch.xlogy(weights, weights)).sum(-1).mean().item() / math.log(2)
