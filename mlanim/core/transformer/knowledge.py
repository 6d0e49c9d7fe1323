"""What the units of a feed-forward layer know: which are on, where their keys lie, and what is lost
without them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.transformer.facts import FactNet

ON = 0.1  # of a fact's strongest unit, from which on a unit counts as on


@dataclass(frozen=True)
class Known:
    """One network that has learned F facts with H units."""

    answers: Tensor  # (F,) colours
    stream: Tensor  # (F, d)
    units: Tensor  # (F, H)
    keys: Tensor  # (H, d)
    votes: Tensor  # (H, colours) what a unit that answers 1 adds to each logit
    logits: Tensor  # (F, colours)

    @property
    def without(self) -> Tensor:
        """The logits (F, colours) that attention alone gives."""
        return self.logits - self.units @ self.votes

    @property
    def needed(self) -> Tensor:
        """Which facts (F,) are lost without the layer."""
        return self.without.argmax(-1) != self.answers

    @property
    def on(self) -> Tensor:
        """Which units (F, H) are on."""
        sizes = self.units.abs()
        return sizes > ON * sizes.amax(-1, keepdim=True)


def known(net: FactNet, theta: Tensor, answers: Tensor) -> Known:
    """What one network, with parameters (P,), has learned of answers (F,)."""
    stream, units, logits = net.run(theta[None])
    p = net.tensors(theta)
    if units is None:
        raise ValueError("A network without a feed-forward layer has no units.")
    return Known(answers, stream[0], units[0], p["w1"], (p["colour"] @ p["w2"]).T, logits[0])


def order_of(one: Known, fact: int) -> Tensor:
    """Units (H,), those first that speak most for a fact's colour against its strongest rival."""
    rivals = one.without[fact].clone()
    rivals[one.answers[fact]] = -torch.inf
    votes = one.votes[:, one.answers[fact]] - one.votes[:, int(rivals.argmax())]
    return (one.units[fact] * votes).argsort(descending=True, stable=True)


def removed(one: Known, order: Tensor) -> Tensor:
    """Logits (H + 1, F, colours) with the first 0, 1, … units of an order switched off."""
    added = torch.einsum("fh,ho->hfo", one.units[:, order], one.votes[order])
    return torch.cat([one.logits[None], one.logits - added.cumsum(0)])


def margins(logits: Tensor, answers: Tensor) -> Tensor:
    """By how much the right colour is ahead of the others, (..., F); negative where it is not."""
    index = answers.expand(logits.shape[:-1])[..., None]
    others = logits.scatter(-1, index, -torch.inf).amax(-1)
    return logits.gather(-1, index)[..., 0] - others


@dataclass(frozen=True)
class Removal:
    """Units taken away until a fact is lost: how many, and how many other facts go with it."""

    units: int
    others: int
    at_random: int  # facts lost with as many units, taken at random


def removal_of(one: Known, fact: int, generator: torch.Generator) -> Removal | None:
    """The fewest of the units that speak for a fact without which it is lost, if it ever is."""
    order = order_of(one, fact)
    right = removed(one, order).argmax(-1) == one.answers
    gone = (~right[:, fact]).nonzero()
    if not (right[0, fact] and len(gone)):
        return None
    count = int(gone[0])
    chance = torch.randperm(len(order), generator=generator)
    random = removed(one, chance)[count].argmax(-1) == one.answers
    lost = int((right[0] & ~right[count]).sum())
    return Removal(count, lost - 1, int((right[0] & ~random).sum()))


def serves_of(units: Tensor) -> np.ndarray:
    """What each unit answers to each fact (F, H), as a share of the most that it does.

    Units stand in the order of the facts to which they answer most, so that those lie side by side.
    """
    sizes = units.abs()
    order = sizes.argmax(0).argsort(stable=True)
    return (sizes / sizes.amax(0).clamp(min=1e-12))[:, order].numpy()


def plane_of(stream: Tensor, keys: Tensor) -> tuple[np.ndarray, np.ndarray, float]:
    """Facts (F, 2) and keys (H, 2) in the plane in which facts differ most, and its share of that.

    Facts are counted from their mean; a key's place is its part along the two axes.
    """
    centred = stream - stream.mean(0)
    _, sizes, axes = torch.linalg.svd(centred, full_matrices=False)
    axes = axes[:2] * axes[:2].sum(-1, keepdim=True).sign()  # one of the two ways to turn it
    share = float(sizes[:2].square().sum() / sizes.square().sum())
    return (centred @ axes.T).numpy(), (keys @ axes.T).numpy(), share
