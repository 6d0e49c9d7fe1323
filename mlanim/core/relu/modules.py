"""Reads a torch module as the steps of a `ReluNet`.

The module is traced once by `torch.fx`, in float64 and as it is in eval mode: dropout is off and a
BatchNorm uses its running statistics. Each operation is then one of three kinds. What is affine is
measured: fed with unit vectors, it gives the columns of its matrix, whatever it is called. An
activation with one kink is measured at -1. A max-pooling is read as groups of places. What is none
of these is refused by its name, and what was read is compared with the module at random inputs.
"""

from __future__ import annotations

import copy
import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx, nn

from mlanim.core.relu.pooling import pooling_groups
from mlanim.core.relu.relu_net import Affine, Kink, Largest, ReluNet, Step, Sum, merged

BATCH = 64
"""All runs have so many examples: a module may ask for the number, and keep it."""

LARGEST = 30_000_000
"""Weights of one layer, written out as a matrix, at most."""

AGREES = 1e-8
AFFINE = {
    "Linear", "Conv1d", "Conv2d", "ConvTranspose1d", "ConvTranspose2d", "BatchNorm1d",
    "BatchNorm2d", "AvgPool1d", "AvgPool2d", "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "Identity",
    "Dropout", "Dropout1d", "Dropout2d", "AlphaDropout", "Flatten", "Unflatten", "ZeroPad1d",
    "ZeroPad2d", "Upsample",
    "add", "sub", "mul", "truediv", "div", "neg", "flatten", "reshape", "view", "permute",
    "transpose", "squeeze", "unsqueeze", "contiguous", "linear", "conv1d", "conv2d", "avg_pool1d",
    "avg_pool2d", "adaptive_avg_pool1d", "adaptive_avg_pool2d", "_adaptive_avg_pool2d", "dropout",
    "cat", "mean", "sum", "getitem", "iadd", "add_", "matmul", "pad",
}  # fmt: skip
JOINT = {"add", "sub", "cat", "iadd", "add_"}
"""Those that are affine in several values together."""

KINKS = {"ReLU", "LeakyReLU", "PReLU", "RReLU", "relu", "relu_", "leaky_relu", "prelu", "abs"}
MAXIMA = {"MaxPool1d", "MaxPool2d", "max_pool1d", "max_pool2d"}
ALLOWED = (
    "Linear, convolutions, BatchNorm with running statistics, ReLU, LeakyReLU, PReLU, max- and "
    "average-pooling, Flatten, Dropout, and sums of these (residual connections)"
)


@dataclass(frozen=True)
class Value:
    """A value of the network: its number among the steps, and the shape of one example."""

    number: int
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)


def relu_net(module: nn.Module, shape: tuple[int, ...] | None = None) -> ReluNet:
    """The network of a torch module that takes a batch of examples and gives one row for each.

    Args:
        shape: of one example; read off the first Linear layer unless given.

    Raises:
        ValueError: for weights that are not finite, for what is not piecewise affine, and for what
            `torch.fx` cannot trace; naming the layer and what is allowed.
    """
    _check_weights(module)
    shape = _first_shape(module) if shape is None else shape
    module = copy.deepcopy(module).double().eval().requires_grad_(False)
    with torch.no_grad():
        _try(module, shape)
        net = _Reader(module, shape).read()
        _compare(net, module, shape)
    return net


def _check_weights(module: nn.Module) -> None:
    for name, tensor in itertools.chain(module.named_parameters(), module.named_buffers()):
        if not torch.isfinite(tensor).all():
            raise ValueError(
                f"The network's {name} holds NaN or infinite numbers; give one with finite weights."
            )


def _first_shape(module: nn.Module) -> tuple[int, ...]:
    """One example's shape, where the first layer with weights is linear."""
    layers = [one for one in module.modules() if list(one.parameters(recurse=False))]
    if not layers or not isinstance(layers[0], nn.Linear):
        kind = type(layers[0]).__name__ if layers else type(module).__name__
        raise ValueError(
            f"The network begins with {kind}, which does not say what shape an example has; give "
            "examples, or a plane, of that shape."
        )
    return (layers[0].in_features,)


