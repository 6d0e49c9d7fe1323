"""What the scene on the range test says: what the rules found, and what trainings made of it."""

from __future__ import annotations

import math

import numpy as np

from mlanim.core.rates.rate_range import DECAY, GROWTH, RangeTest
from mlanim.words.numbers import significant, with_spread
from mlanim.words.sentence import Sentence, sentence

GUESSING = math.log(10)  # nats, what equal probabilities for ten digits cost


def says_of_growth() -> Sentence:
    """How the rate grows."""
    return sentence(
        "One short run: with every step the learning rate grows by {growth:%1}", growth=GROWTH - 1
    )


def says_of_smoothing() -> Sentence:
    """What the dots and the line are."""
    return sentence(
        "dots: single batches; line: exponential average, {decay} a step, bias-corrected",
        decay=DECAY,
    )


def says_of_steepest(test: RangeTest) -> Sentence:
    """Where the smoothed loss falls most."""
    return sentence(
        "The smoothed loss falls most around a rate of [{rate}](highlight): by {fall} in half a "
        "decade", rate=significant(test.suggestion, 2), fall=significant(test.fall, 2),
    )  # fmt: skip


def says_of_rise(test: RangeTest) -> Sentence:
    """Where it is lowest, and where it has risen from there, if it does."""
    lowest = significant(float(test.rates[test.lowest]), 2)
    if test.rise is None:
        return sentence(
            "It is lowest at a rate of {lowest}, and never rises by a tenth of its fall from there",
            lowest=lowest,
        )
    return sentence(
        "It is lowest at a rate of {lowest}; at [{rise}](gradient) it has risen by a tenth of "
        "its fall", lowest=lowest, rise=significant(float(test.rates[test.rise]), 2),
    )  # fmt: skip


def says_of_starts(tests: list[RangeTest]) -> Sentence:
    """How far the suggestions of the starts lie apart."""
    found = [test.suggestion for test in tests]
    low, high = (significant(pick(found), 2) for pick in (min, max))
    if min(found) == max(found):
        said = "{more} [more starts](weight): all of them suggest {low}"
        return sentence(said, more=len(tests) - 1, low=low)
    return sentence(
        "{more} [more starts](weight): the suggestions go from {low} to {high}, {ratio} times "
        "apart", more=len(tests) - 1, low=low, high=high,
        ratio=significant(max(found) / min(found), 2),
    )  # fmt: skip


def says_of_slow(tenth: np.ndarray, suggested: np.ndarray, steps: int) -> Sentence:
    """How a tenth of the suggestion ends beside it, (N,) each."""
    verdict = {"higher": "too slow", "lower": "better", "a tie": "a tie"}
    return sentence(
        "After {steps} steps, {count} starts: [a tenth](input) is at {tenth}, {verdict}; "
        "[the suggestion](highlight) is at {suggested}", steps=steps, count=len(tenth),
        tenth=ended(tenth), suggested=ended(suggested), verdict=verdict[beside(tenth, suggested)],
    )  # fmt: skip


def says_of_large(tenfold: np.ndarray, suggested: np.ndarray) -> Sentence:
    """How losses at ten times the suggestion, (T, N), end beside those at it, (N,)."""
    first, ends = tenfold[0], tenfold[-1]
    if (ends > first).all():
        said = "At [ten times](gradient) it diverges: all {count} runs end higher than they began"
        return sentence(said, count=len(ends))
    if (ends >= GUESSING).any():
        return sentence(
            "At [ten times](gradient) {lost} of {count} runs end no better than guessing, a loss "
            "of {guessing:2}", lost=int((ends >= GUESSING).sum()), count=len(ends),
            guessing=GUESSING,
        )  # fmt: skip
    verdicts = {
        "higher": "worse, but it does not diverge",
        "lower": "better, so the test was too careful",
        "a tie": "a tie",
    }
    return sentence(
        "At [ten times](gradient) it ends at {ends}: {verdict}",
        ends=ended(ends), verdict=verdicts[beside(ends, suggested)],
    )  # fmt: skip


def says_of_best(rates: np.ndarray, ends: np.ndarray, suggested: int) -> Sentence:
    """Which of the constant rates (R,) ends lowest, by ends (R, N), beside the suggested one."""
    best = int(ends.mean(1).argmin())
    if best == suggested:
        said = "Of {tried} constant rates [the suggestion](highlight) ends lowest, at {lowest}"
        return sentence(said, tried=len(rates), lowest=ended(ends[best]))
    is_tie = beside(ends[suggested], ends[best]) == "a tie"
    times = f"{significant(float(rates[best] / rates[suggested]), 2)} times the suggestion"
    return sentence(
        "Of {tried} constant rates {rate} ends lowest, at {lowest}: {rest}", tried=len(rates),
        rate=significant(float(rates[best]), 2), lowest=ended(ends[best]),
        rest=f"{times}, {'a tie with it' if is_tie else 'and better than it'}",
    )  # fmt: skip


def says_of_tried(ends: np.ndarray, steps: int, highest: float) -> Sentence:
    """What is drawn of ends (R, N), of which those over `highest` stand at it."""
    rest = f"; over {significant(highest)} as that" if (ends >= highest).any() else ""
    return sentence(
        "after {steps} steps: mean of {count} starts, band: all{rest}",
        steps=steps, count=ends.shape[1], rest=rest,
    )  # fmt: skip


def ended(ends: np.ndarray) -> str:
    """Mean and deviation of losses (N,), or how many are no better than guessing, if some are."""
    lost = int((ends >= GUESSING).sum())
    return (
        f"{lost} of {len(ends)} no better than guessing" if lost else with_spread(ends.tolist(), 3)
    )


def beside(losses: np.ndarray, others: np.ndarray) -> str:
    """Whether losses (N,) are lower or higher than others, start by start, or a tie.

    They tie where the mean of the differences is less than the deviation of these.
    """
    gaps = losses - others
    if abs(gaps.mean()) < gaps.std(ddof=1):
        return "a tie"
    return "higher" if gaps.mean() > 0 else "lower"
