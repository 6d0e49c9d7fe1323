"""Attention that a module writes out with matrix products: softmax(q kᵀ) v, found as it is run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

PRODUCTS = ("matmul", "__matmul__", "bmm")


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
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], result: Any
    ) -> tuple[Tensor, Tensor, Tensor, Tensor] | None:
        """q, k, v and scores if this call ends an attention: its result is what that gives."""
        given = [one for one in (*args, *kwargs.values()) if isinstance(one, Tensor)]
        if not isinstance(result, Tensor) or not result.is_floating_point() or not given:
            return None
        name = getattr(func, "__name__", "")
        if name in PRODUCTS and len(given) == 2:
            return self._multiplied(given[0], given[1], result)
        source, product = next((self.known[id(t)] for t in given if id(t) in self.known), (None,) * 2)
        if source is None or product is None or source.shape[-2:] != result.shape[-2:]:
            return None
        if name == "softmax" and product.scores is None and _are_shares(result):
            product = _Product(product.q, product.k, source)
        self._know(result, product)
        return None

    def _multiplied(
        self, left: Tensor, right: Tensor, result: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor] | None:
        _, product = self.known.get(id(left), (None, None))
        if product is not None and product.scores is not None:
            return product.q, product.k, right, product.scores
        if min(left.dim(), right.dim()) >= 2 and result.shape[-1] == result.shape[-2]:
            self._know(result, _Product(left, right.transpose(-2, -1)))
        return None

    def _know(self, tensor: Tensor, product: _Product) -> None:
        self.known[id(tensor)] = tensor, product  # kept, so that no other gets its id


def _are_shares(result: Tensor) -> bool:
    rows = result.sum(dim=-1)
    return bool(torch.allclose(rows, torch.ones_like(rows), atol=1e-3))
