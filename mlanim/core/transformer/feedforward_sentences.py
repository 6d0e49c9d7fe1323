"""What is said of facts and units, under the conditions that make it true."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from mlanim.core.transformer.facts import COLOURS, PEOPLE, THINGS
from mlanim.core.transformer.knowledge import Known, Removal
from mlanim.words.numbers import percent, with_spread
from mlanim.words.sentence import Sentence, sentence


def says_of_facts(people: int, things: int, index: int, colour: int) -> Sentence:
    """How many facts there are, and one of them."""
    return sentence(
        "{count} facts, drawn at random; one of them: {person}'s {thing} is {colour}",
        count=people * things, person=PEOPLE[index // things], thing=THINGS[index % things],
        colour=COLOURS[colour],
    )  # fmt: skip


def says_of_right(alone: list[int], full: list[int], facts: int) -> Sentence:
    """How many facts are answered without the layer and with it, over several networks."""
    return sentence(
        "Attention alone adds up what each word says: {alone} of {facts} right, with the layer "
        "{full} ({starts} networks)", alone=_spread(alone), full=_spread(full), facts=facts,
        starts=len(alone),
    )  # fmt: skip


def says_of_units(networks: list[Known], on: int, hidden: int) -> Sentence:
    """How many units are on, for the fact and for all."""
    shares = [float(one.on.double().mean()) for one in networks]
    return sentence(
        "[{on}](highlight) of {hidden} units are on for this fact, over all facts "
        "{low} to {high} of them", on=on, hidden=hidden, low=percent(min(shares)),
        high=percent(max(shares)),
    )  # fmt: skip


def says_of_serving(on: Tensor) -> Sentence:
    """For how many facts (F) each unit (H) is on."""
    facts = on.sum(0)
    idle, single = int((facts == 0).sum()), int((facts == 1).sum())
    return sentence(
        "A unit is on for {median:g} of {facts} facts (median); {single} of {units} for a single "
        "one, {idle} for none", median=float(facts.double().quantile(0.5)), facts=len(on),
        single=single, units=on.shape[1], idle=idle,
    )  # fmt: skip


def says_of_plane(place: np.ndarray, lit: np.ndarray, share: float) -> Sentence:
    """Where the keys of the units that are on (N, 2) lie, seen from the fact's place (2,)."""
    ahead = int((lit @ place > 0).sum())
    return sentence(
        "{ahead} of their {on} keys point to the fact's side in this plane, which has {share:%} of "
        "the facts' variance", ahead=ahead, on=len(lit), share=share,
    )  # fmt: skip


def says_of_blend(colours: list[int], right: int) -> Sentence:
    """What is answered before and after the units have spoken."""
    before, after = (COLOURS[one] for one in colours)
    end = "which is right" if colours[1] == right else f"but it is {COLOURS[right]}"
    if before == after:
        return sentence("Without the units it is {colour} already, " + end, colour=before)
    return sentence(
        "Without the units it would be {before}; blended in, they make it [{after}](highlight), "
        + end,
        before=before, after=after,
    )  # fmt: skip


def says_of_removal(removal: Removal | None, one: Known, fact: int) -> Sentence:
    """What is lost without the units that speak for the fact."""
    if removal is None:
        if one.logits[fact].argmax() != one.answers[fact]:
            return sentence("The network has not learned this fact: there is nothing to lose")
        return sentence(
            "Taken away in turn, those first that speak most for it, units do not lose this fact"
        )
    others = {0: "no other fact is", 1: "one other fact is"}.get(
        removal.others, f"{removal.others} other facts are"
    )
    units = (
        "the unit that speaks" if removal.units == 1 else f"the {removal.units} units that speak"
    )
    return sentence(f"Without {units} most for it the fact is lost, and {others}")


def says_of_all(removals: list[Removal], facts: int) -> Sentence:
    """The same of every fact that needs the layer, in all networks."""
    if not removals:
        return sentence("No fact was lost for want of units: none hangs on the layer alone")
    return sentence(
        "{tried} facts tried: lost without {units:g} units (median), with {others:1} of {rest} "
        "others; as many units at random cost {chance:1}", tried=len(removals),
        units=float(np.median([r.units for r in removals])),
        others=float(np.mean([r.others for r in removals])), rest=facts - 1,
        chance=float(np.mean([r.at_random for r in removals])),
    )  # fmt: skip


def _spread(counts: list[int]) -> str:
    """Mean and standard deviation; a single number where all are the same."""
    if min(counts) == max(counts):
        return f"{counts[0]}"
    return with_spread(counts, 1)
