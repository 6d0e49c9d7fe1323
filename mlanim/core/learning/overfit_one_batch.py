"""Overfitting one batch: what a working training step does to it, and five with a bug."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from mlanim.core.learning.training_steps import BUGS, Excerpt, Step, excerpt, working
from mlanim.core.repeatable import one_thread
from mlanim.words.numbers import digits_with_spread, significant
from mlanim.words.sentence import Sentence, plain, sentence

STARTS, STEPS, HIDDEN = 5, 240, 32
NEAR_ZERO = 0.02  # nats; a mean loss below it counts as memorised


@dataclass(frozen=True)
class Runs:
    """What a step did from STARTS starts, each on a batch of its own.

    losses: (STARTS, STEPS) in nats; where a training left the range of numbers, NaN
    norms: (STARTS, STEPS) of the gradient that was applied
    moved: (STARTS,) how far the body's weights moved, over their norm at the start
    silent: (STARTS,) share of hidden units that are 0 on every example in the end
    low, high: (STARTS,) least and largest sum of an example's probabilities in the end, as the
        step takes them: over classes where it is right
    """

    losses: np.ndarray
    norms: np.ndarray
    moved: np.ndarray
    silent: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def memorised(self) -> int:
        """From how many starts the last loss is near zero."""
        return int((self.losses[:, -1] < NEAR_ZERO).sum())


@dataclass(frozen=True)
class OverfitOneBatch:
    """All that the scene shows."""

    steps: np.ndarray  # (STEPS,)
    runs: dict[str, Runs]  # by name: "working", "shuffled" and the bugs
    code: dict[str, Excerpt]  # of "working" and the bugs
    floors: dict[str, float]  # of those losses that cannot reach zero
    says: dict[str, Sentence]  # of each of the runs


@one_thread()
def overfit_lesson(classes: int, examples: int, seed: int) -> OverfitOneBatch:
    """Train on one batch with the working step, on shuffled labels, and with each bug."""
    runs = {"working": train(working, classes, examples, seed)}
    runs["shuffled"] = train(working, classes, examples, seed, shuffled=True)
    runs |= {name: train(step, classes, examples, seed) for name, step in BUGS.items()}
    floors = {"softmax twice": floor_twice(classes), "wrong axis": floor_axis(classes, examples)}
    return OverfitOneBatch(
        np.arange(STEPS), runs,
        {name: excerpt(step) for name, step in ({"working": working} | BUGS).items()},
        floors, {name: says_of(name, one, examples, floors) for name, one in runs.items()},
    )  # fmt: skip


def floor_twice(classes: int) -> float:
    """The least cross-entropy where probabilities are the scores: one is 1, the others 0."""
    return math.log(math.e + classes - 1) - 1


def floor_axis(classes: int, examples: int) -> float:
    """The least where an example's share is one of its class's: n of a class share 1, log n."""
    counts = np.bincount(np.arange(examples) % classes)
    return float(sum(n * math.log(n) for n in counts if n) / examples)


def batch(classes: int, examples: int, seed: int) -> tuple[Tensor, Tensor]:
    """Handwritten digits (N, 64) in 0 to 1, and their labels (N,), the classes in turn."""
    from sklearn.datasets import load_digits

    pixels, digits = load_digits(return_X_y=True)
    rng = np.random.default_rng(seed)
    labels = np.arange(examples) % classes
    orders = [rng.permutation(np.flatnonzero(digits == k)) for k in range(classes)]
    chosen = [orders[k][i // classes] for i, k in enumerate(labels)]
    return torch.tensor(pixels[chosen] / 16), torch.tensor(labels)


def network(classes: int, seed: int) -> tuple[nn.Module, nn.Module]:
    """A hidden layer, and the layer that gives the scores, float64, with torch's own start."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        body = nn.Sequential(nn.Linear(64, HIDDEN), nn.ReLU()).double()
        return body, nn.Linear(HIDDEN, classes).double()


def train(step: Step, classes: int, examples: int, seed: int, shuffled: bool = False) -> Runs:
    """STARTS trainings of STEPS steps."""
    seeds = [seed + 1000 * i for i in range(STARTS)]
    found = [_trained(step, classes, examples, one, shuffled) for one in seeds]
    return Runs(*(np.array(field) for field in zip(*found, strict=True)))


def _trained(
    step: Step, classes: int, examples: int, seed: int, shuffled: bool
) -> tuple[list[float], list[float], float, float, float, float]:
    x, y = batch(classes, examples, seed)
    if shuffled:
        y = y[torch.from_numpy(np.random.default_rng(seed).permutation(examples))]
    body, head = network(classes, seed)
    weights = [*body.parameters(), *head.parameters()]
    before = [w.detach().clone() for w in body.parameters()]
    losses, norms = [], []
    for _ in range(STEPS):
        losses.append(float(step(body, head, weights, x, y).detach()))
        norms.append(_norm([w.grad for w in weights if w.grad is not None]))
    with torch.no_grad():
        hidden = body(x)
        change = [w - v for w, v in zip(body.parameters(), before, strict=True)]
        sums = head(hidden).softmax(0 if step is BUGS["wrong axis"] else 1).sum(1)
        silent = float((hidden <= 0).all(0).double().mean())
    moved, low, high = _norm(change) / _norm(before), float(sums.min()), float(sums.max())
    return losses, norms, moved, silent, low, high


def _norm(parts: Sequence[Tensor]) -> float:
    return math.sqrt(sum(float(part.square().sum()) for part in parts))


def says_of(name: str, runs: Runs, examples: int, floors: dict[str, float]) -> Sentence:
    """Whether the batch was memorised, and what gives the bug away."""
    title = "Shuffled labels" if name == "shuffled" else name.capitalize()
    verdict = sentence(
        "[{name}](highlight): {count} of {starts} get below {limit}",
        name=title, count=runs.memorised, starts=len(runs.losses), limit=NEAR_ZERO,
    )  # fmt: skip
    return verdict + _tell_tale(name, runs, examples, floors)


def _tell_tale(name: str, runs: Runs, examples: int, floors: dict[str, float]) -> Sentence:
    last = runs.losses[:, -1]
    if name in ("working", "shuffled"):
        return plain(f"; loss {spread(last)} on {examples} examples")
    if name == "softmax twice":
        floor = significant(floors[name])
        return plain(f"; loss {spread(last)}, and {floor} is the least there can be")
    if name == "never zeroed":
        share = runs.norms[:, -1] / runs.norms[:, 0]
        return plain(f"; the last gradient is {spread(share)} times the first")
    if name == "detached":
        still = int((runs.moved == 0).sum())
        return plain(f"; the first layer stood still in {still} of {len(runs.moved)}")
    if name == "wrong axis":
        ends = [significant(float(end), 2) for end in (runs.low.min(), runs.high.max())]
        sums = ends[0] if ends[0] == ends[1] else " to ".join(ends)
        meant = "" if sums == "1" else ", should be 1"
        return plain(f"; an example's probabilities add up to {sums}{meant}")
    if (runs.silent == 1).all():
        return plain("; no hidden unit answers any example in the end")
    return plain(f"; in the end {spread(100 * runs.silent)} % of the units are 0")


def spread(values: np.ndarray) -> str:
    """Mean and standard deviation, to three digits and two."""
    if not np.isfinite(values).all():
        return "no number"
    return digits_with_spread(values.tolist(), 3, 2)
