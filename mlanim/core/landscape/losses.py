"""Losses by name, or a user's own, as sums that can be added up batch by batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

IGNORED = -100  # a target that torch's cross-entropy leaves out

Measure = Callable[[Tensor, Tensor], Tensor]
"""Outputs and targets to a scalar."""


@dataclass(frozen=True)
class Loss:
    """A mean over data, taken apart: the sum over a batch, and how many terms that sum has.

    check: raises a ValueError where outputs and targets do not belong together; fitted: the
    targets as this loss takes them, in the outputs' floating type.
    """

    name: str
    sum: Measure
    count: Callable[[Tensor], int]
    check: Callable[[Tensor, Tensor], None]
    fitted: Callable[[Tensor, torch.dtype], Tensor]


def loss_named(name: str) -> Loss:
    """The loss of that name.

    Raises:
        ValueError: if there is none.
    """
    if name not in LOSSES:
        raise ValueError(
            f"There is no loss {name!r}; give one of {', '.join(LOSSES)}, or your own as "
            "file.py:function, which takes outputs and targets to a mean."
        )
    return LOSSES[name]


def own_loss(mean: Measure, name: str) -> Loss:
    """A user's loss: the mean over the rows of a batch, so that it can be taken batch by batch."""

    def total(outputs: Tensor, targets: Tensor) -> Tensor:
        return mean(outputs, targets) * len(targets)

    def check(outputs: Tensor, targets: Tensor) -> None:
        outputs, targets = outputs[:2], targets[:2]
        try:
            value = mean(outputs, targets)
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            raise ValueError(
                f"The loss {name} fails on outputs of shape {tuple(outputs.shape)} and targets of "
                f"shape {tuple(targets.shape)}: {error}"
            ) from error
        if not isinstance(value, Tensor) or value.dim():
            shape = f"of shape {tuple(value.shape)}" if isinstance(value, Tensor) else ""
            raise ValueError(
                f"The loss {name} returns a {type(value).__name__} {shape}; it must return one "
                "number as a tensor, the mean over the rows."
            )

    return Loss(name, total, len, check, _as_they_are)


def _as_they_are(targets: Tensor, dtype: torch.dtype) -> Tensor:
    return targets.to(dtype) if targets.is_floating_point() else targets


def _as_numbers(targets: Tensor, dtype: torch.dtype) -> Tensor:
    return targets.to(dtype)


def _as_classes(targets: Tensor, dtype: torch.dtype) -> Tensor:
    """Class numbers as integers, also where a file held them as 0.0, 1.0; else probabilities."""
    if not targets.is_floating_point():
        return targets.long()
    whole = targets.dim() == 1 and bool((targets == targets.round()).all())
    return targets.long() if whole else targets.to(dtype)


def _terms(targets: Tensor) -> int:
    """Rows and places that have a class; probabilities have one distribution for each."""
    if targets.is_floating_point():
        return targets.numel() // targets.shape[1]
    return int((targets != IGNORED).sum())


def _check_classes(outputs: Tensor, targets: Tensor) -> None:
    """Outputs (N, C, …) with classes (N, …), or with probabilities of the outputs' shape."""
    shape, wanted = tuple(outputs.shape), tuple(targets.shape)
    if targets.is_floating_point():
        if targets.dim() < 2:
            raise ValueError(
                "The targets are fractions, one for each row; cross_entropy and nll need class "
                "numbers, and for fractions there are mse and l1."
            )
        if shape != wanted:
            raise ValueError(f"The model's outputs are {shape}, the targets {wanted}; give alike.")
        return
    if len(shape) < 2 or shape[:1] + shape[2:] != wanted:
        raise ValueError(
            f"The model's outputs are {shape} and the targets {wanted}; classes need outputs "
            "(rows, classes, …) and targets (rows, …): a number for each class in dimension 1."
        )
    kept = targets[targets != IGNORED]
    if len(kept) and not 0 <= int(kept.min()) <= int(kept.max()) < shape[1]:
        raise ValueError(
            f"The targets are classes from {int(kept.min())} to {int(kept.max())}, and the model "
            f"has {shape[1]} outputs; they must be from 0 to {shape[1] - 1}."
        )


def _check_alike(outputs: Tensor, targets: Tensor) -> None:
    """One shape for both; (N,) stands for (N, 1), which broadcasting would make (N, N)."""
    shapes = ([n for n in tensor.shape[1:] if n != 1] for tensor in (outputs, targets))
    if next(shapes) != next(shapes):
        raise ValueError(
            f"The model's outputs are {tuple(outputs.shape)} and the targets "
            f"{tuple(targets.shape)}; this loss needs one shape for both."
        )


def _check_shares(outputs: Tensor, targets: Tensor) -> None:
    _check_alike(outputs, targets)
    if not bool(((targets >= 0) & (targets <= 1)).all()):
        raise ValueError("The targets are outside of 0 to 1; binary_cross_entropy needs 0 to 1.")


def _named(
    name: str, function: Callable[..., Tensor], count: Callable[[Tensor], int],
    check: Callable[[Tensor, Tensor], None], fitted: Callable[[Tensor, torch.dtype], Tensor],
) -> Loss:  # fmt: skip
    def total(outputs: Tensor, targets: Tensor) -> Tensor:
        return function(outputs, targets, reduction="sum")

    return Loss(name, total, count, check, fitted)


def _alike(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The function with outputs in the targets' shape."""

    def shaped(outputs: Tensor, targets: Tensor, reduction: str) -> Tensor:
        return function(outputs.reshape(targets.shape), targets, reduction=reduction)

    return shaped


LOSSES = {
    loss.name: loss
    for loss in (
        _named("cross_entropy", F.cross_entropy, _terms, _check_classes, _as_classes),
        _named("mse", _alike(F.mse_loss), Tensor.numel, _check_alike, _as_numbers),
        _named("l1", _alike(F.l1_loss), Tensor.numel, _check_alike, _as_numbers),
        _named(
            "binary_cross_entropy", _alike(F.binary_cross_entropy_with_logits), Tensor.numel,
            _check_shares, _as_numbers,
        ),
        _named("nll", F.nll_loss, _terms, _check_classes, _as_classes),
    )
}  # fmt: skip
