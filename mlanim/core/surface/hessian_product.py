"""Products with the Hessian of a loss over all of the data, in parts that the memory holds."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from mlanim.core.data.own_data import Batch
from mlanim.core.landscape.loss_function import LossFunction
from mlanim.core.landscape.spectrum import Product
from mlanim.core.learning.curvature import hessian_vector_product


def hessian_product(lf: LossFunction) -> Product:
    """v -> H v at the centre, both (P,).

    Where the data goes through in one part, the gradient's graph is built once and kept; where it
    takes several, each part's graph is built for each product and let go. When memory runs out the
    parts are made smaller.
    """
    whole: list[Product] = []

    def product(vector: Tensor) -> Tensor:
        while True:
            try:
                parts = [part for batch in lf.batches for part in lf.portions.of(batch)]
                if len(parts) > 1:
                    return _summed(lf, parts, vector)
                if not whole:
                    whole.append(hessian_vector_product(lf.scalar, lf.theta))
                return whole[0](vector)
            except (RuntimeError, MemoryError) as error:
                whole.clear()
                lf.portions.shrink(error)

    return product


def _summed(lf: LossFunction, parts: list[Batch], vector: Tensor) -> Tensor:
    """The product over several parts of the data, each as much as it has terms of the mean."""
    total = torch.zeros_like(vector)
    for part in parts:
        share = lf.loss.count(part[1]) / lf.count
        of_part = hessian_vector_product(partial(lf.scalar, batch=part), lf.theta)
        total += share * of_part(vector)
    return total
