"""What the scene on the range test shows: the test from five starts, and trainings after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.data.examples import digits
from mlanim.core.learning.optimizers import Optimizer, Rated, optimizer_named
from mlanim.core.learning.task import Task
from mlanim.core.learning.training import batches, train
from mlanim.core.models.mlp import MLP
from mlanim.core.rates.range_sentences import (
    GUESSING,
    says_of_best,
    says_of_growth,
    says_of_large,
    says_of_rise,
    says_of_slow,
    says_of_smoothing,
    says_of_starts,
    says_of_steepest,
    says_of_tried,
)
from mlanim.core.rates.rate_range import RangeTest, range_test
from mlanim.core.rates.rate_sweep import HIGHEST, STARTS
from mlanim.core.repeatable import one_thread
from mlanim.words.sentence import Sentence, sentence

BATCH, STEPS, POINTS = 64, 200, 41
FACTORS = np.logspace(-2, 2, 13)
SHOWN = {"a tenth": 3, "suggested": 6, "ten times": 9}  # places in FACTORS
NETWORKS = {
    "shallow": (MLP((64, 16, 10), torch.tanh), 1.0, "64 → 16 tanh → 10"),
    "deep": (MLP((64, 16, 16, 16, 10), torch.relu), 2.0, "64 → 16 → 16 → 16 ReLU → 10"),
}
"""By name: the network, the variance of its weights times the fan-in, what viewers read."""


@dataclass(frozen=True)
class Trainings:
    """Training losses in nats at R constant rates, from N starts each; over HIGHEST as HIGHEST."""

    rates: np.ndarray  # (R,)
    steps: np.ndarray  # (T,)
    shown: dict[str, int]  # places of three of the rates
    losses: dict[str, np.ndarray]  # of these, (T, N)
    ends: np.ndarray  # (R, N)
    right: int  # test examples that the networks at the suggested rate read right, all together
    tested: int


@dataclass(frozen=True)
class LearningRateRange:
    """All that the scene shows."""

    tests: list[RangeTest]
    places: np.ndarray  # (N, 2) where each test falls most: a rate and a smoothed loss
    risen: np.ndarray  # (1, 2) where the loss of the first has risen; (0, 2) if it never does
    close: tuple[float, float]  # rates between which something happens
    trainings: Trainings
    guessing: float
    says_growth: Sentence
    says_smoothing: Sentence
    says_network: Sentence
    says_tried: Sentence
    says_steepest: Sentence
    says_rise: Sentence
    says_starts: Sentence
    says_slow: Sentence
    says_large: Sentence
    says_best: Sentence


@one_thread()
def learning_rate_range_lesson(network: str, optimizer: str, seed: int) -> LearningRateRange:
    """Test the rates of a network from five starts, and train it around the first suggestion."""
    net, gain, words = NETWORKS[network]
    task, rule = Task(net, digits(seed)), optimizer_named(optimizer)
    seeds = [seed + 1000 * i for i in range(STARTS)]
    starts = [net.initial(torch.Generator().manual_seed(one), gain=gain) for one in seeds]
    examples = len(task.data.train)
    tests = [
        range_test(task.train_loss, start, rule, batches(examples, BATCH, one))
        for start, one in zip(starts, seeds, strict=True)
    ]
    found = trainings(task, starts, rule, tests[0].suggestion, seeds)
    tenth, suggested, tenfold = (found.losses[name] for name in SHOWN)
    places = np.array([test.place for test in tests])
    return LearningRateRange(
        tests=tests, places=places, risen=tests[0].risen,
        close=(float(places[:, 0].min()) / 100, float(tests[0].rates[-1])), trainings=found,
        guessing=GUESSING, says_growth=says_of_growth(), says_smoothing=says_of_smoothing(),
        says_network=sentence(
            "{words}, {size:,} parameters; suggested: {share:%} of unseen digits right",
            words=words, size=net.parameters, share=found.right / found.tested,
        ),
        says_tried=says_of_tried(found.ends, STEPS, HIGHEST),
        says_steepest=says_of_steepest(tests[0]), says_rise=says_of_rise(tests[0]),
        says_starts=says_of_starts(tests),
        says_slow=says_of_slow(tenth[-1], suggested[-1], STEPS),
        says_large=says_of_large(tenfold, suggested[-1]),
        says_best=says_of_best(found.rates, found.ends, SHOWN["suggested"]),
    )  # fmt: skip


def trainings(
    task: Task, starts: list[Tensor], rule: Optimizer, suggestion: float, seeds: list[int]
) -> Trainings:
    """Train from each start, and on the batches of its seed, at each of FACTORS · suggestion."""
    rates, places = suggestion * FACTORS, list(SHOWN.values())
    rated, losses, ends = Rated(rule, torch.from_numpy(rates)[:, None]), [], []
    for start, seed in zip(starts, seeds, strict=True):
        drawn = batches(len(task.data.train), BATCH, seed)
        run = train(task.train_loss, start.expand(len(rates), -1), rated, 1.0, STEPS, drawn, POINTS)
        losses.append(_shown(task.train_loss(run.path[:, places])))
        ends.append(run.end)
    last, middle = torch.stack(ends), SHOWN["suggested"]
    by_name = dict(zip(SHOWN, np.stack(losses, axis=-1).transpose(1, 0, 2), strict=True))
    return Trainings(
        rates=rates, steps=run.steps, shown=SHOWN, losses=by_name,
        ends=_shown(task.train_loss(last)).T,
        right=task.right(last[:, middle], task.data.test),
        tested=len(starts) * len(task.data.test),
    )  # fmt: skip


def _shown(losses: Tensor) -> np.ndarray:
    return losses.nan_to_num(nan=torch.inf).clamp(max=HIGHEST).numpy()
