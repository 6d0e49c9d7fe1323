"""What the scene on paper folding shows: the way of a sheet through a network, and what is said.

The arrays of all stages have one shape, so that a picture can go from one to the next; the
sentences are made here, each under the condition that makes it true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlanim.core.folding.folding import OneNeuron, PaperFoldingData, paper_folding_lecture
from mlanim.core.folding.spaces import Stage
from mlanim.words.numbers import percents
from mlanim.words.sentence import Sentence, sentence

LEAST_SHARE = 0.005  # of the sheet, that is worth a word
TURNED = 1e-9  # a turn of the boundary below this is rounding
PAD = 0.54  # half the side of a stage's axes, as a share of what lies there


@dataclass(frozen=True)
class Way:
    """The sheet at S stages: as it is, then before and after the ReLU of each hidden layer."""

    vertices: np.ndarray  # (S, V, 2)
    positive: np.ndarray  # (F,) whether a face belongs to class 1
    points: np.ndarray  # (S, N, 2)
    boundary: np.ndarray  # (S, B, 2)
    reach: np.ndarray  # (S, 2, 2) low and high corner of square axes
    says: tuple[Sentence, ...]  # of the drawing and of the step, a caption for each stage
    notes: tuple[Sentence, ...]  # beside the picture
    axes: tuple[tuple[Sentence, Sentence], ...]  # what is measured along x and y


@dataclass(frozen=True)
class Neuron:
    """One neuron of the first layer: what the dead side goes through, per unit of a fold.

    After one unit the dead side lies on the crease (what the neuron does), after two it is the
    mirror image (what a fold of paper does).
    """

    index: int
    crease: np.ndarray  # (2, 2)
    lift: np.ndarray  # (V, 2)
    points_lift: np.ndarray  # (N, 2)
    twins: np.ndarray  # (2, 2) two places on the dead side, one behind the other
    twins_lift: np.ndarray  # (2, 2)
    says: Sentence


@dataclass(frozen=True)
class PaperFolding:
    """All that the scene shows."""

    folding: PaperFoldingData
    way: Way
    neuron: Neuron | None  # None where every crease of the first layer misses the sheet
    says_network: Sentence
    says_cut: Sentence
    says_unfolded: Sentence
    says_regions: Sentence
    notes_regions: Sentence


def paper_folding_lesson(
    dataset: str | Sequence[tuple[float, float, int]], widths: Sequence[int], seed: int,
    model: str = "", checkpoint: str = "",
) -> PaperFolding:  # fmt: skip
    """Train, fold, and say what is found; see `paper_folding_lecture` for what is refused."""
    return told(paper_folding_lecture(dataset, widths, seed, model=model, checkpoint=checkpoint))


def told(found: PaperFoldingData) -> PaperFolding:
    """What is shown and said of a network and its data set, whatever they are."""
    return PaperFolding(
        folding=found,
        way=_way(found),
        neuron=_neuron(found.one_neuron, found),
        says_network=_network(found),
        says_cut=_cut(found),
        says_unfolded=_unfolded(found),
        says_regions=sentence(
            "{patterns} patterns of active neurons, {maps} different affine maps",
            patterns=found.region_counts[-1], maps=found.region_maps[-1],
        ),
        notes_regions=_counted(found),
    )  # fmt: skip


def _network(found: PaperFoldingData) -> Sentence:
    net, tests = found.net, int(found.is_test.sum())
    if not net.starts:
        right = float((found.predictions == found.labels).mean())
        return sentence(
            "Your network: {count} weights; right on {share:%1} of {points} points",
            count=net.parameter_count, share=right, points=len(found.labels),
        )  # fmt: skip
    fit = ", axes stretched to fit" if found.dataset.is_scaled else ""
    template = (
        "{count} weights, trained on {training} points; right on {share:%1} of {tests} others"
    )
    return sentence(
        template + fit, count=net.parameter_count, training=len(found.is_test) - tests,
        share=net.test_accuracy, tests=tests,
    )  # fmt: skip


def _way(found: PaperFoldingData) -> Way:
    stages = found.stages
    return Way(
        vertices=np.stack([stage.vertices for stage in stages]),
        positive=found.decision.positive[found.sheet.cells],
        points=np.stack([stage.points for stage in stages]),
        boundary=np.stack([stage.boundary for stage in stages]),
        reach=np.stack([_reach(i, found) for i in range(len(stages))]),
        says=tuple(_step(stage) for stage in stages),
        notes=tuple(_note(stage) for stage in stages),
        axes=tuple(names_of_axes(stage.step, stage.layer, stage.width) for stage in stages),
    )


def names_of_axes(step: str, layer: int, width: int) -> tuple[Sentence, Sentence]:
    """What is measured along the axes in which a layer of so many neurons is drawn."""
    if step == "input":
        return sentence("$x_1$"), sentence("$x_2$")
    if width == 1:
        return sentence("the neuron of layer {k}", k=layer), sentence("no other neuron")
    if width == 2:
        return sentence("first neuron of layer {k}", k=layer), sentence("second neuron")
    first = sentence("one direction among the {n} neurons of layer {k}", n=width, k=layer)
    return first, sentence("another")


def _reach(index: int, found: PaperFoldingData) -> np.ndarray:
    """Corners (2, 2) of square axes that hold all that lies at a stage, and its origin."""
    stage, there = found.stages[index], [np.zeros((1, 2))]
    there += [stage.vertices, stage.points]
    if index == 0:
        there.append(found.one_neuron.mirrored)
    if index == len(found.stages) - 1 and found.cut.segment is not None:
        there.append(found.cut.segment)
    places = np.concatenate(there)
    low, high = places.min(axis=0), places.max(axis=0)
    middle, half = (low + high) / 2, PAD * max(float((high - low).max()), 1e-6)
    return np.stack([middle - half, middle + half])


def _step(stage: Stage) -> Sentence:
    if stage.step == "input":
        return sentence("A sheet of paper under two classes; every place has its own colour")
    if stage.step == "relu":
        return sentence("Its ReLU presses all that is below zero against the axes")
    if stage.width == 1:
        return sentence("Layer {k} has one neuron: the sheet becomes a line", k=stage.layer)
    return sentence("Layer {k} maps the sheet to new axes, one for each neuron", k=stage.layer)


def _note(stage: Stage) -> Sentence:
    if stage.step == "relu":
        return sentence(f"Of the sheet, {_shares(stage.ranks)}.")
    if stage.width > 2:
        return sentence(
            "Drawn is a projection of {width} axes that keeps {kept:%1} of the variance.",
            width=stage.width, kept=stage.kept,
        )  # fmt: skip
    return sentence("Every neuron is one axis of the new plane.")


def _shares(ranks: np.ndarray) -> str:
    """How much of the sheet is still a surface, a line, a point; together 100 per cent."""
    kinds = ("is a point", "is a line", "is still a surface")
    parts = [f"{share} {kind}" for share, kind, rank in zip(percents(ranks.tolist()), kinds, ranks,
             strict=True) if rank >= LEAST_SHARE]  # fmt: skip
    return ", ".join(reversed(parts))


def _neuron(one: OneNeuron, found: PaperFoldingData) -> Neuron | None:
    if one.crease is None:
        return None
    half, away = found.half_width, -one.normal
    middle = one.crease.mean(axis=0)
    room = np.min((half - np.sign(away) * middle) / np.maximum(np.abs(away), 1e-9))
    twins = middle + np.outer([0.35, 0.75], room * away)

    def lift(places: np.ndarray) -> np.ndarray:
        return -np.outer(np.minimum(0.0, places @ one.normal + one.offset), one.normal)

    return Neuron(
        index=one.neuron, crease=one.crease, lift=lift(found.sheet.vertices),
        points_lift=lift(found.points), twins=twins, twins_lift=lift(twins),
        says=sentence(
            "Its dead side, {share:%} of the sheet with {points} points, lands on the crease: "
            "the two marked places become one.",
            share=one.dead_share, points=one.dead_points,
        ),
    )  # fmt: skip


def _cut(found: PaperFoldingData) -> Sentence:
    if found.cut.segment is None:
        return sentence("The output's straight line passes the folded sheet by: one class for all")
    wrong = int((found.predictions != found.labels)[found.is_test].sum())
    if wrong == 0:
        return sentence("In the last space one straight line parts all test points by class")
    return sentence(
        "In the last space one straight line parts the classes, but for {wrong} of {tests} points",
        wrong=wrong, tests=int(found.is_test.sum()),
    )  # fmt: skip


def _unfolded(found: PaperFoldingData) -> Sentence:
    lines = found.boundary
    turns = np.abs(lines.turns)
    turns[lines.starts[1:][lines.closed] - 1] = 0  # a closed line ends with its first point
    kinks = int((turns > TURNED).sum())
    if found.cut.segment is None or not len(found.boundary.points):
        return sentence("Unfold the sheet again: no cut runs through it")
    if not kinks:
        return sentence("Unfold the sheet: here the cut stays straight")
    bends = "one kink" if kinks == 1 else f"{kinks} kinks"
    return sentence(f"Unfold the sheet: the straight cut has {bends}, each on a crease")


def _counted(found: PaperFoldingData) -> Sentence:
    counts, first = found.region_counts, found.net.widths[0]
    after = ", then ".join(map(str, counts))
    neurons = "1 neuron" if first == 1 else f"{first} neurons"
    return sentence(
        "Patterns counted by cutting, layer by layer: {after}. A first layer of {neurons} can make "
        "{bound} at most.",
        after=after, neurons=neurons, bound=found.region_bounds[0],
    )  # fmt: skip
