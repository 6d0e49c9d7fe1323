"""What the scene on the range test shows and says: five tests, and what trainings made of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.data.examples import digits
from mlanim.core.learning.optimizers import Optimizer, Rated, optimizer_named
from mlanim.core.learning.task import Task
from mlanim.core.learning.training import batches, train
from mlanim.core.models.mlp import MLP
from mlanim.core.rates.rate_range import DECAY, GROWTH, RangeTest, range_test
from mlanim.core.rates.rate_sweep import HIGHEST, STARTS, shown
from mlanim.core.rates.ties import beside
from mlanim.core.repeatable import one_thread
from mlanim.words.numbers import significant, with_spread
from mlanim.words.sentence import Sentence, plain, sentence

BATCH, STEPS, POINTS = 64, 200, 41
FACTORS = np.logspace(-2, 2, 13)
SHOWN = {"a tenth": 3, "suggested": 6, "ten times": 9}  # places in FACTORS
NETWORKS = {
    "shallow": (MLP((64, 16, 10), torch.tanh), 1.0, "64 → 16 tanh → 10"),
    "deep": (MLP((64, 16, 16, 16, 10), torch.relu), 2.0, "64 → 16 → 16 → 16 ReLU → 10"),
}
"""By name: the network, the variance of its weights times the fan-in, what viewers read."""
GUESSING = math.log(10)  # nats, what equal probabilities for ten digits cost


@dataclass(frozen=True)
class Trainings:
    """Training losses in nats at R constant rates, from N starts each; over HIGHEST as HIGHEST."""

    rates: np.ndarray  # (R,)
    steps: np.ndarray  # (T,)
    shown: dict[str, int]  # places of three of the rates
    losses: dict[str, np.ndarray]  # of these, (T, N)
    ends: np.ndarray  # (R, N)
    right: float  # share of test examples that the networks at the suggested rate read right


@dataclass(frozen=True)
class LearningRateRange:
    """All that the scene shows."""

    tests: list[RangeTest]
    places: np.ndarray  # (N, 2) where each test falls most: a rate and a smoothed loss
    trainings: Trainings
    guessing: float
    says: dict[str, Sentence]


@one_thread()
def learning_rate_range_lesson(network: str, optimizer: str, seed: int) -> LearningRateRange:
    """Test the rates of a network from five starts, and train it around the first suggestion."""
    net, gain, words = NETWORKS[network]
    task, rule = Task(net, digits(seed)), optimizer_named(optimizer)
    seeds = [seed + 1000 * i for i in range(STARTS)]
    starts = [net.initial(torch.Generator().manual_seed(one), gain=gain) for one in seeds]
    tests = [
        range_test(task.train_loss, start, rule, batches(len(task.data.train), BATCH, one))
        for start, one in zip(starts, seeds, strict=True)
    ]
    found = trainings(task, starts, rule, tests[0].suggestion, seeds)
    tenth, suggested, tenfold = (found.losses[name] for name in SHOWN)
    says = says_of_tests(tests) | {
        "network": sentence(
            "{words}, {size:,} parameters; suggested: {share:%} of unseen digits right",
            words=words, size=net.parameters, share=found.right,
        ),
        "tried": says_of_tried(found.ends), "slow": says_of_slow(tenth[-1], suggested[-1]),
        "large": says_of_large(tenfold, suggested[-1]),
        "best": says_of_best(found.rates, found.ends, SHOWN["suggested"]),
    }  # fmt: skip
    places = np.array([(test.suggestion, test.smooth[test.steepest]) for test in tests])
    return LearningRateRange(tests, places, found, GUESSING, says)


def trainings(
    task: Task, starts: list[Tensor], rule: Optimizer, suggestion: float, seeds: list[int]
) -> Trainings:
    """Train from each start, and on the batches of its seed, at each of FACTORS · suggestion."""
    rates, places = suggestion * FACTORS, list(SHOWN.values())
    rated, losses, ends = Rated(rule, torch.from_numpy(rates)[:, None]), [], []
    for start, seed in zip(starts, seeds, strict=True):
        drawn = batches(len(task.data.train), BATCH, seed)
        run = train(task.train_loss, start.expand(len(rates), -1), rated, 1.0, STEPS, drawn, POINTS)
        losses.append(shown(task.train_loss(run.path[:, places])))
        ends.append(run.end)
    last, test = torch.stack(ends), task.data.test
    by_name = dict(zip(SHOWN, np.stack(losses, axis=-1).transpose(1, 0, 2), strict=True))
    return Trainings(
        rates=rates, steps=run.steps, shown=SHOWN, losses=by_name,
        ends=shown(task.train_loss(last)).T,
        right=task.right(last[:, SHOWN["suggested"]], test) / (len(starts) * len(test)),
    )  # fmt: skip


def says_of_tests(tests: list[RangeTest]) -> dict[str, Sentence]:
    """How the rate grows, what the rules find in the first test, how far the others lie apart."""
    first, (start, *_, end) = tests[0], tests[0].stretch[:, 1]
    return {
        "growth": sentence(
            "One short run: with every step the learning rate grows by {growth:%1}",
            growth=GROWTH - 1,
        ),
        "smoothing": sentence(
            "dots: single batches; line: exponential average, {decay} a step, bias-corrected",
            decay=DECAY,
        ),
        "steepest": sentence(
            "The smoothed loss falls most around a rate of [{rate}](highlight): by {fall} in half "
            "a decade", rate=significant(first.suggestion, 2), fall=significant(start - end, 2),
        ),
        "rise": says_of_rise(first), "starts": says_of_starts(tests),
    }  # fmt: skip


def says_of_rise(test: RangeTest) -> Sentence:
    """Where it is lowest, and where it has risen from there, if it does."""
    lowest, *risen = (significant(float(rate), 2) for rate in test.rates[[test.lowest, *test.rise]])
    said = sentence("It is lowest at a rate of {rate}", rate=lowest)
    if not risen:
        return said + plain(", and never rises by a tenth of its fall from there")
    rest = "; at [{rise}](gradient) it has risen by a tenth of its fall"
    return said + sentence(rest, rise=risen[0])


def says_of_starts(tests: list[RangeTest]) -> Sentence:
    """How far the suggestions of the starts lie apart."""
    low, *_, high = sorted(test.suggestion for test in tests)
    least, most, ratio = (significant(number, 2) for number in (low, high, high / low))
    apart = f"the suggestions go from {least} to {most}, {ratio} times apart"
    said = f"all of them suggest {least}" if low == high else apart
    return sentence("{more} [more starts](weight): {said}", more=len(tests) - 1, said=said)


def says_of_slow(tenth: np.ndarray, suggested: np.ndarray) -> Sentence:
    """How a tenth of the suggestion ends beside it, (N,) each."""
    verdict = {"higher": "too slow", "lower": "better", "a tie": "a tie"}
    return sentence(
        "After {steps} steps, {count} starts: [a tenth](input) is at {tenth}, {verdict}; "
        "[the suggestion](highlight) is at {suggested}", steps=STEPS, count=len(tenth),
        tenth=ended(tenth), suggested=ended(suggested), verdict=verdict[beside(tenth, suggested)],
    )  # fmt: skip


def says_of_large(tenfold: np.ndarray, suggested: np.ndarray) -> Sentence:
    """How losses at ten times the suggestion, (T, N), end beside those at it, (N,)."""
    ends, at = tenfold[-1], sentence("At [ten times](gradient) ")
    if (ends > tenfold[0]).all():
        return at + plain(f"it diverges: all {len(ends)} runs end higher than they began")
    if lost := int((ends >= GUESSING).sum()):
        return at + sentence(
            "{lost} of {count} runs end no better than guessing, a loss of {guessing:2}",
            lost=lost, count=len(ends), guessing=GUESSING,
        )  # fmt: skip
    verdicts = {
        "higher": "worse, but it does not diverge",
        "lower": "better, so the test was too careful",
        "a tie": "a tie",
    }
    return at + plain(f"it ends at {ended(ends)}: {verdicts[beside(ends, suggested)]}")


def says_of_best(rates: np.ndarray, ends: np.ndarray, suggested: int) -> Sentence:
    """Which of the constant rates (R,) ends lowest, by ends (R, N), beside the suggested one."""
    best = int(ends.mean(1).argmin())
    of, lowest = sentence("Of {tried} constant rates ", tried=len(rates)), ended(ends[best])
    if best == suggested:
        return of + sentence("[the suggestion](highlight) ends lowest, at {at}", at=lowest)
    is_tie = beside(ends[suggested], ends[best]) == "a tie"
    rate, times = (significant(float(n), 2) for n in (rates[best], rates[best] / rates[suggested]))
    rest = "a tie with it" if is_tie else "and better than it"
    return of + plain(f"{rate} ends lowest, at {lowest}: {times} times the suggestion, {rest}")


def says_of_tried(ends: np.ndarray) -> Sentence:
    """What is drawn of ends (R, N), of which those over HIGHEST stand at it."""
    rest = f"; over {significant(HIGHEST)} as that" if (ends >= HIGHEST).any() else ""
    return plain(f"after {STEPS} steps: mean of {ends.shape[1]} starts, band: all{rest}")


def ended(ends: np.ndarray) -> str:
    """Mean and deviation of losses (N,), or how many are no better than guessing, if some are."""
    if lost := int((ends >= GUESSING).sum()):
        return f"{lost} of {len(ends)} no better than guessing"
    return with_spread(ends.tolist(), 3)
