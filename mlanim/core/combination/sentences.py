"""What is said of the rules, each sentence under the condition that makes it true."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mlanim.core.combination.rule import Rule
from mlanim.words.numbers import percent, significant
from mlanim.words.sentence import Sentence, sentence

EXACT = 1e-12  # a change of strengths below this share of them is rounding
NONLINEAR = {"relu": "ReLU", "tanh": "tanh", "sigmoid": "sigmoid"}


def title_of(name: str) -> str:
    """A rule's name as words."""
    return {"low_rank": "Low rank", "block_diagonal": "Block-diagonal"}.get(
        name, name.replace("_", " ").capitalize()
    )


HEARS = {
    "dense": "all", "convolution": "near ones", "recurrence": "earlier ones", "graph": "neighbours",
    "attention": "by content", "state_space": "earlier ones", "block_diagonal": "its block",
    "low_rank": "all", "butterfly": "all",
}  # fmt: skip
"""Which inputs an output hears; the rule assumes that the others do not matter to it."""


def listed(words: Sequence[str]) -> str:
    """Words with commas, and "and" before the last."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _sharing(alone: int, sets: int) -> str:
    """How pairs share weights: so many share them with no other, the rest by so many sets."""
    if sets < 1:
        return "no two by the same weights"
    if alone:
        return f"{alone} by weights of their own, the others by {sets} shared sets"
    return "all by the same weights" if sets == 1 else f"by {sets} sets of weights, a colour each"


def says_rule(name: str, sizes: np.ndarray, kinds: np.ndarray) -> Sentence:
    """How many pairs a rule joins, by how many sets of weights, and how strengths differ."""
    joined, by = int((kinds >= 0).sum()), _sharing(int((kinds == 0).sum()), int(kinds.max()))
    pairs = f"all {joined}" if joined == kinds.size else f"{joined} of {kinds.size}"
    also = ""
    if name in ("recurrence", "state_space"):
        by_lag = [np.diagonal(sizes, -lag).mean() for lag in (1, len(sizes) - 1)]
        kept = (by_lag[1] / by_lag[0]) ** (1 / (len(sizes) - 2))
        also = f"; a step back keeps {percent(kept)}" if kept < 1 else ""
    if name == "attention":
        times = float(sizes.max() / np.median(sizes))
        shown = f"{times:.0f}" if 3 <= times < 1e5 else significant(times, 2)
        also = f"; the strongest is {shown} times the median"
    template = "[{title}](highlight) joins {pairs} pairs, {by}{also}"
    return sentence(template, title=title_of(name), pairs=pairs, by=by, also=also)


def remark_of(name: str, weights: int, sharpness: float) -> Sentence:
    """Whom an output hears, how much the rule learns, and what is done to attention's scores."""
    template = f"{HEARS[name]}; {{n:,}} [weights](weight)"
    if name == "attention" and sharpness != 1:
        return sentence(template + ", scores × {factor:g}", n=weights, factor=sharpness)
    return sentence(template, n=weights)


def says_bending(bend: str) -> Sentence:
    """How the nonlinearity comes in while the film runs."""
    return sentence(
        "Now [{bend}](highlight) after each; it comes in through mixtures of with and without",
        bend=NONLINEAR[bend],
    )


def says_change(rules: Sequence[Rule]) -> Sentence:
    """Whose strengths moved with the input, without a nonlinearity."""
    moving = [rule for rule in rules if rule.changes[0, -1] > EXACT]
    if not moving:
        return sentence("All inputs and outputs changed, and not one line: these rules are affine")
    template = "Only the lines of [{names}](highlight) moved, by {shares}"
    if len(moving) < len(rules):
        template += "; those of affine rules not at all"
    else:
        template = template.removeprefix("Only the").replace(" lines", "The lines", 1)
    shares = listed([percent(float(rule.changes[0, -1])) for rule in moving])
    return sentence(template, names=listed([one.title.lower() for one in moving]), shares=shares)


def says_bent(rules: Sequence[Rule], bend: str) -> Sentence:
    """Whose strengths move with the input once a nonlinearity follows."""
    moves = [float(rule.changes[1, -1]) for rule in rules if rule.changes[1, -1] > EXACT]
    who = f"all {len(rules)}" if len(moves) == len(rules) else f"{len(moves)} of {len(rules)}"
    name = NONLINEAR[bend]
    if not moves:
        return sentence(
            "With [{bend}](highlight) no line moves between these two inputs", bend=name
        )
    least, most = percent(min(moves)), percent(max(moves))
    span = least if least == most else f"{least} to {most}"
    template = "With [{bend}](highlight) lines move in {who}, by {span}"
    return sentence(template, bend=name, who=who, span=span)


def says_cost(rules: Sequence[Rule]) -> Sentence:
    """What the last doubling of the length multiplies: parameters and operations."""
    times = np.array([rule.operations[-1] / rule.operations[-2] for rule in rules])
    pairs = zip(rules, times, strict=True)
    most = [rule.title.lower() for rule, factor in pairs if factor == times.max()]
    still = sum(rule.parameters[-1] == rule.parameters[-2] for rule in rules)
    where = "any rule" if still == len(rules) else f"{still} of {len(rules)} rules"
    learnt = f"no more weights in {where}" if still else "more weights in every rule"
    template = "Twice the length: {learnt}, {but} [{who}](highlight) "
    template += "{multiply} {times:1} times as often"
    return sentence(
        template, learnt=learnt, but="but" if still else "and", times=times.max(),
        who="all of them" if len(most) == len(rules) else listed(most),
        multiply="multiply" if len(most) > 1 else "multiplies",
    )  # fmt: skip


def says_reach(rule: Rule, whole: int) -> Sentence:
    """How one rule's reach grows with depth, or that it does not."""
    if rule.reach[0] == rule.reach[-1]:
        template = "However many layers of [{title}](highlight), the middle output hears {count}"
        template += " of {whole} inputs"
        return sentence(template, title=rule.title.lower(), count=int(rule.reach[0]), whole=whole)
    counts = listed([str(count) for count in rule.reach])
    template = (
        "Through 1 to {depth} layers of [{title}](highlight) the middle output hears {counts}"
    )
    template += " of {whole} inputs"
    return sentence(
        template, title=rule.title.lower(), depth=len(rule.reach), counts=counts, whole=whole
    )
