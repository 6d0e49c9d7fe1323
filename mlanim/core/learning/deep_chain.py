"""A chain of equal links a ← f(w a), and the product of their rates, link by link."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.models.activations import ACTIVATIONS, slopes
from mlanim.words.numbers import significant
from mlanim.words.sentence import Sentence, sentence

FIRST = 1.0  # what the chain starts from
WEIGHTS = 121
WHEELS = 6
MOST_TURNS = 12  # of any wheel
NOTICED = 10.0  # from this factor on a product is said to vanish or explode
NOTES = {
    "vanishes": "Early layers of such a net hardly learn.",
    "explodes": "Steps that are as large as that diverge.",
    "keeps its order": "What reaches the first layer is about what left the last.",
}


@dataclass(frozen=True)
class DeepChain:
    """Chains of D links for each of V weights.

    rates are those of each link, products (V, D + 1) those of the first links together, from 1 on,
    and whole is autograd's through the chain as one.
    """

    depth: int
    wheels: int  # how many of the links are drawn
    turns: np.ndarray  # (2,) of the first wheel, for the least and the largest weight
    weights: np.ndarray  # (V,)
    rates: np.ndarray  # (V, D)
    products: np.ndarray  # (V, D + 1)
    whole: np.ndarray  # (V,)
    names: tuple[str, str]  # of the chains with the least and the largest weight
    says_low: Sentence
    says_high: Sentence
    notes: tuple[str, str]  # on both


def deep_chain(name: str, depth: int, low: float, high: float) -> DeepChain:
    """Chains of `depth` links with weights from low to high, geometrically spaced, over 0."""
    activation = ACTIVATIONS[name]
    weights = torch.logspace(np.log10(low), np.log10(high), WEIGHTS, dtype=torch.float64)
    first = torch.full_like(weights, FIRST, requires_grad=True)
    a, rates = first, []
    for _ in range(depth):
        rates.append(weights * slopes(activation, (weights * a).detach()))
        a = activation(weights * a)
    (whole,) = torch.autograd.grad(a.sum(), first)
    links = torch.stack(rates, dim=1)
    products = torch.cat([torch.ones(WEIGHTS, 1, dtype=torch.float64), links.cumprod(1)], dim=1)
    return DeepChain(
        depth=depth, wheels=WHEELS, turns=turns_of(links[[0, -1], :WHEELS].numpy()),
        weights=weights.numpy(), rates=links.numpy(), products=products.numpy(),
        whole=whole.numpy(), names=(name_of(low, products[0]), name_of(high, products[-1])),
        says_low=says_end(low, products[0]),
        says_high=says_end(high, products[-1]),
        notes=(NOTES[becomes(products[0])], NOTES[becomes(products[-1])]),
    )  # fmt: skip


def turns_of(rates: np.ndarray) -> np.ndarray:
    """1, 0.1, 0.01, …: the most turns of the first wheel at which none turns too often to follow.

    Args:
        rates: of the links, (M, N), for each of M trains of wheels.
    """
    most = np.abs(np.cumprod(rates, axis=1)).max(axis=1)
    return np.asarray(10.0 ** -np.maximum(np.ceil(np.log10(most / MOST_TURNS)), 0))


def name_of(weight: float, products: Tensor) -> str:
    """A chain's weight, and the size of its product (D + 1,)."""
    return f"weight {significant(weight)}: {significant(abs(float(products[-1])))}"


def becomes(products: Tensor) -> str:
    """What a chain's product (D + 1,) does in the end."""
    size = abs(float(products[-1]))
    return "vanishes" if size * NOTICED < 1 else "explodes" if size > NOTICED else "keeps its order"


def says_end(weight: float, products: Tensor) -> Sentence:
    """What a chain's product (D + 1,) has come to."""
    end, depth, does = float(products[-1]), len(products) - 1, becomes(products)
    return sentence(
        "Weight [{weight:g}](weight), {depth} links: the product is [{end:g}](gradient), it {does}",
        weight=weight, depth=depth, end=end, does=does,
    )  # fmt: skip
