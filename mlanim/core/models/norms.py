"""Batch, layer and RMS norm of activations (..., features, examples), without gain and shift.

They differ in what they average over: batch norm over the examples, for each feature by itself
(Ioffe and Szegedy 2015); layer norm over the features, for each example (Ba et al. 2016); RMS norm
over the features too, but it only divides (Zhang and Sennrich 2019).
"""

from __future__ import annotations

import torch
from torch import Tensor

EPSILON = 1e-5  # added to what is divided by, as torch does


def batch_norm(z: Tensor) -> Tensor:
    """(z − mean) / √(variance + ε), of each feature over the examples."""
    return _standardised(z, -1)


def layer_norm(z: Tensor) -> Tensor:
    """(z − mean) / √(variance + ε), of each example over its features."""
    return _standardised(z, -2)


def rms_norm(z: Tensor) -> Tensor:
    """z / √(mean of z² + ε), of each example over its features."""
    return z / (z.square().mean(-2, keepdim=True) + EPSILON).sqrt()


def normed_tanh(z: Tensor) -> Tensor:
    """Batch norm and tanh, as the activation of a network."""
    return torch.tanh(batch_norm(z))


def _standardised(z: Tensor, over: int) -> Tensor:
    centred = z - z.mean(over, keepdim=True)
    return centred / (centred.square().mean(over, keepdim=True) + EPSILON).sqrt()