def _try(module: nn.Module, shape: tuple[int, ...]) -> None:
    try:
        module(torch.zeros(BATCH, *shape, dtype=torch.float64))
    except Exception as error:  # whatever the user's forward raises
        sizes = " × ".join(map(str, shape))
        raise ValueError(
            f"The network fails on examples of shape {sizes}: {error}; give examples, or a plane, "
            "of the shape that it takes."
        ) from error


class _Reader:
    """Goes through a traced module node by node."""

    def __init__(self, module: nn.Module, shape: tuple[int, ...]):
        self.module, self.shape = module, shape
        self.steps: list[Step] = []
        self.known: dict[fx.Node, Any] = {}

    def read(self) -> ReluNet:
        """All steps."""
        try:
            graph = fx.Tracer().trace(self.module)
        except Exception as error:  # whatever the user's forward does with a tracer's proxies
            raise ValueError(
                f"The network cannot be traced by torch.fx ({error}); write its forward without "
                "branches and loops that depend on numbers."
            ) from error
        inputs = [node for node in graph.nodes if node.op == "placeholder"]
        if not inputs:
            raise ValueError("The network takes no input; give one that takes a batch of examples.")
        for node in graph.nodes:
            if node.op == "output":
                return self._finished(node.args[0])
            self.known[node] = self._of(node, inputs)
        raise AssertionError("a graph of torch.fx ends with its output")

    def _finished(self, node: Any) -> ReluNet:
        value = self.known[node] if isinstance(node, fx.Node) else None
        if not isinstance(value, Value):
            raise ValueError("The network gives no tensor of scores; give one with one row for "
                             "each example.")  # fmt: skip
        return ReluNet(math.prod(self.shape), merged(self.steps or [_nothing(value.size)]))

    def _of(self, node: fx.Node, inputs: list[fx.Node]) -> Any:
        if node.op == "placeholder":
            return Value(0, self.shape) if node is inputs[0] else _default(node)
        given = [one for one in node.all_input_nodes if isinstance(self.known[one], Value)]
        if not given:
            return self._run(node, {})
        kind = self._kind(node)
        if kind in KINKS:
            return self._kink(node, given[0])
        if kind in MAXIMA:
            return self._largest(node, given[0])
        joint = len(given) == 1 or kind in JOINT
        sizes = kind in ("size", "getattr", "dim", "numel")
        if sizes:
            return self._run(node, self._zeros(given))
        if kind not in AFFINE or not joint or not self._is_fixed(node):
            raise ValueError(_refused(node, kind))
        return self._affine(node, given)

    def _kind(self, node: fx.Node) -> str:
        """What an operation is called: a module's class, or a function's name."""
        if node.op == "call_module":
            return type(self.module.get_submodule(str(node.target))).__name__
        name = node.target if isinstance(node.target, str) else node.target.__name__
        return name if name == "add_" else name.removeprefix("_") if name[1:] in MAXIMA else name

    def _is_fixed(self, node: fx.Node) -> bool:
        """Whether it does not measure its batch: a BatchNorm without running statistics does."""
        if node.op != "call_module":
            return True
        layer = self.module.get_submodule(str(node.target))
        return getattr(layer, "track_running_stats", True) is not False

    def _run(self, node: fx.Node, given: dict[fx.Node, Tensor]) -> Any:
        """An operation, carried out on tensors in the place of values."""

        def filled(one: fx.Node) -> Any:
            return given.get(one, self.known[one])

        args, kwargs = fx.map_arg(node.args, filled), fx.map_arg(node.kwargs, filled)
        match node.op:
            case "call_module":
                return self.module.get_submodule(str(node.target))(*args, **kwargs)
            case "call_method":
                return getattr(args[0], str(node.target))(*args[1:], **kwargs)
            case "get_attr":
                owner, _, name = str(node.target).rpartition(".")
                return getattr(self.module.get_submodule(owner), name)
        return node.target(*args, **kwargs)  # type: ignore[operator]

    def _zeros(self, given: list[fx.Node]) -> dict[fx.Node, Tensor]:
        return {
            one: torch.zeros(BATCH, *self.known[one].shape, dtype=torch.float64) for one in given
        }

    def _added(self, step: Step, shape: tuple[int, ...]) -> Value:
        self.steps.append(step)
        return Value(len(self.steps), shape)

    def _affine(self, node: fx.Node, given: list[fx.Node]) -> Value:
        """A step for each value that is read, and their sum."""
        zeros = self._zeros(given)
        at_zero = self._run(node, zeros)
        if not isinstance(at_zero, Tensor) or at_zero.shape[:1] != (BATCH,):
            raise ValueError(_refused(node, self._kind(node)))
        shape, bias = tuple(at_zero.shape[1:]), at_zero[0].reshape(-1).numpy()
        parts: list[Value] = []
        for one in given:
            value = self.known[one]
            if value.size * len(bias) > LARGEST:
                raise ValueError(
                    f"The network's {node.name} takes {value.size:,} numbers to {len(bias):,}: as "
                    f"a matrix it has over {LARGEST:,} weights; give a smaller network."
                )
            weight = self._columns(node, zeros, one) - bias
            step = Affine(weight.T, 0 * bias if parts else bias, value.number)
            parts.append(self._added(step, shape))
        if len(parts) == 1:
            return parts[0]
        return self._added(Sum(tuple(part.number for part in parts)), shape)

    def _columns(self, node: fx.Node, zeros: dict[fx.Node, Tensor], one: fx.Node) -> np.ndarray:
        """What an operation gives for the unit vectors of one value, one a row (n, m)."""
        rows, value = [], self.known[one]
        for start in range(0, value.size, BATCH):
            units = torch.zeros(BATCH, value.size, dtype=torch.float64)
            index = torch.arange(min(BATCH, value.size - start))
            units[index, start + index] = 1.0
            made = self._run(node, {**zeros, one: units.reshape(BATCH, *value.shape)})
            rows.append(made.reshape(BATCH, -1)[: len(index)])
        return torch.cat(rows).numpy()

    def _kink(self, node: fx.Node, given: fx.Node) -> Value:
        value = self.known[given]
        ones = torch.ones(BATCH, *value.shape, dtype=torch.float64)
        below = self._run(node, {given: -ones})[0].reshape(-1).numpy()
        return self._added(Kink(-below, value.number), value.shape)

    def _largest(self, node: fx.Node, given: fx.Node) -> Value:
        """A max-pooling over the last dimensions, each of its windows a group."""
        value = self.known[given]
        shape = tuple(self._run(node, self._zeros([given])).shape[1:])
        groups = pooling_groups(self._pooling(node), value.shape, shape)
        return self._added(Largest(groups, value.number), shape)

    def _pooling(self, node: fx.Node) -> nn.MaxPool1d | nn.MaxPool2d:
        if node.op == "call_module":
            layer: Any = self.module.get_submodule(str(node.target))
            return layer
        make = nn.MaxPool2d if "2d" in self._kind(node) else nn.MaxPool1d
        kwargs = {name: value for name, value in node.kwargs.items() if name != "input"}
        return make(*node.args[1:], **kwargs)  # type: ignore[arg-type]


