"""What the scene on the feed-forward layer shows: facts that attention alone cannot answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from mlanim.core.repeatable import one_thread
from mlanim.core.transformer.facts import COLOURS, PEOPLE, THINGS, FactNet, drawn, learned
from mlanim.core.transformer.feedforward_sentences import (
    says_of_all,
    says_of_blend,
    says_of_facts,
    says_of_plane,
    says_of_removal,
    says_of_right,
    says_of_serving,
    says_of_units,
)
from mlanim.core.transformer.knowledge import (
    Removal,
    known,
    margins,
    order_of,
    plane_of,
    removal_of,
    removed,
    serves_of,
)
from mlanim.words.sentence import Sentence

STARTS = 5  # networks, each with its own facts and start
ARROW = 0.7  # of the longest key


@dataclass(frozen=True)
class Feedforward:
    """All that the scene shows, of the first network unless it says otherwise.

    The fact that is followed is row `person`, column `thing` of the tables of facts.
    """

    people: tuple[str, ...]
    things: tuple[str, ...]
    colours: tuple[str, ...]
    person: int
    thing: int
    answers: np.ndarray  # (people, things) colours
    rows: tuple[tuple[str, ...], ...]  # the same in words, behind each person's name
    counts: np.ndarray  # (colours,) of the facts
    alone: np.ndarray  # (people, things) margins of the network without the layer
    full: np.ndarray  # (people, things) with it
    keys: np.ndarray  # (H, 2) in the plane in which facts differ most
    towards: np.ndarray  # (2,) the fact's direction there; only that counts, not the length
    strongest: np.ndarray  # (H,) units by what they answer to the fact, the strongest first
    on: int  # how many of them are on
    blended: np.ndarray  # (H + 1, colours) logits with the first 0, 1, … of them
    without: np.ndarray  # (K + 1, people, things) margins without the 0, 1, … that speak for it
    lead: float  # the largest of all margins, either way
    serves: np.ndarray  # (F, H) what units answer to facts, of each unit's most, by fact
    says_facts: Sentence
    says_serves: Sentence
    says_alone: Sentence
    says_on: Sentence
    says_plane: Sentence
    says_blend: Sentence
    says_removed: Sentence
    says_all: Sentence


@one_thread()
def feedforward_lesson(
    people: int, things: int, hidden: int, fact: tuple[int, int] | None, seed: int
) -> Feedforward:
    """Train networks with the layer and without, follow one fact, and take units away.

    Args:
        fact: person and thing of the fact that is followed, from 1; one that needs the layer and
            hangs on the fewest units, unless given.

    Raises:
        ValueError: for a fact that there is not.
    """
    generator = torch.Generator().manual_seed(seed)
    answers = drawn(people, things, STARTS, generator)
    alone = FactNet(people, things, 0)
    without = alone.run(learned(alone, answers, generator))[2]
    net = FactNet(people, things, hidden)
    theta = learned(net, answers, generator)
    networks = [known(net, one, right) for one, right in zip(theta, answers, strict=True)]
    removals = [
        {f: removal_of(one, f, generator) for f in one.needed.nonzero()[:, 0].tolist()}
        for one in networks
    ]
    first, index = networks[0], _followed(fact, people, things, removals[0])
    removal = removals[0].get(index) or removal_of(first, index, generator)
    shape = people, things
    places, keys, share = plane_of(first.stream, first.keys)
    strongest = first.units[index].abs().argsort(descending=True, stable=True)
    added = (first.units[index, strongest, None] * first.votes[strongest]).cumsum(0)
    blended = torch.cat([first.without[index][None], first.without[index] + added])
    fewer = removed(first, order_of(first, index))
    count = removal.units if removal else hidden
    on = int(first.on[index].sum())
    leads = [
        margins(logits, answers[0]).unflatten(-1, shape).numpy()
        for logits in (without[0], first.logits, fewer[: count + 1])
    ]
    right_alone = (without.argmax(-1) == answers).sum(-1).tolist()
    right_full = [int((one.logits.argmax(-1) == one.answers).sum()) for one in networks]
    return Feedforward(
        people=PEOPLE[:people], things=THINGS[:things], colours=COLOURS, person=index // things,
        thing=index % things, answers=answers[0].reshape(shape).numpy(),
        rows=_in_words(answers[0].reshape(shape)),
        counts=answers[0].bincount(minlength=len(COLOURS)).numpy(),
        alone=leads[0], full=leads[1], without=leads[2],
        lead=max(float(np.abs(lead).max()) for lead in leads), keys=keys,
        towards=_towards(places[index], keys),
        strongest=strongest.numpy(), on=on, blended=blended.numpy(),
        serves=serves_of(first.units),
        says_serves=says_of_serving(first.on),
        says_facts=says_of_facts(people, things, index, int(answers[0, index])),
        says_alone=says_of_right(right_alone, right_full, net.facts),
        says_on=says_of_units(networks, on, hidden),
        says_plane=says_of_plane(places[index], keys[strongest[:on].numpy()], share),
        says_blend=says_of_blend(blended[[0, -1]].argmax(-1).tolist(), int(answers[0, index])),
        says_removed=says_of_removal(removal, first, index),
        says_all=says_of_all([r for found in removals for r in found.values() if r], net.facts),
    )  # fmt: skip


def _in_words(answers: torch.Tensor) -> tuple[tuple[str, ...], ...]:
    rows = zip(PEOPLE, answers.tolist(), strict=False)
    return tuple((name, *(COLOURS[colour] for colour in row)) for name, row in rows)


def _towards(place: np.ndarray, keys: np.ndarray) -> np.ndarray:
    length = ARROW * np.linalg.norm(keys, axis=1).max()
    return np.asarray(place * length / max(float(np.linalg.norm(place)), 1e-12))


def _followed(
    fact: tuple[int, int] | None, people: int, things: int, removals: dict[int, Removal | None]
) -> int:
    if fact is not None:
        if not (1 <= fact[0] <= people and 1 <= fact[1] <= things):
            raise ValueError(f"fact is {fact}; there are {people} people and {things} things.")
        return (fact[0] - 1) * things + fact[1] - 1
    found = {index: (r.units, r.others) for index, r in removals.items() if r}
    return min(found, key=lambda index: found[index]) if found else 0
