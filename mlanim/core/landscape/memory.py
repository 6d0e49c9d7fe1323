"""How many sets of weights and rows of data go through a network at once.

Sets of weights side by side (`torch.func.vmap`) pay where a network's operations are so small that
the time goes into calling them: 32 at once measured up to 3.5 times as fast as one after another,
fewer than 16 often slower, and for larger operations there was nothing to gain on a CPU
(benchmarks/landscape.py prints the ratios).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mlanim.core.data.own_data import Batch

SETS_AT_ONCE = 32
SMALL = {"cpu": 200_000, "cuda": 4_000_000, "mps": 2_000_000}
"""Bytes of an operation, its weights and what it gives, up to which sets are taken together."""
ROW_BYTES = 2**28  # of activations, up to which rows of data are taken together
OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


@dataclass
class Portions:
    """sets: of weights, rows: of data, at once; splits: whether a batch may be taken in parts."""

    sets: int
    rows: int
    splits: bool

    def of(self, batch: Batch) -> Iterator[Batch]:
        """The batch in parts of `rows` rows."""
        if not self.splits or len(batch[0]) <= self.rows:
            yield batch
            return
        yield from zip(batch[0].split(self.rows), batch[1].split(self.rows), strict=True)

    def shrink(self, error: Exception) -> None:
        """Halve what is taken at once after running out of memory: the sets first, then the rows.

        Raises:
            ValueError: if it was one set and one row.
            Exception: the error, if it is another one.
        """
        if not isinstance(error, MemoryError | torch.OutOfMemoryError) and not any(
            words in str(error) for words in OUT_OF_MEMORY
        ):
            raise error
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if self.sets > 1:
            self.sets //= 2
        elif self.splits and self.rows > 1:
            self.rows //= 2
        else:
            least = "one row" if self.splits else "one batch, which batch norm needs whole,"
            raise ValueError(
                f"The memory does not hold even {least} of the data at one set of weights; give a "
                "smaller model, fewer or smaller rows, or another device."
            ) from error


def portions_for(module: nn.Module, batches: Sequence[Batch], splits: bool) -> Portions:
    """Portions by the size of what the network's operations give for the first rows."""
    inputs = batches[0][0]
    some = inputs[:2]
    given = bytes_given(module, some)
    a_row = max(1, sum(given) // len(some))
    longest = max(len(inputs) for inputs, _ in batches)
    rows = min(longest, max(1, ROW_BYTES // a_row)) if splits else longest
    weights = sum(part.nbytes for part in module.parameters())
    an_operation = (a_row * rows + weights) / max(1, len(given))
    is_small = an_operation <= SMALL.get(inputs.device.type, SMALL["cpu"])
    return Portions(SETS_AT_ONCE if is_small else 1, rows, splits)


def bytes_given(module: nn.Module, inputs: Tensor) -> list[int]:
    """The size of what each module without parts of its own gives, each time that it is called."""
    found: list[int] = []

    def add(_: nn.Module, __: object, output: object) -> None:
        parts = output if isinstance(output, tuple | list) else (output,)
        found.append(sum(part.nbytes for part in parts if isinstance(part, Tensor)))

    leaves = [part for part in module.modules() if not list(part.children())]
    hooks = [part.register_forward_hook(add) for part in leaves]
    try:
        with torch.no_grad():
            module(inputs)
    finally:
        for hook in hooks:
            hook.remove()
    return found