def _default(node: fx.Node) -> Any:
    """What a second argument is where nothing is given."""
    if not node.args:
        raise ValueError(
            f"The network's forward takes {node.target!r} beside its input; give one that takes a "
            "batch of examples alone."
        )
    return node.args[0]


def _nothing(size: int) -> Step:
    return Affine(np.eye(size), np.zeros(size), 0)


def _refused(node: fx.Node, kind: str) -> str:
    where = str(node.target) if node.op == "call_module" else node.name
    hint = ""
    if "softmax" in kind.lower():
        hint = " Leave it out if it comes last: the largest score stays the largest."
    return (
        f"The network's layer {where} is {kind}, which is not piecewise affine here; allowed are "
        f"{ALLOWED}.{hint}"
    )


def _compare(net: ReluNet, module: nn.Module, shape: tuple[int, ...]) -> None:
    """Refuse what was read if it gives other values than the module."""
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(BATCH, *shape, generator=generator, dtype=torch.float64)
    wanted = module(inputs).reshape(BATCH, -1).numpy()
    found = net(inputs.reshape(BATCH, -1).numpy())
    if np.abs(found - wanted).max() > AGREES * max(1.0, float(np.abs(wanted).max())):
        raise ValueError(
            "The network does something that tracing does not see, such as a branch on its "
            f"numbers: its affine pieces give other values than it; allowed are {ALLOWED}."
        )
