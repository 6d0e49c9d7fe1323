"""The parts of a flat vector of weights, and a direction scaled to the weights part by part.

Li, Xu, Taylor, Studer and Goldstein (2018), "Visualizing the loss landscape of neural nets",
section 4. A network's function does not change where one layer is made larger and the next
smaller, so a step of length one means nothing by itself; scaled filter by filter it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

Kind = Literal["filters", "vector"]
KINDS: tuple[Kind, Kind] = ("filters", "vector")
Normalise = Literal["filter", "layer", "none"]
NORMALISATIONS = ("filter", "layer", "none")

NORMS = (
    nn.modules.batchnorm._NormBase,  # batch and instance norm
    nn.LayerNorm,
    nn.GroupNorm,
    nn.RMSNorm,
    nn.LocalResponseNorm,
)


@dataclass(frozen=True)
class Layer:
    """One parameter of a network, from `start` to before `stop` in the flat vector.

    kind: "filters" for the weights of linear layers, convolutions, attention and embeddings, whose
    filters are the rows of dimension 0; "vector" for biases and all parameters of norm layers.
    """

    name: str
    kind: Kind
    start: int
    stop: int
    shape: tuple[int, ...]


def moving(module: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters that require a gradient, by name, in the order of `named_parameters`."""
    return {name: p for name, p in module.named_parameters() if p.requires_grad}


def layers_of(module: nn.Module) -> tuple[Layer, ...]:
    """The layers of the flat vector of a module's moving parameters."""
    found, start = [], 0
    for name, parameter in moving(module).items():
        owner, _, own_name = name.rpartition(".")
        is_vector = (
            parameter.dim() < 2
            or own_name.startswith("bias")
            or isinstance(module.get_submodule(owner), NORMS)
        )
        stop = start + parameter.numel()
        found.append(Layer(name, KINDS[is_vector], start, stop, tuple(parameter.shape)))
        start = stop
    return tuple(found)


def flat(tensors: Iterable[Tensor]) -> Tensor:
    """Tensors as one vector, detached, (P,)."""
    return torch.cat([tensor.detach().flatten() for tensor in tensors])


def views(theta: Tensor, layers: Iterable[Layer]) -> Iterator[tuple[Layer, Tensor]]:
    """Each layer with its part of a vector, in the layer's shape; writing to it writes there."""
    for layer in layers:
        yield layer, theta[layer.start : layer.stop].view(layer.shape)


def normalised(
    direction: Tensor, weights: Tensor, layers: Sequence[Layer], by: Normalise = "filter"
) -> Tensor:
    """The direction with the weights' norms, (P,).

    Args:
        direction: (P,), any scale.
        weights: (P,), the place that it starts from.
        by: "filter" gives each filter of the direction the norm of the same filter of the
            weights, "layer" each layer; biases and norm layers do not move then, their entries
            become zero, as in the paper and in its published code with `ignore='biasbn'`. "none"
            leaves the direction as it is.

    Raises:
        ValueError: if `by` is none of these.
    """
    if by not in NORMALISATIONS:
        raise ValueError(f"normalise is {by!r}; it must be one of {', '.join(NORMALISATIONS)}.")
    scaled = direction.clone()
    if by == "none":
        return scaled
    pairs = zip(views(scaled, layers), views(weights, layers), strict=True)
    for (layer, part), (_, trained) in pairs:
        if layer.kind == "vector":
            part.zero_()
            continue
        filters = layer.shape[0] if by == "filter" else 1
        rows, norms = part.view(filters, -1), trained.view(filters, -1).norm(dim=1, keepdim=True)
        # A filter that points nowhere has no length to be given.
        rows *= norms / rows.norm(dim=1, keepdim=True).clamp_min(torch.finfo(rows.dtype).tiny)
    return scaled
