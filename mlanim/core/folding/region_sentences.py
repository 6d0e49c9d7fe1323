"""What the scene on linear regions says, each sentence under the condition that makes it true."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mlanim.words.numbers import grouped, significant, with_spread
from mlanim.words.sentence import Sentence, sentence

MANY = 1e9  # from here on a number is shown as a power of ten


def counted(number: int, one: str, several: str = "") -> str:
    """A number with its noun: "1 region", "1,206 regions"."""
    return f"{grouped(number)} {one if number == 1 else several or one + 's'}"


def of_training(parameters: int, training: int, right: float, tests: int) -> Sentence:
    """How our own network was trained, and how good it is."""
    return sentence(
        "{parameters:,} weights and biases, trained on {training} points; right on {right:%1} of "
        "{tests} others", parameters=parameters, training=training, right=right, tests=tests,
    )  # fmt: skip


def of_own(parameters: int, right: float | None, examples: int) -> Sentence:
    """The size of a user's network, and on how many of the examples it is right."""
    size = sentence("Your network: {parameters:,} weights and biases", parameters=parameters)
    if right is None:
        return size
    return size + sentence("; right on {right:%1} of the {examples:,} examples given",
                           right=right, examples=examples)  # fmt: skip


def of_points(wrong: np.ndarray) -> Sentence:
    """What the points in the picture are."""
    if not len(wrong):
        return sentence("Colours: the largest output")
    if not wrong.any():
        return sentence("{examples}, all of them right", examples=counted(len(wrong), "example"))
    return sentence("{examples}, large where it is wrong", examples=counted(len(wrong), "example"))


def of_layers(
    maxima: Sequence[bool], sizes: Sequence[int], counts: np.ndarray
) -> tuple[Sentence, ...]:
    """What each layer cuts, the whole plane first."""
    said, before = [sentence("Before any layer the plane is in one piece")], 1
    for layer, (takes_maxima, size) in enumerate(zip(maxima, sizes, strict=True), start=1):
        what = counted(size, "maximum", "maxima") if takes_maxima else counted(size, "neuron")
        regions, after = counted(before, "region"), int(counts[layer - 1])
        template = "Layer {layer}, {what}: nothing is cut here, still {regions}"
        if after > before:
            template = "Layer {layer}, {what}: {regions} cut into [{after}](highlight)"
        values = {"after": grouped(after)} if after > before else {}
        said.append(sentence(template, layer=layer, what=what, regions=regions, **values))
        before = after
    return tuple(said)


def of_pieces(regions: int, maps: int) -> Sentence:
    """Activation regions beside different affine maps."""
    many = counted(regions, "activation region")
    if maps == regions:
        own = "with an affine map of its own" if regions == 1 else "each with its own affine map"
        return sentence("{many}, {own}", many=many, own=own)
    if maps == 1:
        return sentence("{many}, but all with the same affine map", many=many)
    return sentence("{many}, but only [{maps:,}](highlight) different affine maps", many=many,
                    maps=maps)  # fmt: skip


def of_boundary(
    classes: np.ndarray, edges: np.ndarray, crossed: int, regions: int, names: Sequence[str]
) -> Sentence:
    """How many straight pieces the boundary between the classes has."""
    there = np.unique(classes)
    if len(there) == 1:
        return sentence("All of the picture is of one class: {name}", name=names[int(there[0])])
    return sentence(
        "The boundary of {classes} classes: {pieces}; it runs through {crossed:,} of {regions}",
        classes=len(there), pieces=counted(len(edges), "straight piece"), crossed=crossed,
        regions=counted(regions, "region"),
    )  # fmt: skip


def of_counts(counts: np.ndarray, bounds: np.ndarray) -> Sentence:
    """The count beside what no network of the shape exceeds."""
    found = counted(int(counts[-1]), "region")
    if counts[-1] == bounds[-1]:
        return sentence("{found}: as many as a network of this shape can have", found=found)
    most = float(bounds[-1])
    bound = grouped(int(most)) if most < MANY else significant(most)
    return sentence("{found}; no network of this shape has more than {bound}", found=found,
                    bound=bound)  # fmt: skip


def of_random(counts: np.ndarray, random: np.ndarray) -> Sentence:
    """The count beside those of random networks."""
    if not random.size:
        return sentence("Random networks of this shape are not counted here")
    last, found = random[-1], int(counts[-1])
    where = "this one has more than each of them" if found > last.max() else (
        "this one has fewer than each of them" if found < last.min() else
        "this one lies among them"
    )  # fmt: skip
    return sentence("{n} random networks of this shape have {mean} regions; {where}", n=len(last),
                    mean=with_spread(last.tolist(), 0), where=where)  # fmt: skip


def of_areas(areas: np.ndarray) -> Sentence:
    """How unequal the regions are."""
    shares = np.sort(areas) / areas.sum()
    if len(shares) == 1:
        return sentence("One region is all of the picture")
    half = shares[: len(shares) // 2]
    return sentence(
        "The largest region takes {largest:%1} of the picture, {which} {small:%1}",
        largest=float(shares[-1]), small=float(half.sum()),
        which="the smallest" if len(half) == 1 else f"the {grouped(len(half))} smallest together",
    )  # fmt: skip
