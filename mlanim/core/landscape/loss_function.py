"""The loss of any torch module over any data, as a function of one flat vector of weights.

    lf = loss_function("nets.py:make_model", "nets.py:make_data", checkpoint="weights.safetensors")
    lf(thetas)          # (..., P) -> (...), many sets of weights
    lf.scalar(theta)    # (P,) -> (), differentiable

It is the mean over all of the data, in evaluation mode: dropout is off. Batch norm uses the running
statistics that the checkpoint holds, wherever the weights are moved, as the published code of Li et
al. (2018) does (it evaluates in `eval()` mode and moves parameters only). These statistics belong
to the checkpoint's weights, so between two checkpoints they are wrong at least at one end; there
`batch_norm="data"` computes them from the data anew for each set of weights, as Garipov et al.
(2018) do on their curves.
"""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel

from mlanim.core.data.own_data import Batch, batches_of
from mlanim.core.landscape.layers import Layer, flat, layers_of, moving, views
from mlanim.core.landscape.losses import Loss, Measure
from mlanim.core.landscape.memory import Portions, portions_for
from mlanim.core.landscape.reading import (
    check_outputs,
    dtype_given,
    floating,
    loss_given,
    model_given,
)
from mlanim.core.models import own
from mlanim.words.sentence import Sentence, plain

BatchNorm = Literal["checkpoint", "data"]
BATCH_NORMS = {
    "checkpoint": "Batch norm keeps the checkpoint’s running statistics at all weights, as Li et "
    "al. (2018) do",
    "data": "Batch norm takes its statistics from the data, anew for each set of weights",
}

SAME = 1e-4  # relative: what two computations of one loss may differ by


@dataclass
class LossFunction:
    """A mean loss over a data set as a function of a network's weights.

    theta: (P,) the weights at its centre, all parameters that require a gradient in the order of
    `named_parameters`; made: the network as it was given, with the checkpoint's weights; module:
    a copy whose parameters are views of `buffer`, (P,), so that one copy sets them all; count:
    how many terms the mean has; portions: how much is evaluated at once.
    """

    theta: Tensor
    layers: tuple[Layer, ...]
    made: nn.Module
    module: nn.Module
    buffer: Tensor
    batches: tuple[Batch, ...]
    loss: Loss
    count: int
    portions: Portions
    batch_norm: BatchNorm
    says_batch_norm: Sentence | None

    def __call__(self, thetas: Tensor) -> Tensor:
        """Losses (...) of sets of weights (..., P), without gradients.

        Where memory runs out it goes on with fewer sets of weights, then fewer rows at once.

        Raises:
            ValueError: if not even one row of data at one set of weights fits, or sets have another
                length.
        """
        if thetas.shape[-1:] != self.theta.shape:
            raise ValueError(
                f"The weights are {tuple(thetas.shape)}; the last dimension must be "
                f"{len(self.theta)}, the model's number of parameters."
            )
        sets = thetas.reshape(-1, thetas.shape[-1]).to(self.theta)
        losses = self._in_portions(
            len(sets),
            together=lambda some: sets[some],
            alone=lambda one: self.buffer.copy_(sets[one]),
        )
        return losses.view(thetas.shape[:-1])

    def on_plane(self, centre: Tensor, directions: Tensor, at: Tensor) -> Tensor:
        """Losses (points,) at centre + at @ directions, of (P,), (k, P) and (points, k).

        As a call with these weights, but they are never all there at once.
        """
        centre, directions, at = (tensor.to(self.theta) for tensor in (centre, directions, at))
        return self._in_portions(
            len(at),
            together=lambda some: torch.addmm(centre, at[some], directions),
            alone=lambda one: torch.addmv(centre, directions.T, at[one], out=self.buffer),
        )

    def _in_portions(
        self, count: int, together: Callable[[slice], Tensor], alone: Callable[[int], object]
    ) -> Tensor:
        """Losses (count,) of weights that come several at once, or one by one into the buffer."""
        losses: list[Tensor] = []
        done = 0
        with torch.no_grad():
            while done < count:
                sets = min(self.portions.sets, count - done)
                try:
                    if self.portions.sets > 1:
                        losses.append(self._together(together(slice(done, done + sets))))
                    else:
                        alone(done)
                        losses.append(self._mean(self.module, None)[None])
                except (RuntimeError, MemoryError) as error:
                    self.portions.shrink(error)
                else:
                    done += sets
        return torch.cat(losses)

    def scalar(self, theta: Tensor, batch: Batch | None = None) -> Tensor:
        """The loss (), of weights (P,), over one batch or all of the data; twice differentiable.

        Attention goes by its formula, since its fast kernels have no second derivative.
        """
        weights = {layer.name: part for layer, part in views(theta, self.layers)}
        with sdpa_kernel(SDPBackend.MATH):
            return self._mean(lambda x: functional_call(self.module, weights, (x,)), batch)

    def random_batches(self, size: int, generator: torch.Generator) -> Iterator[Batch]:
        """Endless batches of `size` rows, each epoch in a new order.

        Data whose batches differ in shape comes in these batches instead.
        """
        while True:
            if len(self.batches) > 1:
                order = torch.randperm(len(self.batches), generator=generator)
                yield from (self.batches[i] for i in order.tolist())
                continue
            (inputs, targets), = self.batches  # fmt: skip
            order = torch.randperm(len(inputs), generator=generator)
            for rows in order.split(size):
                yield inputs[rows.to(inputs.device)], targets[rows.to(inputs.device)]

    def _together(self, thetas: Tensor) -> Tensor:
        """Losses (sets,) of (sets, P), through the network side by side."""
        with torch.no_grad(), warnings.catch_warnings():
            # What vmap cannot batch, such as torch's fused encoder layer, it loops over.
            warnings.filterwarnings("ignore", "There is a performance drop")
            return vmap(self.scalar)(thetas)

    def _mean(self, outputs: Callable[[Tensor], Tensor], batch: Batch | None) -> Tensor:
        batches = self.batches if batch is None else (batch,)
        parts = (part for whole in batches for part in self.portions.of(whole))
        sums = [self.loss.sum(outputs(inputs), targets) for inputs, targets in parts]
        return torch.stack(sums).sum() / (
            self.count if batch is None else self.loss.count(batch[1])
        )


