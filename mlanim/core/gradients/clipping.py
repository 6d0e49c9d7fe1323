"""What the scene on clipping shows: a cliff, a step over it, and trainings with and without."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from mlanim.core.gradients.gradient_clipping import by_norm, by_value, degrees_between
from mlanim.core.gradients.recall import BLOWN_UP, NET, STARTS, recall
from mlanim.core.landscape.cliff import STEPS, Cliff, Landing, cliff
from mlanim.core.repeatable import one_thread
from mlanim.words.numbers import significant, with_spread
from mlanim.words.sentence import Sentence, sentence

SMALL = 0.3  # of the threshold, or of a shorter gradient: how long it is when it starts to grow
SAMPLES = 161
STEEP = 100  # times the median gradient: what counts as a cliff
FLAT = 1e-2  # length of a gradient that moves next to nothing
LATE = 100  # steps at the end of a descent over which its loss is averaged
BINS = 36
BLOCK = 10  # steps over which a curve of losses is averaged
DEGREES = np.linspace(0, 90, 31)


@dataclass(frozen=True)
class Grown:
    """A gradient that grows to its length, and what clipping makes of it, (SAMPLES, …)."""

    lengths: np.ndarray
    full: np.ndarray  # (SAMPLES, 2)
    by_norm: np.ndarray
    by_value: np.ndarray
    turn: np.ndarray  # degrees between the gradient and its clipping by value


@dataclass(frozen=True)
class Histogram:
    """How many gradients of all trainings were how long, after each block of steps."""

    edges: np.ndarray  # (BINS + 1,)
    counts: np.ndarray  # (K, BINS)


@dataclass(frozen=True)
class Clipping:
    """All that the scene shows."""

    cliff: Cliff
    grown: Grown
    trainings: int
    steps: np.ndarray  # (K,) of the networks, at the end of each block
    histogram: Histogram
    losses: dict[str, np.ndarray]  # "raw", "clipped": (K, N) means over the blocks
    medians: dict[str, np.ndarray]  # of these, (K,)
    degrees: np.ndarray  # (B + 1,) the edges of a histogram of turns
    turns: np.ndarray  # (B,) how many gradients turn so far
    says_cliff: Sentence
    says_point: Sentence
    says_raw: Sentence
    says_clipped: Sentence
    says_after: Sentence
    says_share: Sentence
    says_trained: Sentence
    says_turn: Sentence
    says_turns: Sentence


@one_thread()
def clipping_lesson(length: int, rate: float, threshold: float, seed: int) -> Clipping:
    """A unit and networks run for `length` steps, trained with gradients up to `threshold`."""
    edge = cliff(length, rate, threshold)
    trained = recall(length, rate, threshold, seed)
    losses = {name: averaged(every) for name, every in trained.losses.items()}
    return Clipping(
        cliff=edge, grown=grown(edge.gradient, threshold), trainings=STARTS,
        steps=BLOCK * np.arange(1.0, len(trained.norms) / BLOCK + 1),
        histogram=counted(trained.norms), losses=losses,
        medians={name: np.median(means, axis=1) for name, means in losses.items()}, degrees=DEGREES,
        turns=np.histogram(trained.turns, DEGREES)[0].astype(float),
        says_cliff=says_of_cliff(edge), says_point=says_of_point(edge, threshold),
        says_raw=says_of_raw(edge), says_clipped=says_of_clipped(edge, threshold),
        says_after=says_of_after(edge), says_share=says_of_share(trained.norms, threshold),
        says_trained=says_of_trained(trained.ends),
        says_turn=says_of_turn(edge.gradient, threshold), says_turns=says_of_turns(trained.turns),
    )  # fmt: skip


def grown(gradient: np.ndarray, threshold: float) -> Grown:
    """How a gradient (2,) comes to its length, clipped by norm and by value at the same limit."""
    norm = float(np.linalg.norm(gradient))
    lengths = np.geomspace(SMALL * min(threshold, norm), norm, SAMPLES)
    full = torch.from_numpy(lengths[:, None] * gradient / norm)
    cut = by_value(full, threshold)
    return Grown(
        lengths, full.numpy(), by_norm(full, threshold).numpy(), cut.numpy(),
        degrees_between(full, cut).numpy(),
    )  # fmt: skip


def counted(norms: np.ndarray) -> Histogram:
    """The lengths (S, N) of S steps of N trainings, in columns that are equally wide in log."""
    norms = np.maximum(norms, norms.max() * 1e-12)
    edges = np.geomspace(norms.min() * 0.99, norms.max() * 1.01, BINS + 1)
    steps = range(BLOCK, len(norms) + 1, BLOCK)
    counts = [np.histogram(norms[:step], edges)[0] for step in steps]
    return Histogram(edges, np.array(counts, dtype=float))


def averaged(values: np.ndarray) -> np.ndarray:
    """Means (S / BLOCK, …) over blocks of values (S, …)."""
    return values.reshape(-1, BLOCK, *values.shape[1:]).mean(axis=1)


def says_of_cliff(found: Cliff) -> Sentence:
    """How much longer the gradient is where it is longest on the map than it usually is."""
    where = "at its cliff" if found.steepest > STEEP * found.typical else "where it is steepest"
    return sentence(
        "The gradient is {typical} long in the median of this map, and up to "
        "[{steepest}](gradient) {where}", typical=significant(found.typical, 2),
        steepest=significant(found.steepest, 2), where=where,
    )  # fmt: skip


def says_of_point(found: Cliff, threshold: float) -> Sentence:
    """The first gradient that is too long, or the longest, and what is asked about it."""
    norm, limit = significant(float(np.linalg.norm(found.gradient))), significant(threshold)
    if not found.acts:
        return sentence(
            "The longest gradient is [{norm}](gradient) long, under the threshold of "
            "[{limit}](highlight): where does it lead?", norm=norm, limit=limit,
        )  # fmt: skip
    return sentence(
        "After {at} steps a gradient is [{norm}](gradient) long, the threshold is "
        "[{limit}](highlight): where does it lead?", at=found.at, norm=norm, limit=limit,
    )  # fmt: skip


def says_of_raw(found: Cliff) -> Sentence:
    """Where the whole gradient leads to."""
    landing = found.landings["raw"]
    return sentence(
        "The whole gradient makes a step [{distance}](gradient) long: {change}",
        distance=significant(landing.distance), change=_change(found, landing),
    )  # fmt: skip


def says_of_clipped(found: Cliff, threshold: float) -> Sentence:
    """Where the clipped one leads to."""
    landing = found.landings["clipped"]
    if not found.acts:
        return sentence("Clipped or not, it is the same step: {change}",
                        change=_change(found, landing))  # fmt: skip
    return sentence(
        "Cut to a length of [{threshold}](highlight) the step is [{distance}](attention) long: "
        "{change}", threshold=significant(threshold), distance=significant(landing.distance),
        change=_change(found, landing),
    )  # fmt: skip


def _change(found: Cliff, landing: Landing) -> str:
    verb = "rises" if landing.loss > found.before else "falls"
    return f"the loss {verb} from {significant(found.before)} to {significant(landing.loss)}"


def says_of_after(found: Cliff) -> Sentence:
    """What both come to in the end, as a mean over the last steps, and whether one is stuck."""
    raw, clipped = (
        float(found.descents[name].losses[-LATE:].mean()) for name in ("raw", "clipped")
    )
    if not found.acts:
        return sentence("The mean loss of the last {late} of {steps} steps is {loss}, either way",
                        late=LATE, steps=STEPS, loss=significant(raw))  # fmt: skip
    is_stuck = found.descents["raw"].norms[-LATE:].max() < FLAT
    stuck = f", on a plateau (gradients below {FLAT:g})" if is_stuck else ""
    return sentence(
        "Mean loss of the last {late} of {steps} steps: [{clipped}](attention) with clipping, "
        "[{raw}](gradient) without{stuck}", late=LATE, steps=STEPS, clipped=significant(clipped),
        raw=significant(raw), stuck=stuck,
    )  # fmt: skip


def says_of_share(norms: np.ndarray, threshold: float) -> Sentence:
    """How many steps of trainings (S, N) are clipped, in the trainings with fewest and most."""
    is_long = norms > threshold
    if not is_long.any():
        return sentence("No gradient of {trainings} trainings is over the threshold: the longest "
                        "is {most}", trainings=norms.shape[1],
                        most=significant(float(norms.max())))  # fmt: skip
    shares = is_long.mean(axis=0)
    return sentence(
        "{part:,} of {whole:,} steps are clipped ({share:%}; by training {low:%} to {high:%}); "
        "the longest gradient is [{most}](gradient)", part=is_long.sum(), whole=is_long.size,
        share=float(is_long.mean()), low=float(shares.min()), high=float(shares.max()),
        most=significant(float(norms.max())),
    )  # fmt: skip


def says_of_trained(ends: dict[str, np.ndarray]) -> Sentence:
    """How many trainings blow up, and what the others end at."""
    return sentence(
        "Without clipping [{raw}](gradient); with it [{clipped}](attention)",
        raw=_ended(ends["raw"]), clipped=_ended(ends["clipped"]),
    )  # fmt: skip


def _ended(losses: np.ndarray) -> str:
    """What became of trainings that end at losses (N,)."""
    rest = [float(loss) for loss in losses if loss <= BLOWN_UP]
    blown, count = len(losses) - len(rest), len(losses)
    if not rest:
        return f"all {count} blow up"
    mean = significant(rest[0])
    if len(rest) > 1:  # with two digits of the mean
        mean = with_spread(rest, max(0, 1 - math.floor(math.log10(np.mean(rest)))))
    if not blown:
        return f"all end at {mean}"
    return f"{blown} of {count} {'blows' if blown == 1 else 'blow'} up, the rest end at {mean}"


def says_of_turn(gradient: np.ndarray, threshold: float) -> Sentence:
    """How far clipping by value turns the gradient (2,) at the point."""
    full = torch.from_numpy(gradient)
    cut = by_value(full, threshold)
    if torch.equal(full, cut):
        return sentence(
            "By value, too, this gradient keeps its direction: no part of it is over the limit"
        )
    return sentence(
        "Clipped by norm a gradient keeps its direction; by value this one turns by "
        "[{turn:1}°](weight)", turn=float(degrees_between(full, cut)),
    )  # fmt: skip


def says_of_turns(turns: np.ndarray) -> Sentence:
    """How far value clipping to the same length turns the networks' gradients."""
    if not len(turns):
        return sentence("In the networks nothing is clipped, so that nothing turns")
    return sentence(
        "Cut to the same length by value, the networks' gradients of {numbers} numbers turn by "
        "[{median:0}°](weight) in the median", numbers=NET.parameters,
        median=float(np.median(turns)),
    )  # fmt: skip
