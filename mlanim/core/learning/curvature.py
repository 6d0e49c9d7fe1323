"""Second derivatives of a loss: Hessian-vector products, the largest eigenvalue, the spectrum."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

Loss = Callable[[Tensor], Tensor]
"""A scalar function of parameters (P,)."""

HESSIAN_CHUNK = 32
"""Hessian rows computed at once, bounded so that their activations fit in memory."""

STIR = 0.1
"""How long the random vector is that is added to a unit vector to try whether it is stable."""

TINY = torch.finfo(torch.float64).tiny


@dataclass(frozen=True)
class LargestEigenvalue:
    """What power iteration found.

    vector: (size,), unit length. residual: |H v - value v| / |value|. iterations:
    Hessian-vector products spent.
    """

    value: float
    vector: np.ndarray
    iterations: int
    residual: float
    converged: bool


def hessian_vector_product(loss: Loss, theta: Tensor) -> Callable[[Tensor], Tensor]:
    """A function v -> H v at theta, both (parameters,), by differentiating gradient . v.

    The gradient's graph is built once and reused, so each product costs one backward pass
    (Pearlmutter 1994). Where the gradient does not depend on theta, H is zero. Attention is
    computed by the plain formula, as torch's fused kernels have no second derivative.
    """
    theta = theta.detach().requires_grad_()
    with sdpa_kernel(SDPBackend.MATH):
        gradient = torch.autograd.grad(loss(theta), theta, create_graph=True)[0]

    def product(vector: Tensor) -> Tensor:
        if not gradient.requires_grad:
            return torch.zeros_like(vector)
        return torch.autograd.grad(
            gradient, theta, vector, retain_graph=True, materialize_grads=True
        )[0]

    return product


def largest_eigenvalue(
    product: Callable[[Tensor], Tensor],
    size: int,
    seed: int,
    tolerance: float = 1e-4,
    most: int = 500,
) -> LargestEigenvalue:
    """The algebraically largest eigenvalue of a symmetric matrix given by its products.

    Power iteration finds the eigenvalue of largest modulus, if there is only one. If that one is
    negative, or if two of opposite sign tie and nothing settles, as at some saddles, the matrix
    is shifted by that modulus, which makes the top of its spectrum the largest in modulus, and
    iterated again. The eigenvalue's own error is of the order of the residual squared.

    Args:
        product: v -> A v, both (size,).
        seed: draws the first vector.
        tolerance: the relative residual at which to stop.
        most: the most products to spend on either of the two iterations.
    """
    found = _power_iteration(product, size, seed, tolerance, most)
    if found.converged and found.value >= 0:
        return found
    shift = product(torch.from_numpy(found.vector)).norm().item()
    top = _power_iteration(lambda v: product(v) + shift * v, size, seed, tolerance, most)
    value = top.value - shift
    residual = top.residual * abs(top.value) / max(abs(value), TINY)
    spent = found.iterations + 1 + top.iterations
    return LargestEigenvalue(value, top.vector, spent, residual, top.converged)


def _power_iteration(
    product: Callable[[Tensor], Tensor], size: int, seed: int, tolerance: float, most: int
) -> LargestEigenvalue:
    """The eigenvalue of largest modulus.

    A first vector that has next to nothing of its eigenvector settles on another one. What has
    settled is therefore stirred and iterated once more, and given up if it goes elsewhere.
    """
    generator = torch.Generator().manual_seed(seed)

    def drawn() -> Tensor:
        vector = torch.randn(size, generator=generator, dtype=torch.float64)
        return vector / vector.norm()

    first = _iterated(product, drawn(), tolerance, most)
    if not first.converged or first.iterations == most:
        return first
    stirred = torch.from_numpy(first.vector) + STIR * drawn()
    second = _iterated(product, stirred, tolerance, most - first.iterations)
    best = second if abs(second.value) > (1 + tolerance) * abs(first.value) else first
    return replace(best, iterations=first.iterations + second.iterations)


def _iterated(
    product: Callable[[Tensor], Tensor], image: Tensor, tolerance: float, most: int
) -> LargestEigenvalue:
    """Powers of a matrix applied to a vector, until it only gets longer."""
    spent, value, residual = 0, 0.0, float("inf")
    while residual > tolerance and spent < most:
        vector = image / image.norm()
        image = product(vector)
        value = (vector @ image).item()
        residual = (image - value * vector).norm().item() / max(abs(value), TINY)
        spent += 1
    return LargestEigenvalue(value, vector.numpy(), spent, residual, residual <= tolerance)


def hessian(loss: Loss, theta: Tensor) -> Tensor:
    """The full Hessian, (parameters, parameters), symmetrised, a few rows at a time."""
    theta = theta.detach().requires_grad_()
    gradient = torch.autograd.grad(loss(theta), theta, create_graph=True)[0]
    rows = [
        torch.autograd.grad(gradient, theta, units, retain_graph=True, is_grads_batched=True)[0]
        for units in torch.eye(len(theta), dtype=theta.dtype).split(HESSIAN_CHUNK)
    ]
    matrix = torch.cat(rows)
    return (matrix + matrix.T) / 2
