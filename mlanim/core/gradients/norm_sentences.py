"""What is said of normalisation, from what was measured."""

from __future__ import annotations

import numpy as np

from mlanim.words.numbers import count_of, format_number, significant, with_spread
from mlanim.words.sentence import Sentence, sentence

CLOSE = 0.005  # what counts as a mean of 0 or a variance of 1
NEAR_ONE = 0.01  # what counts as ±1
ALIKE = "as much, within the spread"


def says_of_network(parameters: int, right: int, tested: int, batch: int) -> Sentence:
    """What the tensor is, and how good the network that it is from."""
    return sentence(
        "{batch} digits in a network of {parameters:,} parameters that reads {right} of {tested}",
        batch=batch, parameters=parameters, right=right, tested=tested,
    )  # fmt: skip


def says_of_batch_norm(after: np.ndarray) -> Sentence:
    """What batch norm gives each neuron, and leaves each example; after: (B, F)."""
    return sentence(
        "[Batch norm](highlight): each neuron gets {moments}; examples keep means of {means}",
        moments=_moments(after.T), means=_range(after.mean(1)),
    )  # fmt: skip


def says_of_layer_norm(after: np.ndarray) -> Sentence:
    """What layer norm gives each example, and leaves each neuron; after: (B, F)."""
    return sentence(
        "[Layer norm](highlight): each example gets {moments}; neurons keep means of {means}",
        moments=_moments(after), means=_range(after.mean(0)),
    )  # fmt: skip


def says_of_rms_norm(after: np.ndarray) -> Sentence:
    """What RMS norm gives each example; after: (B, F)."""
    return sentence(
        "[RMS norm](highlight) only divides: an example's mean square is {square}, its mean "
        "{means}", square=_near((after**2).mean(1), 1), means=_range(after.mean(1)),
    )  # fmt: skip


def says_of_pair(after: np.ndarray) -> Sentence:
    """What batch norm makes of two examples; after: (2, F)."""
    count = int((np.abs(np.abs(after) - 1) <= NEAR_ONE).sum())
    if count == after.size:
        return sentence(
            "A batch of two: every cell is within 0.01 of [+1 or −1](highlight): little is left "
            "but which is larger"
        )
    return sentence(
        "A batch of two: {count} cells are within 0.01 of [+1 or −1](highlight)",
        count=count_of(count, after.size),
    )


def says_of_spread(sizes: np.ndarray, spread: np.ndarray) -> Sentence:
    """How far a batch's mean strays; spread: (N, H), in a neuron's own deviations."""
    found = spread.mean(1)
    return sentence(
        "The mean of {small} examples strays by {few:2} deviations, of {large} by {many:2}; "
        "1/√n: {line:2} and {end:2}", few=found[0], many=found[-1], small=int(sizes[0]),
        large=int(sizes[-1]), line=sizes[0] ** -0.5, end=sizes[-1] ** -0.5,
    )  # fmt: skip


def says_of_scale(
    factors: np.ndarray, loss: np.ndarray, gradient: np.ndarray, plain: np.ndarray
) -> Sentence:
    """What multiplied weights change; (A,) each, as multiples of what it was at a factor of 1."""
    return sentence(
        "Weights × {low} to × {high}: loss off by {loss:%1} at most ({plain:%} without batch "
        "norm), [gradient](gradient) × {most} to × {least}", low=factors[0],
        high=factors[-1], loss=_most_changed(loss), plain=_most_changed(plain),
        most=significant(float(gradient[0])), least=significant(float(gradient[-1])),
    )  # fmt: skip


def says_of_change(without: np.ndarray, with_norm: np.ndarray) -> Sentence:
    """How much something changes for a unit of distance; means along training, (STARTS,) each."""
    return sentence(
        "[{less}](input) with, [{more}](weight) without",
        less=with_spread(with_norm.tolist(), 2),
        more=with_spread(without.tolist(), 2),
    )


def says_of_smoothness(
    loss: tuple[np.ndarray, np.ndarray], gradient: tuple[np.ndarray, np.ndarray]
) -> Sentence:
    """Whether loss and gradient change less with batch norm: means (STARTS,) without and with it.

    They change alike where the mean of the differences, start by start, is less than the deviation
    of these.
    """
    of_loss, of_gradient = _verdict(*loss), _verdict(*gradient)
    starts = len(loss[0])
    if of_loss == of_gradient:
        return sentence(
            "{starts} starts: with batch norm loss and gradient both change "
            "[{verdict}](highlight) than without it" if of_loss != ALIKE else
            "{starts} starts: with batch norm loss and gradient change {verdict}",
            starts=starts, verdict=of_loss,
        )  # fmt: skip
    return sentence(
        "{starts} starts: with batch norm the loss changes [{loss}](highlight), the gradient "
        "[{gradient}](highlight)", starts=starts, loss=of_loss, gradient=of_gradient,
    )  # fmt: skip


def _verdict(without: np.ndarray, with_norm: np.ndarray) -> str:
    gaps = with_norm - without
    if abs(gaps.mean()) < gaps.std(ddof=1):
        return ALIKE
    return "less" if gaps.mean() < 0 else "more"


def _moments(after: np.ndarray) -> str:
    """Mean and variance of each row, in words."""
    return f"mean {_near(after.mean(1), 0)}, variance {_near(after.var(1), 1)}"


def _near(values: np.ndarray, wanted: float) -> str:
    """The wanted number where all values are close to it, else what they run from and to."""
    return f"{wanted:g}" if np.abs(values - wanted).max() < CLOSE else _range(values)


def _range(values: np.ndarray) -> str:
    return f"{format_number(values.min())} to {format_number(values.max())}"


def _most_changed(ratios: np.ndarray) -> float:
    """The largest change, as a share of what it was."""
    return float(np.abs(ratios - 1).max())
