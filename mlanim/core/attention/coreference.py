"""Trains the transformer to say what "it" means, and measures it on the sentences held out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from mlanim.core.attention.attention import Layer, Pass, Transformer
from mlanim.core.attention.grammar import (
    LONGEST,
    LabelledSentence,
    noun_vocabulary,
    sentences,
    vocabulary,
)
from mlanim.core.attention.trace import AttentionTrace
from mlanim.core.learning.optimizers import Adam
from mlanim.core.learning.training import batches, train

STEPS, BATCH, RATE, WARM_UP = 700, 64, 5e-3, 30
DROP, PENALTY = 0.3, 1e-2  # probability that a word misses a message, and factor of the L2 penalty
CHOSEN_ON = 64  # the last batches of training, on which the best head is chosen
AT_ONCE = 2048  # sentences that are measured together

MODEL = Transformer(len(vocabulary()), LONGEST, len(noun_vocabulary()))


@dataclass(frozen=True)
class EncodedSentences:
    """Sentences as numbers. tokens, mask: (N, T); pronoun, antecedent, noun: (N,)."""

    tokens: Tensor
    mask: Tensor
    pronoun: Tensor
    antecedent: Tensor
    noun: Tensor

    def __len__(self) -> int:
        return len(self.tokens)

    def subset(self, index: Tensor | slice) -> EncodedSentences:
        """Some of the sentences."""
        return EncodedSentences(*(getattr(self, name)[index] for name in self.__dataclass_fields__))

    def parts(self) -> Iterator[EncodedSentences]:
        """All of them, so many at once as memory should hold."""
        for start in range(0, len(self), AT_ONCE):
            yield self.subset(slice(start, start + AT_ONCE))

    def run(self, theta: Tensor, **options: Any) -> Pass:
        """What the model does with them."""
        return MODEL(theta, self.tokens, self.mask, self.pronoun, **options)


@dataclass(frozen=True)
class TrainedModel:
    """A trained model. theta: (P,); drawn: numbers of the training sentences, step by step."""

    theta: Tensor
    drawn: Tensor

    @property
    def distinct(self) -> int:
        """How many different sentences it was trained on."""
        return len(self.drawn.unique())


@dataclass(frozen=True)
class Measured:
    """Counts over sentences, and means, for all heads (L, H).

    peaks: how often "it" attends most to its antecedent; plain, scaled: entropies in bits of the
    attention from "it", of products as they are and as they are divided.
    """

    sentences: int
    resolved: int
    peaks: np.ndarray
    plain: np.ndarray
    scaled: np.ndarray


def encode(chosen: list[LabelledSentence]) -> EncodedSentences:
    """Sentences as one padded batch."""
    index = {word: i for i, word in enumerate(vocabulary())}
    numbers = [[index[word] for word in sentence.words] for sentence in chosen]
    padded = torch.tensor([row + [-1] * (LONGEST - len(row)) for row in numbers])
    places = ([s.pronoun for s in chosen], [s.antecedent for s in chosen])
    nouns = [index[s.words[s.antecedent]] for s in chosen]
    return EncodedSentences(
        padded.clamp(min=0), padded >= 0, *(torch.tensor(values) for values in (*places, nouns))
    )


@lru_cache(maxsize=1)
def splits() -> tuple[EncodedSentences, EncodedSentences]:
    """All sentences to train on, and all that are held out by their nouns, verb and predicate."""
    held = [sentence for sentence in sentences() if sentence.held_out]
    return encode([sentence for sentence in sentences() if not sentence.held_out]), encode(held)


@lru_cache(maxsize=4)
def trained(seed: int) -> TrainedModel:
    """The model after Adam with a warm-up and a cosine schedule; a few seconds of one core.

    Two things keep a noun's name with the noun, so that "it" has to look there: a word misses what
    the first layer sends it now and then (as whole layers do in Huang et al. 2016), and the
    weights that send are drawn towards zero. Without them models answer right too, but in about
    half of them the first layer spreads names over other words, and "it" looks at those as well.
    """
    generator = torch.Generator().manual_seed(seed)
    examples, start = splits()[0], MODEL.initial(generator)
    drawn = list(islice(batches(len(examples), BATCH, generator), STEPS + 1))

    def with_masks() -> Iterator[tuple[Tensor, Tensor]]:
        for index in drawn:
            kept = torch.rand(len(index), LONGEST, 1, generator=generator) >= DROP
            yield index, kept.double()

    def loss(theta: Tensor, batch: tuple[Tensor, Tensor]) -> Tensor:
        some, parts = examples.subset(batch[0]), MODEL.tensors(theta)
        sending = sum(
            parts[f"{n}{i}"].square().sum() for i in range(MODEL.layers - 1) for n in "vo"
        )
        answer = some.run(theta, keep=batch[1]).answer
        return F.cross_entropy(answer, some.noun) + PENALTY * sending

    run = train(loss, start, Adam(square_decay=0.98), rate_at, STEPS, with_masks())
    return TrainedModel(run.end, torch.cat(drawn[:STEPS]))


def rate_at(step: int) -> float:
    """The learning rate at a step: it rises at first, then falls along a cosine."""
    return RATE * min(1, (step + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * step / STEPS))


@torch.no_grad()
def measure(theta: Tensor, examples: EncodedSentences, scale: float = 1.0) -> Measured:
    """How often the model is right, and what each head does.

    Args:
        scale: what products are divided by for the second of the entropies.
    """
    resolved, shape = 0, (MODEL.layers, MODEL.heads)
    peaks, entropies = np.zeros(shape, dtype=np.int64), np.zeros((2, *shape))
    for some in examples.parts():
        passed = some.run(theta)
        resolved += int((passed.answer.argmax(1) == some.noun).sum())
        products = torch.stack([_from_pronoun(layer, some.pronoun) for layer in passed.layers])
        products = products.masked_fill(~some.mask[:, None], -math.inf)
        peaks += (products.argmax(-1) == some.antecedent[:, None]).sum(1).numpy()
        entropies += [_entropy(products).numpy(), _entropy(products / scale).numpy()]
    return Measured(len(examples), resolved, peaks, *(entropies / len(examples)))


def best_head(model: TrainedModel) -> tuple[int, int]:
    """Layer and head, from 1, that peak most often on the antecedent in sentences trained on."""
    last = model.drawn[-CHOSEN_ON * BATCH :]
    peaks = measure(model.theta, splits()[0].subset(last)).peaks
    layer, head = np.unravel_index(peaks.argmax(), peaks.shape)
    return int(layer) + 1, int(head) + 1


def _from_pronoun(layer: Layer, pronoun: Tensor) -> Tensor:
    """The query of "it" times every key, in every head, (B, H, T)."""
    query = layer.q[torch.arange(len(pronoun)), :, pronoun]
    return (query[:, :, None] @ layer.k.transpose(-1, -2))[:, :, 0]


def _entropy(scores: Tensor) -> Tensor:
    """Entropies in bits of the softmax of each row (L, B, H, T), added up over B, (L, H)."""
    weights = scores.softmax(-1)
    return -torch.xlogy(weights, weights).sum((1, 3)) / math.log(2)


@torch.no_grad()
def traced(
    model: TrainedModel, parsed: LabelledSentence, shown: tuple[int, int], temperature: float
) -> tuple[AttentionTrace, np.ndarray]:
    """What every head does with a sentence, the shown one at a temperature; noun probabilities."""
    batch, count = encode([parsed]), len(parsed.words)
    heat = torch.ones(MODEL.layers, MODEL.heads, 1, 1, dtype=torch.float64)
    heat[shown[0] - 1, shown[1] - 1] = temperature
    passed = batch.run(model.theta, temperature=heat)
    kept = {
        name: torch.stack([getattr(layer, name)[0] for layer in passed.layers])
        for name in ("inputs", "q", "k", "v", "weights", "output")
    }
    kept = {name: part[..., :count, :] for name, part in kept.items()}
    kept["weights"] = kept["weights"][..., :count]
    kept["scores"] = kept["q"] @ kept["k"].transpose(-1, -2) / (math.sqrt(MODEL.d_k) * heat)
    arrays = {name: np.ascontiguousarray(part.numpy()) for name, part in kept.items()}
    return AttentionTrace(parsed.words, **arrays), passed.answer[0].softmax(0).numpy()
