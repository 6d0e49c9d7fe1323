"""One digit's scores as probabilities: softmax and sparsemax of z / T over many temperatures T."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.data.digits import read_digits
from mlanim.core.transformer.simplex import LESS_THAN_ALL, entropy, sparsemax
from mlanim.words.numbers import count_of
from mlanim.words.sentence import Sentence, sentence

SAMPLES = 401  # temperatures
TOLD = 0.1  # the lowest temperature that two places tell
FUNCTIONS = {"softmax": lambda scores: torch.softmax(scores, -1), "sparsemax": sparsemax}


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
    format: str  # of temperatures, as in a sentence's places
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
    shares, best = (FUNCTIONS[name](scores) for scores in (scaled, scaled[:, three]))
    return Answer(shares.numpy(), entropy(shares).numpy(), best.numpy())


def temperature_lesson(seed: int, index: int, coldest: float, hottest: float) -> Temperature:
    """The scores of the unseen digit `index`, between two temperatures."""
    images, labels, every = read_digits(seed)
    z, label, right = every[index], int(labels[index]), int((every.argmax(1) == labels).sum())
    order = z.argsort(descending=True)
    best, gap, three = int(order[0]), float(z[order[0]] - z[order[1]]), order[:3].flip(0)
    heat = torch.tensor(np.geomspace(coldest, hottest, SAMPLES))
    answers = {name: answer(z / heat[:, None], three, name) for name in FUNCTIONS}
    cold, hot = answers["softmax"].shares[[0, -1], best].tolist()
    return Temperature(
        digit=images[index].numpy(), label=label, scores=z.numpy(), best=best,
        three=three.numpy(), heat=heat.numpy(), answers=answers, most_bits=float(np.log2(len(z))),
        certain=float(np.clip(gap, coldest, hottest)), format="2" if coldest >= TOLD else "g",
        says_network=sentence(
            "A network reads {right} unseen digits right, and this {label} as [{best}](highlight)",
            right=count_of(right, len(labels)), label=label, best=best,
        ),
        says_cold=sentence(
            "Cold, $T$ = {t:g}: [softmax](input) gives {share:%1} to [{best}](highlight)",
            t=coldest, best=best, share=min(cold, LESS_THAN_ALL),
        ),
        says_hot=sentence(
            "Hot, $T$ = {t:g}: the best class is left with {share:%1}; ten alike would have 10 %",
            t=hottest, share=hot,
        ),
        says_zeros=says_zeros(z),
        says_certain=says_certain(
            gap, best, (coldest, hottest), float(answers["sparsemax"].shares[0, best])
        ),
    )  # fmt: skip


def says_zeros(z: Tensor) -> Sentence:
    """How many classes of scores (K,) both give nothing at T = 1."""
    return sentence(
        "At $T$ = 1 [sparsemax](weight) gives {zeros} of ten classes exactly 0; "
        "[softmax](input) each at least {least:g}",
        zeros=int((sparsemax(z) == 0).sum()) or "none", least=torch.softmax(z, 0).min(),
    )  # fmt: skip


def says_certain(gap: float, best: int, shown: tuple[float, float], cold: float) -> Sentence:
    """Where sparsemax is sure of the best class, of the temperatures shown, from lowest to highest.

    Args:
        gap: between the two best scores: the temperature down from which it is sure.
        cold: its share of the best class at the lowest temperature.
    """
    if gap < shown[0]:
        return sentence(
            "Even at $T$ = {t:g} [sparsemax](weight) gives [{best}](highlight) only {share:%1}; "
            "[softmax](input) is sure at no $T$", t=shown[0], best=best, share=cold,
        )  # fmt: skip
    where = "From $T$ = {t:g} down" if gap <= shown[1] else "Even at $T$ = {t:g}"
    return sentence(
        where + " [sparsemax](weight) is sure of [{best}](highlight); [softmax](input) never is",
        t=min(gap, shown[1]), best=best,
    )  # fmt: skip
