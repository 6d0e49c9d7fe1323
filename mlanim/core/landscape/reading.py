"""The model, the data and the loss that a user gives, made into what they are."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mlanim.core.data.own_data import Batch
from mlanim.core.landscape.losses import Loss, Measure, loss_named, own_loss
from mlanim.core.models import own

DTYPES = {"float32": torch.float32, "float64": torch.float64}


def model_given(model: str | nn.Module) -> nn.Module:
    """A copy of the user's model, or the one that a file makes."""
    return copy.deepcopy(model) if isinstance(model, nn.Module) else own.module_made_by(model)


def loss_given(loss: str | Measure) -> Loss:
    """A loss by name, of a user's file, or a function."""
    if not isinstance(loss, str):
        return own_loss(loss, getattr(loss, "__name__", "given"))
    if ".py:" not in loss:
        return loss_named(loss)
    found = own.from_file(loss, "loss")
    if not callable(found):
        raise ValueError(f"loss is {loss!r}, a {type(found).__name__}; it must be a function.")
    return own_loss(found, loss.rpartition(":")[2])


def dtype_given(asked: str | torch.dtype | None, module: nn.Module) -> torch.dtype:
    """The type asked for, else that of the module."""
    if asked is None:
        asked = next((p.dtype for p in module.parameters() if p.is_floating_point()), torch.float32)
    found = DTYPES.get(str(asked).removeprefix("torch."))
    if found is None:
        raise ValueError(f"dtype is {asked}; give one of {', '.join(DTYPES)}.")
    return found


def floating(inputs: Tensor, dtype: torch.dtype) -> Tensor:
    """Inputs in the model's type; tokens and other integers as they are."""
    return inputs.to(dtype) if inputs.is_floating_point() else inputs


def check_outputs(module: nn.Module, batches: Sequence[Batch], loss: Loss) -> None:
    """Whether the first rows of each batch go through, and the loss takes what comes out.

    Raises:
        ValueError: if not.
    """
    for inputs, targets in batches:
        some = inputs[:2]
        outputs = _outputs(module, some)
        if outputs.dim() == 0 or len(outputs) != len(some):
            raise ValueError(
                f"The model gives outputs {tuple(outputs.shape)} for inputs {tuple(some.shape)}; "
                "it must give one row for each row."
            )
        loss.check(outputs[:1].expand(len(targets), *outputs.shape[1:]), targets)


def _outputs(module: nn.Module, inputs: Tensor) -> Tensor:
    try:
        with torch.no_grad():
            outputs = module(inputs)
    except Exception as error:
        raise ValueError(
            f"The model fails on inputs of shape {tuple(inputs.shape)} and type "
            f"{str(inputs.dtype).removeprefix('torch.')}: {error}"
        ) from error
    if not isinstance(outputs, Tensor):
        raise ValueError(
            f"The model gives a {type(outputs).__name__}; it must give one tensor, so wrap it in "
            "a module that takes it out."
        )
    return outputs
