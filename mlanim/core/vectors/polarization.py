"""Polarised light through ideal filters, by Jones vectors.

A filter keeps the part of the field along its axis n: E' = n (n · E). Angles are counted from the
direction of the light that enters, in radians; fields are (to the side, along that direction).
"""

from __future__ import annotations

import torch
from torch import Tensor

CROSSED = 1e-15  # an amplitude below this is rounding


def axis(angle: Tensor) -> Tensor:
    """Unit vectors (…, 2) at angles (…) from the light's direction, radians."""
    return torch.stack([angle.sin(), angle.cos()], dim=-1)


def through(axes: Tensor) -> Tensor:
    """Fields (…, K + 1, 2) of light of amplitude 1 before and after each of K filters.

    axes: (…, K), radians, in the order in which the light meets them.
    """
    field = axis(torch.zeros_like(axes[..., 0]))
    fields = [field]
    for normal in axis(axes).unbind(-2):
        along = (normal * field).sum(-1, keepdim=True)
        field = normal * torch.where(along.abs() < CROSSED, 0, along)
        fields.append(field)
    return torch.stack(fields, dim=-2)


def intensity(field: Tensor) -> Tensor:
    """Of fields (…, 2), as a share of that of amplitude 1."""
    return field.square().sum(-1)
