"""What makes torch give the same bytes each time, whoever calls it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

# Else the last digits of a product depend on where its arrays lie in memory. Read when torch loads.
os.environ.setdefault("MKL_CBWR", "AUTO")

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Run torch on one thread: sums split over threads would round differently.

    Also a decorator: `@one_thread()`.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