def loss_function(
    model: str | nn.Module, data: Any, loss: str | Measure = "cross_entropy",
    checkpoint: str | Path | None = None, device: str = "auto",
    dtype: str | torch.dtype | None = None, batch_norm: BatchNorm = "checkpoint",
) -> LossFunction:  # fmt: skip
    """The loss of a model over data, centred at its weights or a checkpoint's.

    Args:
        model: a torch module, which stays as it is, or "file.py:make_model", which makes one.
        data: (inputs, targets), a Dataset, a DataLoader or an iterable of batches; or
            "file.py:make_data", which makes one of these; or the path of a .npz, .safetensors or
            .csv file with inputs and targets.
        loss: cross_entropy, mse, l1, binary_cross_entropy (of logits), nll, or a function or
            "file.py:function" of outputs and targets that gives the mean over the rows.
        checkpoint: a .safetensors, .pt or .pth file of weights for the model.
        device: auto, cpu, cuda or mps.
        dtype: float32 or float64; the model's own where none is given.
        batch_norm: where batch norm's statistics come from, see the head of this file.

    Raises:
        ValueError: in a sentence, for all that does not fit together.
    """
    if batch_norm not in BATCH_NORMS:
        raise ValueError(f"batch_norm is {batch_norm!r}; give one of {', '.join(BATCH_NORMS)}.")
    where = own.device_named(device)
    made = model_given(model)
    exact = dtype_given(dtype, made)
    if where.type == "mps" and exact == torch.float64:
        raise ValueError(
            "The device mps computes no float64; give dtype=float32 or another device."
        )
    made = made.to(where, exact).eval()
    if checkpoint is not None:
        own.with_weights(made, checkpoint)
    measure = loss_given(loss)
    batches = tuple(
        (floating(inputs, exact).to(where), measure.fitted(targets, exact).to(where))
        for inputs, targets in batches_of(data)
    )
    layers = layers_of(made)
    if not layers:
        raise ValueError("The model has no parameters that require a gradient; nothing can move.")
    module = copy.deepcopy(made).requires_grad_(False)
    norms = [part for part in module.modules() if isinstance(part, nn.modules.batchnorm._BatchNorm)]
    if batch_norm == "data":
        for norm in norms:
            norm.track_running_stats = False
            norm.running_mean = norm.running_var = norm.num_batches_tracked = None
    check_outputs(module, batches, measure)
    splits = all(norm.running_mean is not None for norm in norms)
    theta = flat(moving(made).values())
    found = LossFunction(
        theta=theta, layers=layers, made=made, module=module, buffer=_shared(module, layers, theta),
        batches=batches, loss=measure, count=sum(measure.count(targets) for _, targets in batches),
        portions=portions_for(module, batches, splits),
        batch_norm=batch_norm,
        says_batch_norm=plain(BATCH_NORMS[batch_norm]) if norms else None,
    )  # fmt: skip
    sets, found.portions.sets = found.portions.sets, 1
    _check_centre(found)
    if sets > 1 and _batches_agree(found):
        found.portions.sets = sets
    return found


def weights_from(lf: LossFunction, checkpoint: str | Path) -> tuple[Tensor, dict[str, Tensor]]:
    """A checkpoint's weights, (P,), and what else it holds, which stays where weights move.

    Raises:
        ValueError: if it does not fit the model.
    """
    made = copy.deepcopy(lf.made)
    own.with_weights(made, checkpoint)
    parameters = moving(made)
    rest = {name: held for name, held in made.state_dict().items() if name not in parameters}
    return flat(parameters.values()), rest


def _shared(module: nn.Module, layers: tuple[Layer, ...], theta: Tensor) -> Tensor:
    """One vector, (P,), whose parts from now on are the module's parameters."""
    buffer = theta.clone()
    parameters = dict(module.named_parameters())
    for layer, part in views(buffer, layers):
        parameters[layer.name].data = part
    return buffer


def _check_centre(lf: LossFunction) -> None:
    """Whether the loss at the centre is a number, and the same number twice.

    Raises:
        ValueError: if not.
    """
    first, second = (float(lf(lf.theta)) for _ in range(2))
    if not math.isfinite(first):
        raise ValueError(
            f"The loss at the model's own weights is {first}; a landscape needs a centre with a "
            "finite loss: look at the checkpoint, and for nan in the data."
        )
    if abs(first - second) > SAME * abs(first):
        raise ValueError(
            f"The model's loss is {first:.6g} once and {second:.6g} the next time at the same "
            "weights; it draws random numbers, so take them out for evaluation mode."
        )


def _batches_agree(lf: LossFunction) -> bool:
    """Whether two sets of weights give the same together as one after the other.

    A model with control flow that depends on its numbers, or with an operation that writes in
    place, does not go through `vmap`.
    """
    two = torch.stack([lf.theta, 0.9 * lf.theta])
    try:
        together = lf._together(two)
    except Exception:  # whatever it is that cannot be batched can be looped over
        return False
    return torch.allclose(together, lf(two), rtol=SAME, equal_nan=True)
