"""One digit's scores as probabilities: softmax and sparsemax of z / T over many temperatures T."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from mlanim.core.data.digits import read_digits
from mlanim.core.transformer.simplex import entropy, sparsemax
from mlanim.words.numbers import count_of
from mlanim.words.sentence import Sentence, sentence

SAMPLES = 401  # temperatures


@dataclass(frozen=True)
class Answer:
    """What one function makes of the scores at S temperatures."""

    shares: np.ndarray  # (S, K)
    bits: np.ndarray  # (S,) entropy
    three: np.ndarray  # (S, 3) of the three best scores alone


@dataclass(frozen=True)
class Temperature:
    """All that the scene shows: K classes, S temperatures."""

    digit: np.ndarray  # (8, 8) in 0 to 1
    label: int
    scores: np.ndarray  # (K,)
    best: int
    three: np.ndarray  # (3,) the classes with the highest scores, the best last
    heat: np.ndarray  # (S,) temperatures, ascending
    answers: dict[str, Answer]  # of softmax and of sparsemax
    most_bits: float  # of as many classes alike
    certain: float  # the temperature down from which sparsemax gives one class all, within `heat`
    says_network: Sentence
    says_cold: Sentence
    says_hot: Sentence
    says_zeros: Sentence
    says_certain: Sentence


def answer(scaled: Tensor, three: Tensor, name: str) -> Answer:
    """Softmax or sparsemax of scores (S, K) that are divided by their temperatures."""
    function = sparsemax if name == "sparsemax" else partial(torch.softmax, dim=-1)
    shares = function(scaled)
    return Answer(shares.numpy(), entropy(shares).numpy(), function(scaled[:, three]).numpy())


def temperature_lesson(seed: int, index: int, coldest: float, hottest: float) -> Temperature:
    """The scores of the unseen digit `index`, between two temperatures."""
    read = read_digits(seed)
    z, label = read.scores[index], int(read.labels[index])
    order = z.argsort(descending=True)
    best, gap, three = int(order[0]), float(z[order[0]] - z[order[1]]), order[:3].flip(0)
    heat = torch.tensor(np.geomspace(coldest, hottest, SAMPLES))
    answers = {name: answer(z / heat[:, None], three, name) for name in ("softmax", "sparsemax")}
    return Temperature(
        digit=read.images[index].numpy(), label=label, scores=z.numpy(), best=best,
        three=three.numpy(), heat=heat.numpy(), answers=answers, most_bits=math.log2(len(z)),
        certain=float(np.clip(gap, coldest, hottest)),
        says_network=says_network(read.right, len(read.labels), best, label),
        says_cold=says_cold(z, best, coldest),
        says_hot=sentence(
            "Hot, $T$ = {t:g}: the best class is left with {share:%1}; ten alike would have 10 %",
            t=hottest, share=float(answers["softmax"].shares[-1, best]),
        ),
        says_zeros=says_zeros(z),
        says_certain=sentence(
            "From $T$ = {gap:g} down [sparsemax](weight) is sure of [{best}](highlight); "
            "[softmax](input) never is", gap=gap, best=best,
        ),
    )  # fmt: skip


def says_network(right: int, whole: int, best: int, label: int) -> Sentence:
    """How good the network is, and what it takes the digit for."""
    found = "and scores this one highest as" if best == label else "but takes this one for"
    template = f"The network gets {{right}} unseen digits right, {found} [{{best}}](highlight)"
    return sentence(template, right=count_of(right, whole), best=best)


def says_cold(z: Tensor, best: int, coldest: float) -> Sentence:
    """What softmax leaves to all others: by logarithms, as it may be less than a float holds."""
    scaled = z / coldest
    others = torch.cat([scaled[:best], scaled[best + 1 :]])
    power = float(torch.logsumexp(others, 0) - torch.logsumexp(scaled, 0)) / math.log(10)
    rest = "{rest:g}" if power > -4 else "about $10^({power})$"
    values = {"rest": 10**power} if power > -4 else {"power": round(power)}
    return sentence(
        f"Cold, $T$ = {{t:g}}: [softmax](input) gives all but {rest} to [{{best}}](highlight)",
        t=coldest, best=best, **values,
    )  # fmt: skip


def says_zeros(z: Tensor) -> Sentence:
    """What both give to the classes at T = 1."""
    zeros, least = int((sparsemax(z) == 0).sum()), float(torch.softmax(z, 0).min())
    if zeros == 0:
        return sentence("At $T$ = 1 every class gets something from [sparsemax](weight) too")
    count = "one class" if zeros == 1 else f"{zeros} of ten classes"
    return sentence(
        "At $T$ = 1 [sparsemax](weight) gives {count} exactly 0; "
        "[softmax](input) at least {least:g}",
        count=count, least=least,
    )  # fmt: skip
