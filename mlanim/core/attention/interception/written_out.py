"""Attention that a module writes out with matrix products: softmax(q kᵀ) v, found as it is run."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

PRODUCTS = ("matmul", "__matmul__", "bmm", "baddbmm")
TWO_TERMS = re.compile(r"(\w+),(\w+)->(\w+)")  # an equation of torch.einsum


@dataclass(frozen=True)
class Attention:
    """One that was written out. restore: brings an output into the layout of the module's own."""

    q: Tensor
    k: Tensor
    v: Tensor
    scores: Tensor
    output: Tensor
    restore: Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class _Product:
    """q kᵀ, and what became of it. scores: what its softmax was taken of, once it was."""

    q: Tensor
    k: Tensor
    scores: Tensor | None = None


@dataclass
class WrittenOut:
    """What became of each product of two arrays of rows in one run of a module.

    Dividing it, hiding places of it, turning it into another precision leave it that product; the
    softmax of it are weights, and weights times an array are what an attention gives.
    """

    known: dict[int, tuple[Tensor, _Product]] = field(default_factory=dict)

    def follow(
        self, func: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any], result: Any
    ) -> Attention | None:
        """The attention that a call of a function of torch ends, if it ends one."""
        if not isinstance(result, Tensor) or not result.is_floating_point():
            return None
        name = getattr(func, "__name__", "")
        if name == "einsum" and isinstance(args[0], str):
            return self._summed(args[0], args[1:], result)
        given = [one for one in (*args, *kwargs.values()) if isinstance(one, Tensor)]
        if name in PRODUCTS and len(given) >= 2:
            return self._multiplied(given[-2], given[-1], result)
        found = next((self.known[id(one)] for one in given if id(one) in self.known), None)
        if found is None or found[0].shape[-2:] != result.shape[-2:]:
            return None
        source, product = found
        if name == "softmax" and product.scores is None and _are_shares(result):
            product = _Product(product.q, product.k, source)
        self._know(result, product)
        return None

    def _multiplied(self, left: Tensor, right: Tensor, result: Tensor) -> Attention | None:
        """A matrix product: of queries and keys, or of weights and values."""
        _, product = self.known.get(id(left), (None, None))
        if product is not None and product.scores is not None:
            return Attention(product.q, product.k, right, product.scores, result, lambda one: one)
        if min(left.dim(), right.dim()) >= 2 and result.shape[-1] == result.shape[-2]:
            self._know(result, _Product(left, right.transpose(-2, -1)))
        return None

    def _summed(self, equation: str, terms: Sequence[Any], result: Tensor) -> Attention | None:
        """The same by `torch.einsum`, whose equation names the axes."""
        named = TWO_TERMS.fullmatch(equation.replace(" ", ""))
        terms = terms[0] if len(terms) == 1 else terms
        if named is None or len(terms) != 2:
            return None
        left, right, out = named.groups()
        for weights, values, at in ((left, right, 0), (right, left, 1)):
            _, product = self.known.get(id(terms[at]), (None, None))
            if product is not None and product.scores is not None:
                return _mixed(product, terms[1 - at], (weights, values, out), result)
        if result.shape[-1:] == result.shape[-2:-1]:
            self._know_rows(left, right, out, terms, result)
        return None

    def _know_rows(
        self, left: str, right: str, out: str, terms: Sequence[Tensor], result: Tensor
    ) -> None:
        """A product of queries and keys, if all axes but one are there afterwards."""
        *heads, query, key = list(out)
        summed = set(left) & set(right) - set(out)
        if len(summed) != 1 or {*left} != {*heads, query, *summed}:
            return
        if {*right} == {*heads, key, *summed}:
            axis, batch = summed.pop(), "".join(heads)
            q = torch.einsum(f"{left}->{batch}{query}{axis}", terms[0])
            k = torch.einsum(f"{right}->{batch}{key}{axis}", terms[1])
            self._know(result, _Product(q, k))

    def _know(self, tensor: Tensor, product: _Product) -> None:
        self.known[id(tensor)] = tensor, product  # kept, so that no other gets its id


def _are_shares(result: Tensor) -> bool:
    rows = result.sum(dim=-1)
    return bool(torch.allclose(rows, torch.ones_like(rows), atol=1e-3))


def _mixed(
    product: _Product, values: Tensor, axes: tuple[str, str, str], result: Tensor
) -> Attention | None:
    """Weights times values by an equation, as (…, T, d_v) whatever its layout is."""
    weights, given, out = axes
    *heads, query, key = list(weights)
    features = set(given) - set(weights)
    if product.scores is None or len(features) != 1 or {*out} != {*heads, query, *features}:
        return None
    if {*given} != {*heads, key, *features}:
        return None
    axis, batch = features.pop(), "".join(heads)
    own = f"{batch}{query}{axis}"
    v = torch.einsum(f"{given}->{batch}{key}{axis}", values)
    output = torch.einsum(f"{out}->{own}", result)
    return Attention(
        product.q, product.k, v, product.scores, output,
        lambda one: torch.einsum(f"{own}->{out}", one),
    )  # fmt: skip
