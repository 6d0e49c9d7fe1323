"""What is said of the residual stream and its gradient, each under what makes it true."""

from __future__ import annotations

import numpy as np

from mlanim.core.transformer.gradient_flow import Flow
from mlanim.words.numbers import percent, significant
from mlanim.words.sentence import Sentence, sentence

FULL = 1.05  # a factor below which the gradient is said to keep nearly its full strength


def times(factor: float) -> str:
    """A factor to two digits."""
    return significant(factor, 2) if np.isfinite(factor) else "any size"


def says_start(skip: Flow, plain: Flow) -> Sentence:
    """What of the gradient gets to the start before training, in the median start."""
    reached = [float(flow.spread[0, 1, 0]) for flow in (skip, plain)]
    return sentence(
        "Before training [{skip} ×](output) the gradient at the end gets to the start with the "
        "skip, [{plain} ×](weight) without",
        skip=significant(reached[0], 2), plain=significant(reached[1], 2),
    )  # fmt: skip


def says_factor(skip: Flow, plain: Flow) -> Sentence:
    """Within which factor it stays before training, in all layers of all starts."""
    full = "Nearly full strength" if skip.factor(0) < FULL else "Not full strength"
    return sentence(
        "{full}: in {starts} starts it stays within a factor of [{skip}](output) with the skip, of "
        "[{plain}](weight) without",
        full=full, starts=skip.starts.shape[1], skip=times(skip.factor(0)),
        plain=times(plain.factor(0)),
    )  # fmt: skip


def says_during(skip: Flow) -> Sentence:
    """The same with the skip, along all of training."""
    if not np.isfinite(factor := skip.factor(slice(None))):
        return sentence("In training the gradient dies in some layer even with the [skip](output)")
    return sentence(
        "Along all of training the skip keeps the gradient within a factor of [{k}](output)",
        k=times(factor),
    )


def says_trained(skip: Flow, plain: Flow, steps: int, tested: int) -> Sentence:
    """How many unseen digits are read right at the end."""
    ends = [percent(flow.right / tested) for flow in (skip, plain)]
    return sentence(
        "After {steps} steps of Adam the median start reads [{skip}](output) of unseen digits "
        "right with the skip, [{plain}](weight) without",
        steps=steps, skip=ends[0], plain=ends[1],
    )  # fmt: skip


def says_gain(gains: np.ndarray, passed: np.ndarray) -> Sentence:
    """With which variance of the first weights the gradient at the start is most like the last.

    Args:
        gains: (G,) variances times the width; passed: (2, G, starts), with the skip and without.
    """
    with np.errstate(divide="ignore"):
        away = np.abs(np.log(np.median(passed, axis=2)))
    skip, plain = away.argmin(axis=1)
    ends = {0: "the smallest tried,", len(gains) - 1: "the largest tried,"}
    return sentence(
        "Without the skip the first weights have to be right, {there} [{plain:1}](weight) / width; "
        "with it best is {here} [{skip:1}](output) / width",
        there=ends.get(int(plain), "near"), plain=gains[plain],
        here=ends.get(int(skip), "near"), skip=gains[skip],
    )  # fmt: skip


def says_sum(depth: int, label: int, read: int) -> Sentence:
    """What the stream ends as, and what is read from it."""
    return sentence(
        "The input and {depth} [deltas](weight), tip to tail, are the [sum](output) that the "
        "answer is read from: {label}, read as {read}",
        depth=depth, label=_digit(label), read=_digit(read),
    )  # fmt: skip


def _digit(digit: int) -> str:
    return f"an {digit}" if digit == 8 else f"a {digit}"


def says_recovered(error: float) -> Sentence:
    """How exactly deltas are recovered by subtraction."""
    if error == 0:
        return sentence("Subtracting one sum from the next gives back each [delta](weight) exactly")
    return sentence(
        "Subtracting one sum from the next gives back each [delta](weight), up to "
        "[{error:g}](highlight) of its length", error=error,
    )  # fmt: skip


def says_lengths(walked: float, first: float, last: float) -> Sentence:
    """How long all deltas are together, beside the stream that they add up to."""
    return sentence(
        "The deltas' lengths add up to [{walked:1}](weight); that of the stream went from "
        "[{first:1}](input) to [{last:1}](output)", walked=walked, first=first, last=last,
    )  # fmt: skip


def says_directions(cosines: np.ndarray) -> Sentence:
    """How deltas lie to the sums that they are added to, by their cosines (L,)."""
    return sentence(
        "Cosines between a delta and the sum before it: from {least:+2} to {most:+2}",
        least=cosines.min(), most=cosines.max(),
    )  # fmt: skip


def says_plane(width: int, share: float) -> Sentence:
    """What a plane holds of the deltas."""
    return sentence(
        "{width} dimensions, seen in a plane with {share} of the deltas' squared lengths",
        width=width, share=percent(share),
    )  # fmt: skip
