"""Which modules are running at a moment, and what they read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch import Tensor, nn


@dataclass
class Caller:
    """A module that is running: the vectors that it reads, and those that its last part read."""

    name: str
    reads: Tensor | None
    passed_on: Tensor | None = None


@dataclass
class Callers:
    """The modules that are running, each inside of the one before it."""

    running: list[Caller] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What the innermost is called in the whole."""
        return self.running[-1].name

    def vectors(self, count: int) -> np.ndarray | None:
        """What the innermost module reads that reads a vector for each of T tokens, (T, d)."""
        for caller in reversed(self.running):
            for given in (caller.reads, caller.passed_on):
                rows = None if given is None else rows_of(given, count)
                if rows is not None:
                    return rows
        return None

    @contextmanager
    def watching(self, module: nn.Module) -> Iterator[None]:
        """Know about a module and all of its parts."""
        handles = []
        for name, part in module.named_modules():
            handles += [
                part.register_forward_pre_hook(self._entering(name), with_kwargs=True),
                part.register_forward_hook(self._leaving, always_call=True),
            ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _entering(self, name: str) -> Callable[..., None]:
        def enter(part: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            given = next((one for one in (*args, *kwargs.values()) if _is_vectors(one)), None)
            if self.running and given is not None:
                self.running[-1].passed_on = given
            self.running.append(Caller(name or type(part).__name__, given))

        return enter

    def _leaving(self, *_: Any) -> None:
        self.running.pop()


def _is_vectors(given: Any) -> bool:
    return isinstance(given, Tensor) and given.is_floating_point() and given.dim() >= 2


def rows_of(tensor: Tensor, count: int) -> np.ndarray | None:
    """A tensor of one sentence as (T, d), whichever of its axes is the batch; None if it is not."""
    if tensor.dim() == 3:
        tensor = tensor[0] if len(tensor) == 1 else tensor[:, 0] if tensor.shape[1] == 1 else tensor
    if tensor.dim() != 2 or len(tensor) != count:
        return None
    return np.asarray(tensor.detach().double().cpu().numpy())
