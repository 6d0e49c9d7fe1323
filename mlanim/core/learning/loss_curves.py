"""Seven ways in which a loss goes wrong, each a real training with a cause that is known, and what
the usual remedy does to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from mlanim.core.data.examples import Examples, Split, split_named
from mlanim.core.gradients.gradient_clipping import Clipped
from mlanim.core.learning.optimizers import Adam, Momentum, Optimizer
from mlanim.core.learning.training import Rate, batches, descend
from mlanim.core.models.activations import repu
from mlanim.core.models.mlp import MLP, cross_entropy
from mlanim.core.repeatable import one_thread
from mlanim.words.numbers import digits_with_spread
from mlanim.words.sentence import Sentence, sentence

STARTS, STEPS, EVERY, BATCH, EXAMPLES = 5, 240, 4, 64, 300
VALIDATION = 180  # examples
SOON = 12  # steps at the beginning, all of which are measured


@dataclass(frozen=True)
class Setup:
    """How a network is trained.

    `dead` shifts the hidden biases, `decay` is of the weights, `wrong` the share of labels that
    are drawn anew.
    """

    hidden: tuple[int, ...] = (16,)
    activation: Callable[[Tensor], Tensor] = torch.tanh
    rule: Optimizer = Momentum()  # noqa: RUF009, frozen
    rate: Rate = 0.1
    examples: int = EXAMPLES
    gain: float = 1.0
    dead: float = 0.0
    decay: float = 0.0
    wrong: float = 0.0


@dataclass(frozen=True)
class Trained:
    """Losses over training and over test examples, up to where some start's is no number.

    steps: (T,); train, test: (T, STARTS); lost: how many starts ended in no number.
    """

    steps: np.ndarray
    train: np.ndarray
    test: np.ndarray
    lost: int


@dataclass(frozen=True)
class Case:
    """A symptom: what is seen, its cause, and the remedy with what it did."""

    symptom: str
    cause: str
    remedy: str
    ill: Trained
    treated: Trained
    says: Sentence


def _warmed(peak: float) -> Callable[[int], float]:
    return lambda step: peak * min(1.0, (step + 1) / (STEPS // 2))


def _warmed_then_low(peak: float, low: float) -> Callable[[int], float]:
    return lambda step: min(_warmed(peak)(step), low)


RELU = Setup(activation=torch.relu, gain=2.0)
FEW = Setup(hidden=(64,), examples=120, wrong=0.3)
STEEP = Setup(hidden=(24, 24, 24), activation=repu, gain=3.0, rate=0.03)
CASES: dict[str, tuple[str, str, str, Setup, Setup]] = {
    "flat": (
        "Flat from the start", "every hidden unit is dead", "Adam",
        replace(RELU, dead=-12.0), replace(RELU, dead=-12.0, rule=Adam(), rate=0.01),
    ),
    "ceiling": (
        "Falls, then hits a ceiling", "one hidden unit is too few", "sixteen of them",
        Setup(hidden=(1,)), Setup(),
    ),
    "wild": (
        "Swings wildly", "the rate is too high", "a sixteenth of it",
        Setup(rate=1.6), Setup(rate=0.1),
    ),
    "overfit": (
        "Validation turns up", "few examples, some of them mislabelled", "weight decay",
        FEW, replace(FEW, decay=0.02),
    ),
    "nan": (
        "Ends in NaN", "gradients explode", "clipping to a norm of 1",
        STEEP, replace(STEEP, rule=Clipped(Momentum(), torch.tensor(1.0))),
    ),
    "slow": (
        "Falls very slowly", "the rate is too low", "a hundred times as much",
        Setup(rate=0.001), Setup(rate=0.1),
    ),
    "spike": (
        "Falls, then spikes", "warm-up goes on too far", "a lower rate after it",
        Setup(rate=_warmed(3.0)), Setup(rate=_warmed_then_low(3.0, 0.2)),
    ),
}  # fmt: skip
"""Symptom, cause, remedy, the training that has it, and the one that is treated."""
SUPPOSED = {
    "ceiling": "one hidden unit", "wild": "a high rate", "slow": "a low rate",
    "spike": "a long warm-up",
}  # fmt: skip
"""What is said in place of causes that only a remedy that helps shows to be ones."""
TURNS_UP = 1.05  # times the lowest validation loss, from where on it is said to turn up


@dataclass(frozen=True)
class LossCurves:
    """All that the scene shows."""

    cases: dict[str, Case]


@one_thread()
def loss_curves_lesson(dataset: str, seed: int) -> LossCurves:
    """Train every case and its remedy, from the same five starts on the same batches."""
    data = split_named(dataset, seed)
    found = {}
    for name, (symptom, cause, remedy, ill, treated) in CASES.items():
        both = trained(ill, data, seed), trained(treated, data, seed)
        if not helps(name, *both):
            cause = SUPPOSED.get(name, cause)
        symptom = symptom_of(name, symptom, both[0])
        says = says_of(name, cause, remedy, *both)
        found[name] = Case(symptom, cause, remedy, *both, says)
    return LossCurves(found)


def trained(setup: Setup, data: Split, seed: int) -> Trained:
    """Train STARTS networks side by side."""
    net = MLP((data.features, *setup.hidden, data.classes), setup.activation)
    train = _examples(setup, data, seed)
    test = data.test.subset(torch.arange(min(VALIDATION, len(data.test))))
    generators = [torch.Generator().manual_seed(seed + 1000 * i) for i in range(STARTS)]
    start = torch.stack([net.initial(one, gain=setup.gain) for one in generators])
    for _, bias in net.layers(start)[:-1]:
        bias += setup.dead

    def loss(theta: Tensor, batch: Tensor) -> Tensor:
        some = train.subset(batch)
        shrunk = setup.decay * theta.square().sum(-1) / 2
        return cross_entropy(net(theta, some.inputs), some.labels).mean(-1) + shrunk

    def measured(theta: Tensor) -> tuple[Tensor, Tensor]:
        sets = (train, test)
        losses = [cross_entropy(net(theta, one.inputs), one.labels).mean(-1) for one in sets]
        return losses[0], losses[1]

    drawn = batches(len(train), min(BATCH, len(train)), seed)
    states = descend(loss, start, setup.rule, setup.rate, drawn)
    steps: list[int] = []
    found = []
    for state in states:
        if state.step < SOON or state.step % EVERY == 0:
            steps.append(state.step)
            found.append(torch.stack(measured(state.theta)))
        if state.step == STEPS:
            break
    return _up_to_the_end(np.array(steps), torch.stack(found).numpy())


def _examples(setup: Setup, data: Split, seed: int) -> Examples:
    """Those that are trained on; some labels are drawn anew."""
    some = data.train.subset(torch.arange(min(setup.examples, len(data.train))))
    rng = np.random.default_rng(seed)
    anew = torch.from_numpy(rng.random(len(some)) < setup.wrong)
    drawn = torch.from_numpy(rng.integers(data.classes, size=len(some)))
    return Examples(some.inputs, torch.where(anew, drawn, some.labels))


def _up_to_the_end(steps: np.ndarray, losses: np.ndarray) -> Trained:
    """Losses (T, 2, STARTS), cut where one of them is no number any more."""
    finite = np.isfinite(losses)
    whole = finite.all(axis=(1, 2))
    end = len(whole) if whole.all() else int(whole.argmin())
    lost = int((~finite[-1]).any(axis=0).sum())
    return Trained(steps[:end], losses[:end, 0], losses[:end, 1], lost)


def symptom_of(name: str, symptom: str, ill: Trained) -> str:
    """What is seen of a training, where the symptom of its case is not."""
    if name == "nan" and not ill.lost:
        return "No NaN from these starts"
    test = ill.test.mean(axis=1)
    if name == "overfit" and test[-1] <= TURNS_UP * test.min():
        return "Validation stops falling"
    return symptom


def helps(name: str, ill: Trained, treated: Trained) -> bool:
    """Whether the remedy does what it is for.

    Fewer starts end in no number; or the loss at the end, over training examples, or over test
    examples where those are what is wrong, is lower from every start, and by a twentieth in the
    mean.
    """
    if ill.lost or treated.lost:
        return treated.lost < ill.lost
    before, after = (one.test[-1] if name == "overfit" else one.train[-1] for one in (ill, treated))
    return bool((after < before).all() and after.mean() < 0.95 * before.mean())


def says_of(name: str, cause: str, remedy: str, ill: Trained, treated: Trained) -> Sentence:
    """What the training came to, and whether the remedy helps."""
    which = "validation" if name == "overfit" else "training"
    verdict = "helps" if helps(name, ill, treated) else "does not help"
    return sentence(
        "{cause}: {which} loss {before}. With {remedy}: {after}; it [{verdict}](highlight)",
        cause=cause[0].upper() + cause[1:], which=which, before=_end(name, ill), remedy=remedy,
        after=_end(name, treated), verdict=verdict,
    )  # fmt: skip


def _end(name: str, run: Trained) -> str:
    if run.lost:
        return f"NaN in {run.lost} of {STARTS} starts"
    losses = run.test[-1] if name == "overfit" else run.train[-1]
    return digits_with_spread(losses.tolist())
